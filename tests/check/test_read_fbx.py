"""The reader of FBX refuses what other programs would read wrongly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dreamhead.check.read_fbx import read_fbx
from dreamhead.errors import DamagedFileError
from dreamhead.export import fbx_nodes
from dreamhead.export.fbx import fbx_bytes
from dreamhead.export.fbx_nodes import Node, Value
from tests.export.test_fbx import sheet

Change = Callable[[Node], Node]


def broken(monkeypatch: pytest.MonkeyPatch, folder: Path, change: Change) -> Path:
    """The sheet's file with every node changed as it is written."""
    append = fbx_nodes._append
    monkeypatch.setattr(fbx_nodes, "_append", lambda out, one: append(out, change(one)))
    path = folder / "head.fbx"
    path.write_bytes(fbx_bytes(sheet()))
    monkeypatch.undo()
    return path


def test_another_kind_of_file(tmp_path: Path) -> None:
    path = tmp_path / "head.fbx"
    path.write_text("; FBX 7.4.0 project file")
    with pytest.raises(DamagedFileError, match="does not begin as binary FBX"):
        read_fbx(path)
    with pytest.raises(DamagedFileError, match=r"no\.fbx"):
        read_fbx(tmp_path / "no.fbx")


def test_the_sheet_is_sound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    head = read_fbx(broken(monkeypatch, tmp_path, lambda one: one))
    (mesh,) = head.meshes
    meant = sheet().meshes[0]
    np.testing.assert_array_equal(mesh.attributes["POSITION"], meant.vertices)
    np.testing.assert_array_equal(mesh.triangles, meant.triangles)
    assert (head.joint_names, head.joint_parents) == (("a", "b", "c"), (-1, 0, 1))
    np.testing.assert_allclose(head.joint_positions[:, 1], [0.25, 0.75, 1.0])


def setting(name: str, *values: Value) -> Change:
    """Other values of a property."""

    def change(one: Node) -> Node:
        found = one.name == "P" and one.values[0] == name
        return Node("P", (*one.values[:4], *values)) if found else one

    return change


def plus(name: str, number: float) -> Change:
    """A larger first element in every array of a name."""

    def change(one: Node) -> Node:
        if one.name != name or not isinstance(one.values[0], np.ndarray):
            return one
        table = one.values[0].copy()
        table[0] += number
        return Node(name, (table,))

    return change


def shorter(name: str, count: int) -> Change:
    """The last elements gone from every array of a name."""

    def change(one: Node) -> Node:
        if one.name != name or not isinstance(one.values[0], np.ndarray):
            return one
        return Node(name, (one.values[0][:-count],))

    return change


def without(name: str) -> Change:
    return lambda one: Node(one.name, one.values, tuple(c for c in one.children if c.name != name))


FAULTS: list[tuple[Change, str]] = [
    (setting("UnitScaleFactor", 100.0), "a unit is 100.0 centimetres"),
    (setting("UpAxis", 2), "UpAxis is 2"),
    (setting("Lcl Rotation", -90.0, 0.0, 0.0), "Lcl Rotation is"),
    (setting("Lcl Scaling", 100.0, 100.0, 100.0), "Lcl Scaling is"),
    (setting("Lcl Translation", 1.0, 0.0, 0.0), "does not lie at the origin"),
    (plus("PolygonVertexIndex", 7), "faces point at"),
    (shorter("PolygonVertexIndex", 1), "has no end"),
    (plus("UVIndex", 9), "UV point at"),
    (shorter("UVIndex", 1), "UV has 10 corners, the faces 11"),
    (shorter("Normals", 3), "corners, the faces 11"),
    (plus("Indexes", 7), "point at"),
    (plus("FullWeights", 1), "not full at 100"),
    (plus("TransformLink", 0.1), "differ"),
    (plus("Transform", 0.1), "differ"),
    (without("Binormals"), "has no Binormals"),
    (without("LayerElementUV"), "has no LayerElementUV"),
]


@pytest.mark.parametrize(("change", "says"), FAULTS, ids=[says for _, says in FAULTS])
def test_faults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: Change, says: str) -> None:
    with pytest.raises(DamagedFileError, match=says):
        read_fbx(broken(monkeypatch, tmp_path, change))
