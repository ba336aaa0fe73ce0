"""What people put on a face: make-up, painted faces and masks, tattoos, dirt."""

from __future__ import annotations

import numpy as np

from dreamhead.world.arrays import Array, floats
from dreamhead.world.ground import Ground, Layers
from dreamhead.world.masks import bump, smooth
from dreamhead.world.pigment import linear_from_srgb
from dreamhead.world.relief import lip_creases, lip_tone
from dreamhead.world.vocabulary import LIP_COLOURS, PAINT_COLOURS, SHADOW_COLOURS

_WHITE = linear_from_srgb((0.90, 0.89, 0.87))
_BLACK = linear_from_srgb((0.06, 0.055, 0.06))


def apply_makeup(ground: Ground, layers: Layers) -> None:
    """Face paint first, then eye shadow, liner and lipstick."""
    attributes, masks, rings = ground.attributes, ground.masks, ground.rings
    if attributes.paint:
        _PAINTERS[attributes.paint](ground, layers)
    if attributes.eyeshadow:
        cover = 0.8 * smooth(rings["eye_ring"], 0.35, 2.4) * smooth(rings["eye_sin"], 0.0, 0.4)
        cover *= (1 - masks["wet"]) * (1 - 0.15 * ground.fine)
        layers.paint(np.clip(cover, 0, 0.8), linear_from_srgb(SHADOW_COLOURS[attributes.eyeshadow]))
    if attributes.liner > 0:
        cover = (
            0.95
            * smooth(rings["eye_ring"], 3.0, 3.5)
            * smooth(rings["eye_sin"], -0.05, 0.25)
            * (1 - masks["wet"])
        )
        layers.paint(attributes.liner * np.maximum(cover, 0.6 * masks["lash"]), floats((0.006, 0.005, 0.006)))
    if attributes.lipstick:
        cover = 0.88 * masks["lip"] * (1 - 0.25 * lip_creases(ground)) * smooth(rings["mouth_ring"], 2.7, 3.0)
        colour = linear_from_srgb(LIP_COLOURS[attributes.lipstick]) * (0.8 + 0.25 * lip_tone(ground))[:, None]
        layers.paint(cover, colour)
        layers.roughness -= 0.06 * cover
        layers.specular += 0.10 * cover


def apply_dirt(ground: Ground, layers: Layers) -> None:
    """Grime wiped downwards, in folds, in low frequencies with soft edges."""
    amount, masks = ground.attributes.dirt, ground.masks
    if amount <= 0:
        return
    wiped = ground.shifted @ floats([[1, 0.25, 0], [-0.2, 0.38, 0], [0, 0.1, 1]]) + 0.15 * ground.warp
    zone = (
        0.35 * (masks["forehead"] + masks["chin"] + masks["neck"])
        + 0.45 * masks["cheek"]
        + 0.3 * masks["nose"]
    )
    zone -= 0.7 * masks["socket"] + 0.4 * masks["lip"]
    smear = ground.noise_at(wiped, 0.55, 4, 0.6, 81) + 0.28 * ground.noise_at(wiped, 3.0, 3, 0.65, 82)
    smear = smooth(smear + 0.55 * zone - 0.25 + 0.5 * amount, 0.05, 1.05)
    specks = ground.blotches(5.5, 0.75, 0.25, 83, 0.30) * smooth(ground.middle, -0.2, 0.4) * masks["face"]
    folds = np.clip(-layers.height * 1.5, 0, 1)
    cover = 0.62 * smear * (0.75 + 0.9 * ground.fine + 0.5 * ground.grain) + amount * (
        0.55 * folds + 0.5 * specks
    )
    cover = np.clip(cover, 0, 0.88)
    layers.paint(cover, floats((0.035, 0.028, 0.022)))
    layers.roughness += 0.25 * cover
    layers.specular *= 1 - 0.6 * cover


# ---------------------------------------------------------------------------------------------------------------


def _colour(ground: Ground) -> Array:
    return linear_from_srgb(PAINT_COLOURS[ground.attributes.paint_colour or "white"])


def _wear(ground: Ground) -> Array:
    """Paint that has cracked and rubbed a little."""
    return np.clip(0.93 + 0.10 * ground.middle + 0.16 * ground.fine, 0, 1)


def _whitened(ground: Ground, layers: Layers) -> None:
    y, z = ground.position[:, 1], ground.position[:, 2]
    cover = (
        smooth(z, 1.0, 3.5)
        * smooth(y, -8.6, -7.4)
        * (1 - ground.masks["ear"])
        * (1 - 0.8 * ground.masks["wet"])
    )
    layers.paint(0.95 * cover * _wear(ground), _WHITE)


