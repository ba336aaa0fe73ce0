"""Skin weights and targets as every writer gets them."""

from __future__ import annotations

import numpy as np

from dreamhead.config import RigConfig
from dreamhead.export.assemble import assemble
from dreamhead.export.bundle import Material, polygons, strongest_influences
from dreamhead.export.materials import garment_surface
from dreamhead.head.asset import HeadAsset
from dreamhead.head.geometry import part_normals
from dreamhead.head.load import load_head
from dreamhead.head.pose import morph, rotation
from dreamhead.head.wardrobe import Garment
from dreamhead.stages import rig
from tests.export import samples


def test_four_strongest_in_order() -> None:
    indices, weights = strongest_influences(np.array([[0.1, 0.4, 0.05, 0.3, 0.15]], np.float32))
    assert indices.tolist() == [[1, 3, 4, 0]]
    np.testing.assert_allclose(weights, np.array([[0.4, 0.3, 0.15, 0.1]]) / 0.95, atol=1e-6)


def test_fewer_than_four_are_padded_with_joint_zero() -> None:
    indices, weights = strongest_influences(
        np.array([[0, 0, 1, 0, 0, 0], [0.5, 0, 0, 0, 0, 0.5]], np.float32)
    )
    assert indices.tolist() == [[2, 0, 0, 0], [0, 5, 0, 0]]
    assert weights.tolist() == [[1, 0, 0, 0], [0.5, 0.5, 0, 0]]


def test_corners_keep_the_surface() -> None:
    head, asset = samples.SmallHead(), samples.rigged()
    for part, mesh in zip(head.parts, samples.bundle().meshes, strict=True):
        np.testing.assert_array_equal(mesh.source[mesh.quads], part.faces)
        np.testing.assert_array_equal(mesh.uv[mesh.quads], part.uv[part.uv_faces])
        np.testing.assert_array_equal(mesh.vertices, asset.vertices[mesh.source])
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(mesh.tangents[:, :3], axis=1), 1, atol=1e-5)
        assert set(np.unique(mesh.tangents[:, 3])) <= {-1.0, 1.0}


def test_polygons_join_points_over_uv_cuts() -> None:
    head = samples.SmallHead()
    for part, mesh in zip(head.parts, samples.bundle().meshes, strict=True):
        shape = polygons(mesh)
        vertices = np.unique(part.faces)
        np.testing.assert_array_equal(mesh.source[shape.rows_of_points], vertices)
        starts = np.r_[0, np.cumsum(shape.counts)[:-1]]
        for face, start, count in zip(part.faces, starts, shape.counts, strict=True):
            welded = vertices[shape.points[start : start + count]]
            np.testing.assert_array_equal(welded, face[:count])
            assert count == len(set(face.tolist()))
        # Whatever a writer takes from a point's row is the same in every row of that point.
        point_row = shape.rows_of_points[shape.points]
        for table in (mesh.vertices, mesh.normals, mesh.joint_indices, mesh.joint_weights):
            np.testing.assert_array_equal(table[point_row], table[shape.rows])
        for target in mesh.targets.values():
            np.testing.assert_array_equal(target.position[point_row], target.position[shape.rows])
            np.testing.assert_array_equal(target.normal[point_row], target.normal[shape.rows])
    skin = samples.bundle().meshes[0]
    assert len(polygons(skin).rows_of_points) < len(skin.vertices)  # the seam at the back
    assert set(polygons(skin).counts) == {4}


def test_normals_are_smooth_where_parts_meet() -> None:
    meshes = {mesh.name: mesh for mesh in samples.bundle().meshes}
    skin, bag = meshes["skin"], meshes["mouth_bag"]
    shared = np.intersect1d(skin.source, bag.source)
    assert len(shared) > 0
    for vertex in shared:
        one, two = skin.normals[skin.source == vertex][0], bag.normals[bag.source == vertex][0]
        np.testing.assert_array_equal(one, two)


def test_moved_plus_normal_delta_is_the_moved_normal() -> None:
    head, asset = samples.SmallHead(), samples.rigged()
    moved = part_normals(asset.vertices + asset.targets["jawOpen"], head.parts)
    skin = samples.bundle().meshes[0]
    np.testing.assert_allclose(skin.normals + skin.targets["jawOpen"].normal, moved[skin.source], atol=2e-3)


def worn_patch() -> Garment:
    """A triangle 5 mm above the first face of the small head's skin."""
    head = samples.SmallHead()
    face = next(part for part in head.parts if part.name == "skin").faces[300]
    corners = head.mean[face[:3]]
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    normal /= np.linalg.norm(normal)
    pixels = np.zeros((4, 4, 4), np.uint8)
    return Garment(
        name="patch",
        slot="hair",
        vertices=(corners + 0.005 * normal).astype(np.float32),
        normals=np.tile(normal, (3, 1)).astype(np.float32),
        uv=np.array([[0, 0], [1, 0], [0, 1]], np.float32),
        triangles=np.array([[0, 1, 2]], np.int32),
        root_vertices=np.tile(face[:3], (3, 1)).astype(np.int32),
        root_weights=np.eye(3, dtype=np.float32),
        maps={"albedo": pixels, "normal": pixels[..., :3], "roughness": pixels[..., 0]},
        alpha_mode="MASK",
        alpha_cutoff=0.4,
        material="hair",
        double_sided=True,
        licence=head.licence,
    )


def test_a_garment_turns_with_the_head() -> None:
    head, asset = samples.SmallHead(), samples.rigged(displacement=0.0)
    turn = rotation("y", 20.0) @ rotation("x", 10.0)
    turned = (asset.vertices @ turn.T - asset.vertices).astype(np.float32)
    still = np.zeros_like(turned)
    asset = asset.changed(targets={"turn": turned, "still": still})
    patch = worn_patch()
    mesh = assemble(head, asset, [patch], [garment_surface(patch).material], {}).meshes[-1]
    assert (mesh.name, mesh.material, list(mesh.targets)) == ("patch", "patch", ["turn", "still"])
    np.testing.assert_allclose(
        mesh.vertices + mesh.targets["turn"].position, patch.vertices @ turn.T, atol=1e-6
    )
    np.testing.assert_allclose(mesh.normals + mesh.targets["turn"].normal, patch.normals @ turn.T, atol=1e-4)
    assert not mesh.targets["still"].position.any() and not mesh.targets["still"].normal.any()


def test_the_built_in_head_keeps_its_pose_oracle() -> None:
    """Dropping motion nobody sees moves no corner by more than 10 micrometres in a strong pose."""
    head = load_head("builtin")
    identity = np.zeros(len(head.slider_names), np.float32)
    asset = HeadAsset(identity=identity)
    asset = rig.run(asset, RigConfig(), samples.context_of(head))
    materials = [Material(name) for name in ("skin", "mouth", "eye")]
    weights = {"jawOpen": 0.5, "mouthSmileLeft": 1.0, "browDownRight": 0.7, "viseme_aa": 0.3}
    expected = morph(asset.vertices, asset.targets, weights)
    for mesh in assemble(head, asset, [], materials, {}).meshes:
        moved = mesh.vertices.astype(np.float64)
        for name, weight in weights.items():
            moved += weight * mesh.targets[name].position if mesh.targets else 0
        assert np.abs(moved - expected[mesh.source]).max() < 1e-5
