"""The head's parts with faces and UVs: skin in one chart, mouth parts in one map, eyes in another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.assets import asset_arrays
from dreamhead.head.builtin.cage import LIP_CONTACT_RING, RING_COUNT, RING_LENGTH
from dreamhead.head.builtin.generate import part_slices
from dreamhead.head.builtin.parts import BAG_BOX, MATERIALS, part_meshes
from dreamhead.head.builtin.surface import Surface, build_surface
from dreamhead.head.model import Part

BAG_MARGIN = 0.004


def build_parts() -> tuple[Part, ...]:
    """Skin, mouth bag, eyes and what lies over them, teeth, gums, tongue, in vertex order."""
    surface = build_surface()
    parts = [_skin(surface), _mouth_bag(surface)]
    slices = part_slices()
    for name, mesh in part_meshes().items():
        faces = mesh.faces + slices[name].start
        parts.append(_part(name, MATERIALS.get(name, "mouth"), faces, mesh.uv, mesh.uv_faces))
    return tuple(parts)


def _skin(surface: Surface) -> Part:
    """The baked left half and its mirror about u = 0.5; they share the front midline's points.

    The hem's underside is an island of its own.
    """
    table = asset_arrays("head/skin_uv.npz")
    kept = ~surface.bag
    uv: list[NDArray[np.float64]] = []
    uv_faces = np.zeros(surface.quads.shape, np.int64)
    start = 0
    for faces, prefix in ((~surface.bag & ~surface.hem, ""), (surface.hem, "hem_")):
        used, left_uv = table[prefix + "vertices"].astype(np.int64), table[prefix + "uv"].astype(np.float64)
        at = np.full(surface.vertex_count, -1)
        at[used] = start + np.arange(len(used))
        shared = left_uv[:, 0] == 0.5
        right_at = at.copy()
        right_at[used[~shared]] = start + len(used) + np.arange(np.count_nonzero(~shared))
        quads, left = surface.quads[faces], surface.left[faces]
        uv_faces[faces] = np.where(left[:, None], at[quads], right_at[surface.mirror[quads]])
        uv += [left_uv, left_uv[~shared] * [-1, 1] + [1, 0]]
        start += len(uv[-2]) + len(uv[-1])
    return _part("skin", "skin", surface.quads[kept], np.concatenate(uv), uv_faces[kept])


def _mouth_bag(surface: Surface) -> Part:
    """A disc: the lips' contact line around, the throat in the middle."""
    cage = surface.cage
    low, high = np.array(BAG_BOX[:2]) + BAG_MARGIN, np.array(BAG_BOX[2:]) - BAG_MARGIN
    disc = np.zeros((len(cage), 2))
    places = np.arange(RING_LENGTH["m"])
    angle = np.pi * (places / (RING_LENGTH["m"] - 1) - 0.5)  # lower middle to upper middle over the left side
    for ring in range(LIP_CONTACT_RING, RING_COUNT["m"] + 1):
        radius = 1 - 0.85 * (ring - LIP_CONTACT_RING) / (RING_COUNT["m"] - LIP_CONTACT_RING)
        disc[cage.ring("m", ring)] = radius * np.stack([np.cos(angle), -np.sin(angle)], 1)
    full = disc[cage.source] * np.stack([cage.sign, np.ones(len(cage.sign))], 1)
    quads = surface.quads[surface.bag]
    used, uv_faces = np.unique(quads, return_inverse=True)
    uv = np.asarray((surface.average @ full)[used]) * 0.5 + 0.5
    # The midline is where the two halves meet: x = 0 there already, so nothing is cut.
    return _part("mouth_bag", "mouth", quads, low + uv * (high - low), uv_faces.reshape(quads.shape))


def _part(
    name: str,
    material: str,
    faces: NDArray[np.int64],
    uv: NDArray[np.float64],
    uv_faces: NDArray[np.int64],
) -> Part:
    return Part(name, material, faces.astype(np.int32), uv.astype(np.float32), uv_faces.astype(np.int32))
