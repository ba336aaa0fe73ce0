"""The named identity sliders: what each moves at 1, on the half cage, in cm.

Centres are places of the base head: eye (3.1, 3.6, 8.0), nose tip (0, -0.5, 13), lips y -3.5, chin y -7,
brow y 5.4, crown y 14.7, ear (7.2, 0.4, 0.9).  Signs: + is more of what the name says.
"""

from __future__ import annotations

import numpy as np

from dreamhead.head.builtin.anatomy import EYE_CENTER
from dreamhead.head.builtin.shapes import (
    EAR_ROOT,
    Field,
    Masks,
    Points,
    above_shoulders,
    bump,
    move,
    near_eye,
    off_eye,
    ramp,
    turn,
    widen,
    with_eyes,
)

EYE_SIZE_STEP = 0.11  # eyeball scale per unit of eye_size


def _neck_width(p: Points, _: Masks) -> Points:
    region = ramp(-p[:, 1], 5.5, 10.0) * (1 - ramp(p[:, 2], 6.5, 9.5)) * ramp(p[:, 1], -16.0, -12.0)
    region *= 1 - ramp(p[:, 0], 5.5, 9.5)
    return np.stack([p[:, 0] * 0.12, np.zeros(len(p)), (p[:, 2] - 0.5) * 0.08], 1) * region[:, None]


def _lip(masks: Masks, lip: str, sign: float) -> Points:
    """Vermilion height and fullness of the upper ("u") or lower ("l") lip."""
    height = 0.17 if lip == "u" else 0.20
    return (
        move(masks["m3" + lip], (0, sign * height, 0.05))
        + move(masks["m4" + lip], (0, sign * (0.03 if lip == "u" else 0.04), 0.19 if lip == "u" else 0.22))
        + move(masks["m5" + lip], (0, 0, 0.09 if lip == "u" else 0.10))
        + move(masks["m2" + lip], (0, sign * (0.10 if lip == "u" else 0.12), 0.03))
    )


def _lip_forward(masks: Masks, lip: str) -> Points:
    shares = {2: 0.10, 3: 0.22, 4: 0.26, 5: 0.20}
    return np.sum([move(masks[f"m{ring}{lip}"], (0, 0, share)) for ring, share in shares.items()], 0)


def _lip_sides(p: Points, masks: Masks) -> Points:
    """Fullness towards the corners, both lips."""
    lateral = bump(p, (1.6, -3.4, 11), (0.55, 1.2, 1.5))
    return move(lateral * masks["m3u"], (0, 0.16, 0.06)) + move(lateral * masks["m3l"], (0, -0.18, 0.06))


def _lid_turn(p: Points, weight: Points, degrees: float) -> Points:
    """Slide lids over the eyeball: positive upwards."""
    return turn(weight, p, EYE_CENTER, "x", -degrees)


def _eye_width(p: Points, masks: Masks) -> Points:
    """Canthi slide apart around the eyeball."""
    sideways = np.clip((p[:, 0] - EYE_CENTER[0]) / 1.6, -1.2, 1.2)
    return turn(masks["lids"] * sideways, p, EYE_CENTER, "y", 7.0)


def _nose_button(p: Points, _: Masks) -> Points:
    """An infant's nose: the whole of it stands less far out, and its tip is round and a little raised."""
    nose = bump(p, (0, -0.2, 12.0), (1.5, 1.6, 2.6))
    stands_out = np.maximum(p[:, 2] - 10.9, 0)
    rounded = bump(p, (0, -0.7, 12.9), (1.0, 0.8, 1.0))
    return np.stack([0.15 * rounded * p[:, 0], 0.25 * rounded, -0.38 * nose * stands_out], 1)


