"""The relief of skin in millimetres: permanent lines, crepe, lips, undulation and pores."""

from __future__ import annotations

import numpy as np

from dreamhead.world.arrays import Array, floats
from dreamhead.world.ground import Ground, Layers
from dreamhead.world.masks import smooth
from dreamhead.world.wrinkles import wrinkle_relief


def shape_relief(ground: Ground, layers: Layers) -> None:
    """Fills height, cavity and pits."""
    age = ground.attributes.skin_age
    lines = wrinkle_relief(ground.position + 0.07 * ground.warp, ground.surface.front, age, ground.rng)
    layers.height = lines.copy()
    layers.cavity = np.clip(-lines * 1.3 - 0.1, 0, 1)
    laxity = float(smooth(age, 0.35, 1.0))
    if laxity > 0.02:
        layers.height += laxity * (1 + 0.8 * float(smooth(age, 0.7, 1.0))) * _crepe(ground)
    layers.height += _lips(ground, age) + _undulation(ground)
    if ground.attributes.hide > 0:
        layers.height += ground.attributes.hide * _hide(ground)
    layers.pits, pores = _pores(ground, age)
    layers.height += pores


def hide_plates(ground: Ground) -> Array:
    """The cobbled grain of thick skin (N,): 1 on a plate, 0 in the furrows between."""
    stretched = ground.warped * floats([1.0, 1.25, 1.0]) + 0.05 * ground.warp + ground.offset
    nearest, second, chance = ground.cells(stretched, 3.4, 35)
    return smooth(second - nearest, 0.0, 0.34) * (0.75 + 0.25 * chance)


def lip_creases(ground: Ground) -> Array:
    """Fine creases across the lips (N,), 0..1."""
    along = _lip_coordinates(ground)
    broad, fine = ground.noise_at(along, 0.62, 2, 0.6, 31), ground.noise_at(along, 1.5, 2, 0.6, 32)
    creases = np.clip(broad - 0.15, 0, 1) + 0.6 * np.clip(fine - 0.1, 0, 1)
    return np.clip(creases, 0, 1) * ground.masks["lip"] * (1 - 0.6 * ground.masks["lip_inner"])


def lip_tone(ground: Ground) -> Array:
    """Uneven colour along the lips (N,), about 0..1."""
    return 0.5 + 0.5 * ground.noise_at(_lip_coordinates(ground), 1.1, 2, 0.6, 33)


# ---------------------------------------------------------------------------------------------------------------


def _lip_coordinates(ground: Ground) -> Array:
    rings = ground.rings
    across = np.stack(
        [rings["mouth_angle"] * 34, rings["mouth_ring"] * 1.1, np.zeros(len(ground), np.float32)], 1
    )
    return across + 0.5 * ground.warp + ground.offset * 0.01


def _crepe(ground: Ground) -> Array:
    """Two crossed anisotropic ridge fields; near the eye, ridges along its rings."""
    masks, rings = ground.masks, ground.rings
    first = ground.shifted @ floats([[0.55, 0.25, 0], [-1.0, 0.55, 0], [0, 0, 0.5]])
    second = ground.shifted @ floats([[0.55, -0.25, 0], [1.0, 0.55, 0], [0, 0, 0.5]])
    coarse = ground.noise_at(first, 4.2, 2, 0.6, 21, True) + ground.noise_at(second, 4.2, 2, 0.6, 22, True)
    fine = ground.noise_at(first, 9.0, 1, 0.5, 23, True) + ground.noise_at(second, 9.0, 1, 0.5, 24, True)
    around = (
        np.stack([rings["eye_sin"] * 2.4, rings["eye_cos"] * 2.4, rings["eye_ring"] * 2.2], 1)
        + 0.12 * ground.warp
    )
    eye = ground.noise_at(around, 1.6, 2, 0.6, 25, True)
    eye_zone = smooth(rings["eye_ring"], 0.25, 0.9) * (1 - smooth(rings["eye_ring"], 3.3, 4.0))
    lax_places = np.clip(
        masks["cheek"] + masks["neck"] + np.clip(masks["socket"] + masks["eye_corner"], 0, 1), 0, 1
    )
    height = (
        0.11 * (coarse - 0.9) * ground.visible(2.4) * (0.35 + 0.65 * lax_places) * (0.3 + 0.7 * masks["face"])
    )
    height += 0.045 * (fine - 0.9) * ground.visible(1.1)
    height += 0.17 * (eye - 0.4) * eye_zone * ground.visible(1.5) * (1 - 0.5 * masks["lid_rim"])
    return height + 0.10 * ground.middle * masks["face"]


