"""Beards, moustaches, brows and lashes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.atlas import DENSE, LIGHT, MEDIUM, MEDIUM_LIGHT, UNDER, WISPY
from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.groom import Cards, Field, Job, cards, clump, grow, joined, ruffle
from dreamhead.head.wardrobe.styles import BACK, DOWN, FRONT, LEFT, UP
from dreamhead.head.wardrobe.surface import Roots, Surface, smoothstep

Floats = NDArray[np.float64]

# Upper edge of a beard: |x| -> y in cm on the default head.
CHEEK = np.array(
    [
        (0, -4.6),
        (2.6, -4.4),
        (3.1, -3.0),
        (3.8, -3.0),
        (4.8, -2.6),
        (5.7, -1.5),
        (6.4, 0.2),
        (6.8, 1.6),
        (7.5, 2.0),
    ]
)
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


BROWS = {
    "natural": BrowShape(150, 1.0, 0.85),
    "thin": BrowShape(120, 0.55, 0.70),
    "bushy": BrowShape(190, 1.35, 1.15),
}
LASH_RING = 3.85  # eye ring coordinate that lashes grow from


def beard_mask(home: Floats) -> Floats:
    """Density of a full beard without the moustache."""
    x, y, z = np.abs(home[:, 0]), home[:, 1], home[:, 2]
    below = smoothstep(np.interp(x, CHEEK[:, 0], CHEEK[:, 1]) - y, -0.3, 1.2)
    above_neck = smoothstep(y + 0.25 * np.clip(6 - z, 0, 9), -9.3, -8.3) * smoothstep(z, 1.6, 2.6)
    outside_lips = ((x / 2.9) ** 2 + ((y + 3.5) / 1.15) ** 2) > 1
    return below * above_neck * outside_lips


def moustache_mask(home: Floats) -> Floats:
    """Density of a moustache."""
    x, y, z = np.abs(home[:, 0]), home[:, 1], home[:, 2]
    knots = (0, 1.2, 2.2, 2.9)
    low = np.interp(x, knots, (-2.62, -2.70, -2.95, -3.4))
    high = np.interp(x, knots, (-1.85, -1.75, -2.0, -2.6))
    return ((y > low) & (y < high) & (z > 9)) * smoothstep(x, -0.15, 0.2)


def whiskers_mask(home: Floats) -> Floats:
    """Beard and moustache together."""
    return np.maximum(beard_mask(home), moustache_mask(home))


def brow_mask(home: Floats, thickness: float = 1.0) -> Floats:
    """Density of the brows' tint."""
    x, y = np.abs(home[:, 0]), home[:, 1]
    middle = np.interp(x, BROW[:, 0], BROW[:, 1])
    thick = thickness * np.interp(x, BROW[:, 0], BROW[:, 2], 0, 0)
    ends = smoothstep(x, BROW[0, 0] - 0.2, BROW[0, 0] + 0.5) * (
        1 - smoothstep(x, BROW[-1, 0] - 0.6, BROW[-1, 0] + 0.1)
    )
    return np.exp(-(((y - middle) / np.maximum(0.42 * thick, 0.05)) ** 2)) * ends * (home[:, 2] > 4)


def beard(job: Job) -> Cards:
    """A full beard with its moustache."""
    surface, rng = job.surface, job.rng

    def field_for(roots: Roots) -> Field:
        chin = np.exp(-((roots.home[:, :1] / 2.5) ** 2))
        inwards = -np.sign(roots.home[:, :1]) * LEFT * (1 - chin)

        def field(points: Floats, t: float) -> Floats:
            return (
                1.1 * DOWN
                + 0.25 * FRONT * chin * (1 - t)
                + 0.25 * t * inwards
                + 0.35 * roots.normals * (1 - t)
            )

        return field

    parts = []
    layers = (
        (400, 1.0, 0.12, (UNDER, UNDER, DENSE), 0.75),
        (330, 0.85, 0.3, (DENSE, LIGHT), 0.95),
        (300, 0.7, 0.45, (LIGHT, MEDIUM, MEDIUM_LIGHT), 1.1),
    )
    for count, width, clearance, strips, longer in layers:
        roots = surface.sample(beard_mask, job.count(count), rng)
        home = roots.home
        edge = smoothstep(np.interp(np.abs(home[:, 0]), CHEEK[:, 0], CHEEK[:, 1]) - home[:, 1], 0.0, 1.4)
        chin = smoothstep(-home[:, 1], 4.5, 7.5) * np.exp(-((home[:, 0] / 4) ** 2))
        lengths = longer * (0.55 + 0.45 * edge) * (0.7 + 1.1 * smoothstep(-home[:, 1], 0, 5) + 1.5 * chin)
        lengths = lengths * (0.45 + 0.55 * smoothstep(home[:, 2], 2, 8)) * rng.uniform(0.8, 1.2, len(home))
        lengths = np.maximum(lengths, 0.8)
        paths = grow(
            surface, roots, lengths, 3, field_for(roots), stiffness=0.7, clearance=clearance, lift=0.5
        )
        paths = ruffle(clump(paths, rng, 160, 0.35), rng, 0.12)
        inside = rng.random(len(paths)) < edge * smoothstep(lengths, 0.6, 1.3)
        chosen = np.where(
            inside, rng.choice(strips, len(paths)), rng.choice((MEDIUM, MEDIUM_LIGHT, WISPY), len(paths))
        )
        widths = job.widths(len(paths), width * (0.55 + 0.45 * smoothstep(lengths, 0.8, 2.0)))
        parts.append(cards(job, paths, roots, widths, chosen, roll=0.4, volume=0.82, along=(0.05, 1.0)))
    return joined([*parts, moustache(job)])


