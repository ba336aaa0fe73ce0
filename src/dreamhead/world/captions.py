"""Captions: what an image of a head might be called, from one word to a long list."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dreamhead.assets import asset_path
from dreamhead.world.archetypes import load_archetypes
from dreamhead.world.attributes import Attributes, sample
from dreamhead.world.hair_phrases import hair_facts
from dreamhead.world.phrases import Fact, age_fact, person_nouns, shape_facts, skin_fact
from dreamhead.world.surface_phrases import surface_facts

PREFIXES = (
    "a portrait of", "portrait of", "the face of", "a photo of", "a DSLR photo of", "a DSLR portrait of",
    "a close-up of", "a head shot of", "a picture of", "a 3d render of", "a realistic face of", "the head of",
    "a face of", "a photo of the face of", "a detailed portrait of", "a rendering of", "a studio portrait of",
    "a high quality photo of",
)  # fmt: skip
# Said whenever no archetype is named: without them the caption would mislead.
ESSENTIAL = ("creature", "scales", "stone", "metal", "bark", "undead", "paint", "vitiligo")

_FEMALE_ENDINGS = ("woman", "maiden", "ess", "mother", "queen", "girl", "lady")
_FEMALE_WORDS = (
    "she",
    "bride",
    "diva",
    "maid",
    "lass",
    "ballerina",
    "actress",
    "maiko",
    "witch",
    "hag",
    "crone",
    "granny",
    "nana",
)
_MALE_ENDINGS = ("man", "men", "father", "boy", "lord", "prince")
_MALE_WORDS = (
    "king",
    "he",
    "lad",
    "count",
    "dracula",
    "nosferatu",
    "wizard",
    "friar",
    "emperor",
    "duke",
    "guy",
    "grandpa",
    "sultan",
)


def caption(attributes: Attributes, rng: np.random.Generator, length: float | None = None) -> str:
    """One caption in plain English.

    length 0 (the noun alone) .. 1 (nearly everything); drawn when None.  What contradicts the archetype,
    and creature skin without one, is always said.
    """
    length = float(rng.beta(0.9, 1.3)) if length is None else length
    named = bool(attributes.archetype) and rng.random() < 0.85
    noun = _archetype_noun(attributes, rng) if named else str(rng.choice(person_nouns(attributes)))
    facts = [
        skin_fact(attributes),
        age_fact(attributes),
        *shape_facts(attributes),
        *surface_facts(attributes),
        *hair_facts(attributes),
    ]
    must = [fact for fact in facts if fact.about in attributes.odd or (not named and fact.about in ESSENTIAL)]
    optional = [fact for fact in facts if fact not in must and not _repeats(fact, noun)]
    chosen = must + _striking(optional, length, rng)
    if not named and not attributes.human and rng.random() < 0.4:
        noun = str(rng.choice(("creature", "being", "humanoid", f"{attributes.sex} creature", noun)))
    form = rng.choice(("phrase", "tags", "sentences"), p=(0.76, 0.14, 0.10))
    if form == "tags":
        return _tags(noun, chosen, rng)
    if form == "sentences" and chosen:
        return _sentences(noun, chosen, attributes, rng)
    return _phrase(noun, chosen, rng)


def shape_caption(attributes: Attributes, rng: np.random.Generator) -> str:
    """A caption of a plain grey cast of this head: nothing about colour, hair or make-up."""
    named = bool(attributes.archetype) and rng.random() < 0.6
    noun = _archetype_noun(attributes, rng) if named else str(rng.choice(person_nouns(attributes)))
    years = attributes.years
    facts = shape_facts(attributes)
    if not 16 < years < 55:
        facts.append(Fact("years", 0.8, age_fact(attributes).adjectives))
    chosen = _striking([fact for fact in facts if not _repeats(fact, noun)], float(rng.beta(1.2, 1.0)), rng)
    text = _phrase(noun, chosen, rng, prefix_share=0.0)
    cast = (
        "a grey clay model of",
        "a clay head of",
        "a 3d model of",
        "an untextured head of",
        "a plaster cast of",
        "a grey sculpture of",
        "a grey head of",
    )
    return f"{rng.choice(cast)} {text}" if rng.random() < 0.75 else f"{text}, grey clay"


def word_list() -> tuple[str, ...]:
    """Persons, creatures, trades and looks, for distilling the text tower: assets/world/words.txt."""
    lines = asset_path("world/words.txt").read_text(encoding="utf-8").splitlines()
    words = (word.strip() for line in lines if not line.startswith("#") for word in line.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def corpus(rng: np.random.Generator, count: int) -> list[str]:
    """Texts like those users write, for text distillation: captions, bare words, words with features."""
    words = word_list()
    names = [name for archetype in load_archetypes().values() for name in archetype.names]
    texts: list[str] = []
    for _ in range(count):
        kind = rng.random()
        if kind < 0.55:
            texts.append(caption(sample(rng), rng))
            continue
        attributes = sample(rng)
        noun = str(rng.choice(words)) if kind < 0.92 else str(rng.choice(names))
        if kind < 0.62:
            texts.append(noun)
        elif kind < 0.72:
            texts.append(_prefixed(_with_article(noun), rng))
        else:
            facts = [
                skin_fact(attributes),
                age_fact(attributes),
                *shape_facts(attributes),
                *surface_facts(attributes),
                *hair_facts(attributes),
            ]
            texts.append(_phrase(noun, _striking(facts, float(rng.beta(1, 2)), rng), rng))
    return texts


# ---------------------------------------------------------------------------------------------------------------------


def _archetype_noun(attributes: Attributes, rng: np.random.Generator) -> str:
    """The archetype's name, with the sex when it is unusual or by chance."""
    archetype = load_archetypes()[attributes.archetype]
    names = [name for name in archetype.names if _gender(name) in ("", attributes.sex)] or list(
        archetype.names
    )
    weights = np.r_[0.45, np.full(len(names) - 1, 0.55 / max(len(names) - 1, 1))]
    noun = str(rng.choice(names, p=weights / weights.sum()))
    chance = archetype.settings.get("male", 0.5)
    usual = chance if attributes.sex == "male" else 1.0 - chance
    if not _gender(noun) and 0.0 < chance < 1.0 and rng.random() < (0.8 if usual < 0.3 else 0.15):
        noun = (
            f"{attributes.sex} {noun}"
            if rng.random() < 0.75
            else f"{noun} {'man' if attributes.sex == 'male' else 'woman'}"
        )
    return noun


