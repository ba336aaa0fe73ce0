"""What a sentence says of things worn: which items it names, which it refuses, and in what colour.

English only, by words: phrases are matched longest first on word stems, a refusal ("no", "without", "not", "-less")
reaches as far as its noun phrase does.  What no rule knows is left to the regression and the text tower.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from dreamhead.head.wardrobe.items import ITEMS

Colour = tuple[float, float, float]

# Nouns that ask for something in a slot without saying what, and the item they mean where nothing else tells
# ("" leaves it to the text tower).
GENERIC: Mapping[str, Mapping[str, str]] = {
    "hair": {"hair": ""},
    "beard": {"beard": "beard", "bearded": "beard", "facial hair": "beard", "whiskers": "beard"},
    "brows": {"eyebrow": "", "brow": ""},
    "headwear": {"hat": "", "cap": "baseball_cap", "headgear": "", "headwear": "", "headdress": ""},
    "glasses": {
        "glasses": "square", "spectacles": "round", "bespectacled": "round", "eyeglasses": "square",
        "eyewear": "square",
    },
    "patch": {"eye cover": "eye_patch"},
    "earrings": {"earring": "studs", "ear ring": "studs", "jewellery": "studs", "jewelry": "studs"},
}  # fmt: skip
# Plain names of hair that may stand alone; others only before their noun ("long hair").
ALONE = (
    "bald", "buzz cut", "afro", "mohawk", "mullet", "ponytail", "pigtails", "braids", "dreadlocks", "cornrows",
    "pompadour", "undercut", "bun", "bob haircut", "stubble", "moustache", "mustache", "goatee", "sideburns",
)  # fmt: skip
NOUNS: Mapping[str, tuple[str, ...]] = {
    "hair": ("hair", "haircut"),
    "beard": ("beard",),
    "brows": ("brows", "eyebrows"),
}
# Phrases that look like an item and are none.
DECOYS = (
    "hooded eye", "hooded lid", "hooded eyelid", "cap of hair", "crown of the head", "bald eagle", "glass eye",
    "glasses of", "hair band", "bald patch",
)  # fmt: skip
_NEGATORS = "no not without lacking lacks minus never nor neither sans isn't doesn't hasn't don't"
_BARRIERS = "with but wearing in on who that which whose has have had is are wears plus under over beneath . , ; : ( )"
NEGATORS = frozenset(_NEGATORS.split())
BARRIERS = frozenset(_BARRIERS.split())
TAKEN_OFF = frozenset({"removed", "off", "missing", "absent"})
ARTICLES = frozenset({"a", "an", "the", "his", "her", "their", "its", "any", "some", "one"})
JOINERS = frozenset({"and", "or", "nor"})
PREPOSITIONS = frozenset(
    {"in", "on", "over", "of", "to", "around", "through", "at"}
)  # an article may follow them
MOST_BETWEEN = 2  # words that may stand inside a phrase: "round" (gold-rimmed) "glasses"
COLOURS: Mapping[str, Colour] = {
    "black": (0.010, 0.010, 0.011), "white": (0.78, 0.77, 0.74), "grey": (0.20, 0.20, 0.21), "gray": (0.20, 0.20, 0.21),
    "red": (0.42, 0.015, 0.015), "crimson": (0.30, 0.008, 0.022), "scarlet": (0.52, 0.022, 0.012),
    "maroon": (0.13, 0.008, 0.014), "burgundy": (0.11, 0.008, 0.018), "pink": (0.72, 0.20, 0.34),
    "orange": (0.70, 0.19, 0.015), "yellow": (0.75, 0.52, 0.03), "green": (0.025, 0.17, 0.035),
    "olive": (0.10, 0.11, 0.025), "teal": (0.01, 0.16, 0.17), "turquoise": (0.04, 0.42, 0.40),
    "blue": (0.018, 0.06, 0.32), "navy": (0.010, 0.016, 0.060), "purple": (0.115, 0.018, 0.21),
    "violet": (0.17, 0.04, 0.35), "brown": (0.085, 0.040, 0.018), "tan": (0.36, 0.21, 0.105),
    "beige": (0.55, 0.44, 0.30), "cream": (0.78, 0.70, 0.52), "khaki": (0.28, 0.22, 0.11),
    "gold": (0.83, 0.53, 0.14), "golden": (0.83, 0.53, 0.14), "silver": (0.80, 0.80, 0.82), "brass": (0.68, 0.46, 0.16),
    "bronze": (0.40, 0.22, 0.09), "copper": (0.62, 0.26, 0.13), "iron": (0.36, 0.35, 0.34), "steel": (0.56, 0.56, 0.57),
}  # fmt: skip
SHADES: Mapping[str, float] = {"dark": 0.35, "light": 1.8, "pale": 1.8, "bright": 1.4, "faded": 1.2}


@dataclass(frozen=True)
class Wishes:
    """What a sentence says of the wardrobe."""

    asked: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # slot -> item it names
    generic: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # slot -> item, "" for any
    expected: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # slot -> its people's item
    colours: Mapping[str, Colour] = field(default_factory=lambda: MappingProxyType({}))  # slot -> linear RGB
    refused_slots: frozenset[str] = frozenset()
    refused_items: frozenset[tuple[str, str]] = frozenset()  # (slot, item)
    affirmed: str = ""  # the sentence without what it refuses

    def refuses(self, slot: str, item: str) -> bool:
        """Whether the sentence says that this is not worn."""
        return slot in self.refused_slots or (slot, item) in self.refused_items


def read_wishes(sentence: str) -> Wishes:
    """What a sentence says of things worn."""
    tokens = _tokens(sentence)
    stems = [_stem(token.text) for token in tokens]
    negated, negators = _negated(tokens)
    asked: dict[str, tuple[int, str]] = {}
    generic: dict[str, str] = {}
    expected: dict[str, str] = {}
    colours: dict[str, Colour] = {}
    slots, items = set(), set()
    cut = set(negators)
    for match in _matches(stems):
        phrase = match.phrase
        if any(negated[place] for place in match.places) or _taken_off(tokens, match):
            cut |= set(match.places) | _run(negated, match.places)
            if phrase.kind == "item" and phrase.item != "none":
                items.add((phrase.slot, phrase.item))
            if phrase.kind == "generic" or phrase.slot not in ("hair", "beard", "brows"):
                slots.add(phrase.slot)
            continue
        if phrase.kind == "item" and phrase.item == "none":
            slots.add(phrase.slot)  # clean-shaven, bareheaded
        elif phrase.kind == "item":
            weight = len(phrase.words)
            if phrase.slot not in asked or weight > asked[phrase.slot][0]:
                asked[phrase.slot] = (weight, phrase.item)
        elif phrase.kind == "generic":
            generic.setdefault(phrase.slot, phrase.item)
        elif phrase.kind == "wearer":
            expected.setdefault(phrase.slot, phrase.item)
        if phrase.kind in ("item", "generic") and (colour := _colour_before(stems, match.places[0])):
            colours[phrase.slot] = colour
    slots |= _less(stems, cut)
    affirmed = _without(sentence, tokens, cut) if len(cut) > len(negators) else sentence
    slots -= set(asked)
    return Wishes(
        {slot: item for slot, (_, item) in asked.items()},
        {slot: item for slot, item in generic.items() if slot not in slots},
        expected,
        colours,
        frozenset(slots),
        frozenset(items),
        affirmed,
    )


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    stop: int


@dataclass(frozen=True)
class _Phrase:
    words: tuple[str, ...]  # stems
    kind: str  # item, generic, wearer, decoy
    slot: str = ""
    item: str = ""


@dataclass(frozen=True)
class _Match:
    phrase: _Phrase
    places: tuple[int, ...]


def _tokens(sentence: str) -> list[_Token]:
    text = sentence.lower().replace("’", "'")
    return [_Token(m.group(), m.start(), m.end()) for m in re.finditer(r"[a-z]+(?:'[a-z]+)?|[.,;:()]", text)]


def _stem(word: str) -> str:
    """A word without its possessive or plural s."""
    word = word if word.endswith("n't") else word.partition("'")[0]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(_stem(token.text) for token in _tokens(phrase) if token.text not in ARTICLES)


@cache
def _phrases() -> tuple[_Phrase, ...]:
    """Every phrase that means something, the longest first; of two alike the first named."""
    found = [_Phrase(_stems(text), "decoy") for text in DECOYS]
    for slot, words in GENERIC.items():
        found += [_Phrase(_stems(text), "generic", slot, item) for text, item in words.items()]
    for slot, items in ITEMS.items():
        for item in items.values():
            found += [
                _Phrase(words, "item", slot, item.name) for words in _names(slot, item.name, item.names)
            ]
            found += [_Phrase(_stems(text), "wearer", slot, item.name) for text in item.wearers]
    kinds = ("decoy", "generic", "item", "wearer")
    found = [
        phrase for phrase in found if phrase.words and not NEGATORS & set(phrase.words)
    ]  # a refusal says that
    return tuple(sorted(found, key=lambda phrase: (-len(phrase.words), kinds.index(phrase.kind))))


def _names(slot: str, name: str, names: Iterable[str]) -> list[tuple[str, ...]]:
    plain = name.replace("_", " ")
    own = [plain] if plain in ALONE or (slot in ("headwear", "patch") and "_" in name) else []
    own += [alone for alone in ALONE if alone.startswith(f"{plain} ")]
    if name != "none":
        own += [
            plain if plain.endswith(noun) else f"{plain} {noun}"
            for noun in NOUNS.get(slot, ())
            if plain != noun
        ]
    return [_stems(text) for text in dict.fromkeys([*own, *names])]


def _matches(stems: Sequence[str]) -> list[_Match]:
    """Phrases in a sentence, longest first, none sharing a word with another; in the sentence's order."""
    taken = [False] * len(stems)
    found = []
    for phrase in _phrases():
        for start, stem in enumerate(stems):
            if stem != phrase.words[0] or taken[start]:
                continue
            places = _placed(stems, taken, start, phrase.words)
            if places is not None:
                for place in places:
                    taken[place] = True
                found.append(_Match(phrase, places))
    return sorted(found, key=lambda match: match.places[0])


