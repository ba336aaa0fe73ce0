"""Bilinear texture look-up, UV origin top left, and averaged levels of a texture."""

from __future__ import annotations

import torch.nn.functional as functional
from torch import Tensor


def sample(texture: Tensor, uv: Tensor) -> Tensor:
    """Texture (C, h, w) at uv (N, 2) in 0..1, clamped at the edges -> (N, C); gradients to both."""
    grid = (uv * 2 - 1).reshape(1, -1, 1, 2)
    values = functional.grid_sample(
        texture[None], grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return values[0, :, :, 0].T


def pyramid(texture: Tensor, smallest: int = 8) -> list[Tensor]:
    """Texture (C, h, w) and its halvings by averages, down to `smallest` pixels a side; differentiable."""
    levels = [texture]
    while min(levels[-1].shape[1:]) >= 2 * smallest:
        levels.append(functional.avg_pool2d(levels[-1][None], 2)[0])
    return levels


def reduced(texture: Tensor, size: int) -> Tensor:
    """Texture (C, h, w) averaged by whole factors until its longer side is at most `size`."""
    factor = -(-max(texture.shape[1:]) // size)
    return functional.avg_pool2d(texture[None], factor)[0] if factor > 1 else texture
