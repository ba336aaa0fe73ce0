"""Normals and tangents of a triangle mesh, in torch."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor


def vertex_normals(vertices: Tensor, faces: Tensor) -> Tensor:
    """(V, 3), (F, 3) -> area-weighted unit normals (V, 3), differentiable; zero without a face."""
    index = faces.long()
    corners = vertices.index_select(0, index.reshape(-1)).reshape(-1, 3, 3)
    face_normal = torch.linalg.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = torch.zeros_like(vertices)
    for corner in range(3):
        total = total.index_add(0, index[:, corner], face_normal)
    return functional.normalize(total, dim=-1, eps=1e-20)


def uv_tangents(vertices: Tensor, faces: Tensor, uv: Tensor, uv_faces: Tensor) -> Tensor:
    """Tangents at uv vertices (U, 4): the direction of growing u, and the sign w of the bitangent.

    bitangent = w * cross(normal, tangent) points to the top of the image (growing v points down), as
    OpenGL normal maps and glTF want it.  Not normalised against the normal; no gradient.
    """
    with torch.no_grad():
        index, uv_index = faces.long(), uv_faces.long()
        corners, places = vertices[index], uv[uv_index]
        edge1, edge2 = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        step1, step2 = places[:, 1] - places[:, 0], places[:, 2] - places[:, 0]
        twice_area = step1[:, 0] * step2[:, 1] - step1[:, 1] * step2[:, 0]
        side = torch.sign(twice_area)
        along_u = (edge1 * step2[:, 1:] - edge2 * step1[:, 1:]) * side[:, None]
        total = torch.zeros(uv.shape[0], 4, dtype=vertices.dtype, device=vertices.device)
        # v points down, so a triangle of positive area in uv runs clockwise as seen in the image.
        weighted = torch.cat((along_u, -(twice_area.abs() * side)[:, None]), 1)
        for corner in range(3):
            total.index_add_(0, uv_index[:, corner], weighted)
        sign = torch.where(total[:, 3:] < 0, -1.0, 1.0)
        return torch.cat((functional.normalize(total[:, :3], dim=-1, eps=1e-20), sign), 1)
