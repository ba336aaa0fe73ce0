"""Garments follow the head: rigid motions exactly, expressions where their roots go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe import Garment, carry, dress, joint_weights
from dreamhead.head.wardrobe.garment import STIFF


@pytest.fixture(scope="module")
def worn(head: HeadModel, zero: np.ndarray) -> dict[str, Garment]:
    choice = {"hair": "short", "beard": "beard", "headwear": "sailors_cap"}
    return {garment.name: garment for garment in dress(head, zero, head.mean, choice, {}, 0)}


def test_carry_follows_a_rigid_motion_exactly(head: HeadModel, worn: dict[str, Garment]) -> None:
    angle = 0.7
    turn = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    shift = np.array([0.03, -0.01, 0.2])
    moved = head.mean @ turn.T + shift
    for garment in worn.values():
        expected = garment.vertices @ turn.T + shift
        got = garment.vertices + carry(garment, head.mean, moved)
        assert np.abs(got - expected).max() < 2e-6, garment.name


def test_carry_of_nothing_is_nothing(head: HeadModel, worn: dict[str, Garment]) -> None:
    for garment in worn.values():
        assert np.abs(carry(garment, head.mean, head.mean)).max() < 1e-7


def test_jaw_open_moves_the_beards_chin_and_not_its_sideburns(
    head: HeadModel, zero: np.ndarray, worn: dict[str, Garment]
) -> None:
    beard = worn["beard"]
    moved = carry(beard, head.mean, head.mean + head.expressions(zero)["jawOpen"])
    root = np.einsum("nk,nkc->nc", beard.root_weights, head.mean[beard.root_vertices])
    chin, sideburn = root[:, 1] < -0.06, root[:, 1] > -0.005
    assert np.median(moved[chin, 1]) < -0.008
    assert np.linalg.norm(moved[sideburn], axis=1).max() < 0.012
    hair = carry(worn["hair"], head.mean, head.mean + head.expressions(zero)["jawOpen"])
    assert np.median(np.linalg.norm(hair, axis=1)) < 1e-4


def test_a_hat_stays_stiff_under_every_expression(
    head: HeadModel, zero: np.ndarray, worn: dict[str, Garment]
) -> None:
    hat = worn["headwear"]
    some = hat.vertices[::97].astype(np.float64)
    for name in ("browInnerUp", "jawOpen", "eyeBlinkLeft"):
        moved = some + carry(hat, head.mean, head.mean + head.expressions(zero)[name])[::97]
        before = np.linalg.norm(some[:, None] - some[None], axis=2)
        after = np.linalg.norm(moved[:, None] - moved[None], axis=2)
        assert np.abs(after - before).max() < 1e-6


def test_joint_weights(head: HeadModel, worn: dict[str, Garment]) -> None:
    for garment in worn.values():
        weights = joint_weights(garment, head.joint_weights)
        assert weights.shape == (len(garment.vertices), head.joint_weights.shape[1])
        np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)
        assert (weights > 0).sum(1).max() <= 4
        assert weights.min() >= 0


def test_joint_weights_keep_the_four_strongest(worn: dict[str, Garment]) -> None:
    lashes = worn["lashes"]
    rows = np.tile(np.array([0.3, 0.25, 0.2, 0.15, 0.1], np.float32), (12_007, 1))
    weights = joint_weights(lashes, rows)
    np.testing.assert_allclose(weights[0], np.array([0.3, 0.25, 0.2, 0.15, 0.0]) / 0.9, atol=1e-6)


def test_hair_far_from_its_root_hangs_and_does_not_turn(head: HeadModel, worn: dict[str, Garment]) -> None:
    hair = worn["hair"]
    root = np.einsum("nk,nkc->nc", hair.root_weights, head.mean[hair.root_vertices]).astype(np.float32)
    long = replace(hair, vertices=root + 5 * (hair.vertices - root))
    reach = np.linalg.norm(long.vertices - root, axis=1)
    angle = 0.5
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    moved = long.vertices + carry(long, head.mean, head.mean @ turn.T)
    shift = np.linalg.norm(moved - (root @ turn.T + (long.vertices - root)), axis=1)
    assert reach.max() > 2 * STIFF
    assert shift.max() < 2 * np.sin(angle / 2) * STIFF * 1.001  # only the first STIFF metres turn
    near = reach < STIFF
    np.testing.assert_allclose(moved[near], long.vertices[near] @ turn.T, atol=1e-5)
