"""Runs the Khronos glTF validator (npm package gltf-validator) where node and the package are installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dreamhead.errors import DamagedFileError

MODULES_VARIABLE = "DREAMHEAD_NODE_MODULES"  # a node_modules folder that holds gltf-validator
CLIENT = Path(__file__).with_name("validate_glb.cjs")
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class ValidatorReport:
    """What the validator said; messages are its errors and warnings, "CODE pointer"."""

    errors: int
    warnings: int
    messages: tuple[str, ...]


def validate(path: Path) -> ValidatorReport | None:
    """The report on a glb file, or None where the validator is not installed.

    DamagedFileError when the validator itself fails.
    """
    node, modules = shutil.which("node"), node_modules()
    if node is None or modules is None:
        return None
    finished = subprocess.run(
        [node, str(CLIENT), str(path)],
        env={**os.environ, "NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if finished.returncode != 0:
        raise DamagedFileError(f"gltf-validator failed on {path}: {finished.stderr.strip()[-500:]}")
    report = json.loads(finished.stdout)
    return ValidatorReport(report["errors"], report["warnings"], tuple(report["messages"]))


def node_modules() -> Path | None:
    """The folder that holds gltf-validator: DREAMHEAD_NODE_MODULES, or a checkout's tests/clients."""
    checkout = Path(__file__).parents[3] / "tests" / "clients" / "node_modules"
    named = os.environ.get(MODULES_VARIABLE)
    for folder in ([Path(named)] if named else []) + [checkout]:
        if (folder / "gltf-validator").is_dir():
            return folder
    return None
