"""What a sentence says outright of age and skin colour: ranges by rule, where a regression only knows tendencies."""

from __future__ import annotations

import re
from collections.abc import Mapping

Range = tuple[float, float]

# Phrases, longest first where they overlap -> years.
AGES: Mapping[str, Range] = {
    "newborn": (0.2, 0.6),
    "baby infant babe": (0.3, 1.6),
    "toddler": (1.5, 3.5),
    "child kid boy girl schoolboy schoolgirl lad lass": (5.0, 11.0),
    "teenager teenage teen adolescent": (13.0, 18.0),
    "elderly aged senior": (75.0, 80.0),
    "ancient": (86.0, 96.0),
    "old": (68.0, 78.0),
    "middle-aged": (43.0, 54.0),
    "mature": (40.0, 58.0),
    "young youthful": (20.0, 27.0),
}
CHILDREN = ("newborn", "baby", "toddler", "child", "teenager")  # first words of rows that win over adjectives
VERY: Mapping[str, Range] = {"old": (84.0, 94.0), "young": (18.0, 23.0)}
ADULTS = frozenset(
    [
        "man", "woman", "men", "women", "gentleman", "lady", "guy", "fellow", "bloke", "mother", "father", "husband",
        "wife", "widow", "widower",
    ]
)  # fmt: skip
ADULT_YEARS: Range = (20.0, 96.0)
DECADES: Mapping[str, int] = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80,
    "nineties": 90,
}  # fmt: skip
_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBERS: Mapping[str, int] = {
    **{word: number for number, word in enumerate([*_ONES.split(), "eighteen", "nineteen"], 1)},
    **{word: 10 * number for number, word in enumerate(_TENS.split(), 2)},
}
# Where the phrase that names the person ends: "old" after it belongs to something else ("with old scars").
_END = re.compile(r"\b(?:with|wearing|who|in (?:a|an|the)|has|having)\b|[.,;:]")

# Regular expressions -> melanin; the first that is found counts.
SKINS: tuple[tuple[str, Range], ...] = (
    (r"very dark[- ]skin|ebony|deep(?:ly)? dark skin|jet[- ]black skin", (0.98, 1.12)),
    (r"african[- ]american", (0.62, 0.95)),
    (r"\bafrican|nigerian|kenyan|ethiopian|sudanese|ghanaian|congolese", (0.84, 1.1)),
    (
        r"\bblack (?:young |old |elderly |adult )?(?:wo)?m[ae]n\b|\bblack (?:girl|boy|lady|guy|person)\b",
        (0.8, 1.05),
    ),
    (r"\bdark[- ]skin|\bdark (?:brown )?(?:skin|complexion)|\bblack skin", (0.8, 1.0)),
    (r"\bbrown[- ]skin|\bbrown (?:skin|complexion)", (0.5, 0.72)),
    (r"indian|pakistani|bengali|tamil|south asian|sri lankan", (0.45, 0.72)),
    (r"mexican|latin[ao]|hispanic|peruvian|andean|polynesian|maori|filipin[ao]", (0.34, 0.58)),
    (r"\barab|middle[- ]eastern|persian|turkish|egyptian|moroccan|bedouin", (0.28, 0.48)),
    (r"olive[- ]skin|olive complexion|mediterranean|italian|greek|spanish|sicilian", (0.26, 0.42)),
    (r"japanese|chinese|korean|east asian|mongolian|vietnamese|thai\b", (0.15, 0.34)),
    (r"\b(?:pale|pallid|porcelain|ivory|ashen)\b(?! (?:hair|eyes?|lips?|blue|green|brows?))", (0.0, 0.07)),
    (r"scandinavian|swedish|norwegian|finnish|irish|scottish|celtic|icelandic", (0.03, 0.16)),
    (r"freckle|\bginger|\bred[- ]hair|redhead|red-headed", (0.04, 0.2)),
    (r"fair[- ]skin|\bfair complexion|caucasian|light[- ]skin|\bwhite (?:wo)?m[ae]n\b", (0.06, 0.24)),
    (r"\bblonde?\b|\b(?:blue|green|grey|gray) eyes", (0.04, 0.3)),
)


def told_years(sentence: str) -> Range | None:
    """The years that a sentence gives its person, or None: "an elderly sailor", "a man in his forties", "aged 7"."""
    text = sentence.lower().replace("middle aged", "middle-aged")
    exact = _number_of_years(text)
    if exact is not None:
        return exact, exact
    for word, first in DECADES.items():
        found = re.search(rf"in (?:his|her|their) (early |mid |mid-|late )?{word}", text)
        if found:
            start = first + {"early ": 0, "late ": 7}.get(found.group(1) or "", 2)
            return float(start), float(start + 4)
    words = re.findall(r"[a-z][a-z-]*", _END.split(text, maxsplit=1)[0])
    for row, years in AGES.items():
        names = row.split()
        here = [index for index, word in enumerate(words) if word in names]
        if not here:
            continue
        if names[0] in CHILDREN and not ADULTS & set(words):
            return years
        if names[0] not in CHILDREN:
            before = words[here[0] - 1] if here[0] else ""
            return VERY.get(words[here[0]], years) if before == "very" else years
    return ADULT_YEARS if ADULTS & set(words) else None


def told_melanin(sentence: str) -> Range | None:
    """The melanin that a sentence gives its person's skin, or None."""
    text = sentence.lower()
    return next((reach for pattern, reach in SKINS if re.search(pattern, text)), None)


def _number_of_years(text: str) -> float | None:
    digits = re.search(r"\b(\d{1,2})[- ](?:years?|yr)s?[- ]old\b|\baged (\d{1,2})\b", text)
    if digits:
        return max(float(digits.group(1) or digits.group(2)), 0.5)
    spelled = re.search(r"\b([a-z]+)(?:[- ]([a-z]+))?[- ]years?[- ]old\b", text)
    if not spelled:
        return None
    numbers = [NUMBERS[word] for word in spelled.groups() if word in NUMBERS]
    return float(sum(numbers)) if numbers else None
