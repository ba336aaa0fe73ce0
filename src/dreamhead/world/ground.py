"""What one generated skin stands on: the surface with its masks, the attributes, and noise that belongs to the seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dreamhead.head.model import HeadModel
from dreamhead.world.arrays import Array
from dreamhead.world.attributes import Attributes
from dreamhead.world.bake import Bake, bake_head
from dreamhead.world.masks import face_masks, smooth
from dreamhead.world.noise import cell_noise, gradient_noise
from dreamhead.world.wrinkles import FrontSurface


@dataclass(frozen=True)
class SkinSurface:
    """A bake with what every skin on it shares.  masks over texels, vertex_masks over the skin's vertices."""

    bake: Bake
    masks: dict[str, Array]
    vertex_masks: dict[str, Array]
    front: FrontSurface


def skin_surface(head: HeadModel, size: int, cache: Path | None = None) -> SkinSurface:
    """Prepares a head's skin chart at size² texels (0.3 s at 512², 1 s at 1024²)."""
    return surface_of(bake_head(head, size, cache))


def surface_of(bake: Bake) -> SkinSurface:
    """The same from a bake."""
    return SkinSurface(bake, face_masks(bake.texels), face_masks(bake.vertices), FrontSurface(bake))


class Ground:
    """Noise and measures for one skin: all arrays run over the bake's N texels."""

    def __init__(self, surface: SkinSurface, attributes: Attributes, seed: int) -> None:
        self.surface = surface
        self.bake = surface.bake
        self.masks = surface.masks
        self.attributes = attributes
        self.rng = np.random.default_rng(seed)
        self.position = surface.bake.texels.position
        self.rings = surface.bake.texels.rings
        self.offset = self.rng.uniform(-500, 500, 3).astype(np.float32)
        self.key = int(self.rng.integers(1 << 20))
        self.shifted = self.position + self.offset
        self.big = self.noise(0.35, 2, 0.6, 1)
        self.middle = self.noise(1.3, 3, 0.6, 2)
        self.fine = self.noise(4.5, 3, 0.65, 3)
        self.grain = self.noise(14.0, 2, 0.7, 4)
        self.warp = np.stack([self.noise(1.1, 2, 0.5, 10 + axis) for axis in range(3)], 1)
        # no mathematically clean edges: patterns live on a slightly warped surface
        self.warped = self.position + 0.16 * self.warp

    def __len__(self) -> int:
        return len(self.position)

    def zeros(self) -> Array:
        return np.zeros(len(self), np.float32)

    def visible(self, wavelength_mm: float) -> float:
        """0..1: how well relief of this wavelength shows on the texel grid; the rest goes to roughness."""
        return float(smooth(wavelength_mm / self.bake.millimetres, 1.7, 4.2))

    def noise(self, frequency: float, octaves: int, gain: float, key: int, ridged: bool = False) -> Array:
        """Gradient noise of this seed, (N,); zero where it is finer than the texels."""
        if 10 / frequency < 1.2 * self.bake.millimetres:
            return self.zeros()
        return gradient_noise(self.shifted, frequency, octaves, gain, self.key + key, ridged)

    def noise_at(
        self, points: Array, frequency: float, octaves: int, gain: float, key: int, ridged: bool = False
    ) -> Array:
        """The same at other coordinates (N, 3)."""
        return gradient_noise(
            np.ascontiguousarray(points, np.float32), frequency, octaves, gain, self.key + key, ridged
        )

    def cells(
        self, points: Array, frequency: float, key: int, jitter: float = 0.95
    ) -> tuple[Array, Array, Array]:
        """Cell noise of this seed at coordinates (N, 3)."""
        return cell_noise(np.ascontiguousarray(points, np.float32), frequency, self.key + key, jitter)

    def blotches(self, frequency: float, radius: float, softness: float, key: int, share: float) -> Array:
        """Round soft spots (N,) in 0..1, one in each `share` of the cells, sizes varying."""
        points = self.shifted + 0.06 * self.warp + 0.02 * self.fine[:, None]
        distance, _, chance = self.cells(points, frequency, key)
        return smooth(-(distance / (0.25 + 0.5 * chance)), -radius - softness, -radius + softness) * (
            chance < share
        )


@dataclass
class Layers:
    """The skin in the making, over N texels: height in mm, pigments, then colour and gloss."""

    height: Array
    cavity: Array  # how deep in a fold, 0..1
    pits: Array  # pores, 0..1
    melanin: Array
    blood: Array
    deoxygenation: Array
    albedo: Array  # (N, 3) linear
    roughness: Array
    specular: Array

    @staticmethod
    def blank(count: int) -> Layers:
        def zeros() -> Array:
            return np.zeros(count, np.float32)

        return Layers(
            zeros(),
            zeros(),
            zeros(),
            zeros(),
            zeros(),
            zeros(),
            np.zeros((count, 3), np.float32),
            zeros(),
            zeros(),
        )

    def paint(self, cover: Array, colour: Array) -> None:
        """Lays a linear colour (3,) or (N, 3) over the albedo with an opacity (N,)."""
        opacity = np.clip(cover, 0, 1)[:, None]
        self.albedo = self.albedo * (1 - opacity) + np.asarray(colour, np.float32) * opacity


def toward(values: Array, target: float | Array, weight: Array) -> Array:
    """Raises values to a target, never lowers: on a logarithmic scale, adding does not show on pale skin."""
    return values + np.clip(weight, 0, 1) * np.maximum(target - values, 0)
