"""Bilinear texture look-up, UV origin top left, with averaged levels so that large maps do not alias."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor


def sample(texture: Tensor, uv: Tensor) -> Tensor:
    """Texture (C, h, w) at uv (N, 2) in 0..1, clamped at the edges -> (N, C); gradients to both."""
    grid = (uv * 2 - 1).reshape(1, -1, 1, 2)
    values = functional.grid_sample(
        texture[None], grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return values[0, :, :, 0].T


def sample_levels(levels: list[Tensor], uv: Tensor, level: Tensor) -> Tensor:
    """A pyramid (C, h, w) at uv (N, 2) and fractional level (N,), blending the two nearest -> (N, C)."""
    level = level.clamp(0, len(levels) - 1)
    below = level.floor().long()
    out = torch.zeros(uv.shape[0], levels[0].shape[0], dtype=uv.dtype, device=uv.device)
    for index, texture in enumerate(levels):
        weight = (1 - (level - index).abs()).clamp(min=0)
        chosen = torch.nonzero((below == index) | (below == index - 1)).reshape(-1)
        if chosen.numel():
            values = sample(texture, uv[chosen]) * weight[chosen, None]
            out = out.index_add(0, chosen, values)
    return out


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


def mip_level(uv_area: Tensor, pixel_area: Tensor, texture_size: int) -> Tensor:
    """Level at which one texel covers one pixel, from a triangle's area in uv and in pixels."""
    texels = uv_area * float(texture_size) ** 2
    return 0.5 * torch.log2((texels / pixel_area.clamp(min=1e-9)).clamp(min=1.0))
