"""The wheel holds all that a run needs: installed into an empty environment, it works outside the repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.heads import FAST

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-w", folder, ROOT], check=True, timeout=300)
    (built,) = folder.glob("dreamhead-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the wheel; the dependencies are lent by this one, which saves 5 GB."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", folder / "bin" / "python"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True, timeout=300)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_the_wheel_holds_code_assets_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tracked = subprocess.run(
        ["git", "ls-files", "assets"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    missing = [name for name in tracked.stdout.split("\n") if name and f"dreamhead/{name}" not in names]
    assert not missing
    folders = {name.split("/")[0] for name in names}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"dreamhead"}
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests", "tools"))]


def test_the_command_works_outside_the_repository(environment: Path, tmp_path: Path) -> None:
    said = _run(environment, tmp_path, "dreamhead", "--help")
    assert "make" in said and "resume" in said
    code = (
        "import dreamhead, dreamhead.assets as a; print(dreamhead.__file__, a.asset_path('head/house.npz'))"
    )
    module, asset = _run(environment, tmp_path, "python", "-c", code).split()
    assert Path(module).is_relative_to(environment) and Path(asset).is_relative_to(environment)


@pytest.mark.slow
def test_a_head_is_made_outside_the_repository(environment: Path, tmp_path: Path) -> None:
    options = [option for value in FAST for option in ("--set", value)]
    _run(environment, tmp_path, "dreamhead", "make", "an elderly sailor", "-o", "out", *options)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["profile"]["name"] == "embedded"
    assert (tmp_path / "out" / "head.glb").read_bytes()[:4] == b"glTF"


def _run(environment: Path, folder: Path, program: str, *arguments: str) -> str:
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    finished = subprocess.run(
        [environment / "bin" / program, *arguments],
        cwd=folder,
        env={**variables, "DREAMHEAD_CACHE": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
