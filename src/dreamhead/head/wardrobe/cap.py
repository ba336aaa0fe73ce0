"""Painted hair on the skin: the scalp cap, buzz-cut shells, stubble, beard shadow and brow tint.

A layer is a patch of skin faces lifted a little, with a texture of short strokes that dissolve at its edge.
The textures depend on the default head alone and are remembered; the patches follow any head.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import gaussian_filter, zoom

from dreamhead.head.wardrobe.cranial import Region
from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.groom import Cards, joined
from dreamhead.head.wardrobe.hairstyles import Hairstyle
from dreamhead.head.wardrobe.store import Arrays
from dreamhead.head.wardrobe.surface import CRANIUM, EAR_RING, Mask, Surface, azimuth

Floats = NDArray[np.float64]
Chart = Callable[[Floats], Floats]  # home points (N, 3) -> uv (N, 2), origin top left

EAR_EDGE = 1.6  # ear ring coordinate at which painted hair ends
EAR_FADE = 0.6  # cm of depth per ring
CAP_AXIS = unit(np.array([0.0, 1.0, -0.25]))
CAP_ANGLE = np.radians(150)  # polar angle at the chart's edge
CAP_SIZE = 1024
FUZZ_SIZE = 768
FUZZ_LAYERS = 4
FUZZ_HEIGHT = 0.24  # cm
FAR_AWAY = (0.0, -99.0, 0.0)  # home position of texels that no skin maps to


@dataclass(frozen=True)
class Window:
    """A cylindrical chart of the face: degrees of azimuth to both sides, heights in cm, texture size."""

    degrees: float
    low: float
    high: float
    width: int
    height: int

    def uv(self, home: Floats) -> Floats:
        """(N, 3) -> (N, 2)."""
        return np.stack(
            [0.5 + azimuth(home) / (2 * self.degrees), (self.high - home[:, 1]) / (self.high - self.low)],
            axis=1,
        )


WHISKERS_WINDOW = Window(105.0, -10.5, 3.5, 1024, 768)
BROW_WINDOW = Window(48.0, 3.6, 6.9, 1024, 320)


def scalp_uv(home: Floats) -> Floats:
    """A polar chart around the crown, the forehead at the bottom."""
    direction = unit(home - CRANIUM)
    forward = unit(np.array([0.0, 0.0, 1.0]) - CAP_AXIS * CAP_AXIS[2])
    right = np.cross(CAP_AXIS, forward)
    around = np.arctan2(direction @ right, direction @ forward)
    radius = np.arccos(np.clip(direction @ CAP_AXIS, -1, 1)) / CAP_ANGLE
    return np.stack([0.5 + 0.5 * radius * np.sin(around), 0.5 + 0.5 * radius * np.cos(around)], axis=1)


def patch(surface: Surface, chosen: NDArray[np.bool_], offset: float, chart: Chart) -> Cards:
    """The skin faces whose three vertices are chosen (V,), lifted by offset cm along the normals."""
    triangles = surface.triangles
    triangles = triangles[(chosen & (surface.ear_ring < EAR_EDGE + 0.5))[triangles].all(1)]
    used, inverse = np.unique(triangles, return_inverse=True)
    corner = np.full(len(surface.home), -1, np.int64)
    owner = np.zeros(len(surface.home), np.int64)
    for k in range(3):
        owner[triangles[:, k]] = np.arange(len(triangles))
        corner[triangles[:, k]] = k
    return Cards(
        surface.vertices[used] + offset * surface.normals[used],
        surface.normals[used],
        chart(surface.home[used]),
        inverse.reshape(-1, 3),
        triangles[owner[used]],
        np.eye(3)[corner[used]],
    )


def scalp_patch(
    surface: Surface, region: Region, bare: NDArray[np.bool_], offset: float, margin: float = 2.6
) -> Cards:
    """The scalp down to margin cm outside a region, where it is bare (V,): not under a hat."""
    chosen = (region.inside(surface.home) > -margin) & (surface.home[:, 1] > -8)
    return patch(surface, chosen & bare, offset, scalp_uv)


def face_patch(surface: Surface, mask: Mask, window: Window, offset: float = 0.02) -> Cards:
    """The face where the mask is above nothing, with a ring of faces around it."""
    covered = (mask(surface.home) > 0.01) & (surface.home[:, 2] > 1.2) & (np.abs(surface.normals).sum(1) > 0)
    triangles = surface.triangles_without_ears
    grown = np.zeros(len(covered), bool)
    grown[triangles[covered[triangles].any(1)].ravel()] = True
    return patch(surface, grown & (surface.home[:, 1] > NECK_EDGE), offset, window.uv)


NECK_EDGE = -10.4


def paint_scalp(surface: Surface, seed: int, style: Hairstyle) -> Arrays:
    """Alpha and shade of the cap: solid inside the hairline, thin where shaved, dissolving into strokes."""
    rng = np.random.default_rng(seed)
    size, settings = CAP_SIZE, style.cap
    home = _home_map(surface, scalp_uv, size, size, surface.home[:, 1] > -9)
    wobble = gaussian_filter(rng.normal(size=(size, size)), size / 130) * size / 130
    height = np.minimum(_depth(style.region, home), _before_ears(surface, scalp_uv, size))
    height = height + settings.ragged * wobble
    kept = _depth(style.long_region, home) + 0.5 * settings.ragged * wobble
    long = np.clip(0.5 + kept / 0.5, 0, 1) if style.long is not None else np.ones((size, size))
    x, y = np.meshgrid((np.arange(size) + 0.5) / size - 0.5, (np.arange(size) + 0.5) / size - 0.5)
    flow = unit(np.stack([x, y], axis=-1) + 0.02)
    core = np.clip((height + 0.25) / settings.soft, 0, 1)
    density = np.clip((height + 0.7) / settings.soft, 0, 1) ** 1.5
    density = density * (1 - (0.8 - 0.5 * (1 - long)) * core)  # most strokes at the edge
    core = 1 - (1 - core) ** 2  # linear blending shows the dark late
    alpha, shade = strokes(density, flow, 60_000, 16, rng, strength=0.9)
    stubble = np.clip(1 + 0.13 * _grain(size, rng), 0.2, 1.25)
    core = (settings.shaved * stubble * (1 - long) + settings.solid * long) * core
    alpha = alpha * (1 - 0.55 * (1 - long))
    return _channels(np.maximum(alpha, core), shade * np.where(alpha > 0.15, 1.0, 0.75))


def paint_face(
    surface: Surface,
    mask: Mask,
    window: Window,
    seed: int,
    *,
    count: int,
    length: float,
    tint: float,
    grain: float,
) -> Arrays:
    """Alpha and shade of a face layer: a soft tint and count strokes of length pixels, hanging down."""
    rng = np.random.default_rng(seed)
    home = _home_map(surface, window.uv, window.height, window.width, surface.home[:, 2] > 0.5)
    density = np.clip(gaussian_filter(mask(home.reshape(-1, 3)).reshape(home.shape[:2]), 4), 0, 1)
    flow = np.array([0.0, 1.0]) + 0.15 * rng.normal(size=(*density.shape, 2))
    alpha, shade = strokes(density, flow, count, length, rng, strength=grain, jitter=0.5)
    tinted = (tint * density) ** 1.3  # thinner than the strokes at the edge, that no haze shows
    return _channels(np.maximum(alpha, tinted), shade)


def paint_fuzz(surface: Surface, seed: int, region: Region, count: int = 110_000) -> Arrays:
    """Buzz cut: dots that shrink and drift from shell to shell; four shells in a square of squares."""
    rng = np.random.default_rng(seed)
    size = FUZZ_SIZE
    home = _home_map(surface, scalp_uv, size, size, surface.home[:, 1] > -9)
    height = np.minimum(_depth(region, home), _before_ears(surface, scalp_uv, size))
    height = gaussian_filter(height, size / 300)
    points = rng.random((count, 2)) * size
    cell = points.astype(int)
    points = points[height[cell[:, 1], cell[:, 0]] > 0.1 + rng.normal(size=count) * 0.3]
    outwards = points / size - 0.5
    outwards /= np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 0.02)
    tone = rng.uniform(0.65, 1.0, len(points))
    alphas, shades = [], []
    for layer in range(FUZZ_LAYERS):
        alpha, shade = np.zeros((size, size)), np.full((size, size), 0.7)
        at = points + outwards * layer * 0.9
        radius = 0.95 - 0.4 * layer / FUZZ_LAYERS
        for dx in range(-1, 3):
            for dy in range(-1, 3):
                x, y = np.floor(at[:, 0]).astype(int) + dx, np.floor(at[:, 1]).astype(int) + dy
                cover = np.clip(radius + 0.5 - np.hypot(x + 0.5 - at[:, 0], y + 0.5 - at[:, 1]), 0, 1)
                x, y = x.clip(0, size - 1), y.clip(0, size - 1)
                np.maximum.at(alpha, (y, x), cover)
                shade[y[cover > 0.3], x[cover > 0.3]] = tone[cover > 0.3]
        alphas.append(alpha)
        shades.append(shade * (0.8 + 0.2 * layer / (FUZZ_LAYERS - 1)))
    return _channels(_square(alphas), _square(shades))


def fuzz_shells(surface: Surface, region: Region, bare: NDArray[np.bool_]) -> Cards:
    """The buzz cut's four shells over the bare (V,) scalp, each with its quarter of the texture."""
    chosen = bare & (region.inside(surface.home) > -0.6) & (surface.home[:, 1] > -8)
    shells = []
    for layer in range(FUZZ_LAYERS):
        offset = 0.05 + FUZZ_HEIGHT * layer / (FUZZ_LAYERS - 1)
        shell = patch(surface, chosen, offset, scalp_uv)
        shells.append(replace(shell, uv=0.5 * (shell.uv + np.array([layer % 2, layer // 2]))))
    return joined(shells)


def strokes(
    density: Floats,
    flow: Floats,
    count: int,
    length: float,
    rng: np.random.Generator,
    *,
    strength: float = 1.0,
    jitter: float = 0.25,
) -> tuple[Floats, Floats]:
    """count short hairs rooted as density (H, W) says, painted along flow (H, W, 2) -> alpha, shade (H, W)."""
    height, width = density.shape
    alpha, shade = np.zeros((height, width)), np.full((height, width), 0.6)
    total = np.cumsum(density.ravel())
    texel = np.searchsorted(total, rng.random(count) * total[-1])
    point = np.column_stack([texel % width, texel // width]) + rng.random((count, 2))
    lengths = length * rng.uniform(0.6, 1.3, len(point))
    tone = rng.uniform(0.55, 1.25, len(point))
    turn = rng.normal(size=len(point)) * jitter
    cosine, sine = np.cos(turn), np.sin(turn)
    for step in range(int(length * 1.3)):
        x_cell = point[:, 0].astype(int).clip(0, width - 1)
        y_cell = point[:, 1].astype(int).clip(0, height - 1)
        ahead = flow[y_cell, x_cell]
        ahead = np.stack(
            [cosine * ahead[:, 0] - sine * ahead[:, 1], sine * ahead[:, 0] + cosine * ahead[:, 1]], 1
        )
        live = step < lengths
        cover = np.clip(1.2 * (1 - step / lengths), 0, 1) * live * strength
        x, y = point[:, 0] - 0.5, point[:, 1] - 0.5
        left, top = np.floor(x).astype(int), np.floor(y).astype(int)
        right_part, low_part = x - left, y - top
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            weight = (right_part if dx else 1 - right_part) * (low_part if dy else 1 - low_part)
            column, row = (left + dx).clip(0, width - 1), (top + dy).clip(0, height - 1)
            np.maximum.at(alpha, (row, column), cover * np.sqrt(weight))
            strong = cover * weight > 0.2
            shade[row[strong], column[strong]] = tone[strong]
        point = point + ahead * live[:, None]
    return alpha, shade


def _grain(size: int, rng: np.random.Generator) -> Floats:
    """(size, size) noise of unit size, a texel or two across: cropped hairs seen end on."""
    noise = gaussian_filter(rng.normal(size=(size, size)), 0.6)
    return np.asarray(noise / noise.std())


def _depth(region: Region, home: Floats) -> Floats:
    """(H, W) cm inside a region per texel of a home map (H, W, 3), clipped to +-4."""
    size = home.shape[0]
    height = np.clip(region.inside(home.reshape(-1, 3)), -4, 4).reshape(home.shape[:2])
    return gaussian_filter(height, size / 300)


def _before_ears(surface: Surface, chart: Chart, size: int) -> Floats:
    """(size, size) cm of depth before the ears, by their ring coordinate, at most 4."""
    near = (surface.ear_ring < EAR_EDGE + 1.5) & (surface.home[:, 1] > -9)
    rings = _mapped(surface, chart, size, size, near, surface.ear_ring[:, None], (0.0,))[..., 0]
    return np.minimum(EAR_FADE * (EAR_EDGE - gaussian_filter(rings, size / 300)), 4.0)


def _home_map(surface: Surface, chart: Chart, height: int, width: int, chosen: NDArray[np.bool_]) -> Floats:
    """(height, width, 3) home position per texel."""
    return _mapped(
        surface, chart, height, width, chosen & (surface.ear_ring <= EAR_RING), surface.home, FAR_AWAY
    )


def _mapped(
    surface: Surface,
    chart: Chart,
    height: int,
    width: int,
    chosen: NDArray[np.bool_],
    values: Floats,
    elsewhere: tuple[float, ...],
) -> Floats:
    """(height, width, C) values (V, C) per texel, found at a quarter of the resolution."""
    on_skin = np.zeros(len(surface.home), bool)
    on_skin[surface.triangles.ravel()] = True
    on_skin &= chosen
    rows, columns = height // 4, width // 4
    u, v = np.meshgrid((np.arange(columns) + 0.5) / columns, (np.arange(rows) + 0.5) / rows)
    found = LinearNDInterpolator(chart(surface.home[on_skin]), values[on_skin])(u, v)
    found = np.where(np.isnan(found), elsewhere, found)
    return zoom(found, (4, 4, 1), order=1, grid_mode=True, mode="nearest")


def _channels(alpha: Floats, shade: Floats) -> Arrays:
    return {
        "alpha": np.round(255 * np.clip(alpha, 0, 1)).astype(np.uint8),
        "shade": np.round(128 * np.clip(shade, 0, 1.99)).astype(np.uint8),
    }


def _square(layers: list[Floats]) -> Floats:
    return np.concatenate([np.concatenate(layers[:2], axis=1), np.concatenate(layers[2:], axis=1)], axis=0)
