"""Melanin, blood and its oxygen over the face: tone, freckles, spots, burns, scars, the dead."""

from __future__ import annotations

import numpy as np

from dreamhead.world.ground import Ground, Layers, toward
from dreamhead.world.masks import smooth
from dreamhead.world.relief import hide_plates, lip_creases, lip_tone
from dreamhead.world.wrinkles import scar_cover

_SCAR_PLACES = ((3.2, 5.6), (-3.6, 0.4), (2.6, -4.6), (-2.0, 7.5), (4.6, 1.0))


def spread_pigments(ground: Ground, layers: Layers) -> None:
    """Fills melanin, blood and deoxygenation; moles, warts, pimples and scars also raise the skin."""
    _tone(ground, layers)
    _freckles_and_spots(ground, layers)
    _moles_and_warts(ground, layers)
    _sun_and_blood(ground, layers)
    _lips_and_openings(ground, layers)
    _scars(ground, layers)
    if ground.attributes.undead > 0:
        _death(ground, layers)


# ---------------------------------------------------------------------------------------------------------------


def _darkness(ground: Ground) -> float:
    return float(smooth(ground.attributes.melanin, 0.35, 0.9))


def _tone(ground: Ground, layers: Layers) -> None:
    """The ground tone with mottling at four scales and the regions every face has."""
    masks, attributes = ground.masks, ground.attributes
    dark, age = _darkness(ground), attributes.skin_age
    unevenness = 0.3 + 0.7 * age + 0.7 * float(smooth(age, 0.65, 1.0))
    grain = ground.grain * ground.visible(0.7)
    melanin = (
        attributes.melanin
        + 0.05 * ground.big
        + 0.035 * unevenness * (ground.middle + ground.fine)
        + 0.03 * grain
    )
    melanin += (0.05 + 0.04 * dark) * (0.6 * masks["forehead"] + 0.5 * masks["temple"] + 0.3 * masks["neck"])
    melanin -= (0.04 + 0.03 * dark) * (masks["cheek"] + 0.6 * masks["nose"])
    melanin += (0.03 + 0.09 * dark) * 0.6 * masks["socket"] + 0.05 * dark * masks["around_mouth"]
    melanin -= 0.03 * (ground.position[:, 2] < 0) * (1 - masks["ear"])
    blood = attributes.blood + 0.055 * ground.big + 0.06 * (ground.middle + ground.fine) + 0.07 * grain
    flush = 0.62 * masks["cheek"] + 0.6 * masks["nose"] + 0.3 * masks["cheek_inner"] + 0.3 * masks["ear"]
    flush += 0.25 * masks["chin"] + 0.35 * masks["lid_rim"] + 0.25 * masks["lid"] + 0.45 * masks["nose_wing"]
    flush *= 1 - 0.55 * dark  # melanin hides it
    blood += (0.08 + 0.36 * attributes.redness) * flush * (0.75 + 0.5 * ground.middle + 0.4 * ground.fine)
    blood -= 0.07 * masks["forehead"] + 0.05 * masks["chin_area"] * (1 - masks["chin"]) + 0.05 * masks["neck"]
    tired = np.clip(masks["under_eye"] + 0.6 * masks["tear"] + 0.35 * masks["lid"], 0, 1) * (
        0.4 + 0.6 * attributes.tired
    )
    layers.deoxygenation = 0.10 + 0.45 * tired
    layers.blood = blood + 0.12 * tired
    layers.melanin = melanin + 0.05 * tired * (1 + dark)
    if attributes.hide > 0:
        _mottle(ground, layers)


def _mottle(ground: Ground, layers: Layers) -> None:
    """Thick skin: dark patches and spots, darker over the crown and in its grain, lighter about the mouth."""
    masks, amount = ground.masks, ground.attributes.hide
    patches = smooth(ground.big + 0.8 * ground.middle + 0.25 * ground.fine, 0.0, 0.7)
    spots = np.maximum(
        ground.blotches(1.5, 0.7, 0.35, 66, 0.3), 0.8 * ground.blotches(3.3, 0.9, 0.4, 67, 0.35)
    )
    soft = np.clip(masks["lip"] + 0.5 * masks["lid"], 0, 1)
    crown = smooth(ground.position[:, 1], 4.0, 11.0)
    dark = (
        0.13 * patches + 0.12 * spots + 0.08 * crown + 0.05 * ground.fine + 0.06 * (1 - hide_plates(ground))
    )
    layers.melanin += amount * (dark * (1 - soft) - 0.05 - 0.05 * masks["around_mouth"])
    layers.blood += amount * 0.10 * ground.middle


