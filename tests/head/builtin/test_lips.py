"""Lips give way to each other where a motion would cross them, and only there."""

import numpy as np

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.expressions import ROLLED, pose_all
from dreamhead.head.builtin.interior import contact_on_surface, contact_pairs
from dreamhead.head.builtin.lip_profiles import profile_gap
from dreamhead.head.builtin.lips import parted_across
from dreamhead.head.builtin.surface import build_surface


def lowered_upper_lip(by):
    cage, rest = build_surface().cage, generate.default_generator().rest.points
    motion = np.zeros_like(rest)
    for ring in (3, 4, 5, 6, 7):
        motion[contact_pairs(cage, ring)[1], 1] -= by
    return cage, rest, motion


def test_crossing_lips_touch():
    cage, rest, motion = lowered_upper_lip(0.3)
    low, high = contact_on_surface(rest + motion)
    assert (high - low)[:, 1].min() < -0.2
    moved, _ = parted_across(cage, rest, motion, motion)
    low, high = contact_on_surface(rest + moved)
    assert (high - low)[:, 1].min() > -0.05  # the rings behind the lips have not followed yet
    lower, upper = contact_pairs(cage)
    assert (moved[lower, 1] < -0.05).all() and (moved[upper, 1] > -0.25).all()  # both give way


def test_open_lips_are_left_alone():
    cage, rest, motion = lowered_upper_lip(-0.3)
    assert np.array_equal(parted_across(cage, rest, motion, motion)[0], rest + motion - rest)


def test_no_expression_crosses_the_lips(builtin, targets):
    actor = generate.default_generator().actor
    poses = pose_all(actor, tuple(name for name in targets if name != "mouthClose"))
    lower, upper = contact_pairs(build_surface().cage)
    for name, pose in poses.items():
        if pose.left is pose.right:
            assert profile_gap(pose.left)[1].min() > 0, name
        else:
            posed = builtin.mean + targets[name]
            assert (posed[upper, 1] - posed[lower, 1]).min() > -2e-4, name
    closed = builtin.mean + targets["mouthClose"] + targets["jawOpen"]
    assert (closed[upper, 1] - closed[lower, 1]).min() > -2e-4


def test_rolled_lips_hide_their_seam_and_may_both_be_rolled():
    actor = generate.default_generator().actor
    both = actor.rest.copy()
    for name, pose in pose_all(actor, tuple(ROLLED)).items():
        assert profile_gap(pose.left)[1].min() > 0, name
        low, high = contact_on_surface(pose.left)
        assert (high - low)[:, 1].max() < 0.06, name
        both += pose.left - actor.rest
    assert profile_gap(both)[1].min() > -0.03
