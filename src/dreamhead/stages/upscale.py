"""Stage 6: the maps at their final size, restored, super-resolved and given pores (DreamFace section 5.3)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dreamhead.config import UpscaleConfig
from dreamhead.head.asset import HeadAsset
from dreamhead.head.model import Floats
from dreamhead.priors.protocols import Upscaler
from dreamhead.render.chart import bake, millimetres_per_unit
from dreamhead.render.rasterize import rasterizer
from dreamhead.stages.context import Context
from dreamhead.stages.detail import drawn_detail
from dreamhead.stages.seam import closed_seams
from dreamhead.world.micro import relief_normal, relief_tile

VERSION = 3
PORE_MM = 0.055
FURROW_MM = 0.018
TILE_TEXELS = 1024
BAND = 128  # rows of a map that are worked out together
DISPLACEMENT_RANGE_MM = 4.0  # of a 16-bit displacement map: 0 is -2 mm, 65535 is +2 mm


def run(asset: HeadAsset, config: UpscaleConfig, context: Context) -> HeadAsset:
    """Maps at (size, size): uint8, albedo sRGB; displacement uint16 over DISPLACEMENT_RANGE_MM."""
    assert asset.identity is not None
    size = config.size
    skin = next(part for part in context.head.parts if part.name == "skin")
    chart_mm = millimetres_per_unit(skin, context.head.neutral(asset.identity))
    micro = micro_relief(context, chart_mm / size, size, config.pores)
    context.progress(0, 6, "detail")
    fine = min(size, config.detail_size)
    detail = drawn_detail(asset, context, fine, chart_mm / fine, config.detail)

    def enlarged(image: Floats) -> Floats:
        whole = closed_seams(restored(image, context.priors.restorer), skin, chart_mm / image.shape[0])
        return super_resolved(whole, context.priors.upscaler, size, context.device)

    maps: dict[str, NDArray[np.uint8] | NDArray[np.uint16]] = {}
    context.progress(1, 6, "albedo")
    maps["albedo"] = albedo_map(
        enlarged(linear_to_srgb(asset.maps["albedo"])), interpolated(detail.albedo, size), micro
    )
    context.progress(2, 6, "specular")
    maps["specular"] = specular_map(
        enlarged(grey(asset.maps["specular"]))[..., 0].copy(),
        interpolated_plane(detail.specular, size),
        micro,
    )
    context.progress(3, 6, "roughness")
    maps["roughness"] = roughness_map(
        enlarged(grey(asset.maps["roughness"]))[..., 0].copy(),
        interpolated_plane(detail.roughness, size),
        micro,
    )
    context.progress(4, 6, "normal")
    normal = restored(
        asset.maps["normal"], context.priors.restorer
    )  # its axes turn at a seam, so it is not closed
    maps["normal"] = normal_map(
        super_resolved(normal, context.priors.upscaler, size, context.device),
        interpolated(detail.slopes, size),
        micro,
        chart_mm / size,
    )
    context.progress(5, 6, "displacement")
    maps["displacement"] = displacement_map(
        interpolated_plane(asset.maps["displacement"], size),
        interpolated_plane(detail.displacement, size),
        micro,
    )
    context.progress(6, 6, "displacement")
    return asset.changed(maps=maps)


@dataclass(frozen=True)
class MicroRelief:
    """Pores and furrows over the chart, worked out row by row: whole they would be 200 MB."""

    pore_tile: Floats  # (T, T) 0..1
    furrow_tile: Floats
    depth: Floats  # (S, S) 0..1
    fade: np.float32

    def rows(self, start: int, stop: int) -> tuple[Floats, Floats, Floats]:
        """Pore and furrow strength (R, S) in 0..1 and their height in millimetres, in rows that wrap around."""
        rows, columns = np.arange(start, stop), np.arange(self.depth.shape[1])
        depth = self.depth[rows % len(self.depth)]
        pores, furrows = (
            tile[np.ix_(rows % len(self.depth) % len(tile), columns % len(tile))] * depth * self.fade
            for tile in (self.pore_tile, self.furrow_tile)
        )
        return pores, furrows, -(PORE_MM * pores + FURROW_MM * furrows)


def bands(size: int) -> Iterator[slice]:
    """The rows of a map, a band at a time: what is worked out of a band is small."""
    return (slice(start, min(start + BAND, size)) for start in range(0, size, BAND))


def albedo_map(srgb: Floats, factor: Floats, micro: MicroRelief) -> NDArray[np.uint8]:
    """(S, S, 3) sRGB: colours (S, S, 3) times the detail's linear factor, darker in the pores."""
    out = np.empty(srgb.shape, np.uint8)
    for band in bands(len(srgb)):
        pores, furrows, _ = micro.rows(band.start, band.stop)
        albedo = srgb_to_linear(srgb[band])
        albedo *= factor[band]
        albedo *= (1 - 0.12 * pores - 0.02 * furrows)[..., None]
        out[band] = to_bytes(linear_to_srgb(albedo))
    return out


def specular_map(values: Floats, factor: Floats, micro: MicroRelief) -> NDArray[np.uint8]:
    """(S, S): specular times the detail's factor, weaker in the pores."""
    out = np.empty(values.shape, np.uint8)
    for band in bands(len(values)):
        pores, furrows, _ = micro.rows(band.start, band.stop)
        out[band] = to_bytes(values[band] * factor[band] * (1 - 0.35 * pores - 0.10 * furrows))
    return out


def roughness_map(values: Floats, added: Floats, micro: MicroRelief) -> NDArray[np.uint8]:
    """(S, S): roughness and the detail's, rougher in the pores."""
    out = np.empty(values.shape, np.uint8)
    for band in bands(len(values)):
        pores, _, _ = micro.rows(band.start, band.stop)
        out[band] = to_bytes(np.maximum(values[band] + added[band] + 0.06 * pores, 0.05))
    return out


