"""The memory on disk: written once, read back, rebuilt when damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dreamhead.head.wardrobe import store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DREAMHEAD_CACHE", str(tmp_path))
    monkeypatch.setattr(store, "_memory", {})
    return tmp_path / "wardrobe"


def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_memory", {})


def test_built_once_then_remembered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def build() -> store.Arrays:
        calls.append(1)
        return {"a": np.arange(5)}

    for _ in range(2):
        np.testing.assert_array_equal(store.remembered("key", build)["a"], np.arange(5))
        forgotten(monkeypatch)
    assert len(calls) == 1
    assert len(list(folder.glob("*.npz"))) == 1
    assert len(list(folder.iterdir())) == 1, "nothing is left aside"


@pytest.mark.parametrize("damage", [b"", b"not an archive", None])
def test_a_damaged_file_is_rebuilt(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, damage: bytes | None
) -> None:
    store.remembered("key", lambda: {"a": np.arange(500)})
    (path,) = folder.glob("*.npz")
    path.write_bytes(path.read_bytes()[:-300] if damage is None else damage)
    forgotten(monkeypatch)
    np.testing.assert_array_equal(store.remembered("key", lambda: {"a": np.arange(500)})["a"], np.arange(500))
    assert "rebuilding" in caplog.text
    forgotten(monkeypatch)
    np.testing.assert_array_equal(store.remembered("key", dict)["a"], np.arange(500))


def test_a_folder_that_cannot_be_written_only_costs_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv("DREAMHEAD_CACHE", str(tmp_path / "cache"))
    forgotten(monkeypatch)
    assert store.remembered("key", lambda: {"a": np.ones(1)})["a"] == 1
