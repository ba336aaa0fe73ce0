"""Attributes for a sentence, by ridge regression on synthetic captions.

A caption is described by its embedding, which puts unheard words near heard ones, and by the words and word pairs
in it, which bind an adjective to its noun ("red lips" is not "red hair").  The regression is solved in closed form
on captions whose attributes are known, so the same captions give the same answer.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from dreamhead.world.archetypes import draw_setting, load_archetypes
from dreamhead.world.attributes import Attributes, sample
from dreamhead.world.captions import caption
from dreamhead.world.hairdo import colour_chances, drawn, style_chances
from dreamhead.world.masks import smooth
from dreamhead.world.person import FREE_SLIDERS
from dreamhead.world.told import told_melanin, told_years

Floats = NDArray[np.float32]

VERSION = 6  # raised when the regression changes: what was kept of an older one is not used
BUCKETS = 4096  # hashed words and word pairs
EMBEDDING_WEIGHT = 6.0
RIDGE = 10.0
STRETCH = 0.35  # how much farther from the mean a number goes that a sentence clearly names
USUAL_POWER = 0.3  # how far the habits of the archetype decide a choice that the sentence leaves open
PRIOR_POWER = {
    True: 0.15,
    False: 0.4,
}  # how far a common value's head start is taken back; True: it is an absence
YEARS_BEND = 8.0
RARE = 0.15  # a trait of which most heads have nothing
DOUBT = 0.15  # that much of it is noise of the regression
ABSENT = ("", "none")
SAID = 0.25  # a kind of hair that scores this much above its frequency was named
TOLD = {"years": told_years, "melanin": told_melanin}
_STOP_WORDS = "a an and as at by has her him his in is it its of on or she he they the to who with"
STOP_WORDS = frozenset(_STOP_WORDS.split())
BOUNDS = {
    "years": (0.5, 98.0),
    "weight": (-1.0, 1.0),
    "width": (-1.0, 1.0),
    "melanin": (0.0, 1.15),
    "blood": (0.05, 0.7),
    "brows": (0.15, 1.3),
    "wrinkles": (-1.0, 1.0),
    "scars": (0.0, 4.0),
}


@dataclass(frozen=True)
class Regressor:
    """Weights (F, T) over the columns of `columns`, and each column's mean (T,) over the captions.

    low, high (A, T): where nine in ten heads of each archetype lie (98 in 100 of all heads for none), archetypes
    in their columns' order; of a choice, both are the share of its heads that have it.
    """

    weights: Floats
    means: Floats
    low: Floats
    high: Floats

    def attributes(self, text: str, embedding: Floats, rng: np.random.Generator | None = None) -> Attributes:
        """What a sentence and its unit embedding (D,) say of a head; what they leave open is as captions have it.

        Ages and skins that are told in words are taken at their word.  Hair of which nothing is said is drawn with
        rng (one fixed by the text, if none is given) from what is usual for the archetype, or the sex, age and skin.
        """
        rng = rng or np.random.default_rng(zlib.crc32(text.encode()))
        features = described([text], embedding[None])[0]
        scores = features @ self.weights + self.means
        kinds = [i for i, (field, _) in enumerate(columns()) if field == "archetype"]
        archetype = _chosen([columns()[i][1] for i in kinds], scores[kinds], self.means[kinds])
        kind = [columns()[i][1] for i in kinds].index(archetype)
        numbers = np.clip(self._stretched(scores), self.low[kind], self.high[kind])
        raw = scores
        scores = np.where(is_number(), numbers, scores * self._usual(kind))
        values: dict[str, Any] = {}
        for spec in fields(Attributes):
            if spec.name in ("odd", "sliders"):
                continue
            names = [i for i, (field, _) in enumerate(columns()) if field == spec.name]
            if isinstance(spec.default, str):
                options = [columns()[i][1] for i in names]
                values[spec.name] = _chosen(options, scores[names], self.means[names])
            else:
                low, high = BOUNDS.get(spec.name, (0.0, 1.0))
                value = float(np.clip(_number(spec.name, scores[names[0]]), low, high))
                if spec.name not in BOUNDS and self.means[names[0]] < RARE:
                    value = max(value - DOUBT, 0.0) / (1 - DOUBT)
                told = TOLD[spec.name](text) if spec.name in TOLD else None
                if told is not None:
                    value = float(np.clip(value, *told))
                values[spec.name] = round(value) if isinstance(spec.default, int) else value
        sliders = {name: float(scores[i]) for i, (field, name) in enumerate(columns()) if field == "sliders"}
        values.update(self._usual_hair(values, raw, kind, rng))
        return Attributes(**values, sliders=sliders)

    def _usual_hair(
        self, values: dict[str, Any], scores: Floats, kind: int, rng: np.random.Generator
    ) -> dict[str, str]:
        """Style and colour of hair, each as it was read where it was said, else drawn."""
        people = {
            "hair": style_chances(values["sex"], values["years"], values["melanin"]),
            "hair_colour": colour_chances(values["years"], values["melanin"]),
        }
        archetypes = load_archetypes()
        found = {}
        for name, usual in people.items():
            places = [i for i, (field, _) in enumerate(columns()) if field == name]
            setting = archetypes[values["archetype"]].settings.get(name) if values["archetype"] else None
            draw = drawn(usual, rng) if setting is None else str(draw_setting(setting, rng))
            # what is said stands out of what is usual for the archetype and for all
            told = {columns()[i][1]: float(scores[i] - max(self.means[i], self.low[kind][i])) for i in places}
            strongest = max(told, key=lambda one: told[one])
            found[name] = strongest if told[strongest] > SAID else draw
        return found

    def _stretched(self, scores: Floats) -> Floats:
        """Numbers (T,) with large deviations enlarged.

        A regression answers with means: "dark-skinned" would come out lighter than most of whom it is said.
        Small deviations are noise, and shape sliders nearly all noise: they stay.
        """
        anyone = [value for field, value in columns() if field == "archetype"].index("")
        spread = np.maximum((self.high[anyone] - self.low[anyone]) / 4.65, 1e-3)  # a normal law's 1 % to 99 %
        deviation = scores - self.means
        named = smooth(np.abs(deviation) / spread, 0.5, 1.2) * is_trait()
        return (self.means + deviation * (1 + STRETCH * named)).astype(np.float32)

    def _usual(self, kind: int) -> Floats:
        """(T,) factors on choices: how much more often than all heads those of this archetype have them."""
        if columns()[[field for field, _ in columns()].index("archetype") + kind][1] == "":
            return np.ones_like(self.means)
        return np.clip(self.low[kind] / np.maximum(self.means, 1e-4), 0.05, 20.0) ** USUAL_POWER


def fit_regressor(heads: Sequence[tuple[Attributes, str]], embeddings: Floats) -> Regressor:
    """Solve the regression on captioned heads; embeddings (M, D) are unit vectors of their captions."""
    features = described([text for _, text in heads], embeddings).astype(np.float64)
    targets = np.array([_row(attributes) for attributes, _ in heads], np.float64)
    means = targets.mean(0)
    gram = features.T @ features
    gram[np.diag_indices_from(gram)] += RIDGE
    weights = cho_solve(cho_factor(gram, overwrite_a=True), features.T @ (targets - means))
    low, high = archetype_bounds(targets)
    return Regressor(*(array.astype(np.float32) for array in (weights, means, low, high)))


def archetype_bounds(targets: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The 5th and 95th percentile (A, T) of the heads (M, T) of each archetype; for none, 1st and 99th of all.

    Choices have their share among those heads in both.
    """
    bounds = []
    for index, (field, value) in enumerate(columns()):
        if field == "archetype":
            own = targets[targets[:, index] > 0.5] if value else targets
            own = own if len(own) >= 8 else targets
            reach = np.percentile(own, (5, 95) if value else (1, 99), axis=0)
            bounds.append(np.where(is_number(), reach, own.mean(0)))
    return np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])


