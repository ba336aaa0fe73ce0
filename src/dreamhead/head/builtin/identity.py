"""Identity sliders: smooth displacement fields on the half cage, and macros that set many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import EYE_CENTER, JAW_HINGE, Eye, rotate_y, smoothstep
from dreamhead.head.builtin.cage import LOWER_LID, MOUTH_CORNER, UPPER_LID, Cage

Points = NDArray[np.float64]
Masks = Mapping[str, Points]

EYE_SIZE_STEP = 0.11  # eyeball scale per unit of eye_size
# Points off the cage that ride on the sliders: eye centre, teeth, jaw hinge, skull base, neck base.
PROBES = np.array([EYE_CENTER, [0, -3.4, 10.4], [6.0, -0.55, 1.82], [0, -1.0, -0.5], [0, -11.5, -1.5]])
SKULL_BASE, NECK_BASE = PROBES[3], PROBES[4]


@dataclass(frozen=True)
class Rest:
    """The resting cage before lips and lids are solved (cm), and what moves with it."""

    points: Points  # (N, 3)
    eye: Eye
    teeth_offset: Points  # (3,)
    teeth_scale: float
    jaw_hinge: Points  # (3,)
    skull_base: Points  # (3,)
    neck_base: Points  # (3,)


def slider_fields(cage: Cage, points: Points) -> tuple[Points, Points]:
    """Displacement per unit of every slider, in SLIDERS' order: cage (K, N, 3) and PROBES (K, 5, 3)."""
    masks = _ring_masks(cage)
    nowhere = {name: np.zeros(len(PROBES)) for name in masks}
    on_cage = np.stack([field(points, masks) for field in SLIDERS.values()])
    on_probes = np.stack([field(PROBES, nowhere) for field in SLIDERS.values()])
    return on_cage, on_probes


def apply_sliders(points: Points, fields: tuple[Points, Points], identity: Points) -> Rest:
    """The default cage (N, 3) moved by sliders (K,)."""
    on_cage, on_probes = fields
    moved = np.einsum("k,kpc->pc", identity, on_probes)
    size = identity[SLIDER_NAMES.index("eye_size")]
    width = identity[SLIDER_NAMES.index("mouth_width")]
    return Rest(
        points=points + np.tensordot(identity, on_cage, 1),
        eye=Eye(EYE_CENTER + moved[0], 1 + EYE_SIZE_STEP * size),
        teeth_offset=moved[1] * [0, 1, 1],
        teeth_scale=1 + 0.03 * width,
        jaw_hinge=JAW_HINGE + moved[2] * [0, 1, 1],
        skull_base=SKULL_BASE + moved[3] * [0, 1, 1],
        neck_base=NECK_BASE + moved[4] * [0, 1, 1],
    )


def _bump(p: Points, center: tuple[float, float, float], spread: tuple[float, float, float]) -> Points:
    """An anisotropic Gaussian, 1 at its centre."""
    return np.exp(-0.5 * (((p - np.array(center)) / np.array(spread)) ** 2).sum(1))


def _move(weight: Points, direction: tuple[float, float, float]) -> Points:
    return weight[:, None] * np.array(direction)


def _near_eye(p: Points, full: float, none: float) -> Points:
    """1 within `full` cm of the eye, 0 beyond `none`."""
    distance = np.linalg.norm((p - EYE_CENTER - [0, 0, 0.6]) * [0.9, 1.05, 0.8], axis=1)
    return 1 - smoothstep(distance, full, none)


def _widen(p: Points, at: float) -> Points:
    """Widths grow in proportion to x: a smooth step at the midline would make a ridge."""
    return p[:, 0] / at


def _ramp(value: Points, start: float, end: float) -> Points:
    return smoothstep(value, start, end)


def _turn_z(weight: Points, p: Points, pivot: Points, degrees: float) -> Points:
    angle, d = np.radians(degrees) * weight, p - pivot
    x = np.cos(angle) * d[:, 0] - np.sin(angle) * d[:, 1]
    y = np.sin(angle) * d[:, 0] + np.cos(angle) * d[:, 1]
    return np.stack([x - d[:, 0], y - d[:, 1], np.zeros(len(p))], 1)


def _neck_width(p: Points, _: Masks) -> Points:
    region = _ramp(-p[:, 1], 5.5, 10.0) * (1 - _ramp(p[:, 2], 6.5, 9.5))
    return np.stack([p[:, 0] * 0.12, np.zeros(len(p)), (p[:, 2] - 0.5) * 0.08], 1) * region[:, None]


