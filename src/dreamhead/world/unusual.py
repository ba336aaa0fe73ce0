"""Unusual things that a drawn head may have: green hair, scales, a face painted as a skull."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dreamhead.world.person import FREE_SLIDERS
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

if TYPE_CHECKING:
    from dreamhead.world.attributes import Attributes


@dataclass(frozen=True)
class Change:
    """One unusual thing: how often it happens among independent draws, and what it sets."""

    name: str
    chance: float
    draw: Any  # (attributes, rng) -> values


def _pick(rng: np.random.Generator, names: Any) -> str:
    return str(rng.choice([name for name in names if name not in ("", "none")]))


def _head_of_hair(attributes: Attributes, rng: np.random.Generator) -> dict[str, Any]:
    colour = str(rng.choice(list(HAIR_COLOURS)))
    style = (
        attributes.hair
        if attributes.hair not in ("bald", "buzz")
        else str(rng.choice(["short", "long", "wavy"]))
    )
    return {"hair_colour": colour, "hair": style}


UNUSUAL = (
    Change("creature", 0.22, lambda a, r: {"creature": _pick(r, CREATURE_COLOURS), "freckles": 0.0}),
    Change("hair_colour", 0.15, _head_of_hair),
    Change("hair", 0.12, lambda a, r: {"hair": str(r.choice(list(HAIR_STYLES)))}),
    Change("lipstick", 0.16, lambda a, r: {"lipstick": _pick(r, LIP_COLOURS)}),
    Change(
        "eyeshadow", 0.12, lambda a, r: {"eyeshadow": _pick(r, SHADOW_COLOURS), "liner": r.uniform(0.3, 1.0)}
    ),
    Change("eyes", 0.12, lambda a, r: {"eyes": str(r.choice(list(EYE_COLOURS)))}),
    Change("paint", 0.07, lambda a, r: {"paint": _pick(r, PAINTS), "paint_colour": _pick(r, PAINT_COLOURS)}),
    Change("scales", 0.05, lambda a, r: {"scales": r.uniform(0.7, 1.0)}),
    Change(
        "stone",
        0.03,
        lambda a, r: {"stone": r.uniform(0.8, 1.0), "creature": _pick(r, ("grey", "white", "brown stone"))},
    ),
    Change("metal", 0.03, lambda a, r: {"metal": 1.0, "creature": _pick(r, ("silver", "gold", "bronze"))}),
    Change("bark", 0.02, lambda a, r: {"bark": r.uniform(0.8, 1.0)}),
    Change("hide", 0.04, lambda a, r: {"hide": r.uniform(0.55, 1.0)}),
    Change("pallor", 0.04, lambda a, r: {"pallor": r.uniform(0.5, 1.0), "melanin": 0.02, "creature": ""}),
    Change("undead", 0.05, lambda a, r: {"undead": r.uniform(0.6, 1.0)}),
    Change("dirt", 0.08, lambda a, r: {"dirt": r.uniform(0.5, 0.95)}),
    Change("freckles", 0.08, lambda a, r: {"freckles": r.uniform(0.6, 1.0)}),
    Change("scars", 0.08, lambda a, r: {"scars": int(r.integers(1, 4))}),
    Change("acne", 0.05, lambda a, r: {"acne": r.uniform(0.5, 1.0)}),
    Change("sunburn", 0.06, lambda a, r: {"sunburn": r.uniform(0.6, 1.0)}),
    Change("vitiligo", 0.03, lambda a, r: {"vitiligo": r.uniform(0.6, 1.0)}),
    Change("warts", 0.03, lambda a, r: {"warts": r.uniform(0.5, 1.0)}),
    Change("tired", 0.06, lambda a, r: {"tired": r.uniform(0.9, 1.3)}),
    Change("weight", 0.2, lambda a, r: {"weight": r.choice((-1, 1)) * r.uniform(0.6, 1.0)}),
    Change("width", 0.2, lambda a, r: {"width": r.choice((-1, 1)) * r.uniform(0.6, 1.0)}),
    Change(
        "beard",
        0.1,
        lambda a, r: {"beard": _pick(r, BEARDS)} if a.sex == "male" else {},
    ),
    Change("headwear", 0.08, lambda a, r: {"headwear": _pick(r, HEADWEAR)}),
    Change("sliders", 0.5, lambda a, r: {"sliders": {**a.sliders, **_bold_sliders(r)}}),
)
ODD_NAMES = (
    "creature",
    "hair_colour",
    "lipstick",
    "eyes",
    "scales",
    "freckles",
    "scars",
    "dirt",
    "weight",
    "width",
    "paint",
)


def _bold_sliders(rng: np.random.Generator) -> dict[str, float]:
    names = rng.choice(list(FREE_SLIDERS), size=int(rng.integers(1, 4)), replace=False)
    return {str(name): float(rng.choice((-1, 1)) * rng.uniform(0.7, 1.2)) for name in names}
