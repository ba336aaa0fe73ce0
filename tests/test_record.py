"""Known hashes, atomic writes under every failure, and arrays that come back as they were."""

from __future__ import annotations

import errno
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamhead import record
from dreamhead.errors import DamagedFileError, MissingModelError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_known_fingerprint() -> None:
    assert record.canonical_json({"b": (1, 2), "a": "ä"}) == '{"a":"\\u00e4","b":[1,2]}'
    empty_object = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert record.fingerprint({}) == empty_object


@given(JSON)
def test_fingerprint_survives_a_round_trip(value: object) -> None:
    import json

    assert record.fingerprint(json.loads(record.canonical_json(value))) == record.fingerprint(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, np.float32(1), {"a": np.zeros(2)}])
def test_what_has_no_json_form_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        record.canonical_json(value)


def test_file_sha256(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert record.file_sha256(tmp_path / "abc").startswith("ba7816bf8f01cfea414140de5dae2223")


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "file"
    record.write_bytes(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(*((os, "fsync") if failing == "fsync" else (Path, "replace")), fail)
    with pytest.raises(OSError, match="full"):
        record.write_bytes(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_atomic_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with record.atomic_file(path) as stream:
        np.save(stream, np.arange(3))
        assert not path.exists()
    assert np.load(path).tolist() == [0, 1, 2]
    with pytest.raises(RuntimeError), record.atomic_file(path) as stream:
        stream.write(b"half")
        raise RuntimeError
    assert np.load(path).tolist() == [0, 1, 2]
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_atomic_folder_appears_whole(tmp_path: Path) -> None:
    with record.atomic_folder(tmp_path / "a" / "folder") as aside:
        (aside / "one").write_text("1")
        assert not (tmp_path / "a" / "folder").exists()
    with record.atomic_folder(tmp_path / "a" / "folder") as aside:
        (aside / "two").write_text("2")
        assert (tmp_path / "a" / "folder" / "one").exists()
    assert [p.name for p in (tmp_path / "a" / "folder").iterdir()] == ["two"]
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["folder"]


def test_atomic_folder_keeps_the_old_one_on_failure(tmp_path: Path) -> None:
    with record.atomic_folder(tmp_path / "folder") as aside:
        (aside / "one").write_text("1")
    with pytest.raises(RuntimeError), record.atomic_folder(tmp_path / "folder") as aside:
        (aside / "two").write_text("2")
        raise RuntimeError
    assert [p.name for p in (tmp_path / "folder").iterdir()] == ["one"]
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_leftovers_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".folder.aside-1-abcd").mkdir()
    (tmp_path / ".file.aside-1-abcd").write_text("half")
    (tmp_path / "kept").write_text("whole")
    record.remove_leftovers(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


def test_read_json_refuses_what_is_no_object(tmp_path: Path) -> None:
    for text in ("", "{", "[1]", '{"a": 1', "\x00"):
        (tmp_path / "file").write_text(text)
        with pytest.raises(DamagedFileError):
            record.read_json(tmp_path / "file")


def test_arrays_come_back(tmp_path: Path) -> None:
    arrays = {
        "scalar": np.float32(3).reshape(()),
        "strided": np.arange(12, dtype=np.float32).reshape(3, 4).T[::2],
        "pixels": np.arange(6, dtype=np.uint16).reshape(2, 3),
        "none": np.zeros((0, 3), np.int32),
    }
    record.save_arrays(tmp_path / "a", arrays)
    record.save_arrays(tmp_path / "b", dict(reversed(arrays.items())))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    loaded = record.load_arrays(tmp_path / "a")
    for key, value in arrays.items():
        assert loaded[key].dtype == value.dtype and loaded[key].shape == value.shape
        assert np.array_equal(loaded[key], value)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_arrays_that_are_not_finite_are_refused(tmp_path: Path, bad: float) -> None:
    record.save_arrays(tmp_path / "a", {"good": np.zeros(3), "wrong": np.array([0, bad], np.float32)})
    with pytest.raises(DamagedFileError, match="wrong holds 1 "):
        record.load_arrays(tmp_path / "a")


def test_arrays_missing_or_cut(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError):
        record.load_arrays(tmp_path / "a")
    record.save_arrays(tmp_path / "a", {"x": np.zeros(100)})
    whole = (tmp_path / "a").read_bytes()
    for length in (0, 4, 40, len(whole) - 1):
        (tmp_path / "a").write_bytes(whole[:length])
        with pytest.raises(DamagedFileError):
            record.load_arrays(tmp_path / "a")


def test_loop_state_comes_back_and_damage_is_ignored(tmp_path: Path) -> None:
    assert record.load_loop_state(tmp_path, "loop") is None
    state = {"x": np.arange(5, dtype=np.float32), "step": np.float32(2).reshape(())}
    record.save_loop_state(tmp_path, "loop", 7, state)
    saved = record.load_loop_state(tmp_path, "loop")
    assert saved is not None
    assert saved[0] == 7 and sorted(saved[1]) == ["step", "x"]
    assert np.array_equal(saved[1]["x"], state["x"]) and saved[1]["step"].shape == ()
    assert record.load_loop_state(tmp_path, "other") is None
    path = tmp_path / "loop.loop.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert record.load_loop_state(tmp_path, "loop") is None
