"""Find the files that ship with dreamhead, from a checkout or from an installed wheel."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import DamagedFileError, MissingModelError

_REINSTALL = "Install dreamhead again, or restore the assets folder of the checkout."


def asset_path(name: str) -> Path:
    """Path of a shipped file or folder, such as "head/house.npz".

    Looks in the installed package first, then in the checkout around it.  Raises MissingModelError,
    naming the file, when neither has it.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "assets", package.parents[1] / "assets"):
        path = folder / name
        if path.exists():
            return path
    raise MissingModelError(
        f"the shipped file assets/{name} is missing",
        tip=_REINSTALL,
    )


def asset_arrays(name: str) -> dict[str, NDArray[Any]]:
    """The arrays of a shipped .npz.  Raises MissingModelError, or DamagedFileError when it cannot be read."""
    path = asset_path(name)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DamagedFileError(
            f"the shipped file assets/{name} is damaged: {error}", tip=_REINSTALL
        ) from error


def asset_json(name: str) -> Any:
    """The content of a shipped .json.  Raises as asset_arrays does."""
    path = asset_path(name)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DamagedFileError(
            f"the shipped file assets/{name} is damaged: {error}", tip=_REINSTALL
        ) from error
