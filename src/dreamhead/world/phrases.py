"""The words captions use for each attribute: synonyms, from thresholds on the numbers."""

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


def surface_facts(attributes: Attributes) -> list[Fact]:
    """Everything that shows in the texture, besides skin colour and age."""
    a = attributes
    rows: list[tuple[bool, Fact]] = [
        (
            a.scales > 0.4,
            Fact(
                "scales",
                0.95,
                ("scaly", "reptilian", "scaled"),
                ("scales", "scaly skin", "reptile skin", "snake scales"),
            ),
        ),
        (
            a.stone > 0.45,
            Fact(
                "stone",
                0.95,
                ("stone", "rocky", "cracked"),
                ("stone skin", "cracked rock skin", "skin of stone", "a cracked stone surface"),
            ),
        ),
        (
            a.metal > 0.4,
            Fact(
                "metal",
                0.95,
                ("metal", "metallic", "robotic", "mechanical"),
                ("metal skin", "a metallic face", "metal plates", "panels and seams"),
            ),
        ),
        (
            a.bark > 0.4,
            Fact(
                "bark",
                0.95,
                ("wooden", "bark-skinned", "tree-like"),
                ("bark skin", "skin like tree bark", "wooden skin", "wood grain"),
            ),
        ),
        (
            a.undead > 0.5,
            Fact(
                "undead",
                0.95,
                ("undead", "rotting", "decaying", "dead", "zombified"),
                ("rotting skin", "decaying flesh", "dead skin", "open sores", "dark veins"),
            ),
        ),
        (
            a.freckles > 0.35,
            Fact(
                "freckles",
                0.8,
                ("freckled", "freckly"),
                ("freckles", "many freckles", "a freckled face", "freckled cheeks"),
            ),
        ),
        (a.spots > 0.4, Fact("spots", 0.55, (), ("age spots", "liver spots", "sun spots", "blotchy skin"))),
        (
            a.sunburn > 0.4,
            Fact(
                "sunburn",
                0.7,
                ("sunburned", "sunburnt", "red-faced"),
                ("a sunburn", "sunburned skin", "red burnt cheeks"),
            ),
        ),
        (
            a.redness > 0.8 and a.human and a.melanin < 0.4,
            Fact("redness", 0.45, ("ruddy", "red-cheeked"), ("ruddy cheeks", "a red nose", "a flushed face")),
        ),
        (
            a.blush > 0.45,
            Fact("blush", 0.45, ("rosy-cheeked",), ("rosy cheeks", "pink cheeks", "blushing cheeks")),
        ),
        (
            a.acne > 0.35,
            Fact("acne", 0.75, ("pimply", "spotty", "acne-ridden"), ("acne", "pimples", "spots", "bad skin")),
        ),
        (
            a.vitiligo > 0.4,
            Fact("vitiligo", 0.85, (), ("vitiligo", "white patches on the skin", "patchy skin")),
        ),
        (a.warts > 0.4, Fact("warts", 0.75, ("warty",), ("warts", "warts on the face", "bumpy skin"))),
        (
            a.tired > 0.8,
            Fact(
                "tired",
                0.55,
                ("tired", "exhausted", "weary", "sleepless"),
                ("dark circles under the eyes", "bags under the eyes", "tired eyes"),
            ),
        ),
        (
            a.dirt > 0.4,
            Fact(
                "dirt",
                0.8,
                ("dirty", "grimy", "filthy", "sooty"),
                ("a dirty face", "dirt on the face", "soot and grime", "mud on the skin"),
            ),
        ),
        (
            a.scars > 0,
            Fact(
                "scars",
                0.8,
                ("scarred",),
                ("a scar", "a scar on the cheek")
                if a.scars == 1
                else ("scars", "facial scars", "old scars", "battle scars"),
            ),
        ),
        (a.oil > 0.85, Fact("oil", 0.2, ("sweaty",), ("shiny skin", "oily skin"))),
        (
            a.liner > 0.55,
            Fact("liner", 0.45, (), ("eyeliner", "black eyeliner", "dark eyeliner", "kohl around the eyes")),
        ),
    ]
    facts = [fact for present, fact in rows if present]
    if a.lipstick:
        words = tuple(f"{a.lipstick} {noun}" for noun in ("lips", "lipstick"))
        facts.append(Fact("lipstick", 0.35 if a.lipstick in ("nude", "pink") else 0.75, (), words))
    if a.eyeshadow:
        facts.append(
            Fact(
                "eyeshadow",
                0.6,
                (),
                tuple(f"{a.eyeshadow} {noun}" for noun in ("eyeshadow", "eye shadow", "eye make-up")),
            )
        )
    if a.lipstick and a.eyeshadow and a.liner > 0.3:
        facts.append(
            Fact("makeup", 0.5, ("made-up", "glamorous"), ("heavy make-up", "makeup", "full make-up"))
        )
    if a.paint:
        facts.append(_paint_fact(a))
    return facts


