"""Headwear grown from the head: a polar sheet around the cranium, cut by a plane, with a profile of cuff or band."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.surface import CRANIUM, Surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AROUND = 72  # columns of a sheet
LEFT = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True)
class Sheet:
    """A piece of cloth; cm.  uv are within its own part of the texture."""

    vertices: Floats  # (N, 3)
    normals: Floats  # (N, 3)
    uv: Floats  # (N, 2)
    triangles: Ints  # (T, 3)


@dataclass(frozen=True)
class Fit:
    """The polar sheet that a hat is cut from, in this head's centimetres."""

    surface: Surface
    point: Floats  # (3,) on the cutting plane
    up: Floats  # (3,) its normal
    around: Floats  # (A,) angles
    edge: Floats  # (A,) polar angle where the plane cuts
    rows: Floats  # (R,) 0 at the top .. 1 at the edge
    radius: Floats  # (A, R) cm from the centre

    def height(self, points: Floats) -> Floats:
        """(..., 3) -> cm above the cutting plane."""
        return (points - self.point) @ self.up

    def at(self, polar: Floats, radius: Floats) -> Floats:
        """Points at polar angles and radii (A, R) -> (A, R, 3)."""
        return CRANIUM + radius[..., None] * self._direction(polar)

    def press(
        self, paths: Floats, room: float = 0.15, blend: float = 1.8
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """Hair under the hat: above the plane its distance to the head is capped; hair wholly under it goes."""
        height = self.height(paths)
        distance, outward = self.surface.distance.look(paths)
        under = np.clip((height + blend) / (blend - 0.7), 0, 1)  # whole from 7 mm below the plane
        excess = np.maximum(distance - (room + (1 - under) * 3.0), 0) * (height > -blend)
        return paths - outward * excess[..., None], np.asarray((height < -0.4).any(1))

    def sheet(self, profile: tuple[tuple[float, float], ...]) -> Sheet:
        """Cloth through profile rows (row, extra radius cm): row 0..1 down the fit, beyond 1 in cm below it."""
        lines = []
        for row, extra in profile:
            radius = np.array([np.interp(min(row, 1), self.rows, line) for line in self.radius]) + extra
            points = self.at((self.edge * min(row, 1))[:, None], radius[:, None])[:, 0]
            lines.append(points - max(row - 1, 0) * self.up)
        grid = np.stack(lines)
        grid = np.concatenate([grid, grid[:, :1]], axis=1)
        count, columns = grid.shape[:2]
        wrapped = np.concatenate([grid[:, -2:-1], grid, grid[:, 1:2]], axis=1)
        along = np.gradient(wrapped, axis=1)[:, 1:-1]
        normals = unit(np.cross(np.gradient(grid, axis=0), along))
        if np.median((normals * (grid - CRANIUM)).sum(-1)) < 0:
            normals = -normals
        normals[[row == 0 for row, _ in profile]] = self.up  # the pole has no sides
        steps = np.linalg.norm(np.diff(grid, axis=0), axis=-1).mean(1)
        down = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
        u, v = np.meshgrid(np.linspace(0, 1, columns), down)
        return Sheet(
            grid.reshape(-1, 3),
            normals.reshape(-1, 3),
            np.stack([u, v], axis=-1).reshape(-1, 2),
            _grid(count, columns),
        )

    def _direction(self, polar: Floats) -> Floats:
        angle = self.around[:, None]
        forward = unit(np.cross(LEFT, self.up))
        flat = np.cos(angle)[..., None] * forward + np.sin(angle)[..., None] * LEFT
        return np.cos(polar)[..., None] * self.up + np.sin(polar)[..., None] * flat


def fitted(
    surface: Surface,
    front: tuple[float, float],
    back: tuple[float, float],
    *,
    gap: float,
    roomy: float = 0.0,
    smoothing: float = 2.5,
) -> Fit:
    """A fit whose plane passes through (y, z) cm points in front and at the back; gap is kept to the skin."""
    point = np.array([0.0, *front])
    slope = unit(np.array([0.0, front[0] - back[0], front[1] - back[1]]))
    up = np.array([0.0, slope[2], -slope[1]])
    around = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    blank = np.zeros((AROUND, 0))
    fit = Fit(surface, point, up, around, np.zeros(AROUND), np.zeros(0), blank)
    polar = np.broadcast_to(np.linspace(0, np.radians(140), 56), (AROUND, 56))
    height = fit.height(fit.at(polar, _skin_radius(fit, polar, 0.0)))
    edge = np.array([np.interp(0, -line, polar[0]) for line in height])
    edge = gaussian_filter(edge, 1.2, mode="wrap")
    rows = np.linspace(0, 1, 24)
    radius = _skin_radius(fit, edge[:, None] * rows, gap)
    radius = np.maximum(radius, gaussian_filter(radius, (smoothing, smoothing), mode=("wrap", "nearest")))
    radius[:, 0] = radius[:, 0].mean()
    return Fit(surface, point, up, around, edge, rows, radius * (1 + roomy * (1 - rows**2)))


def beanie(surface: Surface) -> tuple[Fit, list[Sheet]]:
    """A knitted cap with a rolled cuff: body, cuff."""
    fit = fitted(surface, (8.4, 10.0), (0.2, -9.0), gap=0.4, roomy=0.07)
    body = tuple((row, 0.12) for row in (0, 0.08, 0.16, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.93))
    cuff = (
        (1.0, 0.02), (1.10, 0.18), (1.08, 0.48), (1.0, 0.62), (0.9, 0.66),
        (0.8, 0.62), (0.765, 0.5), (0.76, 0.3), (0.78, 0.1),
    )  # fmt: skip
    return fit, [fit.sheet(body), fit.sheet(cuff)]


def sailors_cap(surface: Surface) -> tuple[Fit, list[Sheet]]:
    """A peaked cap: soft crown, band, visor."""
    fit = fitted(surface, (9.0, 10.0), (3.6, -9.0), gap=0.3, smoothing=4.0)
    band = ((0.99, 0.02), (1.0, 0.12), (1.0, 0.36), (0.9, 0.44), (0.80, 0.42), (0.77, 0.3))
    crown = (
        (0.78, 0.3), (0.75, 1.0), (0.71, 1.75), (0.67, 2.15), (0.62, 2.2), (0.55, 1.95), (0.45, 1.45),
        (0.3, 1.0), (0.15, 0.75), (0.0, 0.65),
    )  # fmt: skip
    return fit, [fit.sheet(crown), fit.sheet(band), _visor(fit)]


HATS: dict[str, Callable[[Surface], tuple[Fit, list[Sheet]]]] = {"beanie": beanie, "sailors_cap": sailors_cap}


def _visor(fit: Fit, half_angle_deg: float = 62.0, depth: float = 4.2, drop: float = 1.9) -> Sheet:
    """A stiff peak swept forwards and down from the front of the band, with an underside; depth, drop in cm."""
    signed = fit.around - 2 * np.pi * (fit.around > np.pi)
    limit = np.radians(half_angle_deg)
    columns = np.flatnonzero(np.abs(signed) < limit)
    columns = columns[np.argsort(signed[columns])]
    rim = fit.at(fit.edge[:, None], fit.radius[:, -1:] + 0.25)[columns, 0]
    reach = np.cos(signed[columns] / limit * np.pi / 2)[:, None]
    out = np.stack([0.55 * np.sin(signed[columns]), 0 * columns, np.cos(signed[columns])], axis=1)
    rows = [
        rim + 0.25 * fit.up + t * depth * reach * out - t**1.4 * drop * reach * (0, 1, 0)
        for t in np.linspace(0, 1, 6)
    ]
    top = list(rows)
    rows.append(top[-1] - (0, 0.12, 0))
    rows.extend(row - (0, 0.16, 0) for row in top[-2::-1])
    grid = np.stack(rows)
    normals = unit(np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1)))
    count, width = grid.shape[:2]
    u, v = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, count))
    return Sheet(
        grid.reshape(-1, 3),
        normals.reshape(-1, 3),
        np.stack([u, v], axis=-1).reshape(-1, 2),
        _grid(count, width),
    )


def _skin_radius(fit: Fit, polar: Floats, offset: float) -> Floats:
    """(A, R) radius at which the distance to the skin is offset, by bisection; cm."""
    low, high = np.full(polar.shape, 3.0), np.full(polar.shape, 18.0)
    for _ in range(14):
        middle = 0.5 * (low + high)
        inside = fit.surface.distance.distance(fit.at(polar, middle)) < offset
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return 0.5 * (low + high)


def _grid(rows: int, columns: int) -> Ints:
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    first = (row * columns + column).ravel()
    return np.concatenate(
        [
            np.stack([first, first + columns, first + columns + 1], axis=1),
            np.stack([first, first + columns + 1, first + 1], axis=1),
        ]
    )
