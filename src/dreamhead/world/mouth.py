"""The mouth's maps: gums, teeth, tongue and the inside of the cheeks, by their boxes in the packed layout."""

from __future__ import annotations

import numpy as np

from dreamhead.head.builtin.generate import (
    BAG_BOX,
    GUMS_LOWER_BOX,
    GUMS_UPPER_BOX,
    TEETH_LOWER_BOX,
    TEETH_UPPER_BOX,
    TONGUE_BOX,
)
from dreamhead.world.arrays import Array, floats
from dreamhead.world.eye import PartMaps
from dreamhead.world.masks import smooth
from dreamhead.world.noise import gradient_noise

Box = tuple[float, float, float, float]
# Linear reflectance.
FLESH, THROAT = (0.30, 0.075, 0.060), (0.045, 0.008, 0.008)
GUM, GUM_EDGE = (0.36, 0.115, 0.10), (0.45, 0.20, 0.17)
IVORY, ROOT, EDGE = (0.62, 0.54, 0.42), (0.46, 0.34, 0.20), (0.52, 0.50, 0.46)
TONGUE, TONGUE_BELOW = (0.36, 0.115, 0.105), (0.30, 0.05, 0.055)


def mouth_maps(size: int, seed: int = 0) -> PartMaps:
    """Maps of the built-in head's mouth set at size² texels; wet, with the depth of the mouth shaded in."""
    albedo = np.empty((size, size, 3), np.float32)
    albedo[:] = FLESH
    roughness = np.full((size, size), 0.25, np.float32)
    height = np.zeros((size, size), np.float32)  # in texels
    _paint_bag(_Window(albedo, roughness, height, BAG_BOX, seed))
    _paint_tongue(_Window(albedo, roughness, height, TONGUE_BOX, seed + 1))
    for number, box in enumerate((GUMS_UPPER_BOX, GUMS_LOWER_BOX)):
        _paint_gums(_Window(albedo, roughness, height, box, seed + 2 + number))
    for number, box in enumerate((TEETH_UPPER_BOX, TEETH_LOWER_BOX)):
        _paint_teeth(_Window(albedo, roughness, height, box, seed + 4 + number))
    slope_u = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / 2
    slope_v = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / 2
    normal = np.stack([-slope_u, slope_v, np.ones_like(height)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return PartMaps(
        np.clip(albedo, 0.002, 0.92),
        np.full((size, size), 0.5, np.float32),
        roughness,
        normal.astype(np.float32),
    )


# ---------------------------------------------------------------------------------------------------------------


class _Window:
    """One box of the maps with its own coordinates u, v in 0..1."""

    def __init__(self, albedo: Array, roughness: Array, height: Array, box: Box, seed: int) -> None:
        size = albedo.shape[0]
        left, top, right, bottom = (round(edge * size) for edge in box)
        self.albedo, self.roughness = albedo[top:bottom, left:right], roughness[top:bottom, left:right]
        self.height, self.seed, self.size = height[top:bottom, left:right], seed, size
        columns, rows = np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5
        self.u, self.v = np.meshgrid(
            (columns / size - box[0]) / (box[2] - box[0]), (rows / size - box[1]) / (box[3] - box[1])
        )

    def noise(self, x: Array, y: Array, frequency: float, octaves: int = 2) -> Array:
        points = np.stack([x, y, np.full_like(x, 3.7 * self.seed)], -1).reshape(-1, 3).astype(np.float32)
        return gradient_noise(points, frequency, octaves, 0.6, self.seed).reshape(x.shape)


def _mixed(first: tuple[float, float, float], second: tuple[float, float, float], share: Array) -> Array:
    return floats(first) * (1 - share[..., None]) + floats(second) * share[..., None]


def _paint_bag(window: _Window) -> None:
    """A disc: the lips' contact line around, the throat in the middle."""
    depth = 1 - np.clip(np.hypot(window.u - 0.5, window.v - 0.5) * 2, 0, 1)
    colour = _mixed(FLESH, THROAT, smooth(depth, 0.08, 0.62))
    window.albedo[:] = colour * (1 + 0.25 * window.noise(window.u, window.v, 9.0, 3))[..., None]


def _paint_tongue(window: _Window) -> None:
    """Tip at the top, its upper side in the middle; papillae above, a smooth red underside."""
    above = smooth(np.abs(window.u - 0.5), 0.30, 0.18)
    deep = smooth(window.v, 0.35, 1.0)
    bumps = window.noise(window.u * 2.2, window.v * 3.0, 26.0, 2)
    colour = _mixed(TONGUE_BELOW, TONGUE, above) * (1 - 0.75 * deep)[..., None]
    groove = np.exp(-(((window.u - 0.5) / 0.02) ** 2)) * above * smooth(window.v, 0.1, 0.3)
    pale = 1 + 0.30 * above * bumps - 0.25 * groove
    window.albedo[:] = colour * pale[..., None]
    window.roughness[:] = 0.24 + 0.16 * above
    window.height[:] = above * bumps * 0.6 * window.size / 1024


def _paint_gums(window: _Window) -> None:
    """Pink, paler towards the teeth, darker to the back of the arch; faint vessels."""
    back = smooth(np.abs(window.u - 0.5), 0.18, 0.5)
    vessels = window.noise(window.u * 8, window.v, 9.0, 3)
    colour = _mixed(GUM, GUM_EDGE, np.clip(0.5 + 0.5 * vessels, 0, 1) * 0.5)
    window.albedo[:] = colour * (1 - 0.6 * back)[..., None]
    window.roughness[:] = 0.22


def _paint_teeth(window: _Window) -> None:
    """Fourteen crowns: biting edge at the top, neck below; ivory, yellower at the neck and to the back."""
    crown = np.floor(window.u * 14)
    around = window.u * 14 - crown
    place = np.abs(crown - 6.5)  # 0.5 in front .. 6.5 at the back
    inside = smooth(np.abs(around - 0.75), 0.25, 0.12)  # the tongue's side
    beside = np.minimum(np.abs(around - 0.0), np.minimum(np.abs(around - 0.5), np.abs(around - 1.0)))
    contact = np.exp(-((beside / 0.07) ** 2))  # where neighbours touch
    colour = _mixed(IVORY, ROOT, smooth(window.v, 0.45, 0.95))
    edge = smooth(window.v, 0.30, 0.10) * (place < 3)
    colour = colour * (1 - 0.35 * edge)[..., None] + 0.35 * edge[..., None] * floats(EDGE)
    tone = (
        1 + 0.05 * np.sin(crown * 2.7 + window.seed) + 0.08 * window.noise(window.u * 14, window.v * 2, 2.0)
    )
    shade = (
        (1 - 0.07 * place)
        * (1 - 0.45 * inside)
        * (1 - 0.4 * contact)
        * (1 - 0.35 * smooth(window.v, 0.7, 1.0))
    )
    window.albedo[:] = colour * (tone * shade)[..., None]
    window.roughness[:] = 0.16 + 0.08 * smooth(window.v, 0.5, 0.9)
    window.height[:] = 0.25 * window.noise(window.u * 14, window.v * 1.2, 7.0) * window.size / 1024