def hair_facts(attributes: Attributes) -> list[Fact]:
    """Eyes, hair, beard, brows and hat."""
    a = attributes
    facts = [
        Fact(
            "eyes",
            0.75 if a.eyes in ("red", "yellow", "white", "black", "violet", "orange") else 0.45,
            (),
            tuple(f"{word} eyes" for word in _EYE_WORDS[a.eyes]),
        )
    ]
    colours = _HAIR_WORDS[a.hair_colour]
    covered = a.headwear != "none"
    if a.hair == "bald" and not covered:
        facts.append(
            Fact(
                "hair",
                0.45,
                ("bald", "bald-headed", "hairless"),
                ("a bald head", "no hair", "a shaved head", "a smooth scalp"),
            )
        )
    elif a.hair == "buzz" and not covered:
        facts.append(
            Fact(
                "hair",
                0.4,
                ("crop-haired",),
                (
                    "a buzz cut",
                    "a shaved head",
                    "very short hair",
                    "cropped hair",
                    f"short {colours[0]} stubble on the head",
                ),
            )
        )
    elif a.hair in ("short", "long", "wavy", "bun", "afro"):
        style = {
            "short": ("short {} hair", "{} hair", "a short {} haircut", "{} hair cut short"),
            "long": ("long {} hair", "{} hair", "long straight {} hair", "long flowing {} hair"),
            "wavy": ("wavy {} hair", "{} hair", "curly {} hair", "tousled {} hair"),
            "bun": ("{} hair in a bun", "a {} bun", "{} hair tied back", "{} hair pinned up"),
            "afro": ("an afro", "a {} afro", "frizzy {} hair", "big curly {} hair"),
        }[a.hair]
        adjectives = tuple(f"{colour}-haired" for colour in colours[:3])
        weight = 0.75 if a.hair_colour in ("green", "blue", "pink", "purple", "red", "white") else 0.45
        facts.append(
            Fact(
                "hair", weight, adjectives, tuple(form.format(colour) for form in style for colour in colours)
            )
        )
    if a.beard == "beard":
        phrases = tuple(
            form.format(colour)
            for form in (
                "a {} beard",
                "a full {} beard",
                "a long {} beard",
                "a thick {} beard",
                "a bushy {} beard",
            )
            for colour in colours
        )
        facts.append(
            Fact("beard", 0.85, ("bearded", f"{colours[0]}-bearded"), (*phrases, "a beard", "a full beard"))
        )
    elif a.beard == "moustache":
        facts.append(
            Fact(
                "beard",
                0.75,
                ("moustached", "mustachioed"),
                (
                    *(f"a {colour} moustache" for colour in colours),
                    "a moustache",
                    "a mustache",
                    "a thick moustache",
                ),
            )
        )
    elif a.beard == "stubble":
        facts.append(
            Fact(
                "beard",
                0.55,
                ("unshaven", "stubbly"),
                (
                    "stubble",
                    "designer stubble",
                    "an unshaven chin",
                    "a five o'clock shadow",
                    "a short stubble beard",
                ),
            )
        )
    elif a.sex == "male" and a.years > 20 and a.human:
        facts.append(Fact("beard", 0.2, ("clean-shaven",), ("a clean-shaven face", "no beard")))
    if a.brows > 1.15:
        facts.append(
            Fact("brows", 0.35, (), ("bushy eyebrows", "thick eyebrows", f"bushy {colours[0]} eyebrows"))
        )
    elif a.brows < 0.1:
        facts.append(Fact("brows", 0.1, (), ("no eyebrows",)))
    if a.headwear == "sailors_cap":
        facts.append(
            Fact("headwear", 0.6, (), ("a sailor's cap", "a captain's hat", "a sailor hat", "a peaked cap"))
        )
    elif a.headwear == "beanie":
        facts.append(Fact("headwear", 0.6, (), ("a beanie", "a woolly hat", "a knitted cap", "a wool cap")))
    return facts


def _paint_fact(attributes: Attributes) -> Fact:
    colour = attributes.paint_colour or "white"
    phrases = {
        "clown": ("clown make-up", "a red clown nose", "clown face paint", "a painted clown face"),
        "mime": ("a white painted face", "mime make-up", "white face paint", "a whitened face"),
        "skull": ("skull make-up", "a skull painted on the face", "skull face paint"),
        "war": (f"{colour} war paint", f"{colour} face paint", f"tribal {colour} paint"),
        "tattoo": ("face tattoos", "tribal tattoos", "a tattooed face", "tattoos on the face"),
        "stripes": (f"{colour} stripes on the face", f"{colour} stripes", f"{colour} striped skin"),
        "mask": (f"a {colour} mask over the eyes", f"a {colour} eye mask", f"a {colour} painted mask"),
    }[attributes.paint]
    return Fact("paint", 0.9, ("tattooed",) if attributes.paint == "tattoo" else (), phrases)