def _lips(ground: Ground, age: float) -> Array:
    masks = ground.masks
    creases = (0.34 + 0.14 * age) * lip_creases(ground) * ground.visible(1.2)
    plump = 0.05 * ground.noise_at(_lip_coordinates(ground), 0.3, 1, 0.5, 34) * masks["lip"]
    return 0.12 * masks["lip_line"] * (1 - masks["lip"]) + plump - creases


def _hide(ground: Ground) -> Array:
    """Millimetres: cobbled grain, broad furrows and scattered bumps, none on lips and lids."""
    masks = ground.masks
    furrows = np.clip(ground.noise(1.15, 3, 0.55, 36, True) - 0.72, 0, 1)
    bumps = np.maximum(
        ground.blotches(2.2, 0.42, 0.2, 37, 0.22), 0.6 * ground.blotches(4.2, 0.5, 0.25, 38, 0.3)
    )
    height = 0.24 * (hide_plates(ground) - 0.6) * ground.visible(2.2) - 0.55 * furrows + 0.38 * bumps
    soft = np.clip(masks["lip"] + 0.8 * masks["lid"] + 0.8 * masks["lid_lower"] + 0.5 * masks["ear"], 0, 1)
    return height * (1 - soft)


def _undulation(ground: Ground) -> Array:
    masks = ground.masks
    waves = 0.042 * ground.noise(6.0, 1, 0.6, 5) * ground.visible(1.7) + 0.03 * ground.noise(
        12.0, 1, 0.6, 6
    ) * ground.visible(0.85)
    front = 0.35 + 0.65 * masks["face"] * (ground.position[:, 1] < 10)
    return waves * (1 - masks["lip"]) * np.clip(front, 0, 1) * (1 - 0.35 * masks["forehead"])


def _pores(ground: Ground, age: float) -> tuple[Array, Array]:
    """(pits 0..1, height in mm): pores on nose, inner cheeks, chin and forehead, and a fine network everywhere."""
    masks = ground.masks
    pits, height = ground.zeros(), ground.zeros()
    shown = ground.visible(0.9)
    if shown > 0:
        distance, _, chance = ground.cells(ground.shifted + 0.012 * ground.warp, 8.6, 41)
        pits = (
            np.exp(-((distance / (0.16 + 0.14 * chance)) ** 2))
            * (chance > 0.25)
            * pore_places(ground, age)
            * shown
        )
        height -= 0.26 * pits
    shown = ground.visible(0.55)
    if shown > 0:
        nearest, second, _ = ground.cells(ground.shifted + 0.02 * ground.warp, 15.0, 42)
        height += 0.05 * smooth(second - nearest, 0.0, 0.28) * shown * (1 - masks["lip"])
        height += 0.012 * ground.noise(40.0, 1, 0.5, 43) * ground.visible(0.25)
    return pits, height


def pore_places(ground: Ground, age: float) -> Array:
    """How many pores show (N,), 0..1."""
    masks = ground.masks
    places = (
        0.14 + masks["nose"] + 0.75 * masks["cheek_inner"] + 0.4 * masks["forehead"] + 0.45 * masks["chin"]
    )
    places = np.clip(places + 0.3 * masks["cheek"], 0, 1) * (1 - masks["lip"]) * (1 - masks["lid"])
    return places * (1 - 0.7 * masks["ear"]) * ground.attributes.pores * (0.7 + 0.6 * age)
