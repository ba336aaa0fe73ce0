"""What a head wears: for each slot the item that was set, named, recalled, expected or strongly suggested.

In this order: a setting; what the sentence names; nothing, where it refuses; what it asks for in general ("a hat");
what the regression recalls; what its people are known by (a king's crown); what the text tower finds in it, if it
lies nearer to an item than almost every caption of a head without it does; nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dreamhead.config import SelectConfig
from dreamhead.errors import UsageError
from dreamhead.head.model import Floats
from dreamhead.head.wardrobe import ITEMS, SLOTS
from dreamhead.head.wardrobe.hair_words import PAINTED_BROWS
from dreamhead.settings import did_you_mean
from dreamhead.world.attributes import Attributes
from dreamhead.world.vocabulary import BEARDS, EYE_COLOURS, HAIR_COLOURS, HAIR_STYLES, HEADWEAR
from dreamhead.world.wording import Wishes

NOTHING = {"hair": "bald", "beard": "none", "brows": "none", "lashes": "natural"}  # other slots: "none"
PLAIN = {"hair": "short", "beard": "none", "brows": "natural"}  # instead of what is recalled and refused
SUGGESTED = ("headwear", "glasses", "patch", "earrings")  # slots that the text tower may fill
PERCENTILE = 99.9  # of captions that an item must be nearer than
MARGIN = 0.12  # and by how much, as a cosine
FEWEST = 200  # captions without which nothing is suggested: so few tell nothing


@dataclass(frozen=True)
class Suggestions:
    """How near a sentence is to each item of each slot in SUGGESTED, and how near it must be to count."""

    near: Mapping[str, Mapping[str, float]]  # slot -> item -> cosine
    needed: Mapping[str, Mapping[str, float]]

    def best(self, slot: str) -> str:
        """The nearest item, near or not."""
        return max(self.near[slot], key=lambda name: self.near[slot][name])

    def strongest(self, slot: str) -> str | None:
        """The item that is nearest beyond what it needs, if one is."""
        lead = {name: self.near[slot][name] - self.needed[slot][name] for name in self.near[slot]}
        name = max(lead, key=lambda one: lead[one])
        return name if lead[name] > 0 else None


def checked_settings(config: SelectConfig) -> dict[str, str]:
    """Slot -> the item that was set.  UsageError names the nearest item for a name that the slot does not have."""
    asked = {slot: str(getattr(config, slot)) for slot in SLOTS}
    for slot, name in asked.items():
        if name != "auto" and name not in ITEMS[slot]:
            raise UsageError(
                f"select.{slot}={name} is not an item", did_you_mean(name, ["auto", *ITEMS[slot]])
            )
    return {slot: name for slot, name in asked.items() if name != "auto"}


def item_descriptions() -> list[str]:
    """The texts whose embeddings `suggestions` wants, in its order."""
    return [item.description for slot in SUGGESTED for item in ITEMS[slot].values()]


def suggestions(query: Floats, descriptions: Floats, captions: Floats) -> Suggestions:
    """From unit embeddings: of the sentence (D,), of item_descriptions() (I, D), and of captions (N, D) of heads.

    An item's direction is its description's from that of wearing nothing in its slot.
    """
    near: dict[str, dict[str, float]] = {}
    needed: dict[str, dict[str, float]] = {}
    names = [(slot, name) for slot in SUGGESTED for name in ITEMS[slot]]
    for slot in SUGGESTED:
        nothing = descriptions[names.index((slot, "none"))]
        near[slot], needed[slot] = {}, {}
        for name in ITEMS[slot]:
            if name == "none":
                continue
            direction = descriptions[names.index((slot, name))] - nothing
            direction = direction / max(float(np.linalg.norm(direction)), 1e-6)
            near[slot][name] = float(query @ direction)
            usual = np.percentile(captions @ direction, PERCENTILE) if len(captions) >= FEWEST else np.inf
            needed[slot][name] = float(usual) + MARGIN
    return Suggestions(near, needed)


def wardrobe(
    attributes: Attributes, wishes: Wishes, suggested: Suggestions, settings: Mapping[str, str]
) -> dict[str, Any]:
    """What the head wears, as JSON: an item a slot, linear colours, and the recalled attributes themselves."""
    recalled = {
        "hair": attributes.hair,
        "beard": attributes.beard,
        "brows": brows_of(attributes.brows),
        "headwear": attributes.headwear,
    }
    chosen = {
        slot: settings.get(slot) or _chosen(slot, recalled.get(slot, nothing_in(slot)), wishes, suggested)
        for slot in SLOTS
    }
    hair = list(HAIR_COLOURS[attributes.hair_colour])
    colours: dict[str, Sequence[float]] = {
        "hair": hair,
        "beard": hair,
        "brows": [0.8 * value + (0.1 if attributes.infancy > 0.2 else 0.0) for value in hair],
    }
    for slot in SUGGESTED:
        colour = wishes.colours.get(slot, ITEMS[slot][chosen[slot]].colour)
        if colour is not None:
            colours[slot] = list(colour)
    colours["eyes"] = list(EYE_COLOURS[attributes.eyes])
    painted = attributes.changed(
        hair=_known(chosen["hair"], HAIR_STYLES, attributes.hair),
        beard=_known(chosen["beard"], BEARDS, attributes.beard),
        brows=attributes.brows if chosen["brows"] == recalled["brows"] else PAINTED_BROWS[chosen["brows"]],
        headwear=_known(chosen["headwear"], HEADWEAR, "none"),
    )
    return {**chosen, "colours": colours, "attributes": painted.to_json()}


def brows_of(strength: float) -> str:
    """The brows for how strong they were read to be, 0..1.3."""
    steps = ((0.32, "sparse"), (0.5, "thin"), (1.0, "natural"))
    return next((name for limit, name in steps if strength < limit), "bushy")


def nothing_in(slot: str) -> str:
    """The slot's item that stands for wearing nothing there."""
    name = NOTHING.get(slot, "none")
    return name if name in ITEMS[slot] else next(iter(ITEMS[slot]))


def _chosen(slot: str, recalled: str, wishes: Wishes, suggested: Suggestions) -> str:
    nothing = nothing_in(slot)
    if slot in wishes.asked:
        return wishes.asked[slot]
    if slot in wishes.refused_slots:
        return nothing
    expected = wishes.expected.get(slot, nothing)
    options = [recalled, expected]
    if slot in wishes.generic:
        options.append(wishes.generic[slot] or (suggested.best(slot) if slot in SUGGESTED else nothing))
    elif slot in SUGGESTED:
        options.append(suggested.strongest(slot) or nothing)
    worn = [name for name in options if name != nothing and not wishes.refuses(slot, name)]
    if worn:
        return worn[0]
    return PLAIN.get(slot, nothing) if wishes.refuses(slot, recalled) else recalled


def _known(name: str, names: Sequence[str], otherwise: str) -> str:
    """A name that the world has a word for."""
    return name if name in names else otherwise
