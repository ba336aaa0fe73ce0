"""Hairstyles as parameter sets over one grower."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.atlas import COILY, DENSE, LIGHT, MEDIUM, MEDIUM_LIGHT, UNDER, WISPY
from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.groom import (
    Cards,
    Field,
    Job,
    cards,
    clump,
    curl,
    grow,
    joined,
    resample,
    ruffle,
    smooth,
)
from dreamhead.head.wardrobe.surface import (
    Mask,
    Roots,
    Surface,
    azimuth,
    hairline_height,
    smoothstep,
)

Floats = NDArray[np.float64]

LEFT, UP, FRONT = np.eye(3)
DOWN, BACK = -UP, -FRONT
PARTING = -4.4  # x of a short cut's parting, cm
WHORL = np.array([0.0, 14.4, -2.5])  # where hair turns at the crown, cm on the default head


def scalp(edge: float = 0.5, inset: float = 0.0) -> Mask:
    """Density rising from the hairline over edge cm."""
    return lambda home: np.clip((hairline_height(home) - inset) / edge, 0, 1)


def hairline_band(low: float, high: float) -> Mask:
    """The scalp between two heights above the hairline, cm."""
    return lambda home: ((hairline_height(home) > low) & (hairline_height(home) < high)).astype(float)


def along_skin(surface: Surface, points: Floats, direction: Floats) -> Floats:
    """The part of a direction that runs along the skin."""
    _, outward = surface.distance.look(points)
    return direction - (direction * outward).sum(1, keepdims=True) * outward


def short(job: Job) -> Cards:
    """A short cut: top swept up, forward and to one side, tapered sides."""
    surface, rng = job.surface, job.rng

    def top_of(home: Floats) -> Floats:
        crown = smoothstep(home[:, 1], 8.2, 10.8) * smoothstep(home[:, 2], -6.0, -2.0)
        swept_to, swept_from = 1 - smoothstep(home[:, 0], 3.2, 5.4), home[:, 0] > PARTING
        return crown * swept_to * swept_from  # no blend where it is swept from: that is the parting

    def field_for(roots: Roots) -> Field:
        home = roots.home
        top = top_of(home)[:, None]
        front = smoothstep(home[:, 2], 2, 8)[:, None]
        away = unit(home - WHORL)

        def field(points: Floats, t: float) -> Floats:
            sides = DOWN + BACK * 0.55 * (1 - t) + away * 0.2
            swept = FRONT * (0.75 - 0.45 * front) + 0.75 * LEFT
            swept = swept + (1 - t) * 0.55 * UP * (0.5 + front) - t * 0.45 * UP
            flat = along_skin(surface, points, (1 - top) * sides + top * swept)
            return flat + top * (1 - t) * 0.3 * UP * (1 + front)

        return field

    parts = []
    layers = (
        (430, 1.45, 0.18, (UNDER, UNDER, DENSE), 0.8),
        (480, 1.15, 0.5, (DENSE, DENSE, LIGHT), 1.0),
        (330, 0.9, 0.75, (LIGHT, MEDIUM, MEDIUM_LIGHT), 1.08),
    )
    for count, width, clearance, strips, longer in layers:
        roots = surface.sample(scalp(), job.count(count), rng)
        top = top_of(roots.home)
        taper = smoothstep(roots.home[:, 1], -4, 6)
        lengths = longer * (1.3 + 1.9 * taper + 2.6 * top) * rng.uniform(0.85, 1.15, len(roots))
        room = clearance * (0.25 + 0.2 * taper + 0.75 * top)
        paths = grow(
            surface, roots, lengths, 4, field_for(roots), stiffness=0.8, clearance=_fixed(room), lift=0.5
        )
        paths = ruffle(clump(paths, rng, 150, 0.3), rng, 0.14)
        widths = job.widths(len(paths), width * (0.55 + 0.45 * top))
        parts.append(
            cards(
                job,
                paths,
                roots,
                widths,
                rng.choice(strips, len(paths)),
                roll=0.25,
                volume=0.82,
                max_rise=1.4 + 1.2 * smoothstep(roots.home[:, 2], -3, 1),
            )
        )
    roots = surface.sample(hairline_band(-0.1, 1.2), job.count(220), rng)
    paths = grow(
        surface,
        roots,
        1.1 + 1.6 * top_of(roots.home),
        3,
        field_for(roots),
        stiffness=0.6,
        clearance=0.12,
        lift=0.3,
    )
    strips_here = rng.choice((MEDIUM, MEDIUM_LIGHT, WISPY), len(paths))
    parts.append(
        cards(job, ruffle(paths, rng, 0.12), roots, job.widths(len(paths), 0.55), strips_here, roll=0.2)
    )
    return joined(parts)


def long(job: Job) -> Cards:
    """Long straight hair with a side parting, ending level at the shoulders."""
    return _parted(job, parting=2.4, floor=-18.0, segments=7)


def wavy(job: Job) -> Cards:
    """Shoulder-length waves with the parting on the other side."""
    return _parted(job, parting=-1.5, floor=-15.0, segments=13, wave=0.95, turns=2.5, share=0.5, room=1.8)


def _parted(
    job: Job,
    *,
    parting: float,
    floor: float,
    segments: int,
    wave: float = 0.0,
    turns: float = 0.0,
    share: float = 1.0,
    room: float = 1.0,
) -> Cards:
    """Falling hair: parting is its x in front, floor the height of the ends, wave its radius; cm.  share
    thins the layers, room lifts them."""
    surface, rng = job.surface, job.rng

    def field_for(roots: Roots, lengths: Floats) -> Field:
        home = roots.home
        # away from the parting: the nearest point of a line from the front hairline to the crown
        line = np.column_stack([parting * smoothstep(home[:, 2], -3, 3), np.clip(home[:, 2], -2.5, 12)])
        offset = home[:, [0, 2]] - line
        offset[:, 0] += 0.5 * np.sign(offset[:, 0]) * (home[:, 2] > -2.5)  # no undecided hair on the line
        offset /= np.maximum(np.linalg.norm(offset, axis=1, keepdims=True), 0.05)
        away = np.column_stack([offset[:, 0], 0 * offset[:, 0], offset[:, 1]])
        front = smoothstep(home[:, 2], 1, 8)[:, None]

        def field(points: Floats, t: float) -> Floats:
            gone = np.clip((t * lengths - 3) / (6 + 3 * front[:, 0]), 0, 1)
            falling = np.maximum(smoothstep(gone, 0, 1), smoothstep(9.0 - home[:, 1], 0, 6))[:, None]
            outwards = away + BACK * (0.22 + 0.38 * front) + 0.25 * DOWN
            wanted = along_skin(surface, points, outwards) * (1 - falling) + 1.6 * DOWN * falling
            distance, outward = surface.distance.look(points)
            hug = 0.9 * np.clip((distance - 1.0) / 2.0, 0, 1)[:, None]
            hug = hug * np.where(points[:, 1:2] < 2, (1.0, 0.0, 1.0), 1.0)  # below the scalp only sideways
            face = smoothstep(points[:, 2], 5.0, 7.5)[:, None] * smoothstep(-points[:, 1], -8, 0)[:, None]
            return wanted - hug * outward + 0.7 * BACK * face

        return field

    parts = []
    layers = (
        (290, 2.4, 0.2, (UNDER, UNDER, DENSE), 0.96),
        (260, 2.0, 0.4, (UNDER, DENSE, LIGHT), 1.0),
        (230, 1.3, 0.6, (DENSE, LIGHT, MEDIUM, MEDIUM_LIGHT), 1.0),
        (70, 1.2, 0.7, (MEDIUM_LIGHT, WISPY), 0.97),
    )
    for count, width, clearance, strips, longer in layers:
        roots = surface.sample(scalp(inset=0.15), job.count(count * share), rng)
        lengths = roots.home[:, 1] - floor + 3.5 * smoothstep(roots.home[:, 1], 8, 14)
        lengths = lengths * longer * rng.uniform(0.93, 1.02, len(lengths))

        def clear(t: float, clearance: float = clearance * room) -> float:
            return clearance * (0.75 + 0.5 * float(np.sin(np.pi * min(1.0, t * 2.2))))

        paths = grow(
            surface, roots, lengths, 16, field_for(roots, lengths), stiffness=1.3, clearance=clear, lift=0.25
        )
        paths = ruffle(clump(smooth(paths, 2), rng, 70, 0.45, 1.5), rng, 0.35, 2.0)
        if wave:
            phase = np.abs(azimuth(roots.home)) / 55 + 0.15 * rng.random(len(paths))  # neighbours in phase
            paths = curl(paths, surface.distance, wave, turns, phase, flatness=0.6, start=0.2)
        paths = resample(paths, segments, 1.0 if wave else 1.35)
        widths = job.widths(len(paths), width / np.sqrt(share))
        chosen = rng.choice(strips, len(paths))
        parts.append(
            cards(
                job,
                paths,
                roots,
                widths,
                chosen,
                roll=0.22,
                taper=(0.5, 1.0, 0.6),
                volume=0.4 if wave else 0.6,
                bend=0.7,
            )
        )
    roots = surface.sample(hairline_band(-0.2, 1.3), job.count(190), rng)
    lengths = rng.uniform(3.0, 7.5, len(roots))
    paths = grow(
        surface, roots, lengths, 4, field_for(roots, lengths), stiffness=0.8, clearance=0.12, lift=0.2
    )
    strips_here = rng.choice((MEDIUM, MEDIUM_LIGHT, WISPY), len(paths))
    parts.append(
        cards(job, ruffle(paths, rng, 0.2), roots, job.widths(len(paths), 0.6), strips_here, roll=0.15)
    )
    return joined(parts)


def afro(job: Job, radius: float = 5.0) -> Cards:
    """A round coily volume: strands leave the scalp radially as helices."""
    surface, rng = job.surface, job.rng
    centre = np.array([0.0, 6.5, -0.6])
    parts = []
    for count, width, longer, segments in ((330, 2.2, 0.62, 3), (450, 2.1, 0.85, 4), (520, 1.9, 1.0, 5)):
        roots = surface.sample(scalp(), job.count(count), rng)
        radial = unit(roots.home - centre)
        jitter = rng.normal(size=radial.shape) * 0.45

        def field(points: Floats, t: float, radial: Floats = radial, jitter: Floats = jitter) -> Floats:
            return radial * 1.2 + jitter * (0.3 + t) - 0.1 * t * UP

        inner = smoothstep(hairline_height(roots.home), 0, 4)
        lengths = radius * longer * (0.45 + 0.55 * inner) * rng.uniform(0.85, 1.12, len(roots))
        paths = grow(surface, roots, lengths, segments, field, stiffness=0.7, clearance=0.1, lift=1.0)
        paths = curl(paths, surface.distance, 0.32, lengths * 0.42, rng.random(len(paths)))
        widths = job.widths(len(paths), width, 0.25)
        strips = np.full(len(paths), COILY)
        parts.append(
            cards(
                job, paths, roots, widths, strips,
                roll=1.6, taper=(0.7, 1.0, 0.9), twist=1.0, volume=0.85, max_kink=None,
            )
        )  # fmt: skip
    return joined(parts)


def bun(job: Job, radius: float = 3.2) -> Cards:
    """Hair combed back along the skin into a knot at the back of the head."""
    surface, rng = job.surface, job.rng
    knot_root = surface.nearest(np.array([[0.0, 11.0, -9.2]]), scalp_only=True)
    anchor = knot_root.points[0] + 0.35 * knot_root.normals[0]

    def field(points: Floats, t: float) -> Floats:
        towards = unit(anchor - points)
        near = (np.linalg.norm(anchor - points, axis=1) < 3)[:, None]
        return along_skin(surface, points, towards) + 0.25 * towards * near

    parts = []
    layers = (
        (330, 1.9, 0.16, (UNDER, DENSE)),
        (270, 1.5, 0.32, (DENSE, LIGHT)),
        (90, 1.0, 0.42, (MEDIUM, MEDIUM_LIGHT)),
    )
    for count, width, clearance, strips in layers:
        roots = surface.sample(scalp(inset=0.1), job.count(count), rng)
        chord = np.linalg.norm(roots.points - anchor, axis=1)
        lengths = 1.05 * chord * (1 + 0.22 * np.clip(chord / 18, 0, 1) ** 2)
        paths = grow(surface, roots, lengths, 14, field, stiffness=0.6, clearance=clearance, lift=0.1)
        paths = resample(smooth(_stopped(paths, anchor, 1.6)), 6)
        widths = job.widths(len(paths), width)
        chosen = rng.choice(strips, len(paths))
        parts.append(
            cards(job, paths, roots, widths, chosen, roll=0.1, taper=(1.0, 0.9, 0.45), along=(0.0, 0.8))
        )
    parts.append(_knot(job, anchor, knot_root, radius))
    roots = surface.sample(hairline_band(0.0, 0.8), job.count(130), rng)
    lengths = rng.uniform(1.2, 3.0, len(roots))
    paths = grow(surface, roots, lengths, 3, field, stiffness=0.6, clearance=0.1, lift=0.25)
    fine = rng.choice((MEDIUM_LIGHT, WISPY), len(paths))
    parts.append(cards(job, ruffle(paths, rng, 0.2), roots, job.widths(len(paths), 0.5), fine))
    return joined(parts)


def _stopped(paths: Floats, anchor: Floats, reach: float) -> Floats:
    """Paths that end on coming within reach of the anchor, with as many points as before."""
    near = np.linalg.norm(paths - anchor, axis=2) < reach
    rows = paths.shape[1]
    stop = np.where(near.any(1), np.maximum(near.argmax(1), 1), rows - 1)
    t = np.linspace(0, 1, rows)[None] * stop[:, None]
    low = np.minimum(t.astype(int), stop[:, None] - 1)
    part = (t - low)[..., None]
    path = np.arange(len(paths))[:, None]
    return paths[path, low] * (1 - part) + paths[path, low + 1] * part


def _knot(job: Job, anchor: Floats, root: Roots, radius: float) -> Cards:
    """Arcs wound round a squashed ball."""
    rng = job.rng
    count, segments = job.count(170), 7
    axis = unit(np.array([0.0, 0.35, -1.0]))
    side = unit(np.cross(axis, LEFT))
    other = np.cross(axis, side)
    turn = rng.random(count) * 2 * np.pi
    turn = turn[:, None] + np.linspace(0, 1, segments + 1) * rng.uniform(1.6, 2.6, count)[:, None]
    height = np.arcsin(rng.uniform(-0.75, 0.95, count))[:, None]
    height = height + np.linspace(-0.35, 0.35, segments + 1) * rng.normal(size=(count, 1))
    size = radius * (0.8 + 0.2 * rng.uniform(0.55, 1.0, count))[:, None]
    centre = anchor + axis * radius * 0.45
    ring = np.cos(turn)[..., None] * side + np.sin(turn)[..., None] * other
    paths = (
        centre + (size * np.cos(height))[..., None] * ring + (0.72 * size * np.sin(height))[..., None] * axis
    )
    roots = root.subset(np.zeros(count, np.int64))
    strips = rng.choice((UNDER, DENSE, DENSE, LIGHT), count)
    made = cards(job, paths, roots, job.widths(count, 1.1), strips, roll=0.15, along=(0.1, 0.85))
    ball = unit(made.vertices - centre)
    return Cards(
        made.vertices,
        unit(0.6 * ball + 0.4 * made.normals),
        made.uv,
        made.triangles,
        made.root_vertices,
        made.root_weights,
    )


def _fixed(values: Floats) -> Callable[[float], Floats]:
    return lambda t: values


STYLES: dict[str, Callable[[Job], Cards]] = {
    "short": short,
    "long": long,
    "wavy": wavy,
    "bun": bun,
    "afro": afro,
}
