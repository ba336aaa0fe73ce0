"""The slow readable z-buffer that the fast one is compared with: triangle by triangle, in torch."""

from __future__ import annotations

import torch
from torch import Tensor

from dreamhead.render.rasterize import Fragments


class TorchRasterizer:
    """Loops over triangles; for tests and for reading."""

    name = "torch"

    def rasterize(self, clip: Tensor, faces: Tensor, size: tuple[int, int]) -> Fragments:
        """See Rasterizer.rasterize."""
        views = [_one_view(points, faces, size) for points in clip]
        triangle, barycentrics, depth = (torch.stack(parts) for parts in zip(*views, strict=True))
        return Fragments(triangle, barycentrics, depth)


def _one_view(clip: Tensor, faces: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
    height, width = size
    w = clip[:, 3]
    safe_w = torch.where(w > 0, w, torch.ones_like(w))
    pixels = torch.stack(
        (
            (clip[:, 0] / safe_w * 0.5 + 0.5) * width,
            (0.5 - clip[:, 1] / safe_w * 0.5) * height,
            clip[:, 2] / safe_w,
        ),
        dim=1,
    )
    triangle = torch.full((height, width), -1, dtype=torch.int32, device=clip.device)
    barycentrics = torch.zeros(height, width, 3, dtype=clip.dtype, device=clip.device)
    depth = torch.ones(height, width, dtype=clip.dtype, device=clip.device)
    for index, corners in enumerate(faces.tolist()):
        a, b, c = pixels[corners]
        if bool((w[corners] <= 0).any()):
            continue
        area = _edge(a, b, c[0], c[1])
        if float(area) == 0.0:
            continue
        low = torch.floor(torch.stack((a, b, c))[:, :2].amin(0) - 0.5).long().clamp(min=0)
        high = torch.ceil(torch.stack((a, b, c))[:, :2].amax(0) + 0.5).long()
        x0, y0 = int(low[0]), int(low[1])
        x1, y1 = min(int(high[0]), width), min(int(high[1]), height)
        if x0 >= x1 or y0 >= y1:
            continue
        y, x = torch.meshgrid(
            torch.arange(y0, y1, device=clip.device) + 0.5,
            torch.arange(x0, x1, device=clip.device) + 0.5,
            indexing="ij",
        )
        screen = torch.stack((_edge(b, c, x, y), _edge(c, a, x, y), _edge(a, b, x, y)), -1) / area
        z = (screen * torch.stack((a[2], b[2], c[2]))).sum(-1)
        box = (slice(y0, y1), slice(x0, x1))
        wins = (screen >= 0).all(-1) & (z < depth[box]) & (z >= -1)
        perspective = screen / w[corners]
        perspective = perspective / perspective.sum(-1, keepdim=True)
        triangle[box] = torch.where(wins, torch.tensor(index, dtype=torch.int32), triangle[box])
        barycentrics[box] = torch.where(wins[..., None], perspective, barycentrics[box])
        depth[box] = torch.where(wins, z, depth[box])
    return triangle, barycentrics, depth


def _edge(a: Tensor, b: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Twice the signed area of (a, b, point), computed from the leftmost end: neighbours agree exactly."""
    forward = bool(a[0] < b[0]) or (bool(a[0] == b[0]) and bool(a[1] < b[1]))
    start, end, sign = (a, b, 1.0) if forward else (b, a, -1.0)
    return sign * ((x - start[0]) * (end[1] - start[1]) - (y - start[1]) * (end[0] - start[0]))
