"""Facial hair: where it grows, that it keeps off the lips, and that it follows the jaw."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe import dress
from dreamhead.head.wardrobe.garment import carry
from dreamhead.head.wardrobe.groom import Job
from dreamhead.head.wardrobe.surface import Surface, surface_of
from dreamhead.head.wardrobe.whiskers import facial_hair, grow_beard

GROWN = [name for name, kind in facial_hair().items() if not kind.painted_only]


@pytest.mark.parametrize("name", GROWN)
def test_budget_and_fit(strong_surface: Surface, name: str) -> None:
    beard = grow_beard(facial_hair()[name], Job(strong_surface, np.random.default_rng(0)))
    assert 500 < len(beard.triangles) <= 16_000
    assert np.isfinite(beard.vertices).all()
    assert (strong_surface.distance.distance(beard.vertices) < -0.15).mean() < 0.02


def test_masks_are_where_their_names_say() -> None:
    chin, cheek, lip = (np.array([point]) for point in ((0, -7.0, 10.0), (6.0, -3.5, 5.0), (1.5, -2.3, 10.5)))
    mouth = np.array([[0, -3.6, 11.0]])
    dense = {
        name: [float(kind.mask(at)[0]) for at in (chin, cheek, lip)] for name, kind in facial_hair().items()
    }
    wanted = {
        "stubble": (1, 1, 1), "moustache": (0, 0, 1), "handlebar": (0, 0, 1), "goatee": (1, 0, 0),
        "van_dyke": (1, 0, 1), "beard": (1, 1, 1), "boxed": (1, 1, 1), "long_beard": (1, 1, 1),
        "chin_curtain": (1, 1, 0), "sideburns": (0, 1, 0), "walrus": (0, 0, 1), "soul_patch": (0, 0, 0),
    }  # fmt: skip
    for name, places in wanted.items():
        for found, asked in zip(dense[name], places, strict=True):
            assert (found > 0.25) == bool(asked), (name, dense[name])
    for name, kind in facial_hair().items():
        assert kind.mask(mouth)[0] < 0.05, name


def test_a_long_beard_is_long(default_surface: Surface) -> None:
    low = {
        name: grow_beard(facial_hair()[name], Job(default_surface, np.random.default_rng(0)))
        .vertices[:, 1]
        .min()
        for name in ("boxed", "beard", "long_beard")
    }
    assert low["boxed"] > low["beard"] > low["long_beard"] + 6


def test_a_beard_follows_the_jaw(head: HeadModel, zero: np.ndarray) -> None:
    opened = (head.mean + head.expressions(zero)["jawOpen"]).astype(np.float32)
    surface = surface_of(head, zero, opened)
    garments = dress(head, zero, head.mean, {"hair": "bald", "beard": "goatee"}, {}, 0)
    beard = next(garment for garment in garments if garment.name == "beard")
    moved = beard.vertices + carry(beard, head.mean, opened)
    assert moved[:, 1].min() < beard.vertices[:, 1].min() - 0.008
    assert (surface.distance.distance(100.0 * moved.astype(np.float64)) < -0.15).mean() < 0.08
