"""Eyeballs of heads read from elsewhere: their gaze, their place in dreamhead's eye map, and how looks turn them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from dreamhead.head.builtin.anatomy import LOOK_SIDE_DEG, LOOK_UP_DEG
from dreamhead.head.builtin.eyes import eye_uv_radius
from dreamhead.head.correspondence import Correspondence
from dreamhead.head.linear import Turn
from dreamhead.head.model import JOINT_NAMES, Floats, HeadModel, Ints, Part

Points = NDArray[np.float64]

EYE_PARTS = {"eye_left": "eyeLeft", "eye_right": "eyeRight"}  # part -> joint
BACK_POLE_DEG = 165.0  # from the gaze: faces of the eyeball behind it have no room of their own in the map
_PATCH = 0.002 * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


@dataclass(frozen=True)
class Eyeball:
    """One eye: its faces (F, 4) and vertices, centre (3,) metres of the sclera, unit gaze (3,)."""

    faces: Ints
    vertices: Ints
    center: Points
    gaze: Points

    def angles(self, points: Points) -> Points:
        """(N,) degrees between the gaze and points (N, 3) metres seen from the centre."""
        arm = points - self.center
        length = np.maximum(np.linalg.norm(arm, axis=1), 1e-9)
        return np.degrees(np.arccos(np.clip(arm @ self.gaze / length, -1, 1)))

    def chart(self, points: Points) -> Points:
        """(N, 2) places in the eye's map of points (N, 3): the gaze in the middle, u towards +X, v downwards."""
        arm = points - self.center
        right = np.array([1.0, 0, 0]) - self.gaze[0] * self.gaze
        right /= np.linalg.norm(right)
        across = np.stack([arm @ right, -(arm @ np.cross(self.gaze, right))], 1)
        direction = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
        return 0.5 + eye_uv_radius(self.angles(points))[:, None] * direction


def sphere_center(points: Points) -> Points:
    """(3,) the centre of the sphere nearest to points (N, 3)."""
    design = np.concatenate([2 * points, np.ones((len(points), 1))], 1)
    return np.linalg.lstsq(design, np.square(points).sum(1), rcond=None)[0][:3]


def eye_part(name: str, eye: Eyeball, vertices: Floats | Points) -> Part:
    """The eyeball in dreamhead's own eye layout: angles from the gaze are radii in its map."""
    used, compact = np.unique(eye.faces, return_inverse=True)
    points = np.asarray(vertices, np.float64)
    uv, angles = eye.chart(points[used]), eye.angles(points[used])
    corners = compact.reshape(-1, 4).copy()
    patches = []
    for row in np.nonzero((angles[corners] > BACK_POLE_DEG).all(1))[0]:
        # a small patch at the rim: around the pole the map would fold
        patches.append(eye.chart(points[eye.faces[row, :1]]) + _PATCH)
        corners[row] = len(uv) + 4 * (len(patches) - 1) + np.arange(4)
    triangle = eye.faces[:, 2] == eye.faces[:, 3]
    corners[triangle, 3] = corners[triangle, 2]
    all_uv = np.clip(np.concatenate([uv, *patches]), 0, 1).astype(np.float32)
    return Part(name, "eye", eye.faces.astype(np.int32), all_uv, corners.astype(np.int32))


def eye_turns() -> dict[str, tuple[Turn, ...]]:
    """How far each eyeLook turns its eye; In is towards the nose."""
    turns: dict[str, tuple[Turn, ...]] = {}
    up, out = float(np.radians(LOOK_UP_DEG)), float(np.radians(LOOK_SIDE_DEG))
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        joint = f"eye{side}"
        turns[f"eyeLookUp{side}"] = (Turn(joint, (-up, 0.0, 0.0)),)
        turns[f"eyeLookDown{side}"] = (Turn(joint, (up, 0.0, 0.0)),)
        turns[f"eyeLookOut{side}"] = (Turn(joint, (0.0, sign * out, 0.0)),)
        turns[f"eyeLookIn{side}"] = (Turn(joint, (0.0, -sign * out, 0.0)),)
    return turns


def with_eyes(
    match: Correspondence, builtin: HeadModel, vertices: Floats | Points, eyes: tuple[Eyeball, Eyeball]
) -> Correspondence:
    """The correspondence with the eyeballs laid onto the built-in head's by centre, size and gaze."""
    canonical = match.canonical.copy()
    target = builtin.mean.astype(np.float64)
    zero = np.zeros(len(builtin.slider_names), np.float32)
    centers = dict(zip(JOINT_NAMES, builtin.joint_positions(zero).astype(np.float64), strict=True))
    for eye, (part_name, joint) in zip(eyes, EYE_PARTS.items(), strict=True):
        rows = np.unique(next(part for part in builtin.parts if part.name == part_name).faces)
        size = np.median(np.linalg.norm(target[rows] - centers[joint], axis=1))
        arm = np.asarray(vertices, np.float64)[eye.vertices] - eye.center
        scale = size / np.median(np.linalg.norm(arm, axis=1))
        forward = Rotation.align_vectors([[0.0, 0.0, 1.0]], [eye.gaze])[0].as_matrix()
        canonical[eye.vertices] = centers[joint] + scale * arm @ forward.T
    return replace(match, canonical=canonical)
