"""Brows and lashes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.flow import FRONT, LEFT, UP
from dreamhead.head.wardrobe.groom import Cards, Job, cards, grow, joined, ruffle
from dreamhead.head.wardrobe.surface import Roots, Surface, smoothstep

Floats = NDArray[np.float64]

# The spine of a brow: |x|, y, thickness in cm on the default head.
BROW = np.array(
    [
        (1.2, 4.95, 0.60),
        (2.0, 5.22, 0.74),
        (3.1, 5.50, 0.72),
        (4.2, 5.55, 0.66),
        (5.1, 5.25, 0.50),
        (5.7, 4.85, 0.22),
    ]
)


@dataclass(frozen=True)
class BrowShape:
    """A kind of brow."""

    hairs: int  # cards a side
    thickness: float  # of the spine's
    length: float  # cm
    rise: tuple[float, ...] = (0.0,) * len(BROW)  # added to the spine's heights, cm
    inner: float = 0.0  # how far the inner end moves towards the nose, cm
    tint: float = 0.45  # of the skin under it
    fineness: float = 1.0  # of each hair: below 1 they are thinner

    def spine(self) -> Floats:
        """(6, 3) |x|, y and thickness in cm on the default head."""
        spine = BROW.copy()
        spine[:, 1] += self.rise
        spine[:, 2] *= self.thickness
        spine[0, 0] -= self.inner
        return spine


BROWS = {
    "natural": BrowShape(180, 1.0, 0.85),
    "thin": BrowShape(120, 0.5, 0.70),
    "bushy": BrowShape(260, 1.45, 1.2, tint=0.4),
    "arched": BrowShape(140, 0.8, 0.75, (-0.15, 0.05, 0.35, 0.62, 0.42, -0.05)),
    "straight": BrowShape(150, 0.95, 0.8, (0.22, -0.05, -0.33, -0.38, -0.1, 0.22)),
    "angry": BrowShape(170, 1.15, 0.9, (-0.6, -0.42, -0.1, 0.3, 0.62, 0.75), 0.2),
    "unibrow": BrowShape(200, 1.15, 0.95, (-0.12, 0.0, 0.0, 0.0, 0.0, 0.0), 1.25),
    "sparse": BrowShape(42, 0.85, 0.75, tint=0.05),
}
GROWN_UP = 14.0  # years from which a brow is as strong as its shape says
INFANT = 4.0  # years up to which it is little more than down
DOWN_COLOUR = np.array([0.26, 0.165, 0.10])  # of the hair of infants' brows, linear: at least as light
INFANT_RISE = np.array([0.20, 0.08, -0.10, -0.18, -0.06, 0.12])  # cm: flat, without the arch that looks stern
LASH_RING = 3.85  # eye ring coordinate that lashes grow from


def brow_shape(name: str, years: float) -> BrowShape:
    """The named brow at an age: a child's is thinner, shorter and flatter, an infant's little more than down."""
    shape, child, infant = BROWS[name], *_youth(years)
    return replace(
        shape,
        hairs=round(shape.hairs * (1 - 0.15 * child - 0.2 * infant)),
        thickness=shape.thickness * (1 - 0.25 * child - 0.15 * infant),
        length=shape.length * (1 - 0.2 * child - 0.25 * infant),
        rise=tuple(float(rise) for rise in np.array(shape.rise) + (0.4 * child + 0.6 * infant) * INFANT_RISE),
        tint=shape.tint * (1 - 0.4 * child - 0.35 * infant),
        fineness=shape.fineness * (1 - 0.2 * child - 0.25 * infant),
    )


def brow_colour(colour: Floats, years: float) -> Floats:
    """A brow's colour, linear RGB: light hair a little darker than itself, that it shows; an infant's light."""
    shown = colour * (1 - 0.4 * min(float(colour.max()) / 0.3, 1.0))
    child, infant = _youth(years)
    share = 0.25 * child + 0.5 * infant
    return np.asarray(shown + share * (np.maximum(shown, DOWN_COLOUR) - shown))


def _youth(years: float) -> tuple[float, float]:
    """1 newborn .. 0 grown up, and 1 newborn .. 0 no infant; in steps, so that few textures are painted."""
    return tuple(float(np.round(np.clip(1 - years / end, 0, 1), 1)) for end in (GROWN_UP, INFANT))  # type: ignore[return-value]


def brow_mask(home: Floats, shape: BrowShape) -> Floats:
    """Density of a brow's tint."""
    x, y, spine = np.abs(home[:, 0]), home[:, 1], shape.spine()
    middle = np.interp(x, spine[:, 0], spine[:, 1])
    thick = (
        np.interp(x, spine[:, 0], spine[:, 2], 0, 0)
        if shape.inner < 1
        else np.interp(x, spine[:, 0], spine[:, 2])
    )
    start, stop = spine[0, 0], spine[-1, 0]
    ends = smoothstep(x, start - 0.2, start + 0.5) if start > 0.2 else np.ones(len(x))
    ends = ends * (1 - smoothstep(x, stop - 0.6, stop + 0.1))
    return np.asarray(
        np.exp(-(((y - middle) / np.maximum(0.42 * thick, 0.05)) ** 2)) * ends * (home[:, 2] > 4)
    )


