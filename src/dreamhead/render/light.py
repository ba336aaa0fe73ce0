"""Directional lights and an ambient of order-2 spherical harmonics; random draws and named studio set-ups.

Ambient irradiance follows Ramamoorthi and Hanrahan 2001, "An Efficient Representation for Irradiance
Environment Maps", with the cosine lobe folded in: the result is what a white matte surface returns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

_BAND_WEIGHTS = (1.0, 2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0, 0.25, 0.25, 0.25, 0.25, 0.25)


@dataclass(frozen=True)
class Lights:
    """B set-ups of L directional lights and an ambient; a light of colour 1 makes a white matte surface 1."""

    direction: Tensor  # (B, L, 3) unit vectors towards the light
    colour: Tensor  # (B, L, 3) linear
    ambient: Tensor  # (B, 9, 3) radiance coefficients

    @property
    def count(self) -> int:
        """B."""
        return self.direction.shape[0]

    def turned(self, axes: Tensor) -> Lights:
        """These lights, given in a camera's right/up/backward axes (B, 3, 3), in the world."""
        return Lights(
            self.direction @ axes, self.colour.expand(axes.shape[0], -1, -1), turned_ambient(self, axes)
        )


def random_lights(count: int, generator: torch.Generator, device: str | torch.device = "cpu") -> Lights:
    """One directional light on the front hemisphere (DreamFace section 4.2) and a soft ambient from above."""

    def draw(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator, device=generator.device).to(device)

    azimuth = (draw(count) * 2 - 1) * math.pi / 2
    sine = draw(count) * 1.15 - 0.25  # elevation from -15 to 64 degrees, even in area
    flat = torch.sqrt(1 - sine**2)
    direction = torch.stack((torch.sin(azimuth) * flat, sine, torch.cos(azimuth) * flat), 1)[:, None]
    strength = 0.45 + 0.45 * draw(count, 1, 1)
    warmth = (draw(count, 1, 1) * 2 - 1) * torch.tensor([0.06, 0.0, -0.06], device=device)
    ambient = hemisphere_ambient(torch.ones(3) * 0.45, torch.ones(3) * 0.25).to(device)
    return Lights(
        direction, strength * (1 + warmth), ambient.expand(count, 9, 3) * (0.8 + 0.4 * draw(count, 1, 1))
    )


def studio_lights(name: str = "portrait", device: str | torch.device = "cpu") -> Lights:
    """A named set-up (B = 1) as the front camera sees it: see STUDIOS.  KeyError for an unknown name."""
    setup = STUDIOS[name]
    direction = torch.nn.functional.normalize(torch.tensor([entry[0] for entry in setup.lights]), dim=-1)
    colour = torch.tensor([entry[1] for entry in setup.lights])
    ambient = hemisphere_ambient(torch.tensor(setup.sky), torch.tensor(setup.ground))
    return Lights(direction[None].to(device), colour[None].to(device), ambient[None].to(device))


def ambient_light(coefficients: Tensor, normals: Tensor) -> Tensor:
    """Coefficients (9, 3) and unit normals (..., 3) -> what a white matte surface returns (..., 3)."""
    weights = torch.tensor(_BAND_WEIGHTS, dtype=normals.dtype, device=normals.device)
    return (harmonics(normals) @ (weights[:, None] * coefficients)).clamp(min=0)


def harmonics(directions: Tensor) -> Tensor:
    """Unit vectors (..., 3) -> the nine real spherical harmonics (..., 9)."""
    x, y, z = directions.unbind(-1)
    return torch.stack(
        (
            torch.full_like(x, 0.282095),
            0.488603 * y,
            0.488603 * z,
            0.488603 * x,
            1.092548 * x * y,
            1.092548 * y * z,
            0.315392 * (3 * z * z - 1),
            1.092548 * x * z,
            0.546274 * (x * x - y * y),
        ),
        -1,
    )


def hemisphere_ambient(sky: Tensor, ground: Tensor) -> Tensor:
    """Linear colours of a sky above and a ground below, blending in height -> (9, 3)."""
    coefficients = torch.zeros(9, 3)
    coefficients[0] = (sky + ground) / 2 / 0.282095
    coefficients[1] = (sky - ground) / 2 / 0.488603
    return coefficients


def turned_ambient(lights: Lights, axes: Tensor) -> Tensor:
    """The ambient (1 or B, 9, 3) of camera axes, fitted again in world axes (B, 3, 3) -> (B, 9, 3)."""
    directions = _sphere_points(64).to(axes)
    basis = harmonics(directions)  # world directions
    seen = harmonics(directions @ axes.transpose(1, 2))  # the same in the camera's axes
    radiance = seen @ lights.ambient.expand(axes.shape[0], 9, 3)
    return torch.linalg.pinv(basis) @ radiance


@dataclass(frozen=True)
class Studio:
    """A set-up in camera axes: a direction and a linear colour per light, and the ambient's two ends."""

    lights: tuple[tuple[tuple[float, float, float], tuple[float, float, float]], ...]
    sky: tuple[float, float, float]
    ground: tuple[float, float, float]


STUDIOS: Mapping[str, Studio] = {
    # Key high on the left, weak cool fill, a rim from behind: a portrait's usual three.
    "portrait": Studio(
        (
            ((-0.60, 0.55, 0.62), (1.00, 0.95, 0.88)),
            ((0.85, 0.10, 0.60), (0.16, 0.18, 0.21)),
            ((0.70, 0.45, -0.75), (0.55, 0.58, 0.62)),
        ),
        (0.34, 0.36, 0.40),
        (0.14, 0.13, 0.12),
    ),
    # Even light from the front: for measuring, scoring and training views.
    "even": Studio((((0.0, 0.35, 1.0), (0.45, 0.45, 0.45)),), (0.62, 0.62, 0.62), (0.42, 0.42, 0.42)),
    # One hard light from the side: shows relief.
    "side": Studio((((-1.0, 0.35, 0.25), (1.05, 1.05, 1.05)),), (0.14, 0.14, 0.15), (0.08, 0.08, 0.08)),
    # A large light from above, strong fill from below.
    "beauty": Studio(
        (((0.0, 0.75, 0.75), (0.85, 0.82, 0.80)), ((0.0, -0.6, 0.8), (0.22, 0.21, 0.20))),
        (0.40, 0.40, 0.42),
        (0.24, 0.22, 0.21),
    ),
}


def _sphere_points(count: int) -> Tensor:
    """(count, 3) points spread evenly over the unit sphere (Fibonacci)."""
    index = torch.arange(count, dtype=torch.float32) + 0.5
    z = 1 - 2 * index / count
    angle = index * math.pi * (3 - math.sqrt(5))
    flat = torch.sqrt(1 - z * z)
    return torch.stack((torch.cos(angle) * flat, torch.sin(angle) * flat, z), 1)
