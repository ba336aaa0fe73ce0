"""Reading weights safely: safetensors first, pickles only by torch's restricted reader, numbers finite."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from dreamhead.errors import DamagedFileError, MissingModelError, UsageError
from dreamhead.priors.store import PICKLED

HOW_TO_LIST = "`dreamhead models list` shows what is expected where"
FETCH_AGAIN = "delete it, then fetch or build it again"


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint file, on the CPU.

    A .pth, .pt, .ckpt or .bin file is a pickle: torch's weights-only reader refuses anything in it that is
    not a tensor or a plain container.  Raises MissingModelError, DamagedFileError.
    """
    if not path.is_file():
        raise MissingModelError(f"model file {path} is missing", HOW_TO_LIST)
    if path.suffix == ".safetensors":
        try:
            tensors = load_file(path)
        except (SafetensorError, OSError) as error:
            raise DamagedFileError(
                f"{path} is not a readable safetensors file: {error}", FETCH_AGAIN
            ) from error
    elif path.suffix in PICKLED:
        tensors = _read_pickle(path)
    else:
        raise UsageError(f"{path} has an unknown ending", f"use .safetensors or one of {', '.join(PICKLED)}")
    check_finite(tensors, path)
    return tensors


def read_config(path: Path) -> dict[str, Any]:
    """A model's JSON configuration.  Raises MissingModelError, DamagedFileError."""
    if not path.is_file():
        raise MissingModelError(f"model file {path} is missing", HOW_TO_LIST)
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise DamagedFileError(f"{path} is not JSON: {error}", FETCH_AGAIN) from error
    if not isinstance(config, dict):
        raise DamagedFileError(f"{path} holds {type(config).__name__}, expected an object", FETCH_AGAIN)
    return config


def check_tokenizer(folder: Path) -> None:
    """Raise MissingModelError or DamagedFileError unless a tokenizer's vocabulary can be read from a folder."""
    vocabulary = folder / "vocab.json"  # of the older form, with merges.txt beside it
    read_config(vocabulary if vocabulary.is_file() else folder / "tokenizer.json")


def check_finite(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Raise DamagedFileError naming the first tensor that holds NaN or Inf."""
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise DamagedFileError(f"{path}: tensor {name!r} holds NaN or Inf", FETCH_AGAIN)


def load_whole(
    model: nn.Module, tensors: Mapping[str, Tensor], path: Path, may_lack: tuple[str, ...], tip: str
) -> None:
    """Fill a model with all of a file's tensors; only those whose name starts as in `may_lack` may be missing.

    Raises DamagedFileError with the tip when they do not fit.
    """
    try:
        result = model.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        raise DamagedFileError(f"{path} does not fit its configuration: {error}", tip) from error
    missing = [name for name in result.missing_keys if not name.startswith(may_lack)]
    if missing or result.unexpected_keys:
        odd, how = (missing[0], "missing") if missing else (result.unexpected_keys[0], "unexpected")
        raise DamagedFileError(f"{path} does not fit its configuration: tensor {odd!r} is {how}", tip)


def safetensors_in(folder: Path, stem: str) -> Path:
    """The weights file `stem`.safetensors of a model folder, or its fp16 variant.

    Raises MissingModelError; the tip names a pickled file that is there instead.
    """
    for name in (f"{stem}.safetensors", f"{stem}.fp16.safetensors"):
        if (folder / name).is_file():
            return folder / name
    pickled = (
        sorted(p.name for p in folder.glob(f"{stem}*") if p.suffix in PICKLED) if folder.is_dir() else []
    )
    tip = f"only {pickled[0]} is there: convert it to safetensors" if pickled else HOW_TO_LIST
    raise MissingModelError(f"model file {folder / f'{stem}.safetensors'} is missing", tip)


def compute_dtype(device: str) -> torch.dtype:
    """The number type to run a network in: bfloat16 where the processor has it, else float32.

    Decided by what the processor says, not by a stopwatch: two runs on one machine must choose alike, or
    their bytes differ.  On a CPU with AVX512-BF16 it made the autoencoder twice and the U-Net 1.1 to 1.8
    times as fast.
    """
    if torch.device(device).type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    native = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("amx_tile")
    return torch.bfloat16 if native else torch.float32


def _read_pickle(path: Path) -> dict[str, Tensor]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise DamagedFileError(
            f"{path} is damaged, or holds more than tensors and was refused: {str(error).splitlines()[0]}",
            "use a safetensors file of the same model",
        ) from error
    for wrapper in ("params_ema", "params", "state_dict"):
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    tensors = (
        {str(k): v for k, v in content.items() if isinstance(v, Tensor)} if isinstance(content, dict) else {}
    )
    if not tensors:
        raise DamagedFileError(f"{path} holds no tensors", "use a checkpoint of the model itself")
    return tensors
