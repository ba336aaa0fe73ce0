"""The mouth's maps: gums, teeth, tongue and the inside of the cheeks, by their boxes in the packed layout."""

from __future__ import annotations

import numpy as np

from dreamhead.head.builtin.arch import LOWER, UPPER, Arch
from dreamhead.head.builtin.gums import gum_margins
from dreamhead.head.builtin.part_mesh import UV_MARGIN, Box
from dreamhead.head.builtin.parts import (
    BAG_BOX,
    GUMS_LOWER_BOX,
    GUMS_UPPER_BOX,
    PALATE_BOX,
    TEETH_LOWER_BOX,
    TEETH_UPPER_BOX,
    TONGUE_BOX,
)
from dreamhead.head.builtin.teeth import ROOTED, CrownCell, crown_cells
from dreamhead.world.arrays import Array, floats
from dreamhead.world.eye import PartMaps
from dreamhead.world.masks import smooth
from dreamhead.world.noise import gradient_noise

# Linear reflectance.
FLESH, THROAT = (0.30, 0.075, 0.060), (0.045, 0.008, 0.008)
GUM, GUM_EDGE = (0.36, 0.115, 0.10), (0.45, 0.20, 0.17)
IVORY, ROOT, EDGE = (0.62, 0.54, 0.42), (0.46, 0.34, 0.20), (0.52, 0.50, 0.46)
STAIN = (0.45, 0.34, 0.22)  # what a fissure's brown leaves of the light
TONGUE, TONGUE_BELOW = (0.36, 0.115, 0.105), (0.30, 0.05, 0.055)


def mouth_maps(size: int, seed: int = 0) -> PartMaps:
    """Maps of the built-in head's mouth set at size² texels; wet, with the depth of the mouth shaded in."""
    albedo = np.empty((size, size, 3), np.float32)
    albedo[:] = FLESH
    roughness = np.full((size, size), 0.25, np.float32)
    height = np.zeros((size, size), np.float32)  # in texels
    _paint_bag(_Window(albedo, roughness, height, BAG_BOX, seed))
    _paint_tongue(_Window(albedo, roughness, height, TONGUE_BOX, seed + 1))
    _paint_palate(_Window(albedo, roughness, height, PALATE_BOX, seed + 40))
    for arch, gum_box, teeth_box in (
        (UPPER, GUMS_UPPER_BOX, TEETH_UPPER_BOX),
        (LOWER, GUMS_LOWER_BOX, TEETH_LOWER_BOX),
    ):
        _paint_gums(_Window(albedo, roughness, height, gum_box, seed + 2 + arch.upper), arch, gum_box)
        for cell in crown_cells(arch, teeth_box):
            key = seed + 4 + 14 * arch.upper + 2 * cell.place + (cell.side > 0)
            _paint_wall(_Window(albedo, roughness, height, _grown(cell.wall), key), cell)
            _paint_cap(_Window(albedo, roughness, height, _grown(cell.cap), key), cell)
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


def _paint_palate(window: _Window) -> None:
    """Paler than the gums, with a seam along the middle and ridges across its front; darker to the back."""
    across = 2 * window.u - 1
    wander = window.noise(window.u * 2, window.v * 3, 2.0)
    ridges = np.sin(2 * np.pi * (window.v * 22 + 1.2 * np.abs(across) + 0.5 * wander))
    ridges = ridges * smooth(window.v, 0.62, 0.42) * smooth(np.abs(across), 0.75, 0.45)
    seam = np.exp(-((across / 0.05) ** 2)) * smooth(window.v, 0.30, 0.40)
    vessels = window.noise(window.u * 4, window.v * 6, 3.0, 3)
    colour = _mixed(GUM_EDGE, GUM, 0.45 + 0.35 * vessels)
    colour = (
        colour
        * (1 + 0.10 * ridges - 0.15 * seam)[..., None]
        * (1 - 0.45 * smooth(window.v, 0.5, 0.8))[..., None]
    )
    window.albedo[:] = colour
    window.roughness[:] = 0.24
    window.height[:] = (1.6 * ridges - 1.2 * seam) * window.size / 1024


