"""Hair drawn on the skin: brows, stubble, beards, cropped scalps and lashes, rooted on the surface."""

from __future__ import annotations

import numpy as np

from dreamhead.world.arrays import Array, floats
from dreamhead.world.ground import Ground, Layers
from dreamhead.world.noise import draw_strokes
from dreamhead.world.scalp import BEARD_LENGTH, SCALP_COVER, beard_region, scalp_region
from dreamhead.world.vocabulary import HAIR_COLOURS


def draw_hair(ground: Ground, layers: Layers) -> None:
    """Paints beard, scalp, brows and lashes into albedo, height, roughness and specular."""
    attributes, masks = ground.attributes, ground.masks
    colour = floats(HAIR_COLOURS[attributes.hair_colour])
    bare = max(attributes.stone, attributes.metal, attributes.bark) > 0.5
    if attributes.beard != "none":
        _beard(ground, layers, colour)
    if SCALP_COVER[attributes.hair] > 0:
        _scalp(ground, layers, colour)
    if attributes.brows > 0.02 and not bare:
        _brows(ground, layers, colour)
    if not bare:
        lashes = masks["lash"] * np.where(ground.rings["eye_sin"] > -0.1, 1, 0.4) * 0.88 * (1 - masks["wet"])
        layers.paint(lashes, np.minimum(colour, 0.05) * 0.6)


def strokes(
    ground: Ground, density: Array, vertex_density: Array, count: int, direction: Array, length: Array | float,
    width: float, jitter: float, bend: float = 0.0, key: int = 0,
) -> Array:  # fmt: skip
    """Opacity (N,) of `count` strokes rooted where density (N,) allows; lengths and widths in cm.

    Roots are drawn on the mesh, not on the texels, so that every resolution has them at the same places.
    """
    bake, rng = ground.bake, np.random.default_rng([ground.key, key])
    corners = bake.vertices.position[bake.triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    weight = area * np.minimum(vertex_density[bake.triangles].max(1), 1.0)
    total = np.cumsum(weight.astype(np.float64))
    if total[-1] <= 0 or count <= 0:
        return ground.zeros()
    # more candidates than strokes: density inside a triangle then accepts or drops them
    candidates = 2 * count
    triangle = np.minimum(np.searchsorted(total, rng.random(candidates) * total[-1]), len(weight) - 1)
    a, b = rng.random(candidates), rng.random(candidates)
    flip = a + b > 1
    a, b = np.where(flip, 1 - a, a), np.where(flip, 1 - b, b)
    uv = bake.triangle_uv[triangle]
    root = (uv[:, 0] + a[:, None] * (uv[:, 1] - uv[:, 0]) + b[:, None] * (uv[:, 2] - uv[:, 0])) * bake.size
    draws = {name: rng.random(candidates) for name in ("accept", "length", "width", "opacity")}
    shake, curl = rng.normal(0, jitter, (candidates, 3)), rng.normal(bend, 0.12, candidates)
    column = np.clip(root[:, 0].astype(int), 0, bake.size - 1)
    row = np.clip(root[:, 1].astype(int), 0, bake.size - 1)
    texel = bake.nearest[row, column]
    kept = np.nonzero(draws["accept"] < np.clip(density[texel], 0, 1))[0]
    texel, root = texel[kept], root[kept]
    step = _texel_steps(ground, texel, direction[texel] + shake[kept])
    lengths = np.broadcast_to(length, len(ground))[texel] * (0.55 + 0.55 * draws["length"][kept])
    move = step * lengths[:, None]
    side = np.stack([-move[:, 1], move[:, 0]], 1) * curl[kept][:, None]
    thickness = width / (bake.millimetres / 10) * (0.7 + 0.5 * draws["width"][kept])
    image = np.zeros((bake.size, bake.size), np.float32)
    opacity = 0.6 + 0.4 * draws["opacity"][kept]
    draw_strokes(image, root, root + 0.5 * move + side, root + move, thickness, thickness * 0.35, opacity)
    return 1 - np.exp(-2.1 * image[bake.rows, bake.columns])


# ---------------------------------------------------------------------------------------------------------------


def _texel_steps(ground: Ground, texel: Array, direction: Array) -> Array:
    """Texel steps (S, 2) that go one centimetre over the surface in a direction (S, 3)."""
    along_u, along_v = ground.bake.along_u[texel], ground.bake.along_v[texel]
    e, f, g = (along_u**2).sum(1), (along_u * along_v).sum(1), (along_v**2).sum(1)
    on_u, on_v = (along_u * direction).sum(1), (along_v * direction).sum(1)
    determinant = np.maximum(e * g - f * f, 1e-12)
    step = np.stack([(g * on_u - f * on_v) / determinant, (e * on_v - f * on_u) / determinant], 1)
    moved = np.linalg.norm(along_u * step[:, :1] + along_v * step[:, 1:], axis=1, keepdims=True)
    return step / np.maximum(moved, 1e-9)


def _beard(ground: Ground, layers: Layers, colour: Array) -> None:
    masks, vertices, kind = ground.masks, ground.surface.vertex_masks, ground.attributes.beard
    lip_only = kind in ("moustache", "handlebar", "walrus")
    mask, strength = beard_region(kind, masks, ground.position), BEARD_LENGTH[kind]
    reach = beard_region(kind, vertices, ground.bake.vertices.position)
    shade = np.exp(
        -strength * mask[:, None] * floats([0.75, 0.62, 0.52]) * (0.85 + 0.3 * ground.middle)[:, None]
    )
    layers.albedo = layers.albedo * (shade if colour.max() < 0.15 or kind == "stubble" else np.sqrt(shade))
    outward = 0.12 * np.sign(ground.position[:, 0])
    if lip_only:
        outward = np.clip(ground.position[:, 0], -0.8, 0.8)
    direction = np.stack([outward, -np.ones(len(ground)), np.zeros(len(ground))], 1)
    if kind == "stubble":
        cover = strokes(
            ground,
            mask * (0.7 + 0.5 * ground.middle),
            reach,
            15000,
            direction,
            0.105,
            0.012,
            0.35,
            key=1,
        )
        layers.paint(0.85 * cover, colour)
        layers.height += 0.05 * cover
    else:
        full = mask * (0.85 + 0.35 * ground.middle)
        layers.paint(0.72 * np.clip(full * 1.15, 0, 1), colour * (0.75 + 0.25 * ground.fine)[:, None])
        count = 7000 if lip_only else 34000
        cover = strokes(ground, full, reach, count, direction, 0.42 + 0.25 * mask, 0.016, 0.30, key=1)
        streak = np.clip(1 + 0.6 * ground.grain + 0.5 * ground.fine, 0.35, 1.9)[:, None]
        layers.paint(0.8 * cover, colour * streak)
        layers.height += 0.35 * full + 0.3 * cover * ground.visible(3.0)
        layers.roughness += 0.14 * full
    layers.specular *= 1 - 0.4 * strength * mask


def _scalp(ground: Ground, layers: Layers, colour: Array) -> None:
    style, position = ground.attributes.hair, ground.position
    scalp, shorn = scalp_region(style, ground.masks["scalp"], position)
    roots, _ = scalp_region(style, ground.surface.vertex_masks["scalp"], ground.bake.vertices.position)
    down = 1 - 0.65 * ground.attributes.infancy  # an infant has down
    cover = down * SCALP_COVER[style] * np.clip(scalp**1.4 * (1 + 0.25 * ground.fine), 0, 1)
    tone = np.clip(0.8 + 0.35 * ground.fine + 0.3 * ground.grain, 0.35, 1.5)
    layers.paint(cover * (0.97 - 0.37 * shorn), colour * tone[:, None])
    x, z = ground.position[:, 0], ground.position[:, 2]
    direction = np.stack([0.3 * x, np.full(len(ground), -0.4, np.float32), z - 2.0], 1)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-6)
    length = 0.7 - 0.45 * shorn
    count = 42000 if style == "buzz" else 30000
    drawn = strokes(ground, scalp, roots, round(count * down), direction, length, 0.013, 0.3, key=2)
    layers.paint(0.7 * drawn, colour * np.clip(1 + 0.8 * ground.grain, 0.4, 2.0)[:, None])
    layers.roughness += 0.12 * cover
    layers.specular *= 1 - 0.5 * cover
    layers.height += 0.08 * drawn * ground.visible(2.0)


