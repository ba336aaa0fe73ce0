"""Catmull-Clark refinement as sparse matrices (Catmull and Clark 1978; limit points: Halstead et al. 1993).

Geometry, expressions and masks all go through the same operator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

Quads = NDArray[np.int64]


@dataclass(frozen=True)
class Refined:
    """One refinement step.  New vertices: the old ones, then one an edge, then one a face.

    matrix (V2, V) smooths; average (V2, V) only interpolates: edge middles, face centres.
    quads (F2, 4); parent (F2,) the face that each came from; edges (E, 2) old vertex numbers, sorted.
    """

    matrix: sparse.csr_matrix
    average: sparse.csr_matrix
    quads: Quads
    parent: NDArray[np.int64]
    edges: Quads


def refine(quads: Quads, count: int) -> Refined:
    """One Catmull-Clark step on `count` vertices; a triangle repeats its last index."""
    faces = len(quads)
    corners = np.where(quads[:, 2] == quads[:, 3], 3, 4)
    face, corner = np.concatenate([np.arange(faces)] * 4), np.repeat(np.arange(4), faces)
    kept = corner < corners[face]
    face, corner = face[kept], corner[kept]
    here, following = quads[face, corner], quads[face, (corner + 1) % corners[face]]
    pairs = np.sort(np.stack([here, following], 1), 1)
    unique, edge_of_corner, uses = np.unique(
        pairs[:, 0] * count + pairs[:, 1], return_inverse=True, return_counts=True
    )
    edges = np.stack([unique // count, unique % count], 1)
    border = uses == 1

    face_points = _matrix(1 / corners[face], face, here, (faces, count))
    ends = np.repeat(np.arange(len(edges)), 2)
    edge_ends = _matrix(np.ones(2 * len(edges)), ends, edges.ravel(), (len(edges), count))
    edge_faces = _matrix(np.ones(len(face)), edge_of_corner, face, (len(edges), faces))
    edge_points = (
        sparse.diags(np.where(border, 0.5, 0.25)) @ edge_ends
        + sparse.diags(np.where(border, 0.0, 0.25)) @ edge_faces @ face_points
    )

    valence = np.maximum(np.bincount(edges.ravel(), minlength=count), 1).astype(float)
    on_border = np.zeros(count, bool)
    on_border[edges[border].ravel()] = True
    touching = np.maximum(np.bincount(here, minlength=count), 1)
    vertex_faces = _matrix(np.ones(len(face)), here, face, (count, faces))
    inner = (
        sparse.diags(1 / (valence * touching)) @ vertex_faces @ face_points
        + sparse.diags(1 / valence**2) @ edge_ends.T @ edge_ends
        + sparse.diags((valence - 3) / valence)
    )
    border_ends = edge_ends[border]
    degree = np.asarray(border_ends.sum(0)).ravel()
    outer = 0.125 * (border_ends.T @ border_ends - sparse.diags(degree)) + sparse.diags(np.full(count, 0.75))
    vertex_points = (
        sparse.diags((~on_border).astype(float)) @ inner + sparse.diags(on_border.astype(float)) @ outer
    )

    edge_at = np.full((faces, 4), -1)
    edge_at[face, corner] = edge_of_corner
    before = edge_at[face, (corner - 1) % corners[face]]
    new_quads = np.stack([here, count + edge_at[face, corner], count + len(edges) + face, count + before], 1)
    return Refined(
        matrix=sparse.vstack([vertex_points, edge_points, face_points]).tocsr(),
        average=sparse.vstack([sparse.eye(count), 0.5 * edge_ends, face_points]).tocsr(),
        quads=new_quads,
        parent=face,
        edges=edges,
    )


def limit_matrix(quads: Quads, count: int) -> sparse.csr_matrix:
    """(V, V) positions on the limit surface of an all-quad mesh; borders become cubic B-splines."""
    here, following, opposite = quads.ravel(), np.roll(quads, -1, 1).ravel(), np.roll(quads, -2, 1).ravel()
    pairs = np.sort(np.stack([here, following], 1), 1)
    unique, uses = np.unique(pairs[:, 0] * count + pairs[:, 1], return_counts=True)
    edges = np.stack([unique // count, unique % count], 1)
    valence = np.bincount(edges.ravel(), minlength=count).astype(float)
    on_border = np.zeros(count, bool)
    on_border[edges[uses == 1].ravel()] = True
    neighbours = _symmetric(edges, count)
    diagonals = _matrix(np.ones(len(here)), here, opposite, (count, count))
    total = np.maximum(valence * (valence + 5), 1)
    inner = (
        sparse.diags(valence**2 / total)
        + sparse.diags(4 / total) @ neighbours
        + sparse.diags(1 / total) @ diagonals
    )
    outer = sparse.diags(np.full(count, 4 / 6)) + _symmetric(edges[uses == 1], count) / 6
    return (
        sparse.diags((~on_border).astype(float)) @ inner + sparse.diags(on_border.astype(float)) @ outer
    ).tocsr()


def _matrix(
    values: NDArray[np.float64], rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, int]
) -> sparse.csr_matrix:
    return sparse.csr_matrix((values, (rows, columns)), shape=shape)


def _symmetric(edges: Quads, count: int) -> sparse.csr_matrix:
    both = np.concatenate([edges, edges[:, ::-1]])
    return _matrix(np.ones(len(both)), both[:, 0], both[:, 1], (count, count))
