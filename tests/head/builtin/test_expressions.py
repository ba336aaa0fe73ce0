"""The 52 targets: names, sides, what moves and where."""

import numpy as np

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.anatomy import JAW_OPEN_DEG, Eye
from dreamhead.head.builtin.cage import LOWER_LID, UPPER_LID
from dreamhead.head.builtin.generate import part_slices
from dreamhead.head.builtin.surface import build_surface
from dreamhead.head.model import ARKIT_NAMES
from dreamhead.head.pose import pose_vertices, rotation

ASIDE = {"Left": "Right", "Right": "Left"}


def swapped(name):
    for side, other in ASIDE.items():
        if name.endswith(side):
            return name.removesuffix(side) + other
    return name


def moved(delta, threshold=5e-4):
    return np.linalg.norm(delta, axis=1) > threshold


def test_names_in_order_and_finite(builtin, targets):
    assert tuple(targets) == ARKIT_NAMES and len(ARKIT_NAMES) == 52
    for name, delta in targets.items():
        assert delta.shape == builtin.mean.shape and delta.dtype == np.float32
        assert np.isfinite(delta).all()
        assert 1e-3 < np.linalg.norm(delta, axis=1).max() < 0.09, name


def test_eye_and_brow_targets_are_local(builtin, targets):
    for name in ARKIT_NAMES:
        touched = builtin.mean[moved(targets[name])]
        if name.startswith(("eye", "brow")):
            assert touched[:, 1].min() > -0.03, name
            assert touched[:, 2].min() > -0.02, name
        if name.startswith(("mouth", "jaw", "tongue")):
            assert touched[:, 1].max() < (0.065 if name == "jawOpen" else 0.045), name
        if name.endswith(("Left", "Right")) and name.startswith(("eye", "cheekSquint", "browDown")):
            side = 1 if name.endswith("Left") else -1
            assert (side * touched[:, 0]).min() > -0.013, name


def test_left_and_right_mirror(targets, mirror):
    pairs = mirror >= 0
    for name, delta in targets.items():
        other = targets[swapped(name)][mirror[pairs]] * [-1, 1, 1]
        assert np.abs(delta[pairs] - other).max() < 2e-6, name


def test_sides_and_signs(builtin, targets):
    slices = part_slices()
    front = (builtin.mean[:, 1] < -0.05) & (builtin.mean[:, 2] > 0.09)
    assert targets["jawLeft"][front, 0].mean() > 1e-3
    assert targets["jawRight"][front, 0].mean() < -1e-3
    assert targets["jawLeft"][slices["teeth_lower"], 0].mean() > 1e-3
    lips = builtin.masks["lips"] > 0.9
    assert targets["mouthLeft"][lips, 0].mean() > 1e-3
    assert targets["mouthRight"][lips, 0].mean() < -1e-3
    assert targets["mouthSmileLeft"][lips & (builtin.mean[:, 0] > 0.015), 1].mean() > 1e-3
    assert targets["jawForward"][slices["teeth_lower"], 2].mean() > 5e-3
    assert targets["browInnerUp"][moved(targets["browInnerUp"]), 1].mean() > 0
    pupil = {
        side: slices[part].start + np.argmin(builtin.fields["eye_angle"][slices[part]])
        for side, part in (("Left", "eye_left"), ("Right", "eye_right"))
    }
    for side, sign in (("Left", 1), ("Right", -1)):
        assert sign * targets[f"eyeLookIn{side}"][pupil[side], 0] < -4e-3  # towards the nose
        assert sign * targets[f"eyeLookOut{side}"][pupil[side], 0] > 4e-3
        assert targets[f"eyeLookUp{side}"][pupil[side], 1] > 4e-3
        assert targets[f"eyeLookDown{side}"][pupil[side], 1] < -4e-3
        assert not moved(targets[f"eyeLookUp{side}"])[slices[f"eye_{ASIDE[side].lower()}"]].any()


def test_blink_closes_the_lids(builtin, targets):
    margin = build_surface().cage.ring("e", 4)
    upper, lower = margin[list(UPPER_LID)[1:-1]], margin[list(LOWER_LID)[1:-1]]
    rest_gap = builtin.mean[upper, 1] - builtin.mean[lower, 1]
    assert rest_gap.max() > 7e-3
    posed = builtin.mean + targets["eyeBlinkLeft"]
    gap = posed[upper, 1] - posed[lower, 1]
    assert np.abs(gap).max() < 2e-4, gap


def test_blink_of_another_head_also_closes(builtin):
    identity = 0.9 * builtin.macros["age"] + 0.4 * builtin.macros["masculine"]
    posed = builtin.neutral(identity) + builtin.expressions(identity)["eyeBlinkLeft"]
    margin = build_surface().cage.ring("e", 4)
    gap = posed[margin[list(UPPER_LID)], 1] - posed[margin[list(LOWER_LID)], 1]
    assert np.abs(gap).max() < 5e-4


