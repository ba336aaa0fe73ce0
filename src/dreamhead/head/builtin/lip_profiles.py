"""Lips as profiles: how far apart they stand at the same depth, and both moved until they stand as asked.

The seam alone does not tell whether lips cross: a lip that rolls in meets the other with its front, not with its edge.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.cage import LIP_CONTACT_RING, MOUTH_CORNER
from dreamhead.head.builtin.interior import BAG_LIP_SHARE, contact_pairs
from dreamhead.head.builtin.surface import build_surface, half_rows

Points = NDArray[np.float64]

FIRST_RING, LAST_RING = 2, 7  # of the profiles, from the skin over the lip into the mouth
SEAM = 2 * (LIP_CONTACT_RING - FIRST_RING)  # number of the seam's vertex along a profile
COLUMNS, DEPTHS = (
    20,
    32,
)  # at which two profiles are compared, from the middle outwards and from back to front
BESIDE_CORNER = 0.96  # of the way to the corner: beyond, both lips are one
STEP = 0.6  # of what is missing, made up for in a round


@dataclass(frozen=True)
class Give:
    """How lips make way: the upper lip's share, and each mouth ring's share of its lip's way."""

    upper: float
    rings: dict[int, float]


def profile_gap(points: Points) -> tuple[Points, Points]:
    """(x, gap) cm, (COLUMNS,) each from the middle to beside the corner: the least height of the upper lip over the
    lower one at any depth.

    points (N, 3) is a half cage with its rings 6 and 7 in place.  Negative where lips cross; infinite where no depth
    has both.
    """
    limits = _profiles(points)
    x = np.linspace(0, BESIDE_CORNER * limits[0, -1, SEAM, 0], COLUMNS)
    lower, upper = (_at(limit, x) for limit in limits)
    near = np.maximum(lower[..., 1].min(1), upper[..., 1].min(1))
    far = np.minimum(lower[..., 1].max(1), upper[..., 1].max(1))
    depth = near[:, None] + np.linspace(0, 1, DEPTHS) * (far - near)[:, None]
    gap = _heights(upper, depth, np.inf).min(2) - _heights(lower, depth, -np.inf).max(2)
    return x, np.where(far > near, gap.min(1), np.inf)


def settled(
    rest: Points, points: Points, apart: float, give: Give, closing: bool, rounds: int = 12
) -> Points:
    """Half cage points (N, 3) with lips at least `apart` cm from each other, or just so if they are `closing`.

    rest (N, 3) is the finished resting cage.
    """
    cage, points = build_surface().cage, points.copy()
    contact = cage.ring("m", LIP_CONTACT_RING)
    for _ in range(rounds):
        trial, lip_motion = points.copy(), points[contact] - rest[contact]
        for ring in (6, 7):
            nodes = cage.ring("m", ring)
            trial[nodes] = rest[nodes] + BAG_LIP_SHARE[ring] * lip_motion
        x, gap = profile_gap(trial)
        missing = np.where(np.isfinite(gap), apart - gap if closing else np.maximum(apart - gap, 0), 0)
        if np.abs(missing).max() < 1e-3:
            break
        for ring, share in give.rings.items():
            lower, upper = contact_pairs(cage, ring)
            points[upper, 1] += STEP * share * give.upper * np.interp(points[upper, 0], x, missing)
            points[lower, 1] -= STEP * share * (1 - give.upper) * np.interp(points[lower, 0], x, missing)
    return points


def _profiles(points: Points) -> Points:
    """(2, 8, n, 3) skin along the lower and the upper lip, from the middle to the corner, outside first."""
    even, odd = _profile_rows()
    limit = np.concatenate([odd @ points[:, :1], even @ points[:, 1:]], 1)
    return limit.reshape(2, MOUTH_CORNER + 1, -1, 3)


def _at(limit: Points, x: Points) -> Points:
    """(COLUMNS, n, 2) y and z of a lip's profile (8, n, 3) where it crosses each x."""
    stages = np.arange(limit.shape[1])
    return np.stack(
        [
            np.stack([np.interp(x, limit[:, stage, 0], limit[:, stage, axis]) for axis in (1, 2)], 1)
            for stage in stages
        ],
        1,
    )


def _heights(profile: Points, depth: Points, missing: float) -> Points:
    """y of each piece of profiles (m, n, 2) at depths (m, s): (m, s, n - 1), `missing` where a piece does not reach."""
    start, end = profile[:, None, :-1], profile[:, None, 1:]
    run = end[..., 1] - start[..., 1]
    along = (depth[..., None] - start[..., 1]) / np.where(np.abs(run) < 1e-9, 1e-9, run)
    height = start[..., 0] + along * (end[..., 0] - start[..., 0])
    return np.where((along >= 0) & (along <= 1), height, missing)


@cache
def _profile_rows() -> tuple[Points, Points]:
    """Rows of the half cage that give the profiles' (y, z) and x."""
    surface = build_surface()
    near: dict[int, set[int]] = {}
    for a, b in itertools.chain.from_iterable(
        zip(surface.quads[:, k], surface.quads[:, (k + 1) % 4], strict=True) for k in range(4)
    ):
        near.setdefault(int(a), set()).add(int(b))
        near.setdefault(int(b), set()).add(int(a))
    rings = [surface.cage.ring("m", ring) for ring in range(FIRST_RING, LAST_RING + 1)]
    vertices: list[int] = []
    for places in (range(MOUTH_CORNER + 1), range(2 * MOUTH_CORNER, MOUTH_CORNER - 1, -1)):
        for place in places:
            nodes = [int(ring[place]) for ring in rings]
            for outer, inner in itertools.pairwise(nodes):
                (between,) = near[outer] & near[inner]
                vertices += [outer, between]
            vertices.append(nodes[-1])
    return half_rows(surface, np.array(vertices))
