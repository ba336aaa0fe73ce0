"""Where the world's data files (archetypes, vocabulary) are found."""

from __future__ import annotations

from pathlib import Path

from dreamhead.errors import MissingModelError

_PACKAGE = Path(__file__).resolve().parents[1]


def world_file(name: str) -> Path:
    """The path of assets/world/<name>, in an installed wheel or in a checkout; MissingModelError if absent."""
    for root in (_PACKAGE / "assets", _PACKAGE.parents[1] / "assets"):
        path = root / "world" / name
        if path.is_file():
            return path
    raise MissingModelError(
        f"The data file assets/world/{name} is missing.",
        "Reinstall dreamhead, or restore the file from the repository.",
    )
