"""The bundle for augmented reality: fewer pixels, fewer targets, and still the same head."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from dreamhead.check.gates import HEAD_GATES, judge
from dreamhead.check.read_usd import read_usd, usd_findings
from dreamhead.export.ar import ar_bundle, smaller_texture
from dreamhead.export.bundle import Texture
from dreamhead.export.textures import png_texture
from dreamhead.export.usdz import usdz_bytes
from dreamhead.head.model import ARKIT_NAMES
from tests.export import samples


def test_the_52_and_only_what_is_seen() -> None:
    bundle = samples.bundle()
    small = ar_bundle(bundle)
    for mesh, before in zip(small.meshes, bundle.meshes, strict=True):
        assert tuple(mesh.targets) == (ARKIT_NAMES if before.targets else ())
        for name, target in mesh.targets.items():
            seen = np.linalg.norm(before.targets[name].position, axis=1) >= 1e-4
            np.testing.assert_array_equal(target.position[seen], before.targets[name].position[seen])
            assert not target.position[~seen].any() and target.position.dtype == np.float32
            if mesh.name == "skin":
                np.testing.assert_array_equal(target.normal[seen], before.targets[name].normal[seen])
            else:
                assert not target.normal.any()


def test_the_file_is_sound_and_smaller(tmp_path: Path) -> None:
    bundle = samples.bundle()
    path = tmp_path / "head_ar.usdz"
    path.write_bytes(usdz_bytes(ar_bundle(bundle)))
    assert usd_findings(path) == ()
    head = read_usd(path)
    assert [
        judge(name, gate, head) for name, gate in HEAD_GATES.items() if not judge(name, gate, head).passed
    ] == []
    assert path.stat().st_size < 0.7 * len(usdz_bytes(bundle))


def test_large_maps_halve_and_become_jpeg() -> None:
    ramp = np.linspace(0, 255, 4096).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 9, (64, 4096, 3), dtype=np.uint8)
    before = png_texture("skin_orm", ramp[None, :, None] // 2 + noise)
    after = smaller_texture(before)
    assert (after.name, after.media_type) == ("skin_orm", "image/jpeg")
    pixels = opened(after)
    assert pixels.shape == (32, 2048, 3)
    expected = opened(before).astype(float).reshape(32, 2, 2048, 2, 3).mean(axis=(1, 3))
    assert np.abs(pixels - expected).mean() < 2


def test_alpha_stays_lossless() -> None:
    leaf = np.zeros((2048, 2048, 4), np.uint8)
    leaf[::2] = np.random.default_rng(0).integers(0, 256, (1024, 2048, 4), dtype=np.uint8)
    after = smaller_texture(png_texture("hair_albedo", leaf))
    assert after.media_type == "image/png" and opened(after).shape == (1024, 1024, 4)


def test_what_would_not_get_smaller_stays() -> None:
    flat = png_texture("hair_orm", np.full((64, 64, 3), 128, np.uint8))
    assert smaller_texture(flat) is flat


def test_equal_maps_are_kept_once() -> None:
    bundle = samples.bundle()
    skin, eye, mouth = bundle.materials
    assert eye.base_color is not None
    twin = replace(mouth, base_color=replace(eye.base_color, name="mouth_albedo"))
    small = ar_bundle(replace(bundle, materials=(skin, eye, twin)))
    assert small.materials[1].base_color is small.materials[2].base_color


def test_same_bundle_same_bytes() -> None:
    assert usdz_bytes(ar_bundle(samples.bundle())) == usdz_bytes(ar_bundle(samples.bundle()))


def opened(texture: Texture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(texture.data)))
