"""Skin colour from its pigments: melanin over a blood-filled scattering layer.

Epidermis: Beer-Lambert with spread path lengths; dermis: diffuse reflectance after Farrell et al. (1992).
Absorption: Jacques, "Skin optics" (1998), haemoglobin after Prahl; colour matching: Wyman et al. (2013).
The gains, the melanin's slope and the share of long paths are fitted to the lightness and chroma of measured skin:
CIELAB chroma 20 when pale, 26 in the middle, 12 when very dark; a plain exponential makes dark skin orange.
sRGB of some points: pale (.81, .66, .57), olive (.77, .61, .51), brown (.55, .39, .29), very dark (.33, .23, .17).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dreamhead.world.arrays import Array

MELANIN_LIMIT = 1.2
MELANIN_AT_550 = 495.0  # absorption per cm, Jacques (1998)
MELANIN_SLOPE = 2.1  # over wavelength; 3.48 in a cuvette, shallower in living skin
BLOOD_GAIN = 0.55
EPIDERMIS_CM = 0.0062
PATH_SPREAD = 1.36

# Wavelength in nm, molar extinction of oxygenated and deoxygenated haemoglobin.
_HAEMOGLOBIN = np.array(
    [
        [400, 266232, 223296], [420, 480360, 407560], [430, 246072, 528600], [440, 102580, 413280],
        [450, 62816, 103292], [460, 44480, 23388.8], [480, 26629.2, 14550], [500, 20932.8, 20862],
        [520, 24202.4, 31589.6], [530, 39956.8, 39036.4], [540, 53236, 46592], [550, 43016, 53412],
        [560, 32613.2, 53788], [570, 44496, 45072], [577, 55500, 37500], [586, 28324, 32000],
        [600, 3200, 14677.2], [620, 942, 6509.6], [650, 368, 3750.12], [680, 277.6, 2407.92], [700, 290, 1794.28],
    ]
)  # fmt: skip
_WAVELENGTHS = np.arange(400, 701, 5.0)
_XYZ_TO_RGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


def skin_albedo(melanin: Array, blood: Array, deoxygenation: Array) -> Array:
    """Linear RGB (N, 3) of skin.  melanin 0..1.2, blood 0..1 and deoxygenation 0..1, each (N,), are clipped."""
    table = _table()
    steps_melanin, steps_blood = table.shape[:2]
    x = np.clip(melanin / MELANIN_LIMIT, 0, 0.9999) * (steps_melanin - 1)
    y = np.clip(blood, 0, 0.9999) * (steps_blood - 1)
    i, j = x.astype(np.int32), y.astype(np.int32)
    x = (x - i)[:, None].astype(np.float32)
    y = (y - j)[:, None].astype(np.float32)
    share = np.clip(deoxygenation, 0, 1)[:, None].astype(np.float32)

    def bilinear(grid: Array) -> Array:
        low = grid[i, j] * (1 - x) + grid[i + 1, j] * x
        high = grid[i, j + 1] * (1 - x) + grid[i + 1, j + 1] * x
        return low * (1 - y) + high * y

    return bilinear(table[:, :, 0]) * (1 - share) + bilinear(table[:, :, 1]) * share


def linear_from_srgb(colour: ArrayLike) -> Array:
    """sRGB 0..1 -> linear, any shape."""
    value = np.asarray(colour, np.float32)
    return np.where(value < 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def srgb_from_linear(colour: ArrayLike) -> Array:
    """Linear 0..1 -> sRGB, any shape."""
    value = np.asarray(colour, np.float32)
    curved = 1.055 * np.maximum(value, 1e-6) ** (1 / 2.4) - 0.055
    return np.where(value < 0.0031308, value * 12.92, curved).astype(np.float32)


@cache
def _table(steps_melanin: int = 40, steps_blood: int = 32) -> Array:
    """(melanin, blood, deoxygenation 0 or 1) -> linear RGB."""
    rows = []
    for i in range(steps_melanin):
        melanin_share = 0.009 * 90 ** (MELANIN_LIMIT * i / (steps_melanin - 1))
        row = []
        for j in range(steps_blood):
            blood_share = 0.002 * 100 ** (j / (steps_blood - 1))
            row.append([_rgb(_reflectance(melanin_share, blood_share, oxygen)) for oxygen in (0.80, 0.30)])
        rows.append(row)
    return np.array(rows, np.float32)


def _reflectance(melanin_share: float, blood_share: float, oxygen: float) -> NDArray[np.float64]:
    nm = _WAVELENGTHS
    melanin = MELANIN_AT_550 * (nm / 550.0) ** -MELANIN_SLOPE
    oxygenated = np.interp(nm, _HAEMOGLOBIN[:, 0], _HAEMOGLOBIN[:, 1])
    deoxygenated = np.interp(nm, _HAEMOGLOBIN[:, 0], _HAEMOGLOBIN[:, 2])
    haemoglobin = 2.303 * 150 / 64500 * (oxygen * oxygenated + (1 - oxygen) * deoxygenated)
    baseline = 0.244 + 85.3 * np.exp(-(nm - 154) / 66.2)
    absorption = BLOOD_GAIN * blood_share * haemoglobin + (1 - blood_share) * baseline * 0.3
    scattering = 46 * (nm / 500) ** -1.421
    single = scattering / (scattering + absorption)
    decay = np.sqrt(3 * (1 - single))
    diffuse = single / 2 * (1 + np.exp(-4 / 3 * 3.1 * decay)) * np.exp(-decay)
    depth = 2.0 * EPIDERMIS_CM * (melanin_share * melanin + (1 - melanin_share) * baseline * 0.3)
    through = (1 + depth / PATH_SPREAD) ** -PATH_SPREAD  # the mean of exp(-path) over a gamma spread of paths
    return 1.08 * diffuse * through + 0.012


def _rgb(spectrum: NDArray[np.float64]) -> NDArray[np.float64]:
    matching = _colour_matching(_WAVELENGTHS)
    to_rgb = _XYZ_TO_RGB @ matching
    return np.maximum(to_rgb @ spectrum / (to_rgb @ np.ones(len(_WAVELENGTHS))), 1e-3)


def _colour_matching(nm: NDArray[np.float64]) -> NDArray[np.float64]:
    def lobe(centre: float, below: float, above: float) -> NDArray[np.float64]:
        return np.exp(-0.5 * ((nm - centre) * np.where(nm < centre, below, above)) ** 2)

    x = (
        1.056 * lobe(599.8, 0.0264, 0.0323)
        + 0.362 * lobe(442.0, 0.0624, 0.0374)
        - 0.065 * lobe(501.1, 0.0490, 0.0382)
    )
    y = 0.821 * lobe(568.8, 0.0213, 0.0247) + 0.286 * lobe(530.9, 0.0613, 0.0322)
    z = 1.217 * lobe(437.0, 0.0845, 0.0278) + 0.681 * lobe(459.0, 0.0385, 0.0725)
    return np.stack([x, y, z])
