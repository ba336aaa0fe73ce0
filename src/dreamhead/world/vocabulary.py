"""The names that attributes choose from, and the colours those names mean (linear RGB unless said)."""

from __future__ import annotations

from collections.abc import Mapping

Colour = tuple[float, float, float]

# Those of assets/wardrobe.
HAIR_STYLES = (
    "bald", "buzz", "short", "crew", "side_part", "slicked_back", "pompadour", "undercut", "bowl", "long", "parted",
    "bob", "fringe", "wavy", "curly", "long_curly", "afro", "twists", "dreadlocks", "box_braids", "cornrows", "bun",
    "top_knot", "ponytail", "pigtails", "braid", "braids", "mohawk", "spiky", "pixie", "shaggy", "mullet", "receding",
    "balding", "tonsure",
)  # fmt: skip
BEARDS = (
    "none", "stubble", "moustache", "handlebar", "walrus", "goatee", "van_dyke", "soul_patch", "boxed", "beard",
    "long_beard", "chin_curtain", "sideburns",
)  # fmt: skip
HEADWEAR = ("none", "sailors_cap", "beanie")
PAINTS = ("", "clown", "mime", "skull", "war", "tattoo", "stripes", "mask")

# Linear reflectance of hair strands.
HAIR_COLOURS: Mapping[str, Colour] = {
    "black": (0.012, 0.010, 0.009),
    "dark brown": (0.028, 0.016, 0.010),
    "brown": (0.060, 0.032, 0.018),
    "light brown": (0.135, 0.082, 0.045),
    "blonde": (0.300, 0.200, 0.095),
    "red": (0.220, 0.060, 0.018),
    "auburn": (0.095, 0.026, 0.014),
    "grey": (0.290, 0.275, 0.260),
    "white": (0.640, 0.610, 0.570),
    "green": (0.060, 0.240, 0.060),
    "blue": (0.035, 0.090, 0.360),
    "pink": (0.600, 0.130, 0.280),
    "purple": (0.160, 0.045, 0.290),
}

# Linear reflectance of the middle of the iris.
EYE_COLOURS: Mapping[str, Colour] = {
    "dark brown": (0.030, 0.014, 0.007),
    "brown": (0.075, 0.032, 0.012),
    "hazel": (0.110, 0.070, 0.025),
    "green": (0.070, 0.125, 0.050),
    "blue": (0.070, 0.150, 0.280),
    "grey": (0.140, 0.165, 0.180),
    "amber": (0.300, 0.130, 0.020),
    "yellow": (0.620, 0.440, 0.020),
    "orange": (0.560, 0.170, 0.010),
    "red": (0.480, 0.020, 0.015),
    "violet": (0.180, 0.070, 0.340),
    "white": (0.560, 0.560, 0.540),
    "black": (0.006, 0.005, 0.005),
}

# sRGB of creature skin: what the pigments are fitted to.
CREATURE_COLOURS: Mapping[str, Colour] = {
    "green": (0.37, 0.50, 0.25),
    "dark green": (0.22, 0.37, 0.17),
    "blue": (0.29, 0.47, 0.74),
    "dark blue": (0.13, 0.20, 0.42),
    "teal": (0.20, 0.55, 0.53),
    "red": (0.66, 0.15, 0.11),
    "purple": (0.47, 0.28, 0.60),
    "grey": (0.54, 0.54, 0.53),
    "gold": (0.80, 0.60, 0.20),
    "white": (0.91, 0.90, 0.89),
    "orange": (0.85, 0.45, 0.14),
    "yellow": (0.85, 0.78, 0.28),
    "pink": (0.90, 0.52, 0.62),
    "black": (0.10, 0.10, 0.11),
    "silver": (0.66, 0.67, 0.70),
    "bronze": (0.48, 0.33, 0.17),
    "brown stone": (0.46, 0.38, 0.31),
}

LIP_COLOURS: Mapping[str, Colour] = {  # sRGB
    "red": (0.66, 0.05, 0.09),
    "dark red": (0.36, 0.03, 0.07),
    "pink": (0.83, 0.38, 0.50),
    "nude": (0.70, 0.45, 0.38),
    "purple": (0.40, 0.10, 0.43),
    "black": (0.06, 0.05, 0.06),
    "blue": (0.14, 0.25, 0.62),
    "green": (0.10, 0.42, 0.18),
    "orange": (0.85, 0.34, 0.12),
    "gold": (0.75, 0.56, 0.18),
}
SHADOW_COLOURS: Mapping[str, Colour] = {  # sRGB
    "blue": (0.18, 0.32, 0.72),
    "green": (0.12, 0.48, 0.30),
    "purple": (0.40, 0.16, 0.55),
    "pink": (0.86, 0.42, 0.58),
    "black": (0.07, 0.06, 0.07),
    "brown": (0.36, 0.22, 0.16),
    "gold": (0.78, 0.60, 0.25),
    "silver": (0.66, 0.68, 0.72),
    "red": (0.62, 0.12, 0.10),
}
PAINT_COLOURS: Mapping[str, Colour] = {  # sRGB
    "white": (0.92, 0.91, 0.89),
    "black": (0.06, 0.06, 0.07),
    "red": (0.66, 0.07, 0.06),
    "blue": (0.10, 0.22, 0.60),
    "green": (0.12, 0.42, 0.14),
    "yellow": (0.90, 0.74, 0.12),
}
