"""Writes trained weights in the forms that the priors read, each file whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor

from dreamhead.priors.diffusion import WEIGHTS
from dreamhead.record import write_bytes, write_json

WEIGHTS_FILE = f"{WEIGHTS}.safetensors"  # in a diffusers folder


def save_diffusers(folder: Path, config: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Write a diffusers folder: config.json, and the weights as save_half does."""
    save_half(tensors, folder / WEIGHTS_FILE)
    write_json(folder / "config.json", config)


def save_half(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Write tensors as float16 safetensors (integers as they are)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = {k: (v.half() if v.is_floating_point() else v).cpu().contiguous() for k, v in tensors.items()}
    write_bytes(path, save(half, metadata={"format": "pt"}))
