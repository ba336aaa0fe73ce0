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

SIZE = 1024
SEED = 1
ALPHA_CUTOFF = 0.4

WIDTHS = {
    "UNDER": 96,
    "DENSE": 112,
    "LIGHT": 112,
    "MEDIUM": 112,
    "MEDIUM_LIGHT": 104,
    "WISPY": 80,
    "COILY": 88,
    "FUR": 96,
    "RINGLET": 96,
}  # strip -> pixels; whole texels remain down to the third mip level
STRIP_NAMES = tuple(WIDTHS)
UNDER, DENSE, LIGHT, MEDIUM, MEDIUM_LIGHT, WISPY, COILY, FUR, RINGLET = range(len(STRIP_NAMES))
FINE_STRIPS = 8  # of the atlas of brows and lashes, all as wide
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
    fur: float = 0.0  # length of each hair as a share of the strip; 0: hairs run from its root to its end
    ringlets: int = 0  # strands wound round so many common axes
    turns: float = 0.0  # of a ringlet over the strip


STRANDS = (
    Strand(190, 0.08, 0.8, 0.86, 2.2, 0.78),  # UNDER: what the other layers lie on
    Strand(160, 0.20, 1.2, 0.80, 2.1, 0.93, starts=0.28),  # DENSE
    Strand(130, 0.28, 1.4, 0.76, 2.1, 1.04, starts=0.34),  # LIGHT
    Strand(66, 0.45, 1.6, 0.68, 2.0, 0.96, starts=0.34),  # MEDIUM
    Strand(48, 0.45, 2.2, 0.60, 2.0, 1.08, starts=0.34),  # MEDIUM_LIGHT
    Strand(17, 0.7, 2.8, 0.55, 3.1, 1.08),  # WISPY
    Strand(80, 0.15, 9.0, 0.72, 2.2, 0.98, coils=7.0),  # COILY
    Strand(
        330, 0.0, 0.0, 1.0, 1.7, 1.0, fur=0.34
    ),  # FUR: short hairs lying one over the other, rooted all along
    Strand(52, 0.0, 0.0, 0.80, 2.0, 1.0, ringlets=2, turns=4.2),  # RINGLET
)


def strand_atlas() -> Arrays:
    """alpha, shade (1 = 128) and across (0 slope = 128), each (SIZE, SIZE) uint8."""

    def paint() -> Arrays:
        strips = paint_atlas(STRANDS, tuple(WIDTHS.values()), SIZE, SEED)
        ropes = paint_ropes(SIZE, SEED)
        return {name: np.concatenate([strips[name], ropes[name]], axis=1) for name in strips}

    return remembered("strand atlas", paint)


def strip_span(name: str) -> tuple[float, float]:
    """From where to where a strip or rope reaches across the strand atlas, 0 to 1."""
    widths = {**WIDTHS, **ROPES}
    start = sum(width for other, width in list(widths.items())[: list(widths).index(name)])
    return start / SIZE, (start + widths[name]) / SIZE


def strip_spans(*, fine: bool = False) -> Floats:
    """(strips, 2) from where to where each strip reaches across the strand atlas or the fine one, 0 to 1."""
    if fine:
        return np.stack([np.arange(FINE_STRIPS), np.arange(1, FINE_STRIPS + 1)], axis=1) / FINE_STRIPS
    return np.array([strip_span(name) for name in STRIP_NAMES])


