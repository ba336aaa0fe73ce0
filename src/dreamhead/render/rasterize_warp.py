"""The z-buffer on NVIDIA Warp: one set of kernels for CPU and CUDA, compiled on first use and cached by Warp.

Each triangle walks its bounding box and puts (depth, triangle) into the pixel as one 64-bit minimum, so the
result does not depend on the order of the triangles; a second pass turns the winners into barycentrics.
"""

from __future__ import annotations

import torch
import warp as wp
from torch import Tensor

from dreamhead.render import zbuffer
from dreamhead.render.rasterize import Fragments


class WarpRasterizer:
    """The default backend."""

    name = "warp"

    def __init__(self, device: str = "cpu") -> None:
        wp.config.log_level = wp.LOG_ERROR  # else Warp greets on stdout
        self.device = str(wp.get_device(device))

    def rasterize(self, clip: Tensor, faces: Tensor, size: tuple[int, int]) -> Fragments:
        """See Rasterizer.rasterize."""
        keys = empty_keys(clip.shape[0], size, clip.device)
        screen = screen_positions(clip.detach(), size)
        corners = wp.from_torch(faces.to(torch.int32).contiguous())
        pixels = wp.from_torch(screen, dtype=wp.vec4)
        height, width = size
        batch = clip.shape[0]
        wp.launch(
            zbuffer.draw,
            dim=(batch, faces.shape[0]),
            inputs=[pixels, corners, wp.from_torch(keys)],
            device=self.device,
        )
        triangle = torch.empty(batch, height, width, dtype=torch.int32, device=clip.device)
        barycentrics = torch.empty(batch, height, width, 3, dtype=torch.float32, device=clip.device)
        depth = torch.empty(batch, height, width, dtype=torch.float32, device=clip.device)
        wp.launch(
            zbuffer.resolve,
            dim=(batch, height, width),
            inputs=[pixels, corners, wp.from_torch(keys)],
            outputs=[
                wp.from_torch(triangle),
                wp.from_torch(barycentrics, dtype=wp.vec3),
                wp.from_torch(depth),
            ],
            device=self.device,
        )
        return Fragments(triangle, barycentrics, depth)


def empty_keys(batch: int, size: tuple[int, int], device: torch.device) -> Tensor:
    """(B, H, W) int64 z-buffer with nothing drawn."""
    return torch.full((batch, *size), int(zbuffer.EMPTY), dtype=torch.int64, device=device)


def screen_positions(clip: Tensor, size: tuple[int, int]) -> Tensor:
    """Clip (B, V, 4) -> (B, V, 4): x and y in pixels, z in -1..1, 1/w; zero where w <= 0."""
    height, width = size
    w = clip[..., 3]
    inverse = torch.where(w > 0, 1.0 / w.clamp(min=1e-12), torch.zeros_like(w))
    x = (clip[..., 0] * inverse * 0.5 + 0.5) * width
    y = (0.5 - clip[..., 1] * inverse * 0.5) * height
    return torch.stack((x, y, clip[..., 2] * inverse, inverse), -1).to(torch.float32).contiguous()


def draw_with_opacity(
    keys: Tensor, screen: Tensor, faces: Tensor, first: int, uv: Tensor, opacity: Tensor, pixel_samples: int
) -> None:
    """Draws triangles into keys (H, W), each sample kept with the probability of its opacity there.

    screen (V, 4) from screen_positions; triangles are numbered from first; uv (V, 2); opacity (h, w) uint8.
    pixel_samples n: samples are an n x n grid per final pixel, whose thresholds are spread evenly.
    """
    wp.launch(
        zbuffer.draw_with_opacity,
        dim=faces.shape[0],
        inputs=[
            wp.from_torch(screen.contiguous(), dtype=wp.vec4),
            wp.from_torch(faces.to(torch.int32).contiguous()),
            first,
            wp.from_torch(uv.to(torch.float32).contiguous(), dtype=wp.vec2),
            wp.from_torch(opacity.contiguous()),
            pixel_samples,
            wp.from_torch(keys),
        ],
        device=str(wp.device_from_torch(keys.device)),
    )


def draw_opaque(keys: Tensor, screen: Tensor, faces: Tensor, first: int) -> None:
    """Draws triangles, numbered from first, into keys (H, W)."""
    wp.launch(
        zbuffer.draw_numbered,
        dim=faces.shape[0],
        inputs=[
            wp.from_torch(screen.contiguous(), dtype=wp.vec4),
            wp.from_torch(faces.to(torch.int32).contiguous()),
            first,
            wp.from_torch(keys),
        ],
        device=str(wp.device_from_torch(keys.device)),
    )


def key_triangles(keys: Tensor) -> Tensor:
    """Keys -> drawn triangle numbers, int32, -1 = nothing."""
    return torch.where(keys == int(zbuffer.EMPTY), -1, keys & int(zbuffer.INDEX_MASK)).to(torch.int32)


def key_depths(keys: Tensor) -> Tensor:
    """Keys -> normalised device depth, 1 where nothing was drawn."""
    depth = (keys >> 31).to(torch.float64) / float(zbuffer.DEPTH_STEPS) - 1.0
    return torch.where(keys == int(zbuffer.EMPTY), 1.0, depth).to(torch.float32)
