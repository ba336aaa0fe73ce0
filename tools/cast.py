"""Who sits for the evidence sheets: eight identities in words, and eight dressed characters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dreamhead.world.attributes import Attributes

# Label -> the built-in head's macros and sliders, which every head model answers as far as it can.
IDENTITIES: Mapping[str, Mapping[str, float]] = {
    "young woman": {"masculine": -1.0},
    "old man": {"masculine": 0.6, "age": 1.1, "thin": 0.3},
    "wide man": {"masculine": 0.7, "fat": 0.8, "head_width": 0.8, "jaw_width": 0.8},
    "narrow woman": {
        "masculine": -0.9,
        "thin": 0.9,
        "head_width": -0.8,
        "jaw_width": -0.6,
        "face_length": 0.6,
    },
    "child": {"child": 1.0, "masculine": -0.2},
    "man, West Africa": {"masculine": 0.6, "region_west_africa": 1.0},
    "woman, East Asia": {"masculine": -1.0, "region_east_asia": 1.0},
    "old woman, Andes": {"masculine": -0.8, "age": 0.9, "region_andes": 1.0},
}


@dataclass(frozen=True)
class Character:
    """Somebody dressed: what the head and skin follow, and the items worn."""

    attributes: Attributes
    choice: Mapping[str, str]


def _character(choice: Mapping[str, str], **attributes: Any) -> Character:
    return Character(Attributes(**attributes, hair=choice["hair"], beard=choice.get("beard", "none")), choice)


CHARACTERS: Mapping[str, Character] = {
    "sailor": _character(
        {"hair": "short", "beard": "beard", "headwear": "sailors_cap", "brows": "bushy"},
        sex="male", years=68.0, melanin=0.3, tan=0.5, hair_colour="grey", eyes="blue",
    ),
    "queen": _character(
        {"hair": "long", "headwear": "crown", "earrings": "studs", "brows": "arched"},
        sex="female", years=34.0, melanin=0.15, hair_colour="red", eyes="green", lipstick="red", freckles=0.5,
    ),
    "wizard": _character(
        {"hair": "long", "beard": "long_beard", "headwear": "wizard_hat", "glasses": "half_rim", "brows": "bushy"},
        sex="male", years=82.0, weight=-0.4, melanin=0.1, hair_colour="white", eyes="grey",
    ),
    "singer": _character(
        {"hair": "afro", "glasses": "round", "earrings": "hoops", "brows": "natural"},
        sex="female", years=26.0, melanin=0.85, hair_colour="black", eyes="dark brown",
        sliders={"region_west_africa": 0.8}, lipstick="dark red",
    ),
    "punk": _character(
        {"hair": "mohawk", "beard": "stubble", "earrings": "studs", "brows": "angry"},
        sex="male", years=23.0, weight=-0.5, melanin=0.2, hair_colour="red", eyes="hazel",
    ),
    "pirate": _character(
        {
            "hair": "long_curly",
            "beard": "handlebar",
            "headwear": "headband",
            "patch": "eye_patch",
            "earrings": "hoops",
        },
        sex="male", years=45.0, melanin=0.45, hair_colour="black", eyes="brown", scars=2,
        sliders={"region_mediterranean": 0.8},
    ),
    "girl": _character(
        {"hair": "pigtails", "headwear": "none", "glasses": "cat_eye"},
        sex="female", years=8.0, melanin=0.3, hair_colour="dark brown", eyes="dark brown",
        sliders={"region_east_asia": 0.9},
    ),
    "merchant": _character(
        {"hair": "short", "beard": "boxed", "headwear": "turban", "glasses": "aviators"},
        sex="male", years=50.0, weight=0.6, width=0.4, melanin=0.55, hair_colour="black", eyes="brown",
        sliders={"region_south_asia": 0.9},
    ),
}  # fmt: skip
