"""What there is to wear, and the words that ask for it."""

from __future__ import annotations

import math
from itertools import chain

import pytest

from dreamhead.head.wardrobe.hair_words import (
    BROWS,
    PAINTED_BROWS,
)
from dreamhead.head.wardrobe.items import ITEMS, SLOTS, Item


def test_items_carry_their_words() -> None:
    assert SLOTS == ("hair", "beard", "brows", "lashes", "headwear", "glasses", "patch", "earrings")
    assert ITEMS["hair"]["mohawk"] == Item(
        "mohawk",
        "hair",
        "a person with a mohawk",
        names=("mohawk", "mohican", "punk hair", "crest of hair"),
    )
    crown = ITEMS["headwear"]["crown"]
    assert "tiara" in crown.names and "queen" in crown.wearers and crown.colour == (0.83, 0.53, 0.14)


@pytest.mark.parametrize("slot", SLOTS)
def test_a_slot_names_each_item_in_words_of_its_own(slot: str) -> None:
    items = ITEMS[slot]
    phrases = list(chain.from_iterable((*item.names, *item.wearers) for item in items.values()))
    assert len(set(phrases)) == len(phrases)
    assert all(phrase == phrase.strip().lower() and phrase for phrase in phrases)
    assert len({item.description for item in items.values()}) == len(items)
    for name, item in items.items():
        assert (item.name, item.slot) == (name, slot)
        assert item.description and not item.description.endswith(".")
        assert item.names or name == "none"
        assert item.colour is None or all(0 < part < 1 and math.isfinite(part) for part in item.colour)


def test_the_painter_knows_how_strong_every_brow_is() -> None:
    assert set(PAINTED_BROWS) == set(BROWS)
