"""Small stages without torch, on which the machinery of the pipeline is tested."""
