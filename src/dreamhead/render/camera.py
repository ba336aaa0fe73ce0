"""Perspective cameras around the head, one or a batch, and their random draws for score distillation.

Azimuth 0 looks at the face (the camera stands at +Z); azimuth +90 sees the subject's left side (+X).
Seen from the front, the subject's left is on the right of the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

DEPTH_REACH = 0.8  # metres before and behind the target that the depth buffer covers


@dataclass(frozen=True)
class Cameras:
    """A batch of B perspective cameras looking at a target, +Y up."""

    azimuth_deg: Tensor  # (B,)
    elevation_deg: Tensor  # (B,) positive looks down from above
    distance: Tensor  # (B,) metres from the target
    target: Tensor  # (B, 3) metres
    fov_deg: Tensor  # (B,) vertical field of view

    @property
    def count(self) -> int:
        """B."""
        return self.azimuth_deg.shape[0]

    @property
    def backward(self) -> Tensor:
        """(B, 3) unit vectors from the target to the camera."""
        azimuth, elevation = torch.deg2rad(self.azimuth_deg), torch.deg2rad(self.elevation_deg)
        flat = torch.cos(elevation)
        return torch.stack((torch.sin(azimuth) * flat, torch.sin(elevation), torch.cos(azimuth) * flat), 1)

    @property
    def position(self) -> Tensor:
        """(B, 3) metres."""
        return self.target + self.distance[:, None] * self.backward

    @property
    def axes(self) -> Tensor:
        """(B, 3, 3): rows are the camera's right, up and backward directions in the world."""
        azimuth = torch.deg2rad(self.azimuth_deg)
        right = torch.stack((torch.cos(azimuth), torch.zeros_like(azimuth), -torch.sin(azimuth)), 1)
        backward = self.backward
        return torch.stack((right, torch.linalg.cross(backward, right), backward), 1)

    def world_to_clip(self, aspect: float = 1.0) -> Tensor:
        """(B, 4, 4) for column vectors.  aspect is width / height."""
        axes = self.axes
        view = torch.zeros(self.count, 4, 4, dtype=axes.dtype, device=axes.device)
        view[:, :3, :3] = axes
        view[:, :3, 3] = -(axes @ self.position[:, :, None])[:, :, 0]
        view[:, 3, 3] = 1.0
        near = (self.distance - DEPTH_REACH).clamp(min=0.02)
        far = self.distance + DEPTH_REACH
        scale = 1.0 / torch.tan(torch.deg2rad(self.fov_deg) / 2)
        projection = torch.zeros_like(view)
        projection[:, 0, 0] = scale / aspect
        projection[:, 1, 1] = scale
        projection[:, 2, 2] = -(far + near) / (far - near)
        projection[:, 2, 3] = -2 * far * near / (far - near)
        projection[:, 3, 2] = -1.0
        return projection @ view


def cameras(
    azimuth_deg: Sequence[float] | float,
    elevation_deg: Sequence[float] | float = 0.0,
    *,
    target: Sequence[float] | Tensor,
    height: Sequence[float] | float,
    fov_deg: Sequence[float] | float = 20.0,
    device: str | torch.device = "cpu",
) -> Cameras:
    """Cameras that see `height` metres, top to bottom, at the target; numbers repeat to the longest list."""
    columns = [
        torch.atleast_1d(torch.as_tensor(value, dtype=torch.float32, device=device))
        for value in (azimuth_deg, elevation_deg, height, fov_deg)
    ]
    azimuth, elevation, extent, fov = torch.broadcast_tensors(*columns)
    place = torch.as_tensor(target, dtype=torch.float32, device=device).expand(azimuth.shape[0], 3)
    return Cameras(azimuth, elevation, _distance(extent, fov), place, fov)


def random_cameras(
    count: int,
    generator: torch.Generator,
    *,
    target: Sequence[float] | Tensor,
    height: tuple[float, float] = (0.32, 0.40),
    azimuth_deg: tuple[float, float] = (-45.0, 45.0),
    elevation_deg: tuple[float, float] = (-10.0, 20.0),
    fov_deg: tuple[float, float] = (15.0, 25.0),
    device: str | torch.device = "cpu",
) -> Cameras:
    """count cameras, each range drawn evenly.  The arc is DreamFace section 4.2's, the rest our choice."""

    def draw(limits: tuple[float, float]) -> Tensor:
        unit = torch.rand(count, generator=generator, device=generator.device)
        return (limits[0] + (limits[1] - limits[0]) * unit).to(device)

    azimuth, elevation, extent, fov = draw(azimuth_deg), draw(elevation_deg), draw(height), draw(fov_deg)
    place = torch.as_tensor(target, dtype=torch.float32, device=device).expand(count, 3)
    return Cameras(azimuth, elevation, _distance(extent, fov), place, fov)


def to_clip(vertices: Tensor, view: Cameras, aspect: float = 1.0) -> Tensor:
    """(V, 3) or (B, V, 3) metres -> clip positions (B, V, 4), differentiable."""
    matrix = view.world_to_clip(aspect).to(vertices.dtype)
    return vertices @ matrix[:, :, :3].transpose(1, 2) + matrix[:, None, :, 3]


def _distance(height: Tensor, fov_deg: Tensor) -> Tensor:
    return height / (2 * torch.tan(torch.deg2rad(fov_deg) / 2))
