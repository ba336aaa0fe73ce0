"""Detail finer than a latent can hold: what the synthetic world draws for the recalled attributes, high-passed.

A latent of one cell per eight texels keeps meaning and colour; strands of a brow, freckles, wrinkles and pores fall
through it.  The painted maps keep their own low frequencies and take the fine ones from here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch.nn import functional

from dreamhead.cache import cache_folder
from dreamhead.head.asset import HeadAsset
from dreamhead.head.model import Floats
from dreamhead.stages.context import Context
from dreamhead.stages.surface import recalled
from dreamhead.world.ground import skin_surface
from dreamhead.world.skin import generate

CROSSOVER_MM = 2.2  # deviation of the low-pass that parts what is painted from what is drawn
RELIEF_CROSSOVER_MM = 8.0  # the same for relief: an albedo's latent holds little of a fold
REDUCED = 8  # a low-pass this much broader than a texel is made of means of so many
RATIO_LIMIT = 4.0


@dataclass(frozen=True)
class Detail:
    """Fine structure over the skin chart at (S, S)."""

    albedo: Floats  # (S, S, 3) factor on linear albedo
    specular: Floats  # (S, S) factor
    roughness: Floats  # (S, S) to add
    slopes: Floats  # (S, S, 2) to add to x/z and y/z of the normals
    displacement: Floats  # (S, S) millimetres to add


def drawn_detail(asset: HeadAsset, context: Context, size: int, texel_mm: float, strength: float) -> Detail:
    """The detail of a synthetic head like the sentence's, at size² texels of texel_mm; strength 0 is none, 1 all."""
    maps = generate(skin_surface(context.head, size, cache_folder()), recalled(asset), context.seed)
    deviation, relief_deviation = CROSSOVER_MM / texel_mm, RELIEF_CROSSOVER_MM / texel_mm
    slopes = (maps.normal[..., :2] / maps.normal[..., 2:]).astype(np.float32)
    return Detail(
        albedo=_factor(maps.albedo, deviation, strength),
        specular=_factor(maps.specular[..., None], deviation, strength)[..., 0],
        roughness=strength * _high(maps.roughness[..., None], deviation)[..., 0],
        slopes=strength * _high(slopes, relief_deviation),
        displacement=strength * _high(maps.displacement[..., None], relief_deviation)[..., 0],
    )


def _high(values: Floats, deviation: float) -> Floats:
    return values - _low(values, deviation)


def _factor(values: Floats, deviation: float, strength: float) -> Floats:
    positive = np.maximum(values, 1e-3)
    factor = np.clip(positive / _low(positive, deviation), 1 / RATIO_LIMIT, RATIO_LIMIT)
    return np.asarray(factor ** np.float32(strength), np.float32)


def _low(values: Floats, deviation: float) -> Floats:
    """Values (H, W, C) blurred by a Gaussian of that deviation in texels; a broad one on a smaller grid."""
    height, width, channels = values.shape
    if deviation < 4 * REDUCED or height % REDUCED or width % REDUCED:
        return gaussian_filter(values, (deviation, deviation, 0), mode="nearest", truncate=3.0)
    rows, columns = height // REDUCED, width // REDUCED
    means = values.reshape(rows, REDUCED, columns, REDUCED, channels).mean((1, 3))
    blurred = gaussian_filter(
        means, (deviation / REDUCED, deviation / REDUCED, 0), mode="nearest", truncate=3.0
    )
    grid = torch.from_numpy(blurred).permute(2, 0, 1)[None]
    broad = functional.interpolate(grid, (height, width), mode="bilinear", align_corners=False)
    return broad[0].permute(1, 2, 0).numpy()
