"""Small meshes with known answers for the render tests."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dreamhead.head.geometry import render_mesh
from dreamhead.head.model import Part
from dreamhead.render.drawing import DrawItem


def sphere(rows: int = 24, columns: int = 48, radius: float = 0.1) -> tuple[Tensor, Part]:
    """A UV sphere of quads: vertices (V, 3) metres and its skin part; u grows to the subject's left, v down.

    The UV seam lies at the back, where columns of uv are doubled and vertices are shared.
    """
    down = np.linspace(0.02, np.pi - 0.02, rows + 1)
    around = np.linspace(-np.pi, np.pi, columns, endpoint=False)
    angle, turn = np.meshgrid(down, around, indexing="ij")
    points = np.stack([np.sin(angle) * np.sin(turn), np.cos(angle), np.sin(angle) * np.cos(turn)], -1)
    row, column = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    following = (column + 1) % columns
    faces = np.stack(
        [
            row * columns + column,
            (row + 1) * columns + column,
            (row + 1) * columns + following,
            row * columns + following,
        ],
        -1,
    ).reshape(-1, 4)
    wide = columns + 1
    uv_faces = np.stack(
        [
            row * wide + column,
            (row + 1) * wide + column,
            (row + 1) * wide + column + 1,
            row * wide + column + 1,
        ],
        -1,
    ).reshape(-1, 4)
    v, u = np.meshgrid(down / np.pi, np.arange(wide) / columns, indexing="ij")
    part = Part(
        "skin",
        "skin",
        faces.astype(np.int32),
        np.stack([u, v], -1).reshape(-1, 2).astype(np.float32),
        uv_faces.astype(np.int32),
    )
    return torch.tensor(points.reshape(-1, 3) * radius, dtype=torch.float32), part


def sphere_item(kind: str = "skin", grey: int = 180, radius: float = 0.1, **maps: np.ndarray) -> DrawItem:
    """A sphere, open at its poles, as an item of a picture."""
    vertices, part = sphere(24, 48, radius)
    mesh = render_mesh(part)
    points = vertices.numpy()[mesh.source]
    maps.setdefault("albedo", np.full((8, 8, 3), grey, np.uint8))
    normals = points / np.linalg.norm(points, axis=1, keepdims=True)
    return DrawItem(points, normals.astype(np.float32), mesh.uv, mesh.triangles, kind=kind, name=kind, **maps)


def triangle_clip(corners: list[tuple[float, float]], size: int, w: float = 1.0, z: float = 0.0) -> Tensor:
    """Clip positions (1, 3, 4) of a triangle given in pixels of a square image."""
    pixels = torch.tensor(corners)
    x, y = pixels[:, 0] / size * 2 - 1, 1 - pixels[:, 1] / size * 2
    return torch.stack((x * w, y * w, torch.full_like(x, z * w), torch.full_like(x, w)), 1)[None]
