"""The FBX says what the bundle says: to our reader, number by number, and in the places where readers look."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dreamhead.check.compare import differences
from dreamhead.check.fbx_records import Record, records
from dreamhead.check.read_fbx import read_fbx
from dreamhead.check.read_glb import ReadHead, read_glb
from dreamhead.export.bundle import Bundle, BundleMesh, Joint, Material, MorphTarget
from dreamhead.export.fbx import fbx_bytes
from dreamhead.export.fbx_materials import derived_textures
from dreamhead.export.glb import glb_bytes
from dreamhead.export.textures import flipped_green, png_texture
from dreamhead.head.model import ARKIT_NAMES
from tests.export import samples


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return samples.bundle()


@pytest.fixture(scope="module")
def head(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> ReadHead:
    path = tmp_path_factory.mktemp("fbx") / "head.fbx"
    path.write_bytes(fbx_bytes(bundle))
    return read_fbx(path)


def sheet(**material: object) -> Bundle:
    """Two quads and a triangle, 1 m wide, whose uv is cut along the middle; bone b stands 0.5 m above bone a."""
    points = np.array(
        [[0, 0, 0], [0.5, 0, 0], [1, 0, 0], [0, 1, 0], [0.5, 1, 0], [1, 1, 0], [0.5, 2, 0]], np.float32
    )
    source = np.array([0, 1, 1, 2, 3, 4, 4, 5, 6], np.int32)  # points 1 and 4 are split
    uv = np.array([[0, 1], [0.4, 1], [0.6, 1], [1, 1], [0, 0.5], [0.4, 0.5], [0.6, 0.5], [1, 0.5], [0.2, 0]])
    lift = np.zeros((9, 3), np.float32)
    lift[3] = [0, 0, 0.02]
    turn = np.zeros((9, 3), np.float32)
    turn[3] = [0.1, 0, 0]
    still = np.zeros((9, 3), np.float32)
    weights = np.zeros((9, 4), np.float32)
    weights[:, 0] = np.where(points[source, 1] > 0.5, 0.75, 1)
    weights[:, 1] = 1 - weights[:, 0]
    joint_indices = np.zeros((9, 4), np.uint8)
    joint_indices[:, 1] = weights[:, 1] > 0
    mesh = BundleMesh(
        name="sheet",
        material="cloth",
        vertices=points[source],
        normals=np.tile(np.array([0, 0, 1], np.float32), (9, 1)),
        tangents=np.tile(np.array([1, 0, 0, 1], np.float32), (9, 1)),
        uv=uv.astype(np.float32),
        triangles=np.array([[0, 1, 5], [0, 5, 4], [2, 3, 7], [2, 7, 6], [4, 5, 8]], np.int32),
        quads=np.array([[0, 1, 5, 4], [2, 3, 7, 6], [4, 5, 8, 8]], np.int32),
        joint_indices=joint_indices,
        joint_weights=weights,
        source=source,
        targets={"lift": MorphTarget(lift, turn), "rest": MorphTarget(still, still)},
    )
    joints = (
        Joint("a", -1, (0.0, 0.25, 0.0)),
        Joint("b", 0, (0.0, 0.75, 0.0)),
        Joint("c", 1, (0.0, 1.0, 0.0)),
    )
    return Bundle((mesh,), joints, (Material("cloth", **material),), {"prompt": "a sheet", "seed": 1})  # type: ignore[arg-type]


def objects(bundle: Bundle, kind: str, sub: str) -> list[Record]:
    found = records(fbx_bytes(bundle)).child("Objects").all(kind)
    return [one for one in found if one.values[2] == sub]


def array(record: Record, name: str) -> list[float]:
    values: list[float] = record.child(name).values[0].tolist()
    return values


def test_faces_and_points() -> None:
    (geometry,) = objects(sheet(), "Geometry", "Mesh")
    vertices = np.reshape(array(geometry, "Vertices"), (-1, 3))
    np.testing.assert_array_equal(vertices[2], [100, 0, 0])  # centimetres
    np.testing.assert_array_equal(vertices[6], [50, 200, 0])
    assert array(geometry, "PolygonVertexIndex") == [0, 1, 4, ~3, 1, 2, 5, ~4, 3, 4, ~6]
    layer = geometry.child("LayerElementUV")
    assert array(layer, "UVIndex") == [0, 1, 5, 4, 2, 3, 7, 6, 4, 5, 8]
    np.testing.assert_allclose(np.reshape(array(layer, "UV"), (-1, 2))[8], [0.2, 1])  # from the bottom
    assert array(geometry.child("LayerElementSmoothing"), "Smoothing") == [1, 1, 1]
    for kind, expected in (("Normal", [0, 0, 1]), ("Tangent", [1, 0, 0]), ("Binormal", [0, 1, 0])):
        table = np.reshape(array(geometry.child(f"LayerElement{kind}"), f"{kind}s"), (-1, 3))
        np.testing.assert_array_equal(table, np.tile(expected, (11, 1)))


def test_channels_and_shapes() -> None:
    lift, rest = objects(sheet(), "Geometry", "Shape")
    assert array(lift, "Indexes") == [2]
    np.testing.assert_allclose(array(lift, "Vertices"), [0, 0, 2], atol=1e-6)  # centimetres
    np.testing.assert_allclose(array(lift, "Normals"), [0.1, 0, 0], atol=1e-8)  # without unit
    assert array(rest, "Indexes") == [0]  # not empty: some readers refuse that
    assert array(rest, "Vertices") == [0, 0, 0]
    channels = objects(sheet(), "Deformer", "BlendShapeChannel")
    assert [one.values[1] for one in channels] == ["lift\0\1SubDeformer", "rest\0\1SubDeformer"]


def test_clusters_and_bind_pose() -> None:
    a, b = objects(sheet(), "Deformer", "Cluster")  # nothing hangs on c
    assert array(a, "Indexes") == list(range(7))
    assert array(b, "Indexes") == [3, 4, 5, 6]
    assert array(b, "Weights") == [0.25] * 4
    np.testing.assert_allclose(array(b, "TransformLink")[12:], [0, 75, 0, 1])
    np.testing.assert_allclose(array(b, "Transform")[12:], [0, -75, 0, 1])
    (pose,) = objects(sheet(), "Pose", "BindPose")
    heights = [entry.child("Matrix").values[0][13] for entry in pose.all("PoseNode")]
    assert heights == [0, 25, 75, 100]  # the mesh, then every bone
    bones = objects(sheet(), "Model", "LimbNode")
    assert [one.properties()["Lcl Translation"] for one in bones] == [(0, 25, 0), (0, 50, 0), (0, 25, 0)]


def test_settings() -> None:
    settings = records(fbx_bytes(sheet())).child("GlobalSettings").properties()
    assert settings["UnitScaleFactor"] == (1.0,)  # a centimetre
    assert [settings[name][0] for name in ("UpAxis", "FrontAxis", "CoordAxis")] == [1, 2, 0]


def test_every_object_is_counted_and_hangs_somewhere(bundle: Bundle) -> None:
    top = records(fbx_bytes(bundle))
    made = top.child("Objects").children
    ids = [one.values[0] for one in made]
    assert len(set(ids)) == len(ids) and min(ids) > 0
    linked = {link.values[1] for link in top.child("Connections").children}
    assert {one.values[0] for one in made if one.name != "Pose"} <= linked
    counts = {
        one.values[0]: one.child("Count").values[0] for one in top.child("Definitions").all("ObjectType")
    }
    assert counts == {"GlobalSettings": 1, **Counter(one.name for one in made)}


def test_same_bundle_same_bytes(bundle: Bundle) -> None:
    assert fbx_bytes(bundle) == fbx_bytes(samples.bundle())
    assert fbx_bytes(bundle) != fbx_bytes(replace(bundle, metadata={**bundle.metadata, "seed": 4}))


def test_agrees_with_the_glb(bundle: Bundle, head: ReadHead, tmp_path: Path) -> None:
    (tmp_path / "head.glb").write_bytes(glb_bytes(bundle))
    reference = read_glb(tmp_path / "head.glb")
    assert differences(head, reference) == []
    for read, meant in zip(head.meshes, reference.meshes, strict=True):
        rows = np.unique(meant.triangles)
        found, expected = read.attributes["TANGENT"], meant.attributes["TANGENT"][rows]
        np.testing.assert_allclose(found, expected, atol=1e-6)
        np.testing.assert_allclose(read.attributes["WEIGHTS_0"].sum(axis=1), 1, atol=1e-6)


def test_triangles_are_those_of_the_glb(bundle: Bundle, head: ReadHead) -> None:
    for read, meant in zip(head.meshes, bundle.meshes, strict=True):
        np.testing.assert_array_equal(read.triangles, meant.triangles)


def test_names_in_order(head: ReadHead) -> None:
    named = {mesh.name: tuple(mesh.targets) for mesh in head.meshes if mesh.targets}
    assert set(named) == {"skin", "mouth_bag", "eye_left", "eye_right", "tongue"}
    for found in named.values():
        assert found[:52] == ARKIT_NAMES
        assert found == named["skin"]


def test_metadata(head: ReadHead, bundle: Bundle) -> None:
    assert head.extras == json.loads(json.dumps(dict(bundle.metadata)))
    assert head.extras["prompt"] == "an elder “sailor”"


def test_normal_maps_are_directx_unless_asked(bundle: Bundle, head: ReadHead, tmp_path: Path) -> None:
    assert bundle.materials[0].normal is not None
    up = np.asarray(Image.open(io.BytesIO(bundle.materials[0].normal.data)))
    _, content = head.images["skin_normal_dx"]
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), flipped_green(up))
    (tmp_path / "gl.fbx").write_bytes(fbx_bytes(bundle, directx_normals=False))
    assert read_fbx(tmp_path / "gl.fbx").images["skin_normal"] == (
        "image/png",
        bundle.materials[0].normal.data,
    )


def test_embedded_pictures_are_those_of_the_bundle(bundle: Bundle, head: ReadHead) -> None:
    for material in bundle.materials:
        for texture in (material.base_color, material.orm):
            assert texture is not None
            assert head.images[texture.name] == (texture.media_type, texture.data)


def test_pictures_beside_the_file(bundle: Bundle, tmp_path: Path) -> None:
    content = fbx_bytes(bundle, embed=False)
    assert len(content) < len(fbx_bytes(bundle))
    (tmp_path / "head.fbx").write_bytes(content)
    assert read_fbx(tmp_path / "head.fbx").images == {}
    wanted = {
        one.child("RelativeFilename").values[0] for one in records(content).child("Objects").all("Video")
    }
    written = {f"textures/{name}.png" for surface in samples.surfaces() for name in surface.files}
    derived = {f"textures/{texture.name}.png" for texture in derived_textures(bundle)}
    assert derived == {f"textures/{name}_normal_dx.png" for name in ("skin", "eye", "mouth")}
    assert wanted <= written | derived


def links_of(bundle: Bundle) -> dict[str, str]:
    """Slot of the first material -> name of the texture in it."""
    top = records(fbx_bytes(bundle))
    names = {one.values[0]: one.values[1].partition("\0")[0] for one in top.child("Objects").children}
    links = [link.values for link in top.child("Connections").children]
    return {values[3]: names[values[1]] for values in links if values[0] == "OP"}


def test_transparency_has_a_picture_of_its_own(tmp_path: Path) -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[..., 3] = np.arange(16).reshape(4, 4)
    colour = png_texture("cloth_albedo", pixels)
    assert links_of(sheet(base_color=colour)) == {"DiffuseColor": "cloth_albedo"}
    masked = sheet(base_color=colour, alpha_mode="MASK")
    assert links_of(masked) == {"DiffuseColor": "cloth_albedo", "TransparentColor": "cloth_opacity"}
    (tmp_path / "head.fbx").write_bytes(fbx_bytes(masked))
    _, content = read_fbx(tmp_path / "head.fbx").images["cloth_opacity"]
    opacity = np.asarray(Image.open(io.BytesIO(content)))
    np.testing.assert_array_equal(opacity, np.stack([pixels[..., 3]] * 2, axis=-1))


def test_a_thin_mirror_is_no_white_veil(tmp_path: Path) -> None:
    pixels = np.full((4, 4, 4), 255, np.uint8)
    pixels[..., 3] = 12
    colour = png_texture("cloth_albedo", pixels)
    bundle = sheet(base_color=colour, alpha_mode="BLEND", metallic_factor=1.0, roughness_factor=0.04)
    assert links_of(bundle) == {"DiffuseColor": "cloth_albedo_black", "TransparentColor": "cloth_opacity"}
    (tmp_path / "head.fbx").write_bytes(fbx_bytes(bundle))
    _, content = read_fbx(tmp_path / "head.fbx").images["cloth_albedo_black"]
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(content))), pixels * [[[0, 0, 0, 1]]])
    (material,) = objects(bundle, "Material", "")
    assert material.properties()["ReflectionFactor"] == (0.0,)


@pytest.mark.parametrize(("roughness", "shininess"), [(0, 100.0), (102, 36.0), (255, 0.0)])
def test_shininess_is_the_average_roughness(roughness: int, shininess: float) -> None:
    orm = png_texture("cloth_orm", np.full((4, 4, 3), (255, roughness, 51), np.uint8))
    bundle = sheet(orm=orm, metallic_factor=0.5)
    (material,) = objects(bundle, "Material", "")
    found = material.properties()
    assert found["ShininessExponent"] == pytest.approx((shininess,))
    assert found["ReflectionFactor"] == pytest.approx((0.1,))
    assert links_of(bundle) == {"ORM": "cloth_orm"}


def test_double_sided_materials_are_not_culled() -> None:
    for double_sided, expected in ((False, "CullingOnCCW"), (True, "CullingOff")):
        (model,) = objects(sheet(double_sided=double_sided), "Model", "Mesh")
        assert model.child("Culling").values == (expected,)