def _clown(ground: Ground, layers: Layers) -> None:
    """White face, red nose, a red mouth wider than the lips, coloured arches over the eyes."""
    points, rings, x = ground.bake.texels, ground.rings, ground.position[:, 0]
    _whitened(ground, layers)
    arch = bump(points, (3.1, 4.9, 9.7), (0.75, 1.35, 3.0))
    colour = (
        _colour(ground)
        if ground.attributes.paint_colour not in ("", "red", "white")
        else linear_from_srgb((0.1, 0.22, 0.62))
    )
    layers.paint(0.95 * smooth(arch, 0.35, 0.5) * (1 - ground.masks["wet"]) * _wear(ground), colour)
    red = linear_from_srgb((0.72, 0.05, 0.05))
    layers.paint(0.95 * smooth(ground.masks["nose_tip"] + 0.06 * ground.fine, 0.30, 0.42), red)
    smile = (
        np.hypot((np.abs(x) - 0.0) / 3.4, (ground.position[:, 1] + 3.55 - 0.09 * x * x) / 1.15)
        + 0.05 * ground.middle
    )
    mouth = np.maximum(
        smooth(-smile, -1.0, -0.9) * (ground.position[:, 2] > 5), smooth(rings["mouth_ring"], 2.2, 2.5)
    )
    layers.paint(0.95 * mouth * _wear(ground), red)
    cheeks = smooth(bump(points, (4.5, -0.2, 8.6), (1.1, 1.0, 2.0)), 0.55, 0.65)
    layers.paint(0.85 * cheeks * _wear(ground), red)


def _mime(ground: Ground, layers: Layers) -> None:
    """White face with black diamonds through the eyes."""
    x, y, z = np.abs(ground.position[:, 0]), ground.position[:, 1], ground.position[:, 2]
    _whitened(ground, layers)
    diamond = np.abs(x - 3.1) / 0.42 + np.abs(y - 3.4) / 3.4
    layers.paint(
        0.95 * smooth(-diamond, -1.0, -0.9) * (z > 5) * (1 - ground.masks["wet"]) * _wear(ground), _BLACK
    )


def _skull(ground: Ground, layers: Layers) -> None:
    """White bone with black sockets, nose and cheeks, and teeth drawn over the lips."""
    points, masks = ground.bake.texels, ground.masks
    x, y, z = np.abs(ground.position[:, 0]), ground.position[:, 1], ground.position[:, 2]
    _whitened(ground, layers)
    ragged = 0.10 * ground.middle + 0.08 * ground.fine
    socket = smooth(-np.hypot((x - 3.05) / 1.75, (y - 3.75) / 1.7) + ragged, -1.0, -0.86) * (z > 4)
    nose = smooth(-np.hypot(x / 1.15, (y + 0.35) / 1.1) - 0.35 * (y > 0.2) * x + ragged, -1.0, -0.86) * (
        z > 9
    )
    hollow = smooth(bump(points, (5.4, -2.4, 7.2), (1.0, 1.7, 2.2)) + ragged, 0.45, 0.75)
    mouth = smooth(
        -np.maximum(x / 4.3 + 0.2, np.abs(y + 3.55 - 0.06 * x * x) / 1.25) + 0.5 * ragged, -1.0, -0.94
    ) * (z > 5)
    gaps = smooth(np.abs(((x + 0.02 * ground.middle) * 1.25) % 1.0 - 0.5), 0.40, 0.46)
    line = np.exp(-(((y + 3.45 - 0.06 * x * x) / 0.10) ** 2))
    teeth = mouth * np.maximum(gaps, line)
    crack = np.clip((ground.noise(0.5, 2, 0.5, 84, True) - 1.12) * 14, 0, 1) * masks["forehead"]
    dark = np.maximum.reduce([socket, nose, 0.85 * hollow, teeth, 0.6 * crack]) * (1 - masks["wet"])
    layers.paint(0.96 * dark * _wear(ground), _BLACK)


