"""Ambient occlusion of the head on itself: the share of the sky that a vertex sees, by depth maps."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from dreamhead.head.asset import HeadAsset
from dreamhead.head.geometry import triangulate, vertex_normals
from dreamhead.head.model import SEE_THROUGH, Floats, HeadModel, Ints, Part
from dreamhead.render.chart import bake
from dreamhead.render.rasterize import Rasterizer

DIRECTIONS = 96
DEPTH_MAP_SIZE = 384
BIAS = 1.5e-3  # metres a vertex may lie behind the depth map and still count as seen
LIFT = 1.0e-3  # metres a vertex is lifted off its surface
BAKE_SIZE = 512
MOUTH_GLOW = 0.2  # light that wet walls throw at each other, which a share of the sky leaves out
OPEN_MOUTH = 0.6  # weight of jawOpen at which the inside of the mouth is judged


def skin_occlusion(head: HeadModel, asset: HeadAsset, backend: Rasterizer, size: int) -> NDArray[np.uint8]:
    """(size, size), 255 = open sky, over the skin's chart, at rest."""
    assert asset.vertices is not None
    return _baked(head, asset.vertices, ("skin",), backend, size)


def mouth_occlusion(head: HeadModel, asset: HeadAsset, backend: Rasterizer, size: int) -> NDArray[np.uint8]:
    """(size, size) over the chart of the mouth's parts, with the mouth open: closed it is night."""
    assert asset.vertices is not None
    opened = asset.vertices + np.float32(OPEN_MOUTH) * asset.targets["jawOpen"]
    inside = tuple(part.name for part in head.parts if part.material == "mouth")
    openness = _baked(head, opened, inside, backend, size) / np.float32(255)
    return np.round(255 * (MOUTH_GLOW + (1 - MOUTH_GLOW) * np.sqrt(openness))).astype(np.uint8)


def vertex_openness(vertices: Floats, normals: Floats, triangles: Ints, backend: Rasterizer) -> Floats:
    """(V,) cosine-weighted share, 0..1, of the directions above each vertex that meet no triangle."""
    centre = 0.5 * (vertices.min(axis=0) + vertices.max(axis=0))
    radius = float(np.linalg.norm(vertices - centre, axis=1).max()) * 1.01
    lifted = vertices + LIFT * normals
    faces = torch.from_numpy(np.ascontiguousarray(triangles, np.int32))
    seen, total = np.zeros(len(vertices)), np.zeros(len(vertices))
    for direction in _directions(DIRECTIONS):
        axes = _frame(direction)
        view = (vertices - centre) @ axes.T / radius  # x, y, and z towards the sky
        clip = np.stack([view[:, 0], view[:, 1], -view[:, 2], np.ones(len(view))], axis=1).astype(np.float32)
        depth = backend.rasterize(torch.from_numpy(clip[None]), faces, (DEPTH_MAP_SIZE,) * 2).depth[0].numpy()
        place = (lifted - centre) @ axes.T / radius
        column = np.clip(((place[:, 0] + 1) * 0.5 * DEPTH_MAP_SIZE).astype(int), 0, DEPTH_MAP_SIZE - 1)
        row = np.clip(((1 - place[:, 1]) * 0.5 * DEPTH_MAP_SIZE).astype(int), 0, DEPTH_MAP_SIZE - 1)
        visible = -place[:, 2] <= depth[row, column] + BIAS / radius
        cosine = np.clip(normals @ direction, 0, None)
        seen += cosine * visible
        total += cosine
    return (seen / np.maximum(total, 1e-9)).astype(np.float32)


def _baked(
    head: HeadModel, vertices: Floats, part_names: tuple[str, ...], backend: Rasterizer, size: int
) -> NDArray[np.uint8]:
    solid = [part for part in head.parts if part.material not in SEE_THROUGH]
    triangles = np.concatenate([triangulate(part.faces) for part in solid])
    openness = vertex_openness(vertices, vertex_normals(vertices, triangles), triangles, backend)
    chart = _joined([part for part in head.parts if part.name in part_names])
    image, _ = bake(chart, openness[:, None], min(BAKE_SIZE, size), backend)
    grey = Image.fromarray(np.round(255 * np.clip(image[..., 0], 0, 1)).astype(np.uint8))
    return np.array(grey.resize((size, size), Image.Resampling.BICUBIC))


def _joined(parts: list[Part]) -> Part:
    """Parts that share a texture as one."""
    offsets = np.cumsum([0, *(len(part.uv) for part in parts)])
    return Part(
        "+".join(part.name for part in parts),
        parts[0].material,
        np.concatenate([part.faces for part in parts]),
        np.concatenate([part.uv for part in parts]),
        np.concatenate([part.uv_faces + offsets[k] for k, part in enumerate(parts)]).astype(np.int32),
    )


def _directions(count: int) -> NDArray[np.float64]:
    """(count, 3) unit vectors spread evenly by the golden angle."""
    step = np.arange(count) + 0.5
    height = 1 - 2 * step / count
    around = np.pi * (1 + 5**0.5) * step
    ring = np.sqrt(1 - height**2)
    return np.stack([ring * np.cos(around), height, ring * np.sin(around)], axis=1)


def _frame(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows right, up, direction."""
    helper = np.array([0.0, 1.0, 0.0]) if abs(direction[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    right = np.cross(helper, direction)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(direction, right), direction])
