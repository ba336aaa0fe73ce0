"""Correctives: extra targets that mend what a player which only blends linearly gets wrong.

A blinking lid travels around the eyeball, but a morph target takes every vertex straight through it: half closed,
the lid lies up to a millimetre too deep.  `eyeBlinkHalfLeft` and `eyeBlinkHalfRight` hold what is missing at
weight 0.5 of `eyeBlinkLeft` and `eyeBlinkRight`.  Played at driver_weight of the blink's own weight w, 4 w (1 - w),
they bend the straight path into the arc (its parabola through rest, half-way and closed).

The jaw opens either way: by `jawOpen`, its joint at rest; or by its joint turned by w times jaw_open_deg() about +X,
with `jawOpenJoint` at w.  The joint alone turns teeth, tongue and chin as jawOpen has them, but lips and throat
slide besides, and that is what `jawOpenJoint` adds: at w = 1 both ways give the same head.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dreamhead.head.model import JOINT_NAMES, Floats, HeadModel
from dreamhead.head.pose import rotation

Points = NDArray[np.float64]

HALF_BLINKS: Mapping[str, str] = {"eyeBlinkHalfLeft": "eyeBlinkLeft", "eyeBlinkHalfRight": "eyeBlinkRight"}
JAW_JOINT = "jawOpenJoint"
STILL = 2e-5  # metres: less cannot be seen
STIFF = 0.99  # of the largest weight on the jaw: lower teeth, their gums and the tongue
NEIGHBOURS = 4  # eyeball vertices that tell its radius in a direction
_SIDES = {"eyeBlinkHalfLeft": ("left", "eyeLeft"), "eyeBlinkHalfRight": ("right", "eyeRight")}


def driver_weight(weight: float) -> float:
    """The corrective's weight at a blink's weight in 0..1: 0 at both ends, 1 half-way; 0 outside."""
    return max(4 * weight * (1 - weight), 0.0)


def with_driven(weights: Mapping[str, float]) -> dict[str, float]:
    """Target weights with the half-blinks added that the blinks among them ask for."""
    driven = {name: driver_weight(weights.get(blink, 0.0)) for name, blink in HALF_BLINKS.items()}
    return dict(weights) | {name: weight for name, weight in driven.items() if weight > 0}


def half_blinks(
    head: HeadModel, neutral: Floats, expressions: Mapping[str, Floats], joint_positions: Floats
) -> dict[str, Floats]:
    """{name: (V, 3)} metres: what to add half-way through each blink.

    neutral (V, 3) and expressions {name: (V, 3)} of one identity, joint_positions (J, 3) of its eyes.  Each vertex
    comes to lie half-way on the arc about its eyeball's centre, as far above the ball as it is on average at both
    ends; shells that touch the ball (tear line, shade) keep their mean distance from the centre.
    """
    owned = {part.name: np.unique(part.faces) for part in head.parts}
    joints = dict(zip(JOINT_NAMES, joint_positions, strict=True))
    found = {}
    for name, blink in HALF_BLINKS.items():
        side, joint = _SIDES[name]
        center = joints[joint].astype(np.float64)
        balls = [owned[part] for part in (f"eye_{side}", f"cornea_{side}") if part in owned]
        delta = expressions[blink]
        moved = np.nonzero(np.linalg.norm(delta, axis=1) > STILL)[0]
        start = neutral[moved].astype(np.float64) - center
        end = start + delta[moved]
        on_arc = _half_way(
            start, end, [neutral[ball] - center for ball in balls], np.isin(moved, owned["skin"])
        )
        bend = on_arc - 0.5 * (start + end)
        bend[np.linalg.norm(bend, axis=1) < STILL] = 0
        found[name] = np.zeros_like(neutral)
        found[name][moved] = bend
    return found


def jaw_open_deg(
    head: HeadModel, neutral: Floats, expressions: Mapping[str, Floats], joint_positions: Floats
) -> float:
    """Degrees about +X by which the jaw joint turns what is stiff on it (lower teeth) as jawOpen at 1 does."""
    share = head.joint_weights[:, JOINT_NAMES.index("jaw")]
    stiff = share >= STIFF * share.max()
    pivot = joint_positions[JOINT_NAMES.index("jaw")].astype(np.float64)
    start = neutral[stiff].astype(np.float64) - pivot
    end = start + expressions["jawOpen"][stiff]
    sine = (start[:, 1] * end[:, 2] - start[:, 2] * end[:, 1]).sum()
    return float(np.degrees(np.arctan2(sine, (start[:, 1:] * end[:, 1:]).sum())))


def jaw_joint(
    head: HeadModel, neutral: Floats, expressions: Mapping[str, Floats], joint_positions: Floats
) -> Floats:
    """(V, 3) metres: before the jaw joint turns by jaw_open_deg, what makes its skin that of jawOpen at 1."""
    pivot = joint_positions[JOINT_NAMES.index("jaw")].astype(np.float64)
    turn = rotation("x", jaw_open_deg(head, neutral, expressions, joint_positions))
    share = head.joint_weights[:, JOINT_NAMES.index("jaw"), None, None].astype(np.float64)
    blended = share * turn + (1 - share) * np.eye(3)
    wanted = neutral.astype(np.float64) + expressions["jawOpen"] - pivot
    before = np.linalg.solve(blended, wanted[..., None])[..., 0] + pivot - neutral
    before[np.linalg.norm(before, axis=1) < STILL] = 0
    return before.astype(np.float32)


def _half_way(start: Points, end: Points, balls: list[Floats], above: NDArray[np.bool_]) -> Points:
    """(n, 3) the middle of the arc from start to end about the origin; `above` (n,) rides on the balls' surface."""
    distances = [np.linalg.norm(points, axis=1) for points in (start, end)]
    directions = [points / length[:, None] for points, length in zip((start, end), distances, strict=True)]
    middle = directions[0] + directions[1]
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    radius = 0.5 * (distances[0] + distances[1])
    low = [_radius(direction, balls) for direction in (*directions, middle)]
    radius[above] += (low[2] - 0.5 * (low[0] + low[1]))[above]
    return middle * radius[:, None]


def _radius(directions: Points, balls: list[Floats]) -> Points:
    """(n,) distance from the centre to the outermost of the eye's surfaces in unit directions (n, 3).

    The first ball is met in every direction; the others (a cornea) where they have a vertex near.
    """
    outermost = np.zeros(len(directions))
    for number, ball in enumerate(balls):
        length = np.linalg.norm(ball, axis=1)
        tree = cKDTree(ball / length[:, None])
        apart, near = tree.query(directions, k=NEIGHBOURS)
        weight = 1 / np.maximum(apart, 1e-3) ** 2
        found = (weight * length[near]).sum(1) / weight.sum(1)
        if number > 0:
            spacing = tree.query(tree.data, k=NEIGHBOURS)[0].max()
            found[apart[:, 0] > spacing] = 0
        outermost = np.maximum(outermost, found)
    return outermost