def _freckles_and_spots(ground: Ground, layers: Layers) -> None:
    masks, attributes = ground.masks, ground.attributes
    if attributes.freckles > 0:
        amount, dark = attributes.freckles, _darkness(ground)
        places = 1.1 * masks["cheek"] + 1.1 * masks["cheek_inner"] + masks["bridge"] + 0.8 * masks["nose"]
        places = np.clip(places + 0.45 * masks["forehead"] + 0.18, 0, 1) * masks["face"] * (1 - masks["lip"])
        places *= smooth(ground.noise(1.0, 2, 0.5, 50) + 0.25, -0.2, 0.45)
        sizes = (
            0.9 * ground.blotches(3.6, 1.00, 0.25, 51, 0.8 * amount),
            0.75 * ground.blotches(6.5, 1.05, 0.30, 52, 0.8 * amount),
            0.5 * ground.blotches(2.1, 0.55, 0.18, 53, 0.4 * amount),
        )
        strength = np.clip(0.8 + 0.6 * ground.middle + 0.4 * ground.fine, 0.2, 1.2)
        cover = 0.95 * np.maximum.reduce(sizes) * places * strength
        layers.melanin = toward(layers.melanin, 0.70 + 0.25 * dark, cover)
    if attributes.spots > 0.01:
        where = masks["temple"] + 0.7 * masks["forehead"] + 0.8 * masks["cheek"]
        where = np.clip(where + 0.7 * masks["scalp"] * smooth(ground.position[:, 1], 8, 12) + 0.1, 0, 1)
        patches = np.maximum(
            0.8 * ground.blotches(1.1, 0.80, 0.12, 55, 0.5), 0.65 * ground.blotches(2.3, 0.90, 0.15, 56, 0.55)
        )
        cover = (
            min(1.0, 1.2 * attributes.spots)
            * where
            * patches
            * (0.85 + 0.6 * ground.fine + 0.3 * ground.middle)
        )
        layers.melanin = toward(layers.melanin, max(0.66, attributes.melanin + 0.25), cover)
        layers.melanin -= 0.08 * attributes.spots * ground.blotches(1.7, 0.7, 0.1, 57, 0.2)
    if attributes.vitiligo > 0:
        edge = (
            ground.big
            + 0.8 * ground.middle
            + 0.25 * ground.fine
            + 0.5 * masks["socket"]
            + 0.5 * masks["around_mouth"]
        )
        patch = smooth(edge, 0.30, 0.38) * attributes.vitiligo
        layers.melanin = layers.melanin * (1 - patch) + 0.02 * patch


def _moles_and_warts(ground: Ground, layers: Layers) -> None:
    masks, attributes = ground.masks, ground.attributes
    moles = (
        ground.blotches(0.9, 0.19, 0.07, 58, 0.6 * attributes.moles)
        * (0.4 + 0.6 * masks["face"])
        * (1 - masks["lip"])
    )
    moles *= np.clip(0.8 + 0.7 * ground.fine + 0.5 * ground.grain, 0.2, 1)
    layers.melanin = toward(layers.melanin, max(0.92, attributes.melanin + 0.12), 0.85 * moles)
    layers.height += 0.25 * moles
    if attributes.warts > 0:
        large = ground.blotches(0.8, 0.45, 0.14, 62, 0.55 * attributes.warts)
        small = ground.blotches(1.9, 0.42, 0.14, 63, 0.35 * attributes.warts)
        warts = np.maximum(large, small) * masks["face"] * (1 - masks["lip"]) * (1 - masks["lid"])
        layers.height += (
            (1.5 * large + 0.6 * small)
            * masks["face"]
            * (1 - masks["lip"])
            * (1 - masks["lid"])
            * (0.8 + 0.5 * ground.fine)
        )
        layers.blood += 0.16 * warts
        layers.melanin = toward(layers.melanin, attributes.melanin + 0.22, 0.7 * warts)


