"""The built-in head: our own cage, sliders, expressions and parts, generated with numpy and scipy alone."""
