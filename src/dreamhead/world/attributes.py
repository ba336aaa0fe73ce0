"""Attributes: everything a synthetic head has, drawn by archetype or independently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import UsageError
from dreamhead.world.archetypes import Archetype, draw_setting, load_archetypes
from dreamhead.world.person import draw_following, draw_person
from dreamhead.world.unusual import ODD_NAMES, UNUSUAL

ARCHETYPE_SHARE = 0.6  # of the samples; the rest are drawn independently, so that binding is learned
ODD_SHARE = 0.3  # of the archetype samples, with one attribute against the type ("a blue sailor")


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
    pallor: float = 0.0  # bloodless and cold
    hide: float = 0.0  # thick, rough and mottled, as an orc's
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
    def infancy(self) -> float:
        """1 newborn .. 0 from four years on."""
        return float(np.clip(1.0 - self.years / 4.0, 0.0, 1.0))

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
    values = draw_person(rng)
    values["archetype"] = archetype.name
    settings = archetype.settings
    sex_chance = settings.get("male", 0.5)
    values["sex"] = "male" if rng.random() < float(draw_setting(sex_chance, rng)) else "female"
    if "years" in settings:
        values["years"] = float(draw_setting(settings["years"], rng))
    values.update(draw_following(values, rng))
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
    values = draw_person(rng)
    values.update(draw_following(values, rng))
    attributes = Attributes(**_typed(values))
    for change in UNUSUAL:
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
    if "baby" in macros:
        add_macro("child", 1.3 * attributes.childhood * (1.0 - attributes.infancy))
        add_macro("baby", 0.95 * attributes.infancy)
    else:
        add_macro("child", 1.5 * attributes.childhood)
    add_macro("masculine", (0.65 if attributes.sex == "male" else -1.25) * (0.15 + 0.85 * grown))
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


def _against_type(attributes: Attributes, rng: np.random.Generator) -> Attributes:
    """Changes one attribute and records it in `odd`, so that captions always say it."""
    changes = {change.name: change for change in UNUSUAL}
    name = str(rng.choice(ODD_NAMES))
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
