"""Catmull-Clark against known answers."""

import numpy as np
import pytest

from dreamhead.head.builtin.subdivision import limit_matrix, refine

CUBE = np.array([[0, 1, 2, 3], [7, 6, 5, 4], [0, 4, 5, 1], [1, 5, 6, 2], [2, 6, 7, 3], [3, 7, 4, 0]])
CUBE_POINTS = np.array(
    [[-1, -1, -1], [-1, 1, -1], [1, 1, -1], [1, -1, -1], [-1, -1, 1], [-1, 1, 1], [1, 1, 1], [1, -1, 1]],
    float,
)


def test_cube_first_step():
    step = refine(CUBE, 8)
    points = step.matrix @ CUBE_POINTS
    assert points.shape == (8 + 12 + 6, 3)
    # A cube's corner goes to 5/9 of itself, an edge's middle to 3/4 of itself, a face's centre stays.
    assert np.allclose(np.abs(points[:8]), 5 / 9)
    assert np.allclose(np.sort(np.abs(points[8:20]), 1), [[0, 0.75, 0.75]] * 12)
    assert np.allclose(np.sort(np.abs(points[20:]), 1), [[0, 0, 1]] * 6)


def test_limit_equals_many_steps():
    quads, points = CUBE, CUBE_POINTS
    first = refine(quads, 8)
    limit = limit_matrix(first.quads, 26) @ (first.matrix @ points)
    points = first.matrix @ points
    quads = first.quads
    for _ in range(4):
        step = refine(quads, len(points))
        quads, points = step.quads, step.matrix @ points
    assert np.allclose(points[:26], limit, atol=2e-3)


def test_flat_grid_stays_flat_and_in_place():
    x, y = np.meshgrid(np.arange(5.0), np.arange(5.0), indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), 2 * x.ravel() - y.ravel()], 1)
    i, j = np.meshgrid(np.arange(4), np.arange(4), indexing="ij")
    quads = np.stack([i * 5 + j, (i + 1) * 5 + j, (i + 1) * 5 + j + 1, i * 5 + j + 1], -1).reshape(-1, 4)
    step = refine(quads, 25)
    refined = step.matrix @ points
    assert np.allclose(refined[:, 2], 2 * refined[:, 0] - refined[:, 1])
    assert np.allclose(refined[12], points[12])


@pytest.mark.parametrize("which", ["matrix", "average"])
def test_rows_sum_to_one(which):
    triangle_and_quad = np.array([[0, 1, 2, 3], [1, 4, 2, 2]])
    step = refine(triangle_and_quad, 5)
    assert np.allclose(np.asarray(getattr(step, which).sum(1)), 1)
    assert (step.quads[:, 2] != step.quads[:, 3]).all()
