from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from dreamhead.errors import DamagedFileError
from dreamhead.head.model import HeadModel
from dreamhead.world.archetypes import draw_setting, load_archetypes
from dreamhead.world.attributes import Attributes


def test_settings_name_attributes_and_sliders_of_the_head(head: HeadModel) -> None:
    known = {spec.name for spec in fields(Attributes)} | {"male"}
    for archetype in load_archetypes().values():
        assert set(archetype.settings) <= known, archetype.name
        assert set(archetype.settings.get("sliders", {})) <= set(head.slider_names), archetype.name
        assert archetype.names and len(set(archetype.names)) == len(archetype.names)


def test_names_belong_to_few_archetypes() -> None:
    names = [name for archetype in load_archetypes().values() for name in archetype.names]
    assert len(set(names)) > 0.98 * len(names)


def test_like_starts_from_another_entry(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        '[base]\nyears = 5\neyes = "red"\n[child]\nnames = ["child"]\nlike = "base"\neyes = "blue"\n'
    )
    assert load_archetypes(path)["child"].settings == {"years": 5, "eyes": "blue"}
    path.write_text('[child]\nnames = ["child"]\nlike = "nobody"\n')
    load_archetypes.cache_clear()
    with pytest.raises(DamagedFileError, match="nobody"):
        load_archetypes(path)


def test_settings_draw_numbers_and_words() -> None:
    rng = np.random.default_rng(0)
    assert 2 <= draw_setting([2, 3], rng) <= 3
    assert draw_setting(["a", "b"], rng) in ("a", "b")
    assert draw_setting({"a": 1, "b": 0}, rng) == "a"
    assert draw_setting("red", rng) == "red" and draw_setting(0.5, rng) == 0.5