def _gender(noun: str) -> str:
    """The sex a noun implies: "female", "male" or ""."""
    words = noun.replace("-", " ").split()
    if any(word.endswith(_FEMALE_ENDINGS) or word in _FEMALE_WORDS for word in words):
        return "female"
    return "male" if any(word.endswith(_MALE_ENDINGS) or word in _MALE_WORDS for word in words) else ""


def _repeats(fact: Fact, noun: str) -> bool:
    """True when the noun says it already ("old man", "baby")."""
    if fact.about == "years":
        return any(
            word in noun
            for word in (
                "old",
                "elderly",
                "baby",
                "infant",
                "newborn",
                "toddler",
                "teen",
                "young",
                "grand",
                "pensioner",
                "adolescent",
            )
        )
    return any(word in noun.split() for word in fact.adjectives)


def _striking(facts: Sequence[Fact], length: float, rng: np.random.Generator) -> list[Fact]:
    """A random choice, the striking facts more often, in random order."""
    chosen = [
        fact for fact in facts if rng.random() < length ** (1.2 - fact.weight) * (0.35 + 0.65 * fact.weight)
    ]
    order = rng.permutation(len(chosen))
    return [chosen[index] for index in order][: 1 + round(7 * length)] if length > 0.04 else []


def _phrase(noun: str, facts: Sequence[Fact], rng: np.random.Generator, prefix_share: float = 0.45) -> str:
    """ "an old green orc with scars and a heavy brow"."""
    before: list[str] = []
    after: list[str] = []
    hat = ""
    for fact in facts:
        if fact.about == "headwear" and rng.random() < 0.6:
            hat = f"{rng.choice(('wearing', 'in'))} {rng.choice(fact.phrases)}"
        elif fact.adjectives and (not fact.phrases or (len(before) < 3 and rng.random() < 0.6)):
            before.append(str(rng.choice(fact.adjectives)))
        else:
            after.append(str(rng.choice(fact.phrases)))
    text = _with_article(" ".join([*before, noun]))
    if after:
        text += " with " + _listed(after, rng)
    if hat:
        text += f" {hat}" if not after or rng.random() < 0.6 else f", {hat}"
    return (
        _prefixed(text, rng)
        if rng.random() < prefix_share
        else (text if rng.random() < 0.75 else text.split(" ", 1)[1])
    )


def _tags(noun: str, facts: Sequence[Fact], rng: np.random.Generator) -> str:
    """ "orc, green skin, scars, heavy brow"."""
    tags = [str(rng.choice(fact.phrases or fact.adjectives)) for fact in facts]
    tags = [tag.split(" ", 1)[1] if tag.startswith(("a ", "an ")) else tag for tag in tags]
    return ", ".join([*(["portrait"] if rng.random() < 0.3 else []), noun, *tags])


def _sentences(noun: str, facts: Sequence[Fact], attributes: Attributes, rng: np.random.Generator) -> str:
    """ "An old sailor. He has a white beard and blue eyes."."""
    before = [str(rng.choice(fact.adjectives)) for fact in facts if fact.adjectives and not fact.phrases]
    rest = [fact for fact in facts if fact.phrases]
    before += [str(rng.choice(fact.adjectives)) for fact in rest if fact.adjectives and rng.random() < 0.3]
    pronoun = "He" if attributes.sex == "male" else "She"
    text = _with_article(" ".join([*before[:3], noun]))
    text = text[0].upper() + text[1:] + "."
    if rest:
        text += f" {pronoun} has " + _listed([str(rng.choice(fact.phrases)) for fact in rest], rng) + "."
    return text


def _listed(parts: Sequence[str], rng: np.random.Generator) -> str:
    if len(parts) == 1:
        return parts[0]
    if rng.random() < 0.3:
        return " and ".join(parts)
    return ", ".join(parts[:-1]) + (" and " if rng.random() < 0.7 else ", ") + parts[-1]


def _with_article(text: str) -> str:
    """ "a" or "an" by the first letter; names such as "santa claus" or "death" keep theirs too: users write both."""
    return f"{'an' if text[0].lower() in 'aeio' or text.startswith(('un', 'ug', 'ur')) else 'a'} {text}"


def _prefixed(text: str, rng: np.random.Generator) -> str:
    return f"{rng.choice(PREFIXES)} {text}"
