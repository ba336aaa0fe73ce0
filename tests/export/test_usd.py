"""The USD stage says what the bundle says: to our reader, to USD's validators, and in every pose."""

from __future__ import annotations

import errno
import resource
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pxr import Gf, Usd, UsdGeom, UsdShade, UsdSkel, Vt

from dreamhead.check.compare import differences
from dreamhead.check.read_glb import read_glb
from dreamhead.check.read_usd import read_usd, usd_findings
from dreamhead.export.bundle import Bundle, BundleMesh, Joint, Material, MorphTarget, polygons
from dreamhead.export.glb import glb_bytes
from dreamhead.export.textures import png_texture
from dreamhead.export.usd import texture_path, usd_stage, usd_textures, usdc_bytes
from dreamhead.export.usdz import usdz_bytes
from dreamhead.head.model import ARKIT_NAMES, JOINT_NAMES
from tests.export import samples
from tests.export.test_glb import POSE, TURNS, expected_pose, rotation


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return samples.bundle()


@pytest.fixture(scope="module")
def usdz(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("usd") / "head.usdz"
    path.write_bytes(usdz_bytes(bundle))
    return path


@pytest.fixture(scope="module")
def stage(usdz: Path) -> Usd.Stage:
    return Usd.Stage.Open(str(usdz))


def square(**material: object) -> Bundle:
    """A quad and a triangle over a uv cut, on one joint, lifted by one target."""
    points = np.array(
        [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [2, 0, 0], [1, 0, 0], [1, 1, 0]], np.float32
    )
    lift = np.zeros_like(points)
    lift[[2, 6]] = [0, 0, 0.5]
    weights = np.zeros((7, 4), np.float32)
    weights[:, 0] = 1
    mesh = BundleMesh(
        name="plate",
        material="plate",
        vertices=points,
        normals=np.tile(np.float32([0, 0, 1]), (7, 1)),
        tangents=np.tile(np.float32([1, 0, 0, 1]), (7, 1)),
        uv=np.float32([[0, 1], [0.5, 1], [0.5, 0.25], [0, 0], [1, 1], [0.6, 1], [0.6, 0]]),
        triangles=np.int32([[0, 1, 2], [0, 2, 3], [5, 4, 6]]),
        quads=np.int32([[0, 1, 2, 3], [5, 4, 6, 6]]),
        joint_indices=np.zeros((7, 4), np.uint8),
        joint_weights=weights,
        source=np.int32([0, 1, 2, 3, 4, 1, 2]),
        targets={"lift": MorphTarget(lift, lift / 5), "rest": MorphTarget(0 * lift, 0 * lift)},
    )
    return Bundle((mesh,), (Joint("root", -1, (0.0, 0.5, 0.0)),), (Material("plate", **material),), {})  # type: ignore[arg-type]


def test_known_answers() -> None:
    stage = usd_stage(square())
    mesh = UsdGeom.Mesh(stage.GetPrimAtPath("/head/plate"))
    assert list(mesh.GetFaceVertexCountsAttr().Get()) == [4, 3]
    assert list(mesh.GetFaceVertexIndicesAttr().Get()) == [0, 1, 2, 3, 1, 4, 2]
    assert len(mesh.GetPointsAttr().Get()) == 5
    uv = UsdGeom.PrimvarsAPI(mesh).GetPrimvar("st")
    assert uv.GetInterpolation() == "faceVarying" and list(uv.GetIndices()) == [0, 1, 2, 3, 5, 4, 6]
    assert uv.Get()[2] == Gf.Vec2f(0.5, 0.75)  # v points up
    shape = UsdSkel.BlendShape(stage.GetPrimAtPath("/head/plate/lift"))
    assert list(shape.GetPointIndicesAttr().Get()) == [2]
    assert list(shape.GetOffsetsAttr().Get()) == [Gf.Vec3f(0, 0, 0.5)]
    assert np.allclose(shape.GetNormalOffsetsAttr().Get(), [[0, 0, 0.1]])
    still = UsdSkel.BlendShape(stage.GetPrimAtPath("/head/plate/rest"))
    assert list(still.GetOffsetsAttr().Get()) == [Gf.Vec3f(0)]
    assert list(mesh.GetExtentAttr().Get()) == [Gf.Vec3f(0), Gf.Vec3f(2, 1, 0)]
    assert UsdSkel.BindingAPI(mesh).GetJointWeightsPrimvar().GetElementSize() == 1


def test_stage_metadata(stage: Usd.Stage) -> None:
    assert UsdGeom.GetStageMetersPerUnit(stage) == 1 and UsdGeom.GetStageUpAxis(stage) == "Y"
    root = stage.GetDefaultPrim()
    assert root.IsA(UsdSkel.Root) and root.GetPath() == "/head"
    assert stage.GetRootLayer().customLayerData["dreamhead"] == {"prompt": "an elder “sailor”", "seed": 3}
    boxes = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"])
    height = boxes.ComputeWorldBound(root).ComputeAlignedRange().GetSize()[1]
    assert 0.15 < height < 0.3


def test_lists_in_the_metadata_become_text() -> None:
    stage = usd_stage(
        replace(square(), metadata={"tags": ["a", "b"], "terms": {"hair cap": "MIT"}, "n": None})
    )
    data = stage.GetRootLayer().customLayerData["dreamhead"]
    assert data == {"tags": '["a","b"]', "terms": {"hair cap": "MIT"}, "n": "null"}


def test_reads_back(bundle: Bundle, usdz: Path) -> None:
    found = read_usd(usdz)
    assert [mesh.name for mesh in found.meshes] == [mesh.name for mesh in bundle.meshes]
    assert found.joint_names == JOINT_NAMES
    for read, meant in zip(found.meshes, bundle.meshes, strict=True):
        np.testing.assert_array_equal(read.attributes["POSITION"], meant.vertices)
        np.testing.assert_array_equal(read.attributes["NORMAL"], meant.normals)
        np.testing.assert_allclose(read.attributes["TEXCOORD_0"], meant.uv, atol=1e-7)
        width = read.attributes["WEIGHTS_0"].shape[1]
        np.testing.assert_array_equal(read.attributes["WEIGHTS_0"], meant.joint_weights[:, :width])
        assert not meant.joint_weights[:, width:].any()
        assert list(read.targets) == list(meant.targets)
        for name, target in meant.targets.items():
            np.testing.assert_array_equal(read.targets[name][0], target.position)
            np.testing.assert_array_equal(read.targets[name][1], target.normal)
    for texture in {material.base_color for material in bundle.materials} - {None}:
        assert found.images[texture.name] == (texture.media_type, texture.data)


def test_says_the_same_as_the_glb(bundle: Bundle, usdz: Path, tmp_path: Path) -> None:
    path = tmp_path / "head.glb"
    path.write_bytes(glb_bytes(bundle))
    assert differences(read_usd(usdz), read_glb(path)) == []


def test_quads_stay_quads(bundle: Bundle, stage: Usd.Stage) -> None:
    for mesh in bundle.meshes:
        counts = np.array(
            UsdGeom.Mesh(stage.GetPrimAtPath(f"/head/{mesh.name}")).GetFaceVertexCountsAttr().Get()
        )
        np.testing.assert_array_equal(counts, polygons(mesh).counts)
    assert (counts == 3).all()
    skin = UsdGeom.Mesh(stage.GetPrimAtPath("/head/skin"))
    assert (np.array(skin.GetFaceVertexCountsAttr().Get()) == 4).all()
    assert skin.GetSubdivisionSchemeAttr().Get() == "none"


def test_the_animation_names_every_shape_and_moves_nothing(stage: Usd.Stage) -> None:
    animation = UsdSkel.Animation(stage.GetPrimAtPath("/head/skeleton/rest"))
    names = list(animation.GetBlendShapesAttr().Get())
    assert tuple(names[:52]) == ARKIT_NAMES
    assert names == list(UsdSkel.BindingAPI(stage.GetPrimAtPath("/head/skin")).GetBlendShapesAttr().Get())
    assert set(animation.GetBlendShapeWeightsAttr().Get()) == {0.0}
    assert np.allclose(posed(stage, "skin", {}, {}), np.array(points_of(stage, "skin")), atol=1e-7)


def test_validators_find_nothing(usdz: Path) -> None:
    assert usd_findings(usdz) == ()


def test_validators_find_a_missing_picture(bundle: Bundle, tmp_path: Path) -> None:
    path = tmp_path / "head.usdc"
    path.write_bytes(usdc_bytes(bundle))
    assert any("skin_albedo" in finding for finding in usd_findings(path))


def test_validators_find_a_wrong_normal_map(bundle: Bundle, tmp_path: Path) -> None:
    stage = usd_stage(bundle)
    stage.GetPrimAtPath("/head/materials/skin/skin_normal").GetAttribute("inputs:bias").Set(Gf.Vec4f(0))
    stage.GetRootLayer().Export(str(tmp_path / "head.usdc"))
    (tmp_path / "textures").mkdir()
    for texture in usd_textures(bundle):
        (tmp_path / texture_path(texture)).write_bytes(texture.data)
    (finding,) = usd_findings(tmp_path / "head.usdc")
    assert "skin_normal" in finding and "bias" in finding


def test_same_bundle_same_bytes(bundle: Bundle) -> None:
    assert usdz_bytes(bundle) == usdz_bytes(samples.bundle())


def test_a_full_disk_is_told_as_one(bundle: Bundle) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(OSError, match=r"head\.usdc") as caught:
            usdc_bytes(bundle)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.errno == errno.EFBIG


def test_another_seed_other_bytes(bundle: Bundle) -> None:
    assert usdz_bytes(replace(bundle, metadata={**bundle.metadata, "seed": 4})) != usdz_bytes(bundle)


def test_pose_oracle(stage: Usd.Stage, bundle: Bundle) -> None:
    """UsdSkel itself puts every point where the head's own pose puts it."""
    expected = expected_pose()
    for mesh in bundle.meshes:
        source = mesh.source[polygons(mesh).rows_of_points]
        assert np.abs(posed(stage, mesh.name, POSE, TURNS) - expected[source]).max() < 1e-5


def test_pose_oracle_sees_a_misplaced_jaw(bundle: Bundle) -> None:
    stage = usd_stage(bundle)
    bind = UsdSkel.Skeleton(stage.GetPrimAtPath("/head/skeleton")).GetBindTransformsAttr()
    matrices = list(bind.Get())
    jaw = JOINT_NAMES.index("jaw")
    matrices[jaw] = Gf.Matrix4d(matrices[jaw]).SetTranslateOnly(
        matrices[jaw].ExtractTranslation() + Gf.Vec3d(0.01)
    )
    bind.Set(Vt.Matrix4dArray(matrices))
    skin = bundle.meshes[0]
    source = skin.source[polygons(skin).rows_of_points]
    assert np.abs(posed(stage, "skin", POSE, TURNS) - expected_pose()[source]).max() > 1e-3


def test_skin_material(stage: Usd.Stage) -> None:
    assert source_of(stage, "skin", "diffuseColor") == ("skin_albedo", "rgb", "sRGB")
    assert source_of(stage, "skin", "occlusion") == ("skin_orm", "r", "raw")
    assert source_of(stage, "skin", "roughness") == ("skin_orm", "g", "raw")
    assert source_of(stage, "skin", "normal") == ("skin_normal", "rgb", "raw")
    surface = surface_of(stage, "skin")
    assert surface.GetInput("metallic").Get() == 0 and not surface.GetInput("opacity")
    assert surface_of(stage, "eye").GetInput("clearcoat").Get() == 1
    file = stage.GetPrimAtPath("/head/materials/skin/skin_albedo").GetAttribute("inputs:file").Get()
    assert file.path == "textures/skin_albedo.jpg" and file.resolvedPath


def test_cut_out_and_see_through_materials() -> None:
    picture = png_texture("leaf", np.full((4, 4, 4), 200, np.uint8))
    cut = usd_stage(square(base_color=picture, alpha_mode="MASK", alpha_cutoff=0.3, double_sided=True))
    assert surface_of(cut, "plate").GetInput("opacityThreshold").Get() == np.float32(0.3)
    assert source_of(cut, "plate", "opacity") == ("leaf", "a", "sRGB")
    assert UsdGeom.Mesh(cut.GetPrimAtPath("/head/plate")).GetDoubleSidedAttr().Get() is True
    blended = usd_stage(square(base_color=picture, alpha_mode="BLEND"))
    assert surface_of(blended, "plate").GetInput("opacityMode").Get() == "presence"
    assert not surface_of(blended, "plate").GetInput("opacityThreshold")


def test_a_thin_mirror_keeps_its_highlights() -> None:
    picture = png_texture("film", np.full((4, 4, 4), 12, np.uint8))
    stage = usd_stage(square(base_color=picture, alpha_mode="BLEND", metallic_factor=1.0))
    surface = surface_of(stage, "plate")
    assert surface.GetInput("metallic").Get() == 0 and not surface.GetInput("opacityMode")
    assert surface.GetInput("diffuseColor").Get() == Gf.Vec3f(0)
    assert not surface.GetInput("diffuseColor").HasConnectedSource()


def test_the_index_of_refraction_carries_the_specular_factor() -> None:
    for factor, reflected in ((0.0, 0.0), (0.25, 0.01), (1.0, 0.04)):
        stage = usd_stage(square(specular_factor=factor, ior=1.5))
        index = surface_of(stage, "plate").GetInput("ior").Get()
        assert ((index - 1) / (index + 1)) ** 2 == pytest.approx(reflected, abs=1e-7)


def test_the_guides_example_runs(usdz: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guide = Path(__file__).parents[2] / "docs" / "how-to" / "usd.md"
    code = guide.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    shutil.copy(usdz, tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, str(guide), "exec"), {})
    smiling = Usd.Stage.Open("smile.usda")
    cache = UsdSkel.Cache()
    cache.Populate(UsdSkel.Root(smiling.GetPrimAtPath("/head")), Usd.PrimDefaultPredicate)
    query = cache.GetSkelQuery(UsdSkel.Skeleton(smiling.GetPrimAtPath("/head/skeleton"))).GetAnimQuery()
    weights = dict(zip(query.GetBlendShapeOrder(), query.ComputeBlendShapeWeights(), strict=True))
    assert {name for name, weight in weights.items() if weight} == {"mouthSmileLeft", "mouthSmileRight"}
    assert usd_findings(Path("smile.usda")) == ()


def surface_of(stage: Usd.Stage, material: str) -> UsdShade.Shader:
    return UsdShade.Shader(stage.GetPrimAtPath(f"/head/materials/{material}/surface"))


def source_of(stage: Usd.Stage, material: str, name: str) -> tuple[str, str, str]:
    """(texture, channel, colour space) behind a surface's input."""
    ((connection,), _) = surface_of(stage, material).GetInput(name).GetConnectedSources()
    prim = connection.source.GetPrim()
    return prim.GetName(), connection.sourceName, prim.GetAttribute("inputs:sourceColorSpace").Get()


def points_of(stage: Usd.Stage, name: str) -> Vt.Vec3fArray:
    return UsdGeom.Mesh(stage.GetPrimAtPath(f"/head/{name}")).GetPointsAttr().Get()


def posed(
    stage: Usd.Stage, name: str, weights: dict[str, float], turns: dict[str, tuple[float, float, float]]
) -> np.ndarray:
    """(P, 3) a mesh's points as UsdSkel moves them by an animation in a session layer."""
    with Usd.EditContext(stage, stage.GetSessionLayer()):
        animation = UsdSkel.Animation(stage.GetPrimAtPath("/head/skeleton/rest"))
        shapes = list(animation.GetBlendShapesAttr().Get())
        animation.GetBlendShapeWeightsAttr().Set([weights.get(shape, 0.0) for shape in shapes])
        rotations = []
        for path in animation.GetJointsAttr().Get():
            matrix = rotation(turns.get(path.rpartition("/")[2], (0.0, 0.0, 0.0)))
            quaternion = Gf.Matrix3d(*matrix.T.ravel().tolist()).ExtractRotation().GetQuat()
            rotations.append(Gf.Quatf(quaternion))
        animation.GetRotationsAttr().Set(Vt.QuatfArray(rotations))
    cache = UsdSkel.Cache()
    root = UsdSkel.Root(stage.GetPrimAtPath("/head"))
    cache.Populate(root, Usd.PrimDefaultPredicate)
    skeleton = cache.GetSkelQuery(UsdSkel.Skeleton(stage.GetPrimAtPath("/head/skeleton")))
    skinning = cache.GetSkinningQuery(stage.GetPrimAtPath(f"/head/{name}"))
    points = points_of(stage, name)
    if skinning.HasBlendShapes():
        query = UsdSkel.BlendShapeQuery(UsdSkel.BindingAPI(stage.GetPrimAtPath(f"/head/{name}")))
        shape_weights = skinning.GetBlendShapeMapper().Remap(
            skeleton.GetAnimQuery().ComputeBlendShapeWeights()
        )
        sub_weights, shape_indices, sub_indices = query.ComputeSubShapeWeights(shape_weights)
        query.ComputeDeformedPoints(
            sub_weights,
            shape_indices,
            sub_indices,
            query.ComputeBlendShapePointIndices(),
            query.ComputeSubShapePointOffsets(),
            points,
        )
    transforms = skeleton.ComputeSkinningTransforms(Usd.TimeCode.Default())
    assert skinning.ComputeSkinnedPoints(transforms, points, Usd.TimeCode.Default())
    with Usd.EditContext(stage, stage.GetSessionLayer()):
        stage.GetSessionLayer().Clear()
    return np.array(points)
