"""Eyeballs with a set-back iris, and the clear corneas before them; default head's centimetres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import EYE_CENTER, EYE_RADIUS, eye_radius
from dreamhead.head.builtin.part_mesh import PartMesh, band_faces, fan_faces, flipped

Points = NDArray[np.float64]

EYE_SEGMENTS = 32
# Rings of the eyeball by angle from the gaze axis in degrees, denser over iris and limbus.
EYE_RINGS_DEG = np.array(
    [3.0, 6.5, 10, 13.5, 17, 20, 22, 23, 24, 25.5, 28.5, 33, 40, 50, 62, 78, 95, 115, 138, 160]
)
# The same for every eyeball vertex.
EYE_VERTEX_DEG = np.concatenate([np.repeat(EYE_RINGS_DEG, EYE_SEGMENTS), [0.0, 180.0]])
EQUATOR_DEG = 95.0  # where the map is cut; the back has an island of its own
BACK_UV = (0.085, 0.085, 0.078)  # its middle and radius
IRIS_ROOT_DEG, LIMBUS_DEG = 22.0, 24.5  # the iris ends, the sclera begins; a slope between
IRIS_ROOT_DEPTH = 0.045  # cm of the iris's edge below the sclera's sphere
IRIS_DISH = 0.065  # cm from the iris's edge back to its middle
CORNEA_RINGS_DEG = np.array([4.0, 8.5, 13, 17, 20.5, 23.5, 26, 28.5, 31])
CORNEA_LIFT = 0.006  # cm over the sclera around the limbus
CORNEA_TUCK = 0.006  # cm under it at the rim
CORNEA_UV_RADIUS = 0.48
BACK_RIM = 0.006
_UV_SCALE = 0.49 / (1 - (1 - EQUATOR_DEG / 180) ** 2)


def eyeball(side: int) -> PartMesh:
    """The left (side 1) or right (-1) eyeball: sclera and a dished iris, centred in its UV.

    Both eyes share one layout and orientation: u grows towards +X, v downwards, and a point at angle a
    from the gaze axis lies eye_uv_radius(a) from (0.5, 0.5).  On the iris a is that of the sphere's point
    in front of it.  The back beyond EQUATOR_DEG is a small disc in the map's corner.
    """
    vertices = np.concatenate(
        [_rings(*eye_profile(EYE_RINGS_DEG)), _on_axis(eye_profile(np.zeros(1))[1]), _on_axis(-EYE_RADIUS)]
    )
    rings, pole = len(EYE_RINGS_DEG), len(EYE_RINGS_DEG) * EYE_SEGMENTS
    faces = np.concatenate(
        [
            flipped(band_faces(rings, EYE_SEGMENTS, closed=True)),
            flipped(fan_faces(0, EYE_SEGMENTS, pole)),
            fan_faces((rings - 1) * EYE_SEGMENTS, EYE_SEGMENTS, pole + 1),
        ]
    )
    if side < 0:
        vertices, faces = vertices * [-1, 1, 1], flipped(faces)
    offset = _around(vertices) * [1, -1]
    front = 0.5 + eye_uv_radius(EYE_VERTEX_DEG)[:, None] * offset
    back = (180 - EYE_VERTEX_DEG) / (180 - EQUATOR_DEG)
    middle = np.array(BACK_UV[:2])
    # Seen from behind, left and right change places.
    back_uv = middle + BACK_UV[2] * np.minimum(back, 1)[:, None] * offset * [-1, 1]
    behind = (EYE_VERTEX_DEG[faces] >= EQUATOR_DEG).all(1)
    uv_faces = np.where(behind[:, None], faces + len(vertices), faces)
    used, uv_faces = np.unique(uv_faces, return_inverse=True)
    uv = np.concatenate([front, back_uv])[used]
    return PartMesh(vertices + EYE_CENTER * [side, 1, 1], faces, uv, uv_faces.reshape(faces.shape))


def cornea(side: int) -> PartMesh:
    """The clear shell before an iris, from its apex to a rim just under the sclera; UV a disc by angle."""
    deg = np.concatenate([CORNEA_RINGS_DEG, [0.0]])
    radius = np.maximum(eye_radius(deg), EYE_RADIUS + CORNEA_LIFT)
    radius[len(CORNEA_RINGS_DEG) - 1] = EYE_RADIUS - CORNEA_TUCK
    flat, depth = radius * np.sin(np.radians(deg)), radius * np.cos(np.radians(deg))
    rings = len(CORNEA_RINGS_DEG)
    vertices = np.concatenate([_rings(flat[:rings], depth[:rings]), _on_axis(depth[rings])])
    faces = np.concatenate(
        [
            flipped(band_faces(rings, EYE_SEGMENTS, closed=True)),
            flipped(fan_faces(0, EYE_SEGMENTS, rings * EYE_SEGMENTS)),
        ]
    )
    if side < 0:
        vertices, faces = vertices * [-1, 1, 1], flipped(faces)
    angle = np.concatenate([np.repeat(CORNEA_RINGS_DEG, EYE_SEGMENTS), [0.0]])
    uv = 0.5 + cornea_uv_radius(angle)[:, None] * _around(vertices) * [1, -1]
    return PartMesh(vertices + EYE_CENTER * [side, 1, 1], faces, uv, faces.copy())


def eye_profile(angle_deg: Points) -> tuple[Points, Points]:
    """Distance from the gaze axis and along it, cm, by angle: sphere behind the limbus, a dish before it."""
    angle = np.radians(angle_deg)
    flat, sphere = EYE_RADIUS * np.sin(angle), EYE_RADIUS * np.cos(angle)
    root = np.radians(IRIS_ROOT_DEG)
    edge = EYE_RADIUS * np.sin(root)
    dish = EYE_RADIUS * np.cos(root) - IRIS_ROOT_DEPTH - IRIS_DISH * (1 - (flat / edge) ** 2)
    share = np.clip((np.asarray(angle_deg) - IRIS_ROOT_DEG) / (LIMBUS_DEG - IRIS_ROOT_DEG), 0, 1)
    return flat, np.where(share < 1, dish * (1 - share) + sphere * share, sphere)


def eye_uv_radius(angle_deg: Points) -> Points:
    """Distance from the UV centre by the angle a from the gaze axis: 0.63 (1 - (1 - a/180)^2) up to 95 degrees.

    Gives the iris (23 degrees) 0.15 of the map's width to its edge, as much as the front can spare it.  The
    back shrinks to a rim of 0.49..0.496, for eyeballs without an island for it.
    """
    front = _UV_SCALE * (1 - (1 - np.minimum(angle_deg, EQUATOR_DEG) / 180.0) ** 2)
    behind = np.maximum(np.asarray(angle_deg) - EQUATOR_DEG, 0) / (180 - EQUATOR_DEG)
    return front + BACK_RIM * behind


def eye_uv_angle_deg(radius: Points) -> Points:
    """The inverse of eye_uv_radius, EQUATOR_DEG beyond its reach."""
    return np.minimum(180.0 * (1 - np.sqrt(1 - np.minimum(radius / _UV_SCALE, 1.0))), EQUATOR_DEG)


def cornea_uv_radius(angle_deg: Points) -> Points:
    """Distance from the UV centre by the angle from the gaze axis (0..31)."""
    return CORNEA_UV_RADIUS * np.asarray(angle_deg) / CORNEA_RINGS_DEG[-1]


def _rings(flat: Points, depth: Points) -> Points:
    around = np.arange(EYE_SEGMENTS) * 2 * np.pi / EYE_SEGMENTS
    wide = np.broadcast_to(depth[:, None], (len(depth), EYE_SEGMENTS))
    return np.stack([flat[:, None] * np.cos(around), flat[:, None] * np.sin(around), wide], -1).reshape(-1, 3)


def _on_axis(depth: Points | float) -> Points:
    return np.array([[0.0, 0.0, float(np.ravel(depth)[0])]])


def _around(vertices: Points) -> Points:
    """(V, 2) unit directions from the gaze axis, zero on it."""
    return vertices[:, :2] / np.maximum(np.linalg.norm(vertices[:, :2], axis=1, keepdims=True), 1e-9)