def brows(job: Job, shape: BrowShape) -> Cards:
    """Two brows: inner hairs rise, middle hairs lean outwards, upper hairs comb down into the spine."""
    surface, rng, knots = job.surface, job.rng, shape.spine()
    tries = 6 * job.count(shape.hairs)
    t = rng.random(tries)  # density proportional to the brow's thickness, and less in its tail
    spine = [np.interp(t * (len(knots) - 1), np.arange(len(knots)), knots[:, k]) for k in range(3)]
    dense = spine[2] / knots[:, 2].max() * np.interp(t, (0.0, 0.4, 1.0), (1.0, 0.85, 0.5))
    keep = np.flatnonzero(dense > rng.random(tries))[: job.count(shape.hairs)]
    t, x, y, thick = t[keep], spine[0][keep], spine[1][keep], spine[2][keep]
    offset = rng.uniform(-0.5, 0.5, len(t))
    sideways = np.interp(t, (0, 0.15, 0.4, 1), (0.25, 0.55, 0.95, 0.9))
    upwards = np.interp(t, (0, 0.15, 0.4, 0.7, 1), (1.0, 0.85, 0.35, -0.25, -0.5))
    upwards = upwards - 0.9 * offset * np.clip(t * 2, 0, 1)
    lengths = shape.length * np.interp(t, (0, 0.2, 0.7, 1), (0.65, 1.0, 0.95, 0.7))
    lengths = lengths * rng.uniform(0.8, 1.2, len(t))
    strips = rng.integers(0, 4, len(t))  # the same on both sides, so that neither brow is the denser one
    parts = []
    for side in (1.0, -1.0):
        roots = _on_face(surface, side * x, y + offset * thick)
        comb = np.column_stack([side * sideways, upwards, -0.3 * sideways])

        def field(points: Floats, step: float, comb: Floats = comb) -> Floats:
            return comb

        widths = job.widths(len(t), 0.22 * shape.fineness * np.interp(t, (0.0, 0.5, 1.0), (1.15, 1.0, 0.65)))
        paths = grow(surface, roots, lengths, 2, field, stiffness=0.3, clearance=0.05, lift=0.15)
        parts.append(
            cards(
                job, ruffle(paths, rng, 0.03), roots, widths, strips,
                roll=0.15, taper=(0.8, 1.0, 0.5), bend=0.1, volume=0.9, fine=True,
            )
        )  # fmt: skip
    return joined(parts)


