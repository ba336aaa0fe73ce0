"""The reader of USD: what it refuses, and what it reads from files that others would write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pxr import Usd, UsdGeom, UsdSkel

from dreamhead.check.read_usd import read_usd, usd_findings
from dreamhead.errors import DamagedFileError
from dreamhead.export.usd import usd_stage
from dreamhead.export.usdz import usdz_bytes
from tests.export.test_usd import square


@pytest.fixture
def stage() -> Usd.Stage:
    return usd_stage(square())


def saved(stage: Usd.Stage, folder: Path) -> Path:
    path = folder / "head.usda"
    stage.GetRootLayer().Export(str(path))
    return path


def plate(stage: Usd.Stage) -> UsdGeom.Mesh:
    return UsdGeom.Mesh(stage.GetPrimAtPath("/head/plate"))


def test_a_square(stage: Usd.Stage, tmp_path: Path) -> None:
    head = read_usd(saved(stage, tmp_path))
    (mesh,) = head.meshes
    meant = square().meshes[0]
    np.testing.assert_array_equal(mesh.attributes["POSITION"], meant.vertices)
    np.testing.assert_array_equal(mesh.attributes["TEXCOORD_0"], meant.uv)
    np.testing.assert_array_equal(mesh.triangles, meant.triangles)
    assert list(mesh.targets) == ["lift", "rest"]
    assert (head.joint_names, head.joint_parents) == (("root",), (-1,))
    np.testing.assert_allclose(head.joint_positions, [[0, 0.5, 0]])


def test_centimetres_become_metres(stage: Usd.Stage, tmp_path: Path) -> None:
    UsdGeom.SetStageMetersPerUnit(stage, 0.01)
    head = read_usd(saved(stage, tmp_path))
    (mesh,) = head.meshes
    np.testing.assert_allclose(mesh.attributes["POSITION"][4], [0.02, 0, 0])
    np.testing.assert_allclose(mesh.targets["lift"][0][2], [0, 0, 0.005])
    np.testing.assert_allclose(head.joint_positions, [[0, 0.005, 0]])
    np.testing.assert_allclose(head.inverse_bind[0] @ [0, 0.005, 0, 1], [0, 0, 0, 1], atol=1e-9)


def test_uv_by_point(stage: Usd.Stage, tmp_path: Path) -> None:
    primvar = UsdGeom.PrimvarsAPI(plate(stage)).GetPrimvar("st")
    primvar.Set([(0, 0), (1, 0), (1, 1), (0, 1), (2, 0)])
    primvar.BlockIndices()
    primvar.SetInterpolation("vertex")
    (mesh,) = read_usd(saved(stage, tmp_path)).meshes
    assert len(mesh.attributes["POSITION"]) == 5
    np.testing.assert_array_equal(mesh.attributes["TEXCOORD_0"][:, 1], [1, 1, 0, 0, 1])


def test_refuses_indices_beyond_the_points(stage: Usd.Stage, tmp_path: Path) -> None:
    plate(stage).GetFaceVertexIndicesAttr().Set([0, 1, 2, 3, 1, 9, 2])
    with pytest.raises(DamagedFileError, match=r"point at 0\.\.9, of 5"):
        read_usd(saved(stage, tmp_path))


def test_refuses_counts_that_disagree(stage: Usd.Stage, tmp_path: Path) -> None:
    plate(stage).GetFaceVertexCountsAttr().Set([4, 4])
    with pytest.raises(DamagedFileError, match="8 corners, its index 7"):
        read_usd(saved(stage, tmp_path))


def test_refuses_a_joint_that_is_not_there(stage: Usd.Stage, tmp_path: Path) -> None:
    UsdSkel.BindingAPI(plate(stage)).GetJointIndicesPrimvar().Set([0, 0, 0, 0, 1])
    with pytest.raises(DamagedFileError, match=r"joints point at 0\.\.1, of 1"):
        read_usd(saved(stage, tmp_path))


def test_refuses_too_few_weights(stage: Usd.Stage, tmp_path: Path) -> None:
    UsdSkel.BindingAPI(plate(stage)).GetJointWeightsPrimvar().Set([1.0, 1.0])
    with pytest.raises(DamagedFileError, match="2 weights for 5 points"):
        read_usd(saved(stage, tmp_path))


def test_refuses_a_shape_beyond_the_points(stage: Usd.Stage, tmp_path: Path) -> None:
    UsdSkel.BlendShape(stage.GetPrimAtPath("/head/plate/lift")).GetPointIndicesAttr().Set([5])
    with pytest.raises(DamagedFileError, match=r"point at 5\.\.5, of 5"):
        read_usd(saved(stage, tmp_path))


def test_refuses_shapes_without_names(stage: Usd.Stage, tmp_path: Path) -> None:
    UsdSkel.BindingAPI(plate(stage)).GetBlendShapesAttr().Set(["lift"])
    with pytest.raises(DamagedFileError, match="names 1 blend shapes and has 2"):
        read_usd(saved(stage, tmp_path))


def test_refuses_a_shape_that_no_animation_drives(stage: Usd.Stage, tmp_path: Path) -> None:
    UsdSkel.BindingAPI(plate(stage)).GetBlendShapesAttr().Set(["lift", "sink"])
    with pytest.raises(DamagedFileError, match="blend shape sink"):
        read_usd(saved(stage, tmp_path))


def test_refuses_another_axis(stage: Usd.Stage, tmp_path: Path) -> None:
    UsdGeom.SetStageUpAxis(stage, "Z")
    with pytest.raises(DamagedFileError, match="Z is up"):
        read_usd(saved(stage, tmp_path))


@pytest.mark.parametrize("read", [read_usd, usd_findings])
def test_refuses_what_is_no_usd(read: object, tmp_path: Path) -> None:
    path = tmp_path / "head.usdz"
    with pytest.raises(DamagedFileError, match="no such file"):
        read(path)  # type: ignore[operator]
    path.write_bytes(b"PK\3\4 nothing of the kind")
    with pytest.raises(DamagedFileError):
        read(path)  # type: ignore[operator]
    (tmp_path / "head.usdc").write_bytes(b"PXR-USDC" + bytes(80))
    with pytest.raises(DamagedFileError):
        read(tmp_path / "head.usdc")  # type: ignore[operator]


@pytest.mark.parametrize("place", [0.3, 0.6, 0.9])
def test_refuses_a_flipped_bit(place: float, tmp_path: Path) -> None:
    content = bytearray(usdz_bytes(square()))
    start = content.index(b"PXR-USDC")
    size = content.index(b"PK\1\2") - start
    content[start + int(place * size)] ^= 4
    (tmp_path / "head.usdz").write_bytes(content)
    with pytest.raises(DamagedFileError, match="damaged"):
        read_usd(tmp_path / "head.usdz")
