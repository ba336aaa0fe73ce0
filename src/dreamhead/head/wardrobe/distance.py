"""A signed distance grid around a head: what keeps hair out of the skin and gives it a volume to lie on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, label, zoom
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]

STEP = 0.5  # cm between grid points
COARSE = 4  # fine steps in a coarse one: distances outside the band come from the coarse grid
HEM_MARGIN = 0.8  # cm
BAND = 2.6  # cm of coarse distance within which every fine point is measured


@dataclass(frozen=True)
class DistanceField:
    """Trilinear samples of distance, its smoothed gradient and the gradient of a strongly blurred volume."""

    origin: Floats  # (3,) cm
    step: float
    layers: NDArray[np.float32]  # (X, Y, Z, 7): distance, gradient xyz, volume gradient xyz

    def distance(self, points: Floats) -> Floats:
        """(..., 3) cm -> (...) cm, negative inside the head."""
        return self._sample(points, slice(0, 1))[..., 0]

    def look(self, points: Floats) -> tuple[Floats, Floats]:
        """(..., 3) cm -> distance (...) and outward unit gradient (..., 3)."""
        values = self._sample(points, slice(0, 4))
        return values[..., 0], unit(values[..., 1:])

    def volume_normal(self, points: Floats) -> Floats:
        """(..., 3) cm -> (..., 3) unit normal of the head taken as a smooth volume: what hair is shaded with."""
        return unit(self._sample(points, slice(4, 7)))

    def _sample(self, points: Floats, channels: slice) -> Floats:
        size = np.array(self.layers.shape[:3])
        cell = np.clip((points.reshape(-1, 3) - self.origin) / self.step, 0, size - 1.001)
        low = cell.astype(np.int64)
        part = cell - low
        flat = self.layers.reshape(-1, self.layers.shape[3])[:, channels]
        start = (low[:, 0] * size[1] + low[:, 1]) * size[2] + low[:, 2]
        total = np.zeros((len(cell), flat.shape[1]))
        for corner in range(8):
            dx, dy, dz = corner >> 2, corner >> 1 & 1, corner & 1
            weight = (
                (part[:, 0] if dx else 1 - part[:, 0])
                * (part[:, 1] if dy else 1 - part[:, 1])
                * (part[:, 2] if dz else 1 - part[:, 2])
            )
            total += weight[:, None] * flat[start + (dx * size[1] + dy) * size[2] + dz]
        return total.reshape(*points.shape[:-1], flat.shape[1])


def unit(vectors: Floats) -> Floats:
    """(..., 3) scaled to length one; a zero vector stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def distance_field(points: Floats, normals: Floats) -> DistanceField:
    """The field of a closed-enough surface given by dense points (N, 3) cm and outward normals (N, 3).

    A coarse grid is measured whole; only where it is nearer than BAND is the fine grid measured too, which
    asks the tree some 50 thousand questions instead of 340 thousand.  Below its open hem the head goes on
    straight down, so that long hair has something to hang beside.
    """
    low = np.minimum(points.min(0) - 5.5, (-14.0, -26.0, -15.0))
    high = np.maximum(points.max(0) + 5.5, (14.0, 21.0, 17.0))
    tree = cKDTree(points)
    hem = _hem_height(points)
    coarse_step = STEP * COARSE
    coarse_size = np.ceil((high - low) / coarse_step).astype(int) + 1
    coarse = _signed(tree, points, normals, _grid(low, coarse_step, coarse_size), hem).reshape(coarse_size)
    fine_size = (coarse_size - 1) * COARSE + 1
    field = zoom(coarse, fine_size / coarse_size, order=1, grid_mode=False, mode="nearest")
    grid = _grid(low, STEP, fine_size)
    near = np.abs(field.ravel()) < BAND
    field.ravel()[near] = _signed(tree, points, normals, grid[near], hem)
    field = _one_inside(field).astype(np.float32)
    smooth = np.gradient(gaussian_filter(field, 0.7 / STEP, truncate=3.0), STEP)
    volume = np.gradient(gaussian_filter(field, 2.0 / STEP, truncate=2.5), STEP)
    layers = np.stack([field, *smooth, *volume], axis=-1).astype(np.float32)
    return DistanceField(low, STEP, layers)


def _one_inside(field: Floats) -> Floats:
    """The field with one inside: a pocket where the sign went wrong, off the rim of an ear, is outside."""
    pockets, count = label(field < 0)
    sizes = np.bincount(pockets.ravel(), minlength=count + 1)
    sizes[0] = 0
    return np.where((pockets > 0) & (pockets != sizes.argmax()), -field, field)


def _grid(low: Floats, step: float, size: NDArray[np.int64]) -> Floats:
    axes = [low[k] + step * np.arange(size[k]) for k in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _signed(tree: cKDTree, points: Floats, normals: Floats, queries: Floats, hem: float) -> Floats:
    """Distance to the tangent plane of the nearest point when close, to the point itself when far.

    A query below the hem asks at the hem's height.
    """
    queries = np.column_stack([queries[:, 0], np.maximum(queries[:, 1], hem), queries[:, 2]])
    gap, nearest = tree.query(queries)
    plane = ((queries - points[nearest]) * normals[nearest]).sum(1)
    return np.where(gap < 1.2, plane, np.sign(plane) * gap)


def _hem_height(points: Floats) -> float:
    """A little above the open lower edge, which slopes: the higher of its front and back; cm."""
    middle = 0.5 * (points[:, 2].min() + points[:, 2].max())
    behind = points[:, 2] < middle
    return float(max(points[behind, 1].min(), points[~behind, 1].min()) + HEM_MARGIN)
