"""Landmarks: valid points on triangles of the head, in the right places, left and right alike."""

import numpy as np
import pytest

from dreamhead.head.builtin.landmarks import (
    MIDLINE_478,
    _partner_68,
    _partner_478,
    closest_weights,
    landmark_positions,
)
from dreamhead.head.geometry import triangulate


@pytest.mark.parametrize(("which", "count"), [("landmarks_68", 68), ("landmarks_478", 478)])
def test_points_lie_on_triangles(builtin, which, count):
    points = getattr(builtin, which)
    assert points.vertices.shape == points.weights.shape == (count, 3)
    assert np.allclose(points.weights.sum(1), 1, atol=1e-6) and points.weights.min() >= 0
    known = set()
    for part in builtin.parts:
        for face in triangulate(part.faces):
            known.update([(min(a, b), max(a, b)) for a, b in zip(face, np.roll(face, 1), strict=True)])
    for corners, weights in zip(points.vertices, points.weights, strict=True):
        used = corners[weights > 0]
        for k in range(len(used) - 1):
            assert (min(used[k], used[k + 1]), max(used[k], used[k + 1])) in known
    assert landmark_positions(points, builtin.mean)[:, 2].min() > 0.02  # all on the front half


def test_478_mirror(builtin):
    points = landmark_positions(builtin.landmarks_478, builtin.mean)
    for right, left in _partner_478().items():
        assert points[right, 0] < 0 < points[left, 0]
        assert np.allclose(points[left], points[right] * [-1, 1, 1], atol=1e-6)
    assert np.abs(points[list(MIDLINE_478), 0]).max() < 1e-6
    assert np.allclose(points[473:478], points[[468, 471, 470, 469, 472]] * [-1, 1, 1], atol=1e-6)


def test_478_regions(builtin):
    points = landmark_positions(builtin.landmarks_478, builtin.mean)
    assert 0.085 < points[10, 1] < 0.1 and -0.09 < points[152, 1] < -0.075
    assert points[1:5:3, 2].max() == points[:468, 2].max() or points[4, 2] > points[:468, 2].max() - 1e-3
    for eye, pupil in ((263, 473), (33, 468)):
        assert np.linalg.norm(points[eye] - points[pupil]) < 0.025
    assert points[159, 1] > points[145, 1] + 5e-3  # lids of the open right eye
    assert points[13, 1] >= points[14, 1] and points[13, 1] - points[14, 1] < 1e-3
    assert points[0, 1] > points[13, 1] > points[17, 1]
    brows = points[[70, 63, 105, 66, 107, 46, 53, 52, 65, 55]]
    assert (brows[:, 1] > points[159, 1]).all() and (brows[:, 1] < points[151, 1]).all()
    iris = points[[469, 470, 471, 472]]
    assert np.allclose(np.linalg.norm(iris - iris.mean(0), axis=1), 0.0062, atol=5e-4)


def test_lids_follow_a_blink(builtin, targets):
    posed = landmark_positions(builtin.landmarks_478, builtin.mean + targets["eyeBlinkRight"])
    assert np.abs(posed[159, 1] - posed[145, 1]) < 5e-4
    assert np.abs(posed[386, 1] - posed[374, 1]) > 5e-3


def test_68_order_and_mirror(builtin):
    points = landmark_positions(builtin.landmarks_68, builtin.mean)
    assert points[0, 0] < -0.05 and points[16, 0] > 0.05
    assert np.argmin(points[:17, 1]) == 8
    assert points[36, 0] < points[39, 0] < 0 < points[42, 0] < points[45, 0]
    assert points[37, 1] > points[41, 1] and points[44, 1] > points[46, 1]
    assert points[48, 0] < points[51, 0] < points[54, 0]
    assert points[51, 1] > points[62, 1] >= points[66, 1] > points[57, 1]
    assert (np.diff(points[27:31, 1]) < 0).all() and points[30, 2] == points[:, 2].max()
    for right, left in _partner_68().items():
        assert np.allclose(points[left], points[right] * [-1, 1, 1], atol=1e-6)
    jaw = points[:17]
    assert (np.diff(jaw[:9, 0]) > 0).all() and (np.diff(jaw[:9, 1]) < 0).all()


def test_closest_weights_known_answers():
    corners = np.array([[[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]])
    for point, expected in (
        ((0.25, 0.25, 3.0), (0.5, 0.25, 0.25)),
        ((2.0, -1.0, 0.0), (0, 1, 0)),
        ((1.0, 1.0, 0.0), (0, 0.5, 0.5)),
    ):
        assert np.allclose(closest_weights(np.array(point), corners)[0], [expected], atol=1e-6)
