from __future__ import annotations

import numpy as np

from dreamhead.world.pigment import linear_from_srgb, skin_albedo, srgb_from_linear


def colour(melanin: float, blood: float = 0.5, deoxygenation: float = 0.0) -> np.ndarray:
    one = np.ones(1, np.float32)
    return skin_albedo(melanin * one, blood * one, deoxygenation * one)[0]


def test_known_tones() -> None:
    assert np.abs(srgb_from_linear(colour(0.1)) - [0.84, 0.65, 0.56]).max() < 0.06
    assert np.abs(srgb_from_linear(colour(1.14)) - [0.36, 0.21, 0.14]).max() < 0.06


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
