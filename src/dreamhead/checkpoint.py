"""Stage checkpoints: the arrays that a stage changed, and a record that says what they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dreamhead import record
from dreamhead.errors import DamagedFileError, DreamheadError
from dreamhead.head.asset import HeadAsset

ASSET_FILE = "asset.safetensors"
RECORD_FILE = "stage.json"


@dataclass(frozen=True)
class Inputs:
    """All that a stage's result depends on."""

    stage: str
    version: int
    prompt: str
    seed: int
    config: Mapping[str, Any]
    models: Mapping[str, str]  # role -> revision, the head's among them
    upstream: str  # fingerprint of the stage before, "" for the first

    @property
    def fingerprint(self) -> str:
        return record.fingerprint(vars(self))


def save(
    folder: Path,
    inputs: Inputs,
    before: HeadAsset,
    after: HeadAsset,
    *,
    upstream_content: str,
    products: Mapping[str, str],
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Write a checkpoint in one rename; returns its record.

    products: files of the bundle that the stage wrote, path -> SHA-256.  facts: seconds, peak_mb, versions
    and the like, for people to read.
    """
    check_asset(after, inputs.stage)
    old, new = before.tensors(), after.tensors()
    changed = {key: value for key, value in new.items() if not _same(old.get(key), value)}
    with record.atomic_folder(folder) as aside:
        record.save_arrays(aside / ASSET_FILE, changed)
        values: dict[str, Any] = {
            "format": 1,
            "stage": inputs.stage,
            "fingerprint": inputs.fingerprint,
            "inputs": vars(inputs),
            "upstream_content": upstream_content,
            "files": {ASSET_FILE: record.file_sha256(aside / ASSET_FILE)},
            "products": dict(products),
            "tensors": sorted(new),
            "asset": after.facts(),
            **facts,
        }
        values["content"] = content_of(values)
        values["digest"] = _digest(values)
        record.write_json(aside / RECORD_FILE, values)
    return read(folder)


def read(folder: Path) -> dict[str, Any]:
    """A checkpoint's record; FileNotFoundError when there is none, DamagedFileError when it was altered."""
    values = record.read_json(folder / RECORD_FILE)
    if values.get("digest") != _digest(values):
        raise DamagedFileError(f"{folder.name}/{RECORD_FILE} is damaged")
    return values


def verify(folder: Path, values: Mapping[str, Any], out: Path) -> None:
    """DamagedFileError naming the first file of the checkpoint or of its products that is not as recorded."""
    for base, files, shown in ((folder, values["files"], f"{folder.name}/"), (out, values["products"], "")):
        for name, digest in files.items():
            try:
                intact = record.file_sha256(base / name) == digest
            except FileNotFoundError:
                raise DamagedFileError(f"{shown}{name} is missing") from None
            except OSError as error:
                raise DamagedFileError(f"{shown}{name} cannot be read: {error.strerror}") from error
            if not intact:
                raise DamagedFileError(f"{shown}{name} is not what was written (truncated or changed)")


def load(folder: Path, before: HeadAsset) -> HeadAsset:
    """The asset after the stage, from the asset before it.  The files must have been verified."""
    values = read(folder)
    tensors = {**before.tensors(), **record.load_arrays(folder / ASSET_FILE)}
    try:
        return HeadAsset.restored({key: tensors[key] for key in values["tensors"]}, values["asset"])
    except (KeyError, TypeError) as error:
        raise DamagedFileError(f"{folder.name} does not fit the stage before it: {error}") from error


def check_asset(asset: HeadAsset, stage: str) -> None:
    """DreamheadError when a stage returned something that is not a finite numpy array."""
    fields = {key: value for key, value in vars(asset).items() if key != "wardrobe" and value is not None}
    groups = {key: value for key, value in fields.items() if isinstance(value, Mapping)}
    arrays = {key: value for key, value in fields.items() if key not in groups}
    arrays.update(
        {f"{group}.{key}": value for group, members in groups.items() for key, value in members.items()}
    )
    for key, value in arrays.items():
        if not isinstance(value, np.ndarray):
            raise DreamheadError(f"stage {stage} returned {key} as {type(value).__name__}, not a numpy array")
    try:
        record.check_finite(arrays, f"stage {stage}")
    except DamagedFileError as error:
        raise DreamheadError(error.message, "another seed may help; please report it") from error


def content_of(values: Mapping[str, Any]) -> str:
    """What the stage handed on, as one hash: tells whether a rebuilt stage gave another result."""
    return record.fingerprint(
        [values["upstream_content"], values["files"], values["tensors"], values["asset"]]
    )


def _digest(values: Mapping[str, Any]) -> str:
    return record.fingerprint({key: value for key, value in values.items() if key != "digest"})


def _same(old: np.ndarray | None, new: np.ndarray) -> bool:
    if old is None:
        return False
    return old is new or (old.dtype == new.dtype and old.shape == new.shape and np.array_equal(old, new))
