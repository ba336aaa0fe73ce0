"""A checkpoint holds what a stage changed, comes back whole, and is never trusted when altered."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dreamhead import checkpoint, record
from dreamhead.checkpoint import Inputs
from dreamhead.errors import DamagedFileError, DreamheadError
from dreamhead.head.asset import HeadAsset

INPUTS = Inputs("carve", 1, "a sailor", 0, {"steps": 3}, {"generic": "abc"}, "")
BEFORE = HeadAsset(identity=np.arange(4, dtype=np.float32), maps={"a": np.ones((2, 2), np.float32)})


def saved(folder: Path, after: HeadAsset, **products: str) -> dict[str, Any]:
    return checkpoint.save(
        folder, INPUTS, BEFORE, after, upstream_content="", products=products, facts={"seconds": 1.0}
    )


def test_only_what_changed_is_stored_and_the_chain_folds(tmp_path: Path) -> None:
    maps = {"b": np.zeros(3, np.uint8), "a": BEFORE.maps["a"].copy()}
    after = BEFORE.changed(displacement=np.ones(5, np.float32), maps=maps, wardrobe={"hat": "cap"})
    saved(tmp_path / "c", after)
    assert sorted(record.load_arrays(tmp_path / "c" / checkpoint.ASSET_FILE)) == ["displacement", "maps.b"]
    loaded = checkpoint.load(tmp_path / "c", BEFORE)
    assert list(loaded.maps) == ["b", "a"] and loaded.wardrobe == {"hat": "cap"}
    assert loaded.tensors().keys() == after.tensors().keys()
    assert all(np.array_equal(loaded.tensors()[key], value) for key, value in after.tensors().items())


def test_what_a_stage_drops_stays_dropped(tmp_path: Path) -> None:
    saved(tmp_path / "c", BEFORE.changed(maps={}, identity=None))
    loaded = checkpoint.load(tmp_path / "c", BEFORE)
    assert loaded.maps == {} and loaded.identity is None


def test_every_input_changes_the_fingerprint() -> None:
    others = {
        "stage": "rig",
        "version": 2,
        "prompt": "an orc",
        "seed": 1,
        "config": {"steps": 4},
        "models": {"generic": "abd"},
        "upstream": "e",
    }
    assert others.keys() == {spec.name for spec in dataclasses.fields(Inputs)}
    prints = {dataclasses.replace(INPUTS, **{key: value}).fingerprint for key, value in others.items()}
    assert len(prints | {INPUTS.fingerprint}) == len(others) + 1


def test_same_result_same_bytes(tmp_path: Path) -> None:
    after = BEFORE.changed(displacement=np.ones(5, np.float32))
    contents = {saved(tmp_path / name, after)["content"] for name in "ab"}
    assert len(contents) == 1
    assert (tmp_path / "a" / checkpoint.ASSET_FILE).read_bytes() == (
        tmp_path / "b" / checkpoint.ASSET_FILE
    ).read_bytes()


@pytest.mark.parametrize("file", [checkpoint.ASSET_FILE, "head.glb"])
@pytest.mark.parametrize("harm", ["cut", "flip", "remove"])
def test_altered_files_are_named(tmp_path: Path, file: str, harm: str) -> None:
    (tmp_path / "head.glb").write_bytes(b"glTF" * 10)
    values = saved(
        tmp_path / "c",
        BEFORE.changed(displacement=np.ones(5, np.float32)),
        **{"head.glb": record.file_sha256(tmp_path / "head.glb")},
    )
    checkpoint.verify(tmp_path / "c", values, tmp_path)
    path = tmp_path / "head.glb" if file == "head.glb" else tmp_path / "c" / file
    content = bytearray(path.read_bytes())
    if harm == "remove":
        path.unlink()
    else:
        content[-1] ^= 1
        path.write_bytes(content[:-2] if harm == "cut" else content)
    with pytest.raises(DamagedFileError, match=file):
        checkpoint.verify(tmp_path / "c", values, tmp_path)


def test_an_altered_record_is_refused(tmp_path: Path) -> None:
    saved(tmp_path / "c", BEFORE.changed(wardrobe={"hat": "cap"}))
    path = tmp_path / "c" / checkpoint.RECORD_FILE
    values = json.loads(path.read_text())
    values["asset"]["wardrobe"]["hat"] = "crown"
    path.write_text(json.dumps(values))
    with pytest.raises(DamagedFileError, match=r"stage\.json is damaged"):
        checkpoint.read(tmp_path / "c")


def test_a_checkpoint_after_another_asset_is_refused(tmp_path: Path) -> None:
    saved(tmp_path / "c", BEFORE.changed(displacement=np.ones(5, np.float32)))
    with pytest.raises(DamagedFileError, match="does not fit"):
        checkpoint.load(tmp_path / "c", HeadAsset())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"displacement": np.array([1, np.nan], np.float32)}, "displacement holds 1 values"),
        ({"maps": {"albedo": np.array([np.inf], np.float32)}}, "maps.albedo holds 1 values"),
        ({"displacement": [1.0]}, "displacement as list"),
        ({"targets": {"jawOpen": "wide"}}, "targets.jawOpen as str"),
    ],
)
def test_results_that_no_stage_may_hand_on(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(DreamheadError, match=said):
        saved(tmp_path / "c", BEFORE.changed(**changes))
    assert list(tmp_path.iterdir()) == []
