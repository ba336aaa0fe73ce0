"""The lids' margins: a flat edge as thick as a lid, closed on the eyeball behind, with the caruncle in its corner.

Rings from the skin inwards: 4 the margin's front edge (lashes), 8 its middle, 5 its back edge on the eyeball,
6 the lining and 7 the socket behind it.  In the inner corner, where the margin leaves the eyeball, rings 8
to 6 are the caruncle and the pink fold beside it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import EYE_CENTER, EYE_RADIUS, Eye, eye_radius
from dreamhead.head.builtin.cage import LID_EDGE_RING, LID_MARGIN_MIDDLE_RING, LID_MARGIN_RING, Cage

Points = NDArray[np.float64]

LID_MARGIN_CLEARANCE = 0.17  # cm from the eyeball to the margin's front edge, at least: a lid's thickness
LID_EDGE_CLEARANCE = 0.022  # cm from the eyeball to the margin's back edge
INNER_CANTHUS = 18  # place along an eye ring
# Place -> how much of the caruncle there is, and its shape there: into the opening, up, towards the front (cm),
# for rings 8, 5 and 6.
_CARUNCLE = {18: 1.0, 17: 1.0, 19: 1.0, 16: 0.7, 0: 0.7}
# fmt: off
_CARUNCLE_SHAPE = {
    LID_MARGIN_MIDDLE_RING: {
        18: (0.05, 0.0, -0.13), 17: (0.10, 0.075, -0.14), 19: (0.10, -0.05, -0.14),
        16: (0.22, 0.15, -0.12), 0: (0.22, -0.07, -0.12),
    },
    LID_EDGE_RING: {
        18: (0.17, 0.01, -0.02), 17: (0.26, 0.08, -0.03), 19: (0.26, -0.06, -0.03),
        16: (0.36, 0.15, -0.08), 0: (0.36, -0.09, -0.08),
    },
    6: {
        18: (0.36, 0.01, -0.20), 17: (0.38, 0.11, -0.20), 19: (0.38, -0.08, -0.20),
        16: (0.44, 0.20, -0.22), 0: (0.44, -0.12, -0.22),
    },
}
# fmt: on


def place_lids(cage: Cage, points: Points, eye: Eye) -> Points:
    """Half cage points (N, 3) cm with the lids' margins clear of the eyeball and the rings behind them built."""
    points = points.copy()
    margin = cage.ring("e", LID_MARGIN_RING)
    points[margin] = eye.pushed_out(points[margin], LID_MARGIN_CLEARANCE)
    standard = (points[margin] - eye.center) / eye.scale + EYE_CENTER
    rings = _behind_front_edge(standard)
    for ring, targets in _CARUNCLE_SHAPE.items():
        _add_caruncle(rings[ring], standard, targets)
    for ring, placed in rings.items():
        points[cage.ring("e", ring)] = (placed - EYE_CENTER) * eye.scale + eye.center
    return points


def _behind_front_edge(margin: Points) -> dict[int, Points]:
    """Rings 8, 5, 6 and 7 behind the front edge (20, 3), around the default eyeball."""
    offset = margin - EYE_CENTER
    distance = np.linalg.norm(offset, axis=1)
    direction = offset / distance[:, None]
    axis = direction.mean(0)
    axis /= np.linalg.norm(axis)
    along = direction @ axis
    outward = direction - along[:, None] * axis
    outward /= np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-9)

    def turned(angle: float) -> Points:
        total = np.arccos(np.clip(along, -1, 1)) + angle
        return np.cos(total)[:, None] * axis + np.sin(total)[:, None] * outward

    def at(unit: Points, clearance: Points | float) -> Points:
        ball = eye_radius(np.degrees(np.arccos(np.clip(unit[:, 2], -1, 1))))
        return np.asarray(EYE_CENTER + unit * (ball + clearance)[:, None])

    thickness = distance - eye_radius(np.degrees(np.arccos(np.clip(direction[:, 2], -1, 1))))
    return {
        LID_MARGIN_MIDDLE_RING: at(turned(0.004), 0.5 * thickness),
        LID_EDGE_RING: at(turned(0.012), np.minimum(LID_EDGE_CLEARANCE, thickness)),
        6: at(turned(0.11), 0.03),
        7: EYE_CENTER + turned(0.34) * (EYE_RADIUS + 0.06),
    }


def _add_caruncle(ring: Points, margin: Points, targets: dict[int, tuple[float, float, float]]) -> None:
    """Move a ring's places in the inner corner (in place) onto the caruncle."""
    corner = margin[INNER_CANTHUS]
    into = 0.5 * (margin[15] + margin[1]) - corner
    into /= np.linalg.norm(into)
    front = np.array([0.0, 0.0, 1.0]) - into[2] * into
    front /= np.linalg.norm(front)
    frame = np.stack([into, np.cross(front, into), front])
    for place, target in targets.items():
        ring[place] += _CARUNCLE[place] * (corner + np.array(target) @ frame - ring[place])
