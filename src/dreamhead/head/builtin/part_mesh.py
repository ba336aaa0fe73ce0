"""A separate part's mesh, and how tubes of points become faces and UVs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Faces = NDArray[np.int64]
Box = tuple[float, float, float, float]  # u0, v0, u1, v1
UV_MARGIN = 0.004  # from an island to its box's edge: 16 texels of a 4096² map


@dataclass(frozen=True)
class PartMesh:
    """vertices (V, 3) cm, faces (F, 4), uv (U, 2) with v downwards, uv_faces (F, 4)."""

    vertices: Points
    faces: Faces
    uv: Points
    uv_faces: Faces


def band_faces(rows: int, columns: int, closed: bool) -> Faces:
    """Quads between the rows of a (rows, columns) grid; closed: the last column joins the first."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    after = (j + 1) % columns
    quads = [i * columns + j, i * columns + after, (i + 1) * columns + after, (i + 1) * columns + j]
    return np.stack(quads, -1).reshape(-1, 4)


def fan_faces(first: int, columns: int, tip: int) -> Faces:
    """Quads from a tip vertex over pairs of a closed ring's edges; columns is even."""
    k = np.arange(0, columns, 2)
    return np.stack([np.full(len(k), tip), first + (k + 2) % columns, first + k + 1, first + k], 1)


def flipped(faces: Faces) -> Faces:
    """Faces turned over, keeping their first corner: quads split along corners 0-2, and fans need their tip there."""
    return faces[:, [0, 3, 2, 1]]


def mirrored(mesh: PartMesh) -> PartMesh:
    """The same part on the other side, u mirrored too, so that no face of its UV is turned over."""
    return PartMesh(
        mesh.vertices * [-1, 1, 1], flipped(mesh.faces), mesh.uv * [-1, 1] + [1, 0], flipped(mesh.uv_faces)
    )


def joined(meshes: Sequence[PartMesh]) -> PartMesh:
    """Several meshes as one."""
    vertex_start = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])
    uv_start = np.cumsum([0] + [len(mesh.uv) for mesh in meshes])
    return PartMesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + start for mesh, start in zip(meshes, vertex_start, strict=False)]),
        np.concatenate([mesh.uv for mesh in meshes]),
        np.concatenate([mesh.uv_faces + start for mesh, start in zip(meshes, uv_start, strict=False)]),
    )


def capped_tube(grid: Points, box: Box) -> PartMesh:
    """A tube of (n, m, 3) points, m even and closed, with a fan at either end; its UV fills the box.

    Rows run down v, the columns along u from a seam at column 0; the ends' fans are cut into teeth.
    Spacing in the map follows the mean lengths on the tube.  Faces look away from the axis when columns
    run counter-clockwise as seen from the last row.
    """
    rows, columns = grid.shape[:2]
    ends = np.stack([grid[0].mean(0), grid[-1].mean(0)])
    vertices = np.concatenate([grid.reshape(-1, 3), ends])
    first, last = rows * columns, rows * columns + 1
    base = (rows - 1) * columns
    faces = np.concatenate(
        [
            band_faces(rows, columns, closed=True),
            fan_faces(0, columns, first),
            flipped(fan_faces(base, columns, last)),
        ]
    )
    ring = np.concatenate([grid, grid[:, :1]], 1)
    u = _shares(np.linalg.norm(np.diff(ring, axis=1), axis=2).mean(0))
    caps = [np.linalg.norm(grid[end] - ends[end], axis=1).mean() for end in (0, -1)]
    v = _shares(np.array([caps[0], *np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(1), caps[1]]))
    flat = np.stack(np.meshgrid(u, v[1:-1]), -1).reshape(-1, 2)
    tips = 0.5 * (u[0:-1:2] + u[2::2])
    count = len(tips)
    uv = np.concatenate([flat, np.stack([tips, np.zeros(count)], 1), np.stack([tips, np.ones(count)], 1)])
    width = columns + 1
    k = np.arange(0, columns, 2)
    fans = []
    for start, first_tip in ((0, len(flat)), ((rows - 1) * width, len(flat) + count)):
        fans.append(np.stack([first_tip + np.arange(count), start + k + 2, start + k + 1, start + k], 1))
    uv_faces = np.concatenate([band_faces(rows, width, closed=False), fans[0], flipped(fans[1])])
    return PartMesh(vertices, faces, into_box(uv, box), uv_faces)


def into_box(uv: Points, box: Box, margin: float = UV_MARGIN) -> Points:
    """UV in 0..1 stretched to fill a box but for its margin."""
    low, high = np.array(box[:2]) + margin, np.array(box[2:]) - margin
    return low + uv * (high - low)


def fitted_in_box(uv: Points, box: Box, margin: float = UV_MARGIN) -> Points:
    """UV in any range scaled evenly into the middle of a box."""
    low, high = np.array(box[:2]) + margin, np.array(box[2:]) - margin
    least, most = uv.min(0), uv.max(0)
    return (low + high) / 2 + (uv - (least + most) / 2) * ((high - low) / (most - least)).min()


def outward(mesh: PartMesh) -> PartMesh:
    """The mesh, a closed piece, turned so that it encloses a positive volume."""
    points = mesh.vertices - mesh.vertices[mesh.faces.ravel()].mean(0)
    a, b, c, d = (points[mesh.faces[:, k]] for k in range(4))
    volume = np.einsum("ij,ij->", a, np.cross(b, c)) + np.einsum("ij,ij->", a, np.cross(c, d))
    if volume >= 0:
        return mesh
    return PartMesh(mesh.vertices, flipped(mesh.faces), mesh.uv, flipped(mesh.uv_faces))


def rounded(wave: Points, power: float) -> Points:
    """A sine or cosine raised to a power with its sign: superellipses."""
    return np.sign(wave) * np.abs(wave) ** power


def _shares(lengths: Points) -> Points:
    """0..1 along pieces of the given lengths, (n,) -> (n + 1,)."""
    along = np.concatenate([[0.0], np.cumsum(np.maximum(lengths, 1e-6))])
    return along / along[-1]
