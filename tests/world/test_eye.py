from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dreamhead.head.builtin.eyes import eye_uv_radius
from dreamhead.world.attributes import Attributes
from dreamhead.world.eye import IRIS_DEG, PUPIL_DEG, EyeLook, eye_look, eye_maps, painted_eye, wet_all_over


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


LOOK = EyeLook(iris=(0.07, 0.15, 0.28), inner=(0.15, 0.13, 0.09))


def test_pupil_slit_and_blank_do_as_they_say() -> None:
    wide = painted_eye(replace(LOOK, pupil_deg=14.0), 256).albedo
    assert ring(wide, 12).max() < 0.03 < ring(painted_eye(LOOK, 256).albedo, 12).max()
    slit = ring(painted_eye(replace(LOOK, slit=1.0), 256).albedo, PUPIL_DEG)
    assert slit[16].max() < 0.02 and slit[0].max() > 0.03  # dark above the middle, open beside it
    blank = painted_eye(replace(LOOK, blank=1.0), 256).albedo
    assert np.abs(ring(blank, 2).mean(0) - ring(blank, IRIS_DEG + 6).mean(0)).max() < 0.08


def test_the_limbal_ring_darkens_the_irises_edge() -> None:
    with_ring, without = (painted_eye(replace(LOOK, limbal_ring=value), 256).albedo for value in (0.9, 0.0))
    assert ring(with_ring, 21).mean() < 0.6 * ring(without, 21).mean()
    assert np.allclose(ring(with_ring, 13), ring(without, 13))


def test_patterns_differ_by_their_seed_and_stay_in_the_iris() -> None:
    first, second = (painted_eye(replace(LOOK, pattern_seed=seed), 128) for seed in (3, 4))
    assert np.abs(ring(first.albedo, 15) - ring(second.albedo, 15)).max() > 0.02
    assert np.allclose(np.linalg.norm(first.normal, axis=-1), 1, atol=1e-4)
    assert ring(first.roughness, 15).min() > 0.4 > ring(first.roughness, 30).max()
    assert wet_all_over(first).roughness.max() < 0.2


def test_attributes_choose_the_look() -> None:
    reptile = eye_look(Attributes(eyes="yellow", creature="lizard"), 0)
    assert reptile.slit == 1 and eye_look(Attributes(), 0).slit == 0
    assert eye_look(Attributes(eyes="white"), 0).blank > 0.5
    assert eye_look(Attributes(years=90.0), 0).limbal_ring < eye_look(Attributes(years=20.0), 0).limbal_ring
