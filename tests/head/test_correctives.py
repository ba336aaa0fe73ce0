"""Half-blinks bend a lid's straight path around the eyeball."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from dreamhead.head.builtin import generate, layout
from dreamhead.head.builtin.anatomy import JAW_OPEN_DEG
from dreamhead.head.builtin.identity import SLIDER_NAMES, macro_direction
from dreamhead.head.builtin.surface import build_surface
from dreamhead.head.builtin.weights import joint_positions
from dreamhead.head.correctives import (
    HALF_BLINKS,
    driver_weight,
    half_blinks,
    jaw_joint,
    jaw_open_deg,
    with_driven,
)
from dreamhead.head.load import load_head
from dreamhead.head.model import JOINT_NAMES, Part
from dreamhead.head.pose import pose_vertices, rotation

WEIGHTS = np.linspace(0, 1, 11)


def ball(center: float) -> np.ndarray:
    """(N, 3) points of a sphere of 12 mm about (center, 0, 0)."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(400, 3))
    return (0.012 * points / np.linalg.norm(points, axis=1, keepdims=True) + [center, 0, 0]).astype(
        np.float32
    )


def part(name: str, vertices: np.ndarray) -> Part:
    faces = np.repeat(vertices[:, None], 4, 1).astype(np.int32)
    return Part(name, "skin", faces, np.zeros((1, 2), np.float32), np.zeros_like(faces))


def test_driver_weight() -> None:
    assert driver_weight(0) == driver_weight(1) == driver_weight(-0.1) == driver_weight(1.2) == 0
    assert driver_weight(0.5) == 1
    assert driver_weight(0.25) == pytest.approx(0.75)
    driven = with_driven({"eyeBlinkLeft": 0.5, "jawOpen": 1.0})
    assert driven == {"eyeBlinkLeft": 0.5, "jawOpen": 1.0, "eyeBlinkHalfLeft": 1.0}


def test_a_lid_on_a_sphere_stays_on_it() -> None:
    """Points 1 mm above a sphere that turn by 60 degrees about its centre: known answer, an arc."""
    angles = np.radians([30.0, 20.0, 10.0])
    lid = 0.013 * np.stack([0 * angles, np.sin(angles), np.cos(angles)], 1) + [0.03, 0, 0]
    closed = 0.013 * np.stack([0 * angles, np.sin(angles - 1), np.cos(angles - 1)], 1) + [0.03, 0, 0]
    eyes = [ball(0.03), ball(-0.03)]
    neutral = np.concatenate([lid, *eyes]).astype(np.float32)
    delta = np.zeros_like(neutral)
    delta[:3] = closed - lid
    head = SimpleNamespace(
        parts=(
            part("skin", np.arange(3)),
            part("eye_left", np.arange(3, 403)),
            part("eye_right", np.arange(403, 803)),
        )
    )
    joints = np.zeros((len(JOINT_NAMES), 3), np.float32)
    joints[JOINT_NAMES.index("eyeLeft"), 0] = 0.03
    joints[JOINT_NAMES.index("eyeRight"), 0] = -0.03
    expressions = {"eyeBlinkLeft": delta, "eyeBlinkRight": np.zeros_like(delta)}
    bend = half_blinks(head, neutral, expressions, joints)  # type: ignore[arg-type]
    assert tuple(bend) == tuple(HALF_BLINKS)
    assert not bend["eyeBlinkHalfRight"].any() and not bend["eyeBlinkHalfLeft"][3:].any()
    straight = np.linalg.norm(neutral[:3] + 0.5 * delta[:3] - [0.03, 0, 0], axis=1)
    assert straight.max() < 0.0118
    for weight in WEIGHTS:
        posed = neutral[:3] + weight * delta[:3] + driver_weight(float(weight)) * bend["eyeBlinkHalfLeft"][:3]
        np.testing.assert_allclose(np.linalg.norm(posed - [0.03, 0, 0], axis=1), 0.013, atol=1.5e-4)


@pytest.mark.parametrize("macro", ["", "age", "child", "fat"])
def test_lids_never_pierce_the_eyeball_while_blinking(macro: str) -> None:
    """Visible skin of the lids in mm above the eyeball at every weight: plain barely, with the half-blink never."""
    identity = macro_direction(macro) if macro else np.zeros(len(SLIDER_NAMES))
    generator = generate.generator(identity)
    neutral = (0.01 * generate.neutral_vertices(generator)).astype(np.float32)
    deltas = generate.expression_deltas(generator)
    expressions = {name: (0.01 * deltas[name]).astype(np.float32) for name in HALF_BLINKS.values()}
    head = SimpleNamespace(parts=layout.build_parts())
    joints = (0.01 * joint_positions(generator.rest)).astype(np.float32)
    bend = half_blinks(head, neutral, expressions, joints)["eyeBlinkHalfLeft"]  # type: ignore[arg-type]
    surface = build_surface()
    lids = np.array([block == "e" for block in surface.cage.block])
    depth = surface.cage.ring_of_quad
    visible = np.unique(surface.quads[(lids & (depth >= 2) & (depth < 4))[surface.parent] & surface.left])
    edges = np.unique(surface.quads[(lids & (depth == 4))[surface.parent] & surface.left])
    eye = generator.rest.eye

    def clearance(vertices: np.ndarray, points: np.ndarray) -> float:
        return 10 * eye.scale * float(eye.clearance(100.0 * points[vertices].astype(np.float64)).min())

    for weight in WEIGHTS:
        plain = neutral + np.float32(weight) * expressions["eyeBlinkLeft"]
        curved = plain + np.float32(driver_weight(float(weight))) * bend
        assert clearance(visible, plain) > -0.3, (macro, weight)
        assert clearance(visible, curved) > 0.5, (macro, weight)
        assert clearance(edges, curved) > -0.2, (macro, weight)


def test_the_jaw_joint_opens_as_jaw_open_does() -> None:
    """The joint alone within the tolerance of the docs on the jaw; with its corrective the same head."""
    head = load_head("builtin")
    zero = np.zeros(len(head.slider_names), np.float32)
    expressions, joints = head.expressions(zero), head.joint_positions(zero)
    degrees = jaw_open_deg(head, head.mean, expressions, joints)
    assert degrees == pytest.approx(JAW_OPEN_DEG, abs=0.02)
    fix = jaw_joint(head, head.mean, expressions, joints)

    def opened(weight: float, fixed: float) -> np.ndarray:
        turn = {"jaw": rotation("x", weight * degrees)}
        return pose_vertices(head.mean, {"f": fix}, {"f": fixed}, head.joint_weights, joints, turn)

    wanted = head.mean + expressions["jawOpen"]
    on_jaw = head.joint_weights[:, JOINT_NAMES.index("jaw")] > 0.8
    alone = np.linalg.norm(opened(1, 0) - wanted, axis=1)
    assert alone[on_jaw].mean() < 1.5e-3 and alone[on_jaw].max() < 5e-3
    assert np.linalg.norm(opened(1, 1) - wanted, axis=1).max() < 5e-5
    half = np.linalg.norm(opened(0.5, 0.5) - (head.mean + 0.5 * expressions["jawOpen"]), axis=1)
    assert half.max() < 3e-3
