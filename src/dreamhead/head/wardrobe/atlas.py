"""The strand atlas: vertical strips of painted hair, root at the top, for cards and ropes to wear.

Channels are neutral: alpha, shade (a grey multiplier with the darkness of roots and inner layers baked in)
and across (the sideways slope of the strand, which becomes the tangent-space normal).  Strands run down the
image, so the V axis of every card is the direction of its hair and the tangent lies across it.

Cards are meant for alpha masking: the depth test then sorts them in any viewer, where blended cards would
need sorting per triangle.  A bundle cannot carry mip levels of its own, so coverage has to survive those that
a viewer averages: strands are drawn some pixels wide, their edges are hard, the strips are dense, and the
cut-off lies below one half.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from dreamhead.head.wardrobe.store import Arrays, remembered

Floats = NDArray[np.float64]

STRIPS = 8
SIZE = 1024
SEED = 1
ALPHA_CUTOFF = 0.4

STRIP_NAMES = ("UNDER", "DENSE", "LIGHT", "MEDIUM", "MEDIUM_LIGHT", "WISPY", "COILY")
UNDER, DENSE, LIGHT, MEDIUM, MEDIUM_LIGHT, WISPY, COILY = range(len(STRIP_NAMES))
ROPES = {"LOCK": 48, "PLAIT": 48, "SLEEK": 32}  # pixels that share the last column: closed ropes are solid
PLAIT_TURNS = 13  # of the painted plait's pattern over the strip's height


@dataclass(frozen=True)
class Strand:
    """How the hairs of one strip are painted; widths and waves in pixels of a 128 pixel wide strip."""

    hairs: int
    clumping: float
    wave: float
    shortest: float  # where along the strip the shortest hair ends
    width: float
    gain: float  # brightness: strips stand in for a colour per card, and for the depth of a layer
    starts: float = 0.12  # the last hair starts this far along: a ragged root melts into what lies below
    coils: float = 0.0


STRANDS = (
    Strand(190, 0.08, 0.8, 0.86, 2.2, 0.78),  # UNDER: what the other layers lie on
    Strand(160, 0.20, 1.2, 0.80, 2.1, 0.93, starts=0.28),  # DENSE
    Strand(130, 0.28, 1.4, 0.76, 2.1, 1.04, starts=0.34),  # LIGHT
    Strand(66, 0.45, 1.6, 0.68, 2.0, 0.96, starts=0.34),  # MEDIUM
    Strand(48, 0.45, 2.2, 0.60, 2.0, 1.08, starts=0.34),  # MEDIUM_LIGHT
    Strand(20, 0.55, 2.8, 0.55, 1.9, 1.08),  # WISPY
    Strand(80, 0.15, 9.0, 0.72, 2.2, 0.98, coils=7.0),  # COILY
)


def strand_atlas() -> Arrays:
    """alpha, shade (1 = 128) and across (0 slope = 128), each (SIZE, SIZE) uint8."""

    def paint() -> Arrays:
        column = SIZE // STRIPS
        strips = paint_atlas(STRANDS, column * len(STRANDS), SIZE, SEED)
        ropes = paint_ropes(SIZE, SEED)
        return {name: np.concatenate([strips[name], ropes[name]], axis=1) for name in strips}

    return remembered("strand atlas", paint)


def strip_span(name: str) -> tuple[float, float]:
    """From where to where a strip or rope reaches across the strand atlas, 0 to 1."""
    if name in STRIP_NAMES:
        return STRIP_NAMES.index(name) / STRIPS, (STRIP_NAMES.index(name) + 1) / STRIPS
    start = SIZE * len(STRIP_NAMES) // STRIPS
    before = sum(width for other, width in list(ROPES.items())[: list(ROPES).index(name)])
    return (start + before) / SIZE, (start + before + ROPES[name]) / SIZE


def fine_atlas() -> Arrays:
    """The atlas of brows and lashes, (256, 512) uint8: the same columns, each holding a few single hairs."""
    kinds = tuple(Strand(n, 0.35, 1.5, 0.72, w, g) for n, w, g in zip(*_FINE, strict=True))
    return remembered("fine atlas", lambda: paint_atlas(kinds, 512, 256, SEED + 1))


_FINE = (
    (5, 4, 3, 5, 4, 3, 4, 4),
    (5.5, 6.0, 7.0, 5.0, 6.5, 7.0, 8.0, 8.0),
    (0.85, 0.95, 1.1, 1.0, 0.9, 1.15, 0.9, 1.0),
)


def paint_atlas(strands: tuple[Strand, ...], width: int, height: int, seed: int) -> Arrays:
    """Every strip painted back to front and set side by side."""
    rng = np.random.default_rng(seed)
    painted = [_paint_strip(strand, width // len(strands), height, rng) for strand in strands]
    alpha, shade, across = (np.concatenate([strip[k] for strip in painted], axis=1) for k in range(3))
    rooted = np.interp(np.linspace(0, 1, height), (0, 0.15, 0.4, 1), (0.84, 0.94, 1.0, 1.06))[:, None]
    return {
        "alpha": _bytes(255 * alpha),
        "shade": _bytes(128 * shade * rooted),
        "across": _bytes(128 + 127 * across),
    }


def paint_ropes(height: int, seed: int) -> Arrays:
    """The last column: a matted lock, a painted plait and sleek strands, solid but for their ragged ends."""
    rng = np.random.default_rng([seed, 1])
    painted = [
        _paint_lock(height, ROPES["LOCK"], rng),
        _paint_plait(height, ROPES["PLAIT"], rng),
        _paint_sleek(height, ROPES["SLEEK"], rng),
    ]
    shade = np.concatenate([one[0] for one in painted], axis=1)
    across = np.concatenate([one[1] for one in painted], axis=1)
    ends = 0.93 + 0.07 * gaussian_filter1d(rng.random(shade.shape[1]), 0.8, mode="wrap")
    alpha = (np.linspace(0, 1, height)[:, None] < ends).astype(float)
    return {"alpha": _bytes(255 * alpha), "shade": _bytes(128 * shade), "across": _bytes(128 + 127 * across)}


def _streaks(height: int, width: int, slope: float, length: float, rng: np.random.Generator) -> Floats:
    """Noise of about unit size drawn out down the image, leaning by slope pixels a row."""
    noise = gaussian_filter1d(rng.normal(size=(height, width)), length, axis=0, mode="wrap")
    noise = gaussian_filter1d(noise, 0.7, axis=1, mode="wrap")
    shift = np.round(slope * np.arange(height)).astype(int)
    columns = (np.arange(width)[None] + shift[:, None]) % width
    return np.take_along_axis(noise, columns, axis=1) / noise.std()


def _paint_lock(height: int, width: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    streaks = _streaks(height, width, 0.12, 9.0, rng) + 0.6 * _streaks(height, width, -0.3, 4.0, rng)
    knots = gaussian_filter1d(rng.normal(size=(height, 1)), 9.0, axis=0)
    shade = 0.86 + 0.17 * streaks + 0.12 * knots / knots.std()
    return np.clip(shade, 0.3, 1.5), np.clip(0.28 * np.gradient(streaks, axis=1), -0.7, 0.7)


def _paint_plait(height: int, width: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    along, across = np.linspace(0, PLAIT_TURNS, height)[:, None], (np.arange(width)[None] + 0.5) / width - 0.5
    right = across > 0
    part = (along + 0.5 * right + 1.5 * np.abs(across)) % 1  # two rows of lobes, half a step apart
    lobe = np.sin(np.pi * part) ** 0.7 * np.clip(1.15 - 1.2 * np.abs(across), 0, 1)
    lobe = lobe * np.clip(np.abs(across) / 0.05, 0.55, 1)
    shade = 0.34 + 0.78 * lobe + 0.07 * _streaks(height, width, 0.0, 3.0, rng)
    slope = np.gradient(lobe, axis=1) * width / 12
    return np.clip(shade, 0.2, 1.4), np.clip(-slope, -0.75, 0.75)


def _paint_sleek(height: int, width: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    streaks = _streaks(height, width, 0.05, 40.0, rng)
    return np.clip(0.95 + 0.13 * streaks, 0.4, 1.5), np.clip(0.2 * np.gradient(streaks, axis=1), -0.6, 0.6)


def _paint_strip(
    strand: Strand, width: int, height: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    alpha, across_map = np.zeros((height, width)), np.zeros((height, width))
    shade = np.full((height, width), 0.6)
    scale = width / 128
    t = np.linspace(0, 1, height)
    clumps = 3 if strand.hairs > 30 else 2
    centres = (np.arange(clumps) + 0.5 + rng.uniform(-0.2, 0.2, clumps)) / clumps
    rows = np.arange(height)[:, None]
    reach = int(np.ceil(strand.width * scale)) + 2
    few = strand.hairs < 10
    for index in range(strand.hairs):
        depth = index / strand.hairs  # back hairs first, darker
        start = (index + rng.uniform(0.2, 0.8)) / strand.hairs if few else rng.uniform(0.06, 0.94)
        centre = 0.5 if few else centres[np.argmin(abs(centres - start))]
        line = start + (centre - start) * strand.clumping * t**1.3
        phase, pace = rng.random(2)
        line = line + strand.wave / 128 * np.sin(2 * np.pi * (phase + (0.6 + 1.2 * pace) * t)) * t
        if strand.coils:
            line = line + 3.4 / 128 * np.sin(2 * np.pi * (phase + (strand.coils + 4 * pace) * t))
        line = np.clip(line, 0.04, 0.96) * width
        end = rng.uniform(0.75, 1.0) if few else 1 - (1 - strand.shortest) * rng.random() ** 0.7
        begin = 0.0 if few else rng.random() * strand.starts
        taper = np.clip((end - t) / 0.35, 0, 1) ** 0.6
        if not few:
            taper = taper * np.clip((t - begin) / 0.08, 0, 1) ** 0.7
        thick = np.maximum(strand.width * scale * rng.uniform(0.75, 1.25) * taper, 1e-3)[:, None]
        column = np.floor(line)[:, None].astype(int) + np.arange(-reach, reach + 1)
        inside = (column >= 0) & (column < width)
        offset = column + 0.5 - line[:, None]
        visible = ((t > begin) & (t < end))[:, None] & inside
        cover = np.clip(thick * 0.5 + 0.5 - np.abs(offset), 0, 1) * visible * np.minimum(thick, 1)
        column = np.clip(column, 0, width - 1)
        slope = np.clip(2 * offset / np.maximum(thick, 1.0), -1, 1)
        tone = (0.5 + 0.5 * depth) * rng.uniform(0.72, 1.15) * (1 - 0.3 * slope**2)
        shade[rows, column] += (tone - shade[rows, column]) * cover
        across_map[rows, column] += (0.6 * slope - across_map[rows, column]) * cover
        alpha[rows, column] = 1 - (1 - alpha[rows, column]) * (1 - cover)
    return alpha, shade * strand.gain, across_map


def _bytes(values: Floats) -> NDArray[np.uint8]:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)
