"""Skin that is not skin: scales, cracked stone, metal plates, bark."""

from __future__ import annotations

import numpy as np

from dreamhead.world.arrays import Array, floats
from dreamhead.world.ground import Ground, Layers
from dreamhead.world.masks import smooth
from dreamhead.world.pigment import linear_from_srgb


def apply_materials(ground: Ground, layers: Layers) -> None:
    """Changes relief, colour and gloss by the strength of each material."""
    attributes = ground.attributes
    if attributes.scales > 0:
        _scales(ground, layers, attributes.scales)
    if attributes.stone > 0:
        _stone(ground, layers, attributes.stone)
    if attributes.bark > 0:
        _bark(ground, layers, attributes.bark)
    if attributes.metal > 0:
        _metal(ground, layers, attributes.metal)


# ---------------------------------------------------------------------------------------------------------------


def _scales(ground: Ground, layers: Layers, amount: float) -> None:
    masks = ground.masks
    nearest, second, chance = ground.cells(
        ground.warped * floats([1, 1.25, 1]) + ground.offset, 2.3, 71, 0.55
    )
    edge = smooth(second - nearest, 0.02, 0.22)
    dome = (1 - np.clip(nearest / 0.75, 0, 1) ** 2) * edge
    where = 0.5 + 0.6 * ground.big + 0.5 * ground.middle - 0.8 * masks["lid"] - 0.5 * masks["lip"]
    cover = min(amount * 1.1, 1.0) * smooth(where + 0.6 * (amount - 0.6), 0.0, 0.35)
    layers.height += cover * (0.65 * dome - 0.35) + 0.05 * cover * ground.noise(9.0, 2, 0.6, 72)
    layers.albedo = layers.albedo * (
        1 + cover[:, None] * ((0.55 + 0.65 * chance) * (0.35 + 0.75 * edge) - 1)[:, None]
    )
    layers.roughness += 0.2 * cover * (1 - edge) - 0.14 * cover * edge
    layers.specular = layers.specular * (1 - 0.6 * cover * (1 - edge)) + 0.15 * cover * edge


def _stone(ground: Ground, layers: Layers, amount: float) -> None:
    points = ground.warped + 0.12 * ground.warp + ground.offset
    nearest, second, chance = ground.cells(points, 0.95, 75, 1.0)
    crack = 1 - smooth(second - nearest, 0.0, 0.07)
    nearest, second, _ = ground.cells(points, 2.6, 76)
    crevice = (1 - smooth(second - nearest, 0, 0.08)) * smooth(ground.middle, 0.0, 0.35)
    cracked = float(smooth(amount, 0.25, 0.6))  # smooth marble below, broken rock above
    rough = ground.noise(2.2, 5, 0.62, 77)
    layers.height = layers.height * (1 - 0.5 * amount)
    layers.height += amount * (
        cracked * (-1.1 * crack - 0.5 * crevice + 0.25 * (chance - 0.5)) + 0.45 * rough * cracked
    )
    speckle = 0.20 * ground.noise(12.0, 2, 0.6, 78)
    tone = 1 + amount * (
        cracked * (0.35 * (chance - 0.5) - 0.75 * crack - 0.4 * crevice)
        + 0.45 * rough * (0.3 + 0.7 * cracked)
    )
    tone += amount * speckle * (0.4 + 0.6 * cracked)
    if cracked < 1:  # veins of marble
        bent = ground.shifted + 1.1 * ground.warp + 0.3 * ground.fine[:, None]
        vein = np.clip((ground.noise_at(bent, 0.22, 1, 0.5, 79, True) - 0.90) * 10, 0, 1) * smooth(
            ground.big, -0.3, 0.3
        )
        tone -= 0.45 * (1 - cracked) * vein
    if ground.attributes.stone > 0.7 and ground.attributes.creature in ("black", "red", "orange"):
        layers.albedo = layers.albedo * np.clip(tone, 0.06, 2)[:, None]
        layers.paint(np.maximum(crack, crevice), linear_from_srgb((1.0, 0.42, 0.06)))  # embers in the cracks
    else:
        layers.albedo = layers.albedo * np.clip(tone, 0.06, 2)[:, None]
    gloss = 0.82 if cracked > 0.5 else 0.45
    layers.roughness = layers.roughness * (1 - amount) + amount * gloss
    layers.specular = layers.specular * (1 - 0.3 * amount * cracked * (1 + crack))


