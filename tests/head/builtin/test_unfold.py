"""A motion that turns skin inside out is evened out, one that does not is left alone."""

import numpy as np

from dreamhead.head.builtin import expressions, generate
from dreamhead.head.builtin.identity import values_of
from dreamhead.head.builtin.surface import build_surface
from dreamhead.head.builtin.unfold import authored, folding, outside_ears, unfolded


def test_a_fold_is_evened_out():
    cage, rest = build_surface().cage, generate.default_generator().rest.points
    model = authored(rest)
    motion = np.zeros_like(rest)
    row = [cage.index["g", i, 21] for i in range(4)]
    motion[row, 1] = 2.5  # a row of the forehead passes the two above it
    assert folding(rest + motion, model).any()
    mended = unfolded(motion, lambda moved: rest + moved, model)
    assert not folding(rest + mended, model).any()
    assert mended[:, 1].max() > 0.2  # some of it is left
    far = np.linalg.norm(rest - rest[row[0]], axis=1) > 7
    assert not mended[far].any()
    assert np.abs(mended[cage.midline, 0]).max() < 1e-12


def test_what_does_not_fold_is_left_alone():
    rest = generate.default_generator().rest.points
    motion = np.zeros_like(rest)
    motion[:, 1] = 0.5
    assert unfolded(motion, lambda moved: rest + moved, authored(rest)) is motion


def test_a_heavy_throat_does_not_fold_when_the_jaw_opens():
    heavy = generate.generator(values_of({"double_chin": 1.6, "neck_sag": 1.0, "jowl": 1.0}))
    model = generate.authored_poses()["jawOpen"]
    pose = expressions.pose_all(heavy.actor, ("jawOpen",))["jawOpen"]
    assert folding(pose.left, model).sum() <= 2


def test_a_low_upper_lip_does_not_fold_at_rest():
    sliders = dict(face_length=-1.1, chin_height=-0.7, nose_length=1.1, nose_tip_up=-1.0, mouth_height=0.8)
    strong = generate.generator(values_of(sliders | dict(mouth_projection=-0.8, lip_upper=0.6, mode_03=0.7)))
    model = authored(generate.default_generator().rest.points)  # 15 faces fold without being evened out
    assert not (folding(strong.rest.points, model) & outside_ears()).any()