def fine_atlas() -> Arrays:
    """The atlas of brows and lashes, (256, 512) uint8: the same columns, each holding a few single hairs."""
    kinds = tuple(Strand(n, 0.35, 1.5, 0.72, w, g) for n, w, g in zip(*_FINE, strict=True))
    return remembered(
        "fine atlas", lambda: paint_atlas(kinds, (512 // FINE_STRIPS,) * FINE_STRIPS, 256, SEED + 1)
    )


_FINE = (
    (7, 6, 5, 7, 4, 3, 4, 4),
    (4.6, 4.8, 5.4, 4.2, 4.4, 4.6, 4.8, 5.0),
    (0.70, 0.90, 1.15, 0.80, 0.95, 1.20, 0.9, 1.0),
)


def paint_atlas(strands: tuple[Strand, ...], widths: tuple[int, ...], height: int, seed: int) -> Arrays:
    """Every strip painted back to front and set side by side; widths in pixels."""
    rng = np.random.default_rng(seed)
    painted = [
        _paint_strip(strand, width, height, rng) for strand, width in zip(strands, widths, strict=True)
    ]
    alpha, shade, across = (np.concatenate([strip[k] for strip in painted], axis=1) for k in range(3))
    rooted = _rooted(np.linspace(0, 1, height))[:, None]
    return {
        "alpha": _bytes(255 * alpha),
        "shade": _bytes(128 * shade * rooted),
        "across": _bytes(128 + 127 * across),
    }


def _rooted(t: Floats) -> Floats:
    """How light a strip is along its length: darker at the root."""
    return np.interp(t, (0, 0.15, 0.4, 1), (0.84, 0.94, 1.0, 1.06))


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
    """Alpha, shade and across, (height, width) each."""
    canvas = _Canvas(np.zeros((height, width)), np.full((height, width), 0.6), np.zeros((height, width)))
    t = np.linspace(0, 1, height)
    if strand.fur:
        _paint_fur(canvas, strand, t, rng)
    elif strand.ringlets:
        _paint_ringlets(canvas, strand, t, rng)
    else:
        _paint_lengths(canvas, strand, t, rng)
    return canvas.alpha, canvas.shade * strand.gain, canvas.across


@dataclass(frozen=True)
class _Canvas:
    """What hairs are painted on, (height, width) each; changed in place."""

    alpha: Floats
    shade: Floats
    across: Floats

    def draw(self, line: Floats, thick: Floats, tone: Floats | float, visible: NDArray[np.bool_]) -> None:
        """One hair: its middle in pixels, its thickness, its tone and whether it is seen, (height,) each."""
        height, width = self.alpha.shape
        rows = np.arange(height)[:, None]
        reach = int(np.ceil(thick.max())) + 2
        thick = np.maximum(thick, 1e-3)[:, None]
        column = np.floor(line)[:, None].astype(int) + np.arange(-reach, reach + 1)
        inside = (column >= 0) & (column < width)
        offset = column + 0.5 - line[:, None]
        cover = np.clip(thick * 0.5 + 0.5 - np.abs(offset), 0, 1) * visible[:, None] * inside
        cover = cover * np.minimum(thick, 1)
        column = np.clip(column, 0, width - 1)
        slope = np.clip(2 * offset / np.maximum(thick, 1.0), -1, 1)
        toned = np.broadcast_to(tone, (height,))[:, None] * (1 - 0.3 * slope**2)
        self.shade[rows, column] += (toned - self.shade[rows, column]) * cover
        self.across[rows, column] += (0.6 * slope - self.across[rows, column]) * cover
        self.alpha[rows, column] = 1 - (1 - self.alpha[rows, column]) * (1 - cover)


def _paint_lengths(canvas: _Canvas, strand: Strand, t: Floats, rng: np.random.Generator) -> None:
    """Hairs that run from the strip's root to near its end, drawn together into clumps."""
    width = canvas.alpha.shape[1]
    scale = width / 128
    clumps = 3 if strand.hairs > 30 else 2
    centres = (np.arange(clumps) + 0.5 + rng.uniform(-0.2, 0.2, clumps)) / clumps
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
        thick = strand.width * scale * rng.uniform(0.75, 1.25) * taper
        tone = (0.5 + 0.5 * depth) * rng.uniform(0.6, 1.3)
        canvas.draw(line, thick, tone, (t > begin) & (t < end))


def _paint_fur(canvas: _Canvas, strand: Strand, t: Floats, rng: np.random.Generator) -> None:
    """Short hairs rooted all along the strip, those above lying over the roots of those below; ragged all round."""
    width = canvas.alpha.shape[1]
    scale = width / 128
    begins = np.sort(rng.random(strand.hairs))[::-1] * (1 - strand.fur)
    for begin in begins:
        length = strand.fur * rng.uniform(0.55, 1.0)
        middling = np.sin(np.pi * np.clip((begin + 0.5 * length) / 0.98, 0, 1)) ** 0.6
        start = 0.5 + 0.45 * (0.7 + 0.3 * middling) * rng.uniform(-1, 1)
        own = np.clip((t - begin) / length, 0, 1)
        lean, bend = rng.normal(0, 0.13), rng.normal(0, 0.06)
        line = np.clip(start + lean * own + bend * np.sin(np.pi * own), 0.03, 0.97) * width
        thick = strand.width * scale * rng.uniform(0.75, 1.2) * np.minimum(1, 2.2 * (1 - own)) ** 0.7
        tone = (
            rng.uniform(0.6, 1.3) * (0.7 + 0.32 * own**0.6) / _rooted(t)
        )  # as light at its root as at its end
        canvas.draw(line, thick, tone, (t > begin) & (t < begin + length))


def _paint_ringlets(canvas: _Canvas, strand: Strand, t: Floats, rng: np.random.Generator) -> None:
    """Strands wound together round a few axes: their far halves first and dark, then the near ones."""
    width = canvas.alpha.shape[1]
    scale, size = width / 128, 0.36 / strand.ringlets
    hairs = []
    for ringlet in range(strand.ringlets):
        axis = (ringlet + 0.5) / strand.ringlets
        shift, turns = rng.random(), strand.turns * rng.uniform(0.9, 1.1)
        for _ in range(strand.hairs):
            own, radius = rng.normal(0, 0.1), rng.uniform(0.7, 1.15)
            angle = 2 * np.pi * (shift + own + turns * t + 0.04 * np.sin(5 * t + shift))
            reach = size * radius * np.clip(0.35 + 3 * t, 0, 1) * np.clip((1.25 - t) / 0.4, 0.4, 1)
            end = 1 - (1 - strand.shortest) * rng.random() ** 0.7
            thick = strand.width * scale * rng.uniform(0.75, 1.25) * np.clip((end - t) / 0.2, 0, 1) ** 0.6
            tone = rng.uniform(0.75, 1.15)
            hairs.append((axis + reach * np.sin(angle), np.cos(angle), thick, tone, t < end))
    for near in (False, True):
        for line, depth, thick, tone, lives in hairs:
            canvas.draw(
                np.clip(line, 0.03, 0.97) * width,
                thick,
                tone * (0.68 + 0.36 * depth),
                lives & ((depth > 0) == near),
            )


def _bytes(values: Floats) -> NDArray[np.uint8]:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)
