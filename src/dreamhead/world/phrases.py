"""The words captions use for who someone is: sex, age, skin colour and shape, from thresholds on the numbers."""

from __future__ import annotations

from dataclasses import dataclass

from dreamhead.world.attributes import Attributes


@dataclass(frozen=True)
class Fact:
    """One thing a caption may say.

    about: the attribute.  weight: how striking it is (0..1).  adjectives go before the noun, phrases after
    "with"; either may be empty.
    """

    about: str
    weight: float
    adjectives: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


_CREATURE_WORDS = {
    "green": ("green", "emerald green", "bright green", "leaf-green"),
    "dark green": ("dark green", "deep green", "green", "mossy green"),
    "blue": ("blue", "sky-blue", "bright blue", "azure"),
    "dark blue": ("dark blue", "navy blue", "deep blue", "blue"),
    "teal": ("teal", "turquoise", "cyan", "sea-green"),
    "red": ("red", "crimson", "scarlet", "blood-red"),
    "purple": ("purple", "violet", "lilac", "mauve"),
    "grey": ("grey", "gray", "ashen grey", "ash-grey"),
    "gold": ("gold", "golden", "gilded"),
    "white": ("white", "chalk-white", "snow-white", "paper-white"),
    "orange": ("orange", "bright orange", "amber-coloured"),
    "yellow": ("yellow", "lemon-yellow", "bright yellow"),
    "pink": ("pink", "bubblegum pink", "rose-pink"),
    "black": ("jet-black", "coal-black", "pitch-black"),
    "silver": ("silver", "silvery", "chrome"),
    "bronze": ("bronze", "copper", "brass-coloured"),
    "brown stone": ("brown-grey", "clay-coloured", "earth-brown"),
}
_SLIDER_WORDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # (low, high)
    "nose_width": (("a narrow nose", "a thin nose"), ("a wide nose", "a broad nose", "a flat wide nose")),
    "nose_length": (("a short nose", "a small nose"), ("a long nose",)),
    "nose_projection": (("a flat nose", "a small nose"), ("a big nose", "a large nose", "a prominent nose")),
    "nose_hump": (
        ("a scooped nose", "a concave nose"),
        ("a hooked nose", "a hump on the nose", "an aquiline nose", "a roman nose"),
    ),
    "nose_tip_up": (("a drooping nose",), ("an upturned nose", "a snub nose")),
    "lip_upper": (("a thin upper lip",), ("full lips", "a full upper lip", "plump lips")),
    "lip_lower": (("thin lips",), ("a full lower lip", "thick lips", "big lips")),
    "mouth_width": (("a small mouth", "a narrow mouth"), ("a wide mouth", "a big mouth")),
    "eye_size": (("small eyes", "narrow eyes"), ("big eyes", "large eyes", "huge eyes")),
    "eye_spacing": (("close-set eyes",), ("wide-set eyes",)),
    "eye_depth": (("bulging eyes",), ("deep-set eyes", "sunken eyes")),
    "eye_tilt": (("downturned eyes", "sad eyes"), ("slanted eyes", "upturned eyes", "cat eyes")),
    "eye_hooded": (("open lids",), ("hooded eyes", "heavy lids")),
    "ear_size": (("small ears",), ("big ears", "large ears")),
    "ear_protrusion": (("flat ears",), ("protruding ears", "ears that stick out", "jug ears")),
    "brow_ridge": (("a smooth brow",), ("a heavy brow", "a prominent brow ridge", "a strong brow")),
    "forehead_height": (("a low forehead",), ("a high forehead", "a tall forehead")),
    "cheekbone": (("flat cheeks",), ("high cheekbones", "sharp cheekbones", "prominent cheekbones")),
    "chin_projection": (
        ("a weak chin", "a receding chin"),
        ("a strong chin", "a jutting chin", "a protruding chin"),
    ),
    "chin_width": (("a pointed chin", "a narrow chin"), ("a broad chin", "a square chin")),
    "chin_cleft": ((), ("a cleft chin", "a dimpled chin")),
    "jaw_angle": (("a soft jaw",), ("a square jaw", "a strong jaw", "a chiselled jaw")),
    "face_length": (("a short face",), ("a long face",)),
    "neck_width": (("a thin neck", "a slender neck"), ("a thick neck", "a bull neck")),
    "cranium_height": (("a flat skull",), ("a tall head", "a high domed head", "a big skull")),
}


def person_nouns(attributes: Attributes) -> tuple[str, ...]:
    """What to call someone of this sex and age."""
    years, male = attributes.years, attributes.sex == "male"
    if years < 1.5:
        return ("baby", "infant", "newborn", "baby boy" if male else "baby girl")
    if years < 4:
        return ("toddler", "small child", "little child", "little boy" if male else "little girl")
    if years < 13:
        return (
            ("boy", "child", "kid", "young boy", "lad")
            if male
            else ("girl", "child", "kid", "young girl", "lass")
        )
    if years < 18:
        common = ("teenager", "teen", "adolescent")
        return (*common, "teenage boy", "youth") if male else (*common, "teenage girl", "young girl")
    if years > 66:
        if male:
            return ("man", "old man", "elderly man", "gentleman", "grandfather", "male pensioner")
        return ("woman", "old woman", "elderly lady", "lady", "grandmother", "female pensioner")
    if male:
        return ("man", "man", "man", "guy", "male", "gentleman", "fellow", "person")
    return ("woman", "woman", "woman", "lady", "female", "person")


