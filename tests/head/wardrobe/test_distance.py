"""The distance grid on a sphere, where every answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.wardrobe.distance import DistanceField, distance_field, unit

RADIUS = 8.0


@pytest.fixture(scope="module")
def ball() -> DistanceField:
    normals = unit(np.random.default_rng(0).normal(size=(20_000, 3)))
    return distance_field(RADIUS * normals, normals)


def test_distance_is_that_of_the_sphere(ball: DistanceField) -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform(4, 12, (500, 1)) * unit(rng.normal(size=(500, 3)))
    points[:, 1] = np.abs(points[:, 1])  # away from the hem
    error = ball.distance(points) - (np.linalg.norm(points, axis=1) - RADIUS)
    near = np.abs(np.linalg.norm(points, axis=1) - RADIUS) < 1.5
    assert np.abs(error[near]).max() < 0.06
    assert np.abs(error).max() < 0.35


def test_gradients_point_outwards(ball: DistanceField) -> None:
    directions = unit(np.random.default_rng(2).normal(size=(300, 3)))
    directions = directions[directions[:, 1] > -0.7]  # above the hem
    _, outward = ball.look(8.3 * directions)
    assert (outward * directions).sum(1).min() > 0.99
    assert (ball.volume_normal(8.3 * directions) * directions).sum(1).min() > 0.98


def test_the_head_goes_on_below_its_hem(ball: DistanceField) -> None:
    assert ball.distance(np.array([[0.0, -20.0, 0.0]]))[0] < 0
    assert ball.distance(np.array([[9.0, -20.0, 0.0]]))[0] > 0
    _, outward = ball.look(np.array([[5.0, -20.0, 0.0]]))
    assert outward[0, 0] > 0.9
