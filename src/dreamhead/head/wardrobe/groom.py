"""Guides grown by a direction field, and the cards (textured ribbons) made from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.atlas import strip_spans
from dreamhead.head.wardrobe.distance import DistanceField, unit
from dreamhead.head.wardrobe.surface import Roots, Surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Field = Callable[[Floats, float], Floats]  # (points (N, 3), t in 0..1) -> wanted direction (N, 3)
ROOT_DEPTH = 0.1  # cm that a card may begin below the skin
RISE_FROM = 4.0  # height on the head, cm, above which a strand must not stand off too far
Press = Callable[[Floats], tuple[Floats, NDArray[np.bool_]]]  # paths -> pressed paths, which to keep


@dataclass(frozen=True)
class Job:
    """What a style is grown on.  density < 1 grows fewer, wider cards."""

    surface: Surface
    rng: np.random.Generator
    density: float = 1.0
    press: Press | None = None

    def count(self, cards: float) -> int:
        """Cards of a layer at this density."""
        return max(4, round(cards * self.density))

    def widths(self, count: int, width: float | Floats, spread: float = 0.2) -> Floats:
        """(count,) card widths in cm, wider where cards are fewer."""
        return width / np.sqrt(self.density) * self.rng.uniform(1 - spread, 1 + spread, count)


@dataclass(frozen=True)
class Cards:
    """Ribbons and the skin each vertex rides on; cm."""

    vertices: Floats  # (N, 3)
    normals: Floats  # (N, 3)
    uv: Floats  # (N, 2)
    triangles: Ints  # (T, 3)
    root_vertices: Ints  # (N, 3)
    root_weights: Floats  # (N, 3)


def grow(
    surface: Surface,
    roots: Roots,
    lengths: Floats,
    segments: int,
    field: Field,
    *,
    stiffness: float = 1.0,
    clearance: float | Floats | Callable[[float], Floats | float] = 0.15,
    lift: float | Floats = 0.6,
) -> Floats:
    """(N, segments + 1, 3) paths: d = unit(stiffness d + field), then pushed clear of the head.

    lengths (N,) cm; clearance in cm, one or (N,), possibly of t; lift, one or (N, 1), tilts the first
    step along the normal.
    """
    point = roots.points - 0.08 * roots.normals
    direction = unit(lift * roots.normals + field(roots.points, 0.0))
    path = [point]
    step = (lengths / segments)[:, None]
    for index in range(segments):
        t = (index + 1) / segments
        direction = unit(stiffness * direction + field(point, t))
        moved = point + step * direction
        wanted = np.asarray(clearance(t) if callable(clearance) else clearance) * min(1.0, 2.5 * t)
        for _ in range(2):
            distance, outward = surface.distance.look(moved)
            moved = moved + outward * np.clip(wanted - distance, 0, 2)[:, None]
        direction = unit(moved - point)
        point = point + step * direction if index else moved
        path.append(point)
    return np.stack(path, axis=1)


def resample(paths: Floats, segments: int, power: float = 1.0) -> Floats:
    """Paths with another number of segments; power > 1 spends them near the root, where it bends."""
    t = np.linspace(0, 1, segments + 1) ** power * (paths.shape[1] - 1)
    low = np.minimum(t.astype(int), paths.shape[1] - 2)
    part = (t - low)[None, :, None]
    return paths[:, low] * (1 - part) + paths[:, low + 1] * part


def smooth(paths: Floats, rounds: int = 1) -> Floats:
    """Paths with their inner points averaged with their neighbours."""
    for _ in range(rounds):
        inner = 0.25 * paths[:, :-2] + 0.5 * paths[:, 1:-1] + 0.25 * paths[:, 2:]
        paths = np.concatenate([paths[:, :1], inner, paths[:, -1:]], axis=1)
    return paths


def clump(paths: Floats, rng: np.random.Generator, count: int, amount: float, power: float = 1.0) -> Floats:
    """Every path pulled towards the nearest of count leaders, more so to the tip.

    The root position counts most in what is near, so no clump crosses a parting.
    """
    total, rows = paths.shape[:2]
    leaders = rng.choice(total, min(count, total), replace=False)
    key = np.concatenate([1.5 * paths[:, 0], paths[:, rows // 3], paths[:, 2 * rows // 3]], axis=1)
    gaps = ((key[:, None] - key[leaders][None]) ** 2).sum(-1)
    own = leaders[gaps.argmin(1)]
    pull = amount * np.linspace(0, 1, rows)[None, :, None] ** power
    return paths + pull * (paths[own] - paths)


def ruffle(paths: Floats, rng: np.random.Generator, amplitude: float, power: float = 1.5) -> Floats:
    """Random bend of each path and a smaller one of each point, growing to the tip; cm."""
    total, rows = paths.shape[:2]
    t = np.linspace(0, 1, rows)[None, :, None] ** power
    bend = rng.normal(size=(total, 1, 3)) + 0.35 * rng.normal(size=paths.shape)
    return paths + amplitude * t * bend


def curl(
    paths: Floats,
    distance: DistanceField,
    radius: float,
    turns: float | Floats,
    phase: Floats,
    *,
    flatness: float = 1.0,
    start: float = 0.1,
) -> Floats:
    """A helix around each path; radius cm, turns per path, phase (N,) in turns, flatness 0 is a plane wave."""
    _, side, up, _ = frames(paths, distance)
    total, rows = paths.shape[:2]
    t = np.linspace(0, 1, rows)
    angle = 2 * np.pi * (np.broadcast_to(turns, (total,))[:, None] * t + phase[:, None])
    size = radius * np.clip((t - start) / 0.25, 0, 1)
    return (
        paths + (size * np.cos(angle))[..., None] * side + flatness * (size * np.sin(angle))[..., None] * up
    )


def frames(paths: Floats, distance: DistanceField) -> tuple[Floats, Floats, Floats, Floats]:
    """Tangent, side, up and the head's volume normal along paths, each (N, S, 3)."""
    tangent = unit(np.gradient(paths, axis=1))
    volume = distance.volume_normal(paths)
    side = unit(np.cross(tangent, volume))
    side[:, 0] = side[:, 1]  # the root is often parallel to the normal
    side = unit(smooth(side, 2))
    return tangent, side, unit(np.cross(side, tangent)), volume


