"""Skin weights and targets as every writer gets them."""

from __future__ import annotations

import numpy as np

from dreamhead.export.bundle import strongest_influences
from dreamhead.head.geometry import part_normals
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
