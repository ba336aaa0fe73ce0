"""Shipped files are found; a missing one is named."""

import pytest

from dreamhead.assets import asset_path
from dreamhead.errors import MissingModelError


def test_found():
    assert asset_path("head/house.npz").is_file()
    assert asset_path("head").is_dir()


def test_missing_is_named():
    with pytest.raises(MissingModelError, match=r"head/nowhere\.npz") as caught:
        asset_path("head/nowhere.npz")
    assert caught.value.tip
