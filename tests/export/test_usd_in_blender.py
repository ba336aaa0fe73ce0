"""Blender makes of the usdz what the bundle says, at rest and posed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dreamhead.export.bundle import Bundle, Joint
from dreamhead.export.usdz import usdz_bytes
from tests.clients.readers import ask
from tests.export import samples
from tests.export.test_fbx_in_blender import (
    POSE,
    POSED_METRES,
    TURNS,
    Imported,
    check_geometry,
    check_names,
    check_shape_keys,
    check_weights,
    dressed_bundle,
    furthest_when_posed,
)


def imported(bundle: Bundle, folder: Path) -> Imported:
    path = folder / "head.usdz"
    path.write_bytes(usdz_bytes(bundle))
    pose = {"targets": POSE, "joints": {name: turn.tolist() for name, turn in TURNS.items()}}
    return Imported(bundle, *ask("bpy", "blender_import.py", path, "usd", json.dumps(pose)))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return imported(samples.bundle(), tmp_path_factory.mktemp("usd"))


@pytest.mark.parametrize("check", [check_names, check_geometry, check_shape_keys, check_weights])
def test_at_rest(found: Imported, check: object) -> None:
    check(found)  # type: ignore[operator]


def test_materials(found: Imported) -> None:
    for mesh in found.bundle.meshes:
        seen = found.facts[mesh.name]
        assert seen["material"] == mesh.material
        links = {slot: Path(name).stem for slot, name in seen["links"].items()}
        assert links["Base Color"] == f"{mesh.material}_albedo"
        assert links["Normal"] == f"{mesh.material}_normal"
        assert f"{mesh.material}_orm" in links.values()
    assert {tuple(facts) for facts in found.facts["images"].values()} == {(samples.SIZE, samples.SIZE, True)}


def test_pose_oracle(found: Imported) -> None:
    assert furthest_when_posed(found, found.bundle.joints) < POSED_METRES


def test_pose_oracle_sees_a_misplaced_jaw(found: Imported) -> None:
    joints = list(found.bundle.joints)
    x, y, z = joints[3].position
    joints[3] = Joint("jaw", joints[3].parent, (x, y + 0.01, z))
    assert furthest_when_posed(found, joints) > 1e-3


@pytest.mark.slow
def test_the_built_in_head_with_hair_and_a_hat(tmp_path: Path) -> None:
    found = imported(dressed_bundle(), tmp_path)
    for check in (check_names, check_geometry, check_shape_keys, check_weights):
        check(found)
    assert furthest_when_posed(found, found.bundle.joints) < POSED_METRES
