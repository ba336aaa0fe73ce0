"""Which triangle each pixel sees, and attributes interpolated there with gradients to both.

Perspective-correct interpolation as in Laine et al. 2020, "Modular Primitives for High-Performance
Differentiable Rendering", section 3.  Image row 0 is the top; pixel centres lie at half integers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor

from dreamhead.errors import UsageError


@dataclass(frozen=True)
class Fragments:
    """What each pixel sees.  Barycentrics are perspective-correct and carry gradients to clip positions."""

    triangle: Tensor  # (B, H, W) int32, -1 = background
    barycentrics: Tensor  # (B, H, W, 3), zero on the background
    depth: Tensor  # (B, H, W) normalised device z in -1..1, 1 on the background

    @cached_property
    def covered(self) -> Tensor:
        """(N,) int64: flat indices into (B, H, W) of the pixels that see a triangle."""
        return torch.nonzero(self.triangle.reshape(-1) >= 0).reshape(-1)

    @property
    def mask(self) -> Tensor:
        """(B, H, W) bool."""
        return self.triangle >= 0


class Rasterizer(Protocol):
    """A z-buffer.  Ties in depth go to the lower triangle index; both faces of a triangle are drawn."""

    name: str

    def rasterize(self, clip: Tensor, faces: Tensor, size: tuple[int, int]) -> Fragments:
        """Clip positions (B, V, 4), faces (F, 3) int32, size (height, width) -> Fragments without gradients.

        A triangle with a corner behind the camera (w <= 0) is dropped: cameras stay outside the head.
        """
        ...


def rasterizer(name: str = "auto", device: str | torch.device = "cpu") -> Rasterizer:
    """The backend called name: auto (warp), warp or torch.

    Raises: UsageError for another name.
    """
    if name in ("auto", "warp"):
        from dreamhead.render.rasterize_warp import WarpRasterizer

        return WarpRasterizer(str(device))
    if name == "torch":
        from dreamhead.render.rasterize_torch import TorchRasterizer

        return TorchRasterizer()
    raise UsageError(f"no rasterizer is called {name!r}", "choose auto, warp or torch")


def rasterize(backend: Rasterizer, clip: Tensor, faces: Tensor, size: tuple[int, int]) -> Fragments:
    """As Rasterizer.rasterize, but barycentrics carry gradients to clip where it asks for them."""
    fragments = backend.rasterize(clip.detach(), faces, size)
    if not clip.requires_grad:
        return fragments
    covered = fragments.covered
    weights = covered_barycentrics(clip, faces, fragments)
    dense = torch.zeros_like(fragments.barycentrics).reshape(-1, 3).index_copy(0, covered, weights)
    attached = replace(fragments, barycentrics=dense.reshape(fragments.barycentrics.shape))
    attached.__dict__["covered"] = covered
    return attached


def interpolate(attributes: Tensor, fragments: Fragments, faces: Tensor) -> Tensor:
    """Attributes (V, C) or (B, V, C) at every pixel -> (B, H, W, C), zero on the background."""
    batch, height, width = fragments.triangle.shape
    values = interpolate_covered(attributes, fragments, faces)
    image = values.new_zeros(batch * height * width, attributes.shape[-1])
    return image.index_copy(0, fragments.covered, values).reshape(batch, height, width, -1)


def interpolate_covered(attributes: Tensor, fragments: Fragments, faces: Tensor) -> Tensor:
    """Attributes (V, C) or (B, V, C) at the covered pixels only -> (N, C), ordered as fragments.covered."""
    covered = fragments.covered
    corners = faces.long()[fragments.triangle.reshape(-1)[covered].long()]
    if attributes.ndim == 3:
        corners = corners + (_view_index(fragments) * attributes.shape[1])[:, None]
    weights = fragments.barycentrics.reshape(-1, 3)[covered]
    flat = attributes.reshape(-1, attributes.shape[-1])
    gathered = flat.index_select(0, corners.reshape(-1)).reshape(-1, 3, flat.shape[1])
    return (gathered * weights[:, :, None]).sum(1)


def covered_barycentrics(clip: Tensor, faces: Tensor, fragments: Fragments) -> Tensor:
    """Perspective-correct barycentrics (N, 3) of the covered pixels, differentiable in clip (B, V, 4)."""
    _, height, width = fragments.triangle.shape
    covered = fragments.covered
    corners = faces.long()[fragments.triangle.reshape(-1)[covered].long()]
    corners = corners + (_view_index(fragments) * clip.shape[1])[:, None]
    points = clip.reshape(-1, 4).index_select(0, corners.reshape(-1)).reshape(-1, 3, 4)
    column, row = covered % width, (covered // width) % height
    x = (column.to(clip.dtype) + 0.5) * (2.0 / width) - 1.0
    y = 1.0 - (row.to(clip.dtype) + 0.5) * (2.0 / height)
    # Homogeneous edge functions: the corner seen from the pixel's ray, so no division by w is needed.
    u = points[..., 0] - x[:, None] * points[..., 3]
    v = points[..., 1] - y[:, None] * points[..., 3]
    areas = torch.stack(
        (
            u[:, 1] * v[:, 2] - u[:, 2] * v[:, 1],
            u[:, 2] * v[:, 0] - u[:, 0] * v[:, 2],
            u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0],
        ),
        dim=1,
    )
    total = areas.sum(1, keepdim=True)
    return areas / torch.where(total.abs() < 1e-20, torch.full_like(total, 1e-20), total)


def _view_index(fragments: Fragments) -> Tensor:
    """(N,) which image of the batch each covered pixel belongs to."""
    _, height, width = fragments.triangle.shape
    return fragments.covered // (height * width)
