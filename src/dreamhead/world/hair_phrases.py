"""The words captions use for eyes, hair, beards, brows and hats."""

from __future__ import annotations

from collections.abc import Mapping

from dreamhead.world.attributes import Attributes
from dreamhead.world.phrases import Fact

_HAIR_WORDS = {
    "black": ("black", "jet-black", "raven-black", "dark"),
    "dark brown": ("dark brown", "brunette", "dark", "chocolate brown"),
    "brown": ("brown", "chestnut", "brunette"),
    "light brown": ("light brown", "mousy brown", "brown"),
    "blonde": ("blonde", "blond", "fair", "golden", "flaxen"),
    "red": ("red", "ginger", "copper", "orange"),
    "auburn": ("auburn", "dark red", "reddish-brown"),
    "grey": ("grey", "gray", "greying", "silver", "salt-and-pepper"),
    "white": ("white", "snow-white", "silver-white"),
    "green": ("green", "dyed green", "bright green"),
    "blue": ("blue", "dyed blue", "bright blue"),
    "pink": ("pink", "dyed pink", "bright pink"),
    "purple": ("purple", "dyed purple", "violet"),
}
_EYE_WORDS = {
    "dark brown": ("dark brown", "dark", "brown"),
    "brown": ("brown", "warm brown"),
    "hazel": ("hazel", "greenish-brown"),
    "green": ("green", "emerald"),
    "blue": ("blue", "bright blue", "sky-blue"),
    "grey": ("grey", "gray", "steel-grey"),
    "amber": ("amber", "golden"),
    "yellow": ("yellow", "glowing yellow"),
    "orange": ("orange", "fiery orange"),
    "red": ("red", "blood-red", "glowing red"),
    "violet": ("violet", "purple"),
    "white": ("white", "milky", "blind white"),
    "black": ("black", "jet-black", "all-black"),
}
# {} is the hair's colour.
_STYLES: Mapping[str, tuple[str, ...]] = {
    "bald": ("a bald head", "no hair", "a shaved head", "a smooth scalp"),
    "buzz": (
        "a buzz cut",
        "very short hair",
        "cropped hair",
        "closely cropped {} hair",
        "short {} stubble on the head",
    ),
    "short": ("short {} hair", "{} hair", "a short {} haircut", "{} hair cut short"),
    "crew": ("a crew cut", "a {} crew cut", "a flat top", "short {} hair", "a military haircut"),
    "side_part": (
        "a side parting",
        "neat {} hair",
        "side-parted {} hair",
        "short {} hair parted at the side",
    ),
    "slicked_back": ("slicked-back {} hair", "{} hair combed back", "swept-back {} hair", "greased {} hair"),
    "pompadour": ("a {} pompadour", "a pompadour", "a {} quiff", "a rockabilly haircut"),
    "undercut": ("an undercut", "a {} undercut", "shaved sides", "a fade haircut"),
    "bowl": ("a bowl cut", "a {} bowl cut", "a mushroom haircut", "a {} page-boy cut"),
    "long": ("long {} hair", "{} hair", "long straight {} hair", "long flowing {} hair"),
    "parted": ("long {} hair parted in the middle", "a centre parting", "{} hair", "long {} hair"),
    "bob": ("a {} bob", "a bob haircut", "chin-length {} hair", "bobbed {} hair", "{} hair"),
    "fringe": ("long {} hair with a fringe", "{} bangs", "a fringe", "long {} hair and bangs", "{} hair"),
    "wavy": ("wavy {} hair", "{} hair", "long wavy {} hair", "tousled {} hair", "{} waves"),
    "curly": ("curly {} hair", "{} curls", "a head of {} curls", "{} ringlets"),
    "long_curly": ("long curly {} hair", "long {} curls", "a mane of {} curls", "long {} ringlets"),
    "afro": ("an afro", "a {} afro", "frizzy {} hair", "big frizzy {} hair"),
    "twists": ("short {} twists", "coily {} hair", "twisted {} coils", "short coils"),
    "dreadlocks": ("dreadlocks", "{} dreadlocks", "{} dreads", "long locs"),
    "box_braids": ("box braids", "{} box braids", "many thin braids", "many thin {} plaits"),
    "cornrows": ("cornrows", "{} cornrows", "hair braided in rows"),
    "bun": ("{} hair in a bun", "a {} bun", "a bun", "{} hair pinned up"),
    "top_knot": ("a top knot", "a {} top knot", "a man bun", "a samurai knot"),
    "ponytail": ("a ponytail", "a {} ponytail", "{} hair tied back", "{} hair in a ponytail"),
    "pigtails": ("pigtails", "{} pigtails", "{} hair in bunches", "twin tails"),
    "braid": ("a long {} braid", "a braid", "a {} plait", "a single braid", "braided {} hair"),
    "braids": ("two braids", "{} braids", "two {} plaits", "{} hair in two braids"),
    "mohawk": ("a mohawk", "a {} mohawk", "a mohican", "a crest of {} hair"),
    "spiky": ("spiky {} hair", "{} spikes", "spiked {} hair", "{} hair standing on end"),
    "pixie": ("a pixie cut", "a {} pixie cut", "short elfin {} hair", "short {} hair"),
    "shaggy": ("shaggy {} hair", "messy {} hair", "unkempt {} hair", "a mop of {} hair"),
    "mullet": ("a mullet", "a {} mullet", "{} hair long at the back"),
    "receding": ("a receding hairline", "receding {} hair", "thinning {} hair", "a widow's peak"),
    "balding": ("a bald crown", "{} hair only at the sides", "a bald top", "a horseshoe of {} hair"),
    "tonsure": ("a tonsure", "a shaved crown", "a ring of {} hair"),
}
_STYLE_ADJECTIVES: Mapping[str, tuple[str, ...]] = {
    "bald": ("bald", "bald-headed", "hairless"),
    "buzz": ("crop-haired",),
    "balding": ("balding",),
    "tonsure": ("tonsured",),
    "curly": ("curly-haired",),
    "long_curly": ("curly-haired",),
    "long": ("long-haired",),
    "short": ("short-haired",),
    "shaggy": ("shaggy-haired", "unkempt"),
}
_STRIKING_STYLES = frozenset(
    [
        "mohawk", "spiky", "dreadlocks", "box_braids", "cornrows", "afro", "mullet", "tonsure", "pompadour", "pigtails",
        "braids", "top_knot",
    ]
)  # fmt: skip
_STRIKING_COLOURS = frozenset(["green", "blue", "pink", "purple", "red", "white"])
_BEARDS: Mapping[str, tuple[float, tuple[str, ...], tuple[str, ...]]] = {  # weight, adjectives, phrases
    "stubble": (0.55, ("unshaven", "stubbly"),
                ("stubble", "designer stubble", "an unshaven chin", "a five o'clock shadow", "a short stubble beard")),
    "moustache": (0.75, ("moustached", "mustachioed"),
                  ("a {} moustache", "a {} moustache", "a moustache", "a mustache", "a thick moustache")),
    "handlebar": (0.8, ("moustached",), ("a handlebar moustache", "a curled {} moustache", "a twirled moustache")),
    "walrus": (0.8, ("moustached",), ("a walrus moustache", "a bushy {} moustache", "a drooping {} moustache")),
    "goatee": (0.75, (), ("a goatee", "a {} goatee", "a pointed {} beard", "a chin beard")),
    "van_dyke": (0.75, (), ("a van dyke beard", "a {} goatee and moustache", "a circle beard")),
    "soul_patch": (0.6, (), ("a soul patch", "a tuft under the lip")),
    "boxed": (0.7, ("bearded",), ("a short {} beard", "a trimmed beard", "a neat {} beard", "a cropped {} beard")),
    "beard": (0.85, ("bearded",),
              ("a {} beard", "a {} beard", "a full {} beard", "a thick {} beard", "a bushy {} beard", "a beard",
               "a full beard")),
    "long_beard": (0.9, ("long-bearded",), ("a long {} beard", "a very long beard", "a flowing {} beard")),
    "chin_curtain": (0.75, (), ("a chin curtain beard", "a whaler's beard", "a {} beard along the jaw")),
    "sideburns": (0.75, (), ("mutton chops", "{} sideburns", "sideburns", "{} side whiskers")),
}  # fmt: skip
_HEADWEAR: Mapping[str, tuple[str, ...]] = {
    "sailors_cap": ("a sailor's cap", "a captain's hat", "a sailor hat", "a peaked cap"),
    "beanie": ("a beanie", "a woolly hat", "a knitted cap", "a wool cap"),
}
_STRIKING_EYES = frozenset(["red", "yellow", "white", "black", "violet", "orange"])