def moustache(job: Job) -> Cards:
    """A moustache combed to both sides."""
    surface, rng = job.surface, job.rng

    def field_for(roots: Roots) -> Field:
        out = np.abs(roots.home[:, :1])
        side = np.sign(roots.home[:, :1]) * LEFT * (0.25 + 0.75 * smoothstep(out, 0.0, 0.9))

        def field(points: Floats, t: float) -> Floats:
            comb = side * (0.8 + 0.3 * t) + DOWN * (0.75 - 0.1 * t) + 0.35 * BACK * out / 2.5
            return comb + roots.normals * (0.12 * (1 - t) - 0.35 * t)

        return field

    parts = []
    layers = (
        (120, 0.5, 0.06, (UNDER, DENSE)),
        (120, 0.42, 0.13, (DENSE, LIGHT)),
        (80, 0.36, 0.2, (LIGHT, MEDIUM)),
    )
    for count, width, clearance, strips in layers:
        roots = surface.sample(moustache_mask, job.count(count), rng)
        lengths = (0.85 + 0.28 * np.abs(roots.home[:, 0])) * rng.uniform(0.8, 1.15, len(roots))
        paths = grow(
            surface, roots, lengths, 3, field_for(roots), stiffness=0.5, clearance=clearance, lift=0.25
        )
        chosen = rng.choice(strips, len(paths))
        widths = job.widths(len(paths), width)
        parts.append(cards(job, ruffle(paths, rng, 0.07), roots, widths, chosen, roll=0.3, along=(0.05, 1.0)))
    return joined(parts)


def brows(job: Job, shape: BrowShape) -> Cards:
    """Two brows: inner hairs rise, middle hairs lean outwards, upper hairs comb down into the spine."""
    surface, rng = job.surface, job.rng
    parts = []
    for side in (1.0, -1.0):
        tries = 6 * job.count(shape.hairs)
        t = rng.random(tries)  # density proportional to the brow's thickness
        spine = [np.interp(t * (len(BROW) - 1), np.arange(len(BROW)), BROW[:, k]) for k in range(3)]
        keep = np.flatnonzero(spine[2] / BROW[:, 2].max() > rng.random(tries))[: job.count(shape.hairs)]
        t, x, y, thick = t[keep], spine[0][keep], spine[1][keep], shape.thickness * spine[2][keep]
        offset = rng.uniform(-0.5, 0.5, len(t))
        roots = _on_face(surface, side * x, y + offset * thick)
        sideways = np.interp(t, (0, 0.15, 0.4, 1), (0.25, 0.55, 0.95, 0.9))
        upwards = np.interp(t, (0, 0.15, 0.4, 0.7, 1), (1.0, 0.85, 0.35, -0.25, -0.5))
        upwards = upwards - 0.9 * offset * np.clip(t * 2, 0, 1)
        comb = np.column_stack([side * sideways, upwards, -0.3 * sideways])
        lengths = (
            shape.length
            * np.interp(t, (0, 0.2, 0.7, 1), (0.65, 1.0, 0.95, 0.7))
            * rng.uniform(0.8, 1.2, len(t))
        )

        def field(points: Floats, step: float, comb: Floats = comb) -> Floats:
            return comb

        paths = grow(surface, roots, lengths, 2, field, stiffness=0.3, clearance=0.05, lift=0.15)
        parts.append(
            cards(
                job, ruffle(paths, rng, 0.03), roots, job.widths(len(t), 0.22), rng.integers(0, 6, len(t)),
                roll=0.15, taper=(0.8, 1.0, 0.5), bend=0.1, volume=0.9,
            )
        )  # fmt: skip
    return joined(parts)


def lashes(job: Job, upper: float = 0.95, lower: float = 0.5) -> Cards:
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
                    job, paths, roots, np.full(count, 0.34), rng.integers(4, 8, count),
                    roll=0.1, taper=(1.0, 0.9, 0.6), volume=0.3,
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
        arcs.append(line[part][np.argsort(along[part])])
    return arcs[0], arcs[1]
