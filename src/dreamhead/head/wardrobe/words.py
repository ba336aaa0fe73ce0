"""The words that speak of one thing to wear."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[float, float, float]  # linear RGB


@dataclass(frozen=True)
class Words:
    """How language speaks of an item."""

    description: str  # plain English for a text-image scorer
    names: tuple[str, ...] = ()  # nouns and phrases that ask for it, singular
    wearers: tuple[str, ...] = ()  # people of whom it is expected
    colour: Colour | None = None  # what it is usually dyed
