"""Shipped files are found; a missing one is named."""

import pytest

from dreamhead import assets
from dreamhead.assets import asset_arrays, asset_json, asset_path
from dreamhead.errors import DamagedFileError, MissingModelError


def test_found():
    assert asset_path("head/house.npz").is_file()
    assert asset_path("head").is_dir()


def test_missing_is_named():
    with pytest.raises(MissingModelError, match=r"head/nowhere\.npz") as caught:
        asset_path("head/nowhere.npz")
    assert caught.value.tip


@pytest.mark.parametrize("read", [asset_arrays, asset_json])
def test_damage_is_named(read, tmp_path, monkeypatch):
    broken = tmp_path / "broken"
    broken.write_bytes(b"PK\x03\x04 not what it was")
    monkeypatch.setattr(assets, "asset_path", lambda name: broken)
    with pytest.raises(DamagedFileError, match="head/table"):
        read("head/table")


def test_tables_are_read():
    assert asset_arrays("head/house.npz")["nodes"].ndim == 1
    assert "jawOpen_w" in asset_json("head/expressions.json")
