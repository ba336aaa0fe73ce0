"""Load a head model by name: generated or read once, then kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from dreamhead.cache import cache_folder, keep
from dreamhead.errors import DamagedFileError
from dreamhead.head import linear
from dreamhead.head.builtin.model import BuiltinHead, build_head
from dreamhead.head.builtin.regions import FIELD_NAMES, MASK_NAMES
from dreamhead.head.builtin.revision import head_revision as builtin_revision
from dreamhead.head.flame.model import read_flame
from dreamhead.head.ict.model import read_ict
from dreamhead.head.model import Landmarks, Part
from dreamhead.head.revision import head_revision, model_folder

if TYPE_CHECKING:
    from dreamhead.head.model import HeadModel

log = logging.getLogger(__name__)
CACHE_FORMAT = 1
_DIGEST_BYTES = 32


@cache
def load_head(name: str, folder: str = "") -> HeadModel:
    """The head model of that name: builtin, or ict and flame read from `folder` or where the environment says.

    Raises UsageError for any other name, MissingModelError without the files, DamagedFileError when they are not
    what they should be.
    """
    revision = head_revision(name, folder)
    if name == "builtin":
        return load_builtin(cache_folder("head"))
    path = cache_folder("head") / f"{name}-{CACHE_FORMAT}-{revision[:16]}.safetensors"
    stored = _stored(path)
    if stored is not None:
        return linear.unpacked(stored)
    head = READERS[name](model_folder(name, folder), load_head("builtin"), revision)
    _keep(path, linear.packed(head))
    return head


def load_builtin(folder: Path) -> BuiltinHead:
    """The built-in head from the cache folder; generated, and written there, when missing or damaged.

    A folder that cannot be written only costs the next start its time.
    """
    revision = builtin_revision()
    path = folder / f"builtin-{CACHE_FORMAT}-{revision[:16]}.safetensors"
    stored = _stored(path)
    if stored is not None:
        try:
            return _unpacked(stored, revision)
        except DamagedFileError as error:
            log.warning("%s; generating the head again", error.message)
    head = build_head()
    _keep(path, _packed(head))
    return head


READERS = {"ict": read_ict, "flame": read_flame}


def _stored(path: Path) -> dict[str, NDArray[Any]] | None:
    """What the cache keeps under that name; None when there is nothing whole."""
    if not path.exists():
        return None
    try:
        return _read_verified(path)
    except DamagedFileError as error:
        log.warning("%s; making the head again", error.message)
        return None


def _keep(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    payload = save_tensors(dict(arrays))
    keep(path, hashlib.sha256(payload).digest() + payload)


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
