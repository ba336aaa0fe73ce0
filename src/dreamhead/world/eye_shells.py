"""The maps of what lies over an eye: clear cornea, tear line, and the shade that the lids cast."""

from __future__ import annotations

import numpy as np

from dreamhead.head.builtin.eyes import CORNEA_UV_RADIUS
from dreamhead.head.builtin.lid_shells import SHADE_ROWS, SHADE_UV
from dreamhead.world.arrays import Array, floats
from dreamhead.world.masks import smooth

MIRRORED = 0.045  # share that a wet surface reflects at the middle of the cornea
TEAR_MIRRORED = 0.08  # and along the tear line, whose curve gathers more of the surroundings
SHADE = (0.030, 0.010, 0.008)  # linear: light under the lids has come through blood
_UNDER_LID = 1 / (len(SHADE_ROWS) - 1)  # share of the map's ring that lies under the lids


def cornea_maps(size: int) -> tuple[Array, Array]:
    """Colour (3,) and coverage (size, size): more towards the edge, where it is seen aslant, none at the rim."""
    x, y = _centred(size)
    out = np.hypot(x, y) / CORNEA_UV_RADIUS
    coverage = MIRRORED * (1 + 0.8 * smooth(out, 0.4, 0.8)) * smooth(out, 0.99, 0.80)
    return floats([1.0, 1.0, 1.0]), coverage.astype(np.float32)


def tear_maps(size: int) -> tuple[Array, Array]:
    """Colour (3,) and coverage (size, size): u from the inner to the outer corner, v across the strip."""
    u = (np.arange(size, dtype=np.float32) + 0.5) / size
    coverage = TEAR_MIRRORED * smooth(u, 0.01, 0.06) * smooth(u, 0.99, 0.94)
    return floats([1.0, 1.0, 1.0]), np.repeat(coverage[None], size, 0).astype(np.float32)


def occlusion_maps(size: int) -> tuple[Array, Array]:
    """Colour (3,) and coverage (size, size): darkest under the upper lid and in the corners, gone further in."""
    x, y = _centred(size)
    radius = np.hypot(x, y)
    inwards = (SHADE_UV[0] - radius) / (SHADE_UV[0] - SHADE_UV[1])  # 0 under the lid .. 1 innermost
    open_part = np.clip((inwards - _UNDER_LID) / (1 - _UNDER_LID), 0, 1)
    up = y / np.maximum(radius, 1e-6)  # 1 at the upper lid's middle, -1 at the lower's
    upper = smooth(up, -0.25, 0.75)
    corner = 1 - np.abs(up) ** 0.7
    at_lid = 0.46 + 0.34 * upper + 0.16 * corner * (1 - upper)
    width = 0.24 + 0.42 * upper + 0.16 * corner
    fade = np.exp(-((open_part / width) ** 2) * 1.6) * smooth(open_part, 1.0, 0.75)
    return floats(SHADE), np.clip(at_lid * fade, 0, 1).astype(np.float32)


def _centred(size: int) -> tuple[Array, Array]:
    grid = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
    x, y = np.meshgrid(grid, -grid)
    return x, y
