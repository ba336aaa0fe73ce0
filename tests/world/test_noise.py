from __future__ import annotations

import numpy as np

from dreamhead.world.noise import add_fold, cell_noise, draw_strokes, gradient_noise

POINTS = np.random.default_rng(0).uniform(-50, 50, (4000, 3)).astype(np.float32)


def test_gradient_noise_is_zero_at_lattice_points_and_centred() -> None:
    lattice = np.float32([[1, 2, 3], [-4, 0, 9]])
    assert np.abs(gradient_noise(lattice, 1.0, 1, 0.5, 7)).max() < 1e-6
    values = gradient_noise(POINTS, 1.0, 1, 0.5, 7)
    assert abs(values.mean()) < 0.02 and 0.2 < values.std() < 0.35 and np.abs(values).max() <= 1.01


def test_noise_is_continuous_and_follows_its_seed() -> None:
    near = POINTS + np.float32(1e-3)
    assert np.abs(gradient_noise(near, 2.0, 3, 0.5, 1) - gradient_noise(POINTS, 2.0, 3, 0.5, 1)).max() < 0.1
    assert np.array_equal(gradient_noise(POINTS, 2.0, 3, 0.5, 1), gradient_noise(POINTS, 2.0, 3, 0.5, 1))
    assert np.abs(gradient_noise(POINTS, 2.0, 3, 0.5, 1) - gradient_noise(POINTS, 2.0, 3, 0.5, 2)).max() > 0.3


def test_cells_have_an_order_and_an_even_chance() -> None:
    nearest, second, chance = cell_noise(POINTS, 1.0, 3)
    assert (nearest <= second).all() and nearest.min() >= 0 and nearest.max() < 1.3
    assert chance.min() >= 0 and chance.max() < 1 and abs(chance.mean() - 0.5) < 0.05


def test_a_fold_is_deepest_on_its_line() -> None:
    x = np.linspace(-1, 1, 201)
    points = np.stack([x, np.zeros(201), np.zeros(201)], 1).astype(np.float32)
    out = np.zeros(201, np.float32)
    curve = np.float32([[0, -1, 0], [0, 1, 0]])
    add_fold(points, curve, np.ones(2), np.full(2, 0.1), out, np.array([1.0, 0, 0]), 0.5)
    assert out.argmin() == 100 and out[100] < -1.2
    assert out.max() > 0.1 and x[out.argmax()] > 0  # the lip is raised on the given side


def test_thin_strokes_deposit_the_same_amount_at_any_resolution() -> None:
    totals = []
    for scale in (1, 2):
        image = np.zeros((64 * scale, 64 * scale), np.float32)
        ends = np.array([[20.0, 20], [40, 30]]) * scale
        start, end = ends[:1], ends[1:]
        draw_strokes(
            image, start, (start + end) / 2, end, *(np.full(1, 0.3 * scale) for _ in range(2)), np.ones(1)
        )
        totals.append(image.sum() / scale**2)
    assert abs(totals[0] / totals[1] - 1) < 0.1
