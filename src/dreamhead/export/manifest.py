"""manifest.json: what a bundle is, what it was made from and on what terms, and whether its gates passed."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dreamhead.head.model import HeadModel, Licence
from dreamhead.record import file_sha256

FORMAT = 1
NAME = "manifest.json"
WRITER_PACKAGES = ("pillow", "pygltflib", "scipy", "usd-core")
GENERATED = Licence("MIT", "dreamhead", "made by dreamhead from the prompt")


def manifest(
    *,
    prompt: str,
    seed: int,
    run: Mapping[str, Any],
    head: HeadModel,
    models: Iterable[Any],
    licences: Mapping[str, Licence],
    wardrobe: Mapping[str, Any],
    files: Mapping[str, Path],
    gates: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """The manifest as JSON.

    run: Context.record.  models: ModelRecords of every weight used.  licences: part of the bundle -> terms.
    files: name in the bundle -> path.  gates: results as JSON.  Everything that differs from run to run on
    one machine (times, memory) is under "timing".
    """
    gates = [dict(gate) for gate in gates]
    stages = run.get("stages", {})
    return {
        "format": FORMAT,
        "prompt": prompt,
        "seed": seed,
        "profile": {"name": run.get("profile", ""), "why": run.get("profile_reason", "")},
        "settings": dict(run.get("settings", {})),
        "passed": all(gate["passed"] is not False for gate in gates),
        "gates": gates,
        "head": {"model": head.name, "revision": head.revision},
        "wardrobe": dict(wardrobe),
        "models": [asdict(model) for model in models],
        "licences": {name: asdict(licence) for name, licence in licences.items()},
        "versions": {**writer_versions(), **run.get("versions", {})},
        "stages": {name: _lasting(record) for name, record in stages.items()},
        "files": {
            name: {"sha256": file_sha256(path), "bytes": path.stat().st_size} for name, path in files.items()
        },
        "timing": {name: _timing(record) for name, record in stages.items()},
    }


def writer_versions() -> dict[str, str]:
    """The packages, besides those that the run records, whose version can change a bundle's bytes."""
    return {package: importlib.metadata.version(package) for package in WRITER_PACKAGES}


TIMING_KEYS = ("seconds", "peak_mb", "device", "threads", "finished")


def _lasting(record: Mapping[str, Any]) -> dict[str, Any]:
    """Of a stage's record, what a second run repeats."""
    inputs = record.get("inputs", {})
    return {
        "fingerprint": record.get("fingerprint", ""),
        **{key: inputs[key] for key in ("version", "config") if key in inputs},
    }


def _timing(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: record[key] for key in TIMING_KEYS if key in record}
