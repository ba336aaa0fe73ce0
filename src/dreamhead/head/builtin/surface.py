"""From the half cage to the skin: one smooth surface operator, its faces, and its left-right pairing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from dreamhead.head.builtin.cage import LIP_CONTACT_RING, Cage, build_cage
from dreamhead.head.builtin.subdivision import limit_matrix, refine

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Surface:
    """The skin with the mouth bag behind the lips: V vertices, F quads, the same for every identity.

    operator (V, full nodes) gives limit positions; average (V, full nodes) interpolates plainly.
    parent (F,) is the half cage quad of each face; left (F,) tells faces of the +X side.
    mirror (V,) is each vertex's partner across the midline.  bag, hem, inner (F,) pick the mouth bag, the
    bust's underside, and every face hidden inside mouth, lids, nostrils and ear canals.
    """

    cage: Cage
    operator: sparse.csr_matrix
    average: sparse.csr_matrix
    quads: NDArray[np.int64]
    parent: NDArray[np.int64]
    left: NDArray[np.bool_]
    mirror: NDArray[np.int64]
    bag: NDArray[np.bool_]
    hem: NDArray[np.bool_]
    inner: NDArray[np.bool_]

    @property
    def vertex_count(self) -> int:
        return int(self.operator.shape[0])


@cache
def build_surface() -> Surface:
    """The one surface of the built-in head."""
    cage = build_cage()
    count = len(cage.source)
    step = refine(cage.full_quads, count)
    half = len(cage.quads)
    parent = step.parent % half
    return Surface(
        cage=cage,
        operator=(limit_matrix(step.quads, step.matrix.shape[0]) @ step.matrix).tocsr(),
        average=step.average,
        quads=step.quads,
        parent=parent,
        left=step.parent < half,
        mirror=_mirror(cage, step.edges, half),
        bag=cage.quads_within(m=LIP_CONTACT_RING)[parent],
        hem=cage.quads_within(h=0)[parent],
        inner=cage.quads_within(m=5, e=4, n=2, a=8)[parent],
    )


def skin_vertices(surface: Surface, left: Points, right: Points | None = None) -> Points:
    """Half cage (N, 3) -> (V, 3).  right: the other half in mirrored coordinates, if it differs."""
    cage = surface.cage
    full = left[cage.source].copy()
    if right is not None:
        full[len(cage) :] = right[cage.source[len(cage) :]]
        full[: len(cage)][cage.midline] = 0.5 * (
            left[cage.midline] + right[cage.midline] * np.array([-1.0, 1.0, 1.0])
        )
    full[:, 0] *= cage.sign
    vertices = np.asarray(surface.operator @ full)
    if right is None:
        vertices = 0.5 * (vertices + vertices[surface.mirror] * np.array([-1.0, 1.0, 1.0]))
    return vertices


def carry(surface: Surface, values: Points) -> Points:
    """Even scalars on the half cage (N, C) -> smoothly on the skin (V, C)."""
    return np.asarray(surface.operator @ values[surface.cage.source])


def half_rows(surface: Surface, vertices: NDArray[np.int64]) -> tuple[Points, Points]:
    """Dense rows (n, N) that give the chosen skin vertices' (y, z) and x from the half cage."""
    rows = surface.operator[vertices].toarray()
    even, odd = np.zeros((len(vertices), len(surface.cage))), np.zeros((len(vertices), len(surface.cage)))
    for column, (node, sign) in enumerate(zip(surface.cage.source, surface.cage.sign, strict=True)):
        even[:, node] += rows[:, column]
        odd[:, node] += sign * rows[:, column]
    return even, odd


def _mirror(cage: Cage, edges: NDArray[np.int64], half: int) -> NDArray[np.int64]:
    count = len(cage.source)
    partner = np.arange(count)
    partner[len(cage) :] = cage.source[len(cage) :]
    partner[cage.source[len(cage) :]] = np.arange(len(cage), count)
    reflected = np.sort(partner[edges], 1)
    edge_partner = np.searchsorted(
        edges[:, 0] * count + edges[:, 1], reflected[:, 0] * count + reflected[:, 1]
    )
    faces = np.arange(2 * half)
    return np.concatenate([partner, count + edge_partner, count + len(edges) + (faces + half) % (2 * half)])
