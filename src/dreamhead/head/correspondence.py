"""Where another head's surface lies on the built-in head: non-rigid closest-point alignment, and what it carries.

Textures, wardrobe and the words of the sliders are authored on the built-in head.  A head with its own topology
is laid onto it once: a similarity, then landmarks and closest points with like normals under a Laplacian that
loosens step by step (non-rigid ICP, Amberg, Romdhani and Vetter 2007, with the displacement in place of the
affine frame).  After that every field, mask and landmark of the built-in head can be read off at the point that
a vertex lies on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, diags, identity
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from dreamhead.head.geometry import triangulate, vertex_normals
from dreamhead.head.model import Floats, HeadModel, Ints, Landmarks

Points = NDArray[np.float64]
Rows = NDArray[np.integer[Any]]

STIFFNESS = (3000.0, 1000.0, 300.0, 100.0, 30.0, 10.0, 4.0, 2.0)  # of the Laplacian, one step each
LANDMARK_WEIGHT = 30.0  # of a landmark against a closest point
SHARP_LANDMARKS = np.r_[17:68]  # the jaw line's points are a matter of opinion
RIGID_STEPS = 12
EAR_HEIGHT, EAR_WINDOW = 0.008, 0.045  # metres: where on the built-in head an ear is looked for
EAR_DEPTH = 0.009  # metres from the outermost point inwards that count as the ear's rim
REACH = 0.012  # metres: a closest point farther away, or one whose normal differs by more than 60 degrees,
LEAST_COSINE = 0.5  # binds nothing
# Metres that a unit of difference between normals counts for in the search: while the surface is being laid, and at
# the end, when it only tells the lips apart and must not pull along the surface.
NORMAL_ARM, FINAL_ARM = 0.004, 0.0012
SUBDIVISION = 4  # a triangle is searched through the points of a grid with this many intervals


@dataclass(frozen=True)
class Similarity:
    """points -> scale * points @ rotation.T + offset."""

    scale: float
    rotation: Points  # (3, 3)
    offset: Points  # (3,)

    def apply(self, points: Floats | Points) -> Points:
        """(..., 3) -> (..., 3)."""
        return self.scale * np.asarray(points, np.float64) @ self.rotation.T + self.offset

    def undo(self, points: Floats | Points) -> Points:
        """The inverse."""
        return (np.asarray(points, np.float64) - self.offset) @ self.rotation / self.scale

    def undo_vectors(self, vectors: Floats | Points) -> Points:
        """Displacements of the target as displacements of the source."""
        return np.asarray(vectors, np.float64) @ self.rotation / self.scale


@dataclass(frozen=True)
class Seat:
    """Points (N,) on a triangle mesh: vertices (N, 3) and barycentric weights (N, 3); how far, and how alike."""

    vertices: Ints
    weights: Points
    distance: Points  # (N,) metres from the asked point
    cosine: Points  # (N,) between the asked normal and the surface's

    def read(self, values: Floats | Points) -> Points:
        """Values of the mesh's vertices (V,) or (V, C) at the points."""
        at = np.asarray(values, np.float64)[self.vertices]
        return np.einsum("nk,nk...->n...", self.weights, at)


@dataclass(frozen=True)
class Correspondence:
    """Another head's vertices on the built-in head."""

    similarity: Similarity  # other head -> built-in head
    canonical: Points  # (N, 3) metres: on the built-in head's surface where there is something to lie on
    seat: Seat  # the same as points on the built-in head's triangles
    bound: NDArray[np.bool_]  # (N,) whether the surface there is near and looks the same way


def similarity(source: Points, target: Points) -> Similarity:
    """The least-squares similarity (Umeyama 1991) that takes source (N, 3) to target (N, 3)."""
    from_center, to_center = source.mean(0), target.mean(0)
    a, b = source - from_center, target - to_center
    u, singular, vt = np.linalg.svd(b.T @ a)
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ (flip[:, None] * vt)
    scale = float((singular * flip).sum() / np.square(a).sum())
    return Similarity(scale, rotation, to_center - scale * rotation @ from_center)


