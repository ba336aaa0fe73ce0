"""Some human being, drawn at random: sex, age, build and pigments, and what usually follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dreamhead.world.hairdo import beard_chances, colour_chances, drawn, style_chances

# Sliders of the built-in head that are drawn at random; others follow from age, sex, weight and width.
FREE_SLIDERS = tuple(
    [
        "head_depth",
        "cranium_height",
        "forehead_height",
        "forehead_slope",
        "temple",
        "face_length",
        "jaw_angle",
        "chin_width",
        "chin_projection",
        "chin_height",
        "chin_cleft",
        "cheekbone",
        "brow_ridge",
        "brow_height",
        "eye_size",
        "eye_spacing",
        "eye_height",
        "eye_depth",
        "eye_tilt",
        "eye_hooded",
        "nose_width",
        "nose_length",
        "nose_projection",
        "nose_bridge",
        "nose_hump",
        "nose_tip_up",
        "bridge_width",
        "nostril_flare",
        "mouth_width",
        "mouth_height",
        "mouth_projection",
        "lip_upper",
        "lip_lower",
        "cupids_bow",
        "ear_size",
        "ear_protrusion",
        "ear_lobe",
        "neck_width",
    ]
)


def draw_person(rng: np.random.Generator) -> dict[str, Any]:
    """Sex, age, build and pigments of some human being."""
    band = rng.choice(5, p=(0.06, 0.10, 0.44, 0.20, 0.20))
    low, high = ((0.3, 4.0), (5.0, 17.0), (18.0, 45.0), (45.0, 65.0), (65.0, 95.0))[band]
    melanin = float(
        rng.choice(
            (rng.uniform(0.02, 0.3), rng.uniform(0.3, 0.65), rng.uniform(0.65, 1.14)), p=(0.45, 0.3, 0.25)
        )
    )
    return {
        "sex": "male" if rng.random() < 0.5 else "female",
        "years": rng.uniform(low, high),
        "weight": np.clip(rng.normal(0, 0.45), -1, 1),
        "width": np.clip(rng.normal(0, 0.45), -1, 1),
        "sliders": {name: float(np.clip(rng.normal(0, 0.36), -1.1, 1.1)) for name in FREE_SLIDERS},
        "melanin": melanin,
        "blood": np.clip(
            rng.normal(0.5 - 0.22 * max(0.0, 1 - melanin / 0.2), 0.05), 0.2, 0.65
        ),  # pale skin shows little
    }


def draw_following(values: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """What usually follows from sex, age and pigment, with room for chance."""
    years, melanin, male = float(values["years"]), float(values["melanin"]), values["sex"] == "male"
    old = float(np.clip((years - 40) / 35, 0, 1))
    sliders = dict(values["sliders"])
    for name, gain in (("nose_width", 0.55), ("lip_upper", 0.5), ("lip_lower", 0.5), ("nose_bridge", -0.3)):
        sliders[name] = sliders.get(name, 0.0) + gain * float(
            np.clip((melanin - 0.5) / 0.5, 0, 1)
        ) * rng.uniform(0.3, 1.4)
    hair_colour = drawn(colour_chances(years, melanin), rng)
    if melanin > 0.5:
        eyes = str(rng.choice(["dark brown", "brown", "hazel", "green"], p=(0.6, 0.32, 0.05, 0.03)))
    else:
        eyes = str(
            rng.choice(
                ["brown", "dark brown", "hazel", "green", "blue", "grey"],
                p=(0.27, 0.1, 0.12, 0.15, 0.26, 0.1),
            )
        )
    hair = drawn(style_chances(str(values["sex"]), years, melanin), rng)
    beard = drawn(beard_chances(str(values["sex"]), years), rng)
    made_up = not male and years > 15 and rng.random() < 0.35
    return {
        "sliders": sliders,
        "hair": hair,
        "hair_colour": hair_colour,
        "eyes": eyes,
        "beard": beard,
        "headwear": "none",
        "brows": np.clip((0.6 + 0.5 * male + rng.normal(0, 0.15)) * (0.35 if years < 3 else 1.0), 0.15, 1.3),
        "redness": np.clip(rng.normal(0.45, 0.2), 0, 1),
        "spots": max(0.0, (old - 0.35) * 1.4) * rng.uniform(0.3, 1.1),
        "moles": rng.uniform(0, 0.7) * (years > 6),
        "freckles": rng.uniform(0.5, 1.0) if melanin < 0.35 and rng.random() < 0.16 else 0.0,
        "tired": np.clip(rng.normal(0.3, 0.2) + 0.25 * old, 0, 1) * (years > 8),
        "oil": rng.uniform(0.1, 0.8),
        "pores": rng.uniform(0.3, 0.9) * (0.3 if years < 12 else 1.0),
        "wrinkles": float(np.clip(rng.normal(0, 0.25), -0.6, 0.6)),
        "lipstick": str(rng.choice(["red", "pink", "dark red", "nude"])) if made_up else "",
        "eyeshadow": str(rng.choice(["", "brown", "pink", "blue"])) if made_up else "",
        "liner": rng.uniform(0.4, 1.0) if made_up else 0.0,
        "blush": rng.uniform(0.3, 0.9) if made_up or (years < 6 and rng.random() < 0.6) else 0.0,
    }
