"""What grows, sits and lies on the head follows the targets that move its ground, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from dreamhead.head.builtin.generate import part_slices
from dreamhead.head.builtin.lid_shells import lid_edges
from dreamhead.head.builtin.model import BuiltinHead
from dreamhead.head.geometry import part_normals
from dreamhead.head.model import Floats
from dreamhead.head.wardrobe import Garment, dress
from dreamhead.head.wardrobe.garment import carry

WORN = {"hair": "bald", "beard": "boxed", "glasses": "round", "headwear": "beanie"}


@pytest.fixture(scope="module")
def worn(builtin: BuiltinHead) -> dict[str, Garment]:
    identity = np.zeros(len(builtin.slider_names), np.float32)
    return {garment.name: garment for garment in dress(builtin, identity, builtin.mean, WORN, {}, 0, "low")}


def sunk(head: BuiltinHead, vertices: Floats, points: Floats) -> float:
    """Share of points more than 1 mm under the skin."""
    skin = np.unique(head.parts[0].faces)
    _, near = cKDTree(vertices[skin]).query(points)
    above = ((points - vertices[skin[near]]) * part_normals(vertices, head.parts)[skin[near]]).sum(1)
    return float((above < -1e-3).mean())


@pytest.mark.parametrize(
    ("garment", "target", "least_mm"),
    [
        ("lashes", "eyeBlinkLeft", 8.0),
        ("lashes", "eyeWideLeft", 2.5),
        ("brows", "browInnerUp", 4.0),
        ("brows", "browDownLeft", 3.0),
        ("beard", "jawOpen", 35.0),
        ("beard", "mouthSmileLeft", 6.0),
        ("beard", "jawLeft", 5.0),
    ],
)
def test_hair_follows_its_skin(
    builtin: BuiltinHead,
    targets: dict[str, Floats],
    worn: dict[str, Garment],
    garment: str,
    target: str,
    least_mm: float,
) -> None:
    piece, delta = worn[garment], targets[target]
    moved = carry(piece, builtin.mean, builtin.mean + delta)
    assert 1000 * np.linalg.norm(moved, axis=1).max() > least_mm
    ground = np.einsum("nk,nkc->nc", piece.root_weights, delta[piece.root_vertices])
    still = np.linalg.norm(delta[piece.root_vertices], axis=2).max(1) < 1e-6
    assert not moved[still].any() or np.abs(moved[still]).max() < 1e-6
    roots = np.einsum("nk,nkc->nc", piece.root_weights, builtin.mean[piece.root_vertices])
    before = np.linalg.norm(piece.vertices - roots, axis=1)
    after = np.linalg.norm(piece.vertices + moved - roots - ground, axis=1)
    np.testing.assert_allclose(after, before, atol=1e-5)  # every hair turns stiffly about its root
    posed = builtin.mean + delta
    gained = sunk(builtin, posed, piece.vertices + moved) - sunk(builtin, builtin.mean, piece.vertices)
    assert gained < 0.02, f"{100 * gained:.1f} % more of it lies under the skin"


@pytest.mark.parametrize(
    "target", ["browInnerUp", "eyeBlinkLeft", "jawOpen", "noseSneerLeft", "mouthSmileLeft"]
)
def test_hats_and_glasses_stay_put(
    builtin: BuiltinHead, targets: dict[str, Floats], worn: dict[str, Garment], target: str
) -> None:
    for name in ("headwear", "glasses", "lenses"):
        moved = carry(worn[name], builtin.mean, builtin.mean + targets[target])
        assert np.linalg.norm(moved, axis=1).max() < 5e-4, name


def test_the_cornea_turns_with_its_eye(builtin: BuiltinHead, targets: dict[str, Floats]) -> None:
    slices = part_slices()
    for side in ("left", "right"):
        eye, cornea = slices[f"eye_{side}"], slices[f"cornea_{side}"]
        for look in ("Up", "Down", "In", "Out"):
            delta = targets[f"eyeLook{look}{side.capitalize()}"]
            posed = builtin.mean + delta
            assert np.linalg.norm(delta[cornea], axis=1).max() > 4e-3
            front = posed[cornea] - posed[eye].mean(0)
            rest = builtin.mean[cornea] - builtin.mean[eye].mean(0)
            np.testing.assert_allclose(np.linalg.norm(front, axis=1), np.linalg.norm(rest, axis=1), atol=5e-5)


@pytest.mark.parametrize("target", ["eyeBlinkLeft", "eyeWideLeft", "eyeLookDownLeft", "eyeSquintLeft"])
def test_tear_line_and_shade_stay_on_the_lids(
    builtin: BuiltinHead, targets: dict[str, Floats], target: str
) -> None:
    slices, edges = part_slices(), lid_edges()
    posed = builtin.mean + targets[target]

    def apart(part: str, edge: np.ndarray, vertices: Floats) -> np.ndarray:
        return cKDTree(vertices[edge]).query(vertices[slices[part]])[0]

    rest = apart("lacrimal_left", edges.lower_wet, builtin.mean)
    assert np.median(rest) < 1e-3
    assert apart("lacrimal_left", edges.lower_wet, posed).max() < rest.max() + 5e-4
    shade = apart("eye_occlusion_left", edges.loop, posed)
    assert shade.min() < 5e-4
    assert shade.max() < 9e-3


def test_upper_lashes_turn_down_with_their_lid(
    builtin: BuiltinHead, targets: dict[str, Floats], worn: dict[str, Garment]
) -> None:
    lashes = worn["lashes"]
    roots = np.einsum("nk,nkc->nc", lashes.root_weights, builtin.mean[lashes.root_vertices])
    eye = builtin.joint_positions(np.zeros(len(builtin.slider_names), np.float32))[4]
    arm = lashes.vertices - roots
    tips = (np.abs(roots[:, 0] - eye[0]) < 0.006) & (roots[:, 1] > eye[1])
    tips &= np.linalg.norm(arm, axis=1) > 0.004
    assert tips.sum() >= 4

    def rise(target: str) -> float:
        delta = targets[target]
        ground = np.einsum("nk,nkc->nc", lashes.root_weights, delta[lashes.root_vertices])
        posed = (arm + carry(lashes, builtin.mean, builtin.mean + delta) - ground)[tips]
        return float(np.degrees(np.arctan2(posed[:, 1], posed[:, 2])).mean())

    rest = float(np.degrees(np.arctan2(arm[tips, 1], arm[tips, 2])).mean())
    assert rise("eyeBlinkLeft") < rest - 20
    assert rise("eyeLookDownLeft") < rest - 15
    assert rise("eyeWideLeft") > rest + 5
