"""The cloth of hats: which rows of a texture each sheet wears, and the painted textures.

Channels: dye (how much of the chosen colour, 1 = 255), own (H, W, 3) sRGB of the parts whose colour is their
own, across and along (slopes, 0 = 128), roughness.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from dreamhead.head.wardrobe.materials import srgb_bytes
from dreamhead.head.wardrobe.store import Arrays, remembered

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

SIZE = 1024
# Rows of the texture (0 top .. 1) per sheet, in the order that hat.py returns the sheets.
BANDS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "beanie": ((0.0, 0.7), (0.7, 1.0)),
    "sailors_cap": ((0.0, 0.6), (0.6, 0.8), (0.8, 1.0)),
}
NAVY = (0.010, 0.012, 0.024)  # linear RGB of band and visor
GOLD = (0.55, 0.33, 0.07)


def painted_cloth(item: str) -> Arrays:
    """The painted channels of a hat."""
    return remembered(f"cloth {item}", _CLOTHS[item])


def _beanie() -> Arrays:
    """Ribbed knitting."""
    v, u = (np.mgrid[0:SIZE, 0:SIZE] + 0.5) / SIZE
    rib = 0.5 + 0.5 * np.cos(2 * np.pi * 72 * u)
    stitch = 0.5 + 0.5 * np.cos(2 * np.pi * (90 * v + 0.25 * np.cos(2 * np.pi * 144 * u)))
    height = rib * (0.6 + 0.4 * stitch)
    fold = 1 - 0.45 * np.exp(-(((v - 0.70) / 0.012) ** 2))  # dark where body and cuff meet
    dye = (0.3 + 0.7 * height) * fold * _grain(3, 0.06)
    return _channels(dye, np.zeros((SIZE, SIZE, 3)), height * 5, np.full((SIZE, SIZE), 0.92))


def _sailors_cap() -> Arrays:
    """A woven crown, a navy band with a gold cord, a glossy visor."""
    v, u = (np.mgrid[0:SIZE, 0:SIZE] + 0.5) / SIZE
    crown, visor = v < 0.6, v >= 0.8
    weave = 0.5 + 0.25 * np.cos(2 * np.pi * 256 * u) + 0.25 * np.cos(2 * np.pi * 256 * v)
    seam = 1 - 0.3 * np.exp(-(((v - 0.6) / 0.02) ** 2))
    dye = (0.85 + 0.12 * weave) * seam * _grain(4, 0.02) * crown
    cord = np.exp(-(((v - 0.628) / 0.012) ** 2)) * ~crown * ~visor
    twist = cord * (0.65 + 0.35 * np.cos(2 * np.pi * (110 * u + 12 * (v - 0.628) / 0.05)))
    base = np.where(visor, 1.0, 0.8 + 0.3 * weave) * (1 - np.clip(cord * 2, 0, 1)) * ~crown
    own = np.stack([NAVY[k] * base + GOLD[k] * twist for k in range(3)], axis=-1)
    height = np.where(visor, 0.0, 0.6 * weave) + 3 * twist
    roughness = np.where(visor, 0.28, np.where(crown, 0.88, 0.8 - 0.4 * cord))
    return _channels(dye, own, height, roughness)


_CLOTHS: dict[str, Callable[[], Arrays]] = {"beanie": _beanie, "sailors_cap": _sailors_cap}


def _grain(seed: int, amount: float) -> Floats:
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(SIZE, SIZE)), 6, mode="wrap")
    return 1 + amount * noise / noise.std()


def _channels(dye: Floats, own: Floats, height: Floats, roughness: Floats) -> Arrays:
    slope_v, slope_u = np.gradient(height, axis=0), np.gradient(height, axis=1)
    return {
        "dye": np.round(255 * np.clip(dye, 0, 1)).astype(np.uint8),
        "own": srgb_bytes(own),
        "across": _signed_bytes(-slope_u),
        "along": _signed_bytes(slope_v),
        "roughness": np.round(255 * roughness).astype(np.uint8),
    }


def _signed_bytes(slope: Floats) -> Bytes:
    return np.round(128 + 127 * np.clip(slope, -0.7, 0.7)).astype(np.uint8)
