"""The start of the shoulders below the neck, by hand, and the hem that closes the bust (cm)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from dreamhead.head.builtin.cage import BUST_ROWS, COLUMNS, HEM_RINGS, Cage

Points = NDArray[np.float64]
Nodes = NDArray[np.int64]

# Row below the neck's base -> points at every second column, front to back.
# fmt: off
STATIONS: dict[int, tuple[tuple[float, float, float], ...]] = {
    # collar bones, trapezius
    -2: ((0, -15.9, 4.1), (1.9, -15.5, 4.9), (4.3, -15.2, 4.6), (6.6, -14.8, 3.7), (8.3, -14.2, 2.1),
         (9.1, -13.3, -0.1), (8.9, -12.9, -2.9), (7.3, -13.2, -6.2), (4.1, -13.8, -8.5), (0, -14.3, -9.2)),
    # upper chest, shoulder, upper back
    -4: ((0, -17.4, 5.2), (2.6, -17.3, 5.8), (5.6, -17.0, 5.6), (8.6, -16.4, 4.5), (10.8, -15.6, 2.5),
         (11.8, -14.7, -0.3), (11.3, -14.3, -3.4), (9.1, -15.0, -6.9), (5.2, -16.0, -9.2), (0, -16.5, -9.9)),
    # the hem's edge
    -6: ((0, -19.2, 6.2), (2.9, -19.1, 6.5), (6.2, -18.7, 6.1), (9.5, -17.9, 4.8), (11.8, -17.1, 2.5),
         (12.7, -16.6, -0.5), (12.1, -16.6, -3.8), (9.7, -17.2, -7.2), (5.5, -17.9, -9.5), (0, -18.2, -10.2)),
}
HOLLOWS = {("g", 4, -1): (3.9, -14.7, 3.4), ("g", 6, -1): (5.5, -14.2, 2.7), ("g", 8, -1): (6.6, -13.4, 1.3)}
# fmt: on
HEM_EDGE = 0.45  # cm of skin above the edge that stay as steep as it
_SHRINK, _RISE = (
    (0.955, 0.75, 0.4),
    (-0.05, 0.35, 0.6),
)  # of the hem's rings: towards the middle, upwards (cm)
_MIDDLE_Z = -1.6


def shoulder_handles(cage: Cage) -> tuple[Nodes, Points]:
    """Half nodes (H,) of the rows below the neck and where they rest (H, 3)."""
    rows = {row: _along_columns(np.array(stations, float)) for row, stations in STATIONS.items()}
    upwards = rows[-4] - rows[-BUST_ROWS]
    upwards /= np.linalg.norm(upwards, axis=1, keepdims=True)
    rows[1 - BUST_ROWS] = rows[-BUST_ROWS] + HEM_EDGE * upwards
    placed = {("g", i, row): points[i] for row, points in rows.items() for i in range(COLUMNS + 1)}
    placed |= {key: np.array(point) for key, point in HOLLOWS.items()}
    return np.array([cage.index[key] for key in placed]), np.array(list(placed.values()))


def close_hem(cage: Cage, points: Points) -> Points:
    """Half cage points (N, 3) with the rings under the hem in place."""
    points = points.copy()
    edge = points[[cage.index["g", i, -BUST_ROWS] for i in range(COLUMNS + 1)]]
    for ring, shrink, rise in zip(range(1, HEM_RINGS + 1), _SHRINK, _RISE, strict=True):
        middle = np.array([0.0, edge[:, 1].mean(), _MIDDLE_Z])
        inner = middle + (edge - middle) * shrink + [0, rise, 0]
        points[[cage.index["h", ring, i] for i in range(COLUMNS + 1)]] = inner
    return points


def _along_columns(stations: Points) -> Points:
    """(COLUMNS + 1, 3) a smooth curve through every second column that meets its mirror image."""
    turned = stations * [-1, 1, 1]
    knots = np.concatenate([turned[3:0:-1], stations, turned[-2:-5:-1]])
    at = 2 * np.arange(-3, len(stations) + 3)
    curve = CubicSpline(at, knots)(np.arange(COLUMNS + 1))
    curve[[0, COLUMNS], 0] = 0
    return np.asarray(curve)
