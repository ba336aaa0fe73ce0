"""Score distillation: schedules, targets and the one optimisation loop.  Imports no diffusers."""
