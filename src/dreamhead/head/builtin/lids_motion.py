"""How the lids of a resting cage slide over the eyeball: blinks, looks up and down, wide and squinting eyes.

All functions take and return half cage points (N, 3) in cm; degrees turn about the eyeball's x axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import Eye, rotate_x
from dreamhead.head.builtin.cage import LID_MARGIN_RING, LOWER_LID, UPPER_LID, Cage
from dreamhead.head.builtin.interior import margin_on_surface
from dreamhead.head.builtin.lids import place_lids

Points = NDArray[np.float64]
Shares = tuple[float, float, float, float]  # of the margin's turn taken by rings 4 (the margin), 3, 2 and 1

MEETING_HEIGHT = 0.10  # of the way from the lower to the upper margin
FOLD_ROOM = 0.65  # of the room between lid and fold that an opening lid may take up
RECEDES = 0.7  # of the way back along the ball that an opening lid takes: its skin bunches up in front
LID_GAP = 0.006  # cm between the closed lids' limit surfaces
MARGIN_HALF_THICKNESS_DEG = 0.45  # first guess of how far closed margins stand apart
# cm that the skin of rings 4, 3, 2, 1 keeps from the eyeball.  A closed lid keeps more: between open and closed
# a morph target cuts straight through the ball's curve.
CLEARANCE = {4: 0.085, 3: 0.13, 2: 0.14, 1: 0.12}
CLEARANCE_CLOSED = {4: 0.26, 3: 0.31, 2: 0.28, 1: 0.12}
_RINGS = (4, 3, 2, 1)


@dataclass(frozen=True)
class LidSlide:
    """How far each lid goes: 1 is to the line where the lids meet, negative opens.

    corner_deg lifts the outer corner and, fading inwards, both lids with it.
    """

    upper: float
    lower: float
    corner_deg: float
    upper_shares: Shares
    lower_shares: Shares


SLIDES = {
    "eyeBlink": LidSlide(1.0, 1.0, -6.0, (1.0, 0.84, 0.38, 0.06), (1.0, 0.9, 0.6, 0.2)),
    "eyeLookDown": LidSlide(0.72, -0.9, -6.0, (1.0, 0.96, 0.6, 0.08), (1.0, 0.96, 0.7, 0.1)),
    "eyeLookUp": LidSlide(-0.31, 1.05, 5.0, (1.0, 0.95, 0.8, 0.27), (1.0, 0.97, 0.95, 0.65)),
    "eyeWide": LidSlide(-0.31, -0.02, 4.0, (1.0, 0.93, 0.8, 0.22), (1.0, 0.96, 0.8, 0.3)),
    "eyeSquint": LidSlide(0.10, 0.50, 0.0, (1.0, 0.93, 0.42, 0.08), (1.0, 0.93, 0.42, 0.08)),
}


def lid_motion(cage: Cage, rest: Points, eye: Eye, name: str) -> Points:
    """(N, 3) displacement of a target of SLIDES; nodes behind the margin are left for place_lids."""
    apart = np.full(len(UPPER_LID), MARGIN_HALF_THICKNESS_DEG)
    if name == "eyeBlink":
        apart = _apart_when_closed(cage, rest, eye, apart)
    return _slid(cage, rest, eye, SLIDES[name], apart) - rest


def lids_clear(cage: Cage, rest: Points, eye: Eye, motion: Points) -> Points:
    """A motion (N, 3) whose lids come no nearer to the eyeball than CLEARANCE, or than they rest if that is less."""
    motion = motion.copy()
    for ring in _RINGS:
        nodes = cage.ring("e", ring)
        least = np.minimum(CLEARANCE[ring], eye.clearance(rest[nodes]))
        motion[nodes] = _pushed_out(eye, rest[nodes] + motion[nodes], least) - rest[nodes]
    return motion


def _apart_when_closed(cage: Cage, rest: Points, eye: Eye, apart: Points, rounds: int = 8) -> Points:
    """(11,) degrees by which closed cage margins stand apart so that the surfaces of the lids meet."""
    apart = apart.copy()
    margin = cage.ring("e", LID_MARGIN_RING)
    radius = np.linalg.norm(rest[margin] - eye.center, axis=1).mean()
    for _ in range(rounds):
        closed = place_lids(cage, _slid(cage, rest, eye, SLIDES["eyeBlink"], apart), eye)
        limit = margin_on_surface(closed)
        gap = limit[list(UPPER_LID), 1] - limit[list(LOWER_LID), 1]
        correction = np.degrees((gap - LID_GAP) / radius) / 2
        apart[1:-1] -= 0.8 * correction[1:-1]
    return apart


def _slid(cage: Cage, rest: Points, eye: Eye, slide: LidSlide, apart_deg: Points) -> Points:
    """Turn the lids about the eyeball's x axis by their share of the way to each other, then clear the ball."""
    points, center = rest.copy(), eye.center
    margin = rest[cage.ring("e", LID_MARGIN_RING)]

    def elevation(at: Points) -> Points:
        return np.degrees(np.arctan2(at[:, 1] - center[1], at[:, 2] - center[2]))

    upper_margin, lower_margin = elevation(margin[list(UPPER_LID)]), elevation(margin[list(LOWER_LID)])
    meeting = MEETING_HEIGHT * upper_margin + (1 - MEETING_HEIGHT) * lower_margin
    corner = slide.corner_deg * np.linspace(0, 1, len(UPPER_LID)) ** 2
    upper_turn = (meeting + apart_deg - upper_margin) * slide.upper
    lower_turn = (meeting - apart_deg - lower_margin) * slide.lower
    upper_turn[[0, -1]] *= 0.3
    lower_turn[[0, -1]] = upper_turn[[0, -1]]
    for arc, turn, shares in (
        (UPPER_LID, upper_turn + corner, slide.upper_shares),
        (LOWER_LID, lower_turn + corner, slide.lower_shares),
    ):
        inside = slice(None) if arc is UPPER_LID else slice(1, -1)  # the upper lid carries the corners
        inner_turn, inner_ring = turn, margin[list(arc)]
        for ring, share in zip(_RINGS, shares, strict=True):
            nodes = cage.ring("e", ring)[list(arc)]
            own_turn = turn * share
            if arc is UPPER_LID and slide.upper < 0:  # a fold is carried up before the opening lid passes it
                room = np.maximum(elevation(rest[nodes]) - elevation(inner_ring), 0)
                own_turn = np.maximum(own_turn, inner_turn - FOLD_ROOM * room)
            inner_turn, inner_ring = own_turn, rest[nodes]
            moved = rotate_x(rest[nodes], -own_turn, center) - rest[nodes]
            if arc is UPPER_LID and slide.upper < 0:
                moved[:, 2] *= RECEDES
            points[nodes[inside]] += moved[inside]
    closed = np.clip(slide.upper, 0, 1)
    for ring in _RINGS:
        nodes = cage.ring("e", ring)
        least = CLEARANCE[ring] + closed * (CLEARANCE_CLOSED[ring] - CLEARANCE[ring]) * _arch(nodes)
        points[nodes] = _pushed_out(eye, points[nodes], least)
    return points


def _arch(ring: NDArray[np.int64]) -> Points:
    """(20,) along an eye ring: 1 in the lids' middle, 0 at the corners."""
    arch = np.zeros(len(ring))
    for arc in (UPPER_LID, LOWER_LID):
        arch[list(arc)] = np.sin(np.pi * np.linspace(0, 1, len(arc))) ** 0.7
    return arch


def _pushed_out(eye: Eye, points: Points, least: Points) -> Points:
    """Points (n, 3) moved radially until they clear the eyeball by `least` (n,) cm."""
    missing = np.maximum(least - eye.clearance(points), 0.0) * eye.scale
    offset = points - eye.center
    return points + missing[:, None] * offset / np.linalg.norm(offset, axis=1, keepdims=True)