def cards(
    job: Job,
    paths: Floats,
    roots: Roots,
    widths: Floats,
    strips: Ints,
    *,
    roll: float = 0.25,
    taper: tuple[float, float, float] = (0.55, 1.0, 0.45),
    bend: float = 0.45,
    volume: float = 0.75,
    twist: float = 0.0,
    along: tuple[float, float] = (0.0, 1.0),
    max_kink: float | None = -0.1,
    max_rise: float | Floats | None = None,
    fine: bool = False,
) -> Cards:
    """Ribbons along paths (N, S + 1, 3).

    widths (N,) cm; strips (N,) of the strand atlas, or of the fine one; roll and twist in radians; taper is
    the width at root, middle and tip; bend spreads the normals across a card; volume pulls them to the
    head's volume normal; along is the part of the strip used.  Paths with a kink (cosine of two segments
    below max_kink) are dropped: they come from singular points of the field, as do paths that rise over
    max_rise cm from the upper skull.
    """
    rng = job.rng
    keep = np.ones(len(paths), bool)
    if job.press is not None:
        paths, keep = job.press(paths)
    if max_kink is not None:
        segment = unit(np.diff(paths, axis=1))
        keep = keep & ((segment[:, 1:] * segment[:, :-1]).sum(-1).min(1) > max_kink)
    if max_rise is not None:
        rise = np.where(paths[..., 1] > RISE_FROM, job.surface.distance.distance(paths), 0.0)
        keep = keep & (rise.max(1) < max_rise)
    paths, widths, strips, roots = paths[keep], widths[keep], strips[keep], roots.subset(keep)
    total, rows = paths.shape[:2]
    t = np.linspace(0, 1, rows)
    _, side, up, volume_normal = frames(paths, job.surface.distance)
    angle = roll * rng.normal(size=(total, 1)) + twist * t * rng.normal(size=(total, 1))
    cosine, sine = np.cos(angle)[..., None], np.sin(angle)[..., None]
    side, up = cosine * side + sine * up, cosine * up - sine * side
    half = (0.5 * widths[:, None] * np.interp(t, (0, 0.5, 1), taper))[..., None]
    low, high = strip_spans(fine=fine)[strips].T
    flip = rng.random(total) < 0.5  # half the cards use their strip mirrored
    vertices = np.empty((total, rows, 2, 3))
    normals = np.empty((total, rows, 2, 3))
    uv = np.empty((total, rows, 2, 2))
    for column, sign in enumerate((-1.0, 1.0)):
        vertices[:, :, column] = paths + sign * half * side
        normals[:, :, column] = unit((1 - volume) * up + volume * volume_normal + bend * sign * side)
        across = np.where(flip, -sign, sign)
        uv[:, :, column, 0] = (low + (high - low) * (0.04 + 0.92 * (across + 1) / 2))[:, None]
        uv[:, :, column, 1] = along[0] + (along[1] - along[0]) * t
    vertices = settled(job, vertices)
    return Cards(
        vertices.reshape(-1, 3),
        normals.reshape(-1, 3),
        uv.reshape(-1, 2),
        _ribbon_triangles(total, rows),
        np.repeat(roots.triangles, 2 * rows, axis=0),
        np.repeat(roots.weights, 2 * rows, axis=0),
    )


def settled(job: Job, vertices: Floats) -> Floats:
    """Vertices (..., 3) lifted to at most ROOT_DEPTH below the skin, and pressed by a hat."""
    distance, outward = job.surface.distance.look(vertices)
    lifted = vertices + np.maximum(-ROOT_DEPTH - distance, 0.0)[..., None] * outward
    return lifted if job.press is None else job.press(lifted)[0]


def joined(parts: Sequence[Cards]) -> Cards:
    """One set of cards from several."""
    starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    columns = {spec.name: [getattr(part, spec.name) for part in parts] for spec in fields(Cards)}
    columns["triangles"] = [part.triangles + start for part, start in zip(parts, starts, strict=True)]
    return Cards(**{name: np.concatenate(values) for name, values in columns.items()})


def _ribbon_triangles(total: int, rows: int) -> Ints:
    card, row = np.meshgrid(np.arange(total), np.arange(rows - 1), indexing="ij")
    first = ((card * rows + row) * 2).ravel()
    return np.concatenate(
        [np.stack([first, first + 1, first + 3], axis=1), np.stack([first, first + 3, first + 2], axis=1)]
    )