class SurfaceSearch:
    """Finds the nearest point with a like normal on the triangles (T, 3) of a mesh (V, 3)."""

    def __init__(self, vertices: Floats | Points, triangles: Ints, arm: float = NORMAL_ARM) -> None:
        self.arm = arm
        self.vertices = np.asarray(vertices, np.float64)
        self.triangles = _without_degenerate(triangles)
        normals = self.normals = _normals(self.vertices, self.triangles)
        grid = np.array(
            [(i, j, SUBDIVISION - i - j) for i in range(SUBDIVISION + 1) for j in range(SUBDIVISION + 1 - i)]
        )
        weights = grid / SUBDIVISION
        points = np.einsum("gk,tkc->tgc", weights, self.vertices[self.triangles]).reshape(-1, 3)
        directions = _unit(np.einsum("gk,tkc->tgc", weights, normals[self.triangles])).reshape(-1, 3)
        self.owner = np.repeat(np.arange(len(self.triangles)), len(weights))
        self.tree = cKDTree(np.concatenate([points, arm * directions], 1))

    def seat(self, points: Points, normals: Points) -> Seat:
        """Where points (N, 3) with unit normals (N, 3) lie on the mesh."""
        _, sample = self.tree.query(np.concatenate([points, self.arm * normals], 1))
        corners = self.triangles[self.owner[sample]]
        weights = _closest_weights(points, self.vertices[corners])
        found = np.einsum("nk,nkc->nc", weights, self.vertices[corners])
        facing = _unit(np.einsum("nk,nkc->nc", weights, self.normals[corners]))
        return Seat(
            corners,
            weights,
            np.linalg.norm(points - found, axis=1),
            np.einsum("nc,nc->n", facing, normals),
        )


def correspond(
    vertices: Floats | Points,
    triangles: Ints,
    landmarks: Landmarks,
    builtin: HeadModel,
    part_names: Sequence[str] = ("skin", "mouth_bag"),
) -> Correspondence:
    """Lay a head's skin onto the built-in head's.

    vertices (V, 3) metres of the resting head, triangles (T, 3) of its skin, landmarks its Multi-PIE 68.
    The result runs over all V vertices; those outside the triangles follow the warp and are not bound.
    """
    points = np.asarray(vertices, np.float64)
    target = np.asarray(builtin.canonical, np.float64)
    skin = np.concatenate([triangulate(part.faces) for part in builtin.parts if part.name in part_names])
    search = SurfaceSearch(target, skin)
    triangles = _without_degenerate(triangles)
    used = np.unique(triangles)
    place = np.full(len(points), -1)
    place[used] = np.arange(len(used))
    local = place[triangles]
    sharp = Landmarks(landmarks.vertices[SHARP_LANDMARKS], landmarks.weights[SHARP_LANDMARKS])
    here, there = _positions(sharp, points), _positions(builtin.landmarks_68, target)[SHARP_LANDMARKS]
    moved = _settled(points[used], local, similarity(here, there), search)
    placed = moved.apply(points)
    ears, ear_goals = _ear_rims(placed, used), target[_ear_rims(target, np.unique(skin))]
    marks = _selection(sharp, ears, place, len(used))
    there = np.concatenate([there, ear_goals])
    stiff = laplacian(local, len(used))
    here_now = placed[used]
    for stiffness in STIFFNESS:
        seat = search.seat(here_now, _normals(here_now, local))
        weight = _trust(seat)
        goal = np.einsum("nk,nkc->nc", seat.weights, target[seat.vertices])
        here_now = _solved(here_now, goal, weight, marks, there, stiff, stiffness)
    seat = SurfaceSearch(target, skin, FINAL_ARM).seat(here_now, _normals(here_now, local))
    bound = _trust(seat) > 0
    resting = np.einsum("nk,nkc->nc", seat.weights, target[seat.vertices])
    canonical = placed.copy()
    canonical[used] = np.where(bound[:, None], resting, here_now)
    rest = np.setdiff1d(np.arange(len(points)), used)
    everywhere = _scattered(seat, used, len(points))
    if len(rest):
        canonical[rest] = placed[rest] + _carried(placed[used], canonical[used] - placed[used], placed[rest])
    all_bound = np.zeros(len(points), bool)
    all_bound[used] = bound
    return Correspondence(moved, canonical, everywhere, all_bound)


