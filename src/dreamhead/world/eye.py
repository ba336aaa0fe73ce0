"""The eye's maps: sclera with veins, and in the middle an iris of fibres, crypts and furrows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dreamhead.head.builtin.eyes import eye_uv_angle_deg
from dreamhead.world.arrays import Array, floats
from dreamhead.world.attributes import Attributes
from dreamhead.world.masks import smooth
from dreamhead.world.noise import gradient_noise
from dreamhead.world.vocabulary import EYE_COLOURS

IRIS_DEG, PUPIL_DEG = 23.0, 8.0
Colour = tuple[float, float, float]
SCLERA = (0.56, 0.50, 0.46)  # linear; a real sclera is far from white
DEAD_SCLERA, BLACK_SCLERA = (0.50, 0.45, 0.30), (0.012, 0.011, 0.012)
WET, IRIS_ROUGHNESS = 0.12, 0.45  # the cornea before the iris is what shines there
_BUMP = 0.9  # relief of the iris: slope where its tone changes most


@dataclass(frozen=True)
class PartMaps:
    """Maps of a part of the head: albedo (H, W, 3) LINEAR, roughness, specular (H, W), normal (H, W, 3) OpenGL."""

    albedo: Array
    specular: Array
    roughness: Array
    normal: Array


@dataclass(frozen=True)
class EyeLook:
    """How an eye is painted.  Colours are linear."""

    iris: Colour
    inner: Colour  # of the iris around the pupil
    sclera: Colour = SCLERA
    limbal_ring: float = 0.75  # 0 none .. 1 black
    pupil_deg: float = PUPIL_DEG  # half angle
    slit: float = 0.0  # 0 round .. 1 a cat's or reptile's
    blank: float = 0.0  # 0 an iris .. 1 none to be seen
    redness: float = 0.25  # veins of the sclera
    pattern_seed: int = 0


def eye_maps(attributes: Attributes, size: int, seed: int) -> PartMaps:
    """Maps of one eyeball in the built-in head's eye layout, as the attributes have it."""
    return painted_eye(eye_look(attributes, seed), size)


def eye_look(attributes: Attributes, seed: int) -> EyeLook:
    """The eye of these attributes; the seed varies its tone, pupil and pattern."""
    rng = np.random.default_rng(seed)
    key, tone, pupil = int(rng.integers(1 << 20)), rng.uniform(0.75, 1.05), rng.uniform(0.85, 1.2)
    iris = floats(EYE_COLOURS[attributes.eyes]) * floats(tone)
    warm = iris.mean() * floats([1.6, 1.25, 0.75])
    reptile = attributes.scales > 0.7 or (
        attributes.eyes in ("yellow", "orange") and bool(attributes.creature)
    )
    sclera = SCLERA
    if attributes.eyes == "black" and attributes.creature:
        sclera = BLACK_SCLERA
    elif attributes.undead > 0.5:
        sclera = DEAD_SCLERA
    return EyeLook(
        _colour(iris),
        _colour(0.45 * iris + 0.55 * warm) if attributes.human else _colour(1.25 * iris),
        sclera,
        limbal_ring=0.75 - 0.35 * min(max(attributes.years - 40, 0) / 50, 1),
        pupil_deg=PUPIL_DEG * pupil,
        slit=1.0 if reptile else 0.0,
        blank=0.85 if attributes.eyes == "white" else 0.0,
        redness=float(np.clip(0.25 + 0.5 * attributes.tired + 0.4 * attributes.undead, 0, 1)),
        pattern_seed=key,
    )


