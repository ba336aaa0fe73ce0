"""Flattening: a bent sheet comes out flat and true, a folded one without folds, held points where they should be."""

import numpy as np
import pytest

from dreamhead.head.builtin.flattening import Chart, Hold, arap, flat_edges, harmonic, untangle

SIDE = 9


def sheet(bend=1.0):
    """A quarter cylinder over a grid, its triangles, and its true flat shape."""
    i, j = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    flat = np.stack([i.ravel(), j.ravel()], 1) * 0.25
    angle = flat[:, 0] * bend / 2
    radius = 2 / bend
    points = np.stack([radius * np.sin(angle), flat[:, 1], radius * np.cos(angle)], 1)
    corner = (i * SIDE + j)[:-1, :-1].ravel()
    quads = np.stack([corner, corner + SIDE, corner + SIDE + 1, corner + 1], 1)
    return points, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]), flat


def chart(start):
    points, triangles, flat = sheet()
    return Chart(
        used=np.arange(len(points)),
        triangles=triangles,
        shape=flat_edges(points, triangles),
        weight=np.ones(len(triangles)),
        front=flat[:, 0] == 0,
        start=start,
    )


def areas(uv):
    a, b, c = (uv[sheet()[1][:, k]] for k in range(3))
    return (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])


def test_a_cylinder_unrolls_without_distortion():
    flat = sheet()[2]
    rng = np.random.default_rng(3)
    uv = arap(chart(flat + rng.normal(0, 0.03, flat.shape) * [1, 1]), rounds=200)
    assert np.abs(uv[:, 0] - flat[:, 0]).max() < 0.03
    assert np.abs(uv[:, 1] - uv[:, 1].mean() - flat[:, 1] + flat[:, 1].mean()).max() < 0.03


def test_folds_are_untangled():
    flat = sheet()[2]
    folded = flat.copy()
    middle = (SIDE // 2) * SIDE + SIDE // 2
    folded[middle] += [0.6, 0.5]
    assert areas(folded).min() < 0
    uv = untangle(chart(folded), folded, None)
    assert areas(uv).min() > 0.01
    assert np.abs(uv - uv.mean(0) - flat + flat.mean(0)).max() < 0.1


def test_held_points_go_to_their_goals_inside_the_box():
    flat = sheet()[2]
    held = np.array([SIDE // 2, SIDE * SIDE - 1])
    goals = flat[held] + [[0, 0], [0.4, 0.0]]
    bounds = np.array([[0, flat[:, 1].min()], [flat[:, 0].max() + 0.3, flat[:, 1].max()]])
    uv = untangle(chart(flat), flat, Hold(held, goals, np.full(2, 100.0), bounds))
    assert (uv >= bounds[0] - 1e-9).all() and (uv <= bounds[1] + 1e-9).all()
    assert uv[held[1], 0] == pytest.approx(bounds[1, 0], abs=1e-6)  # as far as the box lets it
    assert areas(uv).min() > 0
    assert (uv[flat[:, 0] == 0, 0] == 0).all()


def test_harmonic_between_two_known_ends():
    values = np.zeros((6, 2))
    values[5] = 5.0
    known = np.array([True, False, False, False, False, True])
    ends = np.stack([np.arange(5), np.arange(1, 6)], 1)
    assert np.allclose(harmonic(values, ends, ~known, known)[:, 0], np.arange(6))


def test_edges_laid_flat_keep_lengths():
    points, triangles, _ = sheet()
    edges = flat_edges(points, triangles)
    for column, corner in ((0, 1), (1, 2)):
        true = np.linalg.norm(points[triangles[:, corner]] - points[triangles[:, 0]], axis=1)
        assert np.allclose(np.linalg.norm(edges[:, :, column], axis=1), true)
    assert (np.linalg.det(edges) > 0).all()
