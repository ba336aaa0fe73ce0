"""ufbx, which reads every layer of an FBX, finds in ours what the bundle says, normals of shapes too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from dreamhead.export.bundle import Bundle, polygons
from dreamhead.export.fbx import fbx_bytes
from tests.clients.readers import ask
from tests.export import samples

CENTIMETRES = 1e-5


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return samples.bundle()


@pytest.fixture(scope="module")
def answer(
    bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Mapping[str, np.ndarray]]:
    path = tmp_path_factory.mktemp("ufbx") / "head.fbx"
    path.write_bytes(fbx_bytes(bundle))
    return ask("ufbx", "ufbx_facts.py", path)


def test_scene(bundle: Bundle, answer: tuple[dict[str, Any], Mapping[str, np.ndarray]]) -> None:
    facts, _ = answer
    assert facts["warnings"] == []
    assert facts["unit_metres"] == pytest.approx(0.01)
    assert facts["axes"] == [0, 2, 4]  # right, up and front are +X, +Y and +Z
    assert facts["bones"] == [joint.name for joint in bundle.joints]
    assert facts["meshes"] == [mesh.name for mesh in bundle.meshes]
    assert facts["links"] == {
        name: {"DiffuseColor": f"{name}_albedo", "NormalMap": f"{name}_normal_dx", "ORM": f"{name}_orm"}
        for name in ("skin", "eye", "mouth")
    }


def test_geometry(bundle: Bundle, answer: tuple[dict[str, Any], Mapping[str, np.ndarray]]) -> None:
    facts, tables = answer
    for mesh in bundle.meshes:
        faces = polygons(mesh)
        points = 100 * mesh.vertices[faces.rows_of_points]
        np.testing.assert_allclose(tables[f"{mesh.name}/points"], points, atol=CENTIMETRES)
        np.testing.assert_array_equal(tables[f"{mesh.name}/counts"], faces.counts)
        np.testing.assert_array_equal(tables[f"{mesh.name}/corners"], faces.points)
        normals, tangents = mesh.normals[faces.rows], mesh.tangents[faces.rows]
        binormals = tangents[:, 3:] * np.cross(normals, tangents[:, :3])
        expected = {"normal": normals, "tangent": tangents[:, :3], "bitangent": binormals}
        for kind, table in expected.items():
            np.testing.assert_allclose(tables[f"{mesh.name}/{kind}"], table, atol=1e-6)
        uv = mesh.uv[faces.rows] * [1, -1] + [0, 1]
        np.testing.assert_allclose(tables[f"{mesh.name}/uv"], uv, atol=1e-6)
        assert facts[mesh.name]["smooth"] == [True]


def test_shapes(bundle: Bundle, answer: tuple[dict[str, Any], Mapping[str, np.ndarray]]) -> None:
    facts, tables = answer
    for mesh in bundle.meshes:
        assert facts[mesh.name]["keys"] == list(mesh.targets)
        rows = polygons(mesh).rows_of_points
        for name, target in mesh.targets.items():
            index, position, normal = (
                tables[f"{mesh.name}/key/{name}/{kind}"] for kind in ("index", "position", "normal")
            )
            for found, expected in ((position, 100 * target.position), (normal, target.normal)):
                full = np.zeros((len(rows), 3))
                full[index] = found
                np.testing.assert_allclose(full, expected[rows], atol=CENTIMETRES)


def test_skin(bundle: Bundle, answer: tuple[dict[str, Any], Mapping[str, np.ndarray]]) -> None:
    facts, tables = answer
    for mesh in bundle.meshes:
        sums = np.zeros(len(polygons(mesh).rows_of_points))
        for joint in bundle.joints:
            if joint.name in facts[mesh.name]["clusters"]:
                start = f"{mesh.name}/cluster/{joint.name}"
                sums[tables[f"{start}/index"]] += tables[f"{start}/weight"]
                place = 100 * np.array(joint.position)
                np.testing.assert_allclose(tables[f"{start}/bind_to_world"][3], place, atol=CENTIMETRES)
                np.testing.assert_allclose(tables[f"{start}/geometry_to_bone"][3], -place, atol=CENTIMETRES)
        np.testing.assert_allclose(sums, 1, atol=1e-6)
