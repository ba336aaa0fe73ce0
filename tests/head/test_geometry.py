"""Mesh helpers against shapes whose answers are known."""

import numpy as np

from dreamhead.head.geometry import (
    corner_angles,
    render_mesh,
    tangents,
    triangulate,
    triangulate_part,
    vertex_normals,
)
from dreamhead.head.model import Part

FACES = np.array([[0, 1, 2, 3], [3, 2, 4, 4]], np.int32)


def test_quads_split_and_triangles_stay():
    assert triangulate(FACES).tolist() == [[0, 1, 2], [0, 2, 3], [3, 2, 4]]


def test_uv_follows_the_position_faces_pattern():
    # A triangle whose uv indices do not repeat is still one triangle.
    part = Part(
        "p", "m", FACES, np.zeros((6, 2), np.float32), np.array([[0, 1, 2, 3], [3, 2, 4, 5]], np.int32)
    )
    triangles, uv_triangles = triangulate_part(part)
    assert len(triangles) == len(uv_triangles) == 3
    assert uv_triangles[2].tolist() == [3, 2, 4]


def test_sphere_normals():
    rng = np.random.default_rng(0)
    from scipy.spatial import ConvexHull

    points = rng.normal(size=(400, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    triangles = ConvexHull(points).simplices
    a, b, c = (points[triangles[:, k]] for k in range(3))
    inward = (np.cross(b - a, c - a) * a).sum(1) < 0
    triangles[inward] = triangles[inward][:, ::-1]
    normals = vertex_normals(points.astype(np.float32), triangles.astype(np.int32))
    assert (normals * points).sum(1).min() > 0.95


def test_tangents_of_a_flat_sheet():
    positions = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    normals = np.tile(np.array([0, 0, 1], np.float32), (4, 1))
    uv = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)  # v downwards
    triangles = triangulate(np.array([[0, 1, 2, 3]], np.int32))
    assert np.allclose(tangents(positions, normals, uv, triangles), [[1, 0, 0, 1]] * 4)
    mirrored = uv * [-1, 1] + [1, 0]
    assert np.allclose(tangents(positions, normals, mirrored, triangles), [[-1, 0, 0, -1]] * 4)


def test_tangents_without_uv_area_are_still_unit():
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    normals = np.tile(np.array([0, 0, 1], np.float32), (3, 1))
    found = tangents(positions, normals, np.zeros((3, 2), np.float32), np.array([[0, 1, 2]], np.int32))
    assert np.allclose(np.linalg.norm(found[:, :3], axis=1), 1) and np.allclose(found[:, 2], 0)


def test_angles_of_a_right_triangle():
    corners = np.array([[[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]])
    assert np.allclose(np.degrees(corner_angles(corners)), [[90, 45, 45]])


def test_render_mesh_splits_only_at_cuts(builtin):
    for part in builtin.parts:
        mesh = render_mesh(part)
        triangles, uv_triangles = triangulate_part(part)
        assert np.array_equal(mesh.source[mesh.triangles], triangles)
        assert np.allclose(mesh.uv[mesh.triangles], part.uv[uv_triangles])
        assert len(mesh.source) >= len(np.unique(part.faces))
    skin = render_mesh(builtin.parts[0])
    extra = len(skin.source) - len(np.unique(builtin.parts[0].faces))
    assert 20 < extra < 160  # the seam up the back midline and around the bust's underside


def test_tangents_of_the_head_are_right_handed(builtin):
    mesh = render_mesh(builtin.parts[0])
    positions = builtin.mean[mesh.source]
    normals = vertex_normals(positions, mesh.triangles)
    found = tangents(positions, normals, mesh.uv, mesh.triangles)
    assert np.allclose(np.linalg.norm(found[:, :3], axis=1), 1, atol=1e-5)
    assert np.abs((found[:, :3] * normals).sum(1)).max() < 1e-4
    assert (found[:, 3] == 1).all()
