"""Lids: margins as thick as a lid, closed on the eyeball, a caruncle in the corner."""

import numpy as np
import pytest

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.anatomy import EYE_CENTER, Eye
from dreamhead.head.builtin.cage import LID_EDGE_RING, LID_MARGIN_RING, build_cage
from dreamhead.head.builtin.identity import SLIDER_NAMES
from dreamhead.head.builtin.lids import INNER_CANTHUS, place_lids
from dreamhead.head.builtin.lids_motion import CLEARANCE, lids_clear
from dreamhead.head.builtin.surface import build_surface

# Places along a ring where the margin lies on the eyeball, away from the inner corner.
ON_BALL = [k for k in range(20) if k not in (15, 16, 17, 18, 19, 0, 1)]


def rings(vertices, *numbers):
    cage = build_surface().cage
    return [vertices[cage.ring("e", number)] * 100.0 for number in numbers]


def test_margins_are_flat_and_as_thick_as_a_lid(builtin):
    eye = generate.default_generator().rest.eye
    front, middle, back = rings(builtin.mean.astype(np.float64), 4, 8, 5)
    width = np.linalg.norm(front - back, axis=1)[ON_BALL]
    assert width.min() > 0.13 and width.max() < 0.26, width
    assert np.abs(eye.clearance(back))[ON_BALL].max() < 0.04
    straight = 0.5 * (front + back) - middle
    assert np.linalg.norm(straight, axis=1)[ON_BALL].max() < 0.02


def test_caruncle_fills_the_inner_corner(builtin):
    eye = generate.default_generator().rest.eye
    front, groove, bump = rings(builtin.mean.astype(np.float64), 4, 8, 5)
    k = INNER_CANTHUS
    assert front[k, 0] < groove[k, 0] < bump[k, 0] < eye.center[0] - 1.1
    assert bump[k, 2] > groove[k, 2]  # stands up from the groove around it
    assert bump[17, 1] > bump[k, 1] > bump[19, 1] - 0.02
    assert (eye.clearance(bump[[17, 18, 19]]) > 0.1).all()
    assert bump[k, 2] < front[k, 2]  # but not out of the eye


@pytest.mark.parametrize("name", ["eyeSquintLeft", "eyeWideLeft", "eyeLookUpLeft"])
def test_front_edge_never_enters_the_eyeball(builtin, targets, name):
    eye = generate.default_generator().rest.eye
    for weight in (0.25, 0.5, 0.75, 1.0):
        posed = (builtin.mean + weight * targets[name]).astype(np.float64)
        for ring in rings(posed, 1, 2, 3, 4):
            assert eye.clearance(ring).min() > 0.0, (weight, name)


def test_place_lids_pushes_out_what_is_inside():
    cage = build_cage()
    points = generate.read_tables().points.copy()
    margin = cage.ring("e", LID_MARGIN_RING)
    points[margin] = EYE_CENTER + 0.9 * (points[margin] - EYE_CENTER)
    for eye in (Eye(EYE_CENTER, 1.0), Eye(EYE_CENTER + np.array([0.2, 0.1, 0.0]), 1.1)):
        placed = place_lids(cage, points, eye)
        assert eye.clearance(placed[margin]).min() > 0.16
        back = eye.clearance(placed[cage.ring("e", LID_EDGE_RING)])[ON_BALL]
        assert np.allclose(back, 0.022, atol=1e-3)
        untouched = np.setdiff1d(
            np.arange(len(cage)), np.concatenate([cage.ring("e", r) for r in (4, 8, 5, 6, 7)])
        )
        assert np.array_equal(placed[untouched], points[untouched])


def test_lid_mask_ends_before_what_is_hidden(builtin):
    lids, cage = builtin.masks["lids"], build_surface().cage
    for ring in (5, 6, 7):
        assert lids[cage.ring("e", ring)].max() < 0.02
    assert lids[cage.ring("e", 3)].min() > 0.9


def test_lids_hold_on_other_heads(builtin):
    rng = np.random.default_rng(7)
    low, high = builtin.slider_limits.T
    for _ in range(6):
        g = generate.generator(np.clip(rng.normal(0, 0.4, len(SLIDER_NAMES)), low, high))
        vertices = generate.neutral_vertices(g)
        cage = build_surface().cage
        assert g.rest.eye.clearance(vertices[cage.ring("e", 4)]).min() > 0.08


def test_a_pressed_lid_stays_before_the_eyeball():
    rest, cage = generate.default_generator().rest, build_cage()
    nodes = cage.ring("e", LID_MARGIN_RING - 1)
    motion = np.zeros_like(rest.points)
    motion[nodes, 2] = -0.5
    moved = rest.points + lids_clear(cage, rest.points, rest.eye, motion)
    assert rest.eye.clearance(rest.points[nodes] + motion[nodes]).min() < 0
    resting = rest.eye.clearance(rest.points[nodes])
    assert (
        rest.eye.clearance(moved[nodes]) >= np.minimum(resting, CLEARANCE[LID_MARGIN_RING - 1]) - 2e-3
    ).all()
    assert not np.delete(moved - rest.points, nodes, axis=0).any()
