"""dreamhead: a sentence in, a rigged head out."""

__version__ = "0.1.0"
