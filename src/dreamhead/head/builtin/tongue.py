"""The tongue: sections along a centreline, so that it can rest in the mouth or leave it; centimetres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.part_mesh import Box, PartMesh, capped_tube, outward

Points = NDArray[np.float64]

TONGUE_SECTIONS, TONGUE_SEGMENTS = 21, 20
TONGUE_T = np.linspace(0, 1, TONGUE_SECTIONS) ** 1.45  # tip to root, denser at the tip


def tongue(box: Box) -> PartMesh:
    """The resting tongue, tip first, unrolled with its seam underneath into the UV box."""
    return outward(capped_tube(_sections(*tongue_rest_line(TONGUE_T), upright=True), box))


def tongue_rest_line(t: Points) -> tuple[Points, Points, Points]:
    """Centreline (n, 2) as (y, z), half width (n,) and half height (n,) at t = 0 tip .. 1 root."""
    z = 9.15 - 6.2 * t**1.1
    y = -4.38 + 0.42 * np.sin(np.pi * np.clip(t * 1.05, 0, 1)) - 1.98 * np.maximum(0, t - 0.55) ** 1.3
    tip = 1 - np.clip(t / 0.50, 0.0, 1)
    width = 1.72 * np.sqrt(1 - np.minimum(tip, 0.985) ** 2.3) * (1 - 0.12 * t)
    height = 0.46 * np.clip(t / 0.30, 0.10, 1) ** 0.55 * (1 + 0.45 * t)
    return np.stack([y, z], 1), width, height


def tongue_along(line: Points, width: Points, height: Points) -> Points:
    """(V, 3) the tongue's vertices with its sections set across another centreline (n, 2)."""
    grid = _sections(line, width, height, upright=False)
    ends = np.stack([grid[0].mean(0), grid[-1].mean(0)])
    return np.concatenate([grid.reshape(-1, 3), ends])


def _sections(line: Points, width: Points, height: Points, upright: bool) -> Points:
    """(n, m, 3) rounded lens-shaped sections with a groove along the middle of the back."""
    around = np.arange(TONGUE_SEGMENTS) * 2 * np.pi / TONGUE_SEGMENTS - np.pi / 2  # seam underneath
    sine, cosine = np.sin(around), np.cos(around)
    across = np.sign(cosine) * np.abs(cosine) ** 0.9
    t = np.linspace(0, 1, len(line)) ** 1.45
    groove = 0.24 * np.clip(t / 0.22, 0, 1) * np.clip((1.05 - t) / 0.35, 0, 1)
    dent = groove[:, None] * np.exp(-((cosine / 0.24) ** 2))
    above = np.sqrt(np.abs(sine)) * (0.72 - dent)  # full flanks, flat back
    below = 0.85 * np.abs(sine) ** 1.2
    profile = np.where(sine > 0, above, -below)
    if upright:
        normal = np.tile([1.0, 0.0], (len(line), 1))
    else:
        tangent = np.gradient(line, axis=0)
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    lift = height[:, None] * profile
    yz = line[:, None, :] + lift[..., None] * normal[:, None, :]
    return np.concatenate([(width[:, None] * across)[..., None], yz], -1)
