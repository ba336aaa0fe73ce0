"""Upscalers in tiles: equal to untiled, and pickles read with care."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from spandrel import ModelLoader

from dreamhead.errors import DamagedFileError, MissingModelError, UsageError
from dreamhead.priors import upscaler as upscaler_file
from dreamhead.priors.upscaler import TiledUpscaler, load_upscaler
from tests.priors import tiny


def load(path: Path) -> TiledUpscaler:
    return load_upscaler(path, revision="test", device="cpu")


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upscaler_file, "compute_dtype", lambda device: torch.float32)


def test_equals_spandrels_own_output(tmp_path: Path) -> None:
    tiny.write_compact(tmp_path / "x2.safetensors", scale=2)
    image = torch.rand(1, 3, 20, 30, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        wanted = ModelLoader().load_from_file(tmp_path / "x2.safetensors")(image)
    ours = load(tmp_path / "x2.safetensors")
    assert ours.scale == 2
    upscaled = ours.upscale(image)
    assert upscaled.shape == wanted.shape
    inner = (
        ...,
        slice(8, -8),
        slice(8, -8),
    )  # at the edge the loader mirrors the picture, the network pads zeros
    torch.testing.assert_close(upscaled[inner], wanted[inner])


def test_tiles_equal_the_whole(tmp_path: Path) -> None:
    tiny.write_compact(tmp_path / "x4.safetensors", scale=4)
    network = ModelLoader().load_from_file(tmp_path / "x4.safetensors")
    image = torch.rand(2, 3, 70, 53, generator=torch.Generator().manual_seed(1))
    whole = TiledUpscaler(network, "test", tile=256).upscale(image)
    # three convolutions and a sharp kernel see 4 pixels far: within the context, so nothing may differ
    tiled = TiledUpscaler(network, "test", tile=16, context=5, blend=6).upscale(image)
    torch.testing.assert_close(tiled, whole, atol=1e-5, rtol=1e-4)


def test_no_seam_where_the_context_is_too_small(tmp_path: Path) -> None:
    tiny.write_compact(tmp_path / "x2.safetensors", scale=2)
    network = ModelLoader().load_from_file(tmp_path / "x2.safetensors")
    ramp = torch.linspace(0.2, 0.8, 64).expand(1, 3, 64, 64)
    out = TiledUpscaler(network, "test", tile=16, context=0, blend=8).upscale(ramp)
    whole = TiledUpscaler(network, "test", tile=256).upscale(ramp)
    steps = (out - whole).diff(dim=-1).abs()[..., 16:-16, 16:-16]
    assert steps.max() < 0.05


def test_a_real_esrgan_pth_is_read(tmp_path: Path) -> None:
    tiny.write_rrdb(tmp_path / "x4.pth")
    assert load(tmp_path / "x4.pth").upscale(torch.rand(1, 3, 16, 16)).shape == (1, 3, 64, 64)


class Explosive:
    def __reduce__(self) -> tuple:
        return Path.touch, (Path("exploded"),)


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"params": {"weight": torch.zeros(1)}, "more": Explosive()}, "evil.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(Explosive()))
    for name in ("evil.pth", "plain.pth"):
        with pytest.raises(DamagedFileError, match="refused"):
            load(tmp_path / name)
    assert not (tmp_path / "exploded").exists()


def test_bad_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"absent\.pth"):
        load(tmp_path / "absent.pth")
    (tmp_path / "model.onnx").write_bytes(b"")
    with pytest.raises(UsageError, match="onnx"):
        load(tmp_path / "model.onnx")
    save_file({"weight": torch.zeros(3)}, tmp_path / "other.safetensors")
    with pytest.raises(DamagedFileError, match="spandrel"):
        load(tmp_path / "other.safetensors")
    tiny.write_compact(tmp_path / "nan.safetensors")
    tensors = load_file(tmp_path / "nan.safetensors")
    tensors["body.0.bias"][0] = float("nan")
    save_file(tensors, tmp_path / "nan.safetensors")
    with pytest.raises(DamagedFileError, match=r"body\.0\.bias"):
        load(tmp_path / "nan.safetensors")
