"""What a head read from elsewhere takes from the built-in one once it is laid onto it: fields, masks, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.correspondence import Correspondence, carried_landmarks, fitted_directions, laplacian
from dreamhead.head.geometry import triangulate
from dreamhead.head.model import JOINT_NAMES, Floats, HeadModel, Ints, Landmarks, Part

Points = NDArray[np.float64]

SMOOTHING_PASSES = 8
IRIS_FIRST = 468  # of the 478: irises follow, five points each, right then left
EYE_PARTS = ("eye_left", "eye_right")
FAR_FROM_GAZE_DEG = 180.0
LEAST_EXPLAINED = 0.25  # of a slider's displacement that another model must express for the word to be kept
JOINT_SPREAD = 0.03  # metres of skin around a joint that it rides on


def borrowed_fields(
    match: Correspondence, builtin: HeadModel, skin: Ints, triangles: Ints
) -> dict[str, Floats]:
    """The built-in head's fields (V,) read where the skin's vertices lie; elsewhere what it has inside.

    They are evened out along the skin's triangles (T, 3): rings are finer than the alignment.
    """
    found = {}
    spread = 0.5 * laplacian(triangles, len(match.canonical))
    for name, values in builtin.fields.items():
        plain = FAR_FROM_GAZE_DEG if name == "eye_angle" else 0.0
        field = np.full(len(match.canonical), plain, np.float32)
        if name != "eye_angle":
            read = match.seat.read(values)
            for _ in range(SMOOTHING_PASSES):
                read = read - spread @ read
            field[skin] = read[skin]
        found[name] = field
    return found


def borrowed_masks(match: Correspondence, builtin: HeadModel, skin: Ints) -> dict[str, Floats]:
    """The built-in head's masks (V,) in 0..1 read where the skin's vertices lie, 0 elsewhere."""
    found = {}
    for name, values in builtin.masks.items():
        mask = np.zeros(len(match.canonical), np.float32)
        mask[skin] = np.clip(match.seat.read(values)[skin], 0, 1)
        found[name] = mask
    return found


def borrowed_weights(
    match: Correspondence, builtin: HeadModel, skin: Ints, jaw_share: Floats, rigid: Mapping[str, Ints]
) -> Floats:
    """(V, J) skinning weights: root and neck read off the built-in head, the jaw's share (V,) given, parts rigid.

    rigid: joint -> vertices that follow it alone.
    """
    column = {name: index for index, name in enumerate(JOINT_NAMES)}
    weights = np.zeros((len(match.canonical), len(JOINT_NAMES)))
    for name in ("root", "neck"):
        read = match.seat.read(builtin.joint_weights[:, column[name]])
        weights[skin, column[name]] = np.clip(read[skin], 0, 1)
    above = np.clip(1 - weights.sum(1), 0, 1)
    weights[:, column["jaw"]] = np.clip(jaw_share, 0, 1) * above
    weights[:, column["head"]] = above - weights[:, column["jaw"]]
    for joint, vertices in rigid.items():
        weights[vertices] = 0
        weights[vertices, column[joint]] = 1
    weights[weights < 1e-3] = 0
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def borrowed_landmarks(
    match: Correspondence, builtin: HeadModel, outside: Ints, parts: Sequence[Part]
) -> Landmarks:
    """MediaPipe's 478 points on the head's own triangles: irises on the eyeballs, the rest on the skin.

    outside (T, 3): the skin's triangles that a camera can see.
    """
    count = len(builtin.landmarks_478.vertices)
    eyes = np.concatenate([triangulate(part.faces) for part in parts if part.name in EYE_PARTS])
    pieces = []
    for triangles, numbers in (
        (outside, np.arange(min(IRIS_FIRST, count))),
        (eyes, np.arange(min(IRIS_FIRST, count), count)),
    ):
        pieces.append(carried_landmarks(builtin.landmarks_478, builtin, match.canonical, triangles, numbers))
    return Landmarks(np.concatenate([v for v, _ in pieces]), np.concatenate([w for _, w in pieces]))


def borrowed_words(
    match: Correspondence, builtin: HeadModel, basis: Floats, skin: Ints
) -> tuple[dict[str, Floats], dict[str, float]]:
    """Directions (K,) for the built-in head's macros and sliders, and the share of each that they express.

    A word that the other model's shapes cannot express (LEAST_EXPLAINED) is left out.
    """
    wanted: dict[str, Points] = {}
    for name, direction in builtin.macros.items():
        wanted[name] = _carried_field(match, builtin.neutral(np.asarray(direction)) - builtin.mean)
    for row, name in enumerate(builtin.slider_names):
        if name not in wanted:
            wanted[name] = _carried_field(match, builtin.identity_basis[row])
    face = np.maximum(builtin.masks["face"], builtin.masks["ears"])
    rows = skin[match.bound[skin] & (match.seat.read(face)[skin] > 0.5)]
    directions, explained = fitted_directions(basis, wanted, rows)
    kept = {name: value for name, value in directions.items() if explained[name] >= LEAST_EXPLAINED}
    return kept, explained


def borrowed_joints(
    match: Correspondence, builtin: HeadModel, vertices: Floats, basis: Floats, skin: Ints
) -> tuple[Points, Points]:
    """The built-in head's joints on this head at rest (J, 3), and how they ride on its identities (K, J, 3).

    A joint rides on the skin around it, weighted by distance and alike left and right.
    """
    zero = np.zeros(len(builtin.slider_names), np.float32)
    joints = match.similarity.undo(builtin.joint_positions(zero))
    share = np.stack([_around(vertices[skin].astype(np.float64), joint) for joint in joints])
    riding = np.einsum("jn,knc->kjc", share, basis[:, skin], optimize=True)
    riding[:, :4, 0] = 0  # root, neck, head and jaw stay in the middle
    return joints, riding


def rigid_motion(before: Points, after: Points) -> tuple[Points, Points]:
    """Rotation (3, 3) and offset (3,) of the best rigid motion that takes points (N, 3) to points (N, 3)."""
    a, b = before - before.mean(0), after - after.mean(0)
    u, _, vt = np.linalg.svd(b.T @ a)
    rotation = u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt
    return rotation, after.mean(0) - rotation @ before.mean(0)


def hinge(rotation: Points, offset: Points) -> Points:
    """(3,) the point of the middle plane about which a motion turns: x 0, y and z fixed by it."""
    across = rotation[1:, 1:]
    return np.concatenate([[0.0], np.linalg.solve(np.eye(2) - across, offset[1:])])


def share_of_motion(displacement: Points, rotation: Points, offset: Points, vertices: Points) -> Floats:
    """(V,) how far each vertex follows a rigid motion: its displacement along the motion's own, in 0..1."""
    whole = vertices @ rotation.T + offset - vertices
    along = np.einsum("vc,vc->v", displacement, whole) / np.maximum(np.square(whole).sum(1), 1e-12)
    return np.clip(along, 0, 1).astype(np.float32)


def _carried_field(match: Correspondence, field: Floats) -> Points:
    return match.similarity.undo_vectors(match.seat.read(field))


def _around(points: Points, joint: Points) -> Points:
    distance = np.square(points - joint).sum(1)
    weight = np.exp(-0.5 * (distance - distance.min()) / JOINT_SPREAD**2)
    return weight / weight.sum()
