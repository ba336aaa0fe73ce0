"""From neutral painted channels to the maps a garment carries: sRGB albedo with alpha, normal, roughness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.store import Arrays

Bytes = NDArray[np.uint8]

WARMTH = (0.08, -0.04, -0.02)  # added to each channel of a fully vivid natural hair colour, as a share
TIP_TINT = (1.16, 1.08, 1.0)  # hair is a little lighter and warmer towards its tip


def hair_maps(painted: Arrays, colour: NDArray[np.floating], roughness: float = 0.48) -> dict[str, Bytes]:
    """Maps of a strand atlas in a linear RGB colour (3,)."""
    height, width = painted["alpha"].shape
    along = np.linspace(0, 1, height)[:, None]
    shade = painted["shade"].astype(np.float32) / 128
    warm = _warmed(colour)
    channels = [shade * np.float32(warm[k]) * (1 + (TIP_TINT[k] - 1) * along) for k in range(3)]
    return {
        "albedo": np.dstack([*(srgb_bytes(channel) for channel in channels), painted["alpha"]]),
        "normal": slope_normals(painted["across"]),
        "roughness": np.full((height, width), round(255 * roughness), np.uint8),
    }


def _warmed(colour: NDArray[np.floating]) -> NDArray[np.floating]:
    """A natural hair colour (red over green over blue) a little redder, that fair hair in shade is not olive."""
    red, green, blue = (float(value) for value in colour)
    if not red > green > blue:
        return colour
    vivid = 1 - blue / red
    return np.asarray(colour * (1 + vivid * np.array(WARMTH)))


def decal_maps(painted: Arrays, colour: NDArray[np.floating], roughness: float = 0.85) -> dict[str, Bytes]:
    """Maps of a painted layer on the skin (alpha, shade) in a linear RGB colour (3,)."""
    height, width = painted["alpha"].shape
    shade = painted["shade"].astype(np.float32) / 128
    flat = np.full((height, width), 128, np.uint8)
    warm = _warmed(colour)
    return {
        "albedo": np.dstack([*(srgb_bytes(shade * np.float32(warm[k])) for k in range(3)), painted["alpha"]]),
        "normal": np.dstack([flat, flat, np.full_like(flat, 255)]),
        "roughness": np.full((height, width), round(255 * roughness), np.uint8),
    }


def cloth_maps(painted: Arrays, colour: NDArray[np.floating]) -> dict[str, Bytes]:
    """Maps of a painted cloth (dye, own, across, along, roughness, metalness) in a linear RGB colour (3,)."""
    dye = painted["dye"].astype(np.float32) / 255
    dyed = np.dstack([srgb_bytes(dye * np.float32(colour[k])) for k in range(3)])
    metal = {"metalness": painted["metalness"]} if "metalness" in painted else {}
    return {
        "albedo": np.dstack([np.maximum(dyed, painted["own"]), np.full(dye.shape, 255, np.uint8)]),
        "normal": slope_normals(painted["across"], painted["along"]),
        "roughness": painted["roughness"],
        **metal,
    }


def lens_maps(tint: tuple[float, float, float, float], shade: float, size: int = 64) -> dict[str, Bytes]:
    """Maps of a lens: tint is linear RGB and opacity, shade how much opacity falls from top to bottom."""
    down = np.linspace(0, 1, size)[:, None] * np.ones((1, size))
    opacity = np.round(255 * tint[3] * (1 - shade * down**2)).astype(np.uint8)
    colour = [srgb_bytes(np.full((size, size), tint[k])) for k in range(3)]
    flat = np.full((size, size), 128, np.uint8)
    return {
        "albedo": np.dstack([*colour, opacity]),
        "normal": np.dstack([flat, flat, np.full_like(flat, 255)]),
        "roughness": np.full((size, size), 10, np.uint8),
    }


def halved(image: Bytes) -> Bytes:
    """Half the size, each texel the mean of four."""
    total = np.full((image.shape[0] // 2, image.shape[1] // 2, *image.shape[2:]), 2, np.uint16)
    for y in (0, 1):
        for x in (0, 1):
            total += image[y::2, x::2]
    return (total >> 2).astype(np.uint8)


def srgb_bytes(linear: NDArray[np.floating]) -> Bytes:
    """Linear 0..1 of any shape -> sRGB bytes, through a table of 4096 steps."""
    index = np.clip(linear * 4095 + 0.5, 0, 4095).astype(np.uint16)
    return _SRGB[index]


def slope_normals(across: Bytes, along: Bytes | None = None) -> Bytes:
    """Slopes as bytes (0 = 128) -> tangent-space normals (H, W, 3), OpenGL."""
    x = (across.astype(np.float32) - 128) / 127
    y = np.zeros_like(x) if along is None else (along.astype(np.float32) - 128) / 127
    z = np.sqrt(np.clip(1 - x * x - y * y, 0.04, 1))
    return np.dstack([np.round(127.5 + 127.5 * channel).astype(np.uint8) for channel in (x, y, z)])


def _srgb_table() -> Bytes:
    linear = np.arange(4096) / 4095
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(255 * curve).astype(np.uint8)


_SRGB = _srgb_table()
