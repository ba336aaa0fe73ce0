"""What sentences name, refuse and colour, and that they refuse nothing by accident."""

from __future__ import annotations

import pytest

from dreamhead.head.wardrobe import ITEMS
from dreamhead.world.recall import captioned_heads
from dreamhead.world.wording import GENERIC, read_wishes


@pytest.mark.parametrize(
    ("sentence", "slot", "item"),
    [
        ("an old man in a beanie", "headwear", "beanie"),
        ("a woman with round gold-rimmed glasses", "glasses", "round"),
        ("a girl wearing dark aviator sunglasses", "glasses", "aviators"),
        ("a man wearing a wizard's hat", "headwear", "wizard_hat"),
        ("a sailors cap on an old man", "headwear", "sailors_cap"),
        ("a smuggler with a patch over his eye", "patch", "eye_patch"),
        ("a woman with gold hoop earrings", "earrings", "hoops"),
        ("a bald man", "hair", "bald"),
        ("a man with a handlebar moustache", "beard", "handlebar"),
        ("a woman with long black hair", "hair", "long"),
    ],
)
def test_items_are_named(sentence: str, slot: str, item: str) -> None:
    assert read_wishes(sentence).asked[slot] == item


@pytest.mark.parametrize(
    ("sentence", "slots"),
    [
        ("a sailor without a hat", {"headwear"}),
        ("a hatless sailor", {"headwear"}),
        ("A Clean-Shaven Captain", {"beard"}),
        ("a beardless youth", {"beard"}),
        ("a cowboy with no hat", {"headwear"}),
        ("a cowboy not wearing a hat", {"headwear"}),
        ("a man who isn't wearing any glasses", {"glasses"}),
        ("a man without glasses or a hat", {"glasses", "headwear"}),
        ("a man with neither hat nor glasses", {"glasses", "headwear"}),
        ("no hat, no glasses, no beard", {"glasses", "headwear", "beard"}),
        ("a pirate with no eye patch but a hoop earring", {"patch"}),
        ("a woman with no glasses and a hat", {"glasses"}),
        ("a king without a crown", {"headwear"}),
        ("a man with no hair", {"hair"}),
        ("an old man with his glasses removed", {"glasses"}),
        ("a man not without a hat", set()),
        ("a woman without make-up in a hat", set()),
        ("a sailor", set()),
    ],
)
def test_refusals_reach_as_far_as_their_noun_phrase(sentence: str, slots: set[str]) -> None:
    wishes = read_wishes(sentence)
    assert wishes.refused_slots == slots
    assert not slots & set(wishes.asked)


def test_a_refused_kind_is_not_the_whole_slot() -> None:
    wishes = read_wishes("a man with no moustache")
    assert wishes.refuses("beard", "moustache") and not wishes.refuses("beard", "beard")
    assert read_wishes("a man, not bald").refuses("hair", "bald")


def test_what_is_refused_leaves_the_sentence() -> None:
    assert read_wishes("a sailor without a hat").affirmed == "a sailor"
    assert read_wishes("a hatless old sailor with a beard").affirmed == "a old sailor with a beard"
    assert read_wishes("a man, no hat, grey beard").affirmed == "a man, grey beard"
    plain = "An old woman, with Freckles."
    assert read_wishes(plain).affirmed == plain


def test_people_are_known_by_what_they_wear() -> None:
    assert read_wishes("an old king").expected["headwear"] == "crown"
    assert read_wishes("a scarred pirate").expected["patch"] == "eye_patch"
    assert not read_wishes("an accountant").expected


def test_a_general_word_leaves_the_kind_open() -> None:
    wishes = read_wishes("a man in a hat with glasses")
    assert wishes.generic == {"headwear": "", "glasses": "square"} and not wishes.asked


def test_colours_are_those_of_the_thing_itself() -> None:
    red = read_wishes("a man with black hair and a red beanie").colours
    assert red["headwear"][0] > 5 * red["headwear"][2]
    assert not read_wishes("a blue orc in a hat").colours
    dark, plain = (read_wishes(f"a {word} green hood").colours["headwear"] for word in ("dark", "big"))
    assert dark[1] < 0.5 * plain[1]


def test_nothing_is_read_into_other_words() -> None:
    for sentence in (
        "hooded eyes",
        "an elderly woman",
        "a bald patch on an old carpet",
        "a man with a round face",
    ):
        wishes = read_wishes(sentence)
        assert not wishes.asked and not wishes.expected and not wishes.refused_slots, sentence


def test_captions_of_the_world_ask_for_no_accessory_that_it_lacks() -> None:
    wrong = []
    for attributes, caption in captioned_heads(1500, 17):
        wishes = read_wishes(caption)
        for slot in ("headwear", "glasses", "patch", "earrings"):
            named = wishes.asked.get(slot)
            known = (None, attributes.headwear) if slot == "headwear" else (None,)
            if named not in known:
                wrong.append((caption, slot, named))
    assert not wrong, wrong[:5]


def test_general_words_mean_items_that_exist() -> None:
    for slot, words in GENERIC.items():
        assert all(item in ("", *ITEMS[slot]) for item in words.values())
