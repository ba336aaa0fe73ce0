"""Hair, beards, brows, lashes and hats, grown by code on any identity of a head."""

from dreamhead.head.wardrobe.dress import DEFAULT_CHOICE, DEFAULT_COLOURS, dress
from dreamhead.head.wardrobe.garment import Garment, carry, joint_weights
from dreamhead.head.wardrobe.items import ITEMS, SLOTS, Item

__all__ = [
    "DEFAULT_CHOICE", "DEFAULT_COLOURS", "ITEMS", "SLOTS", "Garment", "Item", "carry", "dress", "joint_weights",
]  # fmt: skip