def painted_eye(look: EyeLook, size: int) -> PartMaps:
    """The maps of a look: a point at angle a from the gaze axis lies eye_uv_radius(a) from the map's centre."""
    grid = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
    x, y = np.meshgrid(grid, -grid)
    angle = eye_uv_angle_deg(np.hypot(x, y))  # from the gaze axis
    around = np.stack([x, y], -1) / np.maximum(np.hypot(x, y), 1e-6)[..., None]
    key = look.pattern_seed
    near = 0.5 * _noise(np.concatenate([around * 3, 0 * x[..., None]], -1), 1.0, 2, 0.5, key + 8)
    limbus = smooth(angle + near, IRIS_DEG - 0.6, IRIS_DEG + 2.2)[..., None]
    reach = _pupil_distance(look, x, y, angle)
    pupil = 1 - smooth(reach, look.pupil_deg - 0.5, look.pupil_deg + 0.4)
    iris, sclera = np.zeros((2, size, size, 3), np.float32)
    relief = np.zeros((size, size), np.float32)
    within, without = limbus[..., 0] < 1, limbus[..., 0] > 0  # each is painted only where it is seen
    iris[within], relief[within] = _iris(look, around[within], angle[within], reach[within], key)
    sclera[without] = _sclera(look, around[without], angle[without], key)
    iris = iris * (1 - pupil[..., None]) + 0.004 * pupil[..., None]
    iris = iris + look.blank * (0.96 * floats(look.sclera) - iris)
    albedo = iris * (1 - limbus) + sclera * limbus
    inside = (1 - limbus[..., 0]) * (1 - pupil) * (1 - look.blank)
    veil = _noise(np.concatenate([around * 3.0, (angle / 14)[..., None]], -1), 1.6, 2, 0.5, key + 6)
    return PartMaps(
        np.clip(albedo, 0.002, 0.92).astype(np.float32),
        np.full((size, size), 0.5, np.float32),
        (WET + (IRIS_ROUGHNESS - WET) * (1 - limbus[..., 0]) + 0.06 * smooth(angle, 30, 60)).astype(
            np.float32
        ),
        _normals(relief * inside * _BUMP + 0.05 * veil * limbus[..., 0], size),
    )


def wet_all_over(maps: PartMaps) -> PartMaps:
    """The same for an eyeball without a cornea before it: its own surface shines, iris and all."""
    flat = np.zeros_like(maps.normal)
    flat[..., 2] = 1
    return replace(maps, roughness=np.minimum(maps.roughness, np.float32(WET)), normal=flat)


# ---------------------------------------------------------------------------------------------------------------


def _colour(values: Array) -> Colour:
    red, green, blue = (float(value) for value in np.clip(values, 0, 0.92))
    return red, green, blue


def _noise(
    points: Array, frequency: float, octaves: int, gain: float, key: int, ridged: bool = False
) -> Array:
    shape = points.shape[:-1]
    flat = np.ascontiguousarray(points.reshape(-1, 3), np.float32)
    return gradient_noise(flat, frequency, octaves, gain, key, ridged).reshape(shape)


def _pupil_distance(look: EyeLook, x: Array, y: Array, angle: Array) -> Array:
    """Angle from the axis, stretched to an upright slit."""
    wide, high = 1 + 1.6 * look.slit, 1 - 0.38 * look.slit
    return angle * np.hypot(wide * x, high * y) / np.maximum(np.hypot(x, y), 1e-6)


def _sclera(look: EyeLook, around: Array, angle: Array, key: int) -> Array:
    """Off-white, redder and yellower towards the back, with thin winding veins that run towards the iris."""
    colour = floats(look.sclera)
    away = smooth(angle, 30, 85)[..., None]
    sclera = colour * (1 - away * floats([0.10, 0.34, 0.36]))
    if colour.max() < 0.1:
        return sclera
    patches = 0.5 + 0.5 * _noise(
        np.concatenate([around * 1.6, (angle / 60)[..., None]], -1), 1.1, 2, 0.5, key + 4
    )
    sway = _noise(np.concatenate([around * 5, (angle / 12)[..., None]], -1), 1.0, 2, 0.5, key + 12)
    veins = np.zeros_like(angle)
    for number, (crowding, length_deg, thickness) in enumerate(((5.0, 24.0, 0.030), (11.0, 16.0, 0.045))):
        points = np.concatenate([around * crowding, (angle / length_deg)[..., None]], -1)
        course = _noise(points, 1.0, 1, 0.5, key + 3 + 10 * number) + 0.10 * sway
        veins = np.maximum(veins, np.exp(-((course / thickness) ** 2)) * (0.9 - 0.35 * number))
    veins = veins * np.clip(1.6 * patches - 0.3, 0, 1) * smooth(angle, 27, 62)
    cover = np.clip(look.redness * 1.5 * veins, 0, 0.85)[..., None]
    flush = (0.30 * look.redness * patches * smooth(angle, 32, 75))[..., None]
    sclera = sclera * (1 - flush * floats([0.05, 0.45, 0.45]))
    return sclera * (1 - cover) + floats([0.40, 0.08, 0.06]) * cover


