"""The ICT-FaceKit head on its real data: shapes, places and motion that are known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.builtin.anatomy import JAW_HINGE
from dreamhead.head.builtin.model import BuiltinHead
from dreamhead.head.geometry import part_normals
from dreamhead.head.ict.source import IctSource
from dreamhead.head.linear import LinearHead, packed, unpacked
from dreamhead.head.model import ARKIT_NAMES, JOINT_NAMES, Floats
from dreamhead.head.pose import pose_vertices, rotation

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def targets(ict: LinearHead) -> dict[str, Floats]:
    return ict.expressions(np.zeros(100, np.float32))


def rows_of(head: LinearHead, *names: str) -> np.ndarray:
    return np.unique(np.concatenate([part.faces.ravel() for part in head.parts if part.name in names]))


def test_neutral_is_the_file_in_metres(ict: LinearHead, source: IctSource) -> None:
    np.testing.assert_allclose(ict.mean, source.neutral.vertices / 100, atol=1e-7)
    identity = np.zeros(100, np.float32)
    identity[3] = 1
    np.testing.assert_allclose(ict.neutral(identity), ict.mean + source.identities[3], atol=1e-7)


def test_parts_have_their_polygons_and_their_own_charts(ict: LinearHead) -> None:
    counts = {part.name: len(part.faces) for part in ict.parts}
    assert counts["skin"] == 9230 + 1914 + 2 * 404 and counts["mouth_bag"] == 2082
    assert counts["teeth_upper"] + counts["teeth_lower"] == 4490 and counts["eye_left"] > 800
    assert counts["gums_upper"] + counts["gums_lower"] + counts["tongue"] == 2972
    for part in ict.parts:
        assert part.uv.min() >= 0 and part.uv.max() <= 1, part.name
        assert part.uv_faces.max() < len(part.uv)
    skin = ict.parts[0]
    flipped = np.abs(np.sort(skin.uv[:, 0]) - np.sort(1 - skin.uv[:, 0])).max()
    assert flipped < 0.01  # the chart mirrors about its middle


def test_no_texel_of_the_skin_is_shared(ict: LinearHead) -> None:
    """Twice the area of all triangles' charts is what they cover: nothing lies on anything else."""
    from dreamhead.world.bake import rasterize_chart

    skin = ict.parts[0]
    corners = skin.uv[skin.uv_faces].astype(np.float64)
    area = 0.0
    for a, b, c in ((0, 1, 2), (0, 2, 3)):
        first, second = corners[:, b] - corners[:, a], corners[:, c] - corners[:, a]
        area += 0.5 * np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]).sum()
    _, hit = rasterize_chart(skin, ict.mean, 1024)
    assert abs(hit.mean() - area) < 0.02 * area


def test_the_52_in_order_and_none_empty(targets: dict[str, Floats]) -> None:
    assert tuple(targets) == ARKIT_NAMES
    for name, delta in targets.items():
        assert np.linalg.norm(delta, axis=1).max() > 1e-3, name


def test_halves_are_merged(targets: dict[str, Floats], source: IctSource) -> None:
    both = source.expressions["cheekPuff_L"] + source.expressions["cheekPuff_R"]
    moved = np.linalg.norm(both, axis=1) > 1e-3
    np.testing.assert_allclose(targets["cheekPuff"][moved], both[moved], atol=1e-7)


def test_eyes_turn_about_their_centres(ict: LinearHead, targets: dict[str, Floats]) -> None:
    rows = rows_of(ict, "eye_left")
    center = ict.joints[JOINT_NAMES.index("eyeLeft")]
    before, after = ict.mean[rows] - center, ict.mean[rows] + targets["eyeLookUpLeft"][rows] - center
    np.testing.assert_allclose(np.linalg.norm(before, axis=1), np.linalg.norm(after, axis=1), atol=1e-6)
    front = before[:, 2].argmax()
    assert after[front, 1] - before[front, 1] > 0.004
    assert (
        targets["eyeLookOutLeft"][rows][front, 0] > 0.004 > -0.004 > targets["eyeLookInLeft"][rows][front, 0]
    )
    assert not targets["eyeLookUpRight"][rows].any()


def test_eyeballs_look_outwards(ict: LinearHead) -> None:
    normals = part_normals(ict.mean, ict.parts)
    for name, joint in (("eye_left", "eyeLeft"), ("eye_right", "eyeRight")):
        rows = rows_of(ict, name)
        arm = ict.mean[rows] - ict.joints[JOINT_NAMES.index(joint)]
        assert (np.einsum("nc,nc->n", arm, normals[rows]) > 0).all()


