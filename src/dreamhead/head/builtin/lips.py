"""Keep lips apart in expressions: where a motion would push one lip into the other, both give way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.cage import LIP_CONTACT_RING, Cage
from dreamhead.head.builtin.interior import contact_on_surface, contact_pairs

Points = NDArray[np.float64]

GAP = 0.02  # cm between lips that would have crossed
ROUNDS = 14
STEP = 0.4  # of the missing gap taken up by each lip in a round
# Mouth ring -> share of the way it gives when the contact ring gives all of it.
RING_SHARE = {5: 1.0, 4: 0.75, 3: 0.4, 2: 0.15, 1: 0.05}


def parted(cage: Cage, rest: Points, motion: Points) -> Points:
    """A motion (N, 3) cm of the half cage whose lips touch where they crossed; open lips are left alone.

    rest (N, 3) is the finished resting cage.  The lips part along y at the seam's limit surfaces.
    """
    points = rest + motion
    contact = cage.ring("m", LIP_CONTACT_RING)
    behind6, behind7 = cage.ring("m", 6), cage.ring("m", 7)
    for _ in range(ROUNDS):
        lip_motion = points[contact] - rest[contact]
        trial = points.copy()
        trial[behind6] = rest[behind6] + lip_motion
        trial[behind7] = rest[behind7] + 0.8 * lip_motion
        low, high = contact_on_surface(trial)
        missing = np.maximum(GAP - (high - low)[:, 1], 0.0)
        if missing.max() < 1e-4:
            break
        for ring, share in RING_SHARE.items():
            lower, upper = contact_pairs(cage, ring)
            points[upper, 1] += STEP * share * missing
            points[lower, 1] -= STEP * share * missing
    return points - rest
