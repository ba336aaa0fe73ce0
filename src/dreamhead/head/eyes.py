"""Eyeballs of heads read from elsewhere: their gaze, their place in dreamhead's eye map, and how looks turn them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation

from dreamhead.head.builtin.anatomy import LOOK_SIDE_DEG, LOOK_UP_DEG
from dreamhead.head.builtin.eyes import (
    BACK_UV,
    CORNEA_RINGS_DEG,
    EQUATOR_DEG,
    cornea_uv_radius,
    eye_uv_radius,
)
from dreamhead.head.builtin.lid_shells import SHADE_ROWS, SHADE_UV
from dreamhead.head.correspondence import Correspondence
from dreamhead.head.linear import Turn
from dreamhead.head.model import Floats, HeadModel, Ints, Part

Points = NDArray[np.float64]

EYE_PARTS = {"eye_left": "eyeLeft", "eye_right": "eyeRight"}  # part -> joint
UNDER_LID = 1 / (len(SHADE_ROWS) - 1)  # share of the shade's map that lies under the lids
WHITE_DEG = 45.0  # from the gaze: the sclera, where an eyeball is round
SHADE_REACH = 0.0035  # metres from the lid's edge over which the shade runs through its map


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

    def around(self, points: Points) -> Points:
        """(N, 2) unit directions about the gaze as maps have them: u towards +X, v downwards."""
        arm = points - self.center
        right = np.array([1.0, 0, 0]) - self.gaze[0] * self.gaze
        right /= np.linalg.norm(right)
        across = np.stack([arm @ right, -(arm @ np.cross(self.gaze, right))], 1)
        return across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)


def sphere_center(points: Points) -> Points:
    """(3,) the centre of the sphere nearest to points (N, 3)."""
    design = np.concatenate([2 * points, np.ones((len(points), 1))], 1)
    return np.linalg.lstsq(design, np.square(points).sum(1), rcond=None)[0][:3]


def eye_part(name: str, eye: Eyeball, vertices: Floats | Points) -> Part:
    """The eyeball in dreamhead's own eye layout: angles from the gaze are radii in its map, the back a small disc."""
    used, corners = np.unique(eye.faces, return_inverse=True)
    corners = corners.reshape(-1, 4)
    points = np.asarray(vertices, np.float64)[used]
    angle, around = eye.angles(points), eye.around(points)
    front = 0.5 + eye_uv_radius(angle)[:, None] * around
    share = np.minimum((180 - angle) / (180 - EQUATOR_DEG), 1)
    back = np.array(BACK_UV[:2]) + BACK_UV[2] * share[:, None] * around * [-1, 1]
    behind: NDArray[np.bool_] = angle[corners].min(axis=1) >= EQUATOR_DEG
    return _part(
        name,
        "eye",
        eye.faces,
        np.concatenate([front, back]),
        np.where(behind[:, None], corners + len(used), corners),
    )


def cornea_part(name: str, eye: Eyeball, shell: Ints, vertices: Floats | Points) -> Part:
    """The clear front of a shell (F, 4) over the eyeball, its map a disc by angle."""
    points = np.asarray(vertices, np.float64)
    inside = eye.angles(points[shell.ravel()]).reshape(-1, 4).max(1) <= CORNEA_RINGS_DEG[-1]
    used, corners = np.unique(shell[inside], return_inverse=True)
    uv = 0.5 + cornea_uv_radius(eye.angles(points[used]))[:, None] * eye.around(points[used])
    return _part(name, "cornea", shell[inside], uv, corners.reshape(-1, 4))


def tear_part(name: str, faces: Ints, vertices: Floats | Points) -> Part:
    """A strip of fluid along the lids: u from the inner to the outer corner."""
    used, corners = np.unique(faces, return_inverse=True)
    points = np.asarray(vertices, np.float64)[used]
    along = np.abs(points[:, 0])
    u = 0.01 + 0.98 * (along - along.min()) / np.ptp(along)
    v = 0.5 - 0.04 * (points[:, 1] - points[:, 1].mean()) / np.ptp(points[:, 1])
    return _part(name, "tear", faces, np.stack([u, v], 1), corners.reshape(-1, 4))


def shade_part(name: str, faces: Ints, vertices: Floats | Points) -> Part:
    """A sheet before the eye that darkens it under the lids: its rim on the map's outer ring, open in the middle."""
    used, corners = np.unique(faces, return_inverse=True)
    corners = corners.reshape(-1, 4)
    points = np.asarray(vertices, np.float64)[used]
    edge = points[rim(corners)]
    inwards, _ = cKDTree(edge).query(points)
    share = UNDER_LID + (1 - UNDER_LID) * np.clip(inwards / SHADE_REACH, 0, 1)
    middle, reach = (edge.max(0) + edge.min(0)) / 2, np.ptp(edge, axis=0) / 2
    offset = ((points - middle) / np.maximum(reach, 1e-9))[:, :2] * [1, -1]
    around = offset / np.maximum(np.linalg.norm(offset, axis=1, keepdims=True), 1e-9)
    radius = SHADE_UV[0] + (SHADE_UV[1] - SHADE_UV[0]) * share
    uv = np.where(inwards[:, None] < SHADE_REACH, 0.5 + radius[:, None] * around, 0.5 + SHADE_UV[1] * offset)
    return _part(name, "occlusion", faces, uv, corners)


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
    target = builtin.canonical.astype(np.float64)
    for eye, part_name in zip(eyes, EYE_PARTS, strict=True):
        rows = np.unique(next(part for part in builtin.parts if part.name == part_name).faces)
        white = target[rows[builtin.fields["eye_angle"][rows] > WHITE_DEG]]
        there = sphere_center(white)
        size = np.linalg.norm(white - there, axis=1).mean()
        arm = np.asarray(vertices, np.float64)[eye.vertices] - eye.center
        scale = size / np.median(np.linalg.norm(arm, axis=1))
        forward = Rotation.align_vectors([[0.0, 0.0, 1.0]], [eye.gaze])[0].as_matrix()
        canonical[eye.vertices] = there + scale * arm @ forward.T
    return replace(match, canonical=canonical)


def _part(name: str, material: str, faces: Ints, uv: Points, uv_faces: NDArray[np.integer[Any]]) -> Part:
    """Arrays as a part holds them: only the map's points in use, a triangle's last corner repeated."""
    corners = uv_faces.copy()
    triangle = faces[:, 2] == faces[:, 3]
    corners[triangle, 3] = corners[triangle, 2]
    used, compact = np.unique(corners, return_inverse=True)
    return Part(
        name,
        material,
        faces.astype(np.int32),
        np.clip(uv[used], 0, 1).astype(np.float32),
        compact.reshape(-1, 4).astype(np.int32),
    )


def rim(faces: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
    """(N,) vertices of the edges that only one face (F, 4) has."""
    edges = np.concatenate([np.stack([faces[:, k], faces[:, (k + 1) % 4]], 1) for k in range(4)])
    edges = np.sort(edges[edges[:, 0] != edges[:, 1]], 1)
    once, count = np.unique(edges, axis=0, return_counts=True)
    return np.unique(once[count == 1])
