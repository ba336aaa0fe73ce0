"""What `dreamhead doctor` looks at: versions, memory, disk, CUDA, warp, and the files that ship."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from dreamhead import __version__, memory
from dreamhead.errors import DreamheadError

NEEDED_MEMORY_MB = 4_000
NEEDED_DISK_MB = 1_000
OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
PACKAGES = (
    "numpy",
    "torch",
    "torchvision",
    "diffusers",
    "transformers",
    "open_clip_torch",
    "spandrel",
    "warp-lang",
)


def examine() -> list[dict[str, str]]:
    """One row per check: name, verdict (ok, note, bad) and what was found.  Imports torch and warp."""
    checks: list[Callable[[], dict[str, str]]] = [_python, _memory, _disk, _torch, _warp, _embedded, _studio]
    rows = [_row("dreamhead", "ok", __version__)]
    rows += [_package(name) for name in PACKAGES]
    return rows + [check() for check in checks]


def _row(name: str, verdict: str, found: str) -> dict[str, str]:
    return {"check": name, "verdict": verdict, "found": found}


def _package(name: str) -> dict[str, str]:
    try:
        return _row(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return _row(name, "bad", "not installed: install dreamhead again")


def _python() -> dict[str, str]:
    fits = OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON
    return _row("python", "ok" if fits else "bad", f"{platform.python_version()} on {platform.platform()}")


def _memory() -> dict[str, str]:
    total = memory.total_mb()
    if not total:
        return _row("memory", "note", "unknown on this system")
    enough = total >= NEEDED_MEMORY_MB
    return _row(
        "memory",
        "ok" if enough else "note",
        f"{total} MB" + ("" if enough else f", {NEEDED_MEMORY_MB} advised"),
    )


def _disk() -> dict[str, str]:
    free = shutil.disk_usage(Path.cwd()).free // 1_000_000
    enough = free >= NEEDED_DISK_MB
    return _row(
        "disk here", "ok" if enough else "note", f"{free} MB free" + ("" if enough else ": a head needs more")
    )


def _torch() -> dict[str, str]:
    try:
        import torch
    except (ImportError, OSError) as error:
        return _row("CUDA", "bad", f"torch cannot be imported: {error}")
    if not torch.cuda.is_available():
        return _row("CUDA", "note", "no device: the embedded profile is used")
    free, total = torch.cuda.mem_get_info()
    return _row("CUDA", "ok", f"{torch.cuda.get_device_name()}, {free // 10**6} of {total // 10**6} MB free")


def _warp() -> dict[str, str]:
    try:
        import warp
    except (ImportError, OSError) as error:
        return _row("warp", "bad", f"cannot be imported: {error}")
    cache = Path(warp.config.kernel_cache_dir or tempfile.gettempdir())
    return _row("warp", "ok", f"{warp.config.version}, compiled kernels in {cache}")


def _embedded() -> dict[str, str]:
    from dreamhead.priors.profiles import resolve_profile

    try:
        profile = resolve_profile("embedded", {})
    except DreamheadError as error:
        return _row("embedded models", "bad", error.message)
    return _row("embedded models", "ok", ", ".join(profile.models))


def _studio() -> dict[str, str]:
    from dreamhead.priors.store import list_models

    absent = [row["role"] for row in list_models({}) if row["state"] == "missing"]
    return _row(
        "studio models",
        "note" if absent else "ok",
        f"missing: {', '.join(absent)}" if absent else "all there",
    )
