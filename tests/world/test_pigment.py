from __future__ import annotations

import numpy as np
import pytest

from dreamhead.world.pigment import linear_from_srgb, skin_albedo, srgb_from_linear


def colour(melanin: float, blood: float = 0.5, deoxygenation: float = 0.0) -> np.ndarray:
    one = np.ones(1, np.float32)
    return skin_albedo(melanin * one, blood * one, deoxygenation * one)[0]


def cielab(rgb: np.ndarray) -> np.ndarray:
    """L*, a*, b* of a linear sRGB colour (CIE 15, D65)."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    share = to_xyz @ rgb / to_xyz.sum(1)
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_known_tones() -> None:
    assert np.abs(srgb_from_linear(colour(0.1)) - [0.84, 0.65, 0.56]).max() < 0.06
    assert np.abs(srgb_from_linear(colour(1.10)) - [0.34, 0.22, 0.16]).max() < 0.06


@pytest.mark.parametrize(
    ("melanin", "lightness", "chroma"),
    [(0.1, 71, 20), (0.5, 62, 25), (0.8, 46, 25), (1.0, 33, 19), (1.19, 22, 12)],
)
def test_lightness_and_chroma_are_those_of_measured_skin(
    melanin: float, lightness: float, chroma: float
) -> None:
    """Dark skin is not orange: its chroma falls with its lightness."""
    measured = cielab(colour(melanin, deoxygenation=0.1))
    assert abs(measured[0] - lightness) < 2.5
    assert abs(np.hypot(measured[1], measured[2]) - chroma) < 2.5


def test_blood_reddens_and_lost_oxygen_blues() -> None:
    pale, flushed = colour(0.1, 0.3), colour(0.1, 0.8)
    assert flushed[0] / flushed[1] > 1.4 * pale[0] / pale[1]
    blue = colour(0.1, 0.8, 1.0)
    assert blue[2] / blue[0] > flushed[2] / flushed[0]


def test_skin_keeps_the_order_red_green_blue() -> None:
    for melanin in np.linspace(0, 1.1, 12):
        red, green, blue = colour(melanin)
        assert red > green > blue > 0


def test_srgb_round_trip() -> None:
    values = np.linspace(0, 1, 101, dtype=np.float32)
    assert np.abs(linear_from_srgb(srgb_from_linear(values)) - values).max() < 1e-5
    assert abs(float(linear_from_srgb(0.5)) - 0.21404) < 1e-4
