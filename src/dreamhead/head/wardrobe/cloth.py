"""The cloth of hats: which rows of a texture each sheet wears, and the painted textures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from dreamhead.head.wardrobe.materials import slope_normals, srgb_bytes

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Maps = dict[str, Bytes]

SIZE = 1024
# Rows of the texture (0 top .. 1) per sheet, in the order that hat.py returns the sheets.
BANDS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "beanie": ((0.0, 0.7), (0.7, 1.0)),
    "sailors_cap": ((0.0, 0.6), (0.6, 0.8), (0.8, 1.0)),
}
NAVY = (0.010, 0.012, 0.024)  # linear RGB of band and visor
GOLD = (0.55, 0.33, 0.07)


def beanie_maps(colour: NDArray[np.floating]) -> Maps:
    """Ribbed knitting in a linear RGB colour (3,)."""
    v, u = (np.mgrid[0:SIZE, 0:SIZE] + 0.5) / SIZE
    rib = 0.5 + 0.5 * np.cos(2 * np.pi * 72 * u)
    stitch = 0.5 + 0.5 * np.cos(2 * np.pi * (90 * v + 0.25 * np.cos(2 * np.pi * 144 * u)))
    height = rib * (0.6 + 0.4 * stitch)
    fold = 1 - 0.45 * np.exp(-(((v - 0.70) / 0.012) ** 2))  # dark where body and cuff meet
    shade = (0.3 + 0.75 * height) * fold * _grain(3, 0.06)
    return _maps([shade * colour[k] for k in range(3)], height * 5, np.full((SIZE, SIZE), 0.92))


def sailors_cap_maps(colour: NDArray[np.floating]) -> Maps:
    """A woven crown in a linear RGB colour (3,), a navy band with a gold cord, a glossy visor."""
    v, u = (np.mgrid[0:SIZE, 0:SIZE] + 0.5) / SIZE
    crown, visor = v < 0.6, v >= 0.8
    weave = 0.5 + 0.25 * np.cos(2 * np.pi * 256 * u) + 0.25 * np.cos(2 * np.pi * 256 * v)
    seam = 1 - 0.3 * np.exp(-(((v - 0.6) / 0.02) ** 2))
    cloth = (0.88 + 0.12 * weave) * seam * _grain(4, 0.03)
    cord_height = np.exp(-(((v - 0.772) / 0.006) ** 2)) * ~crown * ~visor
    cord = cord_height * (0.65 + 0.35 * np.cos(2 * np.pi * (120 * u + 40 * (v - 0.772) / 0.2)))
    channels = []
    for k in range(3):
        dark = NAVY[k] * (0.8 + 0.3 * weave) * (1 - np.clip(cord_height * 2, 0, 1)) + GOLD[k] * cord
        channels.append(np.where(crown, cloth * colour[k], np.where(visor, NAVY[k], dark)))
    height = np.where(visor, 0.0, 0.6 * weave) + 3 * cord
    roughness = np.where(visor, 0.28, np.where(crown, 0.88, 0.8 - 0.4 * cord_height))
    return _maps(channels, height, roughness)


CLOTHS: dict[str, Callable[[NDArray[np.floating]], Maps]] = {
    "beanie": beanie_maps,
    "sailors_cap": sailors_cap_maps,
}


def _grain(seed: int, amount: float) -> Floats:
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(SIZE, SIZE)), 6, mode="wrap")
    return 1 + amount * noise / noise.std()


def _maps(channels: list[Floats], height: Floats, roughness: Floats) -> Maps:
    slope_v, slope_u = np.gradient(height)
    opaque = np.full((SIZE, SIZE), 255, np.uint8)
    return {
        "albedo": np.dstack([*(srgb_bytes(channel) for channel in channels), opaque]),
        "normal": slope_normals(_signed_bytes(-slope_u), _signed_bytes(slope_v)),
        "roughness": np.round(255 * roughness).astype(np.uint8),
    }


def _signed_bytes(slope: Floats) -> Bytes:
    return np.round(128 + 127 * np.clip(slope, -0.7, 0.7)).astype(np.uint8)