def _iris(look: EyeLook, around: Array, angle: Array, reach: Array, key: int) -> tuple[Array, Array]:
    """Colour (H, W, 3) and relief (H, W), about -1..1.

    Out from the pupil: a dark ruff, the pupillary zone in the inner colour, the zigzag collarette, crypts
    beside it, wavy radial fibres, faint ring furrows and the limbal ring.
    """
    reach = angle + (reach - angle) * smooth(
        angle, 0.9 * IRIS_DEG, 0.3 * IRIS_DEG
    )  # a slit, but a round edge
    out = np.clip((reach - look.pupil_deg) / (IRIS_DEG - look.pupil_deg), 0, 1.2)  # 0 pupil .. 1 limbus
    out_of_line = _noise(np.concatenate([around * 4.0, (out * 1.2)[..., None]], -1), 1.5, 2, 0.5, key + 7)
    turn = 0.05 * out_of_line  # fibres waver
    swayed = around + turn[..., None] * np.stack([-around[..., 1], around[..., 0]], -1)
    fine = np.concatenate([swayed * 22.0, (out * 0.9)[..., None]], -1)
    coarse = np.concatenate([swayed * 9.0, (out * 0.7)[..., None]], -1)
    broad = np.concatenate([around * 2.2, (out * 0.8)[..., None]], -1)
    strands = 0.6 * _noise(coarse, 1.0, 2, 0.6, key + 1, True) + 0.4 * _noise(
        fine, 1.0, 2, 0.6, key + 9, True
    )
    strands = np.clip(2.0 * strands - 1.0, -1, 1)
    shades = _noise(broad, 1.2, 2, 0.5, key + 2)
    zigzag = 0.30 + 0.07 * _noise(np.concatenate([around * 6, 0 * out[..., None]], -1), 1.3, 2, 0.6, key + 5)
    collarette = np.exp(-(((out - zigzag) / 0.055) ** 2))
    crypt_noise = _noise(np.concatenate([swayed * 4.5, (out * 1.1)[..., None]], -1), 1.5, 1, 0.5, key + 11)
    crypts = smooth(crypt_noise, 0.22, 0.42) * smooth(out, 0.24, 0.34) * smooth(out, 0.66, 0.50)
    furrows = (
        np.sin(2 * np.pi * (3.2 * out + 0.15 * shades)) * smooth(out, 0.5, 0.7) * smooth(out, 0.98, 0.85)
    )
    ruff = np.exp(-((out / 0.035) ** 2))
    ring = look.limbal_ring * smooth(out, 0.72, 0.99)
    inner = (smooth(out, zigzag + 0.10, zigzag - 0.04) * 0.8)[..., None]
    colour = floats(look.iris) * (1 - inner) + floats(look.inner) * inner
    tone = 1 + 0.55 * strands + 0.30 * shades + 0.35 * collarette - 0.10 * furrows
    tone = np.clip(tone, 0.30, 2.0) * (1 - 0.5 * crypts) * (1 - 0.75 * ruff) * (1 - ring)
    relief = 0.5 * strands + 0.6 * collarette - 1.0 * crypts - 0.3 * furrows
    return colour * tone[..., None], relief


def _normals(relief: Array, size: int) -> Array:
    """(H, W, 3) OpenGL normals of a relief given in hundredths of the map's width."""
    height = relief * size / 300
    slope_u = (np.roll(height, -1, 1) - np.roll(height, 1, 1)) / 2
    slope_v = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) / 2
    normal = np.stack([-slope_u, slope_v, np.ones_like(slope_u)], -1)
    return (normal / np.linalg.norm(normal, axis=-1, keepdims=True)).astype(np.float32)
