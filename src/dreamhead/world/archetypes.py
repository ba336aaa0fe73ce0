"""Archetypes: what a sailor, an orc or a queen usually looks like, read from assets/world/archetypes.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dreamhead.assets import asset_path
from dreamhead.errors import DamagedFileError
from dreamhead.record import file_sha256


@dataclass(frozen=True)
class Archetype:
    """A kind of person or creature.

    names: how captions call it, the plainest first.  settings: attribute -> what to draw (see
    `draw_setting`); `male` is the chance of a male, `sliders` a table of head sliders.
    """

    name: str
    names: tuple[str, ...]
    settings: Mapping[str, Any]


@cache
def load_archetypes(path: Path | None = None) -> dict[str, Archetype]:
    """Every archetype by name.  A `like` entry starts from the settings of another archetype."""
    path = path or asset_path("world/archetypes.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Archetype(name, tuple(table["names"]), _settings(name, tables, path))
        for name, table in tables.items()
        if "names" in table
    }


def archetypes_revision() -> str:
    """SHA-256 of the shipped table: what was solved on captions of another one is not used."""
    return file_sha256(asset_path("world/archetypes.toml"))


def draw_setting(setting: Any, rng: np.random.Generator) -> Any:
    """One value: [low, high] uniform, a list of words evenly, a table of word = weight by weight, or itself."""
    if isinstance(setting, Mapping):
        weights = np.array(list(setting.values()), float)
        return str(rng.choice(list(setting), p=weights / weights.sum()))
    if isinstance(setting, list) and setting and isinstance(setting[0], str):
        return str(rng.choice(setting))
    if isinstance(setting, list) and len(setting) == 2:
        return float(rng.uniform(*setting))
    return setting


def _settings(name: str, tables: Mapping[str, Mapping[str, Any]], path: Path) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    table = tables.get(name)
    if table is None:
        raise DamagedFileError(f"{path}: `like` names the unknown archetype {name!r}.")
    if "like" in table:
        settings = _settings(str(table["like"]), tables, path)
    for key, value in table.items():
        if key in ("names", "like"):
            continue
        settings[key] = {**settings.get("sliders", {}), **value} if key == "sliders" else value
    return settings