def _lip(masks: Masks, lip: str, sign: float) -> Points:
    """Vermilion height and fullness of the upper ("u") or lower ("l") lip."""
    height = 0.17 if lip == "u" else 0.20
    return (
        _move(masks["m3" + lip], (0, sign * height, 0.05))
        + _move(masks["m4" + lip], (0, sign * (0.03 if lip == "u" else 0.04), 0.19 if lip == "u" else 0.22))
        + _move(masks["m5" + lip], (0, 0, 0.09 if lip == "u" else 0.10))
        + _move(masks["m2" + lip], (0, sign * (0.10 if lip == "u" else 0.12), 0.03))
    )


Field = Callable[[Points, Masks], Points]
# Name -> displacement (n, 3) cm at slider 1, of points p (n, 3) with ring masks m (n,) each.
SLIDERS: dict[str, Field] = {
    "head_width": lambda p, m: _move(p[:, 0] * 0.07 * (1 - 0.6 * _ramp(p[:, 2], 5, 10)), (1, 0, 0)),
    "head_depth": lambda p, m: _move(np.minimum(p[:, 2] - 3, 0) * 0.10 * _ramp(p[:, 1], -9, -1), (0, 0, 1)),
    "cranium_height": lambda p, m: _move(np.maximum(p[:, 1] - 5, 0) * 0.13 * _ramp(p[:, 1], 4, 9), (0, 1, 0)),
    "forehead_height": lambda p, m: _move(_bump(p, (0, 10, 8), (5, 3, 4)), (0, 0.7, 0.15)),
    "forehead_slope": lambda p, m: _move(_ramp(p[:, 1], 5, 11) * _ramp(p[:, 2], 2, 8), (0, -0.1, -0.9)),
    "temple": lambda p, m: _move(_bump(p, (6.8, 5.4, 5), (1.5, 2, 2.6)), (0.45, 0, 0.1)),
    "face_length": lambda p, m: _move(-_ramp(-p[:, 1], -2.5, 9.0), (0, 1.1, 0)),
    "jaw_width": lambda p, m: _move(_bump(p, (5.8, -3.8, 4.5), (3, 3, 4.2)) * _widen(p, 5.8), (0.9, 0, 0)),
    "jaw_angle": lambda p, m: _move(_bump(p, (5.6, -4.2, 4.2), (1.8, 1.8, 2.4)), (0.15, -0.8, 0)),
    "chin_width": lambda p, m: _move(
        _bump(p, (1.6, -6.6, 10), (1.9, 1.5, 2.2)) * _widen(p, 1.9), (0.6, 0, 0.1)
    ),
    "chin_projection": lambda p, m: _move(_bump(p, (0, -6.7, 10.8), (2.2, 1.3, 2.6)), (0, 0, 0.9)),
    "chin_height": lambda p, m: _move(_bump(p, (0, -7.6, 9.5), (2.8, 1.6, 3.8)), (0, -0.8, 0)),
    "chin_cleft": lambda p, m: _move(_bump(p, (0, -6.4, 11), (0.35, 0.7, 1.2)), (0, 0, -0.25)),
    "cheekbone": lambda p, m: _move(
        _bump(p, (5.4, 0.9, 7.8), (1.6, 1.2, 2)) * _ramp(p[:, 0], 1, 4), (0.45, 0.05, 0.35)
    ),
    "cheek_fullness": lambda p, m: _move(
        _bump(p, (4.8, -2, 8), (1.7, 2, 2.4)) * _ramp(p[:, 0], 0, 3), (0.75, 0, 0.45)
    ),
    "brow_ridge": lambda p, m: _move(_bump(p, (2.6, 5.4, 10.2), (2.6, 0.75, 1.5)), (0, -0.1, 0.5)),
    "brow_height": lambda p, m: _move(
        _bump(p, (3, 6, 10), (3.2, 1, 2.2)) * (1 - _near_eye(p, 1.7, 2.6)), (0, 0.55, 0)
    ),
    "eye_size": lambda p, m: _near_eye(p, 1.9, 3.4)[:, None] * (p - EYE_CENTER) * EYE_SIZE_STEP,
    "eye_spacing": lambda p, m: _move(_near_eye(p, 2.0, 4.2) * _ramp(p[:, 0], 0, 1.2), (0.32, 0, 0)),
    "eye_height": lambda p, m: _move(_near_eye(p, 2.0, 3.8), (0, 0.3, 0)),
    "eye_depth": lambda p, m: _move(_near_eye(p, 2.0, 3.6), (0, 0, -0.35)),
    "eye_tilt": lambda p, m: _turn_z(_near_eye(p, 1.9, 3.2), p, EYE_CENTER, 7.0),
    "eye_hooded": lambda p, m: _move(m["e2u"], (0, -0.22, 0.14)) + _move(m["e1u"], (0.05, -0.30, 0.12)),
    "eye_bag": lambda p, m: (
        _move(m["e2l"], (0, -0.02, 0.08))
        + _move(m["e1l"], (0, -0.10, 0.16))
        + _move(_bump(p, (2.6, 1.7, 9.6), (1.3, 0.35, 0.8)), (0, 0, -0.10))
    ),
    "nose_width": lambda p, m: _move(
        _bump(p, (1.5, -0.9, 11), (1.3, 1.1, 1.7)) * _widen(p, 1.8), (0.5, 0, 0)
    ),
    "nose_length": lambda p, m: _move(
        _bump(p, (0, -0.9, 12.2), (2.1, 1.3, 2.2)) * _ramp(p[:, 1], -2.9, -1.6), (0, -0.6, 0)
    ),
    "nose_projection": lambda p, m: _move(_bump(p, (0, -0.4, 12.9), (1.5, 1.4, 1.9)), (0, 0, 0.7)),
    "nose_bridge": lambda p, m: _move(_bump(p, (0, 2.6, 11.6), (1.0, 1.7, 1.8)), (0, 0, 0.5)),
    "nose_hump": lambda p, m: _move(_bump(p, (0, 1.4, 12.2), (0.8, 0.75, 1.5)), (0, 0, 0.4)),
    "nose_tip_up": lambda p, m: _move(_bump(p, (0, -0.6, 12.8), (1.3, 0.9, 1.3)), (0, 0.55, -0.05)),
    "bridge_width": lambda p, m: _move(
        _bump(p, (0.7, 2.2, 11), (1.0, 1.7, 1.4)) * _widen(p, 0.9), (0.28, 0, 0)
    ),
    "nostril_flare": lambda p, m: _move(_bump(p, (1.7, -1.1, 11), (0.65, 0.7, 1.0)), (0.25, 0.12, 0.05)),
    "mouth_width": lambda p, m: _move(
        _bump(p, (1.9, -3.5, 10.3), (2.0, 1.2, 2.0)) * _widen(p, 2.3), (0.45, 0, -0.12)
    ),
    "mouth_height": lambda p, m: _move(
        _bump(p, (0, -3.5, 11), (3.2, 1.2, 2.6)) * _ramp(-p[:, 1], 1.9, 2.8), (0, 0.4, 0)
    ),
    "mouth_projection": lambda p, m: _move(
        _bump(p, (0, -3.4, 11), (3.0, 1.7, 2.5)) * _ramp(-p[:, 1], 1.4, 2.6), (0, 0, 0.7)
    ),
    "lip_upper": lambda p, m: _lip(m, "u", 1.0),
    "lip_lower": lambda p, m: _lip(m, "l", -1.0),
    "cupids_bow": lambda p, m: _move(
        m["m3u"]
        * (1.2 * _bump(p, (0.55, -2.7, 11.8), (0.3, 1, 2)) - 0.6 * _bump(p, (0, -2.7, 11.8), (0.22, 1, 2))),
        (0, 0.12, 0.02),
    ),
    "ear_size": lambda p, m: m["ear"][:, None] * (p - [7.2, 0.4, 0.9]) * 0.22,
    "ear_protrusion": lambda p, m: rotate_y(p, -18.0 * m["ear"], np.array([7.2, 0.4, 1.0])) - p,
    "ear_lobe": lambda p, m: _move(m["ear"] * _bump(p, (7.1, -1.8, 1.2), (1.2, 0.9, 1.2)), (0, -0.4, 0)),
    "neck_width": _neck_width,
    "neck_front": lambda p, m: _move(_bump(p, (0, -10.4, 4.8), (0.9, 0.8, 1.5)), (0, 0, 0.45)),
    "double_chin": lambda p, m: _move(_bump(p, (0, -8.4, 7.2), (3.0, 1.3, 2.6)), (0, -1.0, 0.25)),
    "jowl": lambda p, m: _move(_bump(p, (3.7, -5.7, 8.2), (1.1, 1.0, 1.5)), (0.28, -0.5, 0.12)),
    "nasolabial": lambda p, m: (
        _move(_bump(p, (2.75, -2.0, 10.1), (0.45, 1.0, 0.9)), (-0.04, 0, -0.16))
        + _move(_bump(p, (3.6, -1.0, 9.7), (0.9, 1.0, 1.3)), (0.05, -0.12, 0.20))
    ),
    "cheek_hollow": lambda p, m: _move(_bump(p, (5.2, -2.4, 7.2), (1.3, 1.7, 2.0)), (-0.55, 0, -0.25)),
}
SLIDER_NAMES = tuple(SLIDERS)