def hair_facts(attributes: Attributes) -> list[Fact]:
    """Eyes, hair, beard, brows and hat."""
    colours = _HAIR_WORDS[attributes.hair_colour]
    eyes = tuple(f"{word} eyes" for word in _EYE_WORDS[attributes.eyes])
    facts = [Fact("eyes", 0.75 if attributes.eyes in _STRIKING_EYES else 0.45, (), eyes)]
    if attributes.headwear == "none" or attributes.hair not in ("bald", "buzz"):
        facts.append(_style_fact(attributes, colours))
    if attributes.beard != "none":
        weight, adjectives, forms = _BEARDS[attributes.beard]
        if attributes.beard == "beard":
            adjectives = (*adjectives, f"{colours[0]}-bearded")
        facts.append(Fact("beard", weight, adjectives, _coloured(forms, colours)))
    elif attributes.sex == "male" and attributes.years > 20 and attributes.human:
        facts.append(Fact("beard", 0.2, ("clean-shaven",), ("a clean-shaven face", "no beard")))
    if attributes.brows > 1.15:
        bushy = ("bushy eyebrows", "thick eyebrows", f"bushy {colours[0]} eyebrows")
        facts.append(Fact("brows", 0.35, (), bushy))
    elif attributes.brows < 0.1:
        facts.append(Fact("brows", 0.1, (), ("no eyebrows",)))
    if attributes.headwear in _HEADWEAR:
        facts.append(Fact("headwear", 0.6, (), _HEADWEAR[attributes.headwear]))
    return facts


def _style_fact(attributes: Attributes, colours: tuple[str, ...]) -> Fact:
    style = attributes.hair
    adjectives = _STYLE_ADJECTIVES.get(style, ())
    if style != "bald":
        adjectives = (*adjectives, *(f"{colour}-haired" for colour in colours[:3]))
    striking = style in _STRIKING_STYLES or (style != "bald" and attributes.hair_colour in _STRIKING_COLOURS)
    return Fact("hair", 0.75 if striking else 0.45, adjectives, _coloured(_STYLES[style], colours))


def _coloured(forms: tuple[str, ...], colours: tuple[str, ...]) -> tuple[str, ...]:
    """Every form in every colour; one without a colour once for each, so that it is as likely."""
    return tuple(form.format(colour) for form in forms for colour in colours)
