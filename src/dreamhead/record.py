"""Fingerprints, hashes, atomic files and folders, and the arrays inside them.  Imports no torch."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import save as tensors_to_bytes

from dreamhead.errors import DamagedFileError, MissingModelError

Arrays = dict[str, NDArray[Any]]


def canonical_json(value: Any) -> str:
    """One text per value: sorted keys, no spaces, no NaN; tuples are lists and paths are text."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=_plain
    )


def fingerprint(value: Any) -> str:
    """SHA-256 of the canonical JSON, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that either is not there (or is the old one) or is whole, even after a power cut."""
    with atomic_file(path) as stream:
        stream.write(content)


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a stream to write; on success its content takes path's place, as in write_bytes, else it is removed."""
    aside = _aside(path)
    try:
        with aside.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Write readable JSON, atomically."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=_plain) + "\n"
    write_bytes(path, text.encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; DamagedFileError when it is not one, FileNotFoundError when it is not there."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedFileError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise DamagedFileError(f"{path} does not hold a JSON object")
    return value


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside target; on success it is synced and takes target's place, else removed.

    A kill at any moment leaves target whole, or absent, and at most a folder whose name starts with a dot.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = _aside(target)
    aside.mkdir()
    try:
        yield aside
        for path in sorted(aside.rglob("*")):
            if path.is_file():
                sync(path)
        sync(aside)
        discard_folder(target)
        aside.rename(target)
        sync(target.parent)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def discard_folder(folder: Path) -> None:
    """Remove a folder that readers take for finished: renamed first, so that it is never seen half there."""
    if folder.exists():
        aside = _aside(folder)
        folder.rename(aside)
        shutil.rmtree(aside)


def remove_leftovers(parent: Path) -> None:
    """Remove what a killed process left aside; only the holder of the lock may call this."""
    for path in parent.glob(".*.aside-*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def sync(path: Path) -> None:
    """Make a file's content, or the renames inside a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def save_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as safetensors, the same bytes for the same arrays."""
    write_bytes(path, array_bytes(arrays))


def array_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """What save_arrays writes."""
    return tensors_to_bytes({key: np.asarray(value, order="C") for key, value in arrays.items()})


def load_arrays(path: Path) -> Arrays:
    """Read safetensors; MissingModelError when absent, DamagedFileError when unreadable or not finite."""
    if not path.is_file():
        raise MissingModelError(f"{path} is missing", "run `dreamhead doctor` to see what else is")
    try:
        with safetensors.safe_open(path, framework="np") as stream:
            arrays: Arrays = {key: stream.get_tensor(key) for key in stream.keys()}  # noqa: SIM118 not a dict
    except safetensors.SafetensorError as error:
        raise DamagedFileError(f"{path} is not a readable safetensors file: {error}") from error
    check_finite(arrays, str(path))
    return arrays


def check_finite(arrays: Mapping[str, NDArray[Any]], where: str) -> None:
    """DamagedFileError naming the first array that holds NaN or Inf."""
    for key, value in arrays.items():
        if np.issubdtype(value.dtype, np.floating) and not np.isfinite(value).all():
            count = int(value.size - np.isfinite(value).sum())
            raise DamagedFileError(f"{where}: {key} holds {count} values that are NaN or infinite")


def save_loop_state(work: Path, name: str, step: int, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Keep a long loop's state before step `step`.

    work is the stage's scratch folder, whose name carries the fingerprint of the stage, so that a state
    is only ever found again by the same work; name tells apart the loops of one stage.
    """
    state = {f"state.{key}": np.asarray(value) for key, value in arrays.items()}
    state["step"] = np.asarray(step, dtype=np.int64)
    state["digest"] = _digest(state)
    save_arrays(work / f"{name}.loop.safetensors", state)


def load_loop_state(work: Path, name: str) -> tuple[int, Arrays] | None:
    """The step and arrays of the last save_loop_state, or None when there is none or it is damaged."""
    try:
        state = load_arrays(work / f"{name}.loop.safetensors")
    except (MissingModelError, DamagedFileError):
        return None
    digest = state.pop("digest", None)
    if digest is None or not np.array_equal(digest, _digest(state)):
        return None
    step = int(state.pop("step"))
    return step, {key.removeprefix("state."): value for key, value in state.items()}


def _digest(arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    hasher = hashlib.sha256()
    for key in sorted(arrays):
        hasher.update(f"{key} {arrays[key].dtype} {arrays[key].shape}".encode())
        hasher.update(arrays[key].tobytes())
    return np.frombuffer(hasher.digest(), dtype=np.uint8)


def _plain(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} {value!r} has no JSON form")


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.aside-{os.getpid()}-{uuid.uuid4().hex[:8]}")