# Limits other than -1..1: growth that runs one way only, or that macros push further.
LIMITS: dict[str, tuple[float, float]] = {
    "chin_cleft": (-0.4, 1.2),
    "double_chin": (-0.4, 1.6),
    "eye_bag": (-0.4, 1.4),
    "eye_hooded": (-0.6, 1.2),
    "jowl": (-0.4, 1.6),
    "nasolabial": (-0.5, 1.4),
    "neck_front": (-0.4, 1.2),
    "neck_width": (-1.2, 1.4),
}

MACROS: dict[str, dict[str, float]] = {
    "age": dict(
        jowl=1.2, nasolabial=1.4, eye_bag=1.3, eye_hooded=0.9, lip_upper=-0.8, lip_lower=-0.6, ear_size=0.4,
        ear_lobe=0.8, nose_length=0.45, temple=-0.7, cheek_hollow=0.8, brow_height=-0.3, double_chin=0.4,
        neck_front=0.5, eye_depth=0.5, mouth_projection=-0.35, chin_projection=0.2, cheek_fullness=-0.3,
        nose_width=0.15, neck_width=-0.2,
    ),
    "masculine": dict(
        jaw_width=0.6, jaw_angle=0.4, chin_width=0.7, chin_height=0.35, brow_ridge=0.8, forehead_slope=0.35,
        neck_width=0.7, nose_width=0.25, nose_projection=0.15, brow_height=-0.5, lip_upper=-0.25, lip_lower=-0.25,
        cheek_fullness=-0.25, eye_size=-0.35, face_length=0.25, neck_front=0.6,
    ),
    "fat": dict(
        cheek_fullness=1.0, double_chin=1.3, jowl=0.8, neck_width=1.3, jaw_width=0.7, cheekbone=-0.2,
        eye_size=-0.15, chin_width=0.4, temple=0.3, nose_width=0.2, head_width=0.15, cheek_hollow=-0.7,
    ),
    "child": dict(
        face_length=-1.0, eye_size=1.0, jaw_width=-0.6, chin_height=-0.8, chin_width=-0.3, chin_projection=-0.5,
        cheek_fullness=0.9, cheekbone=-0.3, nose_bridge=-0.8, nose_projection=-0.6, nose_length=-0.4,
        nose_tip_up=0.35, nose_width=-0.3, cranium_height=1.0, head_width=0.4, forehead_height=0.6,
        forehead_slope=-0.5, brow_ridge=-0.8, neck_width=-1.2, neck_front=-0.4, lip_upper=0.3, mouth_width=-0.45,
        nasolabial=-0.3, cheek_hollow=-0.4, jaw_angle=-0.4,
    ),
}  # fmt: skip


