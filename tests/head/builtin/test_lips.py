"""Lips give way to each other where a motion would cross them, and only there."""

import numpy as np

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.interior import contact_on_surface, contact_pairs
from dreamhead.head.builtin.lips import parted
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
    moved = parted(cage, rest, motion)
    low, high = contact_on_surface(rest + moved)
    assert (high - low)[:, 1].min() > -0.05  # the rings behind the lips have not followed yet
    lower, upper = contact_pairs(cage)
    assert (moved[lower, 1] < -0.05).all() and (moved[upper, 1] > -0.25).all()  # both give way


def test_open_lips_are_left_alone():
    cage, rest, motion = lowered_upper_lip(-0.3)
    assert np.array_equal(parted(cage, rest, motion), rest + motion - rest)


def test_no_expression_crosses_the_lips(builtin, targets):
    cage = build_surface().cage
    lower, upper = contact_pairs(cage)
    for name, delta in targets.items():
        posed = builtin.mean + delta + (targets["jawOpen"] if name == "mouthClose" else 0)
        assert (posed[upper, 1] - posed[lower, 1]).min() > -2e-4, name