@cache
def is_number() -> NDArray[np.bool_]:
    """(T,) which columns are numbers, not choices."""
    fields_of = Attributes.__dataclass_fields__
    return np.array(
        [field == "sliders" or not isinstance(fields_of[field].default, str) for field, _ in columns()]
    )


@cache
def is_trait() -> NDArray[np.bool_]:
    """(T,) which columns are numbers that sentences name, unlike the sliders of a face's shape."""
    return is_number() & np.array([field != "sliders" for field, _ in columns()])


@cache
def captioned_heads(count: int, seed: int) -> tuple[tuple[Attributes, str], ...]:
    """`count` synthetic heads with a caption each; the same for the same seed."""
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(count):
        attributes = sample(rng)
        pairs.append((attributes, caption(attributes, rng)))
    return tuple(pairs)


def described(texts: Sequence[str], embeddings: Floats) -> Floats:
    """(N, D + BUCKETS): weighted embeddings beside marks for the words and word pairs that are there."""
    marks = np.zeros((len(texts), BUCKETS), np.float32)
    for row, text in enumerate(texts):
        words = [word for word in re.findall(r"[a-z]+", text.lower()) if word not in STOP_WORDS]
        for gram in [*words, *(f"{first} {second}" for first, second in pairwise(words))]:
            marks[row, zlib.crc32(gram.encode()) % BUCKETS] = 1
    return np.concatenate([EMBEDDING_WEIGHT * embeddings, marks], axis=1).astype(np.float32)


@cache
def columns() -> tuple[tuple[str, str], ...]:
    """What each regressed column means: (attribute, "") for a number, (attribute, value) for a choice."""
    found = []
    for spec in fields(Attributes):
        if spec.name == "odd":
            continue
        if spec.name == "sliders":
            found += [("sliders", name) for name in (*FREE_SLIDERS, *typical_sliders())]
        elif isinstance(spec.default, str):
            values = {getattr(attributes, spec.name) for attributes, _ in captioned_heads(3000, 0)}
            found += [(spec.name, value) for value in sorted(values)]
        else:
            found.append((spec.name, ""))
    return tuple(found)


@cache
def typical_sliders() -> tuple[str, ...]:
    """Sliders that archetypes set and chance does not."""
    tables = (archetype.settings.get("sliders", {}) for archetype in load_archetypes().values())
    return tuple(sorted({name for table in tables for name in table} - set(FREE_SLIDERS)))


def _row(attributes: Attributes) -> list[float]:
    row = []
    for field, value in columns():
        if field == "sliders":
            row.append(attributes.sliders.get(value, 0.0))
        elif isinstance(getattr(attributes, field), str):
            row.append(float(getattr(attributes, field) == value))
        else:
            row.append(_scaled(field, float(getattr(attributes, field))))
    return row


def _scaled(field: str, value: float) -> float:
    """A number as it is regressed: a year counts more for a child than for the old."""
    return float(np.log1p(value / YEARS_BEND)) if field == "years" else value


def _number(field: str, scaled: float) -> float:
    """The inverse of _scaled."""
    return float(YEARS_BEND * np.expm1(scaled)) if field == "years" else float(scaled)


def _chosen(options: Sequence[str], scores: Floats, frequency: Floats) -> str:
    power = PRIOR_POWER[any(option in ABSENT for option in options)]
    lift = np.maximum(scores, 0) / np.maximum(frequency, 1e-4) ** power
    return options[int(lift.argmax())]