def _sun_and_blood(ground: Ground, layers: Layers) -> None:
    masks, attributes, age = ground.masks, ground.attributes, ground.attributes.skin_age
    if age > 0.45:  # broken capillaries
        threads = np.clip((ground.noise(4.2, 2, 0.7, 60, True) + 0.25 * ground.fine - 0.93) * 6, 0, 1)
        threads *= smooth(ground.middle + 0.5 * ground.big, -0.1, 0.4) * np.clip(
            masks["nose"] + masks["cheek"], 0, 1
        )
        layers.blood += 0.34 * threads * (age - 0.4) * attributes.redness
    if attributes.acne > 0:
        places = np.clip(masks["cheek"] + masks["cheek_inner"] + masks["forehead"] + masks["chin"], 0, 1) * (
            1 - masks["lip"]
        )
        pimples = ground.blotches(1.9, 0.62, 0.34, 61, 0.35 * attributes.acne + 0.05) * places
        layers.blood += 0.36 * pimples
        layers.height += 0.45 * pimples**2
        layers.melanin = toward(layers.melanin, 0.42, 0.12 * pimples)
    if attributes.sunburn > 0:
        burn = (
            1.2 * masks["nose"]
            + 1.1 * masks["cheek"]
            + 0.8 * masks["forehead"]
            + 0.5 * (masks["chin"] + masks["ear"])
        )
        burn = np.clip(burn + 0.35, 0, 1) * (1 - 0.85 * masks["socket"]) * (1 - 0.6 * masks["neck"])
        burn *= attributes.sunburn * (0.85 + 0.4 * ground.middle)
        layers.blood += 0.36 * burn
        layers.melanin += 0.04 * burn
    layers.melanin += 0.22 * attributes.tan * (1 - 0.5 * masks["socket"]) * (1 - 0.4 * masks["neck"])
    layers.blood += 0.24 * attributes.blush * masks["blush"]
    # fold floors and pores hold more blood and melanin
    layers.blood += 0.09 * layers.cavity + 0.08 * layers.pits
    layers.melanin += 0.07 * layers.cavity + 0.10 * layers.pits


def _lips_and_openings(ground: Ground, layers: Layers) -> None:
    masks, attributes = ground.masks, ground.attributes
    dark, lip, tone = _darkness(ground), masks["lip"], lip_tone(ground)
    melanin = layers.melanin * (0.62 + 0.25 * dark) + 0.06 * masks["lip_upper"] * dark - 0.03 * tone
    layers.melanin = layers.melanin * (1 - lip) + lip * melanin
    red = attributes.blood + 0.38 - 0.10 * attributes.skin_age - 0.06 * tone
    red = np.clip(red + 0.05 * masks["lip_inner"] + 0.16 * lip_creases(ground), 0, 0.97)
    layers.blood = layers.blood * (1 - lip) + lip * red
    layers.deoxygenation = layers.deoxygenation * (1 - lip) + lip * 0.22
    layers.melanin += 0.12 * masks["nostril"]
    layers.blood += 0.10 * masks["nostril"]


def _scars(ground: Ground, layers: Layers) -> None:
    points = ground.position + 0.05 * ground.warp + 0.015 * ground.fine[:, None]
    first = int(ground.rng.integers(len(_SCAR_PLACES)))
    for number in range(ground.attributes.scars):
        place = _SCAR_PLACES[(first + number) % len(_SCAR_PLACES)]
        cover = scar_cover(points, ground.surface.front, place, ground.rng)
        layers.height += -0.45 * cover**2 + 0.30 * np.clip(cover - 0.12, 0, 0.3) * (1 + ground.fine)
        cover = np.clip(cover, 0, 1)
        layers.melanin *= 1 - 0.5 * cover
        layers.blood += 0.30 * cover * (1 + 0.6 * ground.middle)


def _death(ground: Ground, layers: Layers) -> None:
    """Blood sinks and loses its oxygen, veins show, flesh rots."""
    masks, amount = ground.masks, ground.attributes.undead
    livid = smooth(ground.big + 0.45 * ground.middle + 0.12 * ground.fine, 0.0, 0.75)
    veins = np.clip((ground.noise(0.55, 3, 0.5, 65, True) + 0.06 * ground.fine - 0.86) * 9, 0, 1)
    thin = np.clip(masks["temple"] + masks["neck"] + masks["forehead"] + masks["under_eye"], 0, 1)
    veins *= smooth(ground.big - 0.3 * ground.middle, -0.5, 0.2) * (0.25 + 0.75 * thin)
    sunken = 0.17 * livid + 0.22 * veins + 0.12 * masks["socket"] + 0.16 * masks["nostril"]
    layers.blood = layers.blood * (1 - 0.42 * amount) + amount * sunken
    layers.deoxygenation = np.clip(layers.deoxygenation + 0.9 * amount, 0, 1)
    dark = (
        0.25 * livid * (0.6 + ground.fine)
        + 0.55 * masks["socket"]
        + 0.35 * masks["under_eye"]
        + 0.5 * layers.cavity
    )
    layers.melanin = toward(layers.melanin, 0.72, amount * dark)
    layers.height += 0.15 * amount * veins
    rot = smooth(0.8 * ground.middle + 0.35 * ground.fine + 0.9 * ground.big, 0.52, 0.72) * masks["face"]
    rot = amount * rot * smooth(amount, 0.4, 0.8)
    layers.blood += 0.24 * rot
    layers.melanin = toward(layers.melanin, 0.85, rot * (0.6 + ground.grain + ground.fine))
    layers.height -= 0.5 * rot
