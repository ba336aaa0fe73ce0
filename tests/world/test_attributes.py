from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dreamhead.errors import UsageError
from dreamhead.head.model import HeadModel
from dreamhead.world.archetypes import load_archetypes
from dreamhead.world.attributes import Attributes, identity_vector, sample
from dreamhead.world.vocabulary import (
    BEARDS,
    CREATURE_COLOURS,
    EYE_COLOURS,
    HAIR_COLOURS,
    HAIR_STYLES,
    HEADWEAR,
    LIP_COLOURS,
    PAINT_COLOURS,
    PAINTS,
    SHADOW_COLOURS,
)

WORDS = {
    "sex": ("female", "male"),
    "creature": ("", *CREATURE_COLOURS),
    "lipstick": ("", *LIP_COLOURS),
    "eyeshadow": ("", *SHADOW_COLOURS),
    "paint": PAINTS,
    "paint_colour": ("", *PAINT_COLOURS),
    "eyes": tuple(EYE_COLOURS),
    "hair": HAIR_STYLES,
    "hair_colour": tuple(HAIR_COLOURS),
    "beard": BEARDS,
    "headwear": HEADWEAR,
}
AMOUNTS = (
    "redness", "freckles", "spots", "moles", "sunburn", "tan", "blush", "acne", "vitiligo", "warts", "dirt",
    "scales", "stone", "metal", "bark", "undead", "liner",
)  # fmt: skip


def check(attributes: Attributes) -> None:
    for name, known in WORDS.items():
        assert getattr(attributes, name) in known, (name, getattr(attributes, name))
    for name in AMOUNTS:
        assert -1e-9 <= getattr(attributes, name) <= 1.6, (name, getattr(attributes, name))
    assert 0 <= attributes.years <= 100
    assert 0 <= attributes.melanin <= 1.2
    assert -1 <= attributes.weight <= 1 and -1 <= attributes.width <= 1
    assert isinstance(attributes.scars, int) and 0 <= attributes.scars <= 5
    assert attributes.years >= 17 or attributes.beard == "none"


@given(st.integers(0, 2**31))
@settings(max_examples=150, deadline=None)
def test_drawn_heads_are_in_range(seed: int) -> None:
    check(sample(np.random.default_rng(seed)))


def test_every_archetype_samples_and_keeps_its_name() -> None:
    rng = np.random.default_rng(0)
    assert len(load_archetypes()) >= 120
    for name in load_archetypes():
        for _ in range(3):
            attributes = sample(rng, name)
            check(attributes)
            assert attributes.archetype == name


def test_the_same_seed_draws_the_same_head() -> None:
    first, second = (sample(np.random.default_rng(5)) for _ in range(2))
    assert first == second
    assert first != sample(np.random.default_rng(6))


def test_json_restores_attributes() -> None:
    attributes = sample(np.random.default_rng(8))
    assert Attributes.from_json(json.loads(json.dumps(attributes.to_json()))) == attributes
    with pytest.raises(UsageError, match="hats"):
        Attributes.from_json({"hats": 3})


def test_an_unknown_archetype_is_refused() -> None:
    with pytest.raises(UsageError, match="plumbus"):
        sample(np.random.default_rng(0), "plumbus")


def test_shares_of_archetypes_and_of_unusual_skin() -> None:
    rng = np.random.default_rng(3)
    drawn = [sample(rng) for _ in range(1500)]
    assert 0.54 < np.mean([bool(a.archetype) for a in drawn]) < 0.66
    free = [a for a in drawn if not a.archetype]
    assert 0.15 < np.mean([bool(a.creature) for a in free]) < 0.35
    # colours bind to both sexes, so that "a blue woman" is as known as "a blue man"
    assert {a.sex for a in free if a.creature} == {"female", "male"}


def test_identity_follows_width_weight_and_age(head: HeadModel) -> None:
    def mesh(**values: float) -> np.ndarray:
        return head.neutral(identity_vector(Attributes(**values), head.slider_names, head.macros))

    wide, narrow = mesh(width=1.0), mesh(width=-1.0)
    above_neck = head.masks["neck"] < 0.5
    assert np.ptp(wide[above_neck, 0]) > np.ptp(narrow[above_neck, 0]) * 1.03
    assert np.abs(mesh(years=3.0) - mesh(years=30.0)).max() > 0.003
    assert np.abs(mesh(weight=1.0) - mesh(weight=-1.0)).max() > 0.004


def test_sexes_and_infants_have_their_own_shapes(head: HeadModel) -> None:
    def sliders(**values: object) -> dict[str, float]:
        vector = identity_vector(Attributes(**values), head.slider_names, head.macros)  # type: ignore[arg-type]
        return dict(zip(head.slider_names, vector.tolist(), strict=True))

    woman, man = sliders(sex="female"), sliders(sex="male")
    for name in ("jaw_width", "chin_width", "brow_ridge", "neck_width"):
        assert woman[name] < -0.4 and man[name] > 0.2
    infant, child = sliders(years=0.5), sliders(years=6.0)
    assert infant["forehead_bulge"] > child["forehead_bulge"] > man["forehead_bulge"] + 0.3
    assert infant["neck_length"] < child["neck_length"] - 1.0
    assert infant["chin_height"] < child["chin_height"] < man["chin_height"] - 0.5
    assert infant["nose_button"] > child["nose_button"] + 0.3
