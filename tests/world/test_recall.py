import re

import numpy as np

from dreamhead.world.attributes import Attributes
from dreamhead.world.recall import captioned_heads, recall


def bag_of_words(texts: list[str]) -> np.ndarray:
    """A text encoder that knows only which words are there."""
    words = sorted({word for text in texts for word in re.findall("[a-z]+", text.lower())})
    rows = np.array(
        [[word in re.findall("[a-z]+", text.lower()) for word in words] for text in texts], np.float32
    )
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def recalled(query: str, heads: list[tuple[Attributes, str]]) -> Attributes:
    vectors = bag_of_words([query, *(text for _, text in heads)])
    return recall(vectors[0], vectors[1:], heads, neighbours=4).attributes


HEADS = [
    (Attributes(creature="green", years=40, sliders={"jaw_width": 0.8}), "a green orc"),
    (Attributes(creature="green", years=44, sliders={"jaw_width": 0.6}), "an ugly green orc"),
    (Attributes(melanin=0.1, years=80, beard="beard", sex="male"), "an old man with a white beard"),
    (Attributes(melanin=0.2, years=78, beard="beard", sex="male"), "an old sailor with a beard"),
    (Attributes(melanin=0.9, years=30), "a young black woman"),
    (Attributes(melanin=0.8, years=25), "a black girl"),
]


def test_the_nearest_captions_agree() -> None:
    orc = recalled("an orc with green skin", HEADS)
    assert orc.creature == "green" and 40 <= orc.years <= 44 and orc.sliders["jaw_width"] >= 0.6
    sailor = recalled("an old sailor", HEADS)
    assert sailor.beard == "beard" and sailor.years >= 78 and sailor.creature == ""
    assert recalled("a young black woman", HEADS).melanin >= 0.8


def test_a_known_caption_recalls_its_head() -> None:
    heads = list(captioned_heads(300, 5))
    vectors = bag_of_words([text for _, text in heads])
    right = sum(
        recall(vectors[i], vectors, heads).attributes.creature == heads[i][0].creature
        for i in range(0, 300, 7)
    )
    assert right >= 38  # of 43: short captions do not say


def test_the_same_seed_gives_the_same_heads() -> None:
    assert captioned_heads(20, 1) == captioned_heads.__wrapped__(20, 1)
    assert captioned_heads(20, 1) != captioned_heads.__wrapped__(20, 2)


def test_weights_fall_with_distance() -> None:
    vectors = bag_of_words(["a green orc", *(text for _, text in HEADS)])
    neighbours = recall(vectors[0], vectors[1:], HEADS).neighbours
    weights = [weight for _, weight in neighbours]
    assert neighbours[0][0] == "a green orc" and weights == sorted(weights, reverse=True)
    assert abs(sum(weights) - 1) < 1e-9