def normal_map(normal: Floats, slopes: Floats, micro: MicroRelief, texel_mm: float) -> NDArray[np.uint8]:
    """(S, S, 3): normal map colours with the slopes (S, S, 2) of the detail and of the pores added."""
    size = len(normal)
    out = np.empty(normal.shape, np.uint8)
    for band in bands(size):
        _, _, height = micro.rows(band.start - 1, band.stop + 1)  # with a row beyond either end
        relief = relief_normal(height, texel_mm)[1:-1]
        out[band] = fine_normals(normal[band], slopes[band] + relief[..., :2] / relief[..., 2:])
    return out


def displacement_map(carved: Floats, drawn: Floats, micro: MicroRelief) -> NDArray[np.uint16]:
    """(S, S) of 16 bit over DISPLACEMENT_RANGE_MM: millimetres of both layers and of the pores."""
    out = np.empty(carved.shape, np.uint16)
    for band in bands(len(carved)):
        share = (
            micro.rows(band.start, band.stop)[2] + carved[band] + drawn[band]
        ) / DISPLACEMENT_RANGE_MM + 0.5
        out[band] = np.round(np.clip(share, 0, 1) * 65535).astype(np.uint16)
    return out


def restored(image: Floats, restorer: Upscaler | None) -> Floats:
    """The map (H, W, 3) after the restoration network, where the profile has one."""
    if restorer is None:
        return image
    tensor = torch.from_numpy(np.ascontiguousarray(image, np.float32)).permute(2, 0, 1)[None]
    with torch.no_grad():
        return restorer.upscale(tensor)[0].permute(1, 2, 0).float().cpu().numpy()


def micro_relief(context: Context, texel_mm: float, size: int, strength: float) -> MicroRelief:
    """Pores and furrows for this head's chart at (size, size)."""
    skin = next(part for part in context.head.parts if part.name == "skin")
    masks = context.head.masks
    depth = 0.35 + 0.65 * masks["face"] * (1 - 0.5 * masks["neck"])
    depth = depth * (1 - masks["lips"]) * (1 - 0.7 * masks["lids"]) * (1 - 0.5 * masks["ears"])
    baked, _ = bake(skin, depth[:, None].astype(np.float32), 256, rasterizer("auto", "cpu"))
    depth_map = np.clip(interpolated(baked, size)[..., 0], 0, 1) * np.float32(strength)
    texels = min(TILE_TEXELS, size)
    pore_tile, furrow_tile = relief_tile(texels, 10.0 / texel_mm, context.seed)
    fade = np.float32(
        min(1.0, 0.25 / texel_mm)
    )  # below about four texels a pore the relief is lost, not aliased
    return MicroRelief(pore_tile, furrow_tile, depth_map, fade)


def super_resolved(image: Floats, upscaler: Upscaler, size: int, device: str) -> Floats:
    """(H, W, 3) in 0..1 -> (size, size, 3): whole passes of the network, then one resize for what is left over."""
    tensor = torch.from_numpy(np.ascontiguousarray(image, np.float32)).permute(2, 0, 1)[None].to(device)
    passes = max(int(math.log(size / tensor.shape[-1], upscaler.scale) + 1e-6), 0)
    start = round(size / upscaler.scale**passes)
    tensor = _resize(tensor, start)
    with torch.no_grad():
        for _ in range(passes):
            tensor = upscaler.upscale(tensor)
    return _resize(tensor, size)[0].permute(1, 2, 0).float().cpu().numpy()


def interpolated(image: Floats, size: int) -> Floats:
    """(H, W, C) -> (size, size, C), bicubic."""
    tensor = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None]
    return _resize(tensor, size)[0].permute(1, 2, 0).numpy()


def interpolated_plane(values: Floats, size: int) -> Floats:
    """(H, W) -> (size, size), bicubic."""
    return interpolated(values[..., None], size)[..., 0]


def fine_normals(normal: Floats, slopes: Floats) -> NDArray[np.uint8]:
    """Normal map colours (H, W, 3) with slopes (H, W, 2) added to theirs (partial derivative blending), as bytes."""
    vectors = normal * 2 - 1
    total = vectors[..., :2] / np.maximum(vectors[..., 2:], 0.2) + slopes
    length = np.sqrt((total**2).sum(-1, keepdims=True) + 1)
    return to_bytes(np.concatenate([total, np.ones_like(total[..., :1])], axis=-1) / length * 0.5 + 0.5)


def grey(values: Floats) -> Floats:
    """(H, W) -> (H, W, 3)."""
    return np.repeat(values[..., None], 3, axis=-1)


def linear_to_srgb(colour: Floats) -> Floats:
    """Linear light in 0..1 -> sRGB in 0..1 (IEC 61966-2-1)."""
    clipped = np.clip(colour, 0, 1)
    return np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055).astype(
        np.float32
    )


def srgb_to_linear(colour: Floats) -> Floats:
    """sRGB in 0..1 -> linear light in 0..1, its inverse."""
    clipped = np.clip(colour, 0, 1)
    return np.where(clipped <= 0.04045, clipped / 12.92, ((clipped + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def to_bytes(values: Floats) -> NDArray[np.uint8]:
    """0..1 -> 0..255, rounded."""
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _resize(tensor: Tensor, size: int) -> Tensor:
    if tensor.shape[-1] == size:
        return tensor
    down = tensor.shape[-1] > size
    return torch.nn.functional.interpolate(
        tensor, size=(size, size), mode="bicubic", align_corners=False, antialias=down
    )
