"""Small mesh helpers: triangles from quads, normals, tangents, and the vertices a renderer needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.model import Floats, Ints, Part


@dataclass(frozen=True)
class RenderMesh:
    """A part with one vertex for every (position, uv) pair in use.

    source (N,) the model vertex of each render vertex; uv (N, 2); triangles (T, 3) into them.
    """

    source: Ints
    uv: Floats
    triangles: Ints


def triangulate(faces: Ints) -> Ints:
    """(F, 4) faces -> (T, 3), in face order; quads split along corners 0-2, a triangle repeats its last index."""
    return _corners(faces, faces)


def triangulate_part(part: Part) -> tuple[Ints, Ints]:
    """The part's triangles (T, 3) into the model's vertices, and the matching ones into its uv."""
    return _corners(part.faces, part.faces), _corners(part.uv_faces, part.faces)


def render_mesh(part: Part) -> RenderMesh:
    """Split the part's vertices where its uv is cut."""
    triangles, uv_triangles = triangulate_part(part)
    pairs = triangles.astype(np.int64) * (len(part.uv) + 1) + uv_triangles
    unique, inverse = np.unique(pairs.ravel(), return_inverse=True)
    return RenderMesh(
        source=(unique // (len(part.uv) + 1)).astype(np.int32),
        uv=part.uv[unique % (len(part.uv) + 1)],
        triangles=inverse.reshape(-1, 3).astype(np.int32),
    )


def vertex_normals(vertices: Floats, triangles: Ints) -> Floats:
    """(V, 3) unit normals, each triangle weighted by its area; zero where no triangle touches."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    normals = _scatter(triangles, np.repeat(np.cross(b - a, c - a)[:, None], 3, 1), len(vertices))
    return _unit(normals).astype(vertices.dtype)


def part_normals(vertices: Floats, parts: tuple[Part, ...]) -> Floats:
    """(V, 3) unit normals over all parts together, so that parts sharing vertices shade without a seam."""
    return vertex_normals(vertices, np.concatenate([triangulate(part.faces) for part in parts]))


def tangents(positions: Floats, normals: Floats, uv: Floats, triangles: Ints) -> Floats:
    """(N, 4) tangents of render vertices: unit xyz along +u, w the bitangent's sign, as MikkTSpace has them.

    positions, normals (N, 3), uv (N, 2) with v downwards as in glTF; the bitangent w * cross(n, t) points
    up the map (towards smaller v).  Triangles weigh by their angle at the vertex.  Where u does not
    change, any direction in the surface is taken.
    """
    corner = positions[triangles].astype(np.float64)
    flat = uv[triangles].astype(np.float64) * [1, -1]
    edge1, edge2 = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    flat1, flat2 = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    area = flat1[:, 0] * flat2[:, 1] - flat1[:, 1] * flat2[:, 0]
    along = edge1 * flat2[:, 1:] - edge2 * flat1[:, 1:]
    along *= np.where(area < 0, -1.0, 1.0)[:, None]
    normal = normals[triangles].astype(np.float64)
    in_surface = along[:, None] - normal * (normal * along[:, None]).sum(-1, keepdims=True)
    weighted = _unit(in_surface) * corner_angles(corner)[..., None]
    total = _scatter(triangles, weighted, len(positions))
    sign = _scatter(triangles, np.repeat(np.sign(area)[:, None, None], 3, 1), len(positions))[:, 0]
    missing = np.linalg.norm(total, axis=1) < 1e-12
    spare = np.eye(3)[np.argmin(np.abs(normals[missing]), axis=1)]
    total[missing] = spare - normals[missing] * (normals[missing] * spare).sum(1, keepdims=True)
    return np.concatenate([_unit(total), np.where(sign < 0, -1.0, 1.0)[:, None]], 1).astype(np.float32)


def corner_angles(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, 3, 3) triangle corners -> (T, 3) angles in radians."""
    to_next = _unit(np.roll(corners, -1, 1) - corners)
    to_last = _unit(np.roll(corners, 1, 1) - corners)
    return np.arccos(np.clip((to_next * to_last).sum(-1), -1, 1))


def _corners(faces: Ints, pattern: Ints) -> Ints:
    quad = pattern[:, 2] != pattern[:, 3]
    both = np.stack([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]], 1)
    kept = np.stack([np.ones(len(faces), bool), quad], 1)
    return np.ascontiguousarray(both[kept])


def _scatter(triangles: Ints, values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Sum (T, 3, C) corner values at their vertices -> (count, C)."""
    where, flat = triangles.ravel(), values.reshape(-1, values.shape[-1])
    return np.stack([np.bincount(where, flat[:, k], count) for k in range(flat.shape[1])], 1)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-20)
