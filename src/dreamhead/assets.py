"""Find the files that ship with dreamhead, from a checkout or from an installed wheel."""

from __future__ import annotations

from pathlib import Path

from dreamhead.errors import MissingModelError


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
        tip="Install dreamhead again, or restore the assets folder of the checkout.",
    )