def _paint_gums(window: _Window, arch: Arch, box: Box) -> None:
    """Pink and stippled, paler where it is tied to the roots, redder at the margins, darker to the back."""
    back = smooth(np.abs(window.u - 0.5), 0.18, 0.5)
    outer, inner = ((v - box[1]) / (box[3] - box[1]) for v in gum_margins(arch, box))
    beside = np.minimum(np.abs(window.v - outer), np.abs(window.v - inner))
    vessels = window.noise(window.u * 8, window.v, 9.0, 3)
    tied = np.exp(-(((beside - 0.14) / 0.07) ** 2))
    colour = _mixed(GUM, GUM_EDGE, np.clip(0.5 + 0.5 * vessels, 0, 1) * 0.35 + 0.45 * tied)
    colour = colour * (1 - 0.22 * smooth(beside, 0.05, 0.0))[..., None]
    hidden = smooth(window.v, outer + 0.05, outer + 0.09) * smooth(window.v, inner - 0.05, inner - 0.09)
    colour = colour * (1 - 0.55 * hidden)[..., None]
    window.albedo[:] = colour * (1 - 0.6 * back)[..., None]
    window.roughness[:] = 0.20 + 0.06 * tied
    stipple = window.noise(window.u * 40, window.v * 6, 3.0, 2)
    window.height[:] = 0.35 * tied * stipple * window.size / 1024


def _paint_wall(window: _Window, cell: CrownCell) -> None:
    """Biting edge at the top, root below, the lip's side in the middle: ivory, yellower at the neck."""
    toward_lip = smooth(np.abs(window.u - 0.5), 0.36, 0.24)
    neck = smooth(window.v, 0.40, 1.0 / ROOTED + 0.05)
    colour = _mixed(IVORY, ROOT, 0.75 * neck + 0.12 * (cell.kind == "canine"))
    if cell.kind in ("incisor", "canine"):  # enamel alone lets the dark of the mouth through
        edge = smooth(window.v, 0.26, 0.05) * (0.7 + 0.3 * window.noise(window.u * 5, window.v, 2.0))
        colour = colour * (1 - 0.55 * edge)[..., None] + 0.55 * edge[..., None] * floats(EDGE)
    crazing = window.noise(window.u * 6, window.v * 0.8, 3.0, 3)
    tone = 1 + 0.035 * np.sin(2.7 * window.seed) + 0.05 * crazing
    beside = np.exp(-(((np.abs(window.u - 0.5) - 0.25) / 0.06) ** 2))  # where neighbours touch
    shade = (1 - 0.05 * cell.place) * (0.72 + 0.28 * toward_lip) * (1 - 0.35 * beside)
    shade = shade * (1 - 0.35 * smooth(window.v, 0.78, 0.95))
    window.albedo[:] = colour * (tone * shade)[..., None]
    window.roughness[:] = 0.15 + 0.08 * neck
    ripples = np.sin(window.v * 60 + 2 * crazing) * smooth(window.v, 0.3, 0.6)
    window.height[:] = (0.20 * crazing + 0.05 * ripples) * window.size / 1024


def _paint_cap(window: _Window, cell: CrownCell) -> None:
    """A biting surface seen from above: fissures gather a little brown."""
    a, b = 2 * window.u - 1, 1 - 2 * window.v
    colour = np.broadcast_to(floats(IVORY), (*a.shape, 3)) * (1 - 0.05 * cell.place)
    wander = 0.10 * window.noise(a, b, 2.5)
    if cell.kind in ("premolar", "molar"):
        reach = smooth(np.abs(a), 0.85, 0.60) * smooth(np.abs(b), 0.95, 0.75)
        fissure = np.exp(-(((b + wander) / 0.05) ** 2)) * smooth(np.abs(a), 0.75, 0.55)
        if cell.kind == "molar":
            fissure = np.maximum(fissure, np.exp(-(((a + wander) / 0.05) ** 2)) * reach)
        colour = colour * (1 - 0.5 * fissure[..., None] * (1 - floats(STAIN)))
        colour = colour * (1 - 0.25 * smooth(np.hypot(a, b), 0.5, 0.0))[..., None]
    else:
        colour = 0.6 * colour + 0.4 * floats(EDGE)
    window.albedo[:] = colour * (1 + 0.05 * window.noise(a * 2, b * 2, 3.0))[..., None]
    window.roughness[:] = 0.18
    window.height[:] = 0


def _grown(box: Box) -> Box:
    """An island with half the gap to its neighbours, painted so that filtering brings nothing foreign in."""
    return box[0] - UV_MARGIN, box[1] - UV_MARGIN, box[2] + UV_MARGIN, box[3] + UV_MARGIN
