"""Joints and skinning weights: the jaw's share of jawOpen, a neck blended at both ends, rigid teeth and eyes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.cage import LIP_CONTACT_RING
from dreamhead.head.builtin.expressions import jaw_share
from dreamhead.head.builtin.generate import Generator, part_slices
from dreamhead.head.builtin.identity import NECK_BASE, Rest
from dreamhead.head.builtin.interior import BAG_JAW_SHARE, BAG_LIP_SHARE
from dreamhead.head.builtin.parts import IN_EYE, ON_JAW, ON_LIDS, lid_roots
from dreamhead.head.builtin.regions import bust_share, neck_share
from dreamhead.head.builtin.surface import build_surface, carry
from dreamhead.head.model import JOINT_NAMES, Floats

ROOT_BELOW_NECK = np.array([0.0, -4.5, -0.5])  # cm from the neck joint
NEGLIGIBLE = 1e-3


def joint_positions(rest: Rest) -> NDArray[np.float64]:
    """(J, 3) cm, in JOINT_NAMES' order."""
    eye = rest.eye.center
    return np.stack(
        [
            NECK_BASE + ROOT_BELOW_NECK,
            rest.neck_base,
            rest.skull_base,
            rest.jaw_hinge,
            eye,
            eye * [-1, 1, 1],
        ]
    )


def joint_weights(default: Generator, vertices: NDArray[np.float64]) -> Floats:
    """(V, J) rows sum to 1, at most 3 above zero; vertices (V, 3) cm of the base head."""
    column = {name: k for k, name in enumerate(JOINT_NAMES)}
    slices = part_slices()
    weights = np.zeros((len(vertices), len(JOINT_NAMES)))
    skin = slices["skin"]
    jaw = carry(build_surface(), _cage_jaw_share(default)[:, None])[:, 0]
    jaw = _near_zero_or_one(np.clip(jaw, 0, 1))
    neck = _near_zero_or_one(neck_share(vertices[skin]))
    bust = _near_zero_or_one(bust_share(build_surface()) * neck)
    weights[skin, column["jaw"]] = jaw * (1 - neck)
    weights[skin, column["neck"]] = neck - bust
    weights[skin, column["root"]] = bust
    weights[skin, column["head"]] = (1 - jaw) * (1 - neck)
    for part in ON_LIDS:
        weights[slices[part]] = weights[lid_roots(part)]
    rigid = {name: "eyeLeft" if side > 0 else "eyeRight" for name, side in IN_EYE.items()}
    rigid |= {"teeth_upper": "head", "gums_upper": "head"}
    for part, joint in (rigid | dict.fromkeys(ON_JAW, "jaw")).items():
        weights[slices[part], column[joint]] = 1
    weights = weights.astype(np.float32)
    return weights / weights.sum(1, keepdims=True)


def _cage_jaw_share(default: Generator) -> NDArray[np.float64]:
    """(N,) the jaw's share on every half cage node, the mouth bag's rings included."""
    cage = build_surface().cage
    share = jaw_share(default.actor)
    at_lips = share[cage.ring("m", LIP_CONTACT_RING)]
    for ring, lips in BAG_LIP_SHARE.items():
        share[cage.ring("m", ring)] = lips * at_lips + (1 - lips) * BAG_JAW_SHARE
    return share


def _near_zero_or_one(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values = np.where(values < NEGLIGIBLE, 0.0, values)
    return np.where(values > 1 - NEGLIGIBLE, 1.0, values)
