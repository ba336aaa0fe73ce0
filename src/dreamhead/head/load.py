"""Load a head model by name; the built-in one is generated once and kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import logging
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from dreamhead.cache import cache_folder, keep
from dreamhead.errors import DamagedFileError, UsageError
from dreamhead.head.builtin.model import BuiltinHead, build_head
from dreamhead.head.builtin.regions import FIELD_NAMES, MASK_NAMES
from dreamhead.head.builtin.revision import head_revision
from dreamhead.head.model import Landmarks, Part

if TYPE_CHECKING:
    from dreamhead.head.model import HeadModel

log = logging.getLogger(__name__)
CACHE_FORMAT = 1
_DIGEST_BYTES = 32


@cache
def load_head(name: str) -> HeadModel:
    """The head model of that name: "builtin".  Raises UsageError for any other name."""
    if name != "builtin":
        raise UsageError(f"there is no head model named {name!r}", tip="Known head models: builtin.")
    return load_builtin(cache_folder("head"))


def load_builtin(folder: Path) -> BuiltinHead:
    """The built-in head from the cache folder; generated, and written there, when missing or damaged.

    A folder that cannot be written only costs the next start its time.
    """
    revision = head_revision()
    path = folder / f"builtin-{CACHE_FORMAT}-{revision[:16]}.safetensors"
    if path.exists():
        try:
            return _unpacked(_read_verified(path), revision)
        except DamagedFileError as error:
            log.warning("%s; generating the head again", error.message)
    head = build_head()
    payload = save_tensors(_packed(head))
    keep(path, hashlib.sha256(payload).digest() + payload)
    return head


def _read_verified(path: Path) -> dict[str, NDArray[Any]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedFileError(f"cannot read {path}: {error}") from error
    payload = memoryview(content)[_DIGEST_BYTES:]
    if hashlib.sha256(payload).digest() != content[:_DIGEST_BYTES]:
        raise DamagedFileError(f"{path} is damaged: its content does not match its SHA-256")
    try:
        return load_tensors(bytes(payload))
    except SafetensorError as error:
        raise DamagedFileError(f"{path} is damaged: {error}") from error


def _packed(head: BuiltinHead) -> dict[str, NDArray[Any]]:
    part_names = [[part.name, part.material] for part in head.parts]
    tensors: dict[str, NDArray[Any]] = {
        "mean": head.mean,
        "identity_basis": head.identity_basis,
        "joint_weights": head.joint_weights,
        "part_names": np.frombuffer(json.dumps(part_names).encode(), np.uint8),
    }
    for name in ("landmarks_478", "landmarks_68"):
        points: Landmarks = getattr(head, name)
        tensors |= {f"{name}.vertices": points.vertices, f"{name}.weights": points.weights}
    for part in head.parts:
        prefix = f"part.{part.name}"
        tensors |= {
            f"{prefix}.faces": part.faces,
            f"{prefix}.uv": part.uv,
            f"{prefix}.uv_faces": part.uv_faces,
        }
    tensors |= {f"mask.{name}": values for name, values in head.masks.items()}
    tensors |= {f"field.{name}": values for name, values in head.fields.items()}
    return {name: np.ascontiguousarray(array) for name, array in tensors.items()}


def _unpacked(tensors: dict[str, NDArray[Any]], revision: str) -> BuiltinHead:
    def group(prefix: str, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
        return {name: tensors[prefix + name] for name in names}

    try:
        parts = tuple(
            Part(
                name,
                material,
                tensors[f"part.{name}.faces"],
                tensors[f"part.{name}.uv"],
                tensors[f"part.{name}.uv_faces"],
            )
            for name, material in json.loads(tensors["part_names"].tobytes())
        )
        return BuiltinHead(
            revision=revision,
            mean=tensors["mean"],
            identity_basis=tensors["identity_basis"],
            parts=parts,
            joint_weights=tensors["joint_weights"],
            landmarks_478=Landmarks(tensors["landmarks_478.vertices"], tensors["landmarks_478.weights"]),
            landmarks_68=Landmarks(tensors["landmarks_68.vertices"], tensors["landmarks_68.weights"]),
            masks=group("mask.", MASK_NAMES),
            fields=group("field.", FIELD_NAMES),
        )
    except KeyError as error:
        raise DamagedFileError(f"the cached head lacks {error}") from error