def slider_limits() -> Points:
    """(K, 2) lowest and highest value of each slider."""
    return np.array([LIMITS.get(name, (-1.0, 1.0)) for name in SLIDER_NAMES])


def macro_direction(name: str) -> Points:
    """(K,) the slider values of a macro at 1."""
    return np.array([MACROS[name].get(slider, 0.0) for slider in SLIDER_NAMES])


def _ring_masks(cage: Cage) -> dict[str, Points]:
    """Weights (N,) along single rings: "e2u" = second eye ring, upper arc; "m3l" = third lip ring, lower."""
    masks: dict[str, Points] = {}
    arch = np.sin(np.pi * np.linspace(0, 1, len(UPPER_LID))) ** 0.8
    for ring in (1, 2):
        for name, arc in (("u", UPPER_LID), ("l", LOWER_LID)):
            masks[f"e{ring}{name}"] = np.zeros(len(cage))
            masks[f"e{ring}{name}"][cage.ring("e", ring)[list(arc)]] = arch
    towards_middle = np.sin(np.pi / 2 * np.arange(MOUTH_CORNER + 1) / MOUTH_CORNER) ** 0.7
    for ring in (2, 3, 4, 5):
        nodes = cage.ring("m", ring)
        lower, upper = np.zeros(len(cage)), np.zeros(len(cage))
        lower[nodes[: MOUTH_CORNER + 1]] = towards_middle[::-1]
        upper[nodes[MOUTH_CORNER:]] = towards_middle
        masks[f"m{ring}l"], masks[f"m{ring}u"] = lower, upper
    masks["ear"] = np.zeros(len(cage))
    for ring in range(1, 10):
        masks["ear"][cage.ring("a", ring)] = {1: 0.45, 2: 0.85}.get(ring, 1.0)
    return masks
