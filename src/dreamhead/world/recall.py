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

from dreamhead.world.attributes import FREE_SLIDERS, Attributes, sample
from dreamhead.world.captions import caption

Floats = NDArray[np.float32]

VERSION = 2  # raised when the regression changes: what was kept of an older one is not used
BUCKETS = 4096  # hashed words and word pairs
EMBEDDING_WEIGHT = 6.0
RIDGE = 10.0
PRIOR_POWER = {
    True: 0.15,
    False: 0.4,
}  # how far a common value's head start is taken back; True: it is an absence
YEARS_BEND = 8.0
RARE = 0.15  # a trait of which most heads have nothing
DOUBT = 0.15  # that much of it is noise of the regression
ABSENT = ("", "none")
_STOP_WORDS = "a an and as at by has her him his in is it its of on or she he they the to who with"
STOP_WORDS = frozenset(_STOP_WORDS.split())
BOUNDS = {
    "years": (0.5, 98.0),
    "weight": (-1.0, 1.0),
    "width": (-1.0, 1.0),
    "melanin": (0.0, 1.15),
    "blood": (0.3, 0.7),
    "brows": (0.15, 1.3),
    "wrinkles": (-1.0, 1.0),
    "scars": (0.0, 4.0),
}


@dataclass(frozen=True)
class Regressor:
    """Weights (F, T) over the columns of `columns`, and each column's mean (T,) over the captions.

    low, high (A, T): where nine in ten heads of each archetype lie, archetypes in their columns' order.
    """

    weights: Floats
    means: Floats
    low: Floats
    high: Floats

    def attributes(self, text: str, embedding: Floats) -> Attributes:
        """What a sentence and its unit embedding (D,) say of a head; what they leave open is as captions have it."""
        features = described([text], embedding[None])[0]
        scores = features @ self.weights + self.means
        kinds = [i for i, (field, _) in enumerate(columns()) if field == "archetype"]
        archetype = _chosen([columns()[i][1] for i in kinds], scores[kinds], self.means[kinds])
        kind = [columns()[i][1] for i in kinds].index(archetype)
        scores = np.where(is_number(), np.clip(scores, self.low[kind], self.high[kind]), scores)
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
                values[spec.name] = round(value) if isinstance(spec.default, int) else value
        sliders = {name: float(scores[i]) for i, (field, name) in enumerate(columns()) if field == "sliders"}
        return Attributes(**values, sliders=sliders)


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
    """The 5th and 95th percentile (A, T) of the heads (M, T) of each archetype; of all heads for none."""
    bounds = []
    for index, (field, value) in enumerate(columns()):
        if field == "archetype":
            own = targets[targets[:, index] > 0.5] if value else targets
            bounds.append(np.percentile(own if len(own) >= 8 else targets, (5, 95), axis=0))
    return np.array([low for low, _ in bounds]), np.array([high for _, high in bounds])


@cache
def is_number() -> NDArray[np.bool_]:
    """(T,) which columns are numbers, not choices."""
    fields_of = Attributes.__dataclass_fields__
    return np.array(
        [field == "sliders" or not isinstance(fields_of[field].default, str) for field, _ in columns()]
    )


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
            found += [("sliders", name) for name in FREE_SLIDERS]
        elif isinstance(spec.default, str):
            values = {getattr(attributes, spec.name) for attributes, _ in captioned_heads(3000, 0)}
            found += [(spec.name, value) for value in sorted(values)]
        else:
            found.append((spec.name, ""))
    return tuple(found)


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
