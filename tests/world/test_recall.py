import re

import numpy as np
import pytest

from dreamhead.world.attributes import Attributes
from dreamhead.world.recall import Regressor, captioned_heads, columns, described, fit_regressor


def no_embedding(count: int) -> np.ndarray:
    """A text encoder that knows nothing: words alone must do."""
    return np.zeros((count, 2), np.float32)


@pytest.fixture(scope="module")
def regressor() -> Regressor:
    heads = captioned_heads(3500, 5)
    return fit_regressor(heads, no_embedding(len(heads)))


def read(regressor: Regressor, text: str) -> Attributes:
    return regressor.attributes(text, no_embedding(1)[0])


def test_words_say_what_a_head_has(regressor: Regressor) -> None:
    orc = read(regressor, "a green-skinned orc")
    assert "green" in orc.creature
    old, young = read(regressor, "an elderly sailor"), read(regressor, "a little girl")
    assert old.years > 45 and young.years < 20
    assert read(regressor, "a man with a thick black beard").beard == "beard"
    assert read(regressor, "a bald man").hair == "bald"
    assert read(regressor, "a woman with freckles").freckles > read(regressor, "a woman").freckles + 0.3
    assert read(regressor, "a fat man").weight > read(regressor, "a gaunt man").weight + 0.5
    assert read(regressor, "a baby").years < 12  # a rare word, without its embedding
    assert read(regressor, "a dark-skinned man").melanin > read(regressor, "a man").melanin + 0.25


def test_the_archetype_decides_what_the_sentence_leaves_open(regressor: Regressor) -> None:
    orc = read(regressor, "an orc")
    assert min(orc.sliders[name] for name in ("brow_ridge", "nose_width", "jaw_angle", "ear_size")) > 0.7
    assert read(regressor, "a wizard").beard == "beard"


def test_only_what_is_clearly_named_is_stretched(regressor: Regressor) -> None:
    at_the_mean = regressor.means
    assert np.allclose(regressor._stretched(at_the_mean), at_the_mean)
    melanin = columns().index(("melanin", ""))
    told = at_the_mean.copy()
    told[melanin] += 0.5
    assert regressor._stretched(told)[melanin] - at_the_mean[melanin] > 0.6
    slider = columns().index(("sliders", "nose_width"))
    told[slider] += 0.8
    assert regressor._stretched(told)[slider] == told[slider]


def test_adjectives_bind_to_their_nouns(regressor: Regressor) -> None:
    woman = read(regressor, "a blue-skinned woman with red lips")
    assert "blue" in woman.creature and "red" in woman.lipstick
    assert read(regressor, "a dark-skinned man with a grey beard").creature == ""


def test_another_prompt_than_a_caption_stays_in_range(regressor: Regressor) -> None:
    for text in ("", "zzz", "very very very dark dark dark old old old man", "🦀"):
        attributes = read(regressor, text)
        assert 0.5 <= attributes.years <= 98 and 0 <= attributes.melanin <= 1.15
        Attributes.from_json(attributes.to_json())


def test_embeddings_carry_unheard_words() -> None:
    heads = captioned_heads(400, 7)
    old = np.array([[attributes.years / 50 - 1, 0.5] for attributes, _ in heads], np.float32)
    fitted = fit_regressor(heads, old)
    ancient = fitted.attributes("zzzz", np.array([0.9, 0.5], np.float32))
    newborn = fitted.attributes("zzzz", np.array([-0.9, 0.5], np.float32))
    assert ancient.years > newborn.years + 30


def test_features_mark_words_and_pairs() -> None:
    row = described(["a red hat"], no_embedding(1))[0]
    assert row.sum() == 3  # red, hat, red hat
    assert len(described(["", "x"], no_embedding(2))) == 2


def test_columns_cover_every_attribute() -> None:
    named = {field for field, _ in columns()}
    wanted = set(Attributes.__dataclass_fields__) - {"odd"}
    assert named == wanted
    assert all(re.fullmatch(r"[a-z_ ]*", value) for _, value in columns())


def test_the_same_seed_gives_the_same_heads() -> None:
    assert captioned_heads(20, 1) == captioned_heads.__wrapped__(20, 1)
    assert captioned_heads(20, 1) != captioned_heads.__wrapped__(20, 2)
