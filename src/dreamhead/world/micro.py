"""Pore-level relief for the largest maps: what a super-resolution network cannot invent.

A periodic tile of pores and the fine furrow network between them is made once and laid over the chart, which
is nearly isometric; regional masks and the maps themselves say how deep it goes
(densities from facts measured on skin: about 8.6 pores and 15 furrow cells a centimetre).
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PORES_PER_CM = 8.6
CELLS_PER_CM = 15.0
PORE_RADIUS_CM = 0.026


def relief_tile(texels: int, texels_per_cm: float, seed: int) -> tuple[Floats, Floats]:
    """Periodic (texels, texels) maps: pore depth and furrow height, each with a range of about 0..1.

    Deeper is larger for pores; furrows are 0 on the cells and 1 in the valleys between them.
    """
    side_cm = texels / texels_per_cm
    pore_grid = max(round(side_cm * PORES_PER_CM), 2)
    cell_grid = max(round(side_cm * CELLS_PER_CM), 2)
    rng = np.random.default_rng(seed)
    pore_points = rng.random((pore_grid, pore_grid, 2)).astype(np.float32)
    pore_sizes = rng.uniform(0.5, 1.2, (pore_grid, pore_grid)).astype(np.float32)
    cell_points = rng.random((cell_grid, cell_grid, 2)).astype(np.float32)
    cells = np.ones((cell_grid, cell_grid), np.float32)
    nearest, _, sizes = _worley(pore_points, pore_sizes, texels)
    radius = PORE_RADIUS_CM / (side_cm / pore_grid)
    pores = np.exp(-((nearest / (radius * sizes)) ** 2))
    first, second, _ = _worley(cell_points, cells, texels)
    furrows = np.exp(-(((second - first) / 0.16) ** 2))
    return pores.astype(np.float32), furrows.astype(np.float32)


def relief_normal(height_mm: Floats, texel_mm: float) -> Floats:
    """Tangent-space normals (H, W, 3), OpenGL (+Y up, rows run down), of a height field in millimetres."""
    slope_x = (np.roll(height_mm, -1, 1) - np.roll(height_mm, 1, 1)) / (2 * texel_mm)
    slope_y = (np.roll(height_mm, 1, 0) - np.roll(height_mm, -1, 0)) / (2 * texel_mm)
    normal = np.stack([-slope_x, -slope_y, np.ones_like(height_mm)], axis=-1)
    return normal / np.linalg.norm(normal, axis=-1, keepdims=True)


@numba.njit(cache=True)
def _worley(points: Floats, sizes: Floats, texels: int) -> tuple[Floats, Floats, Floats]:  # pragma: no cover
    """Distances (in grid cells) to the nearest and second nearest point, and the nearest's size; periodic."""
    grid = points.shape[0]
    first = np.empty((texels, texels), np.float32)
    second = np.empty((texels, texels), np.float32)
    size = np.empty((texels, texels), np.float32)
    for row in range(texels):
        y = (row + 0.5) / texels * grid
        cell_y = int(y)
        for column in range(texels):
            x = (column + 0.5) / texels * grid
            cell_x = int(x)
            best, runner_up, best_size = 1e9, 1e9, 1.0
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    gy, gx = (cell_y + dy) % grid, (cell_x + dx) % grid
                    py = cell_y + dy + points[gy, gx, 1] - y
                    px = cell_x + dx + points[gy, gx, 0] - x
                    distance = (px * px + py * py) ** 0.5
                    if distance < best:
                        runner_up = best
                        best, best_size = distance, sizes[gy, gx]
                    elif distance < runner_up:
                        runner_up = distance
            first[row, column] = best
            second[row, column] = runner_up
            size[row, column] = best_size
    return first, second, size
