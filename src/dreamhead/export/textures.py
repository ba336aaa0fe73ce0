"""Encodes maps as PNG or JPEG and names the texture files of a bundle."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dreamhead.errors import DamagedFileError
from dreamhead.export.bundle import Texture

Bytes8 = NDArray[np.uint8]
Picture = NDArray[Any]  # (H, W) or (H, W, C), uint8 or uint16

PNG = "image/png"
JPEG = "image/jpeg"
JPEG_QUALITY = 93  # without chroma subsampling: 5 MB for a 4096² albedo that is 25 MB as PNG
PNG_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> grey, grey and alpha, RGB, RGBA
ROWS_AT_ONCE = 256  # filtered together, to stay small in memory
SKIN_MAPS: Mapping[str, tuple[type, int]] = {
    "albedo": (np.uint8, 3),
    "normal": (np.uint8, 3),
    "specular": (np.uint8, 2),
    "roughness": (np.uint8, 2),
    "displacement": (np.uint16, 2),
}  # map -> type and number of dimensions that upscale leaves


def check_skin_maps(maps: Mapping[str, Picture]) -> None:
    """DamagedFileError when a map that `upscale` leaves is missing or has another type or size."""
    missing = [name for name in SKIN_MAPS if name not in maps]
    if missing:
        raise DamagedFileError(f"the head has no {', '.join(missing)} map", "run again from `upscale`")
    size = maps["albedo"].shape[:2]
    for name, (kind, dimensions) in SKIN_MAPS.items():
        shape = (*size, 3) if dimensions == 3 else size
        if maps[name].dtype != kind or maps[name].shape != shape:
            raise DamagedFileError(
                f"the {name} map is {maps[name].dtype} {maps[name].shape}, not {np.dtype(kind)} {shape}",
                "run again from `upscale`",
            )


def skin_pictures(maps: Mapping[str, Picture], occlusion: Bytes8) -> dict[str, Picture]:
    """The seven skin files of a bundle, by file name without ending.

    maps: as `upscale` leaves them, all (H, W).  occlusion: (H, W), 255 = open.
    DamagedFileError as check_skin_maps.
    """
    check_skin_maps(maps)
    return {
        "skin_albedo": maps["albedo"],
        "skin_normal": maps["normal"],
        "skin_normal_dx": flipped_green(maps["normal"]),
        "skin_specular": maps["specular"],
        "skin_roughness": maps["roughness"],
        "skin_orm": packed_orm(occlusion, maps["roughness"]),
        "skin_displacement": maps["displacement"],
    }


def flipped_green(normal: Bytes8) -> Bytes8:
    """OpenGL normals (H, W, 3) to DirectX normals and back."""
    flipped = normal.copy()
    flipped[..., 1] = 255 - normal[..., 1]
    return flipped


def packed_orm(occlusion: Bytes8 | int, roughness: Bytes8, metalness: Bytes8 | int = 0) -> Bytes8:
    """(H, W) occlusion, roughness and metalness -> (H, W, 3): R occlusion, G roughness, B metallic."""
    packed = np.zeros((*roughness.shape, 3), np.uint8)
    packed[..., 0] = occlusion
    packed[..., 1] = roughness
    packed[..., 2] = metalness
    return packed


def specular_texture(name: str, level: Bytes8) -> Texture:
    """A specular level map (0.5 reflects 4 % head on) as KHR_materials_specular reads it: in alpha.

    Alpha is twice the level: with ior 1.5 alpha 1 is the same 4 %.  Levels above 0.5, which skin does not
    reach, are cut.
    """
    alpha = np.minimum(2 * level.astype(np.uint16), 255).astype(np.uint8)
    return Texture(name, PNG, png_bytes(np.stack([np.full_like(alpha, 255), alpha], axis=-1)))


def png_texture(name: str, pixels: Picture) -> Texture:
    """A lossless texture."""
    return Texture(name, PNG, png_bytes(pixels))


def jpeg_texture(name: str, pixels: Bytes8) -> Texture:
    """A small texture without alpha, for inside a model file."""
    return Texture(name, JPEG, jpeg_bytes(pixels))


def png_bytes(pixels: Picture) -> bytes:
    """A PNG (ISO/IEC 15948) of (H, W) or (H, W, C) pixels, every row filtered by its left neighbour.

    Filtering in numpy and run-length coding by zlib: on noisy maps as small as Pillow's files and written
    three times faster.
    """
    table = pixels.reshape(*pixels.shape[:2], -1)
    height, width, channels = table.shape
    depth = 8 * table.dtype.itemsize
    rows = np.ascontiguousarray(table if depth == 8 else table.astype(">u2")).view(np.uint8)
    rows = rows.reshape(height, -1)
    pixel_bytes = channels * depth // 8
    compressor = zlib.compressobj(level=1, strategy=zlib.Z_RLE)
    packed = []
    for start in range(0, height, ROWS_AT_ONCE):
        block = rows[start : start + ROWS_AT_ONCE]
        filtered = np.empty((len(block), 1 + block.shape[1]), np.uint8)
        filtered[:, 0] = 1  # filter type Sub
        filtered[:, 1 : 1 + pixel_bytes] = block[:, :pixel_bytes]
        np.subtract(block[:, pixel_bytes:], block[:, :-pixel_bytes], out=filtered[:, 1 + pixel_bytes :])
        packed.append(compressor.compress(filtered.data))
    packed.append(compressor.flush())
    header = struct.pack(">IIBBBBB", width, height, depth, PNG_COLOUR_TYPES[channels], 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", b"".join(packed)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_bytes(pixels: Bytes8, quality: int = JPEG_QUALITY) -> bytes:
    """Baseline JPEG of (H, W, 3) pixels, chroma at full size."""
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(stream, "JPEG", quality=quality, subsampling=0)
    return stream.getvalue()


def encode_all(pictures: Mapping[str, Picture], threads: int = 2) -> dict[str, bytes]:
    """Every picture as PNG, in the given order."""
    with ThreadPoolExecutor(threads) as pool:
        return dict(zip(pictures, pool.map(png_bytes, pictures.values()), strict=True))


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return b"".join([struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)])
