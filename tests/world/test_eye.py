from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.builtin.eyes import eye_uv_radius
from dreamhead.world.attributes import Attributes
from dreamhead.world.eye import IRIS_DEG, eye_maps


def ring(image: np.ndarray, angle_deg: float) -> np.ndarray:
    """Values on a circle about the gaze axis."""
    size = image.shape[0]
    around = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    radius = float(eye_uv_radius(np.array([angle_deg]))[0])
    columns, rows = ((0.5 + radius * wave(around)) * size for wave in (np.cos, np.sin))
    return image[rows.astype(int), columns.astype(int)]


def test_pupil_iris_and_sclera_lie_where_the_head_has_them() -> None:
    albedo = eye_maps(Attributes(eyes="blue", tired=0.0), 256, 0).albedo
    assert ring(albedo, 3).max() < 0.03
    iris = ring(albedo, 15).mean(0)
    assert iris[2] > 1.5 * iris[0]
    sclera = ring(albedo, IRIS_DEG + 5).mean(0)
    assert sclera.min() > 0.35 and sclera[0] / sclera[2] < 1.6


@pytest.mark.parametrize(("name", "channel"), [("blue", 2), ("red", 0), ("brown", 0)])
def test_the_iris_has_its_colour(name: str, channel: int) -> None:
    assert ring(eye_maps(Attributes(eyes=name), 128, 1).albedo, 16).mean(0).argmax() == channel


def test_the_same_seed_gives_the_same_eye() -> None:
    first, second, other = (eye_maps(Attributes(), 64, seed).albedo for seed in (1, 1, 2))
    assert np.array_equal(first, second) and not np.array_equal(first, other)
