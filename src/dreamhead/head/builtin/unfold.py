"""Keep an expression's skin from folding over on heads of another shape than the one it was authored on.

A target moves neighbouring rings of skin by different amounts.  Where a head's rings lie closer together than the
default head's (full lips, a heavy throat) they would pass each other and turn faces inside out.  There the pose is
evened out between neighbours until each face looks to the side that it looks to on the default head.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from dreamhead.head.builtin.cage import LID_MARGIN_RING, LIP_CONTACT_RING
from dreamhead.head.builtin.fill import active_edges
from dreamhead.head.builtin.surface import Surface, build_surface, skin_vertices

Points = NDArray[np.float64]

TURNED = 0.15  # cosine to the default head's face in the same pose: less counts as folding
REACH = (1.0, 1.0, 0.7, 0.35)  # how much nodes give way by their steps along the cage from a folding face
STILL = 0.01  # cm: less is no motion
WIDENING = 5  # rounds after which a face that still folds is given one more step of room
ROUNDS, STEPS = 20, 3  # looks at the faces, and steps of evening out between two looks


@dataclass(frozen=True)
class Authored:
    """The default head in a target: its half cage (N, 3) cm and its left outer faces' unit normals (F, 3)."""

    points: Points
    normals: Points


def authored(points: Points) -> Authored:
    """The default head's finished half cage (N, 3) in a target."""
    return Authored(points, _face_normals(points))


def _face_normals(half: Points) -> Points:
    """(F, 3) unit normals of the left half's outer faces from a finished half cage (N, 3) cm."""
    quads = _outer_quads()
    corners = skin_vertices(build_surface(), half)[quads]
    normals = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12))


def folding(pose: Points, model: Authored) -> NDArray[np.bool_]:
    """(F,) the left outer faces of a pose (N, 3) that look away from where the default head's look."""
    return _turned(pose, model) > 0


@cache
def outside_ears() -> NDArray[np.bool_]:
    """(F,) the left outer faces that are not of the ear, whose own folds lie close."""
    surface = build_surface()
    in_ear = np.array([name == "a" for name in surface.cage.block])
    return ~in_ear[surface.parent[surface.left & ~surface.inner]]


def unfolded(
    motion: Points,
    finished: Callable[[Points], Points],
    model: Authored,
    watched: NDArray[np.bool_] | None = None,
) -> Points:
    """A motion (N, 3) cm of the half cage, evened out where `finished(motion)` (N, 3), its pose, folds over.

    model is the default head in the same pose; watched (F,) are the faces to look at, by default what moves.  A round
    evens out the pose's difference from that one, from rest or from nothing, whichever turns the faces round the most.
    """
    weight = np.zeros(len(motion))
    moving = _moving(motion) if watched is None else watched
    references = (model.points, finished(np.zeros_like(motion)), np.zeros_like(motion))
    pose = finished(motion)
    short = moving * _turned(pose, model)
    for number in range(ROUNDS):
        if not short.any():
            break
        weight = np.maximum(weight, _around(short > 0, number // WIDENING))
        tried = []
        for reference in references:
            candidate = motion + evened(pose - reference, weight) - (pose - reference)
            tried.append((candidate, finished(candidate)))
        after = [moving * _turned(found, model) for _, found in tried]
        best = int(np.argmin([found.sum() for found in after]))
        if after[best].sum() < short.sum():
            (motion, pose), short = tried[best], after[best]
    return motion


def evened(values: Points, weight: Points) -> Points:
    """Values (N, 3) on the half cage drawn towards their neighbours' means by weight (N,), STEPS times."""
    result = values.copy()
    for _ in range(STEPS):
        result += weight[:, None] * (_average() @ result - result)
        result[build_surface().cage.midline, 0] = 0
    return result


def _turned(pose: Points, model: Authored) -> Points:
    """(F,) by how much each face's cosine to the default head's misses TURNED."""
    return np.maximum(TURNED - (_face_normals(pose) * model.normals).sum(1), 0.0)


@cache
def _outer_quads() -> NDArray[np.int64]:
    surface = build_surface()
    return surface.quads[surface.left & ~surface.inner]


@cache
def _average() -> sparse.csr_matrix:
    """(N, N) the mean of a node and its neighbours along the half cage."""
    cage, edges = build_surface().cage, active_edges()
    count = len(cage)
    ends = np.concatenate([edges, edges[:, ::-1], np.repeat(np.arange(count)[:, None], 2, 1)])
    matrix = sparse.csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return sparse.diags(1 / np.asarray(matrix.sum(1)).ravel()) @ matrix


def _moving(motion: Points) -> NDArray[np.bool_]:
    """(F,) the left outer faces that a motion moves: what else is turned is so at rest."""
    surface: Surface = build_surface()
    parents = surface.cage.quads[surface.parent[surface.left & ~surface.inner]]
    return np.asarray((np.abs(motion).max(1) > STILL)[parents].any(1))


def _around(folding_faces: NDArray[np.bool_], wider: int) -> Points:
    """(N,) how much each cage node gives way: most at folding faces, not at all where lips and lids meet."""
    surface: Surface = build_surface()
    cage = surface.cage
    parents = surface.parent[surface.left & ~surface.inner][folding_faces]
    near = np.zeros(len(cage), bool)
    near[cage.quads[parents]] = True
    weight = np.zeros(len(cage))
    for share in (REACH[0],) * wider + REACH:
        weight[near & (weight == 0)] = share
        near = near | (_average() @ near.astype(float) > 0)
    weight[cage.ring("m", LIP_CONTACT_RING)] = 0
    weight[cage.ring("e", LID_MARGIN_RING)] = 0
    return weight
