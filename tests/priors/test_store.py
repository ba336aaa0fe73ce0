"""Hashes, and the commands behind `dreamhead models`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from dreamhead.errors import DamagedFileError, DreamheadError, MissingModelError, UsageError
from dreamhead.priors import store


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DREAMHEAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "_hashes", {})
    return tmp_path / "cache"


def test_a_hash_is_sha256_and_remembered(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(bytes(2 << 20))
    wanted = hashlib.sha256(bytes(2 << 20)).hexdigest()
    assert store.file_hash(path) == wanted
    monkeypatch.setattr(store, "_hashes", {})
    monkeypatch.setattr(store, "file_sha256", lambda path: pytest.fail("hashed twice"))
    assert store.file_hash(path) == wanted


def test_a_changed_file_is_hashed_again(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"one")
    first = store.file_hash(path)
    path.write_bytes(b"other")
    assert store.file_hash(path) != first


def test_a_damaged_or_readonly_cache_only_costs_time(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    path = tmp_path / "weights.bin"
    path.write_bytes(bytes(2 << 20))
    assert len(store.file_hash(path)) == 64


def test_a_revision_covers_names_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"1")
    first = store.revision_of({"part": tmp_path / "a"})
    assert store.revision_of({"part": tmp_path / "a"}) == first
    assert store.revision_of({"other": tmp_path / "a"}) != first
    (tmp_path / "a" / "x").rename(tmp_path / "a" / "y")
    assert store.revision_of({"part": tmp_path / "a"}) != first
    with pytest.raises(MissingModelError, match="nothing"):
        store.revision_of({"part": tmp_path / "nothing"})


def test_listing_says_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "upscaler").mkdir()
    (tmp_path / "upscaler" / "RealESRGAN_x4plus.pth").write_bytes(b"x")
    rows = {row["role"]: row for row in store.list_models({"folder": str(tmp_path)})}
    assert rows["upscaler"]["state"] == "present" and rows["scorer"]["state"] == "missing"
    assert "x4plus" in rows["upscaler"]["source"] and rows["upscaler"]["licence"] == "BSD-3-Clause"


def test_a_wrong_hash_is_found(tmp_path: Path) -> None:
    assert store.verify_models({"folder": str(tmp_path)})["upscaler"] == "missing"
    (tmp_path / "upscaler").mkdir()
    (tmp_path / "upscaler" / "RealESRGAN_x4plus.pth").write_bytes(b"x")
    with pytest.raises(DamagedFileError, match="4fa0d38905f7"):
        store.verify_models({"folder": str(tmp_path)})


def test_pull_refuses_what_it_cannot_have(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="denoiser"):
        store.pull_models(["denoiser"], {"folder": str(tmp_path)}, lambda *a: None)
    with pytest.raises(UsageError, match="texture") as caught:
        store.pull_models(["texture"], {"folder": str(tmp_path)}, lambda *a: None)
    assert "fine-tune" in caught.value.tip


def test_a_download_that_fails_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(url: str, target: Path) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr(store.urllib.request, "urlretrieve", unreachable)
    with pytest.raises(DreamheadError, match="upscaler model cannot be downloaded from https://") as caught:
        store.pull_models(["upscaler"], {"folder": str(tmp_path)}, lambda done, total, note: None)
    assert caught.value.exit_code == 1 and "models pull upscaler" in caught.value.tip
    assert store.verify_models({"folder": str(tmp_path)}, ["upscaler"]) == {"upscaler": "missing"}


def test_verifying_reads_the_file_and_trusts_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(bytes(2 << 20))
    good, facts = store.file_hash(path), path.stat()
    path.write_bytes(b"\1" + bytes((2 << 20) - 1))
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert store.file_hash(path) == good, "size and time say nothing of a bit that flipped"
    with pytest.raises(DamagedFileError, match="has SHA-256"):
        store.check_hash(path, good)
