"""Attributes: everything a synthetic head has, drawn by archetype or independently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import UsageError
from dreamhead.world.archetypes import Archetype, draw_setting, load_archetypes
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

ARCHETYPE_SHARE = 0.6  # of the samples; the rest are drawn independently, so that binding is learned
ODD_SHARE = 0.3  # of the archetype samples, with one attribute against the type ("a blue sailor")

# Sliders of the built-in head that are drawn at random; others follow from age, sex, weight and width.
FREE_SLIDERS = tuple(
    [
        "head_depth",
        "cranium_height",
        "forehead_height",
        "forehead_slope",
        "temple",
        "face_length",
        "jaw_angle",
        "chin_width",
        "chin_projection",
        "chin_height",
        "chin_cleft",
        "cheekbone",
        "brow_ridge",
        "brow_height",
        "eye_size",
        "eye_spacing",
        "eye_height",
        "eye_depth",
        "eye_tilt",
        "eye_hooded",
        "nose_width",
        "nose_length",
        "nose_projection",
        "nose_bridge",
        "nose_hump",
        "nose_tip_up",
        "bridge_width",
        "nostril_flare",
        "mouth_width",
        "mouth_height",
        "mouth_projection",
        "lip_upper",
        "lip_lower",
        "cupids_bow",
        "ear_size",
        "ear_protrusion",
        "ear_lobe",
        "neck_width",
    ]
)


@dataclass(frozen=True)
class Attributes:
    """One head, in words and numbers.  Numbers run from 0 (none) to 1 (strong) unless said otherwise."""

    archetype: str = ""  # a key of assets/world/archetypes.toml, or empty
    odd: tuple[str, ...] = ()  # names of attributes that go against the archetype
    sex: str = "female"  # female, male
    years: float = 30.0  # 0..100
    weight: float = 0.0  # -1 gaunt .. 1 fat
    width: float = 0.0  # -1 narrow face .. 1 wide face
    sliders: Mapping[str, float] = field(
        default_factory=dict
    )  # further sliders of the built-in head, about -1..1
    # pigments; melanin 0 very pale .. 1.1 very dark, blood 0..1 about .5
    melanin: float = 0.25
    blood: float = 0.5
    creature: str = ""  # a skin colour no human has, or empty
    # state of the skin
    redness: float = 0.4
    freckles: float = 0.0
    spots: float = 0.0
    moles: float = 0.3
    sunburn: float = 0.0
    tan: float = 0.0
    blush: float = 0.0
    acne: float = 0.0
    vitiligo: float = 0.0
    warts: float = 0.0
    tired: float = 0.3
    oil: float = 0.4
    pores: float = 0.5
    wrinkles: float = 0.0  # added to what age gives, -1..1
    dirt: float = 0.0
    scars: int = 0  # 0..4
    # materials
    scales: float = 0.0
    stone: float = 0.0
    metal: float = 0.0
    bark: float = 0.0
    undead: float = 0.0
    # make-up and paint
    lipstick: str = ""
    eyeshadow: str = ""
    liner: float = 0.0
    paint: str = ""
    paint_colour: str = ""
    # eyes, hair, clothes
    eyes: str = "brown"
    hair: str = "short"
    hair_colour: str = "brown"
    brows: float = 0.8
    beard: str = "none"
    headwear: str = "none"

    @property
    def skin_age(self) -> float:
        """0 a young adult .. 1 about ninety: what the wrinkles follow."""
        return float(np.clip((self.years - 18.0) / 70.0 + 0.3 * self.wrinkles * (self.years > 16), 0.0, 1.0))

    @property
    def childhood(self) -> float:
        """1 a baby .. 0 grown up: the head model's `child` macro."""
        return float(np.clip(1.0 - self.years / 17.0, 0.0, 1.0))

    @property
    def human(self) -> bool:
        """Ordinary skin: no creature colour, material or full paint."""
        return not self.creature and max(self.scales, self.stone, self.metal, self.bark, self.undead) < 0.3

    def changed(self, **values: Any) -> Attributes:
        """A copy with these fields replaced."""
        return replace(self, **values)

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` is the inverse."""
        values = asdict(self)
        values["odd"] = list(self.odd)
        values["sliders"] = {name: float(value) for name, value in self.sliders.items()}
        return values

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Attributes:
        """The inverse of `to_json`; UsageError on an unknown name."""
        known = {spec.name for spec in fields(Attributes)}
        for name in values:
            if name not in known:
                raise UsageError(f"Unknown attribute {name!r}.", f"Known: {', '.join(sorted(known))}.")
        return Attributes(**{**values, "odd": tuple(values.get("odd", ()))})


def sample(rng: np.random.Generator, archetype: str | None = None) -> Attributes:
    """Draws a head: of the named archetype, or with `archetype=None` of a random one or of none at all.

    An empty `archetype` means none: every attribute independently.
    """
    archetypes = load_archetypes()
    if archetype is None:
        archetype = str(rng.choice(list(archetypes))) if rng.random() < ARCHETYPE_SHARE else ""
    if archetype and archetype not in archetypes:
        raise UsageError(f"Unknown archetype {archetype!r}.", "See assets/world/archetypes.toml.")
    if not archetype:
        return sample_independent(rng)
    return sample_archetype(archetypes[archetype], rng)


def sample_archetype(archetype: Archetype, rng: np.random.Generator) -> Attributes:
    """A head of this archetype; in a share of the draws one attribute goes against the type."""
    values = _person(rng)
    values["archetype"] = archetype.name
    settings = archetype.settings
    sex_chance = settings.get("male", 0.5)
    values["sex"] = "male" if rng.random() < float(draw_setting(sex_chance, rng)) else "female"
    if "years" in settings:
        values["years"] = float(draw_setting(settings["years"], rng))
    values.update(_following(values, rng))
    for name, setting in settings.items():
        if name in ("male", "years"):
            continue
        if name == "sliders":
            values["sliders"] = {
                **values["sliders"],
                **{k: float(draw_setting(v, rng)) for k, v in setting.items()},
            }
        else:
            values[name] = draw_setting(setting, rng)
    attributes = _consistent(Attributes(**_typed(values)), settings)
    return _against_type(attributes, rng) if rng.random() < ODD_SHARE else attributes


def sample_independent(rng: np.random.Generator) -> Attributes:
    """A head whose attributes are drawn without an archetype, unusual combinations included."""
    values = _person(rng)
    values.update(_following(values, rng))
    attributes = Attributes(**_typed(values))
    for change in _UNUSUAL:
        if rng.random() < change.chance:
            attributes = attributes.changed(**change.draw(attributes, rng))
    return _consistent(attributes, {})


def identity_vector(
    attributes: Attributes, slider_names: tuple[str, ...], macros: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float32]:
    """The head model's sliders (K,) for these attributes.

    A slider that the model has only as a macro counts so; one that it lacks is left out.
    """
    vector = np.zeros(len(slider_names), np.float32)

    def add_macro(name: str, amount: float) -> None:
        if name in macros:
            vector[:] += amount * np.asarray(macros[name], np.float32)

    grown = 1.0 - attributes.childhood
    add_macro("age", 1.1 * attributes.skin_age**1.3 * grown)
    add_macro("child", 1.5 * attributes.childhood)
    add_macro("masculine", (0.65 if attributes.sex == "male" else -0.55) * (0.15 + 0.85 * grown))
    # a chubby child has round cheeks, not the jowls and double chin of the `fat` macro
    add_macro("fat", max(attributes.weight, -0.35) * 1.1 * (0.25 + 0.75 * grown))
    gaunt = max(-attributes.weight, 0.0)
    sliders = {
        "cheek_hollow": 1.1 * gaunt,
        "cheek_fullness": 0.6 * max(attributes.weight, 0.0) * attributes.childhood - 0.5 * gaunt,
        "cheekbone": 0.4 * gaunt,
        "head_width": 0.9 * attributes.width,
        "jaw_width": 0.8 * attributes.width,
        "face_length": -0.35 * attributes.width,
    }
    for source in (sliders, attributes.sliders):
        for name, value in source.items():
            if name in slider_names:
                vector[slider_names.index(name)] += value
            else:
                add_macro(name, value)
    return np.clip(vector, -2.0, 2.0)


# ---------------------------------------------------------------------------------------------------------------------


def _person(rng: np.random.Generator) -> dict[str, Any]:
    """Sex, age, build and pigments of some human being."""
    band = rng.choice(5, p=(0.06, 0.10, 0.44, 0.20, 0.20))
    low, high = ((0.3, 4.0), (5.0, 17.0), (18.0, 45.0), (45.0, 65.0), (65.0, 95.0))[band]
    melanin = float(
        rng.choice(
            (rng.uniform(0.02, 0.3), rng.uniform(0.3, 0.65), rng.uniform(0.65, 1.14)), p=(0.45, 0.3, 0.25)
        )
    )
    return {
        "sex": "male" if rng.random() < 0.5 else "female",
        "years": rng.uniform(low, high),
        "weight": np.clip(rng.normal(0, 0.45), -1, 1),
        "width": np.clip(rng.normal(0, 0.45), -1, 1),
        "sliders": {name: float(np.clip(rng.normal(0, 0.36), -1.1, 1.1)) for name in FREE_SLIDERS},
        "melanin": melanin,
        "blood": np.clip(
            rng.normal(0.5 - 0.12 * (melanin < 0.1), 0.05), 0.32, 0.65
        ),  # pale skin shows little
    }


def _following(values: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """What usually follows from sex, age and pigment, with room for chance."""
    years, melanin, male = float(values["years"]), float(values["melanin"]), values["sex"] == "male"
    old = float(np.clip((years - 40) / 35, 0, 1))
    sliders = dict(values["sliders"])
    for name, gain in (("nose_width", 0.55), ("lip_upper", 0.5), ("lip_lower", 0.5), ("nose_bridge", -0.3)):
        sliders[name] = sliders.get(name, 0.0) + gain * float(
            np.clip((melanin - 0.5) / 0.5, 0, 1)
        ) * rng.uniform(0.3, 1.4)
    if rng.random() < old:
        hair_colour = str(rng.choice(["grey", "white"], p=(0.5, 0.5)))
    elif melanin > 0.55:
        hair_colour = str(rng.choice(["black", "dark brown"], p=(0.8, 0.2)))
    else:
        names = ["black", "dark brown", "brown", "light brown", "blonde", "red", "auburn"]
        hair_colour = str(rng.choice(names, p=(0.18, 0.18, 0.2, 0.1, 0.16, 0.12, 0.06)))
    if melanin > 0.5:
        eyes = str(rng.choice(["dark brown", "brown", "hazel", "green"], p=(0.6, 0.32, 0.05, 0.03)))
    else:
        eyes = str(
            rng.choice(
                ["brown", "dark brown", "hazel", "green", "blue", "grey"],
                p=(0.27, 0.1, 0.12, 0.15, 0.26, 0.1),
            )
        )
    if years < 2.5:
        hair = str(rng.choice(["bald", "buzz"], p=(0.7, 0.3)))
    elif male:
        hair = str(
            rng.choice(
                ["bald", "buzz", "short", "long", "wavy", "afro"], p=(0.2, 0.2, 0.42, 0.06, 0.06, 0.06)
            )
        )
    else:
        hair = str(
            rng.choice(
                ["bald", "buzz", "short", "long", "wavy", "bun", "afro"],
                p=(0.05, 0.05, 0.15, 0.3, 0.22, 0.17, 0.06),
            )
        )
    beard = "none"
    if male and years > 17:
        beard = str(rng.choice(list(BEARDS), p=(0.4, 0.22, 0.1, 0.28)))
    made_up = not male and years > 15 and rng.random() < 0.35
    return {
        "sliders": sliders,
        "hair": hair,
        "hair_colour": hair_colour,
        "eyes": eyes,
        "beard": beard,
        "headwear": "none",
        "brows": np.clip((0.6 + 0.5 * male + rng.normal(0, 0.15)) * (0.35 if years < 3 else 1.0), 0.15, 1.3),
        "redness": np.clip(rng.normal(0.45, 0.2), 0, 1),
        "spots": max(0.0, (old - 0.35) * 1.4) * rng.uniform(0.3, 1.1),
        "moles": rng.uniform(0, 0.7) * (years > 6),
        "freckles": rng.uniform(0.5, 1.0) if melanin < 0.35 and rng.random() < 0.16 else 0.0,
        "tired": np.clip(rng.normal(0.3, 0.2) + 0.25 * old, 0, 1) * (years > 8),
        "oil": rng.uniform(0.1, 0.8),
        "pores": rng.uniform(0.3, 0.9) * (0.3 if years < 12 else 1.0),
        "wrinkles": float(np.clip(rng.normal(0, 0.25), -0.6, 0.6)),
        "lipstick": str(rng.choice(["red", "pink", "dark red", "nude"])) if made_up else "",
        "eyeshadow": str(rng.choice(["", "brown", "pink", "blue"])) if made_up else "",
        "liner": rng.uniform(0.4, 1.0) if made_up else 0.0,
        "blush": rng.uniform(0.3, 0.9) if made_up or (years < 6 and rng.random() < 0.6) else 0.0,
    }


@dataclass(frozen=True)
class _Change:
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


_UNUSUAL = (
    _Change("creature", 0.22, lambda a, r: {"creature": _pick(r, CREATURE_COLOURS), "freckles": 0.0}),
    _Change("hair_colour", 0.15, _head_of_hair),
    _Change("hair", 0.12, lambda a, r: {"hair": str(r.choice(list(HAIR_STYLES)))}),
    _Change("lipstick", 0.16, lambda a, r: {"lipstick": _pick(r, LIP_COLOURS)}),
    _Change(
        "eyeshadow", 0.12, lambda a, r: {"eyeshadow": _pick(r, SHADOW_COLOURS), "liner": r.uniform(0.3, 1.0)}
    ),
    _Change("eyes", 0.12, lambda a, r: {"eyes": str(r.choice(list(EYE_COLOURS)))}),
    _Change("paint", 0.07, lambda a, r: {"paint": _pick(r, PAINTS), "paint_colour": _pick(r, PAINT_COLOURS)}),
    _Change("scales", 0.05, lambda a, r: {"scales": r.uniform(0.7, 1.0)}),
    _Change(
        "stone",
        0.03,
        lambda a, r: {"stone": r.uniform(0.8, 1.0), "creature": _pick(r, ("grey", "white", "brown stone"))},
    ),
    _Change("metal", 0.03, lambda a, r: {"metal": 1.0, "creature": _pick(r, ("silver", "gold", "bronze"))}),
    _Change("bark", 0.02, lambda a, r: {"bark": r.uniform(0.8, 1.0)}),
    _Change("undead", 0.05, lambda a, r: {"undead": r.uniform(0.6, 1.0)}),
    _Change("dirt", 0.08, lambda a, r: {"dirt": r.uniform(0.5, 0.95)}),
    _Change("freckles", 0.08, lambda a, r: {"freckles": r.uniform(0.6, 1.0)}),
    _Change("scars", 0.08, lambda a, r: {"scars": int(r.integers(1, 4))}),
    _Change("acne", 0.05, lambda a, r: {"acne": r.uniform(0.5, 1.0)}),
    _Change("sunburn", 0.06, lambda a, r: {"sunburn": r.uniform(0.6, 1.0)}),
    _Change("vitiligo", 0.03, lambda a, r: {"vitiligo": r.uniform(0.6, 1.0)}),
    _Change("warts", 0.03, lambda a, r: {"warts": r.uniform(0.5, 1.0)}),
    _Change("tired", 0.06, lambda a, r: {"tired": r.uniform(0.9, 1.3)}),
    _Change("weight", 0.2, lambda a, r: {"weight": r.choice((-1, 1)) * r.uniform(0.6, 1.0)}),
    _Change("width", 0.2, lambda a, r: {"width": r.choice((-1, 1)) * r.uniform(0.6, 1.0)}),
    _Change(
        "beard",
        0.1,
        lambda a, r: {"beard": str(r.choice(["stubble", "moustache", "beard"]))} if a.sex == "male" else {},
    ),
    _Change("headwear", 0.08, lambda a, r: {"headwear": _pick(r, HEADWEAR)}),
    _Change("sliders", 0.5, lambda a, r: {"sliders": {**a.sliders, **_bold_sliders(r)}}),
)
_ODD_NAMES = (
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


def _against_type(attributes: Attributes, rng: np.random.Generator) -> Attributes:
    """Changes one attribute and records it in `odd`, so that captions always say it."""
    changes = {change.name: change for change in _UNUSUAL}
    name = str(rng.choice(_ODD_NAMES))
    values = changes[name].draw(attributes, rng)
    if all(getattr(attributes, key) == value for key, value in values.items()):
        return attributes
    return _consistent(attributes.changed(odd=(name,), **values), {"hair": attributes.hair})


def _consistent(attributes: Attributes, settings: Mapping[str, Any]) -> Attributes:
    """Children have no beard, statues no freckles; archetypes may insist by naming the attribute."""
    values: dict[str, Any] = {}
    if attributes.years < 17 and "beard" not in settings:
        values["beard"] = "none"
    if attributes.sex == "female" and "beard" not in settings:
        values["beard"] = "none"
    if attributes.sex == "female" and attributes.beard != "none" and attributes.archetype:
        values["beard"] = "none"
    if max(attributes.stone, attributes.metal, attributes.bark) > 0.1:
        values.update(freckles=0.0, acne=0.0, sunburn=0.0, vitiligo=0.0, warts=0.0)
        if "brows" not in settings:
            values["brows"] = 0.0
    if attributes.creature or attributes.melanin > 0.85:
        values.update(sunburn=0.0)
    if attributes.paint in ("", "none"):
        values.update(paint="", paint_colour="")
    return attributes.changed(**values)


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """NumPy scalars as plain Python numbers, so that attributes compare and serialise."""
    plain: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, np.generic):
            value = value.item()
        plain[name] = round(value) if name == "scars" else value
    return plain
