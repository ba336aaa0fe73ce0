"""Attributes for a sentence, recalled from synthetic captions that mean nearly the same.

A text encoder that puts like sentences near each other turns a bank of (attributes, caption) pairs into a
regressor without training: the nearest captions vote.  Unknown nouns fall to the nearest known ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.world.attributes import Attributes, sample
from dreamhead.world.captions import caption

Floats = NDArray[np.float32]

NEIGHBOURS = 24
SHARPNESS = 40.0  # weight of a neighbour: exp(SHARPNESS * cosine)
PRIOR_POWER = 0.35  # how far a common value's head start is taken back


@dataclass(frozen=True)
class Recollection:
    """What a sentence brings to mind."""

    attributes: Attributes
    neighbours: tuple[tuple[str, float], ...]  # captions and their weights, nearest first


@cache
def captioned_heads(count: int, seed: int) -> tuple[tuple[Attributes, str], ...]:
    """`count` synthetic heads with a caption each; the same for the same seed."""
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(count):
        attributes = sample(rng)
        pairs.append((attributes, caption(attributes, rng)))
    return tuple(pairs)


def recall(
    query: Floats, embeddings: Floats, heads: Sequence[tuple[Attributes, str]], neighbours: int = NEIGHBOURS
) -> Recollection:
    """The attributes that the captions nearest to a query agree on.

    query (D,) and embeddings (M, D) are unit vectors, one row a head.
    """
    cosine = embeddings @ query
    nearest = np.argsort(-cosine, kind="stable")[:neighbours]
    weights = np.exp(SHARPNESS * (cosine[nearest] - cosine[nearest[0]])).astype(np.float64)
    weights /= weights.sum()
    chosen = [heads[i][0] for i in nearest]
    prior = [attributes for attributes, _ in heads]
    values: dict[str, Any] = {}
    for spec in fields(Attributes):
        column = [getattr(attributes, spec.name) for attributes in chosen]
        if spec.name in ("sliders", "odd"):
            continue
        if isinstance(column[0], str):
            values[spec.name] = _vote(
                column, weights, [getattr(attributes, spec.name) for attributes in prior]
            )
        else:
            middle = _weighted_median(np.array(column, np.float64), weights)
            values[spec.name] = round(middle) if isinstance(column[0], int) else middle
    names = sorted({name for attributes in chosen for name in attributes.sliders})
    sliders = {
        name: _weighted_median(
            np.array([attributes.sliders.get(name, 0.0) for attributes in chosen]), weights
        )
        for name in names
    }
    told = tuple((heads[i][1], float(weight)) for i, weight in zip(nearest, weights, strict=True))
    return Recollection(Attributes(**values, sliders=sliders), told)


def _vote(column: Sequence[str], weights: NDArray[np.float64], prior: Sequence[str]) -> str:
    share: dict[str, float] = defaultdict(float)
    for value, weight in zip(column, weights, strict=True):
        share[value] += weight
    frequency = {value: prior.count(value) / len(prior) for value in share}
    return max(sorted(share), key=lambda value: share[value] / frequency[value] ** PRIOR_POWER)


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, 0.5 * reached[-1])])
