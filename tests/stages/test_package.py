"""The packaged bundle: every promised file, sound by its own gates, and the same bytes every time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dreamhead.check.read_glb import read_glb
from dreamhead.config import PackageConfig, RigConfig
from dreamhead.errors import DamagedFileError, InterruptedRun
from dreamhead.head.asset import HeadAsset
from dreamhead.head.load import load_head
from dreamhead.stages import package, pictures, rig
from dreamhead.world.attributes import Attributes
from tests.export.samples import context_of, skin_maps

SIZE = 64
SHEET = pictures.EXPRESSION_SHEET
WARDROBE = {
    "hair": "bald",
    "headwear": "beanie",
    "colours": {"brows": [0.02, 0.01, 0.01], "eyes": [0.07, 0.15, 0.28]},
}


def rigged() -> HeadAsset:
    head = load_head("builtin")
    asset = HeadAsset(identity=np.zeros(len(head.slider_names), np.float32), maps=skin_maps(SIZE))
    return rig.run(asset, RigConfig(), context_of(head)).changed(wardrobe=WARDROBE)


def packaged(folder: Path, asset: HeadAsset) -> Path:
    record = {"profile": "embedded", "profile_reason": "no GPU", "stages": {"rig": {"seconds": 1.0}}}
    context = context_of(
        load_head("builtin"), folder, priors=SimpleNamespace(records=()), record=record, seed=7
    )
    assert package.run(asset, PackageConfig(preview_size=64), context) is asset
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A bundle whose sheet of expressions is cut to two, for speed."""
    with pytest.MonkeyPatch.context() as patch:
        few = {label: pictures.EXPRESSION_SHEET[label] for label in ("at rest", "jawOpen")}
        patch.setattr(pictures, "EXPRESSION_SHEET", few)
        yield packaged(tmp_path_factory.mktemp("out"), rigged())


@pytest.fixture(scope="module")
def found(out: Path) -> dict[str, Any]:
    return json.loads((out / "manifest.json").read_text())


def test_files(out: Path) -> None:
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    skin = ("albedo", "normal", "normal_dx", "specular", "roughness", "orm", "displacement")
    assert {f"textures/skin_{name}.png" for name in skin} <= names
    for part in ("eye", "mouth", "brows", "lashes", "headwear"):
        assert {f"textures/{part}_{name}.png" for name in ("albedo", "normal", "roughness", "orm")} <= names
    assert {"head.glb", "head.fbx", "head.usdz", "preview.png", "expressions.png", "manifest.json"} <= names
    assert not [name for name in names if ".aside" in name]


def test_the_manifest_knows_every_file(out: Path, found: dict[str, Any]) -> None:
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert set(found["files"]) == names - {"manifest.json"}
    for name, entry in found["files"].items():
        content = (out / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (entry["sha256"], entry["bytes"])


def test_the_gates_passed(found: dict[str, Any]) -> None:
    assert [gate for gate in found["gates"] if gate["passed"] is False] == []
    assert found["passed"] is True


def test_every_garment_and_template_has_its_terms(out: Path, found: dict[str, Any]) -> None:
    meshes = {mesh.name for mesh in read_glb(out / "head.glb").meshes}
    parts = {part.name for part in load_head("builtin").parts}
    assert {"head model", "textures", *(meshes - parts)} == set(found["licences"])
    for licence in found["licences"].values():
        assert licence["name"] and licence["holder"]


def test_the_glb_says_where_it_came_from(out: Path) -> None:
    extras = read_glb(out / "head.glb").extras
    assert (extras["prompt"], extras["seed"]) == ("an elder “sailor”", 7)
    assert set(extras["licences"]) >= {"head model", "textures", "brows"}


def test_pictures_show_something(out: Path) -> None:
    for name in ("preview.png", "expressions.png"):
        pixels = np.asarray(Image.open(out / name))
        assert pixels.ndim == 3 and pixels.std() > 10


def test_the_sheet_shows_at_least_twelve_targets() -> None:
    shown = {name for weights in SHEET.values() for name in weights}
    assert len(shown) >= 12 and shown <= set(rigged().targets)


@pytest.mark.slow
def test_same_bytes_again(out: Path, tmp_path: Path) -> None:
    again = packaged(tmp_path, rigged())  # with the same two expressions
    for path in sorted(out.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            assert path.read_bytes() == (again / path.relative_to(out)).read_bytes(), path


def test_what_the_wardrobe_leaves_out_takes_its_default() -> None:
    assert package.worn({}) == ({}, {})
    assert package.worn(WARDROBE) == ({"hair": "bald", "headwear": "beanie"}, {"brows": [0.02, 0.01, 0.01]})


def test_eyes_by_attributes_or_by_colour() -> None:
    assert package.attributes_of({"attributes": Attributes(eyes="red").to_json()}).eyes == "red"
    assert package.attributes_of(WARDROBE).eyes == "blue"
    assert package.attributes_of({}).eyes == "brown"


def test_unfinished_maps_are_named(tmp_path: Path) -> None:
    asset = rigged().changed(maps={"albedo": np.zeros((8, 8, 3), np.uint8)})
    with pytest.raises(DamagedFileError, match="no normal, specular, roughness, displacement map"):
        package.run(asset, PackageConfig(), context_of(load_head("builtin"), tmp_path))
    assert not list(tmp_path.iterdir())


def test_stops_when_asked(tmp_path: Path) -> None:
    context = context_of(load_head("builtin"), tmp_path, stopping=lambda: True)
    with pytest.raises(InterruptedRun):
        package.run(rigged(), PackageConfig(), context)
    assert not list(tmp_path.iterdir())