CRANIUM: dict[str, Field] = {
    "head_width": lambda p, m: move(
        p[:, 0] * 0.07 * (1 - 0.6 * ramp(p[:, 2], 5, 10)) * above_shoulders(p), (1, 0, 0)
    ),
    "head_depth": lambda p, m: move(np.minimum(p[:, 2] - 3, 0) * 0.10 * ramp(p[:, 1], -9, -1), (0, 0, 1)),
    "cranium_height": lambda p, m: move(np.maximum(p[:, 1] - 5, 0) * 0.13 * ramp(p[:, 1], 4, 9), (0, 1, 0)),
    "forehead_height": lambda p, m: move(bump(p, (0, 10, 8), (5, 3, 4)), (0, 0.7, 0.15)),
    "forehead_slope": lambda p, m: move(ramp(p[:, 1], 5, 11) * ramp(p[:, 2], 2, 8), (0, -0.1, -0.9)),
    "temple": lambda p, m: move(bump(p, (6.8, 5.4, 5), (1.5, 2, 2.6)), (0.45, 0, 0.1)),
    "cranium_width": lambda p, m: move(
        p[:, 0] * 0.075 * ramp(p[:, 1], 3, 9) * (1 - ramp(p[:, 2], 4, 9)), (1, 0, 0)
    ),
    "occiput": lambda p, m: move(bump(p, (0, 5, -9), (5, 4, 4)), (0, 0, -0.9)),
    "crown_back": lambda p, m: move(bump(p, (0, 14, -4), (6, 4, 4)), (0, 0.7, -0.2)),
    "forehead_width": lambda p, m: move(bump(p, (5, 8.5, 7), (2.6, 2.4, 3)) * widen(p, 5), (0.45, 0, 0.1)),
    "forehead_bulge": lambda p, m: move(bump(p, (0, 8.6, 10.2), (3.6, 1.9, 2.5)), (0, 0, 0.5)),
    "forehead_eminence": lambda p, m: move(bump(p, (2.6, 8.6, 9.8), (1.5, 1.3, 1.8)), (0.05, 0, 0.3)),
}
FACE: dict[str, Field] = {
    "face_length": lambda p, m: move(-ramp(-p[:, 1], -2.5, 9.0), (0, 1.1, 0)),
    "face_width": lambda p, m: move(bump(p, (6.5, 0, 5), (4, 4.2, 4.5)) * widen(p, 6.5), (0.5, 0, 0)),
    "face_flatness": lambda p, m: move(
        bump(p, (4.6, 1, 8.6), (1.8, 3.2, 2.6)) * off_eye(p) - bump(p, (0, 0.5, 12), (1.9, 3.6, 3)),
        (0, 0, 0.35),
    ),
    "midface_length": lambda p, m: move(-ramp(-p[:, 1], -2.4, 0.8) * ramp(p[:, 2], 2.5, 7), (0, 0.5, 0)),
    "midface_projection": lambda p, m: move(bump(p, (0, -1.2, 11), (3.2, 2.2, 3)), (0, 0, 0.55)),
    "cheekbone": lambda p, m: move(
        bump(p, (5.4, 0.9, 7.8), (1.6, 1.2, 2)) * ramp(p[:, 0], 1, 4), (0.45, 0.05, 0.35)
    ),
    "cheek_fullness": lambda p, m: move(
        bump(p, (4.8, -2, 8), (1.7, 2, 2.4)) * ramp(p[:, 0], 0, 3), (0.75, 0, 0.45)
    ),
    "cheek_front": lambda p, m: move(bump(p, (3.4, 0.4, 9.9), (1.2, 1.1, 1.6)) * off_eye(p), (0.05, 0, 0.35)),
    "cheek_height": lambda p, m: move(
        bump(p, (4.7, -0.4, 8.6), (1.6, 1.8, 2.2)) * off_eye(p), (0.05, 0.5, 0)
    ),
    "cheek_sag": lambda p, m: move(bump(p, (4.3, -2.8, 8.6), (1.4, 1.6, 2)), (0.12, -0.5, 0.10)),
    "cheek_hollow": lambda p, m: move(bump(p, (5.2, -2.4, 7.2), (1.3, 1.7, 2.0)), (-0.55, 0, -0.25)),
    "nasolabial": lambda p, m: (
        move(bump(p, (2.75, -2.0, 10.1), (0.45, 1.0, 0.9)), (-0.04, 0, -0.16))
        + move(bump(p, (3.6, -1.0, 9.7), (0.9, 1.0, 1.3)), (0.05, -0.12, 0.20))
    ),
    "marionette": lambda p, m: (
        move(bump(p, (2.8, -5.0, 10.0), (0.4, 0.9, 0.9)), (-0.03, 0, -0.15))
        + move(bump(p, (3.7, -5.1, 9.2), (0.7, 0.9, 1.2)), (0.08, -0.12, 0.14))
    ),
}
JAW: dict[str, Field] = {
    "jaw_width": lambda p, m: move(bump(p, (5.8, -3.8, 4.5), (3, 3, 4.2)) * widen(p, 5.8), (0.9, 0, 0)),
    "jaw_angle": lambda p, m: move(bump(p, (5.6, -4.2, 4.2), (1.8, 1.8, 2.4)), (0.15, -0.8, 0)),
    "jaw_body": lambda p, m: move(bump(p, (4.0, -5.9, 8.0), (1.9, 1.6, 2.4)) * widen(p, 4), (0.5, -0.05, 0)),
    "jaw_projection": lambda p, m: move(
        ramp(-p[:, 1], 3.2, 6.2) * ramp(p[:, 2], 3.5, 10) * ramp(p[:, 1], -10.5, -8.2), (0, 0, 0.6)
    ),
    "chin_width": lambda p, m: move(bump(p, (1.6, -6.6, 10), (1.9, 1.5, 2.2)) * widen(p, 1.9), (0.6, 0, 0.1)),
    "chin_projection": lambda p, m: move(bump(p, (0, -6.7, 10.8), (2.2, 1.3, 2.6)), (0, 0, 0.9)),
    "chin_height": lambda p, m: move(bump(p, (0, -7.6, 9.5), (2.8, 1.6, 3.8)), (0, -0.8, 0)),
    "chin_cleft": lambda p, m: move(bump(p, (0, -6.4, 11), (0.35, 0.7, 1.2)), (0, 0, -0.25)),
    "chin_point": lambda p, m: move(bump(p, (0, -7.2, 10.9), (1.0, 0.9, 1.5)), (0, -0.4, 0.2)),
    "chin_crease": lambda p, m: move(bump(p, (0, -5.3, 11), (1.7, 0.5, 1)), (0, 0, -0.25)),
    "double_chin": lambda p, m: move(bump(p, (0, -9.5, 6.1), (3.2, 2.6, 3.2)), (0, -0.9, 0.1)),
    "jowl": lambda p, m: move(bump(p, (3.7, -5.7, 8.2), (1.1, 1.0, 1.5)), (0.28, -0.5, 0.12)),
}
BROW: dict[str, Field] = {
    "brow_ridge": lambda p, m: move(bump(p, (2.6, 5.4, 10.2), (2.6, 0.75, 1.5)), (0, -0.1, 0.5)),
    "brow_height": lambda p, m: move(bump(p, (3, 6, 10), (3.2, 1, 2.2)) * off_eye(p), (0, 0.55, 0)),
    "brow_inner": lambda p, m: move(bump(p, (1.2, 5.5, 10.8), (1.1, 0.9, 1.5)), (0, 0.4, 0)),
    "brow_outer": lambda p, m: move(bump(p, (5, 5.7, 9.2), (1.3, 1.0, 1.8)) * off_eye(p), (0, 0.4, 0)),
    "brow_overhang": lambda p, m: move(
        bump(p, (4.5, 5.0, 9.6), (1.3, 0.6, 1.2)) * ramp(p[:, 1], 4.2, 5.0), (0, -0.22, 0.2)
    ),
    "glabella": lambda p, m: move(bump(p, (0, 5.2, 10.9), (1.0, 0.9, 1.5)), (0, 0, 0.35)),
}
EYES: dict[str, Field] = {
    "eye_size": lambda p, m: near_eye(p, 1.9, 3.4)[:, None] * (p - EYE_CENTER) * EYE_SIZE_STEP,
    "eye_spacing": lambda p, m: move(near_eye(p, 2.0, 4.2) * ramp(p[:, 0], 0, 1.2), (0.32, 0, 0)),
    "eye_height": lambda p, m: move(near_eye(p, 2.0, 3.8), (0, 0.3, 0)),
    "eye_depth": lambda p, m: move(near_eye(p, 2.0, 3.6), (0, 0, -0.35)),
    "eye_tilt": lambda p, m: turn(near_eye(p, 1.9, 3.2), p, EYE_CENTER, "z", 7.0),
    "eye_open": lambda p, m: _lid_turn(p, m["lid_upper"], 6.0) + _lid_turn(p, m["lid_lower"], -2.0),
    "eye_width": _eye_width,
    "eye_outer_corner": lambda p, m: _lid_turn(p, m["lids"] * bump(p, (4.9, 3.5, 8.6), (0.8, 1.5, 1.2)), 8.0),
    "eye_inner_corner": lambda p, m: _lid_turn(
        p, m["lids"] * bump(p, (1.6, 3.3, 9.3), (0.6, 1.5, 1.2)), -6.0
    ),
    "eye_hooded": lambda p, m: (
        move(m["e3u"], (0, -0.05, 0.03))
        + move(m["e2u"], (0, -0.11, 0.14))
        + move(m["e1u"], (0.05, -0.30, 0.16))
    ),
    "epicanthus": lambda p, m: move(
        (m["e2u"] + 0.8 * m["e1u"]) * bump(p, (1.8, 4.0, 9.6), (0.8, 0.9, 1.0)), (-0.06, -0.20, 0.12)
    ),
    "lid_crease": lambda p, m: move(m["e2u"], (0, 0.10, -0.08)) + move(m["e1u"], (0, 0.03, -0.05)),
    "lid_fullness": lambda p, m: move(m["e2u"], (0, -0.04, 0.10)) + move(m["e1u"], (0, -0.05, 0.16)),
    "eye_hollow": lambda p, m: (
        move(bump(p, (3.2, 4.9, 9.8), (1.6, 0.5, 1.0)) + 0.25 * m["e1u"], (0, 0.03, -0.25))
        + move(bump(p, (2.7, 2.1, 9.5), (1.2, 0.45, 0.9)) + 0.4 * m["e1l"], (0, 0, -0.16))
    ),
    "eye_bag": lambda p, m: (
        move(m["e2l"], (0, -0.02, 0.08))
        + move(m["e1l"], (0, -0.10, 0.16))
        + move(bump(p, (2.6, 1.7, 9.6), (1.3, 0.35, 0.8)), (0, 0, -0.10))
    ),
    "lower_lid_sag": lambda p, m: _lid_turn(p, m["lid_lower"], -4.0),
}
NOSE: dict[str, Field] = {
    "nose_width": lambda p, m: move(bump(p, (1.5, -0.9, 11), (1.3, 1.1, 1.7)) * widen(p, 1.8), (0.5, 0, 0)),
    "nose_length": lambda p, m: move(
        bump(p, (0, -0.9, 12.2), (2.1, 1.3, 2.2)) * ramp(p[:, 1], -2.9, -1.6), (0, -0.6, 0)
    ),
    "nose_projection": lambda p, m: move(bump(p, (0, -0.4, 12.9), (1.5, 1.4, 1.9)), (0, 0, 0.7)),
    "nose_bridge": lambda p, m: move(bump(p, (0, 2.6, 11.6), (1.0, 1.7, 1.8)), (0, 0, 0.5)),
    "nose_hump": lambda p, m: move(bump(p, (0, 1.4, 12.2), (0.8, 0.75, 1.5)), (0, 0, 0.4)),
    "nose_tip_up": lambda p, m: move(bump(p, (0, -0.6, 12.8), (1.3, 0.9, 1.3)), (0, 0.55, -0.05)),
    "bridge_width": lambda p, m: move(bump(p, (0.7, 2.2, 11), (1.0, 1.7, 1.4)) * widen(p, 0.9), (0.28, 0, 0)),
    "nostril_flare": lambda p, m: move(bump(p, (1.7, -1.1, 11), (0.65, 0.7, 1.0)), (0.25, 0.12, 0.05)),
    "nose_root": lambda p, m: move(bump(p, (0, 3.7, 10.9), (1.0, 0.9, 1.4)), (0, 0, 0.4)),
    "nose_tip_width": lambda p, m: move(
        bump(p, (0.7, -0.4, 12.5), (0.8, 0.7, 0.9)) * widen(p, 0.9), (0.28, 0, 0)
    ),
    "nose_bulb": lambda p, m: (
        bump(p, (0, -0.2, 12.6), (1.1, 0.8, 0.9))[:, None] * (p - [0, -0.1, 11.9]) * [0.25, 0.2, 0.25]
    ),
    "alar_height": lambda p, m: move(bump(p, (1.6, -0.6, 11), (0.8, 0.8, 1.1)), (0, 0.3, 0)),
    "columella": lambda p, m: move(bump(p, (0, -0.9, 12), (0.6, 0.6, 1.2)), (0, -0.28, 0)),
    "nose_button": _nose_button,
}
MOUTH: dict[str, Field] = {
    "mouth_width": lambda p, m: move(
        bump(p, (1.9, -3.5, 10.3), (2.0, 1.2, 2.0)) * widen(p, 2.3), (0.45, 0, -0.12)
    ),
    "mouth_height": lambda p, m: move(
        bump(p, (0, -3.5, 11), (3.2, 1.2, 2.6)) * ramp(-p[:, 1], 1.9, 2.8), (0, 0.4, 0)
    ),
    "mouth_projection": lambda p, m: move(
        bump(p, (0, -3.4, 11), (3.0, 1.7, 2.5)) * ramp(-p[:, 1], 1.4, 2.6), (0, 0, 0.7)
    ),
    "mouth_corner": lambda p, m: move(bump(p, (2.6, -3.6, 10.1), (0.9, 0.9, 1.2)), (0, 0.3, -0.03)),
    "lip_upper": lambda p, m: _lip(m, "u", 1.0),
    "lip_lower": lambda p, m: _lip(m, "l", -1.0),
    "lip_upper_forward": lambda p, m: _lip_forward(m, "u"),
    "lip_lower_forward": lambda p, m: _lip_forward(m, "l"),
    "lip_sides": _lip_sides,
    "cupids_bow": lambda p, m: move(
        m["m3u"]
        * (1.2 * bump(p, (0.55, -2.7, 11.8), (0.3, 1, 2)) - 0.6 * bump(p, (0, -2.7, 11.8), (0.22, 1, 2))),
        (0, 0.12, 0.02),
    ),
    "philtrum": lambda p, m: move(
        0.5 * bump(p, (0.6, -2.2, 11.7), (0.22, 0.5, 1)) - bump(p, (0, -2.2, 11.7), (0.28, 0.5, 1)),
        (0, 0, 0.12),
    ),
}
# The canines themselves are grown by canines.py; here the lips give way to them.
CANINES: dict[str, Field] = {
    "fang_length": lambda p, m: move(bump(p, (1.7, -2.9, 10.9), (0.6, 0.5, 1.0)), (0, 0, 0.06)),
    "tusk_length": lambda p, m: (
        move(m["m3l"] * bump(p, (1.8, -3.6, 10.9), (0.4, 1, 1.5)), (0, -0.22, 0.05))
        + move(m["m4l"] * bump(p, (1.8, -3.6, 10.9), (0.4, 1, 1.5)), (0, -0.2, -0.05))
        + move(m["m4u"] * bump(p, (1.8, -3.4, 10.9), (0.4, 1, 1.5)), (0, 0.16, -0.1))
        + move(m["m3u"] * bump(p, (1.8, -3.4, 10.9), (0.4, 1, 1.5)), (0, 0.12, -0.1))
        + move(bump(p, (2.0, -4.3, 10.4), (0.8, 0.7, 1.2)), (0.05, -0.05, 0.18))
    ),
}
EARS: dict[str, Field] = {
    "ear_size": lambda p, m: m["ear_base"][:, None] * (p - EAR_ROOT) * 0.22,
    "ear_protrusion": lambda p, m: turn(m["ear"], p, np.array([7.2, 0.4, 1.0]), "y", -18.0),
    "ear_lobe": lambda p, m: move(m["ear"] * bump(p, (7.1, -1.8, 1.2), (1.2, 0.9, 1.2)), (0, -0.4, 0)),
    "ear_length": lambda p, m: m["ear_base"][:, None] * (p - EAR_ROOT) * [0, 0.20, 0],
    "ear_width": lambda p, m: m["ear_base"][:, None] * (p - EAR_ROOT) * [0.05, 0, 0.20],
    "ear_height": lambda p, m: move(m["ear_base"], (0, 0.5, 0)),
    "ear_tilt": lambda p, m: turn(m["ear"], p, EAR_ROOT, "x", -11.0),
    "ear_point": lambda p, m: move(
        m["helix"] * bump(p, (8.4, 3.5, -0.7), (1.1, 1.0, 1.1)) * ramp(p[:, 1], 1.2, 3.4), (0.3, 1.5, -0.8)
    ),
}
NECK: dict[str, Field] = {
    "neck_width": _neck_width,
    "neck_front": lambda p, m: move(bump(p, (0, -10.4, 4.8), (0.9, 0.8, 1.5)), (0, 0, 0.45)),
    "neck_length": lambda p, m: move(-ramp(-p[:, 1], 7.5, 13.5), (0, 1.0, 0)),
    "neck_depth": lambda p, m: move(bump(p, (0, -8, -7.5), (4.5, 4, 4)), (0, 0, -0.7)),
    "neck_sag": lambda p, m: move(bump(p, (0, -9.2, 6.4), (0.9, 1.5, 1.8)), (0, -0.3, 0.4)),
    "neck_cords": lambda p, m: move(bump(p, (1.3, -10.6, 4.9), (0.45, 1.8, 1.2)), (0, 0, 0.2)),
    "trapezius": lambda p, m: move(bump(p, (5.2, -10.5, -3), (2.4, 2.4, 3.6)) * widen(p, 5.2), (0.7, 0.2, 0)),
    "shoulder_width": lambda p, m: (
        (p - [0, 0, -1.5]) * [0.12, 0, 0.05] * (ramp(-p[:, 1], 11.5, 15.5) * ramp(p[:, 0], 0, 7))[:, None]
    ),
    "shoulder_height": lambda p, m: move(ramp(-p[:, 1], 10.5, 14) * ramp(p[:, 0], 3, 11), (0, 0.9, 0)),
}
_RIGID_EYES = CRANIUM | FACE | JAW | BROW
SLIDERS: dict[str, Field] = (
    {name: with_eyes(field) for name, field in _RIGID_EYES.items()}
    | EYES
    | NOSE
    | MOUTH
    | CANINES
    | EARS
    | NECK
)
