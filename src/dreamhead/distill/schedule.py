"""Which diffusion time step each optimisation step uses (DreamFace sections 4.2 and 5.2)."""

from __future__ import annotations

import torch
from torch import Tensor


def falling(step: int, steps: int, t_max: float, t_min: float, count: int) -> int:
    """Time step `step` of `steps`, falling in equal intervals from t_max to t_min as in a real denoising.

    t_max and t_min are fractions of the `count` training steps; the result is in 0..count-1.
    DreamFace section 5.2.1: shared by both models.
    """
    share = step / max(steps - 1, 1)
    fraction = t_max + (t_min - t_max) * share
    return min(max(round(fraction * count), 0), count - 1)


def uniform(low: float, high: float, count: int, generator: torch.Generator) -> int:
    """A time step drawn uniformly from [low, high) fractions of `count` (DreamFace section 4.2)."""
    draw = torch.rand((), generator=generator, device=generator.device).item()
    return min(int((low + (high - low) * draw) * count), count - 1)


def noised(clean: Tensor, noise: Tensor, alpha: Tensor) -> Tensor:
    """x_t = sqrt(alpha) x + sqrt(1 - alpha) noise, alpha the cumulative product at t."""
    return alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
