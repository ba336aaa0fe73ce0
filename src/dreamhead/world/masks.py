"""Where on a face things are: soft masks from surface positions and the ring coordinates of mouth, eyes and ears.

Centres and widths are centimetres on the default head (x is mirrored, so one side is described).
"""

from __future__ import annotations

import numpy as np

from dreamhead.world.arrays import Array, floats
from dreamhead.world.bake import SurfacePoints
from dreamhead.world.noise import gradient_noise

# The hairline: height of its lower edge over depth (z), from the nape to the forehead.
_HAIRLINE_Z = (-9, -4, -2, -0.4, 0.6, 1.6, 2.6, 3.4, 4.6, 6, 7.8, 9.4)
_HAIRLINE_Y = (-8.5, -6.5, -5, -2.6, -1.0, -0.5, 0.6, 3.4, 6.6, 8.2, 9.7, 10.3)


def smooth(x: Array | float, low: float | Array, high: float | Array) -> Array:
    """0 below low, 1 above high, a smoothstep between."""
    t = np.clip((np.asarray(x, np.float32) - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def bump(
    points: SurfacePoints, centre: tuple[float, float, float], width: tuple[float, float, float]
) -> Array:
    """A Gaussian about a place on either side of the face."""
    mirrored = points.position * floats([1, 1, 1])
    mirrored[:, 0] = np.abs(mirrored[:, 0])
    return np.exp(-0.5 * (((mirrored - floats(centre)) / floats(width)) ** 2).sum(1)).astype(np.float32)


def face_masks(points: SurfacePoints) -> dict[str, Array]:
    """{name: (N,)}: most in 0..1; brow_along, brow_across and hair_depth are coordinates."""
    x, y, z = np.abs(points.position[:, 0]), points.position[:, 1], points.position[:, 2]
    masks = {**_mouth_and_eyes(points), **_face_regions(points)}
    mouth_ring, ear_ring = points.rings["mouth_ring"], points.rings["ear_ring"]
    masks["ear"] = smooth(ear_ring, 0.2, 1.6)
    masks["nostril"] = smooth(points.rings["nostril_ring"], 0.9, 2.2)
    # hair on the head and in the face
    wobble = gradient_noise(points.position, 0.8, 3, 0.5, 902)
    edge = np.interp(z, _HAIRLINE_Z, _HAIRLINE_Y).astype(np.float32)
    masks["scalp"] = smooth(y - edge + 0.7 * wobble, -0.55, 1.3) * (1 - masks["ear"])
    moustache = bump(points, (0, -2.0, 11.3), (2.0, 0.55, 1.2)) * (
        1 - bump(points, (0, -1.6, 11.8), (0.22, 0.6, 1.2)) * 0.8
    )
    slope = 0.23 * np.clip(z - 3, 0, 8) * (x > 2.4)
    jaw = (
        smooth(-y - 0.45 * wobble + slope, 3.3, 4.4)
        * smooth(y, -10.2, -8.2)
        * smooth(z - 0.3 * wobble, 1.2, 2.6)
    )
    chin = bump(points, (0, -6.2, 11), (2.0, 1.3, 2.0))
    side = np.exp(-0.5 * ((z - 2.7) / 0.75) ** 2) * smooth(-y, -2.6, -1.6) * smooth(x, 5.2, 6.2) * (y > -5)
    off_lips = (1 - masks["lip"]) * (1 - smooth(mouth_ring, 2.3, 2.8))
    masks["moustache"] = np.clip(moustache * 1.3, 0, 1) * off_lips
    jaw_line = jaw * (0.45 + 0.55 * smooth(-y, 3.5, 5.2))
    masks["beard"] = (
        np.clip(np.maximum.reduce([moustache, jaw_line, chin, side * 0.7]), 0, 1)
        * off_lips
        * (1 - masks["ear"])
    )
    along = np.clip((x - 0.95) / 4.3, 0, 1)
    height = 5.02 + 0.95 * np.sin(np.pi * along**0.85 * 0.62) - 0.62 * smooth(along, 0.62, 1.0)
    masks["brow_along"] = along
    masks["brow_across"] = (y - height) / (0.42 - 0.25 * along)
    ends = smooth(x, 0.75, 1.15) * (1 - smooth(x, 4.8, 5.4))
    masks["brow"] = np.exp(-(np.abs(masks["brow_across"]) ** 2.2)) * ends * (z > 6)
    return {name: np.asarray(values, np.float32) for name, values in masks.items()}


# ---------------------------------------------------------------------------------------------------------------


def _mouth_and_eyes(points: SurfacePoints) -> dict[str, Array]:
    """From ring coordinates, which grow inwards: mouth 2.7 the vermilion edge, eye 3.8 the lash line."""
    rings = points.rings
    mouth, eye, upper = rings["mouth_ring"], rings["eye_ring"], rings["eye_sin"]
    edge = gradient_noise(points.position, 6.0, 2, 0.5, 901) * 0.125
    return {
        "lip": smooth(mouth + edge, 2.60, 3.16),
        "lip_line": np.exp(-(((mouth - 2.95) / 0.35) ** 2)),
        "lip_inner": smooth(mouth, 4.3, 5.0),
        "lip_upper": smooth(rings["mouth_angle"], -0.05, 0.12),
        "lid": smooth(eye, 1.6, 2.6) * smooth(upper, -0.1, 0.4),
        "lid_lower": smooth(eye, 1.5, 2.6) * smooth(-upper, 0.0, 0.5),
        "lid_rim": smooth(eye, 3.55, 4.1),
        "lash": np.exp(-(((eye - 3.85) / 0.38) ** 2)),
        "wet": smooth(eye, 4.5, 5.2),
    }


def _face_regions(points: SurfacePoints) -> dict[str, Array]:
    x, y, z = np.abs(points.position[:, 0]), points.position[:, 1], points.position[:, 2]

    def at(*centre_and_width: float) -> Array:
        return bump(points, centre_and_width[:3], centre_and_width[3:])  # type: ignore[arg-type]

    regions = {
        "face": smooth(z, 2, 6),
        "nose": np.maximum(at(0, 0.3, 12.9, 1.0, 0.9, 1.0), 0.9 * at(1.45, -0.65, 11.4, 0.65, 0.6, 0.9)),
        "nose_tip": at(0, -0.1, 13.2, 1.5, 1.05, 1.5),
        "nose_wing": at(1.7, -0.7, 11, 0.5, 0.7, 1.0),
        "bridge": at(0, 2.2, 12, 0.7, 1.4, 0.9),
        "cheek": at(4.0, 0.1, 9.2, 1.5, 1.15, 2.0),
        "cheek_inner": at(2.7, -0.3, 10.3, 1.1, 1.3, 1.4),
        "blush": at(4.6, 0.4, 8.6, 1.3, 0.8, 1.8),
        "forehead": smooth(y, 5.3, 6.6) * smooth(z, 5, 8) * (1 - smooth(y, 10.2, 11.4)),
        "glabella_oil": at(0, 7.6, 10.6, 2.5, 2.0, 1.5),
        "chin": at(0, -6.6, 11.2, 1.5, 1.1, 1.4),
        "chin_area": at(0, -6, 11, 3, 2, 3),
        "around_mouth": at(0, -3.6, 11, 2.6, 1.6, 2),
        "under_eye": at(2.7, 2.15, 9.7, 1.15, 0.42, 0.8),
        "tear": at(1.75, 2.7, 9.8, 0.35, 0.5, 0.6),
        "eye_corner": at(5.2, 3.3, 8.0, 0.8, 0.9, 1.2),
        "temple": at(6.3, 4.6, 5.5, 1.0, 1.8, 1.6),
        "socket": np.exp(-0.5 * (np.maximum(np.hypot((x - 3.1) / 1.1, y - 3.7) - 0.5, 0) / 0.6) ** 2)
        * (z > 6),
    }
    regions["t_zone"] = np.clip(
        regions["nose"] + regions["bridge"] + 0.7 * regions["glabella_oil"] + 0.5 * regions["chin"], 0, 1
    )
    regions["neck"] = smooth(-y, 7.6, 9.4) * (1 - regions["chin"])
    return regions