def test_blinks_close_and_stay_off_the_eyeball(
    ict: LinearHead, targets: dict[str, Floats], source: IctSource
) -> None:
    posed = ict.mean + targets["eyeBlinkLeft"]
    for upper, lower in ((43, 47), (44, 46)):
        marks = source.landmarks_68[[upper, lower]]
        before = ict.mean[marks[0], 1] - ict.mean[marks[1], 1]
        after = posed[marks[0], 1] - posed[marks[1], 1]
        assert before > 7e-3 and after < 3e-4
    center = ict.joints[JOINT_NAMES.index("eyeLeft")]
    front = np.linalg.norm(posed[source.landmarks_68[[43, 44]]] - center, axis=1)
    assert (front > 0.0150).all()
    assert not targets["eyeBlinkLeft"][rows_of(ict, "eye_left", "eye_right")].any()


def test_the_jaw_joint_agrees_with_jaw_open(ict: LinearHead, targets: dict[str, Floats]) -> None:
    rows = rows_of(ict, "teeth_lower")
    assert (ict.joint_weights[rows, JOINT_NAMES.index("jaw")] == 1).all()
    zero = np.zeros(100, np.float32)
    joints = ict.joint_positions(zero)
    posed = pose_vertices(ict.mean, {}, {}, ict.joint_weights, joints, {"jaw": rotation("x", 25.3)})
    gap = np.linalg.norm(posed[rows] - ict.mean[rows] - targets["jawOpen"][rows], axis=1)
    assert gap.max() < 2e-3
    np.testing.assert_allclose(100 * joints[JOINT_NAMES.index("jaw")], JAW_HINGE, atol=0.2)
    face = np.nonzero(ict.masks["face"] > 0.9)[0]
    error = np.linalg.norm(posed[face] - ict.mean[face] - targets["jawOpen"][face], axis=1)
    assert np.median(error) < 1e-3


def test_weights_are_whole(ict: LinearHead) -> None:
    np.testing.assert_allclose(ict.joint_weights.sum(1), 1, atol=1e-5)
    assert ((ict.joint_weights > 0).sum(1) <= 4).all()


def test_tongue_leaves_the_mouth(ict: LinearHead, targets: dict[str, Floats], source: IctSource) -> None:
    tongue = rows_of(ict, "tongue")
    lip = source.landmarks_68[57]
    posed = ict.mean + targets["tongueOut"]
    tip = tongue[posed[tongue, 2].argmax()]
    assert ict.mean[tip, 2] < ict.mean[lip, 2] and posed[tip, 2] > posed[lip, 2] + 0.01
    upper = rows_of(ict, "teeth_upper")
    assert np.abs(targets["tongueOut"][upper]).max() < 1e-4


def test_canonical_lies_on_the_built_in_head(ict: LinearHead, builtin: BuiltinHead) -> None:
    marks = ict.landmarks_68.vertices[:, 0]
    wanted = np.einsum(
        "nk,nkc->nc", builtin.landmarks_68.weights, builtin.canonical[builtin.landmarks_68.vertices]
    )
    gap = np.linalg.norm(ict.canonical[marks] - wanted, axis=1)
    assert np.median(gap[17:]) < 1e-3 and gap[17:].max() < 6e-3
    moved = np.linalg.norm(ict.canonical - ict.mean, axis=1)[:9409][ict.masks["face"][:9409] > 0.5]
    assert moved.max() < 0.015


def test_landmarks_478_are_where_the_68_are(ict: LinearHead) -> None:
    where = np.einsum("nk,nkc->nc", ict.landmarks_478.weights, ict.mean[ict.landmarks_478.vertices])
    own = ict.mean[ict.landmarks_68.vertices[:, 0]]
    for mesh, pie in ((33, 36), (263, 45), (61, 48), (291, 54), (1, 30), (152, 8)):
        assert np.linalg.norm(where[mesh] - own[pie]) < 0.012, (mesh, pie)
    assert np.linalg.norm(where[468] - where[473]) == pytest.approx(0.064, abs=0.006)  # between the pupils


def test_words_move_as_they_say(ict: LinearHead) -> None:
    def width(word: str) -> float:
        here = ict.neutral(ict.macros[word].astype(np.float32))
        jaw = ict.landmarks_68.vertices[[4, 12], 0]
        return float(abs(here[jaw[0], 0] - here[jaw[1], 0]) - abs(ict.mean[jaw[0], 0] - ict.mean[jaw[1], 0]))

    assert {"age", "masculine", "fat", "child", "nose_width"} <= set(ict.macros)
    assert width("fat") > 0.004 and width("masculine") > 0
    assert all(np.abs(direction).max() < 6 for direction in ict.macros.values())


def test_cache_keeps_every_number(ict: LinearHead) -> None:
    again = unpacked(packed(ict))
    assert again.slider_names == ict.slider_names and again.licence == ict.licence
    identity = np.linspace(-1, 1, 100, dtype=np.float32)
    np.testing.assert_array_equal(again.neutral(identity), ict.neutral(identity))
    for name, delta in ict.expressions(identity).items():
        np.testing.assert_array_equal(again.expressions(identity)[name], delta)
        break
    assert [part.name for part in again.parts] == [part.name for part in ict.parts]
