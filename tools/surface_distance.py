"""Closest points on a triangle mesh, and the similarity that lays one mesh on another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Points = NDArray[np.float64]
Ints = NDArray[np.int64]

CANDIDATES = 12  # triangles tried for each point, by their centres


@dataclass(frozen=True)
class Closest:
    """For each of n points: the point (n, 3), its distance (n,), its triangle (n,) and weights (n, 3)."""

    point: Points
    distance: Points
    triangle: Ints
    weights: Points


class SurfaceIndex:
    """A triangle soup that answers closest-point queries."""

    def __init__(self, vertices: Points, triangles: Ints) -> None:
        self.corners = vertices[triangles]
        self.tree = cKDTree(self.corners.mean(1))
        normals = np.cross(self.corners[:, 1] - self.corners[:, 0], self.corners[:, 2] - self.corners[:, 0])
        self.normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)

    def closest(self, points: Points, candidates: int = CANDIDATES) -> Closest:
        """The nearest surface points of (n, 3) points."""
        _, near = self.tree.query(points, k=candidates)
        corners = self.corners[near]
        weights = closest_weights(points[:, None], corners[..., 0, :], corners[..., 1, :], corners[..., 2, :])
        found = np.einsum("nkc,nkcd->nkd", weights, corners)
        distance = np.linalg.norm(found - points[:, None], axis=-1)
        best = distance.argmin(1)
        row = np.arange(len(points))
        return Closest(found[row, best], distance[row, best], near[row, best], weights[row, best])


def closest_weights(p: Points, a: Points, b: Points, c: Points) -> Points:
    """Barycentric weights (..., 3) of the points of triangles abc nearest to p (..., 3)."""
    dot = lambda u, v: (u * v).sum(-1)
    ab, ac, ap, bp, cp = b - a, c - a, p - a, p - b, p - c
    d1, d2, d3, d4, d5, d6 = dot(ab, ap), dot(ac, ap), dot(ab, bp), dot(ac, bp), dot(ab, cp), dot(ac, cp)
    area = np.stack([d3 * d6 - d5 * d4, d5 * d2 - d1 * d6, d1 * d4 - d3 * d2], -1)
    total = area.sum(-1, keepdims=True)
    weights = area / np.where(np.abs(total) < 1e-30, 1e-30, total)
    outside = (area < 0).any(-1)
    corners = np.stack(np.broadcast_arrays(a, b, c), -2)
    best = np.where(outside, np.inf, 0.0)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        start, edge = corners[..., i, :], corners[..., j, :] - corners[..., i, :]
        along = np.clip(dot(p - start, edge) / np.maximum(dot(edge, edge), 1e-30), 0, 1)
        apart = ((start + along[..., None] * edge - p) ** 2).sum(-1)
        better = outside & (apart < best)
        best = np.where(better, apart, best)
        on_edge = np.zeros_like(weights)
        on_edge[..., i], on_edge[..., j] = 1 - along, along
        weights = np.where(better[..., None], on_edge, weights)
    return weights


def best_similarity(source: Points, target: Points) -> tuple[float, Points, Points]:
    """Scale, rotation (3, 3) and shift (3,) with scale * source @ rotation.T + shift nearest target (Umeyama 1991)."""
    a, b = source.mean(0), target.mean(0)
    u, values, vt = np.linalg.svd((source - a).T @ (target - b))
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(vt.T @ u.T))])
    rotation = (vt.T * flip) @ u.T
    scale = float((values * flip).sum() / ((source - a) ** 2).sum())
    return scale, rotation, b - scale * rotation @ a


def laid_on(points: Points, surface: SurfaceIndex, rounds: int = 30) -> Points:
    """Points moved by the similarity that brings them nearest to a surface (iterated closest points)."""
    for _ in range(rounds):
        scale, rotation, shift = best_similarity(points, surface.closest(points).point)
        points = scale * points @ rotation.T + shift
    return points
