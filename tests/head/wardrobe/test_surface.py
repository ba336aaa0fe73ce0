"""Roots on the skin, the hairline, the hidden skin left out."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.errors import UsageError
from dreamhead.head.wardrobe.cranial import Region
from dreamhead.head.wardrobe.surface import Surface, hairline_height, surface_of, triangles_of, vertex_normals


def test_triangles_of_quads_and_triangles() -> None:
    faces = np.array([[0, 1, 2, 3], [4, 5, 6, 6]])
    assert triangles_of(faces).tolist() == [[0, 1, 2], [4, 5, 6], [0, 2, 3]]


def test_normals_of_a_flat_square() -> None:
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    normals = vertex_normals(vertices, np.array([[0, 1, 2], [0, 2, 3]]))
    np.testing.assert_allclose(normals, np.tile([0.0, 0, 1], (4, 1)))


def test_roots_lie_on_the_skin_of_every_identity(default_surface: Surface, strong_surface: Surface) -> None:
    for surface in (default_surface, strong_surface):
        roots = surface.sample(Region().mask(), 200, np.random.default_rng(3))
        assert 120 < len(roots) <= 200
        np.testing.assert_allclose(roots.weights.sum(1), 1)
        assert roots.weights.min() >= 0
        corners = surface.vertices[roots.triangles]
        np.testing.assert_allclose(np.einsum("nk,nkc->nc", roots.weights, corners), roots.points)
        assert np.abs(surface.distance.distance(roots.points)).max() < 0.15
        assert hairline_height(roots.home).min() > 0


def test_roots_keep_their_distance(default_surface: Surface) -> None:
    roots = default_surface.sample(Region().mask(), 200, np.random.default_rng(3))
    gaps = np.linalg.norm(roots.home[:, None] - roots.home[None], axis=2) + 99 * np.eye(len(roots))
    assert gaps.min() > 0.5


def test_same_roots_on_every_identity(default_surface: Surface, strong_surface: Surface) -> None:
    one, other = (
        s.sample(Region().mask(), 50, np.random.default_rng(4)) for s in (default_surface, strong_surface)
    )
    np.testing.assert_array_equal(one.triangles, other.triangles)
    np.testing.assert_array_equal(one.weights, other.weights)


def test_nearest_finds_a_point_of_the_surface(default_surface: Surface) -> None:
    corners = default_surface.home[default_surface.triangles[::500]]
    roots = default_surface.nearest(corners.mean(1))
    assert np.linalg.norm(roots.home - corners.mean(1), axis=1).max() < 0.05


def test_foreign_vertices_are_refused(head, zero) -> None:
    with pytest.raises(UsageError):
        surface_of(head, zero, head.mean[:-1])
