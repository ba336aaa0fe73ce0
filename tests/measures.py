"""What a finished head shows, measured on its maps and mesh, never with the project's own scorer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from dreamhead.head.asset import HeadAsset
from dreamhead.head.model import HeadModel, Landmarks
from dreamhead.render.chart import bake
from dreamhead.render.rasterize import rasterizer


@dataclass(frozen=True)
class Measures:
    """luminance: mean linear albedo luminance of the face.  hue_deg, saturation: of its mean colour.

    wrinkles: deviation of the normal map's slopes between 0.5 and 6 mm.  width: face width over height.
    lower_darkness: how much darker the beard's region is than the forehead (1 = as light).
    """

    luminance: float
    hue_deg: float
    saturation: float
    wrinkles: float
    width: float
    lower_darkness: float


def measure(asset: HeadAsset, head: HeadModel) -> Measures:
    """The measures of an asset that has been through `rig`."""
    size = 512
    albedo = reduced(srgb_to_linear(asset.maps["albedo"] / 255.0), size)
    normal = reduced(asset.maps["normal"] / 127.5 - 1, size)
    skin = next(part for part in head.parts if part.name == "skin")
    position = bake(skin, np.concatenate([head.mean, masks(head)], axis=1), size, rasterizer("auto", "cpu"))[
        0
    ]
    face = (position[..., 3] > 0.5) & (position[..., 4] < 0.2) & (position[..., 2] > 0.02)
    marks = points(head.landmarks_68, head.mean)
    chin, nose_base, brow = marks[8, 1], marks[33, 1], marks[17:27, 1].mean()
    upright = position[..., 1]
    forehead = face & (upright > brow + 0.01) & (np.abs(position[..., 0]) < 0.04)
    lower = face & (upright < nose_base - 0.01) & (upright > chin - 0.01)
    mean = albedo[face].mean(0)
    carved = points(head.landmarks_68, asset.vertices)
    return Measures(
        luminance=float(luminance(mean)),
        hue_deg=hue_deg(mean),
        saturation=float((mean.max() - mean.min()) / max(mean.max(), 1e-6)),
        wrinkles=wrinkle_energy(normal, face),
        width=float(np.linalg.norm(carved[2] - carved[14]) / np.linalg.norm(carved[27] - carved[8])),
        lower_darkness=float(
            luminance(albedo[lower].mean(0)) / max(luminance(albedo[forehead].mean(0)), 1e-6)
        ),
    )


def masks(head: HeadModel) -> np.ndarray:
    """(V, 2): face, and what is no plain skin (lips, lids)."""
    return np.stack([head.masks["face"], np.maximum(head.masks["lips"], head.masks["lids"])], axis=1)


def points(landmarks: Landmarks, vertices: np.ndarray) -> np.ndarray:
    """(N, 3) landmark positions."""
    return (vertices[landmarks.vertices] * landmarks.weights[..., None]).sum(1)


def wrinkle_energy(normal: np.ndarray, where: np.ndarray) -> float:
    """Root mean square of the slopes (H, W, 3) within `where`, band-passed by texel sizes of a 512² chart."""
    slopes = normal[..., :2] / np.maximum(normal[..., 2:], 0.1)
    band = gaussian_filter(slopes, (0.6, 0.6, 0)) - gaussian_filter(slopes, (6, 6, 0))
    return float(np.sqrt((band[where] ** 2).sum(-1).mean()))


def luminance(colour: np.ndarray) -> np.ndarray:
    """Linear Rec. 709 luminance of colours (..., 3)."""
    return colour @ np.array([0.2126, 0.7152, 0.0722])


def hue_deg(colour: np.ndarray) -> float:
    """Hue of a linear colour: 0 red, 120 green, 240 blue."""
    red, green, blue = (float(v) for v in colour)
    return float(np.degrees(np.arctan2(np.sqrt(3) * (green - blue), 2 * red - green - blue)) % 360)


def srgb_to_linear(values: np.ndarray) -> np.ndarray:
    """sRGB in 0..1 -> linear."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def reduced(image: np.ndarray, size: int) -> np.ndarray:
    """(H, W, C) averaged down to (size, size, C); H a multiple of size, or smaller and left alone."""
    factor = max(len(image) // size, 1)
    if factor == 1 and len(image) != size:
        repeats = size // len(image)
        return image.repeat(repeats, 0).repeat(repeats, 1)
    return image.reshape(size, factor, size, factor, -1).mean((1, 3))


def lab(colour: np.ndarray) -> np.ndarray:
    """CIELAB (3,) of a linear sRGB colour (3,), white D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    share = to_xyz @ colour / to_xyz.sum(1)
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(first: np.ndarray, second: np.ndarray) -> float:
    """The distance of two CIELAB colours (CIE 1976)."""
    return float(np.linalg.norm(first - second))
