"""The rig carries the carved detail with every expression and parts neither lips nor lids."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.config import RigConfig
from dreamhead.errors import DamagedFileError
from dreamhead.head.asset import HeadAsset
from dreamhead.head.correctives import HALF_BLINKS, JAW_JOINT
from dreamhead.head.geometry import part_normals
from dreamhead.head.load import load_head
from dreamhead.head.model import ARKIT_NAMES
from dreamhead.stages import rig
from tests.export.samples import context_of
from tests.export.small_head import SmallHead

HEAD = SmallHead()
IDENTITY = np.zeros(1, np.float32)
NEUTRAL = HEAD.neutral(IDENTITY)
VISEME_LETTERS = ["sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U"]
VISEMES = tuple(f"viseme_{letters}" for letters in VISEME_LETTERS)


def ran(displacement: np.ndarray | None, identity: np.ndarray = IDENTITY) -> HeadAsset:
    asset = HeadAsset(identity=identity, displacement=displacement)
    return rig.run(asset, RigConfig(), context_of(HEAD))


def bumps() -> np.ndarray:
    return (0.002 * np.sin(90 * NEUTRAL[:, 0]) * np.cos(70 * NEUTRAL[:, 1])).astype(np.float32)


def lip_gap(points: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points[HEAD.groups["lip_upper"]] - points[HEAD.groups["lip_lower"]], axis=1)


def test_without_displacement_it_is_the_model() -> None:
    asset = ran(None)
    np.testing.assert_array_equal(asset.vertices, NEUTRAL)
    for name, delta in HEAD.expressions(IDENTITY).items():
        np.testing.assert_array_equal(asset.targets[name], delta)
    np.testing.assert_array_equal(asset.joint_positions, HEAD.joint_positions(IDENTITY))


def test_names_in_order() -> None:
    extras = ("browInnerUpLeft", "browInnerUpRight", "cheekPuffLeft", "cheekPuffRight")
    assert tuple(ran(bumps()).targets) == ARKIT_NAMES + extras + VISEMES + (*HALF_BLINKS, JAW_JOINT)


def test_displacement_goes_along_the_normals_of_the_skin_only() -> None:
    asset = ran(bumps())
    moved = asset.vertices - NEUTRAL
    off_skin = np.setdiff1d(np.arange(len(NEUTRAL)), HEAD.groups["skin"])
    assert not moved[off_skin].any()
    normals = part_normals(NEUTRAL, HEAD.parts)
    across = moved - normals * (moved * normals).sum(1, keepdims=True)
    assert np.abs(across).max() < 1e-7
    assert np.abs(moved).max() > 1e-3


def test_detail_turns_with_the_skin() -> None:
    """A head that an expression turns as a whole carries its bumps along: shape kept, only turned."""
    angle = 0.4
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    delta = (NEUTRAL @ turn.T - NEUTRAL).astype(np.float32)
    carved = NEUTRAL + bumps()[:, None] * part_normals(NEUTRAL, HEAD.parts)
    carried = rig.carried_expressions(HEAD, NEUTRAL, {"turn": delta}, bumps())["turn"]
    np.testing.assert_allclose(carved + carried, carved @ turn.T, atol=1e-6)


@pytest.mark.parametrize("name", ["jawOpen", "mouthClose", "mouthFunnel", "eyeBlinkLeft"])
def test_lips_meet_as_the_model_has_them(name: str) -> None:
    """Even where the displacement ignores the contact, which a carve never should."""
    asset = ran(np.full(len(NEUTRAL), 0.003, np.float32))
    model = HEAD.expressions(IDENTITY)[name]
    np.testing.assert_allclose(lip_gap(asset.vertices), lip_gap(NEUTRAL), atol=1e-8)
    np.testing.assert_allclose(
        lip_gap(asset.vertices + asset.targets[name]), lip_gap(NEUTRAL + model), atol=1e-7
    )


def test_fading_is_only_around_the_contact() -> None:
    asset = ran(np.full(len(NEUTRAL), 0.003, np.float32))
    moved = np.linalg.norm(asset.vertices - NEUTRAL, axis=1)
    contact = rig.contact_vertices(HEAD, IDENTITY, NEUTRAL)
    assert moved[contact].max() < 1e-8
    distance = np.linalg.norm(NEUTRAL[:, None] - NEUTRAL[contact][None], axis=2).min(axis=1)
    far = np.intersect1d(HEAD.groups["skin"], np.flatnonzero(distance > rig.CONTACT_FADE))
    np.testing.assert_allclose(moved[far], 0.003, rtol=1e-3)


def test_displacement_that_spares_the_contact_is_kept_to_the_bit() -> None:
    given = bumps()
    contact = NEUTRAL[rig.contact_vertices(HEAD, IDENTITY, NEUTRAL)]
    distance = np.linalg.norm(NEUTRAL[:, None] - contact[None], axis=2).min(axis=1)
    given[distance < rig.CONTACT_FADE] = 0
    kept = rig.guarded_displacement(HEAD, IDENTITY, NEUTRAL, given)
    np.testing.assert_array_equal(kept[HEAD.groups["skin"]], given[HEAD.groups["skin"]])


def test_the_built_in_head_stays_shut() -> None:
    """Lips and lids of the carved head lie, in every expression, where the model has them."""
    head = load_head("builtin")
    identity = np.zeros(len(head.slider_names), np.float32)
    neutral = head.neutral(identity)
    carve = (0.002 * np.sin(300 * neutral[:, 0]) * np.sin(250 * neutral[:, 1])).astype(np.float32)
    asset = rig.run(HeadAsset(identity=identity, displacement=carve), RigConfig(), context_of(head))
    contact = rig.contact_vertices(head, identity, neutral)
    assert np.abs(asset.vertices - neutral).max() > 1e-3
    np.testing.assert_array_equal(asset.vertices[contact], neutral[contact])
    for name, delta in head.expressions(identity).items():
        np.testing.assert_array_equal(asset.targets[name][contact], delta[contact])


def test_halves_add_up() -> None:
    targets = ran(bumps()).targets
    for name in rig.SPLIT_NAMES:
        left, right = targets[f"{name}Left"], targets[f"{name}Right"]
        np.testing.assert_allclose(left + right, targets[name], atol=1e-8)
        outside = rig.MIDLINE_BLEND[name]
        assert not left[NEUTRAL[:, 0] < -outside].any()
        assert np.abs(right[NEUTRAL[:, 0] > outside]).max() < 1e-8


def test_visemes_are_sums_of_the_52() -> None:
    targets = ran(bumps()).targets
    assert not targets["viseme_sil"].any()
    for name, weights in rig.VISEMES.items():
        assert set(weights) <= set(ARKIT_NAMES)
        total = sum((weight * targets[part] for part, weight in weights.items()), np.zeros_like(NEUTRAL))
        np.testing.assert_allclose(targets[name], total, atol=1e-7)


def test_another_identity_another_rig() -> None:
    one, two = ran(bumps()), ran(bumps(), np.ones(1, np.float32))
    assert np.abs(one.vertices - two.vertices).max() > 0.01


def test_no_identity_is_an_error() -> None:
    with pytest.raises(DamagedFileError, match="no identity"):
        rig.run(HeadAsset(), RigConfig(), context_of(HEAD))