def laplacian(triangles: Ints, count: int) -> csr_matrix:
    """(N, N) graph Laplacian: a vertex less the mean of its neighbours; a zero row where there are none."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.unique(np.sort(edges, 1), axis=0)
    both = np.concatenate([edges, edges[:, ::-1]])
    adjacency = coo_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(count, count)).tocsr()
    degree = np.asarray(adjacency.sum(1)).ravel()
    mean = diags(1 / np.maximum(degree, 1)) @ adjacency
    return (diags((degree > 0).astype(float)) @ identity(count) - mean).tocsr()


def carried_landmarks(
    landmarks: Landmarks, builtin: HeadModel, canonical: Points, triangles: Ints, numbers: Rows
) -> tuple[Ints, Floats]:
    """The built-in head's landmarks `numbers` on another head's triangles: vertices and weights (N, 3) each."""
    target = np.asarray(builtin.canonical, np.float64)
    parts = np.concatenate([triangulate(part.faces) for part in builtin.parts])
    normals = _normals(target, parts)
    corners, weights = landmarks.vertices[numbers], landmarks.weights[numbers]
    points = np.einsum("nk,nkc->nc", weights, target[corners])
    facing = _unit(np.einsum("nk,nkc->nc", weights, normals[corners]))
    seat = SurfaceSearch(canonical, triangles).seat(points, facing)
    return seat.vertices.astype(np.int32), seat.weights.astype(np.float32)


def fitted_directions(
    basis: Floats, wanted: Mapping[str, Points], rows: Rows, noise: float = 1e-2
) -> tuple[dict[str, Floats], dict[str, float]]:
    """The sliders (K,) that come nearest to displacement fields, and the share of each that they explain.

    basis (K, V, 3) of sliders drawn from N(0, 1), wanted name -> (V, 3), both compared at the vertices `rows`;
    noise: metres by which a vertex may miss; neighbours miss alike, so it is far more than what one would measure.
    The most likely sliders under that noise (ridge regression).
    """
    design = np.asarray(basis[:, rows], np.float64).reshape(len(basis), -1)
    gram = design @ design.T
    ridge = gram + noise**2 * np.eye(len(basis))
    directions, explained = {}, {}
    for name, field in wanted.items():
        goal = np.asarray(field[rows], np.float64).ravel()
        solved = np.linalg.solve(ridge, design @ goal)
        left = np.square(goal - solved @ design).sum()
        directions[name] = solved.astype(np.float32)
        explained[name] = float(1 - left / max(np.square(goal).sum(), 1e-18))
    return directions, explained


# ---------------------------------------------------------------------------------------------------------------


def _positions(landmarks: Landmarks, vertices: Points) -> Points:
    return np.einsum("nk,nkc->nc", landmarks.weights.astype(np.float64), vertices[landmarks.vertices])


def _settled(points: Points, triangles: Ints, start: Similarity, search: SurfaceSearch) -> Similarity:
    """The similarity that lays the whole head on the surface, from that of its landmarks (ICP)."""
    found = start
    for _ in range(RIGID_STEPS):
        placed = found.apply(points)
        seat = search.seat(placed, _normals(placed, triangles))
        near = (seat.distance < 2 * REACH) & (seat.cosine > LEAST_COSINE)
        found = similarity(points[near], seat.read(search.vertices)[near])
    return found


def _ear_rims(placed: Points, candidates: Rows) -> Rows:
    """(8,) outermost, highest, lowest and rearmost vertex of each ear's rim, left then right, on an aligned head."""
    chosen = []
    for side in (1.0, -1.0):
        x, y, z = (placed[candidates] * [side, 1, 1]).T
        level = (np.abs(y - EAR_HEIGHT) < EAR_WINDOW) & (np.abs(z) < EAR_WINDOW)
        rim = level & (x > x[level].max() - EAR_DEPTH)
        for score in (x, y, -y, -z):
            chosen.append(candidates[np.where(rim, score, -np.inf).argmax()])
    return np.array(chosen)


