"""Sheets are whole, face outwards, fold to a thickness; rays find the skin; tables follow the head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dreamhead.head.wardrobe.shell import (
    ball,
    fitted,
    folded,
    grid_triangles,
    outermost,
    placed,
    resampled,
    rounded,
    sheet,
    swept,
    trimmed,
    welded_normals,
)
from dreamhead.head.wardrobe.surface import Surface


def ring(radius: float, height: float, count: int = 48) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([radius * np.sin(turn), np.full(count, height), radius * np.cos(turn)], axis=1)


def volume(vertices: np.ndarray, triangles: np.ndarray) -> float:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def test_a_tube_faces_outwards_and_keeps_its_size() -> None:
    path = np.column_stack([np.zeros(30), np.linspace(0, 10, 30), np.zeros(30)])
    tube = swept(path, np.tile([1.0, 0.0, 0.0], (30, 1)), rounded(2.0, 2.0, 24, 2.0), "any")
    away = tube.vertices * (1, 0, 1)
    side = np.linalg.norm(away, axis=1) > 0.9
    assert ((tube.normals * away).sum(1)[side] > 0.4).all()
    assert abs(volume(tube.vertices, tube.triangles)) == pytest.approx(10 * np.pi, rel=0.03)


def test_a_closed_sweep_is_a_torus() -> None:
    path = ring(5.0, 0.0)
    torus = swept(path, np.tile([0.0, 1.0, 0.0], (48, 1)), rounded(1.0, 1.0, 16, 2.0), "any", closed=True)
    assert abs(volume(torus.vertices, torus.triangles)) == pytest.approx(2 * np.pi**2 * 5 * 0.25, rel=0.05)


def test_a_cylinder_is_shaded_smoothly_over_its_seam_and_its_pole() -> None:
    rows = [ring(0.0, 6.0), ring(2.0, 5.5), ring(3.0, 4.0), ring(3.0, 2.0), ring(3.0, 0.0)]
    cylinder = sheet([rows], "any", centre=np.array([0.0, 2.0, 0.0]))
    assert cylinder.normals[0] == pytest.approx((0, 1, 0), abs=0.02)
    first, last = cylinder.normals.reshape(5, 49, 3)[3, [0, -1]]
    assert first == pytest.approx(last)
    assert cylinder.uv.min() == 0 and cylinder.uv.max() == 1
    middle = cylinder.vertices.reshape(5, 49, 3)[3, 0]
    assert middle[2] == pytest.approx(-3.0)  # the seam lies at the back


def test_strips_meet_in_a_crease() -> None:
    side = [ring(3.0, 2.0), ring(3.0, 1.0), ring(3.0, 0.0)]
    floor = [ring(3.0, 0.0), ring(1.5, 0.0), ring(0.5, 0.0)]
    made = sheet([side, floor], "any", centre=np.array([0.0, 1.0, 0.0]))
    normals = made.normals.reshape(6, 49, 3)
    assert abs(normals[2, :, 1]).max() < 0.01 and (normals[3, :, 1] < -0.99).all()


def test_folding_gives_a_back_and_an_edge() -> None:
    rows = folded([ring(3.0, 2.0), ring(3.0, 0.0)], -0.2 * ring(1.0, 0.0))
    assert len(rows) == 5
    assert np.linalg.norm(rows[-1] * (1, 0, 1), axis=1) == pytest.approx(2.8)
    assert rows[2][:, 1] == pytest.approx(-0.08)


def test_resampling_keeps_the_ring() -> None:
    again = resampled(ring(4.0, 1.0, 72), 144)
    assert np.linalg.norm(again * (1, 0, 1), axis=1) == pytest.approx(4.0, abs=0.01)


def test_a_ball_is_round() -> None:
    small = ball(np.array([1.0, 2.0, 3.0]), 0.5, "any")
    assert np.linalg.norm(small.vertices - (1, 2, 3), axis=1) == pytest.approx(0.5)


def test_grid_triangles_cover_every_cell_once() -> None:
    triangles = grid_triangles(3, 4)
    assert len(triangles) == 12 and set(triangles.ravel()) == set(range(12))
    flat = np.stack([*np.meshgrid(np.arange(4.0), np.arange(3.0)), np.zeros((3, 4))], axis=-1).reshape(-1, 3)
    assert np.abs(welded_normals(flat, triangles)[:, 2]).min() > 0.99


def test_rays_find_the_outermost_skin(default_surface: Surface) -> None:
    origin = np.array([[0.0, 6.0, 0.0]])
    above = np.array([[0.0, 36.0, 0.0]])
    far = outermost(default_surface, origin, np.array([[0.0, 0.0, 1.0]]), 0.5)
    hit = origin + far[:, None] * (0.0, 0.0, 1.0)
    assert default_surface.distance.distance(hit)[0] == pytest.approx(0.5, abs=0.05)
    assert outermost(default_surface, above, np.array([[0.0, 1.0, 0.0]]), 0.5, nearest=3.0)[0] == 3.0


def test_tables_move_with_the_head(default_surface: Surface, strong_surface: Surface) -> None:
    points = default_surface.home[default_surface.triangles[::97, 0]]
    at_home = replace(default_surface, vertices=default_surface.home)
    assert placed(at_home, points) == pytest.approx(points, abs=1e-9)
    gap = strong_surface.distance.distance(placed(strong_surface, points))
    assert np.percentile(np.abs(gap), 95) < 0.5 and np.abs(gap).mean() < 0.1  # lips and nostrils are too fine


def test_a_fit_keeps_its_gap_and_its_edge(strong_surface: Surface) -> None:
    fit = fitted(strong_surface, (9.0, 10.0), (3.0, -9.0), gap=0.4)
    for row in (0.2, 0.6, 0.95):
        assert strong_surface.distance.distance(fit.row(row)).min() > 0.3
    assert np.abs(fit.height(fit.row(1.0))).max() < 1.0
    assert (fit.reach_at(1.0) <= fit.girth + 1e-6).all()


def test_trimming_drops_what_lies_inside(default_surface: Surface) -> None:
    inside = ball(np.array([0.0, 4.0, 0.0]), 1.0, "any")
    assert not len(trimmed(default_surface, inside).triangles)
    outside = ball(np.array([0.0, 30.0, 0.0]), 1.0, "any")
    assert len(trimmed(default_surface, outside).triangles) == len(outside.triangles)