def lashes(job: Job, upper: float = 0.95, lower: float = 0.45) -> Cards:
    """Upper and lower lashes fanning out from the lid margins; lengths in cm."""
    surface, rng = job.surface, job.rng
    parts = []
    for index, side in enumerate((1.0, -1.0)):
        centre = surface.eye_centres[index]
        for arc, length, lift in zip(_lid_arcs(surface, index), (upper, lower), (1.0, -1.0), strict=True):
            count = job.count(30 if lift > 0 else 20)
            t = np.linspace(0.05, 0.98, count)
            at = t * (len(arc) - 1)
            points = np.column_stack([np.interp(at, np.arange(len(arc)), arc[:, k]) for k in range(3)])
            roots = surface.nearest(points)
            out = unit(roots.points - centre)
            fan = side * (t - 0.42)[:, None] * LEFT * 0.5
            lower_down = (-0.12 if lift > 0 else -0.25) * UP
            start = unit(out * 0.9 + fan + lower_down + 0.35 * FRONT)
            lengths = length * (0.42 + 0.6 * t) * rng.uniform(0.85, 1.1, count)
            step = np.linspace(0, 1, 4)[None, :, None]
            curve = step * start[:, None] + step**2 * (0.65 if lift > 0 else -0.2) * UP
            paths = roots.points[:, None] + lengths[:, None, None] * curve
            parts.append(
                cards(
                    job, paths, surface.on_lid(roots, index), np.full(count, 0.34), rng.integers(4, 8, count),
                    roll=0.1, taper=(1.0, 0.9, 0.6), volume=0.3, fine=True,
                )
            )  # fmt: skip
    return joined(parts)


def _on_face(surface: Surface, x: Floats, y: Floats) -> Roots:
    """Roots where the line along the view axis through (x, y) meets the default face; cm."""
    used = np.unique(surface.triangles)
    used = used[(surface.home[used, 2] > 3.5) & (surface.home_normals[used, 2] > 0.05)]
    home = surface.home[used]
    gap = (home[None, :, 0] - x[:, None]) ** 2 + (home[None, :, 1] - y[:, None]) ** 2
    weight = np.exp(-gap / 0.3**2) + 1e-12
    depth = (weight * home[None, :, 2]).sum(1) / weight.sum(1)
    return surface.nearest(np.column_stack([x, y, depth]))


def _lid_arcs(surface: Surface, eye: int) -> tuple[Floats, Floats]:
    """Points of the default head's upper and lower lash line from the inner to the outer corner, cm."""
    centre = surface.home_eye_centres[eye]
    sign = np.sign(centre[0])
    near = np.linalg.norm(surface.home - centre, axis=1) < 4
    triangles = surface.triangles[near[surface.triangles].all(1)]
    crossings = []
    for a, b in ((0, 1), (1, 2), (2, 0)):
        i, j = triangles[:, a], triangles[:, b]
        low, high = surface.eye_ring[i] - LASH_RING, surface.eye_ring[j] - LASH_RING
        cut = low * high < 0
        part = (low[cut] / (low[cut] - high[cut]))[:, None]
        crossings.append(surface.home[i[cut]] * (1 - part) + surface.home[j[cut]] * part)
    line = np.unique(np.round(np.concatenate(crossings), 5), axis=0)
    inner, outer = line[(sign * line[:, 0]).argmin()], line[(sign * line[:, 0]).argmax()]
    along = (line[:, 0] - inner[0]) / (outer[0] - inner[0])
    chord = inner[1] + along * (outer[1] - inner[1])
    arcs = []
    for part in (line[:, 1] >= chord, line[:, 1] <= chord):
        arcs.append(_evenly(line[part][np.argsort(along[part])]))
    return arcs[0], arcs[1]


def _evenly(line: Floats, count: int = 41) -> Floats:
    """(count, 3) points at equal steps of length along a line (N, 3): heads differ in where their edges cross it."""
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0, length[-1], count)
    return np.column_stack([np.interp(at, length, line[:, axis]) for axis in range(3)])
