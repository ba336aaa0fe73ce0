"""The permanent lines of a face: folds drawn along curves on the surface, coming in with age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dreamhead.world.arrays import Array
from dreamhead.world.bake import Bake
from dreamhead.world.masks import smooth
from dreamhead.world.noise import add_fold


@dataclass(frozen=True)
class Line:
    """One fold of the right half of the face, drawn from the front.

    onset: skin age 0..1 at which it begins (0: always there).  depth in mm, width in cm; side: where the
    raised lip of height `lip` lies; points: (x, y) in cm.
    """

    name: str
    onset: float
    depth: float
    width: float
    side: tuple[float, float, float]
    lip: float
    points: tuple[tuple[float, float], ...]


LINES = (
    Line(
        "nasolabial",
        0.18,
        0.95,
        0.22,
        (1, 0.35, 0),
        0.75,
        ((1.72, -0.45), (2.15, -1.1), (2.62, -1.95), (2.98, -2.8), (3.15, -3.5)),
    ),
    Line(
        "marionette",
        0.5,
        0.70,
        0.19,
        (1, 0, 0),
        0.5,
        ((2.72, -4.0), (2.92, -4.6), (2.98, -5.3), (2.85, -6.1)),
    ),
    Line(
        "glabella", 0.35, 0.45, 0.085, (1, 0, 0), 0.5, ((0.50, 4.55), (0.52, 5.1), (0.62, 5.7), (0.78, 6.2))
    ),
    Line(
        "tear trough",
        0.25,
        0.40,
        0.16,
        (0, -1, 0),
        0.5,
        ((1.75, 2.75), (2.2, 2.25), (2.9, 1.85), (3.6, 1.75)),
    ),
    Line("bag", 0.45, 0.60, 0.11, (0, 1, 0), 0.9, ((2.0, 2.75), (2.6, 2.42), (3.4, 2.3), (4.2, 2.55))),
    Line("lower bag", 0.6, 0.40, 0.08, (0, 1, 0), 0.5, ((2.5, 2.1), (3.2, 1.95), (4.1, 2.1), (4.7, 2.45))),
    Line("crow's foot 1", 0.35, 0.55, 0.085, (0, 1, 0), 0.3, ((4.62, 3.75), (5.1, 4.05), (5.7, 4.5))),
    Line("crow's foot 2", 0.3, 0.60, 0.085, (0, 1, 0), 0.3, ((4.68, 3.55), (5.2, 3.6), (5.95, 3.75))),
    Line("crow's foot 3", 0.35, 0.55, 0.085, (0, 1, 0), 0.3, ((4.62, 3.3), (5.1, 3.05), (5.8, 2.75))),
    Line("crow's foot 4", 0.6, 0.45, 0.08, (0, 1, 0), 0.3, ((4.5, 3.0), (4.9, 2.55), (5.5, 2.0))),
    Line("cheek 1", 0.6, 0.55, 0.15, (1, 0, 0), 0.5, ((3.7, -1.3), (4.05, -2.3), (4.1, -3.3), (3.85, -4.3))),
    Line("cheek 2", 0.7, 0.50, 0.13, (1, 0, 0), 0.5, ((4.5, -1.6), (4.85, -2.7), (4.85, -3.8), (4.5, -4.9))),
    Line("chin", 0.3, 0.30, 0.12, (0, -1, 0), 0.5, ((0, -5.35), (0.6, -5.33), (1.2, -5.5))),
    Line(
        "cheek 3", 0.62, 0.5, 0.12, (1, 0.3, 0), 0.5, ((2.6, -0.7), (3.05, -1.5), (3.5, -2.4), (3.65, -3.3))
    ),
    Line("cheek fan 1", 0.6, 0.4, 0.1, (1, 0, 0), 0.45, ((4.9, 1.5), (5.3, 0.6), (5.5, -0.4), (5.4, -1.4))),
    Line("cheek fan 2", 0.7, 0.4, 0.1, (1, 0, 0), 0.45, ((5.6, 1.9), (6.0, 0.9), (6.15, -0.3), (6.0, -1.6))),
    Line("below the lip", 0.65, 0.4, 0.1, (0, -1, 0), 0.5, ((0.4, -5.75), (1.2, -5.9), (1.9, -6.3))),
    Line("jowl", 0.75, 0.50, 0.18, (0, 1, 0), 0.4, ((2.9, -6.3), (3.6, -6.6), (4.3, -6.4))),
    Line(
        "lid crease",
        0.0,
        0.25,
        0.05,
        (0, 1, 0),
        0.5,
        ((2.2, 4.12), (2.7, 4.36), (3.3, 4.45), (3.9, 4.3), (4.45, 3.95)),
    ),
)


class FrontSurface:
    """The front of the default head as points, to put curves drawn from the front onto the surface."""

    def __init__(self, bake: Bake) -> None:
        corners = bake.vertices.position[bake.triangles]  # (T, 3, 3)
        front = (bake.vertices.normal[bake.triangles][:, :, 2].mean(1) > 0.12) & (
            corners[:, :, 2].mean(1) > 3
        )
        corners = corners[front & (corners[:, :, 0].mean(1) > -0.3)]
        weights = np.array([(i, j, 4 - i - j) for i in range(5) for j in range(5 - i)], np.float32) / 4.0
        self._points = np.einsum("wc,tcx->twx", weights, corners).reshape(-1, 3)
        self._tree = cKDTree(self._points[:, :2])

    def lift(self, curve: Array) -> Array:
        """(K, 2) drawn from the front -> (K, 3) on the surface; negative x is the other side."""
        _, near = self._tree.query(np.stack([np.abs(curve[:, 0]), curve[:, 1]], 1), k=6)
        depth = self._points[near][:, :, 2].mean(1)
        return np.stack([curve[:, 0], curve[:, 1], depth], 1).astype(np.float32)


def wrinkle_relief(points: Array, surface: FrontSurface, age: float, rng: np.random.Generator) -> Array:
    """Height in mm (N,) of the lines at skin age 0..1, at points (N, 3) in cm on the default head."""
    relief = np.zeros(len(points), np.float32)
    pen = _Pen(points, surface, relief)
    aged = float(smooth(age, 0.68, 0.95))  # an eighty-year-old's folds are not a fifty-year-old's
    for line in LINES:
        strength = float(smooth(age, line.onset, line.onset + 0.55)) if line.onset else 0.8
        across = float(line.name != "chin")
        points = np.array(line.points) + rng.normal(0, 0.045, (len(line.points), 2)) * [across, 1]
        strength *= (1.35 + 0.6 * aged) * rng.uniform(0.7, 1.2)
        for sign in (1, -1):  # a face is nearly even: one side's folds are like the other's
            shaken = points + rng.normal(0, 0.022, points.shape) * [across, 1]
            depth = strength * line.depth * rng.uniform(0.9, 1.1)
            if depth > 0.01:
                pen.draw(shaken, depth, line.width, line.side, line.lip, sign)
    _forehead(pen, float(smooth(age, 0.32, 0.95)) * (1 + 0.5 * aged), rng)
    _lips(pen, float(smooth(age, 0.55, 1.0)) * (1 + 0.6 * aged), rng)
    _neck(pen, float(smooth(age, 0.2, 1.0)), rng)
    return relief


def scar_cover(
    points: Array, surface: FrontSurface, place: tuple[float, float], rng: np.random.Generator
) -> Array:
    """How much (N,) of each point one scar at a place (x, y) covers, 0..1.2."""
    angle, length = rng.uniform(0.9, 2.0), rng.uniform(1.6, 2.6)
    along = np.linspace(-1, 1, 14)
    curve = np.stack(
        [
            place[0] + along * length * np.cos(angle) + 0.12 * np.sin(3 * along),
            place[1] + along * length * np.sin(angle),
        ],
        1,
    )
    taper = np.clip(1.3 * np.sqrt(1 - along * along + 1e-6), 0, 1)
    width = 0.07 * (0.5 + 0.8 * rng.random(14)) * (0.4 + 0.6 * taper)
    cover = np.zeros(len(points), np.float32)
    add_fold(points, surface.lift(curve), taper, width, cover, np.zeros(3), 0.0)
    return np.clip(-cover, 0, 1.2)


# ---------------------------------------------------------------------------------------------------------------


class _Pen:
    """Draws curves given from the front as tapering folds on the surface."""

    def __init__(self, points: Array, surface: FrontSurface, relief: Array) -> None:
        self._points, self._surface, self._relief = points, surface, relief

    def draw(
        self,
        curve: NDArray,
        depth: float | NDArray,
        width: float,
        side: tuple[float, float, float],
        lip: float,
        sign: int = 1,
    ) -> None:
        knots = np.asarray(curve, float)
        steps = np.linspace(0, len(knots) - 1, 4 * len(knots))
        fine = np.stack([np.interp(steps, np.arange(len(knots)), knots[:, axis]) for axis in (0, 1)], 1)
        for _ in range(2):
            fine[1:-1] = 0.5 * fine[1:-1] + 0.25 * (fine[:-2] + fine[2:])
        fine[:, 0] *= sign
        taper = np.sin(np.pi * np.clip(np.linspace(0, 1, len(fine)) * 0.94 + 0.03, 0, 1)) ** 0.55
        depths = np.broadcast_to(np.asarray(depth, float), len(fine)) * taper
        add_fold(
            self._points,
            self._surface.lift(fine.astype(np.float32)),
            depths,
            width * (0.6 + 0.4 * taper),
            self._relief,
            np.asarray(side) * [sign, 1, 1],
            lip,
        )


def _forehead(pen: _Pen, strength: float, rng: np.random.Generator) -> None:
    """Broken, bowed lines across the forehead and two over the nose."""
    if strength < 0.02:
        return
    for base in np.array([6.75, 7.35, 8.0, 8.6, 9.25]) + rng.normal(0, 0.12, 5):
        x = np.linspace(-4.3, 4.3, 12) + rng.normal(0, 0.1, 12)
        bow = 0.28 * np.cos(x * 0.75 + rng.normal(0, 0.3)) + 0.12 * (np.abs(x) / 4) ** 2
        y = base + bow + rng.normal(0, 0.05, 12)
        begin, end = rng.uniform(-0.3, 0.25), rng.uniform(0.75, 1.3)
        along = np.linspace(0, 1, 48)
        inside = (along > begin) & (along < end)
        swell = np.clip(np.sin(np.pi * (along - begin) / (end - begin)), 0, 1) ** 0.6 * inside
        breaks = 0.6 + 0.4 * np.sin(along * rng.uniform(8, 16) + rng.uniform(0, 6))
        pen.draw(
            np.stack([x, y], 1), strength * rng.uniform(0.5, 1.2) * swell * breaks, 0.085, (0, 1, 0), 0.55
        )
    for height, depth in ((3.95, 0.4), (3.5, 0.25)):
        pen.draw(
            np.array([(-0.6, height + 0.1), (0, height), (0.6, height + 0.1)]),
            strength * depth,
            0.07,
            (0, 1, 0),
            0.5,
        )


def _lips(pen: _Pen, strength: float, rng: np.random.Generator) -> None:
    """Fine upright lines above and below the lips."""
    if strength < 0.02:
        return
    for x in rng.uniform(-1.9, 1.9, 11):
        above = np.array([(x * 1.12, -1.75), (x * 1.03, -2.2), (x, -2.68)])
        pen.draw(above, strength * rng.uniform(0.1, 0.3), 0.04, (1, 0, 0), 0.3)
        below = np.array([(x * 0.9, -4.75), (x * 0.92, -5.05)])
        pen.draw(below, strength * rng.uniform(0.05, 0.2), 0.04, (1, 0, 0), 0.3)


def _neck(pen: _Pen, strength: float, rng: np.random.Generator) -> None:
    """Bands across the front of the neck."""
    for height in (-9.9, -11.3, -12.6):
        curve = [
            (-4.5, height + 1.1),
            (-2.2, height + 0.25),
            (0, height + rng.normal(0, 0.1)),
            (2.2, height + 0.25),
            (4.5, height + 1.1),
        ]
        pen.draw(np.array(curve), 0.38 * strength * rng.uniform(0.5, 1), 0.26, (0, 1, 0), 0.5)
