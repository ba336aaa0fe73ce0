"""The reference skinning on cases that can be worked out by hand."""

import numpy as np
import pytest

from dreamhead.errors import UsageError
from dreamhead.head.model import JOINT_NAMES
from dreamhead.head.pose import joint_transforms, morph, pose_vertices, rotation

POSITIONS = np.array([[0, 0, 0], [0, 1, 0], [0, 2, 0], [0, 2, 1], [1, 2, 0], [-1, 2, 0]], np.float32)


def rigid(joint, count=1):
    weights = np.zeros((count, len(JOINT_NAMES)), np.float32)
    weights[:, JOINT_NAMES.index(joint)] = 1
    return weights


def test_rotations_are_right_handed():
    assert np.allclose(rotation("x", 90) @ [0, 1, 0], [0, 0, 1])
    assert np.allclose(rotation("y", 90) @ [0, 0, 1], [1, 0, 0])
    assert np.allclose(rotation("z", 90) @ [1, 0, 0], [0, 1, 0])


def test_rest_stays(builtin, targets):
    posed = pose_vertices(
        builtin.mean,
        targets,
        {"jawOpen": 0.0},
        builtin.joint_weights,
        builtin.joint_positions(np.zeros(len(builtin.slider_names))),
        {},
    )
    assert np.abs(posed - builtin.mean).max() < 1e-7


def test_child_turns_with_its_parents():
    point = np.array([[0, 2, 2]], np.float32)
    turned = pose_vertices(
        point, {}, {}, rigid("jaw"), POSITIONS, {"neck": rotation("y", 90), "jaw": rotation("x", 90)}
    )
    # The jaw turns (0,2,2) about (0,2,1) down to (0,1,1); the neck then takes +Z to +X about (0,1,0).
    assert np.allclose(turned, [[1, 1, 0]], atol=1e-6)


def test_blend_is_linear():
    point = np.array([[1, 0, 0]], np.float32)
    weights = 0.5 * rigid("root") + 0.5 * rigid("neck")
    posed = pose_vertices(point, {}, {}, weights, np.zeros((6, 3), np.float32), {"neck": rotation("z", 90)})
    assert np.allclose(posed, [[0.5, 0.5, 0]], atol=1e-6)


def test_morphs_come_first():
    point, target = np.array([[0, 0, 0]], np.float32), {"push": np.array([[1, 0, 0]], np.float32)}
    posed = pose_vertices(point, target, {"push": 0.5}, rigid("root"), POSITIONS, {"root": rotation("y", 90)})
    assert np.allclose(posed, [[0, 0, -0.5]], atol=1e-6)


def test_unknown_names_are_refused():
    with pytest.raises(UsageError, match="elbow"):
        joint_transforms(POSITIONS, {"elbow": np.eye(3)})
    with pytest.raises(UsageError, match="wink"):
        morph(POSITIONS, {}, {"wink": 1.0})
