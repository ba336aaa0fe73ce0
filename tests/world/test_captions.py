from __future__ import annotations

import numpy as np
import pytest

from dreamhead.world.archetypes import load_archetypes
from dreamhead.world.attributes import Attributes, sample
from dreamhead.world.captions import caption, corpus, shape_caption, word_list
from dreamhead.world.phrases import _CREATURE_WORDS

OLD = (
    "old", "elderly", "aged", "wrinkle", "grand", "pensioner", "senior", "ancient", "lined", "furrow", "year", "aging",
)  # fmt: skip
COLOURLESS = ("red", "blue", "green", "skin", "hair", "beard", "freckle", "lipstick", "paint", "tattoo")


def texts(attributes: Attributes, count: int = 40, **options: float) -> list[str]:
    rng = np.random.default_rng(1)
    return [caption(attributes, rng, **options).lower() for _ in range(count)]


def test_a_green_creature_is_called_green_or_by_its_archetype() -> None:
    rng = np.random.default_rng(2)
    greens = tuple(word.lower() for word in _CREATURE_WORDS["green"])
    checked = 0
    while checked < 40:
        attributes = sample(rng)
        if attributes.creature != "green":
            continue
        checked += 1
        names = load_archetypes()[attributes.archetype].names if attributes.archetype else ()
        text = caption(attributes, rng).lower()
        assert any(word in text for word in (*greens, *(name.lower() for name in names))), text


def test_what_contradicts_the_archetype_is_always_said() -> None:
    blue_sailor = sample(np.random.default_rng(0), "sailor").changed(creature="blue", odd=("creature",))
    blues = _CREATURE_WORDS["blue"]
    assert all(any(word in text for word in blues) for text in texts(blue_sailor))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"years": 85.0}, OLD),
        ({"years": 1.0}, ("baby", "infant", "newborn")),
        ({"freckles": 1.0}, ("freckle", "freckly")),
        ({"beard": "beard", "sex": "male"}, ("beard",)),
        ({"dirt": 1.0}, ("dirt", "grim", "filthy", "soot", "mud")),
        ({"melanin": 1.0}, ("dark", "black", "african", "ebony")),
        ({"width": -0.9}, ("narrow", "slim", "slender")),
        ({"weight": 0.9}, ("fat", "obese", "chin", "cheeks", "corpulent", "fleshy")),
        ({"headwear": "beanie"}, ("beanie", "hat", "cap")),
        ({"hair": "bald", "headwear": "none"}, ("bald", "hair", "shaved", "scalp")),
    ],
)  # fmt: skip
def test_long_captions_usually_say_what_the_attributes_say(values: dict, words: tuple[str, ...]) -> None:
    said = [any(word in text for word in words) for text in texts(Attributes(**values), length=1.0)]
    assert np.mean(said) > 0.55


def test_lengths_run_from_a_noun_to_a_description() -> None:
    attributes = sample(np.random.default_rng(4), "pirate")
    assert np.mean([len(text) for text in texts(attributes, length=1.0)]) > 2.5 * np.mean(
        [len(text) for text in texts(attributes, length=0.0)]
    )


def test_the_same_generator_gives_the_same_caption() -> None:
    attributes = sample(np.random.default_rng(9))
    assert texts(attributes) == texts(attributes)


def test_clay_captions_say_nothing_of_colour() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        text = shape_caption(sample_independent_of_names(rng), rng)
        assert not any(word in text.split() for word in COLOURLESS), text


def sample_independent_of_names(rng: np.random.Generator) -> Attributes:
    return sample(rng, "")


def test_words_and_corpus() -> None:
    words = word_list()
    assert len(words) >= 2000 and len(set(words)) == len(words)
    assert {"pensioner", "corsair", "cyborg", "sailor", "orc"} <= set(words)
    lines = corpus(np.random.default_rng(0), 200)
    assert len(lines) == 200 and all(lines) and len(set(lines)) > 150
    assert lines == corpus(np.random.default_rng(0), 200)
