"""Identity: named sliders and smooth modes move the half cage; macros set many sliders at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dreamhead.head.builtin.anatomy import EYE_CENTER, JAW_HINGE, Eye
from dreamhead.head.builtin.cage import Cage
from dreamhead.head.builtin.macros import HOUSE, MACROS
from dreamhead.head.builtin.modes import mode_fields
from dreamhead.head.builtin.shapes import Field, Points, ring_masks
from dreamhead.head.builtin.sliders import EYE_SIZE_STEP, SLIDERS

__all__ = [
    "CREATURE_SLIDERS", "HOUSE", "JOINT_LIMITS", "LIMITS", "MACROS", "NAMED_SLIDERS", "NECK_BASE", "SLIDER_NAMES",
    "Rest", "apply_sliders", "clamped", "macro_direction", "slider_fields", "slider_limits", "values_of",
]  # fmt: skip

# Points off the cage that ride on the sliders: eye centre, teeth, jaw hinge, skull base, neck base.
PROBES = np.array([EYE_CENTER, [0, -3.4, 10.4], [6.0, -0.55, 1.82], [0, -1.0, -0.5], [0, -11.5, -1.5]])
SKULL_BASE, NECK_BASE = PROBES[3], PROBES[4]

_FIELDS: dict[str, Field] = SLIDERS | mode_fields()
NAMED_SLIDERS = tuple(SLIDERS)
SLIDER_NAMES = tuple(_FIELDS)  # the named ones, then mode_01, mode_02, ...

DEFAULT_LIMITS = (-1.5, 1.5)
# Limits other than -1.5..1.5; all inside what tools/measure_limits.py finds to hold.
LIMITS: dict[str, tuple[float, float]] = {
    # broad forms may go far: infants and creatures need it
    **dict.fromkeys(
        ("cranium_height", "face_length", "cheek_fullness", "forehead_bulge", "chin_height"), (-2.0, 2.0)
    ),
    **dict.fromkeys(("chin_projection", "brow_ridge", "jaw_projection", "nose_bridge"), (-2.0, 2.0)),
    "jaw_width": (-1.5, 2.0),
    "neck_length": (-2.5, 1.5),
    "ear_point": (-0.2, 2.0),
    # growth that runs one way only
    "chin_cleft": (-0.4, 1.2),
    "double_chin": (-0.4, 1.6),
    "eye_bag": (-0.4, 1.4),
    "eye_hooded": (-0.6, 1.2),
    "jowl": (-0.4, 1.6),
    "nasolabial": (-0.5, 1.4),
    "neck_front": (-0.4, 1.2),
    "neck_width": (-1.2, 1.4),
    "neck_cords": (-0.3, 1.4),
    "neck_sag": (-0.4, 1.5),
    "marionette": (-0.4, 1.4),
    "cheek_sag": (-0.8, 1.4),
    # no person has any; below 0 is 0
    "fang_length": (-0.1, 1.5),
    "tusk_length": (-0.1, 1.3),
    # lids
    **dict.fromkeys(("eye_open", "eye_width", "eye_outer_corner", "epicanthus", "lid_crease"), (-1.0, 1.0)),
}

CREATURE_SLIDERS = ("fang_length", "tusk_length")  # 0 for every person

# Sliders that push the same skin the same way: the weighted sum that all of them together may reach.
JOINT_LIMITS: tuple[tuple[dict[str, float], float], ...] = (
    (dict(eye_hooded=1.0, epicanthus=0.8, lid_fullness=0.6, lid_crease=-0.8, eye_open=0.4), 1.8),
    (dict(ear_size=1.0, ear_length=1.0, ear_height=1.0, ear_point=1.0), 2.5),
    (
        dict(
            double_chin=1.0, neck_sag=0.5, chin_height=0.7, neck_front=0.3, jaw_projection=-0.5, mode_10=0.4
        ),
        1.7,
    ),
    (dict(lip_upper=1.0, lip_upper_forward=0.7, mouth_projection=0.4, mouth_height=0.6), 1.6),
    (dict(lip_upper_forward=1.0, lip_lower_forward=-1.0), 1.2),
    (dict(lip_upper_forward=-1.0, lip_lower_forward=1.0), 1.2),
)


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
    fang_length: float = 0.0  # growth of the upper canines, 0 a person's
    tusk_length: float = 0.0  # growth of the lower canines


def slider_fields(cage: Cage, points: Points) -> tuple[Points, Points]:
    """Displacement per unit of every slider, in SLIDER_NAMES' order: cage (K, N, 3) and PROBES (K, 5, 3)."""
    masks = ring_masks(cage, points)
    nowhere = {name: np.zeros(len(PROBES)) for name in masks}
    on_cage = np.stack([field(points, masks) for field in _FIELDS.values()])
    on_probes = np.stack([field(PROBES, nowhere) for field in _FIELDS.values()])
    return on_cage, on_probes


def apply_sliders(points: Points, fields: tuple[Points, Points], identity: Points) -> Rest:
    """The base cage (N, 3) moved by the house shift and the sliders (K,), joint limits kept."""
    on_cage, on_probes = fields
    values = _within_joint_limits(identity) + _HOUSE_VALUES
    moved = np.einsum("k,kpc->pc", values, on_probes)
    size = values[SLIDER_NAMES.index("eye_size")]
    width = values[SLIDER_NAMES.index("mouth_width")]
    return Rest(
        points=points + np.tensordot(values, on_cage, 1),
        eye=Eye(EYE_CENTER + moved[0], 1 + EYE_SIZE_STEP * size),
        teeth_offset=moved[1] * [0, 1, 1],
        teeth_scale=1 + 0.03 * width,
        jaw_hinge=JAW_HINGE + moved[2] * [0, 1, 1],
        skull_base=SKULL_BASE + moved[3] * [0, 1, 1],
        neck_base=NECK_BASE + moved[4] * [0, 1, 1],
        fang_length=float(max(values[SLIDER_NAMES.index("fang_length")], 0.0)),
        tusk_length=float(max(values[SLIDER_NAMES.index("tusk_length")], 0.0)),
    )


def slider_limits() -> Points:
    """(K, 2) lowest and highest value of each slider."""
    return np.array([LIMITS.get(name, DEFAULT_LIMITS) for name in SLIDER_NAMES])


def clamped(identity: Points) -> Points:
    """(K,) the nearest values that the limits and the joint limits allow: what a sum of macros may become."""
    low, high = slider_limits().T
    return _within_joint_limits(np.clip(identity, low, high))


def macro_direction(name: str) -> Points:
    """(K,) the slider values of a macro at 1."""
    return values_of(MACROS[name])


def values_of(sliders: dict[str, float]) -> Points:
    """(K,) the vector of named slider values; the others are 0."""
    unknown = set(sliders) - set(SLIDER_NAMES)
    if unknown:
        raise KeyError(f"no slider {sorted(unknown)[0]!r}")
    return np.array([sliders.get(slider, 0.0) for slider in SLIDER_NAMES])


def _within_joint_limits(identity: Points) -> Points:
    """(K,) with what drives a joint sum beyond its limit scaled back; the rest is left alone."""
    values = np.array(identity, np.float64)
    for weights, limit in _JOINT:
        shares = weights * values
        total, driving = shares.sum(), shares > 0
        if total > limit:
            values[driving] *= max(0.0, 1 - (total - limit) / shares[driving].sum())
    return values


_HOUSE_VALUES = values_of(HOUSE)
_JOINT = tuple((values_of(weights), limit) for weights, limit in JOINT_LIMITS)
