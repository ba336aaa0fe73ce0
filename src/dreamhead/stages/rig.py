"""Stage `rig`: the carved vertices, and every expression carried onto them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.spatial import cKDTree

from dreamhead.config import RigConfig
from dreamhead.errors import DamagedFileError
from dreamhead.head.asset import HeadAsset
from dreamhead.head.correctives import JAW_JOINT, half_blinks, jaw_joint
from dreamhead.head.geometry import part_normals
from dreamhead.head.model import JOINT_NAMES, Floats, HeadModel, Ints, Part
from dreamhead.stages.context import Context

VERSION = 2

CONTACT_FADE = 2e-3  # metres from where lips or lids touch over which displacement returns
LID_CLEARANCE = 1.5e-3  # metres: skin nearer than this to an eyeball is a lid's margin or its hidden inside
# Metres either side of the midline over which the halves of an undivided target cross.
MIDLINE_BLEND: Mapping[str, float] = {"browInnerUp": 0.012, "cheekPuff": 0.022}
SPLIT_NAMES = tuple(MIDLINE_BLEND)

# The Oculus / Ready Player Me visemes as sums of ARKit weights, chosen by eye on the built-in head.
VISEMES: Mapping[str, Mapping[str, float]] = {
    "viseme_sil": {},
    "viseme_PP": {
        "mouthPressLeft": 0.8,
        "mouthPressRight": 0.8,
        "mouthRollLower": 0.2,
        "mouthRollUpper": 0.2,
    },
    "viseme_FF": {
        "jawOpen": 0.06,
        "mouthRollLower": 0.55,
        "mouthUpperUpLeft": 0.3,
        "mouthUpperUpRight": 0.3,
        "mouthShrugUpper": 0.1,
    },
    "viseme_TH": {"tongueOut": 0.7, "jawOpen": -0.15},  # the tongue's own jaw, half shut again
    "viseme_DD": {
        "jawOpen": 0.12,
        "mouthLowerDownLeft": 0.25,
        "mouthLowerDownRight": 0.25,
        "mouthUpperUpLeft": 0.15,
        "mouthUpperUpRight": 0.15,
    },
    "viseme_kk": {
        "jawOpen": 0.18,
        "mouthStretchLeft": 0.2,
        "mouthStretchRight": 0.2,
        "mouthLowerDownLeft": 0.15,
        "mouthLowerDownRight": 0.15,
    },
    "viseme_CH": {"jawOpen": 0.1, "mouthFunnel": 0.55, "mouthPucker": 0.2},
    "viseme_SS": {
        "jawOpen": 0.05,
        "mouthStretchLeft": 0.25,
        "mouthStretchRight": 0.25,
        "mouthLowerDownLeft": 0.25,
        "mouthLowerDownRight": 0.25,
    },
    "viseme_nn": {"jawOpen": 0.1, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15},
    "viseme_RR": {"jawOpen": 0.12, "mouthFunnel": 0.25, "mouthPucker": 0.5},
    "viseme_aa": {"jawOpen": 0.55, "mouthLowerDownLeft": 0.1, "mouthLowerDownRight": 0.1},
    "viseme_E": {
        "jawOpen": 0.28,
        "mouthSmileLeft": 0.2,
        "mouthSmileRight": 0.2,
        "mouthStretchLeft": 0.2,
        "mouthStretchRight": 0.2,
    },
    "viseme_I": {
        "jawOpen": 0.14,
        "mouthSmileLeft": 0.35,
        "mouthSmileRight": 0.35,
        "mouthLowerDownLeft": 0.15,
        "mouthLowerDownRight": 0.15,
    },
    "viseme_O": {"jawOpen": 0.32, "mouthFunnel": 0.6, "mouthPucker": 0.35},
    "viseme_U": {"jawOpen": 0.08, "mouthFunnel": 0.25, "mouthPucker": 0.95},
}


def run(asset: HeadAsset, config: RigConfig, context: Context) -> HeadAsset:
    """identity, displacement -> vertices (V, 3), targets in TARGET order, joint_positions (J, 3)."""
    head = context.head
    if asset.identity is None:
        raise DamagedFileError("the head has no identity", "run again from `select`")
    context.progress(0, 3, "carved vertices")
    neutral = head.neutral(asset.identity)
    displacement = np.zeros(len(neutral), np.float32) if asset.displacement is None else asset.displacement
    displacement = guarded_displacement(head, asset.identity, neutral, displacement)
    context.progress(1, 3, "expressions")
    own = head.expressions(asset.identity)
    expressions = carried_expressions(head, neutral, own, displacement)
    context.progress(2, 3, "visemes")
    joints = head.joint_positions(asset.identity)
    targets = with_extras(neutral, expressions)
    targets |= half_blinks(head, neutral, own, joints)
    targets[JAW_JOINT] = jaw_joint(head, neutral, own, joints)
    context.progress(3, 3, f"{len(targets)} targets")
    return asset.changed(
        vertices=neutral + displacement[:, None] * part_normals(neutral, head.parts),
        targets=targets,
        joint_positions=joints,
    )


def carried_expressions(
    head: HeadModel, neutral: Floats, expressions: Mapping[str, Floats], displacement: Floats
) -> dict[str, Floats]:
    """The model's expressions (V, 3) on the displaced head.

    The carved detail stands on the moving surface: an expressed vertex is displaced along the normal of
    the expressed surface, not of the resting one.  Where nothing is displaced (lip contact, lid margins)
    the model's own motion stays to the bit, so what met there still meets.
    """
    resting_normals = part_normals(neutral, head.parts)
    carried = {}
    for name, delta in expressions.items():
        turned = part_normals(neutral + delta, head.parts) - resting_normals
        carried[name] = (delta + displacement[:, None] * turned).astype(np.float32)
    return carried


def guarded_displacement(head: HeadModel, identity: Floats, neutral: Floats, displacement: Floats) -> Floats:
    """Displacement (V,) in metres kept to the skin, and faded out where it would part lips or lids.

    A carve spares those places itself; the fade is narrow, so that what the carve saw is what is rigged.
    """
    skin = np.unique(_part(head, "skin").faces)
    distance, _ = cKDTree(neutral[contact_vertices(head, identity, neutral)]).query(neutral[skin])
    ramp = np.clip(distance / CONTACT_FADE, 0, 1)
    kept = np.zeros(len(neutral), np.float32)
    kept[skin] = displacement[skin] * ramp * ramp * (3 - 2 * ramp)
    return kept


def contact_vertices(head: HeadModel, identity: Floats, neutral: Floats) -> Ints:
    """Where parts of the resting head touch: the line where skin becomes mouth, and the lids."""
    skin = np.unique(_part(head, "skin").faces)
    lips = np.intersect1d(skin, np.unique(_part(head, "mouth_bag").faces))
    joints = dict(zip(JOINT_NAMES, head.joint_positions(identity), strict=True))
    margins = [lips]
    for part_name, joint in (("eye_left", "eyeLeft"), ("eye_right", "eyeRight")):
        offset = neutral[skin] - joints[joint]
        distance = np.linalg.norm(offset, axis=1)
        for shell in (part_name, part_name.replace("eye", "cornea")):
            if shell not in {part.name for part in head.parts}:
                continue
            eye = neutral[np.unique(_part(head, shell).faces)] - joints[joint]
            radius = np.linalg.norm(eye, axis=1)
            _, below = cKDTree(eye / radius[:, None]).query(offset / distance[:, None])
            margins.append(skin[distance - radius[below] < LID_CLEARANCE])
    return np.unique(np.concatenate(margins)).astype(np.int32)


def with_extras(neutral: Floats, expressions: Mapping[str, Floats]) -> dict[str, Floats]:
    """The 52, then left and right halves of the two undivided ones, then the 15 visemes."""
    targets = dict(expressions)
    for name, blend in MIDLINE_BLEND.items():
        ramp = np.clip((neutral[:, :1] + blend) / (2 * blend), 0, 1)
        left = (ramp * ramp * (3 - 2 * ramp)).astype(np.float32)
        targets[f"{name}Left"] = left * expressions[name]
        targets[f"{name}Right"] = expressions[name] - targets[f"{name}Left"]
    for name, weights in VISEMES.items():
        total = np.zeros_like(neutral)
        for part, weight in weights.items():
            total += np.float32(weight) * expressions[part]
        targets[name] = total
    return targets


def _part(head: HeadModel, name: str) -> Part:
    return next(part for part in head.parts if part.name == name)
