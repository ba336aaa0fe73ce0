"""Hair beyond a gathering point: a loose tail, a three-strand braid, a knot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.atlas import DENSE, LIGHT, MEDIUM, MEDIUM_LIGHT, UNDER, WISPY
from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.flow import FRONT, LEFT, UP, tail_field
from dreamhead.head.wardrobe.groom import Cards, Job, cards, clump, grow, joined, resample, ruffle, smooth
from dreamhead.head.wardrobe.hairstyles import Tail
from dreamhead.head.wardrobe.ropes import braid, tubes
from dreamhead.head.wardrobe.surface import Roots

Floats = NDArray[np.float64]

BRAID_STEPS = 9  # segments per turn of a braid's pattern
TUFT = 4.0  # cm of loose hair below a braid


def grow_tail(tail: Tail, job: Job, anchor: Floats, root: Roots) -> Cards:
    """A tail from its gathering point (3,), cm; everything rides on that point's root (1,)."""
    kinds = {"loose": _loose, "braid": _braided, "knot": _knot}
    return kinds[tail.kind](tail, job, anchor, root)


def _loose(tail: Tail, job: Job, anchor: Floats, root: Roots) -> Cards:
    """A tail of loose hair, fullest in its middle, with a wrapped base."""
    rng = job.rng
    out = unit(np.array(tail.out))
    base = anchor + 0.5 * out
    parts = [_tie(tail, job, base, out, root)]
    layers = (
        (0.45, 0.55, 1.1, (UNDER, DENSE), 0.93),
        (0.4, 1.0, 0.9, (DENSE, LIGHT, MEDIUM), 1.0),
        (0.15, 1.15, 0.6, (MEDIUM_LIGHT, WISPY), 1.03),
    )
    for share, size, width, strips, longer in layers:
        count = job.count(share * tail.count)
        starts = base + _disc(out, 0.55 * tail.radius * size, count, rng)
        splay = (starts - base) * (0.5 / tail.radius)
        lengths = tail.length * longer * rng.uniform(0.82, 1.03, count)
        roots = _at(root, starts, out, count)
        field = tail_field(
            job.surface,
            out + splay,
            np.array(tail.pull) + 0.25 * splay,
            lengths,
            tail.fall_from,
            tail.fall_over,
        )
        paths = grow(job.surface, roots, lengths, 14, field, stiffness=1.2, clearance=0.5, lift=0.4)
        paths = ruffle(clump(smooth(paths, 1), rng, max(count // 5, 3), 0.5, 1.5), rng, 0.4, 2.0)
        widths = job.widths(count, width * tail.width)
        parts.append(
            cards(
                job, resample(paths, 9), roots, widths, rng.choice(strips, count),
                roll=0.7, taper=(0.6, 1.0, 0.4), volume=0.15, bend=0.8, max_kink=None,
            )
        )  # fmt: skip
    return joined(parts)


def _braided(tail: Tail, job: Job, anchor: Floats, root: Roots) -> Cards:
    """A three-strand braid, a tie and a tuft."""
    rng = job.rng
    out = unit(np.array(tail.out))
    start = (anchor + 0.3 * out)[None]
    length = np.array([tail.length])
    field = tail_field(job.surface, out[None], np.array(tail.pull), length, tail.fall_from, tail.fall_over)
    path = grow(
        job.surface, _at(root, start, out, 1), length, 40, field,
        stiffness=2.0, clearance=0.9 * tail.radius, lift=0.4,
    )  # fmt: skip
    path = smooth(path, 4)
    turns = max(1, round(tail.length / tail.pitch))
    path = resample(path, turns * BRAID_STEPS)
    parts = [braid(job, path[0], root, tail.radius, turns)]
    end, ahead = path[0, -2], unit(path[0, -1] - path[0, -3])
    count = job.count(26)
    starts = end + _disc(ahead, 0.4 * tail.radius, count, rng)
    lengths = TUFT * rng.uniform(0.6, 1.0, count)
    splay = (starts - end) * (0.5 / tail.radius)
    step = np.linspace(0, 1, 5)[None, :, None]
    paths = starts[:, None] + lengths[:, None, None] * step * (ahead + splay)[:, None]
    roots = root.subset(np.zeros(count, np.int64))
    parts.append(
        cards(
            job, ruffle(paths, rng, 0.2), roots, job.widths(count, 0.6), rng.choice((DENSE, MEDIUM), count),
            roll=1.5, taper=(0.7, 1.0, 0.4), volume=0.15, max_kink=None,
        )
    )  # fmt: skip
    parts.append(_tie(replace(tail, radius=0.72 * tail.radius), job, end, ahead, root))
    return joined(parts)


def _knot(tail: Tail, job: Job, anchor: Floats, root: Roots) -> Cards:
    """Arcs wound round a squashed ball that sits on the gathering point."""
    rng, radius = job.rng, tail.radius
    count, segments = job.count(tail.count), 8
    axis = unit(np.array(tail.out))
    side = unit(np.cross(axis, LEFT if abs(axis[0]) < 0.9 else FRONT))
    other = np.cross(axis, side)
    turn = rng.random(count) * 2 * np.pi
    turn = turn[:, None] + np.linspace(0, 1, segments + 1) * rng.uniform(1.6, 2.6, count)[:, None]
    height = np.arcsin(rng.uniform(-0.75, 0.95, count))[:, None]
    height = height + np.linspace(-0.35, 0.35, segments + 1) * rng.normal(size=(count, 1))
    size = radius * (0.8 + 0.2 * rng.uniform(0.55, 1.0, count))[:, None]
    centre = anchor + axis * radius * 0.7
    ring = np.cos(turn)[..., None] * side + np.sin(turn)[..., None] * other
    paths = (
        centre + (size * np.cos(height))[..., None] * ring + (0.8 * size * np.sin(height))[..., None] * axis
    )
    strips = rng.choice((UNDER, DENSE, DENSE, LIGHT), count)
    made = cards(
        job, paths, root.subset(np.zeros(count, np.int64)), job.widths(count, tail.width), strips,
        roll=0.15, along=(0.1, 0.85),
    )  # fmt: skip
    ball = unit(made.vertices - centre)
    return replace(made, normals=unit(0.6 * ball + 0.4 * made.normals))


def _tie(tail: Tail, job: Job, base: Floats, out: Floats, root: Roots) -> Cards:
    """A lock of hair wound once round the base of a tail: a short tube."""
    step = np.array([-0.45, -0.15, 0.15, 0.45])
    path = (base + step[:, None] * out)[None]
    radii = 0.58 * tail.radius * np.array([[0.86, 1.0, 1.0, 0.86]])
    return tubes(job, path, root, radii, "LOCK", sides=10, along=(0.2, 0.26))


def _disc(axis: Floats, radius: float, count: int, rng: np.random.Generator) -> Floats:
    """(N, 3) offsets spread evenly over a disc across axis."""
    side = unit(np.cross(axis, UP if abs(axis[1]) < 0.9 else FRONT))
    other = np.cross(axis, side)
    turn = 2 * np.pi * rng.random(count)
    size = radius * np.sqrt(rng.random(count))
    return (size * np.cos(turn))[:, None] * side + (size * np.sin(turn))[:, None] * other


def _at(root: Roots, points: Floats, out: Floats, count: int) -> Roots:
    """The same root for every point, with the point and the tail's direction in place of the skin's."""
    same = root.subset(np.zeros(count, np.int64))
    return replace(same, points=points, normals=np.broadcast_to(out, (count, 3)))
