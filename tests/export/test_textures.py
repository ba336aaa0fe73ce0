"""Texture files keep every bit, and the derived ones are what their names say."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from dreamhead.errors import DamagedFileError
from dreamhead.export import textures
from tests.export.samples import SIZE, skin_maps

OPEN = np.full((SIZE, SIZE), 255, np.uint8)


def decoded(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


def test_files_are_the_maps() -> None:
    maps = skin_maps()
    files = textures.encode_all(textures.skin_pictures(maps, OPEN))
    assert list(files) == [
        "skin_albedo",
        "skin_normal",
        "skin_normal_dx",
        "skin_specular",
        "skin_roughness",
        "skin_orm",
        "skin_displacement",
    ]
    for name in ("albedo", "normal", "specular", "roughness", "displacement"):
        np.testing.assert_array_equal(decoded(files[f"skin_{name}"]), maps[name])


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ((3, 5), np.uint8),
        ((300, 7), np.uint8),
        ((4, 4, 2), np.uint8),
        ((1, 1, 3), np.uint8),
        ((9, 2, 4), np.uint8),
        ((257, 3), np.uint16),
    ],
)
def test_png_is_lossless(shape: tuple[int, ...], kind: type) -> None:
    pixels = np.random.default_rng(1).integers(0, np.iinfo(kind).max + 1, shape).astype(kind)
    np.testing.assert_array_equal(decoded(textures.png_bytes(pixels)), pixels)


def test_png_takes_views_that_are_not_contiguous() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (20, 30, 3), dtype=np.uint8)[::2, ::-1]
    np.testing.assert_array_equal(decoded(textures.png_bytes(pixels)), pixels)


def test_displacement_keeps_16_bits() -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    content = textures.png_bytes(ramp)
    assert Image.open(io.BytesIO(content)).mode == "I;16"
    np.testing.assert_array_equal(decoded(content), ramp)


def test_directx_flips_green_only() -> None:
    normal = skin_maps()["normal"]
    flipped = textures.flipped_green(normal)
    np.testing.assert_array_equal(flipped[..., ::2], normal[..., ::2])
    np.testing.assert_array_equal(flipped[..., 1].astype(int) + normal[..., 1], 255)
    np.testing.assert_array_equal(textures.flipped_green(flipped), normal)


def test_orm_channels() -> None:
    occlusion, roughness = np.full((2, 2), 7, np.uint8), np.full((2, 2), 9, np.uint8)
    assert textures.packed_orm(occlusion, roughness)[0, 0].tolist() == [7, 9, 0]
    assert textures.packed_orm(occlusion, roughness, 200)[0, 0].tolist() == [7, 9, 200]


def test_specular_half_is_four_percent() -> None:
    level = np.array([[0, 64, 127, 128, 255]], np.uint8)
    alpha = decoded(textures.specular_texture("s", level).data)[..., 1]
    assert alpha.tolist() == [[0, 128, 254, 255, 255]]


def test_jpeg_is_close() -> None:
    smooth = np.tile(np.arange(64, dtype=np.uint8)[:, None, None] * 3, (1, 64, 3))
    assert np.abs(decoded(textures.jpeg_bytes(smooth)).astype(int) - smooth).max() <= 4


def test_same_pixels_same_bytes() -> None:
    maps = skin_maps()
    first, second = (textures.encode_all(textures.skin_pictures(maps, OPEN), threads) for threads in (1, 3))
    assert first == second


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("normal", None, "no normal map"),
        ("albedo", np.zeros((4, 4, 3), np.float32), "albedo map is float32"),
        ("roughness", np.zeros((4, 4), np.uint8), "roughness map is uint8"),
    ],
)
def test_maps_that_are_not_finished_are_refused(name: str, value: np.ndarray | None, says: str) -> None:
    maps = {key: table for key, table in {**skin_maps(), name: value}.items() if table is not None}
    with pytest.raises(DamagedFileError, match=says):
        textures.skin_pictures(maps, OPEN)