def _selection(landmarks: Landmarks, singles: Rows, place: Rows, count: int) -> csr_matrix:
    """(M, N) the landmarks, then single vertices, as rows over the used vertices."""
    vertices = np.concatenate([landmarks.vertices, np.repeat(singles[:, None], 3, 1)])
    weights = np.concatenate([landmarks.weights, np.tile([1.0, 0.0, 0.0], (len(singles), 1))])
    rows, columns = np.repeat(np.arange(len(vertices)), 3), place[vertices.ravel()]
    return coo_matrix((weights.ravel(), (rows, columns)), shape=(len(vertices), count)).tocsr()


def _normals(points: Points, triangles: Rows) -> Points:
    return vertex_normals(points.astype(np.float32), triangles.astype(np.int32)).astype(np.float64)


def _trust(seat: Seat) -> Points:
    """(N,) 0..1: how far a closest point is believed."""
    near = np.clip(1 - seat.distance / REACH, 0, 1)
    alike = np.clip((seat.cosine - LEAST_COSINE) / (1 - LEAST_COSINE), 0, 1)
    return near * alike


def _solved(
    start: Points,
    goal: Points,
    weight: Points,
    marks: csr_matrix,
    mark_goal: Points,
    stiff: csr_matrix,
    stiffness: float,
) -> Points:
    """Displace start so that goals are met where they are trusted and the displacement stays smooth."""
    data = diags(weight + 1e-6)
    system = data + LANDMARK_WEIGHT * marks.T @ marks + stiffness * stiff.T @ stiff
    right = data @ (goal - start) + LANDMARK_WEIGHT * (marks.T @ (mark_goal - marks @ start))
    return start + splu(system.tocsc()).solve(right)


def _scattered(seat: Seat, used: Rows, count: int) -> Seat:
    """A seat over all vertices; those unused sit on vertex 0, infinitely far away."""
    vertices, weights = np.zeros((count, 3), seat.vertices.dtype), np.zeros((count, 3))
    weights[:, 0] = 1
    distance, cosine = np.full(count, np.inf), np.full(count, -1.0)
    vertices[used], weights[used] = seat.vertices, seat.weights
    distance[used], cosine[used] = seat.distance, seat.cosine
    return Seat(vertices, weights, distance, cosine)


def _carried(points: Points, values: Points, at: Points, neighbours: int = 8) -> Points:
    """values (N, C) of points (N, 3) at other points, by inverse distance."""
    distance, near = cKDTree(points).query(at, k=neighbours)
    weight = 1 / np.maximum(distance, 1e-4) ** 2
    return np.einsum("nk,nkc->nc", weight / weight.sum(1, keepdims=True), values[near])


def _closest_weights(points: Points, corners: Points) -> Points:
    """Barycentric weights (N, 3) of the points of triangles (N, 3, 3) that are nearest to points (N, 3)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    normal = np.cross(b - a, c - a)
    size = np.maximum(np.einsum("nc,nc->n", normal, normal), 1e-24)
    second = np.einsum("nc,nc->n", np.cross(points - a, c - a), normal) / size
    third = np.einsum("nc,nc->n", np.cross(b - a, points - a), normal) / size
    inside = np.stack([1 - second - third, second, third], 1)
    best, nearest = inside.copy(), np.where((inside >= 0).all(1), 0.0, np.inf)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        edge = corners[:, j] - corners[:, i]
        along = np.einsum("nc,nc->n", points - corners[:, i], edge) / np.maximum(
            np.square(edge).sum(1), 1e-24
        )
        along = np.clip(along, 0, 1)
        gap = np.linalg.norm(corners[:, i] + along[:, None] * edge - points, axis=1)
        closer = gap < nearest
        nearest = np.where(closer, gap, nearest)
        weights = np.zeros_like(best)
        weights[:, i], weights[:, j] = 1 - along, along
        best = np.where(closer[:, None], weights, best)
    return best


def _without_degenerate(triangles: Ints) -> Ints:
    a, b, c = triangles.T
    return triangles[(a != b) & (b != c) & (a != c)]


def _unit(vectors: Points) -> Points:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
