from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dreamhead.errors import UsageError
from dreamhead.head.model import HeadModel
from dreamhead.world.attributes import Attributes
from dreamhead.world.dataset import View, build_dataset, iterate, shards
from dreamhead.world.skin import SkinMaps


def one_view(
    maps: SkinMaps, attributes: Attributes, identity: np.ndarray, rng: np.random.Generator
) -> list[View]:
    return [View(np.full((8, 8, 3), int(rng.integers(256)), np.uint8), "a head", False, False, 1.0, 2.0)]


def test_what_is_written_is_read_and_a_stopped_build_goes_on(head: HeadModel, tmp_path: Path) -> None:
    build_dataset(tmp_path / "a", head, 3, 1, 64, one_view, view_size=8, shard_size=2)
    samples = list(iterate(tmp_path / "a"))
    assert len(samples) == 3 and len(shards(tmp_path / "a")) == 2
    assert samples[0].albedo.shape == (64, 64, 3) and samples[0].identity.shape == (len(head.slider_names),)
    assert all(sample.captions and len(sample.views) == 1 for sample in samples)
    written = [path.read_bytes() for path in shards(tmp_path / "a")]
    shards(tmp_path / "a")[0].unlink()
    build_dataset(tmp_path / "a", head, 3, 1, 64, one_view, view_size=8, shard_size=2)
    again = list(iterate(tmp_path / "a"))
    assert np.array_equal(again[0].albedo, samples[0].albedo) and again[0].captions == samples[0].captions
    assert np.array_equal(again[0].views[0].image, samples[0].views[0].image)
    assert len(written) == 2


def test_other_settings_need_another_folder(head: HeadModel, tmp_path: Path) -> None:
    build_dataset(tmp_path, head, 1, 1, 64, None, view_size=8)
    with pytest.raises(UsageError, match="seed"):
        build_dataset(tmp_path, head, 1, 2, 64, None, view_size=8)
    with pytest.raises(UsageError, match="no data set"):
        list(iterate(tmp_path / "nothing"))
