"""Trained weights on disk: halves, in a diffusers folder, and never half a file."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from dreamhead.train.weights import WEIGHTS_FILE, save_diffusers, save_half


def test_numbers_are_halved_and_integers_kept(tmp_path: Path) -> None:
    tensors = {"a": torch.tensor([[1.0, 2.0], [3.0, 1e-3]]).T, "count": torch.tensor([70_000])}
    save_half(tensors, tmp_path / "new" / "file.safetensors")
    stored = load_file(tmp_path / "new" / "file.safetensors")
    assert stored["a"].dtype == torch.float16 and torch.equal(stored["a"], tensors["a"].half())
    assert torch.equal(stored["count"], tensors["count"])


def test_a_diffusers_folder(tmp_path: Path) -> None:
    save_diffusers(tmp_path / "unet", {"_class_name": "Net", "channels": (1, 2)}, {"a": torch.ones(2)})
    assert json.loads((tmp_path / "unet" / "config.json").read_text()) == {
        "_class_name": "Net",
        "channels": [1, 2],
    }
    assert torch.equal(load_file(tmp_path / "unet" / WEIGHTS_FILE)["a"], torch.ones(2).half())


def test_a_full_disk_leaves_the_weights_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.safetensors"
    save_half({"a": torch.ones(2)}, path)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        save_half({"a": torch.zeros(2)}, path)
    monkeypatch.undo()
    assert torch.equal(load_file(path)["a"], torch.ones(2).half())
    assert [file.name for file in tmp_path.iterdir()] == ["file.safetensors"]
