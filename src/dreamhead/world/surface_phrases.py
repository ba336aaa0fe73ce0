"""The words captions use for what shows in a skin's texture, besides its colour and age."""

from __future__ import annotations

from dataclasses import dataclass

from dreamhead.world.attributes import Attributes
from dreamhead.world.phrases import Fact


@dataclass(frozen=True)
class Trait:
    """An attribute that is said when it is stronger than `above`, and how (see Fact)."""

    about: str
    above: float
    weight: float
    adjectives: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


TRAITS = (
    Trait("scales", 0.4, 0.95,
          ("scaly", "reptilian", "scaled"), ("scales", "scaly skin", "reptile skin", "snake scales")),
    Trait("stone", 0.45, 0.95,
          ("stone", "rocky", "cracked"),
          ("stone skin", "cracked rock skin", "skin of stone", "a cracked stone surface")),
    Trait("metal", 0.4, 0.95,
          ("metal", "metallic", "robotic", "mechanical"),
          ("metal skin", "a metallic face", "metal plates", "panels and seams")),
    Trait("bark", 0.4, 0.95,
          ("wooden", "bark-skinned", "tree-like"),
          ("bark skin", "skin like tree bark", "wooden skin", "wood grain")),
    Trait("undead", 0.5, 0.95,
          ("undead", "rotting", "decaying", "dead", "zombified"),
          ("rotting skin", "decaying flesh", "dead skin", "open sores", "dark veins")),
    Trait("hide", 0.45, 0.7,
          ("leathery", "thick-skinned", "rough-skinned"),
          ("rough skin", "leathery skin", "a thick hide", "coarse skin", "mottled skin", "a rough mottled hide")),
    Trait("pallor", 0.35, 0.75,
          ("bloodless", "deathly pale", "ashen", "ghostly pale", "pallid", "pale"),
          ("bloodless skin", "deathly pale skin", "cold white skin", "ashen skin", "a ghostly pallor")),
    Trait("freckles", 0.35, 0.8,
          ("freckled", "freckly"), ("freckles", "many freckles", "a freckled face", "freckled cheeks")),
    Trait("spots", 0.4, 0.55, (), ("age spots", "liver spots", "sun spots", "blotchy skin")),
    Trait("sunburn", 0.4, 0.7,
          ("sunburned", "sunburnt", "red-faced"), ("a sunburn", "sunburned skin", "red burnt cheeks")),
    Trait("blush", 0.45, 0.45, ("rosy-cheeked",), ("rosy cheeks", "pink cheeks", "blushing cheeks")),
    Trait("acne", 0.35, 0.75, ("pimply", "spotty", "acne-ridden"), ("acne", "pimples", "spots", "bad skin")),
    Trait("vitiligo", 0.4, 0.85, (), ("vitiligo", "white patches on the skin", "patchy skin")),
    Trait("warts", 0.4, 0.75, ("warty",), ("warts", "warts on the face", "bumpy skin")),
    Trait("tired", 0.8, 0.55,
          ("tired", "exhausted", "weary", "sleepless"),
          ("dark circles under the eyes", "bags under the eyes", "tired eyes")),
    Trait("dirt", 0.4, 0.8,
          ("dirty", "grimy", "filthy", "sooty"),
          ("a dirty face", "dirt on the face", "soot and grime", "mud on the skin")),
    Trait("oil", 0.85, 0.2, ("sweaty",), ("shiny skin", "oily skin")),
    Trait("liner", 0.55, 0.45, (), ("eyeliner", "black eyeliner", "dark eyeliner", "kohl around the eyes")),
)  # fmt: skip
_RUDDY = Fact("redness", 0.45, ("ruddy", "red-cheeked"), ("ruddy cheeks", "a red nose", "a flushed face"))
_SCARRED = (("a scar", "a scar on the cheek"), ("scars", "facial scars", "old scars", "battle scars"))
_PAINTS = {
    "clown": ("clown make-up", "a red clown nose", "clown face paint", "a painted clown face"),
    "mime": ("a white painted face", "mime make-up", "white face paint", "a whitened face"),
    "skull": ("skull make-up", "a skull painted on the face", "skull face paint"),
    "war": ("{} war paint", "{} face paint", "tribal {} paint"),
    "tattoo": ("face tattoos", "tribal tattoos", "a tattooed face", "tattoos on the face"),
    "stripes": ("{} stripes on the face", "{} stripes", "{} striped skin"),
    "mask": ("a {} mask over the eyes", "a {} eye mask", "a {} painted mask"),
}


def surface_facts(attributes: Attributes) -> list[Fact]:
    """Everything that shows in the texture, besides skin colour and age."""
    facts = [
        Fact(trait.about, trait.weight, trait.adjectives, trait.phrases)
        for trait in TRAITS
        if getattr(attributes, trait.about) > trait.above
    ]
    if attributes.redness > 0.8 and attributes.human and attributes.melanin < 0.4:
        facts.append(_RUDDY)
    if attributes.scars > 0:
        facts.append(Fact("scars", 0.8, ("scarred",), _SCARRED[attributes.scars > 1]))
    return facts + _makeup_facts(attributes)


def _makeup_facts(attributes: Attributes) -> list[Fact]:
    facts = []
    lips, lids = attributes.lipstick, attributes.eyeshadow
    if lips:
        weight = 0.35 if lips in ("nude", "pink") else 0.75
        facts.append(Fact("lipstick", weight, (), (f"{lips} lips", f"{lips} lipstick")))
    if lids:
        words = tuple(f"{lids} {noun}" for noun in ("eyeshadow", "eye shadow", "eye make-up"))
        facts.append(Fact("eyeshadow", 0.6, (), words))
    if lips and lids and attributes.liner > 0.3:
        words = ("heavy make-up", "makeup", "full make-up")
        facts.append(Fact("makeup", 0.5, ("made-up", "glamorous"), words))
    if attributes.paint:
        colour = attributes.paint_colour or "white"
        words = tuple(form.format(colour) for form in _PAINTS[attributes.paint])
        facts.append(Fact("paint", 0.9, ("tattooed",) if attributes.paint == "tattoo" else (), words))
    return facts
