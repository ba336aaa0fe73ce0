"""Lips as profiles: how far apart they are found, and where they come to stand."""

import numpy as np
import pytest

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.interior import contact_pairs
from dreamhead.head.builtin.lip_profiles import Give, profile_gap, settled
from dreamhead.head.builtin.surface import build_surface

EVEN = Give(0.5, {5: 1.0, 4: 1.0, 3: 0.8, 2: 0.4})


def lifted_upper_lip(by):
    """The resting default cage and the same with its upper lip `by` cm higher."""
    cage, rest = build_surface().cage, generate.default_generator().rest.points
    points = rest.copy()
    for ring in range(1, 8):
        points[contact_pairs(cage, ring)[1], 1] += by
    return rest, points


def test_resting_lips_nearly_touch():
    rest, _ = lifted_upper_lip(0)
    x, gap = profile_gap(rest)
    assert (np.diff(x) > 0).all() and x[0] == 0
    assert gap.min() > -0.03 and np.median(gap) < 0.03


@pytest.mark.parametrize("by", [0.2, -0.1])
def test_the_gap_changes_as_the_lip_moves(by):
    rest, points = lifted_upper_lip(by)
    middle = slice(0, 12)
    change = profile_gap(points)[1] - profile_gap(rest)[1]
    np.testing.assert_allclose(change[middle], by, atol=0.03)


def test_crossing_lips_make_way_and_open_ones_stay():
    rest, crossed = lifted_upper_lip(-0.2)
    mended = settled(rest, crossed, 0.01, EVEN, closing=False)
    lower, upper = contact_pairs(build_surface().cage)
    assert (mended[upper, 1] > crossed[upper, 1]).all() and (mended[lower, 1] < crossed[lower, 1]).all()
    rest, opened = lifted_upper_lip(0.3)
    assert np.array_equal(settled(rest, opened, 0.01, EVEN, closing=False), opened)


def test_closing_brings_open_lips_together():
    rest, opened = lifted_upper_lip(0.15)
    closed = settled(rest, opened, 0.02, EVEN, closing=True)
    lower, upper = contact_pairs(build_surface().cage)
    apart = (closed[upper, 1] - closed[lower, 1]) - (rest[upper, 1] - rest[lower, 1])
    assert np.abs(apart[2:]).max() < 0.06
