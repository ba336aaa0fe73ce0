"""Pose a head: morph targets, then linear blend skinning; the readable reference for exporters' tests."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import UsageError
from dreamhead.head.model import JOINT_NAMES, JOINT_PARENTS, Floats

Matrices = NDArray[np.float64]


def pose_vertices(
    vertices: Floats,
    targets: Mapping[str, Floats],
    target_weights: Mapping[str, float],
    joint_weights: Floats,
    joint_positions: Floats,
    joint_rotations: Mapping[str, Matrices],
) -> Floats:
    """(V, 3) resting vertices -> (V, 3) posed, metres.

    targets: name -> (V, 3) displacement, target_weights: name -> 0..1; joint_weights (V, J),
    joint_positions (J, 3) at rest; joint_rotations: joint name -> (3, 3) rotation in its parent's frame,
    joints not named keep their rest.  Raises UsageError for an unknown target or joint.
    """
    morphed = morph(vertices, targets, target_weights)
    transforms = joint_transforms(joint_positions, joint_rotations)
    homogeneous = np.concatenate([morphed, np.ones((len(morphed), 1))], 1)
    moved = np.einsum("jrc,vc->vjr", transforms[:, :3], homogeneous)
    return np.einsum("vj,vjr->vr", joint_weights, moved).astype(vertices.dtype)


def morph(vertices: Floats, targets: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """(V, 3) vertices plus the weighted displacements.  Raises UsageError for a weight without target."""
    moved = vertices.astype(np.float64)
    for name, weight in weights.items():
        if name not in targets:
            raise UsageError(f"there is no morph target {name!r}", tip=f"Known: {', '.join(targets)}.")
        moved = moved + weight * targets[name]
    return moved.astype(vertices.dtype)


def joint_transforms(positions: Floats, rotations: Mapping[str, Matrices]) -> Matrices:
    """(J, 3) rest positions and local rotations -> (J, 4, 4) that take resting points to posed ones."""
    unknown = set(rotations) - set(JOINT_NAMES)
    if unknown:
        raise UsageError(f"there is no joint {sorted(unknown)[0]!r}", tip=f"Known: {', '.join(JOINT_NAMES)}.")
    transforms = np.zeros((len(JOINT_NAMES), 4, 4))
    for joint, (name, parent) in enumerate(zip(JOINT_NAMES, JOINT_PARENTS, strict=True)):
        about = np.eye(4)
        about[:3, :3] = rotations.get(name, np.eye(3))
        about[:3, 3] = positions[joint] - about[:3, :3] @ positions[joint]
        transforms[joint] = about if parent < 0 else transforms[parent] @ about
    return transforms


def rotation(axis: str, degrees: float) -> Matrices:
    """(3, 3) right-handed rotation about "x", "y" or "z"."""
    k = "xyz".index(axis)
    i, j = (k + 1) % 3, (k + 2) % 3
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = np.cos(np.radians(degrees))
    matrix[j, i] = np.sin(np.radians(degrees))
    matrix[i, j] = -matrix[j, i]
    return matrix
