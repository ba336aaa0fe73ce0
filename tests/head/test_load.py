"""The cache: the same head from disk, and damage repaired."""

import logging
import time

import numpy as np
import pytest

from dreamhead.errors import UsageError
from dreamhead.head import load
from dreamhead.head.load import load_builtin, load_head


def equal(a, b):
    assert a.revision == b.revision
    assert a.mean.tobytes() == b.mean.tobytes() and a.identity_basis.tobytes() == b.identity_basis.tobytes()
    assert list(a.masks) == list(b.masks) and list(a.fields) == list(b.fields)
    assert all(np.array_equal(a.fields[name], b.fields[name]) for name in a.fields)
    assert all(np.array_equal(a.masks[name], b.masks[name]) for name in a.masks)
    for mine, yours in zip(a.parts, b.parts, strict=True):
        assert (mine.name, mine.material) == (yours.name, yours.material)
        assert np.array_equal(mine.faces, yours.faces) and np.array_equal(mine.uv_faces, yours.uv_faces)
        assert np.array_equal(mine.uv, yours.uv)
    for name in ("landmarks_68", "landmarks_478"):
        assert np.array_equal(getattr(a, name).vertices, getattr(b, name).vertices)
        assert np.array_equal(getattr(a, name).weights, getattr(b, name).weights)


@pytest.fixture
def kept(tmp_path, builtin, monkeypatch):
    monkeypatch.setattr(load, "build_head", lambda: builtin)
    head = load_builtin(tmp_path)
    (path,) = tmp_path.iterdir()
    return tmp_path, path, head


def forbid_building(monkeypatch):
    def refuse():
        raise AssertionError("the head was generated again")

    monkeypatch.setattr(load, "build_head", refuse)


def test_second_load_reads_the_file(kept, builtin, monkeypatch):
    folder, _, _ = kept
    forbid_building(monkeypatch)
    start = time.perf_counter()
    head = load_builtin(folder)
    assert time.perf_counter() - start < 1.0  # measured 0.01 s
    equal(head, builtin)
    assert head.neutral(head.macros["age"]).tobytes() == builtin.neutral(builtin.macros["age"]).tobytes()


@pytest.mark.parametrize("how", ["flip", "truncate", "empty", "foreign"])
def test_damage_is_noticed_and_repaired(kept, builtin, monkeypatch, caplog, how):
    folder, path, _ = kept
    content = bytearray(path.read_bytes())
    if how == "flip":
        content[len(content) // 2] ^= 0xFF
    path.write_bytes(
        {"flip": content, "truncate": content[:5000], "empty": b"", "foreign": b"not a head at all"}[how]
    )
    with caplog.at_level(logging.WARNING):
        equal(load_builtin(folder), builtin)
    assert "damaged" in caplog.text
    forbid_building(monkeypatch)
    equal(load_builtin(folder), builtin)


def test_another_revision_is_another_file(kept, builtin, monkeypatch):
    folder, path, _ = kept
    monkeypatch.setattr(load, "builtin_revision", lambda: "f" * 64)
    load_builtin(folder)
    assert len(list(folder.iterdir())) == 2 and path.exists()


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path, builtin, monkeypatch, caplog):
    monkeypatch.setattr(load, "build_head", lambda: builtin)
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with caplog.at_level(logging.WARNING):
        assert load_builtin(blocked / "head").revision == builtin.revision
    assert "cannot keep" in caplog.text


def test_unknown_model():
    with pytest.raises(UsageError, match="gollum"):
        load_head("gollum")
