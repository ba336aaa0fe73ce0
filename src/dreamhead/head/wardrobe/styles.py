"""Hair grown as a hairstyle's data say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.atlas import STRIP_NAMES
from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.flow import direction_field
from dreamhead.head.wardrobe.groom import (
    Cards,
    Job,
    Press,
    cards,
    clump,
    curl,
    grow,
    joined,
    resample,
    ruffle,
    smooth,
)
from dreamhead.head.wardrobe.hairstyles import Hairstyle, Layer
from dreamhead.head.wardrobe.ropes import locks, plaits
from dreamhead.head.wardrobe.surface import (
    CRANIUM,
    HAIRLINE,
    Roots,
    Surface,
    azimuth,
    smoothstep,
)
from dreamhead.head.wardrobe.tails import grow_tail

Floats = NDArray[np.float64]

ABOVE_SKIN = 0.35  # cm of a gathering point
NAPE = np.array([0.0, -0.5, -0.86])  # direction from the cranium's centre
ROW_SPAN = 68.0  # degrees of azimuth from the middle line to the outermost row of rooted strands
GATHERED_REACH = 3.0  # cm off the skin that a knot or a tail's base wants
SHORTEST = 0.4  # cm
SLIMMEST = 0.42  # of a layer's width


def grow_hair(style: Hairstyle, job: Job) -> Cards:
    """The strands of a hairstyle on a head.  A style without layers or tails gives empty cards."""
    gathered = _gathering_points(style, job) if style.gather else None
    anchors = np.zeros((0, 3)) if gathered is None else gathered.points + ABOVE_SKIN * gathered.normals
    parts = [grow_layer(style, layer, job, anchors) for layer in style.layers]
    if gathered is not None:
        for tail in style.tails:
            root = gathered.subset(np.array([tail.at]))
            parts.append(grow_tail(tail, job, anchors[tail.at], root))
    return joined(parts)


def grow_layer(style: Hairstyle, layer: Layer, job: Job, anchors: Floats) -> Cards:
    """One layer of a style; anchors (G, 3) are the gathering points on this head, cm."""
    surface, rng = job.surface, job.rng
    region = style.long_region if layer.where == "long" else style.region
    if style.rows:
        roots = _in_rows(surface, style.rows)
    else:
        mask = region.mask(layer.edge, layer.inset, layer.band, layer.around)
        roots = surface.sample(mask, job.count(layer.count), rng)
    lengths = _lengths(style, layer, roots, anchors, rng)
    paths = grow(
        surface,
        roots,
        lengths,
        layer.steps,
        direction_field(style, surface, roots, lengths, anchors, rng),
        stiffness=layer.stiffness,
        clearance=_clearance(style, layer, roots),
        lift=layer.lift,
    )
    if len(anchors):
        paths = _stopped(paths, anchors, style.reach)
    paths = _dressed(layer, paths, roots, lengths, job)
    slim = np.clip(lengths / layer.slim, SLIMMEST, 1) if layer.slim else np.ones(len(paths))
    widths = job.widths(len(paths), layer.width * slim)
    if layer.mesh == "lock":
        return locks(job, paths, roots, widths, layer.sides, layer.twist)
    if layer.mesh == "plait":
        return plaits(job, paths, roots, widths, layer.sides)
    strips = rng.choice([STRIP_NAMES.index(name) for name in layer.strips], len(paths))
    return cards(
        job,
        paths,
        roots,
        widths,
        strips,
        roll=layer.roll,
        twist=layer.twist,
        taper=layer.taper,
        bend=layer.bend,
        volume=layer.volume,
        along=layer.along,
        max_kink=layer.max_kink,
        max_rise=layer.max_rise,
    )


def _gathering_points(style: Hairstyle, job: Job) -> Roots:
    """Where hair is gathered (G,), moved down towards the nape as far as a hat makes it."""
    chosen = []
    for point in np.array(style.gather):
        reach, away = np.linalg.norm(point - CRANIUM), unit(point - CRANIUM)
        for part in np.linspace(0, 1, 12):
            nape = NAPE + np.array([0.5 * np.sign(point[0]), 0, 0])
            at = CRANIUM + reach * unit((1 - part) * away + part * nape)
            root = job.surface.nearest(at[None], scalp_only=True)
            if job.press is None or _has_room(job.press, root):
                break
        chosen.append(root)
    return Roots(*(np.concatenate([getattr(root, spec.name) for root in chosen]) for spec in fields(Roots)))


def _has_room(press: Press, root: Roots) -> bool:
    """Whether a hat lets hair stand off the skin where it is gathered."""
    standing = root.points + np.array([[1.0], [GATHERED_REACH]]) * root.normals
    pressed, kept = press(standing[:, None])
    return bool(kept.all() and np.linalg.norm(pressed[:, 0] - standing, axis=1).max() < 0.5)


def _lengths(
    style: Hairstyle, layer: Layer, roots: Roots, anchors: Floats, rng: np.random.Generator
) -> Floats:
    """(N,) cm."""
    home = roots.home
    if layer.fixed_length is not None:
        return rng.uniform(*layer.fixed_length, len(roots))
    if len(anchors):
        chord = np.linalg.norm(roots.points[:, None] - anchors[None], axis=2).min(1)
        return np.asarray(1.05 * chord * (1 + 0.22 * np.clip(chord / 18, 0, 1) ** 2))
    if style.ends is not None:
        lengths = home[:, 1] - np.interp(np.abs(azimuth(home)), *style.ends)
        lengths = lengths + style.crown_extra * smoothstep(home[:, 1], 8, 14)
    elif style.length is not None:
        lengths = style.length.at(home)[:, 0]
    else:
        lengths = np.full(len(roots), 3.0)
    varied = 1 + layer.spread * rng.uniform(-1, 1, len(roots))
    return np.asarray(np.maximum(layer.lengths * lengths * varied, SHORTEST))


def _clearance(style: Hairstyle, layer: Layer, roots: Roots) -> Callable[[float], Floats]:
    """How far strands keep from the skin, (N,) cm, at each part of their length."""
    room = np.ones(len(roots)) if style.room is None else style.room.at(roots.home)[:, 0]

    def clearance(t: float) -> Floats:
        belly = 1 - 0.25 * style.belly + style.belly * float(np.sin(np.pi * min(1.0, t * 2.2)))
        return layer.clearance * room * (belly if style.belly else 1.0)

    return clearance


def _dressed(layer: Layer, paths: Floats, roots: Roots, lengths: Floats, job: Job) -> Floats:
    """Paths smoothed, clumped, ruffled and curled."""
    rng = job.rng
    paths = smooth(paths, layer.smooth)
    if layer.clumps:
        paths = clump(paths, rng, job.count(layer.clumps), layer.clumping, layer.clump_power)
    if layer.ruffle:
        paths = ruffle(paths, rng, layer.ruffle, layer.ruffle_power)
    if layer.segments:
        paths = resample(paths, layer.segments, layer.near_root)
    if layer.wave:
        own = rng.random(len(paths))
        phase = (1 - layer.together) * own + layer.together * (np.abs(azimuth(roots.home)) / 55 + 0.15 * own)
        turns = layer.turns + layer.turns_per_cm * lengths
        paths = curl(
            paths,
            job.surface.distance,
            layer.wave,
            turns,
            phase,
            flatness=layer.wave_flatness,
            start=layer.wave_start,
        )
    return paths


def _stopped(paths: Floats, anchors: Floats, reach: float) -> Floats:
    """Paths that end on coming within reach of a gathering point, with as many points as before."""
    near = np.linalg.norm(paths[:, :, None] - anchors, axis=3).min(2) < reach
    rows = paths.shape[1]
    stop = np.where(near.any(1), np.maximum(near.argmax(1), 1), rows - 1)
    t = np.linspace(0, 1, rows)[None] * stop[:, None]
    low = np.minimum(t.astype(int), stop[:, None] - 1)
    part = (t - low)[..., None]
    path = np.arange(len(paths))[:, None]
    return paths[path, low] * (1 - part) + paths[path, low + 1] * part


def _in_rows(surface: Surface, rows: int) -> Roots:
    """Roots just inside the front hairline, evenly spaced round the head."""
    turn = np.radians(np.linspace(-ROW_SPAN, ROW_SPAN, rows))
    height = np.interp(np.degrees(np.abs(turn)), HAIRLINE[:, 0], HAIRLINE[:, 1]) + 0.5
    flat = np.stack([np.sin(turn), 0 * turn, np.cos(turn)], axis=1)
    reach = np.full(rows, 8.0)
    roots = None
    for _ in range(4):
        points = (0, 1, 0) * height[:, None] + (0, 0, CRANIUM[2]) + reach[:, None] * flat
        roots = surface.nearest(points)
        reach = np.linalg.norm((roots.home - CRANIUM)[:, [0, 2]], axis=1)
    assert roots is not None
    return roots
