"""The photographic studio of the finished pictures: a key, rims and large soft sources, with baked visibility.

Lights stand still before the camera while the head turns.  Soft sources light each vertex through a set of
directions, each with its own small depth map, so lids, nostrils, ears and hair fall into soft shadow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
import warp as wp
from torch import Tensor

from dreamhead.render import picture_kernels
from dreamhead.render.drawing import Subject, depth_map, normalised
from dreamhead.render.light import harmonics

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Lamp:
    """A hard-ish light in camera axes (right, up, backward)."""

    direction: Triple
    colour: Triple
    shadow_radius: float  # metres over which its shadow's edge blurs
    shadow_size: int  # pixels a side of its depth map
    taps: int  # samples of its shadow
    window: float  # tangent of its half-size as the eye mirrors it; 0 shows none


@dataclass(frozen=True)
class SoftSource:
    """A broad lobe of radiance in camera axes: colour at its axis, falling off as exp(sharpness (cos - 1))."""

    direction: Triple
    colour: Triple
    sharpness: float


@dataclass(frozen=True)
class StudioSet:
    """Lights and backdrop of a picture; linear colours."""

    lamps: tuple[Lamp, ...]
    soft: tuple[SoftSource, ...]
    sky: Triple
    ground: Triple
    backdrop_centre: Triple
    backdrop_edge: Triple

    def with_shadows(self, share: float) -> StudioSet:
        """The same set with its lamps' depth maps scaled, for small pictures."""
        lamps = [replace(lamp, shadow_size=round(lamp.shadow_size * share)) for lamp in self.lamps]
        return replace(self, lamps=tuple(lamps))

    def radiance(self, directions: Tensor) -> Tensor:
        """(N, 3) unit vectors in camera axes -> (N, 3) soft light coming from there."""
        up = directions[:, 1:2] * 0.5 + 0.5
        sky, ground = directions.new_tensor(self.sky), directions.new_tensor(self.ground)
        light = sky * up + ground * (1 - up)
        for source in self.soft:
            axis = normalised(directions.new_tensor(source.direction))
            lobe = torch.exp(source.sharpness * (directions @ axis - 1))
            light = light + lobe[:, None] * directions.new_tensor(source.colour)
        return light


SETS: Mapping[str, StudioSet] = {
    "portrait": StudioSet(
        lamps=(
            Lamp((-0.66, 0.62, 0.62), (1.30, 1.21, 1.10), 0.006, 1024, 8, 0.40),
            Lamp((0.80, 0.35, -0.72), (1.10, 1.16, 1.28), 0.004, 512, 4, 0.0),
            Lamp((-0.85, 0.30, -0.80), (0.55, 0.56, 0.60), 0.004, 512, 4, 0.0),
        ),
        soft=(
            SoftSource((0.95, 0.10, 0.55), (0.26, 0.29, 0.35), 2.4),
            SoftSource((-0.50, 0.65, 0.75), (0.50, 0.47, 0.43), 2.5),
        ),
        sky=(0.22, 0.23, 0.26),
        ground=(0.09, 0.085, 0.08),
        backdrop_centre=(0.235, 0.240, 0.250),
        backdrop_edge=(0.050, 0.052, 0.056),
    )
}


@dataclass(frozen=True)
class Visibility:
    """Which of D directions each vertex sees."""

    directions: Tensor  # (D, 3) in the world
    weight: Tensor  # (V, D) cosine where seen, else 0; sums to at most D / 4

    def openness(self) -> Tensor:
        """(V,) 1 where nothing is in the way, 0 where all is."""
        return (self.weight.sum(1) * 4 / self.directions.shape[0]).clamp(0, 1)


@dataclass(frozen=True)
class SoftLight:
    """Soft light of a set as one camera sees it."""

    at_vertex: Tensor  # (V, 3) what a white matte surface returns there
    harmonics: Tensor  # (9, 3) radiance without any occlusion, for the fine normals