def _war(ground: Ground, layers: Layers) -> None:
    """Finger-wide strokes across cheeks, nose and forehead."""
    x, y, z = np.abs(ground.position[:, 0]), ground.position[:, 1], ground.position[:, 2]
    pattern = int(ground.rng.integers(3))
    drawn = y + 0.28 * ground.warp[:, 0] + 0.07 * ground.fine
    if pattern == 0:
        bars = [(0.9 - 0.15 * x, 0.38), (-0.35 - 0.15 * x, 0.34)]
        cover = np.maximum.reduce(
            [smooth(-np.abs(drawn - level) / width, -1.0, -0.75) for level, width in bars]
        )
        cover *= smooth(x, 1.5, 1.9)
    elif pattern == 1:
        cover = smooth(-np.abs(drawn - 3.4) / 1.7, -1.0, -0.88)
    else:
        columns = np.abs((x + 0.2 * ground.warp[:, 1]) - 3.1) / 0.55
        cover = np.maximum(
            smooth(-columns, -1.0, -0.75) * smooth(y, -6, -5), smooth(-x / 0.45, -1, -0.75) * (y > -8)
        )
    cover *= smooth(z, 3.0, 5.0) * (1 - ground.masks["wet"]) * (1 - 0.7 * ground.masks["lip"])
    layers.paint(0.9 * cover * np.clip(_wear(ground) - 0.25 * (ground.fine > 0.35), 0, 1), _colour(ground))


def _tattoo(ground: Ground, layers: Layers) -> None:
    """Curling bands of even lines, the same on both sides."""
    x, y, z = np.abs(ground.position[:, 0]), ground.position[:, 1], ground.position[:, 2]
    phase, spread = ground.rng.uniform(0, 6), ground.rng.uniform(3.6, 5.0)
    cheek = np.hypot(x - 4.0, y + 0.8)
    brow = np.hypot(x - 1.5, y - 8.0)
    turn = np.arctan2(y + 0.8, x - 4.0)
    spiral = np.cos(spread * cheek + 1.0 * turn + phase)
    rays = np.cos(spread * 0.8 * brow - 2.0 * np.arctan2(y - 8.0, x - 1.5) + phase)
    chin = np.cos(4.2 * x + 0.6 * np.sin(2 * y)) * (y < -5.2)
    lines = np.where(y > 4.9, rays, np.where(y < -5.2, chin, spiral))
    zone = smooth(z, 3.5, 5.5) * smooth(y, -8.3, -7.6) * (1 - smooth(y, 9.6, 10.2))
    zone *= (1 - ground.masks["socket"]) * (1 - ground.masks["lip"]) * (x > 0.35)
    cover = smooth(lines + 0.06 * ground.fine, 0.25, 0.45) * zone
    ink = (
        linear_from_srgb((0.10, 0.13, 0.16))
        if ground.attributes.paint_colour in ("", "black")
        else _colour(ground) * 0.6
    )
    layers.paint(0.86 * cover, ink)


def _stripes(ground: Ground, layers: Layers) -> None:
    """Tiger stripes that run across the face and thin out to the front."""
    x, y = np.abs(ground.position[:, 0]), ground.position[:, 1]
    wave = y * 0.55 - 0.20 * x + 0.55 * ground.noise(0.35, 2, 0.4, 85)
    stripe = np.abs(wave % 1.0 - 0.5) * 2
    width = 0.62 + 0.28 * smooth(x, 5.5, 0.5) + 0.04 * ground.middle
    cover = smooth(stripe, width, width + 0.12) * (1 - ground.masks["lip"]) * (1 - ground.masks["wet"])
    colour = _colour(ground)
    layers.paint(0.8 * cover, np.minimum(colour, layers.albedo * 0.25 + 0.4 * colour))


def _mask(ground: Ground, layers: Layers) -> None:
    """A painted band over the eyes, as of a masked hero."""
    x, y, z = np.abs(ground.position[:, 0]), ground.position[:, 1], ground.position[:, 2]
    upper = 5.9 - 0.35 * np.cos(x * 1.1) + 0.10 * x
    lower = 1.9 + 0.55 * np.exp(-((x / 0.9) ** 2)) - 0.35 * np.exp(-(((x - 3.2) / 1.5) ** 2)) + 0.10 * x
    cover = (
        smooth(y, lower - 0.05, lower + 0.08) * smooth(-y, -upper - 0.05, -upper + 0.08) * smooth(z, 0.5, 1.0)
    )
    cover *= (1 - ground.masks["wet"]) * (1 - ground.masks["ear"])
    layers.paint(0.97 * cover, _colour(ground))
    layers.height += 0.5 * cover
    layers.roughness += cover * (0.45 - layers.roughness)


_PAINTERS = {
    "clown": _clown, "mime": _mime, "skull": _skull, "war": _war, "tattoo": _tattoo, "stripes": _stripes, "mask": _mask,
}  # fmt: skip
