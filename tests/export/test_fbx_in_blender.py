"""Blender, by either of its importers, makes of the FBX what the bundle says, at rest and posed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dreamhead.config import RigConfig
from dreamhead.export.assemble import assemble
from dreamhead.export.bundle import Bundle, BundleMesh, Joint, Material, polygons
from dreamhead.export.fbx import fbx_bytes
from dreamhead.export.textures import png_texture
from dreamhead.head.asset import HeadAsset
from dreamhead.head.load import load_head
from dreamhead.head.pose import joint_transforms, rotation
from dreamhead.head.wardrobe import DEFAULT_CHOICE, DEFAULT_COLOURS, dress
from dreamhead.stages import rig
from tests.clients.readers import ask
from tests.export import samples
from tests.export.test_fbx import sheet

METRES = 1e-6
POSE = {"jawOpen": 0.5, "mouthSmileLeft": 1.0, "eyeLookInRight": 0.7, "tongueOut": 0.2}
TURNS = {
    "jaw": rotation("x", 17.0),
    "neck": rotation("z", 6.0) @ rotation("y", 11.0),
    "eyeLeft": rotation("y", 23.0),
}
POSED_METRES = 1e-5
NORMAL_DEGREES = (
    1.0  # Blender keeps corner normals as 16 bit angles about the faces' own; ufbx has them exact
)


@dataclass(frozen=True)
class Imported:
    """What Blender says of a bundle that went through FBX."""

    bundle: Bundle
    facts: dict[str, Any]
    tables: Mapping[str, np.ndarray]

    def table(self, mesh: BundleMesh, name: str) -> np.ndarray:
        return self.tables[f"{mesh.name}/{name}"]


def imported(bundle: Bundle, folder: Path, importer: str) -> Imported:
    path = folder / f"{importer}.fbx"
    path.write_bytes(fbx_bytes(bundle))
    pose = {"targets": POSE, "joints": {name: turn.tolist() for name, turn in TURNS.items()}}
    return Imported(bundle, *ask("bpy", "blender_import.py", path, importer, json.dumps(pose)))


@pytest.fixture(scope="module", params=["python", "native"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    return imported(samples.bundle(), tmp_path_factory.mktemp("fbx"), request.param)


def test_names(found: Imported) -> None:
    check_names(found)


def test_geometry(found: Imported) -> None:
    check_geometry(found)


def test_shape_keys(found: Imported) -> None:
    check_shape_keys(found)


def test_weights(found: Imported) -> None:
    check_weights(found)


def test_materials(found: Imported) -> None:
    for mesh in found.bundle.meshes:
        seen = found.facts[mesh.name]
        assert seen["material"] == mesh.material
        links = {slot: Path(name).stem for slot, name in seen["links"].items()}
        expected = {"Base Color": f"{mesh.material}_albedo", "Normal": f"{mesh.material}_normal_dx"}
        assert links == expected
    pictures = {Path(name).stem: facts for name, facts in found.facts["images"].items()}
    for material in ("skin", "eye", "mouth"):
        assert pictures[f"{material}_albedo"] == [samples.SIZE, samples.SIZE, True]
        assert pictures[f"{material}_normal_dx"] == [samples.SIZE, samples.SIZE, True]


@pytest.mark.parametrize("importer", ["python", "native"])
def test_coverage_is_alpha_and_not_glass(tmp_path: Path, importer: str) -> None:
    pixels = np.full((8, 8, 4), 200, np.uint8)
    pixels[:4, :, 3] = 0
    path = tmp_path / "sheet.fbx"
    path.write_bytes(fbx_bytes(sheet(base_color=png_texture("cloth_albedo", pixels), alpha_mode="MASK")))
    facts, _ = ask("bpy", "blender_import.py", path, importer, json.dumps({"targets": {}, "joints": {}}))
    links = {slot: Path(name).stem for slot, name in facts["sheet"]["links"].items()}
    assert links == {"Base Color": "cloth_albedo", "Alpha": "cloth_albedo"}


def test_pose_oracle(found: Imported) -> None:
    assert furthest_when_posed(found, found.bundle.joints) < POSED_METRES


def test_pose_oracle_sees_a_misplaced_jaw(found: Imported) -> None:
    joints = list(found.bundle.joints)
    x, y, z = joints[3].position
    joints[3] = Joint("jaw", joints[3].parent, (x, y + 0.01, z))
    assert furthest_when_posed(found, joints) > 1e-3


def check_names(found: Imported) -> None:
    assert sorted(found.facts["meshes"]) == sorted(mesh.name for mesh in found.bundle.meshes)
    joints = found.bundle.joints
    assert found.facts["joints"] == [joint.name for joint in joints]
    parents = [joints[joint.parent].name if joint.parent >= 0 else None for joint in joints]
    assert found.facts["parents"] == parents
    np.testing.assert_allclose(found.tables["joints"], [joint.position for joint in joints], atol=METRES)


def check_geometry(found: Imported) -> None:
    for mesh in found.bundle.meshes:
        faces = polygons(mesh)
        rest = mesh.vertices[faces.rows_of_points]
        np.testing.assert_allclose(found.table(mesh, "points"), rest, atol=METRES)
        np.testing.assert_array_equal(found.table(mesh, "counts"), faces.counts)
        np.testing.assert_array_equal(found.table(mesh, "corners"), faces.points)
        expected = mesh.uv[faces.rows]
        np.testing.assert_allclose(found.table(mesh, "uv")[:, 0], expected[:, 0], atol=1e-6)
        np.testing.assert_allclose(found.table(mesh, "uv")[:, 1], 1 - expected[:, 1], atol=1e-6)
        cosine = np.einsum("kc,kc->k", found.table(mesh, "normals"), mesh.normals[faces.rows])
        assert cosine.min() > np.cos(np.radians(NORMAL_DEGREES)), mesh.name


def check_shape_keys(found: Imported) -> None:
    for mesh in found.bundle.meshes:
        assert found.facts[mesh.name]["keys"] == list(mesh.targets)
        rows = polygons(mesh).rows_of_points
        rest = found.table(mesh, "points")
        for name, target in mesh.targets.items():
            delta = found.table(mesh, f"key/{name}") - rest
            np.testing.assert_allclose(delta, target.position[rows], atol=METRES)


def check_weights(found: Imported) -> None:
    for mesh in found.bundle.meshes:
        weights = found.table(mesh, "weights")
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
        numbers = {joint.name: index for index, joint in enumerate(found.bundle.joints)}
        rows = polygons(mesh).rows_of_points
        expected = np.zeros((len(rows), len(numbers)))
        np.add.at(
            expected, (np.arange(len(rows))[:, None], mesh.joint_indices[rows]), mesh.joint_weights[rows]
        )
        columns = [numbers[name] for name in found.facts[mesh.name]["groups"]]
        np.testing.assert_allclose(weights, expected[:, columns], atol=1e-6)


def furthest_when_posed(found: Imported, joints: tuple[Joint, ...] | list[Joint]) -> float:
    """Metres between Blender's posed points and linear blend skinning in numpy, over all meshes."""
    transforms = joint_transforms(np.array([joint.position for joint in joints]), TURNS)
    worst = 0.0
    for mesh in found.bundle.meshes:
        points = mesh.vertices.astype(np.float64)
        for name, weight in POSE.items():
            if mesh.targets:
                points = points + weight * mesh.targets[name].position
        homogeneous = np.concatenate([points, np.ones((len(points), 1))], axis=1)
        blended = np.einsum("nk,nkij->nij", mesh.joint_weights, transforms[mesh.joint_indices])
        expected = np.einsum("nij,nj->ni", blended, homogeneous)[:, :3]
        rows = polygons(mesh).rows_of_points
        worst = max(worst, float(np.abs(found.table(mesh, "posed") - expected[rows]).max()))
    return worst


@pytest.mark.slow
@pytest.mark.parametrize("importer", ["python", "native"])
def test_the_built_in_head_with_hair_and_a_hat(tmp_path: Path, importer: str) -> None:
    found = imported(dressed_bundle(), tmp_path, importer)
    for check in (check_names, check_geometry, check_shape_keys, check_weights):
        check(found)
    assert furthest_when_posed(found, found.bundle.joints) < POSED_METRES


def dressed_bundle() -> Bundle:
    """The built-in head under a beanie with a beard, its materials without pictures."""
    head = load_head("builtin")
    asset = HeadAsset(identity=np.zeros(len(head.slider_names), np.float32))
    asset = rig.run(asset, RigConfig(), samples.context_of(head))
    assert asset.identity is not None and asset.vertices is not None
    choice = {**DEFAULT_CHOICE, "headwear": "beanie", "beard": "beard"}
    garments = dress(head, asset.identity, asset.vertices, choice, DEFAULT_COLOURS, 0)
    names = {part.material: None for part in head.parts} | {one.name: None for one in garments}
    return assemble(head, asset, garments, [Material(name) for name in names], {"prompt": "", "seed": 0})
