"""The hair and beard of someone of whom nothing is said: how likely each is for a sex, an age and a skin."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Chances = Mapping[str, float]

_INFANT: Chances = {"bald": 6, "buzz": 4}
_GIRL: Chances = {
    "long": 5, "parted": 3, "fringe": 3, "ponytail": 4, "pigtails": 3, "braids": 3, "braid": 1.5, "wavy": 3, "bob": 3,
    "curly": 1, "long_curly": 1, "bun": 1, "short": 0.5,
}  # fmt: skip
_BOY: Chances = {
    "short": 6, "crew": 2, "side_part": 2, "bowl": 1.5, "shaggy": 2.5, "curly": 1, "buzz": 1, "spiky": 0.7,
    "undercut": 0.5,
}  # fmt: skip
_YOUNG_WOMAN: Chances = {
    "long": 6, "parted": 4, "wavy": 5, "fringe": 2.5, "long_curly": 2, "ponytail": 2, "bun": 2, "bob": 2.5, "braid": 1,
    "pixie": 0.8, "curly": 0.8, "short": 0.5, "shaggy": 0.5, "top_knot": 0.2, "braids": 0.3, "buzz": 0.1, "bald": 0.1,
}  # fmt: skip
_WOMAN: Chances = {
    "bob": 4, "short": 3, "wavy": 3.5, "parted": 2, "long": 2.5, "bun": 2.5, "pixie": 1.5, "curly": 2, "fringe": 1,
    "ponytail": 1, "bald": 0.1,
}  # fmt: skip
_OLD_WOMAN: Chances = {"bun": 5, "short": 4, "curly": 4, "wavy": 2, "bob": 3, "pixie": 1.5, "long": 0.4}
_YOUNG_MAN: Chances = {
    "short": 6, "crew": 2.5, "side_part": 2.5, "buzz": 2, "undercut": 1.8, "slicked_back": 1, "shaggy": 1.5, "curly": 1,
    "pompadour": 0.6, "wavy": 0.4, "long": 0.5, "bald": 0.5, "top_knot": 0.3, "spiky": 0.3, "mohawk": 0.1,
    "mullet": 0.1, "ponytail": 0.1,
}  # fmt: skip
_MAN: Chances = {
    "short": 6, "side_part": 3, "crew": 2, "buzz": 2, "receding": 3, "balding": 1.5, "bald": 1.5, "slicked_back": 1.5,
    "long": 0.3, "curly": 0.5, "shaggy": 0.5,
}  # fmt: skip
_OLD_MAN: Chances = {
    "balding": 4, "receding": 4, "short": 4, "side_part": 2, "bald": 2.5, "buzz": 1, "slicked_back": 1, "long": 0.2,
    "tonsure": 0.05,
}  # fmt: skip
_COILY_WOMAN: Chances = {
    "afro": 3, "twists": 2, "box_braids": 3, "cornrows": 1.5, "bun": 2, "curly": 2, "long_curly": 2, "long": 1.5,
    "bob": 1, "dreadlocks": 1, "buzz": 0.7,
}  # fmt: skip
_COILY_MAN: Chances = {
    "buzz": 6, "twists": 1.5, "afro": 1.2, "dreadlocks": 1, "cornrows": 0.7, "bald": 1.5, "crew": 1,
}  # fmt: skip
_COILY_OLD_WOMAN: Chances = {"afro": 3, "buzz": 2, "bun": 3, "short": 2, "twists": 1}
_COILY_OLD_MAN: Chances = {"buzz": 5, "bald": 2.5, "balding": 1.5, "receding": 1.5, "short": 1}
# From this many years on: woman, man, and both with coily hair.
_BANDS: tuple[tuple[float, Chances, Chances, Chances, Chances], ...] = (
    (0.0, _INFANT, _INFANT, _INFANT, _INFANT),
    (2.5, _GIRL, _BOY, {**_COILY_WOMAN, "pigtails": 4, "braids": 3}, _COILY_MAN),
    (17.0, _YOUNG_WOMAN, _YOUNG_MAN, _COILY_WOMAN, _COILY_MAN),
    (42.0, _WOMAN, _MAN, _COILY_WOMAN, _COILY_OLD_MAN),
    (64.0, _OLD_WOMAN, _OLD_MAN, _COILY_OLD_WOMAN, _COILY_OLD_MAN),
)
COILY_FROM = (0.62, 0.8)  # melanin between which coily hair becomes usual
_BEARDS: Chances = {
    "none": 40, "stubble": 20, "beard": 15, "boxed": 8, "moustache": 6, "goatee": 4, "van_dyke": 2, "long_beard": 1.5,
    "handlebar": 0.8, "walrus": 0.8, "sideburns": 0.8, "chin_curtain": 0.7, "soul_patch": 0.6,
}  # fmt: skip
_YOUNG_COLOURS: Chances = {
    "black": 18, "dark brown": 18, "brown": 20, "light brown": 10, "blonde": 16, "red": 12, "auburn": 6,
}  # fmt: skip


def style_chances(sex: str, years: float, melanin: float) -> dict[str, float]:
    """Hairstyle -> chance, summing to one."""
    band = [row for row in _BANDS if years >= row[0]][-1]
    male = sex == "male"
    share = float(np.clip((melanin - COILY_FROM[0]) / (COILY_FROM[1] - COILY_FROM[0]), 0, 1))
    _, women, men, coily_women, coily_men = band
    straight, coily = _normalised(men if male else women), _normalised(coily_men if male else coily_women)
    return {
        name: (1 - share) * straight.get(name, 0.0) + share * coily.get(name, 0.0)
        for name in dict.fromkeys([*straight, *coily])
    }


def beard_chances(sex: str, years: float) -> dict[str, float]:
    """Beard -> chance: men's alone."""
    return _normalised(_BEARDS) if sex == "male" and years > 17 else {"none": 1.0}


def colour_chances(years: float, melanin: float) -> dict[str, float]:
    """Hair colour -> chance: grey and white come with age, dark hair with dark skin."""
    old = float(np.clip((years - 42) / 33, 0, 1)) ** 1.3
    young = _normalised({"black": 8, "dark brown": 2} if melanin > 0.55 else _YOUNG_COLOURS)
    white = float(np.clip((years - 55) / 35, 0.1, 0.75))
    grown = {"grey": old * (1 - white), "white": old * white}
    return {**{name: (1 - old) * share for name, share in young.items()}, **grown}


def drawn(chances: Mapping[str, float], rng: np.random.Generator) -> str:
    """One of the names, by chance.  The same random number gives the same name where chances are alike."""
    total = np.cumsum(list(chances.values()))
    return list(chances)[int(np.searchsorted(total, rng.random() * total[-1], side="right"))]


def _normalised(weights: Chances) -> dict[str, float]:
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
