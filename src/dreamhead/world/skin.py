"""Generates the skin of one head from its attributes: albedo, specular, roughness, normals and displacement.

The recipe runs in order: relief, pigments, colour, hair drawn on the skin, make-up, materials, dirt.  Noise
lives in the default head's space, so a skin looks the same at every resolution and on every identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dreamhead.world.arrays import Array, floats
from dreamhead.world.attributes import Attributes
from dreamhead.world.chromophores import spread_pigments
from dreamhead.world.ground import Ground, Layers, SkinSurface
from dreamhead.world.makeup import apply_dirt, apply_makeup
from dreamhead.world.materials import apply_materials
from dreamhead.world.openings import moisten_eye_corners
from dreamhead.world.pigment import linear_from_srgb, skin_albedo
from dreamhead.world.relief import pore_places, shape_relief
from dreamhead.world.strokes import draw_hair
from dreamhead.world.vocabulary import CREATURE_COLOURS

MAX_SLOPE = 1.2
_VERMILION = floats([0.99, 0.90, 1.02])  # thin skin over red: what the pigments' table makes too brown
_BLOODLESS = floats([0.962, 1.0, 1.115])  # of light skin that shows no blood, over its luminance


@dataclass(frozen=True)
class SkinMaps:
    """Maps of the skin chart, rows downwards from the top left, filled outside the chart.

    albedo (H, W, 3) LINEAR reflectance; specular (H, W) 0..1, 0.5 = 4 % reflectance; roughness (H, W)
    0..1 perceptual; normal (H, W, 3) unit tangent-space vectors, OpenGL (+Y up); displacement (H, W) mm.
    masks: {name: (H, W)} 0..1, for layers that are added later.
    """

    albedo: Array
    specular: Array
    roughness: Array
    normal: Array
    displacement: Array
    masks: Mapping[str, Array] = field(default_factory=dict)


def generate(surface: SkinSurface, attributes: Attributes, seed: int, masks: bool = False) -> SkinMaps:
    """The maps of one skin; the same seed gives the same skin.  masks=True adds the named masks."""
    ground = Ground(surface, attributes, seed)
    layers = Layers.blank(len(ground))
    shape_relief(ground, layers)
    spread_pigments(ground, layers)
    _colour(ground, layers)
    _gloss(ground, layers)
    apply_materials(ground, layers)
    moisten_eye_corners(ground, layers)
    draw_hair(ground, layers)
    apply_makeup(ground, layers)
    apply_dirt(ground, layers)
    fine_pores = 0.05 * (1 - ground.visible(0.9)) * pore_places(ground, attributes.skin_age)
    roughness = layers.roughness + fine_pores + 0.03 * (1 - ground.visible(0.55))
    bake = surface.bake
    normal = bake.filled(tangent_normals(surface, layers.height.astype(np.float32)))
    return SkinMaps(
        albedo=bake.filled(np.clip(layers.albedo, 0.002, 0.92).astype(np.float32)),
        specular=bake.filled(np.clip(layers.specular, 0, 1).astype(np.float32)),
        roughness=bake.filled(np.clip(roughness, 0.12, 0.95).astype(np.float32)),
        normal=normal / np.linalg.norm(normal, axis=-1, keepdims=True),
        displacement=bake.filled(layers.height.astype(np.float32)),
        masks={name: bake.filled(surface.masks[name]) for name in surface.masks} if masks else {},
    )


def tangent_normals(surface: SkinSurface, height_mm: Array) -> Array:
    """Relief (N,) in mm -> unit tangent-space normals (N, 3), OpenGL, from exact surface gradients."""
    bake = surface.bake
    grid = height_mm[bake.nearest] / 10
    slope_u = ((np.roll(grid, -1, 1) - np.roll(grid, 1, 1)) / 2)[bake.rows, bake.columns]
    slope_v = ((np.roll(grid, -1, 0) - np.roll(grid, 1, 0)) / 2)[bake.rows, bake.columns]
    along_u, along_v = bake.along_u, bake.along_v
    e, f, g = (along_u**2).sum(1), (along_u * along_v).sum(1), (along_v**2).sum(1)
    determinant = np.maximum(e * g - f * f, 1e-9)
    gradient = ((g * slope_u - f * slope_v) / determinant)[:, None] * along_u
    gradient += ((e * slope_v - f * slope_u) / determinant)[:, None] * along_v
    gradient /= np.maximum(1, np.linalg.norm(gradient, axis=1, keepdims=True) / MAX_SLOPE)
    normal = bake.texels.normal
    tilted = normal - gradient
    tilted /= np.linalg.norm(tilted, axis=1, keepdims=True)
    tangent = along_u - normal * (normal * along_u).sum(1, keepdims=True)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    bitangent = np.cross(normal, tangent)
    out = np.stack([(tilted * tangent).sum(1), (tilted * bitangent).sum(1), (tilted * normal).sum(1)], 1)
    out[:, 2] = np.maximum(out[:, 2], 0.05)
    return (out / np.linalg.norm(out, axis=1, keepdims=True)).astype(np.float32)


# ---------------------------------------------------------------------------------------------------------------


def _colour(ground: Ground, layers: Layers) -> None:
    """Pigments to albedo: blood and melanin for people, another pair of pigments for creatures."""
    attributes = ground.attributes
    if not attributes.creature:
        layers.albedo = skin_albedo(
            np.clip(layers.melanin, 0, 1.19),
            np.clip(layers.blood, 0, 0.99),
            np.clip(layers.deoxygenation, 0, 1),
        )
        lip = ground.masks["lip"][:, None]
        layers.albedo = layers.albedo * (1 - lip * (1 - _VERMILION))
        if attributes.pallor > 0:
            light = layers.albedo @ floats([0.2126, 0.7152, 0.0722])
            cold = light[:, None] * _BLOODLESS
            layers.albedo += 0.72 * attributes.pallor * (1 - 0.45 * lip) * (cold - layers.albedo)
        if attributes.undead > 0:
            layers.albedo = layers.albedo * (1 - attributes.undead * (1 - floats([0.70, 0.84, 0.80])))
        return
    base = linear_from_srgb(CREATURE_COLOURS[attributes.creature])
    spread = 0.10 if base.max() > 1.6 * base.min() else 0.025
    jitter = np.clip(1 + spread * ground.rng.normal(0, 1, 3), 0.75, 1.3).astype(np.float32)
    base = np.clip(base * jitter * floats(ground.rng.uniform(0.8, 1.15)), 0.004, 0.9)
    hue_shift = floats([0.55, 0.1, -0.35]) if base.max() > 2 * base.min() else floats([0.1, 0.1, 0.05])
    alive = 1.0 - min(1.0, 3.0 * max(attributes.stone, attributes.metal, attributes.bark))
    drift = np.exp((0.2 + 0.3 * alive) * (ground.big + 0.35 * ground.middle)[:, None] * hue_shift)
    melanin_absorbs = 0.55 + 0.75 * (1 - base / base.max())
    blood_absorbs = _blood_absorption(base)
    melanin = alive * (layers.melanin - attributes.melanin)
    blood = alive * (layers.blood - attributes.blood)
    absorbed = 4.2 * melanin[:, None] * melanin_absorbs + 2.4 * blood[:, None] * blood_absorbs
    absorbed += 0.35 * np.clip(layers.deoxygenation - 0.1, 0, 1)[:, None]
    layers.albedo = (base[None] * drift * np.exp(-absorbed)).astype(np.float32)
    if attributes.undead > 0:
        layers.albedo = layers.albedo * (1 - 0.6 * attributes.undead * (1 - floats([0.75, 0.85, 0.80])))


def _blood_absorption(base: Array) -> Array:
    """What a creature's blood absorbs: its own hue deepened, human red on pale greys."""
    if base.max() < 1.35 * base.min():
        return floats([0.30, 0.70, 0.65])
    return floats(0.35) + 0.75 * (1 - base / base.max()).astype(np.float32)


def _gloss(ground: Ground, layers: Layers) -> None:
    masks, attributes = ground.masks, ground.attributes
    oil, lip = attributes.oil, masks["lip"]
    laxity = np.clip((attributes.skin_age - 0.35) / 0.65, 0, 1)
    roughness = 0.50 + 0.035 * ground.middle + 0.05 * ground.fine + 0.05 * laxity
    roughness -= (
        0.10 * oil * masks["t_zone"] + 0.05 * oil + 0.12 * lip + 0.10 * masks["lid_rim"] + 0.25 * masks["wet"]
    )
    layers.roughness = (
        roughness + 0.05 * masks["neck"] + 0.04 * masks["ear"] + 0.09 * attributes.hide * (1 - lip)
    )
    specular = 0.36 * (1 - 0.55 * layers.cavity) * (1 - 0.45 * layers.pits) * (1 - 0.5 * masks["nostril"])
    layers.specular = specular + 0.06 * lip + 0.05 * oil * masks["t_zone"]