def _bark(ground: Ground, layers: Layers, amount: float) -> None:
    """Furrows that run up and down, brown unless the skin has a colour of its own, moss in patches."""
    grain = ground.shifted * floats([1.0, 0.22, 1.0]) + 0.25 * ground.warp
    furrow = ground.noise_at(grain, 1.5, 4, 0.6, 86, True)
    plates = smooth(furrow, 0.35, 0.95)
    deep = 1 - plates
    fibre = ground.noise_at(grain * floats([3, 1, 3]), 3.0, 2, 0.6, 87)
    lips = 1 - 0.6 * np.clip(ground.masks["lip"] + ground.masks["lid"], 0, 1)
    layers.height += amount * lips * (1.5 * (plates - 0.6) + 0.25 * fibre)
    if not ground.attributes.creature:
        wood = linear_from_srgb((0.40, 0.29, 0.19)) * (0.8 + 0.4 * plates + 0.3 * fibre)[:, None]
        layers.paint(amount * np.full(len(ground), 0.92, np.float32), np.maximum(wood, 0.01))
    layers.albedo = layers.albedo * (1 - amount * 0.7 * deep * lips)[:, None]
    moss = smooth(ground.big + 0.4 * ground.middle + 0.3 * ground.fine, 0.35, 0.8)
    layers.paint(0.6 * amount * moss, linear_from_srgb((0.28, 0.34, 0.13)))
    layers.roughness = layers.roughness * (1 - amount) + amount * (0.78 + 0.1 * deep)
    layers.specular = layers.specular * (1 - 0.5 * amount)


def _metal(ground: Ground, layers: Layers, amount: float) -> None:
    """Smooth plates with seams and rivets when fully metal; a cast, patinated surface below that."""
    plates = float(smooth(amount, 0.88, 0.98))
    layers.height = layers.height * (1 - 0.75 * amount)
    patina = 0.5 + 0.5 * ground.noise(0.5, 4, 0.6, 88)
    layers.albedo = layers.albedo * (1 + amount * (0.30 * (patina - 0.5) + 0.06 * ground.grain))[:, None]
    seam, rivets = _plate_seams(ground)
    layers.height += plates * (0.5 * rivets - 1.2 * seam)
    layers.albedo = layers.albedo * (1 - 0.85 * plates * seam)[:, None] * (1 + 0.3 * plates * rivets)[:, None]
    layers.roughness = layers.roughness * (1 - amount) + amount * (
        0.27 + 0.10 * patina + 0.25 * plates * seam
    )
    layers.specular = layers.specular * (1 - amount) + amount * (0.85 - 0.5 * plates * seam)


def _plate_seams(ground: Ground) -> tuple[Array, Array]:
    """(seams, rivets) of face plates, the same on both sides."""
    x, y, z = np.abs(ground.position[:, 0]), ground.position[:, 1], ground.position[:, 2]
    rng = ground.rng
    jaw = rng.uniform(-5.4, -4.6)
    curves = [
        (y - rng.uniform(6.6, 7.6) + 0.05 * x * x, z > 0),
        (x - rng.uniform(4.9, 5.6) - 0.12 * (y - 2), (z > -2) & (y < 7)),
        (y - jaw - 0.35 * np.clip(x - 2.2, 0, 9), (z > 0) & (y < 1)),
        (x - 1.9 - 0.10 * y, (y < jaw) & (z > 4)),
        (np.hypot((x - 3.1) / 1.15, y - 3.7) - 2.15, z > 4),
        (z + 1.5, y > -9),
        (y + 8.4 - 0.1 * z, np.ones(len(x), bool)),
    ]
    seam, rivets = ground.zeros(), ground.zeros()
    half_width = max(0.055, 0.045 * ground.bake.millimetres)
    for distance, where in curves:
        seam = np.maximum(seam, np.exp(-((distance / half_width) ** 2)) * where)
    for cx, cy in ((5.9, 5.2), (6.2, 0.5), (4.9, -4.4), (1.2, 8.4), (3.6, 8.0), (2.6, -6.9)):
        rivets = np.maximum(rivets, smooth(-np.hypot(x - cx, y - cy), -0.28, -0.20) * (z > 0))
    return seam.astype(np.float32), rivets.astype(np.float32)
