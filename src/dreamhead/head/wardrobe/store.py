"""Arrays that depend only on the default head, remembered in memory and on disk."""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.assets import asset_path
from dreamhead.cache import cache_folder, keep

Arrays = dict[str, NDArray[Any]]

_log = logging.getLogger(__name__)
_memory: dict[str, Arrays] = {}


def remembered(key: str, build: Callable[[], Arrays]) -> Arrays:
    """The arrays stored under key, built on first use.

    key holds everything the arrays depend on besides this package's code, whose hash is added.  A file
    that cannot be read is rebuilt and the log says so.
    """
    if key in _memory:
        return _memory[key]
    name = hashlib.sha256(f"{_code_hash()} {key}".encode()).hexdigest()[:24]
    path = cache_folder("wardrobe") / f"{name}.npz"
    arrays = _read(path)
    if arrays is None:
        arrays = build()
        keep(path, _packed(arrays))
    _memory[key] = arrays
    return arrays


def _read(path: Path) -> Arrays | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        _log.warning("rebuilding unreadable cache file %s: %s", path, error)
        return None


def _packed(arrays: Arrays) -> bytes:
    """The arrays as an .npz file."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


@cache
def _code_hash() -> str:
    digest = hashlib.sha256()
    for source in (
        *sorted(Path(__file__).parent.glob("*.py")),
        *sorted(asset_path("wardrobe").glob("*.toml")),
    ):
        digest.update(source.read_bytes())
    return digest.hexdigest()