def test_lids_do_not_enter_the_eye(builtin, targets):
    center = builtin.joint_positions(np.zeros(len(builtin.slider_names)))[4] * 100.0
    visible = np.concatenate([build_surface().cage.ring("e", ring) for ring in (1, 2, 3, 4)])
    for name in ("eyeBlinkLeft", "eyeSquintLeft", "eyeWideLeft", "eyeLookDownLeft", "eyeLookUpLeft"):
        posed = (builtin.mean + targets[name])[visible] * 100.0
        assert Eye(center.astype(np.float64), 1.0).clearance(posed).min() > -0.02, name


def test_mouth_close_closes_an_open_jaw(builtin, targets):
    contact = build_surface().cage.ring("m", 5)
    lower, upper = contact[:7][::-1], contact[8:]
    opened = builtin.mean + targets["jawOpen"]
    assert (opened[upper, 1] - opened[lower, 1]).max() > 0.025
    closed = opened + targets["mouthClose"]
    assert np.abs(closed[upper, 1] - closed[lower, 1]).max() < 1.5e-3


def test_jaw_joint_repeats_jaw_open(builtin, targets):
    """Rotating the jaw joint by the target's angle gives the target but for its throat and lip residual."""
    zero = np.zeros(len(builtin.slider_names))
    turned = pose_vertices(
        builtin.mean, {}, {}, builtin.joint_weights, builtin.joint_positions(zero),
        {"jaw": rotation("x", JAW_OPEN_DEG)},
    )  # fmt: skip
    by_joint, by_target = turned - builtin.mean, targets["jawOpen"]
    slices = part_slices()
    for part in generate.ON_JAW:
        assert np.abs(by_joint[slices[part]] - by_target[slices[part]]).max() < 1e-5
    error = np.linalg.norm(by_joint - by_target, axis=1)
    assert np.linalg.norm(by_target, axis=1).max() > 0.03
    assert error.mean() < 1e-3
    assert (error**2).sum() < 0.05 * (by_target**2).sum()


def test_tongue_leaves_the_mouth_without_piercing(builtin, targets):
    slices = part_slices()
    posed = (builtin.mean + targets["tongueOut"]).astype(np.float64)
    tongue, teeth = posed[slices["tongue"]], posed[slices["teeth_lower"]]
    contact = build_surface().cage.ring("m", 5)
    lower_lip, upper_lip = posed[contact[0]], posed[contact[14]]
    assert builtin.mean[slices["tongue"], 2].max() < builtin.mean[contact[0], 2]
    assert tongue[:, 2].max() > lower_lip[2] + 0.01
    between = (np.abs(tongue[:, 0]) < 0.008) & (np.abs(tongue[:, 2] - lower_lip[2]) < 0.004)
    assert between.any()
    assert tongue[between, 1].min() > lower_lip[1] - 1e-3
    assert tongue[between, 1].max() < upper_lip[1] + 1e-3
    incisors = teeth[(np.abs(teeth[:, 0]) < 0.01) & (teeth[:, 2] > teeth[:, 2].max() - 0.012)]
    over = (np.abs(tongue[:, 0]) < 0.01) & (np.abs(tongue[:, 2] - incisors[:, 2].mean()) < 0.008)
    assert over.any()
    assert tongue[over, 1].min() > incisors[:, 1].max() - 1.5e-3


def test_a_new_identity_takes_little_time(builtin):
    import time

    start = time.perf_counter()
    builtin.expressions(builtin.macros["fat"])
    assert time.perf_counter() - start < 3.0  # measured 0.3 s on an idle core


def test_tongue_leaves_the_mouths_of_other_heads_too(builtin):
    slices, contact = part_slices(), build_surface().cage.ring("m", 5)
    for name in ("child", "fat", "age"):
        identity = builtin.macros[name]
        posed = builtin.neutral(identity) + builtin.expressions(identity)["tongueOut"]
        tongue, lower_lip, upper_lip = posed[slices["tongue"]], posed[contact[0]], posed[contact[14]]
        assert tongue[:, 2].max() > lower_lip[2] + 0.008, name
        between = (np.abs(tongue[:, 0]) < 0.008) & (np.abs(tongue[:, 2] - lower_lip[2]) < 0.005)
        assert tongue[between, 1].min() > lower_lip[1] - 1.5e-3, name
        assert tongue[between, 1].max() < upper_lip[1] + 1.5e-3, name


def test_teeth_stay_behind_closed_lips(builtin):
    slices, contact = part_slices(), build_surface().cage.ring("m", 5)
    for name in ("child", "fat", "age", "masculine"):
        rest = builtin.neutral(builtin.macros[name])
        lips = rest[contact[:8]]
        for part in ("teeth_upper", "teeth_lower", "gums_upper", "gums_lower", "tongue"):
            points = rest[slices[part]]
            at = np.interp(np.abs(points[:, 0]), lips[:, 0], lips[:, 2])
            beside = np.abs(points[:, 0]) < lips[-1, 0] * 0.8
            assert (points[beside, 2] < at[beside] + 1e-3).all(), (name, part)