def age_fact(attributes: Attributes) -> Fact:
    """How old, in words and sometimes in years."""
    years = attributes.years
    number = (f"{int(years)}-year-old", f"{int(years)} year old")
    if years < 18:
        words: tuple[str, ...] = ("young", "little") if years < 13 else ("young", "teenage", *number)
        return Fact("years", 0.3, words)
    if years < 32:
        return Fact(
            "years",
            0.4,
            ("young", "youthful", "twenty-something", "fresh-faced", *number),
            ("smooth skin", "a youthful face"),
        )
    if years < 45:
        return Fact("years", 0.25, ("adult", "grown", "thirty-something", *number), ())
    if years < 62:
        return Fact(
            "years",
            0.5,
            ("middle-aged", "mature", "middle aged", *number),
            ("some wrinkles", "crow's feet", "laugh lines"),
        )
    old = (
        "old",
        "elderly",
        "aged",
        "wrinkled",
        "aging",
        "senior",
        "ancient" if years > 80 else "old",
        *number,
    )
    return Fact(
        "years",
        0.85,
        old,
        ("wrinkles", "deep wrinkles", "wrinkled skin", "a lined face", "a weathered old face", "furrows"),
    )


def skin_fact(attributes: Attributes) -> Fact:
    """The colour of the skin: a creature's strikingly, a human's by melanin."""
    if attributes.creature:
        words = _CREATURE_WORDS[attributes.creature]
        adjectives = (*words, *(f"{word}-skinned" for word in words[:2]))
        return Fact("creature", 1.0, adjectives, tuple(f"{word} skin" for word in words))
    tones: tuple[str, ...]
    phrases: tuple[str, ...]
    melanin = attributes.melanin + 0.2 * attributes.tan
    if melanin < 0.1:
        tones, weight = ("pale", "very pale", "fair-skinned", "pallid", "white", "porcelain"), 0.6
        phrases = ("pale skin", "very pale skin", "porcelain skin", "ivory skin", "white skin")
    elif melanin < 0.28:
        tones, weight = ("fair-skinned", "light-skinned", "fair", "white", "caucasian"), 0.35
        phrases = ("fair skin", "light skin", "a light complexion")
    elif melanin < 0.48:
        if attributes.tan > 0.4:
            tones, phrases = (
                ("tanned", "suntanned", "weathered"),
                ("tanned skin", "a suntan", "sun-kissed skin", "bronzed skin"),
            )
        else:
            tones = ("olive-skinned", "mediterranean", "light brown-skinned", "tanned")
            phrases = ("olive skin", "an olive complexion", "tan skin")
        weight = 0.5
    elif melanin < 0.72:
        tones, weight = ("brown-skinned", "brown", "dark-skinned", "tan-skinned"), 0.65
        phrases = ("brown skin", "a brown complexion", "caramel skin", "tan brown skin")
    elif melanin < 0.92:
        tones, weight = ("dark-skinned", "black", "dark brown-skinned", "african"), 0.8
        phrases = ("dark skin", "dark brown skin", "a dark complexion", "black skin")
    else:
        tones, weight = ("black", "very dark-skinned", "dark-skinned", "african", "ebony-skinned"), 0.85
        phrases = ("very dark skin", "black skin", "ebony skin", "deep dark skin")
    return Fact("melanin", weight, tones, phrases)


def shape_facts(attributes: Attributes) -> list[Fact]:
    """What can be seen on a plain grey cast: build, width, features."""
    facts: list[Fact] = []
    words: tuple[str, ...]
    if attributes.weight > 0.4:
        strong = attributes.weight > 0.75
        words = (
            ("fat", "obese", "very fat", "corpulent")
            if strong
            else ("chubby", "plump", "fat", "overweight", "stout", "heavy")
        )
        facts.append(
            Fact(
                "weight",
                0.8,
                words,
                ("a double chin", "chubby cheeks", "a fat face", "a fleshy face", "full cheeks"),
            )
        )
    elif attributes.weight < -0.4:
        words = ("gaunt", "thin", "skinny", "bony", "lean", "haggard", "emaciated")
        facts.append(
            Fact(
                "weight",
                0.75,
                words,
                ("hollow cheeks", "sunken cheeks", "a gaunt face", "a thin face", "a bony face"),
            )
        )
    if attributes.width > 0.42:
        words = ("wide-faced", "broad-faced", "round-faced", "square-faced")
        facts.append(Fact("width", 0.7, words, ("a wide face", "a broad face", "a round face", "a wide jaw")))
    elif attributes.width < -0.42:
        facts.append(
            Fact(
                "width",
                0.7,
                ("narrow-faced", "slim-faced"),
                ("a narrow face", "a slim face", "a slender face", "a long narrow face"),
            )
        )
    for name, (low, high) in _SLIDER_WORDS.items():
        value = attributes.sliders.get(name, 0.0)
        phrases = high if value > 0 else low
        if abs(value) > 0.55 and phrases:
            facts.append(Fact(name, min(0.35 + 0.35 * (abs(value) - 0.55), 0.75), (), phrases))
    return facts
