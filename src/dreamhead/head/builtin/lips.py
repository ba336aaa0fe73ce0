"""Keep lips apart that slide sideways: where a motion would push one into the other, both give way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.cage import LIP_CONTACT_RING, MOUTH_CORNER, Cage
from dreamhead.head.builtin.interior import contact_on_surface, contact_pairs

Points = NDArray[np.float64]

GAP = 0.02  # cm between lips that would have crossed
ROUNDS = 14
STEP = 0.4  # of the missing gap taken up by each lip in a round
# Mouth ring -> share of the way it gives when the contact ring gives all of it.
RING_SHARE = {5: 1.0, 4: 0.75, 3: 0.4, 2: 0.15, 1: 0.05}
_MIRROR = np.array([-1.0, 1.0, 1.0])


def parted_across(cage: Cage, rest: Points, left: Points, right: Points) -> tuple[Points, Points]:
    """Motions (N, 3) cm of both halves, the right one in mirrored coordinates, whose lips touch where they crossed.

    rest (N, 3) is the finished resting cage.  The lips part along y at the seam's limit surfaces; open lips are left
    alone.  A lip that slides sideways meets other places of the seam than it rests on, so heights are compared at
    the same x along the whole seam.
    """
    halves = [rest + left] if left is right else [rest + left, rest + right]
    for _ in range(ROUNDS):
        seams = [_seam(cage, rest, points) for points in halves]
        lower, upper = (_whole_seam(seams, lip) for lip in (0, 1))
        worst = 0.0
        for number, points in enumerate(halves):
            x = [seams[number][lip][:, 0] * (-1 if number else 1) for lip in (0, 1)]
            low, high = (seams[number][lip][:, 1] for lip in (0, 1))
            lower_missing = np.maximum(GAP - (np.interp(x[0], *upper) - low), 0)
            upper_missing = np.maximum(GAP - (high - np.interp(x[1], *lower)), 0)
            worst = max(worst, float(lower_missing.max()), float(upper_missing.max()))
            for ring, share in RING_SHARE.items():
                lower_nodes, upper_nodes = contact_pairs(cage, ring)
                points[lower_nodes, 1] -= STEP * share * lower_missing
                points[upper_nodes, 1] += STEP * share * upper_missing
        if worst < 1e-4:
            break
    return halves[0] - rest, halves[-1] - rest


def _seam(cage: Cage, rest: Points, points: Points) -> tuple[Points, Points, Points]:
    """Limit points of the lower and the upper lip (7, 3) from beside the corner to the middle, and the corner."""
    contact = cage.ring("m", LIP_CONTACT_RING)
    lip_motion = points[contact] - rest[contact]
    trial = points.copy()
    for ring, share in ((6, 1.0), (7, 0.8)):
        nodes = cage.ring("m", ring)
        trial[nodes] = rest[nodes] + share * lip_motion
    low, high = contact_on_surface(trial)
    return low, high, points[contact[MOUTH_CORNER]]


def _whole_seam(seams: list[tuple[Points, Points, Points]], lip: int) -> tuple[Points, Points]:
    """x (rising) and y of one lip from the right corner to the left one."""
    left, right = seams[0], seams[-1]
    middle = 0.5 * (left[lip][-1] + right[lip][-1] * _MIRROR)
    mirrored = np.concatenate([right[2][None], right[lip][:-1]]) * _MIRROR
    line = np.concatenate([mirrored, middle[None], left[lip][-2::-1], left[2][None]])
    order = np.argsort(line[:, 0])
    return line[order, 0], line[order, 1]
