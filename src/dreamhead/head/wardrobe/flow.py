"""The direction field of a hairstyle: combed, parted, gathered, falling, resting on the head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.cranial import CROWN
from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.groom import Field
from dreamhead.head.wardrobe.hairstyles import Hairstyle
from dreamhead.head.wardrobe.surface import CRANIUM, Roots, Surface, smoothstep

Floats = NDArray[np.float64]

LEFT, UP, FRONT = np.eye(3)
DOWN, BACK = -UP, -FRONT


def along_skin(surface: Surface, points: Floats, direction: Floats, hug: float = 1.0) -> Floats:
    """A direction without (hug = 1) or with less of its part that points away from the skin."""
    _, outward = surface.distance.look(points)
    return direction - hug * (direction * outward).sum(1, keepdims=True) * outward


def direction_field(
    style: Hairstyle,
    surface: Surface,
    roots: Roots,
    lengths: Floats,
    anchors: Floats,
    rng: np.random.Generator,
) -> Field:
    """Where strands of a style want to go: roots (N,), their lengths (N,) cm, gathering points (G, 3) cm."""
    home = roots.home
    still = _standing(style, roots, rng)
    goal = _goals(home, anchors)
    front = smoothstep(home[:, 2], 1, 8)
    started = smoothstep(style.fall_below - home[:, 1], 0, 6)
    rooted = _combed(style, home, 0.0), _combed(style, home, 1.0)

    def field(points: Floats, t: float) -> Floats:
        comb = _combed(style, points, t) if style.follow else (1 - t) * rooted[0] + t * rooted[1]
        wanted = along_skin(surface, points, comb + still, style.hug)
        if style.radial:
            wanted = wanted + style.radial * unit(home - CRANIUM)
        distance, outward = surface.distance.look(points)
        if goal is not None:
            towards = unit(goal - points)
            near = np.linalg.norm(goal - points, axis=1, keepdims=True) < 3
            held = np.clip((distance - 0.5) / 1.0, 0, 1)[:, None] * outward
            return wanted + along_skin(surface, points, towards) + 0.25 * towards * near - held
        if style.fall_from is None:
            return wanted
        gone = np.clip((t * lengths - style.fall_from) / (style.fall_over * (1 + 0.5 * front)), 0, 1)
        falling = np.maximum(smoothstep(gone, 0, 1), started)[:, None]
        weight = np.clip((2.0 - distance) / 1.5, 0, 1)[:, None]  # hair that lies on the head slides off it
        inwards = np.minimum(outward @ DOWN, 0)[:, None] * outward
        down = DOWN - weight * inwards
        combed = np.maximum(1 - falling, 0.35 * weight)
        wanted = wanted * combed + style.gravity * down * falling
        cling = style.cling * np.clip((distance - 1.0) / 2.0, 0, 1)[:, None]
        cling = cling * np.where(points[:, 1:2] < 2, (0.35, 0.0, 0.35), 1.0)  # below the scalp only sideways
        face = smoothstep(points[:, 2], 5.0, 7.5)[:, None] * smoothstep(-points[:, 1], -8, 0)[:, None]
        return wanted - cling * outward + style.guard * BACK * face

    return field


def tail_field(
    surface: Surface, out: Floats, pull: Floats, lengths: Floats, fall_from: float, fall_over: float
) -> Field:
    """Hair set out along out (N, 3) that turns to fall after fall_from cm, over fall_over cm."""

    def field(points: Floats, t: float) -> Floats:
        falling = smoothstep(np.clip((t * lengths - fall_from) / fall_over, 0, 1), 0, 1)[:, None]
        return out * (1 - falling) + (1.6 * DOWN + pull) * falling

    return field


def _combed(style: Hairstyle, points: Floats, t: float) -> Floats:
    """(N, 3) the combing direction of the tables at points, blended from root to tip."""
    comb = np.zeros((len(points), 3)) if style.comb is None else style.comb.at(points)
    if style.tip_comb is not None:
        comb = (1 - t) * comb + t * style.tip_comb.at(points)
    return comb


def _standing(style: Hairstyle, roots: Roots, rng: np.random.Generator) -> Floats:
    """(N, 3) what pulls a strand the same way from root to tip: the crown, the parting, a whim of its own."""
    home = roots.home
    total = style.whorl * unit(home - CROWN) + style.scatter * rng.normal(size=home.shape)
    if style.parting is None:
        return total
    # away from the nearest point of a line from the front hairline to the crown
    line = np.column_stack([style.parting * smoothstep(home[:, 2], -3, 3), np.clip(home[:, 2], CROWN[2], 12)])
    offset = home[:, [0, 2]] - line
    offset[:, 0] += 0.5 * np.sign(offset[:, 0]) * (home[:, 2] > CROWN[2])  # no undecided hair on the line
    offset /= np.maximum(np.linalg.norm(offset, axis=1, keepdims=True), 0.05)
    return total + style.parted * np.column_stack([offset[:, 0], 0 * offset[:, 0], offset[:, 1]])


def _goals(home: Floats, anchors: Floats) -> Floats | None:
    """(N, 3) the gathering point of each root: the one on its side, or the nearest."""
    if not len(anchors):
        return None
    gaps = np.linalg.norm(home[:, None] - anchors[None], axis=2) + 100 * (
        (np.sign(home[:, None, 0]) * np.sign(anchors[None, :, 0])) < 0
    )
    return anchors[gaps.argmin(1)]
