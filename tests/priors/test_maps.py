"""Map decoders: ranges, unit normals, and equality with the raw decoder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL

from dreamhead.errors import MissingModelError
from dreamhead.priors.maps import load_map_decoder
from dreamhead.priors.store import map_folders


def test_maps_are_the_decoders_images(studio: dict[str, str]) -> None:
    decoder = load_map_decoder(map_folders(Path(studio["maps"])), revision="test", device="cpu")
    latents = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    maps = decoder.decode_maps(latents)
    assert {name: tuple(value.shape) for name, value in maps.items()} == {
        "specular": (2, 1, 64, 64),
        "roughness": (2, 1, 64, 64),
        "normal": (2, 3, 64, 64),
    }
    raw = AutoencoderKL.from_pretrained(studio["texture"], subfolder="vae").eval()
    with torch.no_grad():
        image = raw.decode(latents / 0.18215).sample / 2 + 0.5
    torch.testing.assert_close(
        maps["specular"], image.mean(1, keepdim=True).clamp(0, 1), atol=1e-4, rtol=1e-4
    )
    torch.testing.assert_close(maps["normal"].norm(dim=1), torch.ones(2, 64, 64))
    assert maps["roughness"].min() >= 0 and maps["roughness"].max() <= 1


def test_a_missing_decoder_is_named(studio: dict[str, str], tmp_path: Path) -> None:
    shutil.copytree(studio["maps"], tmp_path / "maps")
    shutil.rmtree(tmp_path / "maps" / "decoder_normal")
    with pytest.raises(MissingModelError, match="normal"):
        load_map_decoder(map_folders(tmp_path / "maps"), revision="test", device="cpu")