def _placed(
    stems: Sequence[str], taken: Sequence[bool], start: int, words: tuple[str, ...]
) -> tuple[int, ...] | None:
    """Where a phrase's words stand from start on, in order, few others between; None where they do not."""
    places = [start]
    passed = ARTICLES if PREPOSITIONS & set(words) else frozenset()
    spare = MOST_BETWEEN if len(words) > 1 else 0
    for word in words[1:]:
        place = places[-1] + 1
        while place < len(stems) and stems[place] != word:
            if stems[place] in passed:
                place += 1
                continue
            if spare == 0 or stems[place] in BARRIERS | ARTICLES | JOINERS or taken[place]:
                return None
            spare -= 1
            place += 1
        if place >= len(stems) or taken[place]:
            return None
        places.append(place)
    return tuple(places)


def _negated(tokens: Sequence[_Token]) -> tuple[list[int], set[int]]:
    """For each word the number of the refusal that reaches it (0: none), and the refusing words' places."""
    reached = [0] * len(tokens)
    negators = set()
    words = [token.text for token in tokens]
    for index, word in enumerate(words):
        if word not in NEGATORS:
            continue
        if word == "without" and index and words[index - 1] in ("not", "never"):
            continue
        negators.add(index)
        if index + 1 < len(words) and words[index + 1] == "without":
            negators.discard(index)
            continue
        place = index + 1
        if place < len(words) and words[place] in (
            "wearing",
            "in",
            "with",
            "have",
            "has",
            "wear",
            "even",
            "a",
        ):
            place += 1
        while place < len(words):
            here = words[place]
            following = words[place + 1] if place + 1 < len(words) else ""
            if here in NEGATORS or (here in BARRIERS and not (here == "," and following in ("or", "nor"))):
                break
            if here == "and" and (following in ARTICLES | BARRIERS | NEGATORS):
                break
            reached[place] = index + 1
            place += 1
    return reached, negators


