"""Which item each slot ends up with, by the order that stages/wear.py states."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.config import SelectConfig
from dreamhead.errors import UsageError
from dreamhead.head.wardrobe import ITEMS, SLOTS
from dreamhead.head.wardrobe.dress import COLOURED
from dreamhead.stages.wear import (
    SUGGESTED,
    Suggestions,
    checked_settings,
    item_descriptions,
    suggestions,
    wardrobe,
)
from dreamhead.world.attributes import Attributes
from dreamhead.world.wording import read_wishes

SAILOR = Attributes(
    archetype="sailor", hair="short", beard="beard", headwear="sailors_cap", sex="male", years=60
)
NOTHING = Suggestions(
    {slot: dict.fromkeys(list(ITEMS[slot])[1:], 0.0) for slot in SUGGESTED},
    {slot: dict.fromkeys(list(ITEMS[slot])[1:], 0.5) for slot in SUGGESTED},
)


def worn(sentence: str, attributes: Attributes = SAILOR, suggested: Suggestions = NOTHING, **settings: str):
    return wardrobe(attributes, read_wishes(sentence), suggested, checked_settings(SelectConfig(**settings)))


def test_what_is_recalled_is_worn_and_nothing_else() -> None:
    choice = worn("an elderly sailor")
    assert choice["headwear"] == "sailors_cap" and choice["beard"] == "beard"
    assert choice["glasses"] == choice["patch"] == choice["earrings"] == "none"
    assert set(SLOTS) <= set(choice) and set(choice["colours"]) - {"eyes"} <= set(COLOURED)


@pytest.mark.parametrize(
    ("sentence", "slot", "item"),
    [
        ("a sailor with no hat", "headwear", "none"),
        ("a hatless sailor", "headwear", "none"),
        ("a clean-shaven sailor", "beard", "none"),
        ("a sailor without a beard", "beard", "none"),
        ("a bald sailor", "hair", "bald"),
        ("a sailor with no hair", "hair", "bald"),
        ("a sailor in a top hat", "headwear", "top_hat"),
        ("a sailor in a hat", "headwear", "sailors_cap"),
        ("a sailor with glasses", "glasses", "square"),
        ("a sailor and pirate", "patch", "eye_patch"),
        ("a sailor with earrings", "earrings", "studs"),
    ],
)
def test_words_rule_over_what_is_recalled(sentence: str, slot: str, item: str) -> None:
    assert worn(sentence)[slot] == item


def test_who_is_not_bald_has_hair() -> None:
    assert worn("a man who is not bald", Attributes(hair="bald", sex="male"))["hair"] == "short"


def test_people_wear_what_they_are_known_by_unless_refused() -> None:
    plain = Attributes()
    assert worn("a king", plain)["headwear"] == "crown"
    assert worn("a king without a crown", plain)["headwear"] == "none"
    assert worn("a king with no hat", plain)["headwear"] == "none"


@pytest.mark.parametrize("slot", SLOTS)
def test_every_slot_can_be_set(slot: str) -> None:
    for item in ITEMS[slot]:
        assert worn("a sailor with no hat and no beard in glasses", **{slot: item})[slot] == item


def test_an_unknown_item_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"select\.glasses=roundd") as caught:
        checked_settings(SelectConfig(glasses="roundd"))
    assert "round" in str(caught.value.tip)


def test_colours_come_from_words_then_from_the_item() -> None:
    assert worn("a sailor in a red beanie")["colours"]["headwear"][0] > 0.3
    assert worn("a sailor in a beanie")["colours"]["headwear"] == list(
        ITEMS["headwear"]["beanie"].colour or ()
    )
    assert "glasses" not in worn("a sailor")["colours"]


def test_the_painted_attributes_stay_in_the_worlds_vocabulary() -> None:
    choice = worn("a sailor with a mohawk, mutton chops and a crown")
    assert (choice["hair"], choice["beard"], choice["headwear"]) == ("mohawk", "sideburns", "crown")
    kept = Attributes.from_json(choice["attributes"])
    assert (kept.hair, kept.beard, kept.headwear) == ("mohawk", "sideburns", "none")


def test_a_suggestion_must_lead_every_caption() -> None:
    """Descriptions on axes of their own: a sentence on an item's axis suggests it, one between does not."""
    texts = item_descriptions()
    descriptions = np.eye(len(texts) + 1, dtype=np.float32)[: len(texts)]
    rng = np.random.default_rng(0)
    captions = 0.1 * rng.normal(size=(500, len(texts) + 1)).astype(np.float32)
    names = [(slot, name) for slot in SUGGESTED for name in ITEMS[slot]]
    crown = descriptions[names.index(("headwear", "crown"))]
    told = suggestions(crown, descriptions, captions)
    assert told.strongest("headwear") == "crown" and told.strongest("glasses") is None
    other = np.eye(len(texts) + 1, dtype=np.float32)[-1]
    silent = suggestions(other, descriptions, captions)
    assert silent.strongest("headwear") is None
    assert worn("a person", Attributes(), told)["headwear"] == "crown"
    assert worn("a person", Attributes(), silent)["headwear"] == "none"
    assert worn("a person in a hat", Attributes(), told)["headwear"] == "crown"
