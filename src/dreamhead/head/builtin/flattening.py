"""Lay triangles flat: as rigid as possible, then free of foldovers, held near given places and inside a box.

ARAP: Liu et al. 2008.  Untangling: Garanzha et al. 2021, "Foldover-free maps in 50 lines of code".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import Bounds, minimize
from scipy.sparse.linalg import splu, spsolve

Points = NDArray[np.float64]
Triangles = NDArray[np.int64]

AREA_SHARE = 0.3  # how much areas count against angles
SMALL_TRIANGLES = 0.6  # power of a triangle's area in its weight: below 1 small ones count for more


@dataclass(frozen=True)
class Chart:
    """What to flatten: triangles (T, 3) into n vertices, `used` (m,) the skin's numbers of the first m of them.

    shape (T, 2, 2) each triangle's edges laid flat (cm); weight (T,); front (n,) pins u = 0; start (n, 2).
    """

    used: NDArray[np.int64]
    triangles: Triangles
    shape: Points
    weight: Points
    front: NDArray[np.bool_]
    start: Points


@dataclass(frozen=True)
class Hold:
    """Where chart vertices are pulled to (cm in the chart), how strongly, and the box (2, 2) low, high."""

    places: NDArray[np.int64]
    goals: Points
    weight: Points
    bounds: Points


def arap(chart: Chart, rounds: int) -> Points:
    """Local-global as-rigid-as-possible flattening with a free border and u = 0 on the front midline."""
    triangles, weight = chart.triangles, chart.weight
    count = len(chart.start)
    corners = np.concatenate([np.zeros((len(triangles), 2, 1)), chart.shape], 2).transpose(0, 2, 1)
    cotangent = np.zeros((len(triangles), 3))
    for k in range(3):
        p, q = corners[:, (k + 1) % 3] - corners[:, k], corners[:, (k + 2) % 3] - corners[:, k]
        cross = np.abs(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])
        cotangent[:, k] = np.clip((p * q).sum(1) / np.maximum(cross, 1e-9), 0.05, 20) * weight
    ends = np.concatenate([triangles[:, [(k + 1) % 3, (k + 2) % 3]] for k in range(3)])
    values = cotangent.T.ravel()
    both = np.concatenate([ends, ends[:, ::-1]])
    graph = sparse.csr_matrix((np.tile(values, 2), (both[:, 0], both[:, 1])), (count, count))
    laplacian = (sparse.diags(np.asarray(graph.sum(1)).ravel()) - graph + 1e-8 * sparse.eye(count)).tocsr()
    free = ~chart.front
    solve_u, solve_v = splu(laplacian[free][:, free].tocsc()), splu(laplacian.tocsc())
    uv = chart.start.copy()
    for _ in range(rounds):
        moment = np.zeros((len(triangles), 2, 2))
        for k in range(3):
            i, j = (k + 1) % 3, (k + 2) % 3
            edge = uv[triangles[:, i]] - uv[triangles[:, j]]
            moment += (
                cotangent[:, k, None, None] * edge[:, :, None] * (corners[:, i] - corners[:, j])[:, None, :]
            )
        cosine, sine = moment[:, 0, 0] + moment[:, 1, 1], moment[:, 1, 0] - moment[:, 0, 1]
        length = np.maximum(np.hypot(cosine, sine), 1e-12)
        cosine, sine = cosine / length, sine / length
        right = np.zeros((count, 2))
        for k in range(3):
            i, j = (k + 1) % 3, (k + 2) % 3
            edge = corners[:, i] - corners[:, j]
            turned = np.stack(
                [cosine * edge[:, 0] - sine * edge[:, 1], sine * edge[:, 0] + cosine * edge[:, 1]], 1
            )
            pull = cotangent[:, k, None] * turned
            np.add.at(right, triangles[:, i], pull)
            np.add.at(right, triangles[:, j], -pull)
        uv = np.zeros_like(uv)
        uv[free, 0] = solve_u.solve(right[free, 0])
        uv[:, 1] = solve_v.solve(right[:, 1])
    return uv


def untangle(chart: Chart, uv: Points, hold: Hold | None, rounds: int = 12) -> Points:
    """Minimise a regularised distortion whose barrier tightens until every triangle is upright."""
    bounds = None
    if hold is not None:
        uv = np.clip(uv, *hold.bounds)
        bounds = Bounds(np.tile(hold.bounds[0], len(uv)), np.tile(hold.bounds[1], len(uv)))
    area = np.abs(np.linalg.det(chart.shape))
    sound = area > 1e-9
    triangles = chart.triangles[sound]
    inverse = np.linalg.inv(chart.shape[sound])
    weight = (chart.weight * area**SMALL_TRIANGLES)[sound]
    weight = np.maximum(weight, 1e-3 * weight.mean())
    weight /= weight.sum()
    count = len(uv)

    def jacobian(flat: Points) -> Points:
        a, b, c = (flat[triangles[:, k]] for k in range(3))
        return np.stack([b - a, c - a], -1) @ inverse

    def energy(values: Points, epsilon: float) -> tuple[float, Points]:
        flat = values.reshape(count, 2)
        j = jacobian(flat)
        det = j[:, 0, 0] * j[:, 1, 1] - j[:, 0, 1] * j[:, 1, 0]
        root = np.sqrt(epsilon**2 + det**2)
        chi = np.where(det > 0, 0.5 * (det + root), 0.5 * epsilon**2 / (root + np.abs(det)))
        slope = chi / root
        size = (j * j).sum((1, 2))
        spread = AREA_SHARE * (det**2 + 1)
        value = float((weight * (size / chi + spread / chi)).sum())
        d_det = weight * ((2 * AREA_SHARE * det) / chi - (size + spread) * slope / chi**2)
        cofactor = np.stack(
            [np.stack([j[:, 1, 1], -j[:, 1, 0]], -1), np.stack([-j[:, 0, 1], j[:, 0, 0]], -1)], 1
        )
        d_jacobian = (2 * weight / chi)[:, None, None] * j + d_det[:, None, None] * cofactor
        d_edges = d_jacobian @ inverse.transpose(0, 2, 1)
        gradient = np.zeros((count, 2))
        np.add.at(gradient, triangles[:, 1], d_edges[:, :, 0])
        np.add.at(gradient, triangles[:, 2], d_edges[:, :, 1])
        np.add.at(gradient, triangles[:, 0], -d_edges.sum(2))
        if hold is not None:
            away = flat[hold.places] - hold.goals
            value += float((hold.weight[:, None] * away**2).sum())
            gradient[hold.places] += 2 * hold.weight[:, None] * away
        gradient[chart.front, 0] = 0
        return value, gradient.ravel()

    for _ in range(rounds):
        lowest = np.linalg.det(jacobian(uv)).min()
        epsilon = max(1e-6, np.sqrt(1e-12 + 0.04 * min(lowest, 0.0) ** 2)) if lowest < 0 else 1e-6
        found = minimize(
            energy, uv.ravel(), args=(epsilon,), jac=True, method="L-BFGS-B", bounds=bounds,
            options={"maxiter": 200, "maxcor": 12, "maxfun": 400},
        )  # fmt: skip
        uv = found.x.reshape(count, 2)
        if lowest > 0 and found.success:
            break
    return uv


def flat_edges(points: Points, triangles: Triangles) -> Points:
    """(T, 2, 2) columns: two edges of each triangle laid flat."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    length = np.linalg.norm(b - a, axis=1)
    x = (b - a) / np.maximum(length, 1e-12)[:, None]
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    y = np.cross(normal, x)
    flat = np.zeros((len(triangles), 2, 2))
    flat[:, 0, 0] = length
    flat[:, 0, 1], flat[:, 1, 1] = ((c - a) * x).sum(1), ((c - a) * y).sum(1)
    return flat


def harmonic(values: Points, ends: Triangles, free: NDArray[np.bool_], known: NDArray[np.bool_]) -> Points:
    """Values (n, C > 1) at free vertices become the mean of their neighbours along edges (E, 2)."""
    count = len(values)
    ends = np.unique(np.sort(ends, 1), axis=0)
    ends = np.concatenate([ends, ends[:, ::-1]])
    graph = sparse.csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    laplacian = (sparse.diags(np.asarray(graph.sum(1)).ravel()) - graph).tocsr()
    values = values.copy()
    rows = laplacian[free]
    values[free] = spsolve(rows[:, free].tocsc(), -(rows[:, known] @ values[known]))
    return values
