"""Where this user's cache is, and how files get into it: whole, or not at all.  Imports no torch."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from dreamhead import record
from dreamhead.errors import UsageError

log = logging.getLogger(__name__)


def cache_folder(*inside: str) -> Path:
    """This user's cache, or a folder inside it; nothing is created here.

    $DREAMHEAD_CACHE when it is set, else `dreamhead` in $XDG_CACHE_HOME when that is an absolute path, else in
    the place that the system keeps for caches.  UsageError where there is no home folder to find it in.
    """
    chosen = os.environ.get("DREAMHEAD_CACHE")
    root = Path(chosen).expanduser().absolute() if chosen else _system_cache() / "dreamhead"
    return root.joinpath(*inside)


def keep(path: Path, content: bytes) -> None:
    """Write a file of the cache.  A cache that cannot be written only costs time: the log says so."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        record.write_bytes(path, content)
    except OSError as error:
        log.warning("cannot keep %s: %s", path, error)


def _system_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    if base and Path(base).is_absolute():
        return Path(base)
    try:
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    except RuntimeError as error:
        raise UsageError(
            "there is no home folder to keep a cache in", "set DREAMHEAD_CACHE to a folder you may write to"
        ) from error
