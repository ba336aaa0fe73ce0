"""Canines grown beyond a person's: fangs that hang from the upper arch, tusks that rise from the lower one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import smoothstep
from dreamhead.head.builtin.arch import LOWER, UPPER, Arch
from dreamhead.head.builtin.teeth import CAP_RINGS, ROOTED, ROWS, SEGMENTS

Points = NDArray[np.float64]

CANINE = 2  # its place in the arch
CROWN_VERTICES = (ROWS + len(CAP_RINGS)) * SEGMENTS + 1
FANG_GROWTH = 0.55  # cm at 1
TUSK_RISE = 1.35  # cm over the seam of the lips at 1
TUSK_RADIUS = 0.42  # cm at the root
TUSK_CLEARANCE = 0.17  # cm between a tusk's axis and the upper lip's skin
_MIRROR = np.array([-1.0, 1.0, 1.0])


def with_fangs(vertices: Points, amount: float) -> Points:
    """The upper teeth (V, 3) cm, as the arch has them, with canines longer by amount (0 a person's, 1 a vampire's)."""
    grown = vertices.copy()
    for crown in _canines():
        points = vertices[crown]
        t = 1 - np.clip(
            _height(UPPER, points) / UPPER.crowns[CANINE].height, 0, 1
        )  # 0 at the gum, 1 at the tip
        axis = points[:, ::2].mean(0)
        narrow = 1 - 0.4 * min(amount, 1.0) * t**2
        grown[crown, 1] -= FANG_GROWTH * amount * t
        grown[crown, ::2] = axis + (points[:, ::2] - axis) * narrow[:, None]
    return grown


def with_tusks(vertices: Points, placed: Points, seam: Points, skin: Points, amount: float) -> Points:
    """The lower teeth placed (V, 3) in a head, their canines bent out between the lips and up before them.

    vertices (V, 3) are the same teeth as the arch has them; seam (n, 3) lies between the left lips from the
    midline to the corner; skin (S, 3); amount is 0 for a person, 1 for an orc.  All in cm.
    """
    grown = placed.copy()
    left, right = _canines()
    points = vertices[left]
    height = LOWER.crowns[CANINE].height * ROOTED
    u = 1 - np.clip(_height(LOWER, points) / height, 0, 1)  # 0 at the root, 1 at the tip
    around = points[:, ::2] - points[:, ::2].mean(0)
    around /= np.maximum(np.linalg.norm(around, axis=1, keepdims=True), 1e-9)
    here = placed[left]
    root = here[u < 0.05].mean(0)
    gate = np.array([np.interp(root[0] + 0.1, seam[:, 0], seam[:, k]) for k in range(3)])
    tip = gate + np.array([0.25, TUSK_RISE * amount, 0.0])
    before = _lip_front(skin, gate[0], gate[1], tip[1])
    gate[2] = max(gate[2] - 0.05, root[2] + 0.2)
    tip[2] = max(tip[2], before + TUSK_CLEARANCE - 0.02)
    middle = 0.5 * (gate + tip)
    middle[2] = before + TUSK_CLEARANCE + 0.04
    line, ahead = _through(np.stack([root, gate, middle, tip]), u)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    across = np.array([1.0, 0, 0]) - ahead[:, :1] * ahead
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    radius = (TUSK_RADIUS * (1 - u) ** 0.6)[:, None]
    tusk = line + radius * (around[:, :1] * across + around[:, 1:] * np.cross(across, ahead))
    share = smoothstep(np.array(amount), 0.0, 0.4)
    grown[left] = here + share * (tusk - here)
    grown[right] = grown[left] * _MIRROR
    return grown


def _canines() -> tuple[slice, slice]:
    """Vertices of the left and of the right canine among an arch's."""
    left, right = CANINE * CROWN_VERTICES, (len(UPPER.crowns) + CANINE) * CROWN_VERTICES
    return slice(left, left + CROWN_VERTICES), slice(right, right + CROWN_VERTICES)


def _height(arch: Arch, points: Points) -> Points:
    """(n,) cm from a canine's biting edge towards its root."""
    return arch.up * (points[:, 1] - arch.edge_y) - arch.crowns[CANINE].step


def _lip_front(skin: Points, x: float, low: float, high: float) -> float:
    """How far forward the skin stands beside x between two heights."""
    near = (np.abs(skin[:, 0] - x) < 0.45) & (skin[:, 1] > low) & (skin[:, 1] < max(high, low + 0.6))
    return float(skin[near, 2].max())


def _through(knots: Points, u: Points) -> tuple[Points, Points]:
    """Points (n, 3) on the cubic through four knots at 0, 1/3, 2/3, 1, and its derivatives (n, 3)."""
    at = np.linspace(0, 1, len(knots))
    rows = np.vander(at, increasing=True)
    weights = np.linalg.solve(rows, knots)
    powers = np.vander(u, len(knots), increasing=True)
    slopes = np.concatenate([np.zeros((len(u), 1)), powers[:, :-1] * np.arange(1, len(knots))], 1)
    return powers @ weights, slopes @ weights