def _taken_off(tokens: Sequence[_Token], match: _Match) -> bool:
    """Whether "removed", "off" and the like stand right beside an item."""
    before, after = match.places[0] - 1, match.places[-1] + 1
    while before >= 0 and tokens[before].text in ARTICLES:
        before -= 1
    beside = [tokens[place].text for place in (before, after) if 0 <= place < len(tokens)]
    return any(word in TAKEN_OFF for word in beside)


def _run(negated: Sequence[int], places: tuple[int, ...]) -> set[int]:
    """The words that the refusal of a match reaches up to it: its articles and adjectives."""
    number = max(negated[place] for place in places)
    return {place for place in range(max(places) + 1) if number and negated[place] == number}


def _less(stems: Sequence[str], cut: set[int]) -> set[str]:
    """Slots of words such as hatless and beardless, which are added to what is cut; "bald" is left to the items."""
    slots = set()
    nouns = {words[-1]: slot for slot, texts in GENERIC.items() for words in map(_stems, texts)}
    for place, stem in enumerate(stems):
        if stem.endswith("less") and stem[:-4] in nouns:
            slots.add(nouns[stem[:-4]])
            cut.add(place)
    return slots


def _colour_before(stems: Sequence[str], start: int) -> Colour | None:
    """The colour named in the three words before a phrase."""
    for place in range(start - 1, max(start - 4, -1), -1):
        if stems[place] in BARRIERS | JOINERS:
            return None
        if stems[place] in COLOURS:
            shade = SHADES.get(stems[place - 1], 1.0) if place else 1.0
            red, green, blue = (min(shade * value, 0.9) for value in COLOURS[stems[place]])
            return red, green, blue
    return None


def _without(sentence: str, tokens: Sequence[_Token], cut: set[int]) -> str:
    """The sentence with the words at these places left out, and no joining word left dangling."""
    kept = [index for index in range(len(tokens)) if index not in cut]
    while kept and tokens[kept[-1]].text in BARRIERS | JOINERS | ARTICLES:
        kept.pop()
    pieces: list[str] = []
    for order, index in enumerate(kept):
        gap = order > 0 and kept[order - 1] != index - 1
        if gap and tokens[index].text in JOINERS | BARRIERS and tokens[kept[order - 1]].text in BARRIERS:
            if pieces and pieces[-1] in BARRIERS:
                pieces[-1] = ","
            if tokens[index].text in ",.;:":
                continue
        pieces.append(sentence[tokens[index].start : tokens[index].stop])
    return re.sub(r"(?:\s*,)+", ",", re.sub(r"\s+([.,;:)])", r"\1", " ".join(pieces))).strip(" ,")
