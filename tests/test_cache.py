"""One cache folder for everything, and files that are in it whole or not at all."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from dreamhead import cache
from dreamhead.errors import UsageError


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DREAMHEAD_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("nothing_set")
def test_what_is_set_wins_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert cache.cache_folder() == Path("/home/somebody/.cache/dreamhead")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache.cache_folder("head") == Path("/home/somebody/Library/Caches/dreamhead/head")
    monkeypatch.setattr(sys, "platform", "win32")
    assert cache.cache_folder() == Path("/home/somebody/AppData/Local/dreamhead")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    assert cache.cache_folder() == Path("/home/somebody/AppData/Local/dreamhead")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_folder("a", "b") == tmp_path / "dreamhead" / "a" / "b"
    monkeypatch.setenv("DREAMHEAD_CACHE", "~/mine")
    assert cache.cache_folder("head") == Path("/home/somebody/mine/head")


@pytest.mark.usefixtures("nothing_set")
def test_without_a_home_the_error_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(UsageError, match="no home folder") as caught:
        cache.cache_folder()
    assert "DREAMHEAD_CACHE" in caught.value.tip


def test_every_part_keeps_its_files_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from dreamhead.head.wardrobe import store as wardrobe
    from dreamhead.priors import store as priors

    monkeypatch.setenv("DREAMHEAD_CACHE", str(tmp_path))
    monkeypatch.setattr(wardrobe, "_memory", {})
    wardrobe.remembered("key", dict)
    assert [path.name for path in tmp_path.iterdir()] == ["wardrobe"]
    assert priors.models_folder({}) == tmp_path / "models"


def test_files_are_whole_or_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.keep(tmp_path / "new" / "file", b"whole")
    assert (tmp_path / "new" / "file").read_bytes() == b"whole"
    with caplog.at_level(logging.WARNING):
        cache.keep(tmp_path / "new" / "file" / "below", b"impossible")
    assert "cannot keep" in caplog.text
    monkeypatch.setattr("os.fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "No space left")))
    cache.keep(tmp_path / "new" / "file", b"other")
    assert [path.read_bytes() for path in (tmp_path / "new").iterdir()] == [b"whole"]
