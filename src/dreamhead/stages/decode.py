"""Stage 5: specular, roughness and normal maps from the texture latent (DreamFace section 5.3)."""

from __future__ import annotations

import numpy as np
import torch

from dreamhead.config import DecodeConfig
from dreamhead.head.asset import HeadAsset
from dreamhead.head.model import Floats
from dreamhead.render.chart import millimetres_per_unit
from dreamhead.stages.context import Context

VERSION = 1


def run(asset: HeadAsset, config: DecodeConfig, context: Context) -> HeadAsset:
    """Adds maps specular, roughness (H, W), normal (H, W, 3) as colours and displacement (H, W) in millimetres."""
    assert asset.latent is not None and asset.detail_normal is not None and asset.identity is not None
    context.progress(0, 2, "decoding maps")
    latent = torch.from_numpy(asset.latent)[None].to(context.device)
    with torch.no_grad():
        decoded = {
            name: value[0].float().cpu() for name, value in context.priors.maps.decode_maps(latent).items()
        }
    size = decoded["normal"].shape[-1]
    pores = flattened(unit(decoded["normal"].permute(1, 2, 0).numpy()), config.normal_strength)
    normal = combined_normals(resized(asset.detail_normal, size), pores)
    context.progress(1, 2, "decoding maps")
    skin = next(part for part in context.head.parts if part.name == "skin")
    texel_mm = millimetres_per_unit(skin, context.head.neutral(asset.identity)) / size
    maps = {
        **asset.maps,
        "specular": decoded["specular"][0].clamp(0, 1).numpy(),
        "roughness": decoded["roughness"][0].clamp(0.05, 1).numpy(),
        "normal": (normal * 0.5 + 0.5).astype(np.float32),
        "displacement": height_from_normals(pores, texel_mm),
    }
    context.progress(2, 2, "decoding maps")
    return asset.changed(maps=maps)


def unit(vectors: Floats) -> Floats:
    """Vectors (..., 3) scaled to length one, z kept above zero."""
    up = np.concatenate([vectors[..., :2], np.maximum(vectors[..., 2:], 0.05)], axis=-1)
    return up / np.linalg.norm(up, axis=-1, keepdims=True)


def flattened(normals: Floats, strength: float) -> Floats:
    """Tangent-space normals with their slopes scaled by strength: 0 is flat, 1 leaves them."""
    slopes = normals[..., :2] / normals[..., 2:] * strength
    return unit(np.concatenate([slopes, np.ones_like(slopes[..., :1])], axis=-1))


def combined_normals(base: Floats, detail: Floats) -> Floats:
    """Detail normals laid over base normals, both tangent space (reoriented normal mapping, Barré-Brisebois 2012)."""
    t = base + np.array([0, 0, 1], np.float32)
    u = detail * np.array([-1, -1, 1], np.float32)
    return unit(t * (t * u).sum(-1, keepdims=True) / t[..., 2:] - u)


def height_from_normals(normals: Floats, texel_mm: float) -> Floats:
    """The height field (H, W) in millimetres whose slopes fit the normals best, mean 0 (Frankot-Chellappa 1988)."""
    slope_x = -normals[..., 0] / normals[..., 2]
    slope_down = normals[..., 1] / normals[..., 2]  # OpenGL: +y is up, rows run down
    height, width = slope_x.shape
    u = np.fft.rfftfreq(width)[None, :] * 2 * np.pi
    v = np.fft.fftfreq(height)[:, None] * 2 * np.pi
    power = u**2 + v**2
    power[0, 0] = 1.0
    spectrum = (-1j * u * np.fft.rfft2(slope_x) - 1j * v * np.fft.rfft2(slope_down)) / power
    spectrum[0, 0] = 0
    return (np.fft.irfft2(spectrum, s=(height, width)) * texel_mm).astype(np.float32)


def resized(image: Floats, size: int) -> Floats:
    """A square map (H, W, C) at another size, bilinear."""
    if len(image) == size:
        return image
    tensor = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None]
    scaled = torch.nn.functional.interpolate(tensor, size=(size, size), mode="bilinear", align_corners=False)
    return scaled[0].permute(1, 2, 0).numpy()
