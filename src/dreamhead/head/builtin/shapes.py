"""What identity fields are made of: bumps, ramps, turns and ring masks on the half cage, in cm.

Fields are evaluated on the base cage as its handles give it, so a slider means the same on every identity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dreamhead.head.builtin.anatomy import EYE_CENTER, smoothstep
from dreamhead.head.builtin.cage import LOWER_LID, MOUTH_CORNER, RING_COUNT, UPPER_LID, Cage

Points = NDArray[np.float64]
Masks = Mapping[str, Points]
Triple = tuple[float, float, float]
Field = Callable[[Points, Masks], Points]  # points (n, 3), ring masks (n,) each -> displacement (n, 3)

EAR_ROOT = np.array([7.2, 0.4, 0.9])


def bump(p: Points, center: Triple, spread: Triple) -> Points:
    """(n,) an anisotropic Gaussian, 1 at its centre."""
    return np.exp(-0.5 * (((p - np.array(center)) / np.array(spread)) ** 2).sum(1))


def move(weight: Points, direction: Triple) -> Points:
    """(n, 3) a direction times a weight (n,)."""
    return weight[:, None] * np.array(direction)


def ramp(value: Points, start: float, end: float) -> Points:
    """(n,) 0 before start, 1 after end, smooth between."""
    return smoothstep(value, start, end)


def widen(p: Points, at: float) -> Points:
    """(n,) widths grow in proportion to x: a smooth step at the midline would make a ridge."""
    return p[:, 0] / at


def near_eye(p: Points, full: float, none: float) -> Points:
    """(n,) 1 within `full` cm of the eye, 0 beyond `none`."""
    distance = np.linalg.norm((p - EYE_CENTER - [0, 0, 0.6]) * [0.9, 1.05, 0.8], axis=1)
    return 1 - smoothstep(distance, full, none)


def off_eye(p: Points) -> Points:
    """(n,) 0 on the lids, 1 away from the eye."""
    return 1 - near_eye(p, 1.7, 2.6)


def turn(weight: Points, p: Points, pivot: Points, axis: str, degrees: float) -> Points:
    """(n, 3) displacement of a rotation by weight * degrees about an axis through pivot."""
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    angle, offset = np.radians(degrees) * weight, p - pivot
    moved = np.zeros_like(p)
    moved[:, i] = np.cos(angle) * offset[:, i] - np.sin(angle) * offset[:, j] - offset[:, i]
    moved[:, j] = np.sin(angle) * offset[:, i] + np.cos(angle) * offset[:, j] - offset[:, j]
    return moved


def with_eyes(field: Field) -> Field:
    """The same field, but lids ride with their eyeball instead of being bent over it."""

    def carried(p: Points, masks: Masks) -> Points:
        moved = field(p, masks)
        nowhere = {name: np.zeros(1) for name in masks}
        eyeball = field(EYE_CENTER[None], nowhere)
        return moved + masks["lids"][:, None] * (eyeball - moved)

    return carried


def above_shoulders(p: Points) -> Points:
    """(n,) 1 on the head, fading along the neck to 0 on the shoulders."""
    return ramp(p[:, 1], -13.0, -8.5)


def ring_masks(cage: Cage, points: Points) -> dict[str, Points]:
    """Weights (N,) along single rings: "e2u" = second eye ring, upper arc; "m3l" = third lip ring, lower.

    "lid_upper" and "lid_lower" fade from the margin out to the orbit; "lids" covers both; "ear" the ear
    and a little of the skin it grows from, "ear_base" much of it, "helix" the ear's free parts alone.
    points (N, 3) is the base cage.
    """
    masks: dict[str, Points] = {}
    arch = np.sin(np.pi * np.linspace(0, 1, len(UPPER_LID))) ** 0.8
    for ring in range(1, 5):
        for name, arc in (("u", UPPER_LID), ("l", LOWER_LID)):
            masks[f"e{ring}{name}"] = np.zeros(len(cage))
            masks[f"e{ring}{name}"][cage.ring("e", ring)[list(arc)]] = arch
    shares = {1: 0.2, 2: 0.6, 3: 0.95, 4: 1.0}
    masks["lid_upper"] = np.sum([share * masks[f"e{ring}u"] for ring, share in shares.items()], 0)
    masks["lid_lower"] = np.sum([share * masks[f"e{ring}l"] for ring, share in shares.items()], 0)
    masks["lids"] = np.zeros(len(cage))
    for ring, share in shares.items():
        masks["lids"][cage.ring("e", ring)] = share
    towards_middle = np.sin(np.pi / 2 * np.arange(MOUTH_CORNER + 1) / MOUTH_CORNER) ** 0.7
    for ring in range(2, 6):
        nodes = cage.ring("m", ring)
        lower, upper = np.zeros(len(cage)), np.zeros(len(cage))
        lower[nodes[: MOUTH_CORNER + 1]] = towards_middle[::-1]
        upper[nodes[MOUTH_CORNER:]] = towards_middle
        masks[f"m{ring}l"], masks[f"m{ring}u"] = lower, upper
    from_root = cKDTree(points[cage.ring("a", 0)]).query(points)[0]
    from_root = cKDTree(points[cage.ring("a", 0)]).query(points)[0]
    masks["ear"] = 0.3 * np.exp(-0.5 * (from_root / 0.8) ** 2)
    masks["ear_base"] = 0.75 * np.exp(-0.5 * (from_root / 1.5) ** 2)
    masks["helix"] = np.zeros(len(cage))
    for ring in range(1, RING_COUNT["a"] + 1):
        nodes = cage.ring("a", ring)
        masks["ear"][nodes] = {1: 0.55, 2: 0.85}.get(ring, 1.0)
        masks["ear_base"][nodes] = {1: 0.85, 2: 0.93}.get(ring, 1.0)
        masks["helix"][nodes] = {1: 0.0, 2: 0.0, 6: 0.7, 7: 0.2}.get(ring, float(ring < 7))
    return masks
