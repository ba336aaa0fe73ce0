"""The eyeball's maps: sclera with veins, an iris of radial fibres, limbal ring and pupil, iris in the middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dreamhead.world.arrays import Array, floats
from dreamhead.world.attributes import Attributes
from dreamhead.world.masks import smooth
from dreamhead.world.noise import gradient_noise
from dreamhead.world.vocabulary import EYE_COLOURS

IRIS_DEG, PUPIL_DEG = 23.0, 8.0
SCLERA = (0.56, 0.50, 0.46)  # linear; a real sclera is far from white
_UV_REACH = 0.49  # the back pole's distance from the centre of the map


@dataclass(frozen=True)
class PartMaps:
    """Maps of a part of the head: albedo (H, W, 3) LINEAR, roughness, specular (H, W), normal (H, W, 3) OpenGL."""

    albedo: Array
    specular: Array
    roughness: Array
    normal: Array


def eye_maps(attributes: Attributes, size: int, seed: int) -> PartMaps:
    """Maps of one eyeball in the built-in head's eye layout.

    A point at angle a from the gaze axis lies 0.49 (1 - (1 - a/180)^3) from the centre of the map.
    """
    rng = np.random.default_rng(seed)
    grid = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
    x, y = np.meshgrid(grid, -grid)
    radius = np.clip(np.hypot(x, y), 0, _UV_REACH)
    angle = 180.0 * (1 - np.cbrt(1 - radius / _UV_REACH))  # degrees from the gaze axis
    around = np.stack([x, y], -1) / np.maximum(np.hypot(x, y), 1e-6)[..., None]
    key = int(rng.integers(1 << 20))
    albedo = _sclera(attributes, around, angle, key)
    iris = _iris(attributes, around, angle, key, rng)
    limbus = smooth(angle, IRIS_DEG - 1.6, IRIS_DEG + 1.4)[..., None]
    albedo = iris * (1 - limbus) + albedo * limbus
    pupil_deg = PUPIL_DEG * rng.uniform(0.85, 1.2)
    if attributes.eyes in ("white",):
        pupil = np.full_like(angle, 0.15) * (1 - smooth(angle, pupil_deg - 0.6, pupil_deg + 0.6))
    else:
        pupil = 1 - smooth(_pupil_distance(attributes, x, y, angle), pupil_deg - 0.6, pupil_deg + 0.6)
    albedo = albedo * (1 - pupil[..., None]) + 0.004 * pupil[..., None]
    roughness = 0.06 + 0.10 * smooth(angle, 24, 34)
    flat = np.zeros((size, size, 3), np.float32)
    flat[..., 2] = 1
    return PartMaps(
        np.clip(albedo, 0.002, 0.92).astype(np.float32),
        np.full((size, size), 0.5, np.float32),
        roughness.astype(np.float32),
        flat,
    )


# ---------------------------------------------------------------------------------------------------------------


def _noise(
    points: Array, frequency: float, octaves: int, gain: float, key: int, ridged: bool = False
) -> Array:
    shape = points.shape[:-1]
    flat = np.ascontiguousarray(points.reshape(-1, 3), np.float32)
    return gradient_noise(flat, frequency, octaves, gain, key, ridged).reshape(shape)


def _pupil_distance(attributes: Attributes, x: Array, y: Array, angle: Array) -> Array:
    """Angle from the axis, stretched to a slit for reptiles."""
    if attributes.scales > 0.7 or (attributes.eyes in ("yellow", "orange") and attributes.creature):
        return angle * np.hypot(2.6 * x, 0.62 * y) / np.maximum(np.hypot(x, y), 1e-6)
    return angle


def _sclera(attributes: Attributes, around: Array, angle: Array, key: int) -> Array:
    """Off-white, redder and yellower towards the back, with branching veins."""
    colour = floats(SCLERA)
    if attributes.eyes == "black" and attributes.creature:
        colour = floats([0.012, 0.011, 0.012])
    elif attributes.undead > 0.5:
        colour = floats([0.50, 0.45, 0.30])
    redness = np.clip(0.25 + 0.5 * attributes.tired + 0.4 * attributes.undead, 0, 1)
    away = smooth(angle, 30, 75)[..., None]
    sclera = colour * (1 - away * floats([0.10, 0.38, 0.40]))
    points = np.concatenate([around * 2.2, (angle / 42)[..., None]], -1)
    veins = np.clip((_noise(points, 2.4, 4, 0.6, key + 3, True) - 0.86) * 7, 0, 1) * smooth(angle, 27, 50)
    patches = 0.5 + 0.5 * _noise(points, 1.1, 2, 0.5, key + 4)
    cover = (redness * veins * np.clip(patches, 0, 1))[..., None]
    if colour.max() < 0.1:
        return sclera
    return sclera * (1 - cover) + floats([0.42, 0.07, 0.05]) * cover


def _iris(attributes: Attributes, around: Array, angle: Array, key: int, rng: np.random.Generator) -> Array:
    """Radial fibres, a paler collarette around the pupil, a dark limbal ring."""
    base = floats(EYE_COLOURS[attributes.eyes]) * floats(rng.uniform(0.7, 1.05))
    fibres = np.concatenate([around * 7.5, (angle * 0.035)[..., None]], -1)
    coarse = np.concatenate([around * 2.5, (angle * 0.06)[..., None]], -1)
    tone = 1 + 0.55 * _noise(fibres, 1.6, 3, 0.6, key + 1) + 0.45 * _noise(coarse, 1.2, 2, 0.5, key + 2)
    collarette = 0.7 * np.exp(-(((angle - 11.5 - 1.2 * _noise(coarse, 2.0, 1, 0.5, key + 5)) / 2.6) ** 2))
    ring = 1 - 0.72 * smooth(angle, IRIS_DEG - 5.5, IRIS_DEG - 0.6)
    shade = (np.clip(tone, 0.35, 1.9) * (1 + collarette) * ring)[..., None]
    warm = floats([1.25, 1.0, 0.62])
    inner = (0.55 * np.exp(-(((angle - 10.5) / 3.0) ** 2)))[..., None]
    colour = base * (1 - inner) + base.mean() * warm * 1.3 * inner if attributes.human else base
    return colour * shade