def _brows(ground: Ground, layers: Layers, colour: Array) -> None:
    masks, vertices, attributes = ground.masks, ground.surface.vertex_masks, ground.attributes
    # light hair hides the skin more: fewer strokes keep a white brow from looking painted
    strength = attributes.brows * (0.6 if colour.max() > 0.2 else 1.0) * (1 - 0.6 * attributes.infancy)
    along, across = masks["brow_along"], masks["brow_across"]
    male = 1.5 if attributes.sex == "male" else 1.0
    layers.albedo = layers.albedo * np.exp(-0.38 * strength * masks["brow"][:, None] * (1 - colour))
    sideways = np.sign(ground.position[:, 0]) * (0.35 + 0.9 * np.clip(along * 2.5, 0, 1))
    upward = np.clip(1.15 - 2.1 * along, -0.25, 1.2) - 0.45 * across * np.clip(along * 3, 0.2, 1)
    direction = np.stack([sideways, upward, -0.45 * along], 1)
    # a band a little wider than the brow, so that triangles that only touch it may carry roots
    reach = np.minimum(3 * vertices["brow"] ** 0.3, 1)
    thick = masks["brow"] * np.clip(1.2 - 0.5 * along, 0, 1)
    long = strokes(
        ground,
        thick,
        reach,
        round(2600 * strength * male),
        direction,
        0.62 - 0.12 * along,
        0.017,
        0.10,
        key=3,
    )
    short = strokes(
        ground, masks["brow"] ** 0.5, reach, round(600 * strength), direction, 0.35, 0.011, 0.22, key=4
    )
    cover = 1 - (1 - 0.9 * long) * (1 - 0.9 * short)
    layers.paint(0.95 * cover, colour * np.clip(1 + 0.9 * ground.noise(16.0, 1, 0.5, 90), 0.3, 1.8)[:, None])
    layers.height += 0.10 * cover
    layers.roughness += 0.05 * cover
