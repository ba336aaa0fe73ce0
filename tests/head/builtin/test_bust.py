"""Shoulders: they start below the neck, grow outwards, and end in a closed hem."""

from itertools import pairwise

import numpy as np

from dreamhead.head.builtin.bust import close_hem, shoulder_handles
from dreamhead.head.builtin.cage import BUST_ROWS, COLUMNS, build_cage
from dreamhead.head.builtin.generate import default_generator, read_tables
from dreamhead.head.builtin.surface import build_surface
from dreamhead.head.geometry import triangulate


def row(points, j):
    cage = build_cage()
    return points[[cage.index["g", i, j] for i in range(COLUMNS + 1)]]


def test_handles_are_where_the_cage_rests():
    cage = build_cage()
    nodes, places = shoulder_handles(cage)
    assert len(set(nodes)) == len(nodes)
    assert np.allclose(read_tables().points[nodes], places, atol=1e-9)
    assert np.abs(places[cage.midline[nodes], 0]).max() < 1e-12


def test_shoulders_are_wider_than_the_neck_and_slope():
    points = default_generator().rest.points
    widths = [row(points, j)[:, 0].max() for j in (2, 0, -2, -4, -BUST_ROWS)]
    assert all(a < b for a, b in pairwise(widths[1:])) and widths[-1] > 11
    front = row(points, -2)
    assert front[0, 2] < front[2, 2] - 0.4  # the notch between the collar bones
    side = [row(points, j)[11, 1] for j in (0, -2, -4, -BUST_ROWS)]
    assert side == sorted(side, reverse=True)


def test_hem_is_closed_and_seen_only_from_below(builtin):
    surface = build_surface()
    skin = builtin.parts[0]
    edges = np.concatenate([skin.faces[:, [k, (k + 1) % 4]] for k in range(4)])
    unique, uses = np.unique(np.sort(edges, 1), axis=0, return_counts=True)
    border = builtin.mean[unique[uses == 1].ravel()]
    assert border[:, 1].min() > -0.05  # eyes and mouth, nothing at the hem
    faces = surface.quads[surface.hem]
    triangles = triangulate(faces.astype(np.int32))
    a, b, c = (builtin.mean[triangles[:, k]].astype(np.float64) for k in range(3))
    normal = np.cross(b - a, c - a)
    assert (normal[:, 1] < 0).mean() > 0.97


def test_hem_follows_its_edge():
    cage = build_cage()
    points = default_generator().rest.points
    shift = np.array([0.0, -1.0, 0.5])
    moved = close_hem(cage, points + shift)
    under = np.concatenate([[cage.index["h", r, i] for i in range(COLUMNS + 1)] for r in (1, 2, 3)])
    assert np.allclose(moved[under, 1], points[under, 1] - 1.0)


def test_shoulders_stand_still_when_the_head_turns(builtin):
    bust = builtin.masks["bust"] > 0.99
    assert bust.sum() > 500
    assert (builtin.joint_weights[bust, 0] > 0.95).all()
    assert (builtin.masks["neck"][bust] == 1).all()
