"""Fixed anatomy of the default head in centimetres: eyeball, jaw hinge, and the rotations about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

EYE_CENTER = np.array([3.12, 3.60, 7.98])  # left eye
EYE_RADIUS = 1.515  # sclera
CORNEA_HALF_ANGLE_DEG, CORNEA_BULGE = 28.0, 0.15
IRIS_HALF_ANGLE_DEG, PUPIL_HALF_ANGLE_DEG = 23.0, 9.0
JAW_HINGE = np.array([0.0, -0.55, 1.82])
JAW_OPEN_DEG = 25.3  # rotation at jawOpen 1
JAW_SIDE_DEG = 4.6  # yaw of the lower teeth at jawLeft 1
JAW_FORWARD = np.array([0.0, -0.17, 0.888])
LOOK_UP_DEG, LOOK_SIDE_DEG = 22.0, 26.0


@dataclass(frozen=True)
class Eye:
    """The left eyeball of one identity: centre (3,) cm and scale against the default."""

    center: Points
    scale: float

    def clearance(self, points: Points) -> Points:
        """(n,) cm between points and the eyeball's surface, negative inside, at the default's scale."""
        offset = (points - self.center) / self.scale
        distance = np.linalg.norm(offset, axis=1)
        return distance - eye_radius(_angle_from_gaze(offset, distance))

    def pushed_out(self, points: Points, margin: float) -> Points:
        """Points moved radially until they clear the eyeball by margin (cm at the default's scale)."""
        offset = (points - self.center) / self.scale
        distance = np.linalg.norm(offset, axis=1)
        needed = (eye_radius(_angle_from_gaze(offset, distance)) + margin) / distance
        return self.center + self.scale * offset * np.maximum(needed, 1.0)[:, None]


def eye_radius(angle_deg: Points) -> Points:
    """Radius of the eyeball, cm, by the angle from the gaze axis: sclera with a smooth corneal bulge."""
    t = np.clip(np.asarray(angle_deg) / CORNEA_HALF_ANGLE_DEG, 0, 1)
    return EYE_RADIUS + CORNEA_BULGE * (1 - t * t) ** 2


def smoothstep(value: Points, start: float, end: float) -> Points:
    """0 before start, 1 after end, a cubic between."""
    t = np.clip((value - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def rotate_x(points: Points, degrees: float | Points, pivot: Points) -> Points:
    """Rotate about the +X axis through pivot: positive opens the jaw (+Z towards -Y)."""
    angle = np.radians(degrees)
    d = points - pivot
    y = np.cos(angle) * d[:, 1] - np.sin(angle) * d[:, 2]
    z = np.sin(angle) * d[:, 1] + np.cos(angle) * d[:, 2]
    return np.stack([d[:, 0], y, z], 1) + pivot


def rotate_y(points: Points, degrees: float | Points, pivot: Points) -> Points:
    """Rotate about the +Y axis through pivot: positive turns +Z towards +X, the subject's left."""
    angle = np.radians(degrees)
    d = points - pivot
    x = np.cos(angle) * d[:, 0] + np.sin(angle) * d[:, 2]
    z = -np.sin(angle) * d[:, 0] + np.cos(angle) * d[:, 2]
    return np.stack([x, d[:, 1], z], 1) + pivot


def _angle_from_gaze(offset: Points, distance: Points) -> Points:
    return np.degrees(np.arccos(np.clip(offset[:, 2] / np.maximum(distance, 1e-9), -1, 1)))
