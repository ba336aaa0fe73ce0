"""Brows: the same on both sides, weaker on the young."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.wardrobe.face_hair import BROWS, brow_colour, brow_shape, brows
from dreamhead.head.wardrobe.groom import Job
from dreamhead.head.wardrobe.surface import Surface

DARK = np.array([0.05, 0.03, 0.02])
GREY = np.array([0.29, 0.275, 0.26])


@pytest.mark.parametrize("name", list(BROWS))
def test_a_grown_up_has_the_brow_as_it_is(name: str) -> None:
    assert brow_shape(name, 30.0) == BROWS[name]


@pytest.mark.parametrize("name", ["natural", "bushy", "thin"])
def test_brows_grow_stronger_with_the_years(name: str) -> None:
    ages = [brow_shape(name, years) for years in (0.5, 6.0, 30.0)]
    for setting in ("hairs", "thickness", "length", "tint", "fineness"):
        values = [getattr(shape, setting) for shape in ages]
        assert values == sorted(values), setting
        assert values[0] < 0.8 * values[-1], setting
    assert np.ptp(ages[0].spine()[:4, 1]) < np.ptp(ages[-1].spine()[:4, 1])  # and without an arch


def test_dark_brows_are_light_on_infants_and_grey_ones_show() -> None:
    np.testing.assert_allclose(brow_colour(DARK, 30.0), DARK, rtol=0.1)
    assert (brow_colour(DARK, 0.5) > 2 * DARK).all()
    assert (brow_colour(GREY, 60.0) < 0.8 * GREY).all()


def test_neither_brow_is_the_denser_one(default_surface: Surface) -> None:
    made = brows(Job(default_surface, np.random.default_rng(3)), BROWS["natural"])
    left, right = (made.vertices[sign * made.vertices[:, 0] > 0] for sign in (1, -1))
    assert len(left) == len(right)
    mirrored = right * np.array([-1.0, 1.0, 1.0])
    np.testing.assert_allclose(left.mean(0), mirrored.mean(0), atol=0.03)
    np.testing.assert_allclose(left.std(0), mirrored.std(0), atol=0.03)
