"""What UV tests measure: how triangles turn, stretch and keep apart in the map."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from dreamhead.head.geometry import triangulate_part
from dreamhead.head.model import Floats, Part


def signed_areas(part: Part) -> np.ndarray:
    """(T,) twice the area in the map; negative where the face is seen from outside, for v grows downwards."""
    corners = part.uv[triangulate_part(part)[1]].astype(np.float64)
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def stretch(part: Part, vertices: Floats) -> tuple[np.ndarray, np.ndarray]:
    """(T,) ratio of the largest to the smallest scale from surface to map, and areas on the surface."""
    triangles, uv_triangles = triangulate_part(part)
    a, b, c = (vertices[triangles[:, k]].astype(np.float64) for k in range(3))
    x = (b - a) / np.linalg.norm(b - a, axis=1, keepdims=True)
    normal = np.cross(b - a, c - a)
    area = np.linalg.norm(normal, axis=1)
    y = np.cross(normal / area[:, None], x)
    flat = np.stack(
        [
            np.stack([((b - a) * x).sum(1), 0 * area], -1),
            np.stack([((c - a) * x).sum(1), ((c - a) * y).sum(1)], -1),
        ],
        -1,
    )
    uv = part.uv[uv_triangles].astype(np.float64)
    jacobian = np.stack([uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]], -1) @ np.linalg.inv(flat)
    scales = np.linalg.svd(jacobian, compute_uv=False)
    return np.minimum(scales[:, 0] / np.maximum(scales[:, 1], 1e-9), 50), area / 2


def islands(part: Part) -> list[np.ndarray]:
    """Each connected piece of the map as points (n, 2) along its triangles' edges, at most a thousandth apart."""
    triangles = triangulate_part(part)[1]
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    links = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(len(part.uv),) * 2)
    _, label = connected_components(links, directed=False)
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    a, b = part.uv[edges[:, 0]].astype(np.float64), part.uv[edges[:, 1]].astype(np.float64)
    count = np.ceil(np.linalg.norm(b - a, axis=1) / 1e-3).astype(int) + 1
    edge = np.repeat(np.arange(len(edges)), count)
    step = (np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)) / np.repeat(count - 1, count)
    points, piece = a[edge] + step[:, None] * (b - a)[edge], label[edges[edge, 0]]
    return [points[piece == number] for number in np.unique(piece)]


def least_gap(parts: list[Part]) -> float:
    """The least distance in the map between two islands of the parts, or between one and the map's edge."""
    found = [island for part in parts for island in islands(part)]
    least = min(min(island.min(), 1 - island.max()) for island in found)
    for number, island in enumerate(found[:-1]):
        others = np.concatenate(found[number + 1 :])
        low, high = island.min(0) - least, island.max(0) + least
        near = others[((others > low) & (others < high)).all(1)]
        if len(near):
            least = min(least, float(cKDTree(near).query(island)[0].min()))
    return float(least)