@dataclass(frozen=True)
class Shadow:
    """A lamp's depth map over the subject."""

    matrix: Tensor  # (3, 4) world -> map column, row, depth
    depth: Tensor  # (S, S)
    texels_per_metre: float
    depth_per_metre: float

    def lit(self, points: Tensor, radius: float, taps: int = 8) -> Tensor:
        """(N, 3) -> (N,) share of the lamp that reaches the points; radius in metres."""
        out = torch.empty(points.shape[0], dtype=torch.float32, device=points.device)
        wp.launch(
            picture_kernels.lit_fractions,
            dim=points.shape[0],
            inputs=[
                wp.from_torch(points.contiguous()),
                wp.from_torch(self.matrix),
                wp.from_torch(self.depth),
                radius * self.texels_per_metre,
                0.0012 * self.depth_per_metre,
                taps,
            ],
            outputs=[wp.from_torch(out)],
            device=str(wp.device_from_torch(points.device)),
        )
        return out


def bake_visibility(subject: Subject, count: int = 48, map_size: int = 192) -> Visibility:
    """Looks at the subject from `count` directions and notes which vertices face and see each."""
    directions = sphere_points(count).to(subject.positions.device)
    lifted = subject.positions + subject.normals * 0.002
    weights = []
    for direction in directions:
        shadow = shadow_map(subject, direction, map_size)
        cosine = (subject.normals @ direction).clamp(min=0)
        weights.append(cosine * shadow.lit(lifted, 0.0025, 4))
    return Visibility(directions, torch.stack(weights, 1))


def soft_light(studio: StudioSet, visibility: Visibility, axes: Tensor) -> SoftLight:
    """The set's soft sources through the camera's axes (3, 3), on every vertex."""
    directions = visibility.directions
    radiance = studio.radiance(directions @ axes.T)
    count = directions.shape[0]
    fine = sphere_points(512).to(directions.device)
    coefficients = harmonics(fine).T @ studio.radiance(fine @ axes.T) * (4 * math.pi / 512)
    return SoftLight(visibility.weight @ radiance * (4 / count), coefficients)


def shadow_map(subject: Subject, direction: Tensor, size: int) -> Shadow:
    """Parallel projection of the subject along a direction (3,) towards the lamp."""
    backward = normalised(direction)
    helper = backward.new_tensor([0.0, 1.0, 0.0] if abs(float(backward[1])) < 0.95 else [1.0, 0.0, 0.0])
    right = normalised(torch.linalg.cross(helper, backward))
    axes = torch.stack((right, torch.linalg.cross(backward, right), backward))
    seen = subject.positions @ axes.T
    low, high = seen.amin(0), seen.amax(0)
    centre, reach = (low + high) / 2, float((high - low).amax()) / 2 * 1.04
    place = (seen - centre) / reach
    clip = torch.stack((place[:, 0], place[:, 1], -place[:, 2] * 0.98, torch.ones_like(place[:, 0])), 1)
    scale = size / 2 / reach
    rows = torch.stack((axes[0] * scale, -axes[1] * scale, -axes[2] * 0.98 / reach))
    offset = torch.stack(
        (size / 2 - centre[0] * scale, size / 2 + centre[1] * scale, centre[2] * 0.98 / reach)
    )
    matrix = torch.cat((rows, offset[:, None]), 1).contiguous()
    return Shadow(matrix, depth_map(subject, clip, size).contiguous(), scale, 0.98 / reach)


def sphere_points(count: int) -> Tensor:
    """(count, 3) points spread evenly over the unit sphere (Fibonacci)."""
    index = torch.arange(count, dtype=torch.float32) + 0.5
    z = 1 - 2 * index / count
    angle = index * math.pi * (3 - math.sqrt(5))
    flat = torch.sqrt(1 - z * z)
    return torch.stack((torch.cos(angle) * flat, torch.sin(angle) * flat, z), 1)
