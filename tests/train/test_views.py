from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.load import load_head
from dreamhead.head.model import HeadModel
from dreamhead.train.views import ViewRenderer
from dreamhead.world.attributes import Attributes, identity_vector
from dreamhead.world.dataset import View
from dreamhead.world.ground import SkinSurface, skin_surface
from dreamhead.world.skin import generate


@pytest.fixture(scope="module")
def head() -> HeadModel:
    return load_head("builtin")


@pytest.fixture(scope="module")
def surface(head: HeadModel) -> SkinSurface:
    return skin_surface(head, 128)


def views(
    head: HeadModel, surface: SkinSurface, attributes: Attributes, seed: int, count: int = 4
) -> list[View]:
    maps = generate(surface, attributes, 1)
    identity = identity_vector(attributes, head.slider_names, head.macros)
    return ViewRenderer(head, count, 64)(maps, attributes, identity, np.random.default_rng(seed))


def test_views_show_the_head_in_its_colour_and_repeat(head: HeadModel, surface: SkinSurface) -> None:
    blue = Attributes(creature="blue", hair="bald")
    first, second = (views(head, surface, blue, 3) for _ in range(2))
    assert all(
        np.array_equal(a.image, b.image) and a.caption == b.caption
        for a, b in zip(first, second, strict=True)
    )
    assert not first[0].clay
    for view in first:
        assert view.image.shape == (64, 64, 3) and view.image.dtype == np.uint8
        middle = view.image[24:40, 24:40].reshape(-1, 3).mean(0)
        if view.clay:
            assert np.ptp(middle) < 25 and "blue" not in view.caption
        else:
            assert middle[2] > middle[0] + 25


def test_hair_is_drawn_over_the_head(head: HeadModel, surface: SkinSurface) -> None:
    """Long pink hair colours pixels that a view without it does not have."""
    woman = Attributes(hair="long", hair_colour="pink", melanin=0.9)
    drawn = [view for seed in range(6) for view in views(head, surface, woman, seed, 2) if not view.clay]

    def pink(view: View) -> float:
        red, green, blue = (view.image[..., channel].astype(float) for channel in range(3))
        return float(((red > 1.5 * green) & (blue > 1.15 * green)).mean())

    with_hair = [pink(view) for view in drawn if view.hair]
    assert with_hair and max(with_hair) > 0.12
