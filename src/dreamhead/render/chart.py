"""The UV chart of a part: vertex values baked into its texels, and how many millimetres a texel spans."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from dreamhead.head.model import Floats, Part
from dreamhead.render.rasterize import Rasterizer, interpolate


def bake(part: Part, values: Floats, size: int, backend: Rasterizer) -> tuple[Floats, NDArray[np.bool_]]:
    """Vertex values (V, C) of the whole model -> (size, size, C) over the part's chart, and the texels it covers.

    Texels outside the chart take their nearest inside neighbour's value.
    """
    corners, faces = _triangles(part.uv_faces), _triangles(part.faces)
    uv = part.uv[corners]  # (T, 3, 2): corners are unshared, so that seams need no care
    clip = np.stack([uv[..., 0] * 2 - 1, 1 - uv[..., 1] * 2, 0 * uv[..., 0], 0 * uv[..., 0] + 1], axis=-1)
    triangles = torch.arange(3 * len(corners), dtype=torch.int32).reshape(-1, 3)
    fragments = backend.rasterize(
        torch.from_numpy(np.ascontiguousarray(clip.reshape(1, -1, 4), np.float32)), triangles, (size, size)
    )
    attributes = torch.from_numpy(np.ascontiguousarray(values[faces.reshape(-1)], np.float32))
    image = interpolate(attributes, fragments, triangles)[0].numpy()
    covered = fragments.mask[0].numpy()
    rows, columns = distance_transform_edt(~covered, return_distances=False, return_indices=True)
    return image[rows, columns], covered


def millimetres_per_unit(part: Part, vertices: Floats) -> float:
    """How many millimetres one unit of u or v spans, from the areas on the surface and in the chart."""
    corners, faces = _triangles(part.uv_faces), _triangles(part.faces)
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    surface = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum()
    p, q, r = (part.uv[corners[:, k]].astype(np.float64) for k in range(3))
    first, second = q - p, r - p
    chart = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum()
    return float(1000.0 * np.sqrt(surface / chart))


def _triangles(quads: NDArray[np.int32]) -> NDArray[np.int32]:
    """Quads (F, 4), triangles repeating their last index -> triangles (T, 3), the same for geometry and UV."""
    first, second = quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]
    return np.concatenate([first, second[second[:, 1] != second[:, 2]]])
