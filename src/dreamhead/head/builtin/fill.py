"""Thin-plate fill on the cage: spread a few handle values smoothly over the whole half cage.

Minimises sum of area^2 * (L x)^2 with L the graph Laplacian of edge weights 1/length, so rows of uneven
spacing keep linear functions (cf. Botsch and Kobbelt 2004).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from scipy.sparse.linalg import splu

from dreamhead.head.builtin.cage import INNER_RING, Cage, build_cage

Points = NDArray[np.float64]
Nodes = NDArray[np.int64]
SHORTEST_EDGE = 0.08  # cm: shorter edges count as this long
SHORTEST_DUAL = 0.05
RIDGE = 1e-7


@dataclass(frozen=True)
class FillMetric:
    """The fill's quadratic form (N, N) and the edge-length graph (N, N), for one shape of the cage."""

    stiffness: sparse.csr_matrix
    lengths: sparse.csr_matrix
    active: NDArray[np.bool_]


@cache
def active_nodes() -> NDArray[np.bool_]:
    """(N,) the nodes that handles reach; hidden interior rings are built by formulas instead."""
    cage = build_cage()
    active = np.array([kind not in INNER_RING or first < INNER_RING[kind] for kind, first, _ in cage.keys])
    active.setflags(write=False)
    return active


@cache
def active_edges() -> Nodes:
    cage, active = build_cage(), active_nodes()
    pairs = np.concatenate([cage.quads[:, [k, (k + 1) % 4]] for k in range(4)])
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], 1), axis=0)
    return pairs[active[pairs].all(1)]


def fill_metric(points: Points | None) -> FillMetric:
    """The metric of a cage shape (N, 3); None gives every edge length 1."""
    active, edges = active_nodes(), active_edges()
    count = len(active)
    length = np.ones(len(edges))
    measured = length
    if points is not None:
        measured = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
        length = np.maximum(measured, SHORTEST_EDGE)
    ends = np.concatenate([edges, edges[:, ::-1]])
    weights = sparse.csr_matrix((np.tile(1 / length, 2), (ends[:, 0], ends[:, 1])), shape=(count, count))
    degree = np.bincount(ends[:, 0], minlength=count)
    dual = np.bincount(ends[:, 0], np.tile(length, 2), minlength=count) / np.maximum(degree, 1)
    dual = np.maximum(dual, SHORTEST_DUAL)
    laplacian = sparse.diags(1 / dual) @ (weights - sparse.diags(np.asarray(weights.sum(1)).ravel()))
    stiffness = laplacian.T @ sparse.diags(dual**2) @ laplacian + RIDGE * sparse.eye(count)
    graph = sparse.csr_matrix((measured, (edges[:, 0], edges[:, 1])), shape=(count, count))
    return FillMetric(stiffness.tocsr(), graph, active)


def fill(
    metric: FillMetric, handles: Nodes, values: Points, fixed: NDArray[np.bool_] | None = None
) -> Points:
    """Values (H, C) at handle nodes -> (N, C); `fixed` (N,) nodes stay 0, inactive nodes are 0."""
    known = np.zeros(len(metric.active), bool)
    known[handles] = True
    if fixed is not None:
        known |= fixed
    free = metric.active & ~known
    rows = metric.stiffness[free]
    result = np.zeros((len(known), values.shape[1]))
    result[handles] = values
    result[free] = -splu(rows[:, free].tocsc()).solve(rows[:, handles] @ values)
    return result


def fill_near(metric: FillMetric, handles: Nodes, values: Points, reach: float) -> Points:
    """As fill, but nodes farther than reach (cm along the cage) from every handle stay 0.

    Distances run along the cage, so lips and lids do not drag each other across their slits.
    """
    distance = dijkstra(metric.lengths, directed=False, indices=handles, min_only=True, limit=reach)
    return fill(metric, handles, values, metric.active & (distance > reach))


def rest_points(cage: Cage, nodes: Nodes, nodes_x: Nodes, x: Points, yz: Points, rounds: int = 3) -> Points:
    """The default cage (N, 3) from its handles: filled, measured, filled again in the new metric.

    nodes (H,) carry yz (H, 2); nodes_x (Hx,) carry x (Hx,); the midline keeps x = 0.
    """
    points: Points | None = None
    for _ in range(rounds + 1):
        metric = fill_metric(points)
        across = fill(metric, nodes_x, x[:, None], cage.midline & metric.active)
        points = np.concatenate([across, fill(metric, nodes, yz)], 1)
        points[cage.midline, 0] = 0
    assert points is not None
    return points
