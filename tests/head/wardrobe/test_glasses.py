"""Glasses and ornaments rest on any head: on the nose, over the ears, before the eyes, in the lobes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe import carry, dress
from dreamhead.head.wardrobe.glasses import FRAMES, glasses
from dreamhead.head.wardrobe.ornaments import earrings, eye_patch
from dreamhead.head.wardrobe.surface import Surface, surface_of

IDENTITIES = 8


@pytest.fixture(scope="module")
def heads(head: HeadModel) -> list[tuple[Surface, np.ndarray]]:
    """Surfaces of strong identities with the vertices of their eyes, cm."""
    eyes = np.unique(
        np.concatenate([part.faces.ravel() for part in head.parts if part.name.startswith("eye_")])
    )
    found = []
    for seed in range(IDENTITIES):
        draw = np.random.default_rng(100 + seed).uniform(-1, 1, len(head.slider_names))
        identity = np.clip(draw, *head.slider_limits.T).astype(np.float32)
        vertices = head.neutral(identity)
        found.append((surface_of(head, identity, vertices), 100.0 * vertices[eyes].astype(np.float64)))
    return found


@pytest.mark.parametrize("name", FRAMES)
def test_lenses_clear_the_eyes_and_frames_the_skin(
    heads: list[tuple[Surface, np.ndarray]], name: str
) -> None:
    """8 strong identities: a lens stands 7 to 40 mm before the cornea; the frame never 0.8 mm in the skin."""
    for surface, eyes in heads:
        pair = glasses(surface, name)
        lenses = np.concatenate([sheet.vertices for sheet in pair.lenses])
        assert 0.7 < cKDTree(eyes).query(lenses)[0].min() < 4.0
        assert surface.distance.distance(lenses).min() > 0.1
        frame = np.concatenate([sheet.vertices for sheet in pair.frame])
        depth = surface.distance.distance(frame)
        assert depth.min() > -0.08 and (depth < -0.03).mean() < 0.01


@pytest.mark.parametrize("name", FRAMES)
def test_glasses_rest_on_nose_and_ears(heads: list[tuple[Surface, np.ndarray]], name: str) -> None:
    for surface, _ in heads:
        pair = glasses(surface, name)
        pads = np.concatenate([sheet.vertices for sheet in pair.frame if sheet.band == "pad"])
        assert surface.distance.distance(pads).min() < 0.35
        temples = np.concatenate([sheet.vertices for sheet in pair.frame if sheet.band == "temple"])
        for side in (1.0, -1.0):
            behind = temples[(side * temples[:, 0] > 0) & (temples[:, 2] < 1.0)]
            assert len(behind) and np.percentile(surface.distance.distance(behind), 25) < 0.45


def test_both_lenses_are_before_their_eyes(heads: list[tuple[Surface, np.ndarray]]) -> None:
    for surface, _ in heads:
        for lens, eye in zip(glasses(surface, "round").lenses, surface.eye_centres, strict=True):
            offset = lens.vertices.mean(0) - eye
            assert abs(offset[0]) < 0.7 and abs(offset[1]) < 0.9 and offset[2] > 1.5
            assert lens.normals[:, 2].min() > 0.5


def test_a_patch_covers_its_eye(heads: list[tuple[Surface, np.ndarray]]) -> None:
    for surface, eyes in heads:
        sheets, press = eye_patch(surface)
        shield = sheets[0].vertices
        right = eyes[eyes[:, 0] < 0]
        front = right[right[:, 2] > np.percentile(right[:, 2], 80)]
        near = cKDTree(shield[:, :2]).query(front[:, :2])[1]
        assert (shield[near, 2] > front[:, 2]).mean() > 0.97
        assert (surface.distance.distance(np.concatenate([s.vertices for s in sheets])) < -0.1).mean() < 0.01
        hair = np.repeat(shield[None, :1] + (0.0, 0.0, 3.0), 2, axis=1)
        assert press(hair)[0].shape == hair.shape


@pytest.mark.parametrize("name", ["studs", "hoops"])
def test_earrings_hang_on_the_lobes(
    head: HeadModel, heads: list[tuple[Surface, np.ndarray]], name: str
) -> None:
    for surface, _ in heads:
        hung = earrings(surface, name)
        assert {float(np.sign(root.home[0, 0])) for _, root in hung} == {1.0, -1.0}
        for sheet, root in hung:
            assert -3.0 < root.home[0, 1] < 0.0 and abs(root.home[0, 0]) > 6.0  # below the ear's middle
            assert np.sign(root.home[0, 0]) * root.normals[0, 0] > 0.3  # on the outer side
            assert cKDTree(sheet.vertices).query(root.points)[0].max() < 0.6
            assert (
                surface.distance.distance(sheet.vertices) < -0.1
            ).mean() < 0.35  # a hoop goes through its lobe


def test_glasses_are_stiff(head: HeadModel, zero: np.ndarray) -> None:
    worn = {g.name: g for g in dress(head, zero, head.mean, {"hair": "bald", "glasses": "round"}, {}, 0)}
    assert worn["lenses"].alpha_mode == "BLEND" and worn["lenses"].material == "glass"
    assert worn["glasses"].maps["metalness"].max() == 255
    expressions = head.expressions(zero)
    for name in ("browInnerUp", "noseSneerLeft", "mouthSmileLeft"):
        moved = carry(worn["glasses"], head.mean, head.mean + expressions[name])
        assert np.linalg.norm(moved, axis=1).max() < 2e-4
