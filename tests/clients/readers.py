"""Runs the readers of tests/clients, each in a process of its own: they crash, and they want other Pythons."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parent
PYTHON_VARIABLE = "DREAMHEAD_CLIENTS_PYTHON"  # a Python that has the readers
TIMEOUT_SECONDS = 300


def python_with(package: str) -> Path:
    """The Python that can import a reader; skips the test where there is none."""
    python = Path(os.environ.get(PYTHON_VARIABLE, FOLDER / ".venv" / "bin" / "python"))
    if not python.is_file():
        pytest.skip(f"{package} is not installed: `tests/clients/install.sh all` installs it")
    done = subprocess.run(
        [python, "-c", f"import {package}"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it crashed"])[-1]
        pytest.skip(f"{package} does not start: {last} (`tests/clients/install.sh all` installs it)")
    return python


def ask(
    package: str, script: str, path: Path, *words: str
) -> tuple[dict[str, Any], Mapping[str, np.ndarray]]:
    """What a script of this folder says of a file: facts and tables."""
    answer = path.with_suffix(".npz")
    done = subprocess.run(
        [python_with(package), FOLDER / script, path, answer, *words],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    with np.load(answer) as tables:
        found = dict(tables)
    return json.loads(str(found.pop("facts"))), found
