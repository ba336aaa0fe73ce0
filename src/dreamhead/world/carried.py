"""Maps authored for the built-in head's parts, carried to the charts of another head by nearest surface points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates
from scipy.spatial import cKDTree

from dreamhead.head.geometry import triangulate_part
from dreamhead.head.model import Floats, HeadModel, Part
from dreamhead.world.arrays import Array
from dreamhead.world.bake import rasterize_chart
from dreamhead.world.eye import PartMaps

GRID = 12  # intervals along a triangle's edge of the points that a surface is searched through
STEP = 4  # texels from one searched texel to the next; between them places are interpolated
JUMP = 0.02  # share of the map: searched texels whose places lie further apart are on both sides of a seam


def carried_maps(maps: PartMaps, head: HeadModel, builtin: HeadModel, material: str) -> PartMaps:
    """The built-in head's maps of a material in the chart of `head`; as they are when it is the built-in head.

    Each texel takes the colour of the built-in head's part of the same name, at the point nearest to where the
    texel lies (`canonical`).  The normal map is flat: its tangents are the other chart's.
    """
    if head.name == builtin.name:
        return maps
    size = maps.albedo.shape[0]
    place = np.full((size, size, 2), np.nan)
    sources = {part.name: part for part in builtin.parts if part.material == material}
    for part in (part for part in head.parts if part.material == material):
        chosen = [sources[part.name]] if part.name in sources else list(sources.values())
        position, hit = rasterize_chart(part, head.canonical, size)
        points, uv = _surface_points(chosen, builtin.canonical)
        place[hit] = _places(cKDTree(points), uv, position, hit)[hit]
    inside = np.isfinite(place[..., 0])
    rows, columns = distance_transform_edt(~inside, return_distances=False, return_indices=True)
    place = place[rows, columns]
    flat = np.zeros((size, size, 3), np.float32)
    flat[..., 2] = 1
    names = [spec.name for spec in fields(PartMaps) if spec.name != "normal"]
    return PartMaps(**{name: _sampled(getattr(maps, name), place) for name in names}, normal=flat)


def _places(
    tree: cKDTree, uv: NDArray[np.float64], position: Array, hit: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(H, W, 2) the uv of the tree's point nearest to each texel that is hit.

    Every STEP-th texel of a row and a column is searched for; so are those that lie in no square of such texels,
    or in one that a seam of the map runs through.
    """
    size = len(hit)
    coarse = np.full((size // STEP + 2, size // STEP + 2, 2), np.nan)
    known = hit[::STEP, ::STEP]
    rows, columns = np.nonzero(known)
    coarse[rows, columns] = uv[tree.query(position[::STEP, ::STEP][known])[1]]
    index, share = np.divmod(np.arange(size), STEP)
    share = share / STEP
    corners = np.stack([coarse[:-1, :-1], coarse[:-1, 1:], coarse[1:, :-1], coarse[1:, 1:]])
    seam = (np.ptp(corners, axis=0) > JUMP).any(-1)
    coarse_rows = coarse[index] * (1 - share[:, None, None]) + coarse[index + 1] * share[:, None, None]
    place = coarse_rows[:, index] * (1 - share[:, None]) + coarse_rows[:, index + 1] * share[:, None]
    place[seam[index[:, None], index]] = np.nan
    searched = hit & ~np.isfinite(place).all(-1)
    place[searched] = uv[tree.query(position[searched])[1]]
    return place


def _surface_points(
    parts: Sequence[Part], vertices: Floats
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (N, 3) spread over the parts and where they lie in the map (N, 2)."""
    steps = [(i, j, GRID - i - j) for i in range(GRID + 1) for j in range(GRID + 1 - i)]
    weights = (np.array(steps) + 1 / 3) / (GRID + 1)
    points, uv = [], []
    for part in parts:
        triangles, uv_triangles = triangulate_part(part)
        points.append(
            np.einsum("gk,tkc->tgc", weights, vertices[triangles].astype(np.float64)).reshape(-1, 3)
        )
        uv.append(np.einsum("gk,tkc->tgc", weights, part.uv[uv_triangles].astype(np.float64)).reshape(-1, 2))
    return np.concatenate(points), np.concatenate(uv)


def _sampled(image: Array, place: NDArray[np.float64]) -> Array:
    """A map (H, W) or (H, W, C) at places (H, W, 2) of its own chart, bilinear."""
    size = image.shape[0]
    at = np.stack([place[..., 1], place[..., 0]]) * size - 0.5
    planes = image[..., None] if image.ndim == 2 else image
    out = np.stack(
        [map_coordinates(planes[..., k], at, order=1, mode="nearest") for k in range(planes.shape[2])], -1
    )
    return (out[..., 0] if image.ndim == 2 else out).astype(np.float32)
