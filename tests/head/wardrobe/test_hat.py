"""Headwear fits: nothing pokes through it, it touches nobody, hair keeps under it."""

from __future__ import annotations

import numpy as np
import pytest
from trimesh import Trimesh
from trimesh.creation import icosphere
from trimesh.ray.ray_pyembree import RayMeshIntersector

from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe import ITEMS, Garment, carry, dress
from dreamhead.head.wardrobe.accessories import accessories
from dreamhead.head.wardrobe.hat import HATS
from dreamhead.head.wardrobe.surface import CRANIUM, Surface, surface_of

IDENTITIES = 8
CLOSED = [name for name in HATS if name not in ("crown", "headband", "hood", "headscarf")]
ABOVE_NECK = -7.0  # cm on the default head: below, a body goes on where a hood or a scarf ends
PLAIN = {**{slot: "none" for slot in ITEMS}, "hair": "bald", "brows": "natural", "lashes": "natural"}


def strong(head: HeadModel, seed: int) -> np.ndarray:
    draw = np.random.default_rng(100 + seed).uniform(-1, 1, len(head.slider_names))
    return np.clip(draw, *head.slider_limits.T).astype(np.float32)


@pytest.fixture(scope="module")
def surfaces(head: HeadModel) -> list[Surface]:
    identities = [strong(head, seed) for seed in range(IDENTITIES)]
    return [surface_of(head, identity, head.neutral(identity)) for identity in identities]


def share_outside(points: np.ndarray, vertices: np.ndarray, triangles: np.ndarray, margin: float) -> float:
    """Of points (N, 3) with a shell beside them as seen from the cranium, the share beyond its outer side."""
    offset = points - CRANIUM
    size = np.linalg.norm(offset, axis=1)
    shell = RayMeshIntersector(Trimesh(vertices, triangles, process=False))
    found, ray, _ = shell.intersects_location(
        np.repeat(CRANIUM[None], len(points), 0), offset / size[:, None], multiple_hits=True
    )
    farthest = np.zeros(len(points))
    np.maximum.at(farthest, ray, np.linalg.norm(found - CRANIUM, axis=1))
    covered = farthest > 0
    return float((covered & (size > farthest + margin)).sum() / max(covered.sum(), 1))


def test_a_shell_that_is_too_small_is_noticed() -> None:
    sphere = Trimesh(*_sphere(9.0), process=False)
    points = CRANIUM + 10.0 * sphere.vertex_normals
    assert share_outside(points, CRANIUM + sphere.vertices, sphere.faces, 0.02) == 1
    assert (
        share_outside(CRANIUM + 8.0 * sphere.vertex_normals, CRANIUM + sphere.vertices, sphere.faces, 0.02)
        == 0
    )


def _sphere(radius: float) -> tuple[np.ndarray, np.ndarray]:
    mesh = icosphere(subdivisions=3, radius=radius)
    return np.asarray(mesh.vertices), np.asarray(mesh.faces)


@pytest.mark.parametrize("name", HATS)
def test_no_head_pokes_through_and_no_hat_pokes_in(surfaces: list[Surface], name: str) -> None:
    """All of 8 strong identities: no skin vertex outside the shell by 0.2 mm, no vertex of the hat in the skin."""
    for surface in surfaces:
        mesh = accessories(surface, {**PLAIN, "headwear": name}).meshes["headwear"]
        skin = np.unique(surface.triangles)
        skin = skin[surface.home[skin, 1] > ABOVE_NECK]
        if name in ("hood", "headscarf"):  # open in front: behind the ears' middle the cloth is whole
            skin = skin[surface.home[skin, 2] < 2.0]
        assert share_outside(surface.vertices[skin], mesh.vertices, mesh.triangles, 0.02) == 0
        if name != "headscarf":  # whose floor under the chin passes through the neck
            assert surface.distance.distance(mesh.vertices).min() > -0.02
        assert len(mesh.triangles) < 12_000


@pytest.mark.parametrize("name", CLOSED)
def test_a_hat_covers_the_scalp(surfaces: list[Surface], name: str) -> None:
    """As seen from the cranium the shell is whole above its edge."""
    worn = accessories(surfaces[0], {**PLAIN, "headwear": name})
    covered = np.flatnonzero(worn.covered & np.isin(np.arange(len(worn.covered)), surfaces[0].triangles))
    offset = surfaces[0].vertices[covered] - CRANIUM
    mesh = worn.meshes["headwear"]
    shell = RayMeshIntersector(Trimesh(mesh.vertices, mesh.triangles, process=False))
    hit = shell.intersects_any(np.repeat(CRANIUM[None], len(covered), 0), offset)
    assert len(covered) > 300 and hit.mean() > 0.995


@pytest.mark.slow
@pytest.mark.parametrize("name", HATS)
@pytest.mark.parametrize("hair", ["short", "long", "afro", "bun"])
def test_hair_keeps_under_every_hat(head: HeadModel, hair: str, name: str) -> None:
    identity = strong(head, 3)
    choice = {"hair": hair, "headwear": name}
    worn = {one.name: one for one in dress(head, identity, head.neutral(identity), choice, {}, 0)}
    hat = worn["headwear"]
    for part in {"hair", "hair_cap"} & set(worn):
        points = 100.0 * worn[part].vertices.astype(np.float64)
        points = points[points[:, 1] > ABOVE_NECK]
        through = share_outside(points, 100.0 * hat.vertices.astype(np.float64), hat.triangles, 0.1)
        assert through < 0.03, (part, through)


def test_hats_are_stiff_and_scarves_follow_the_jaw(head: HeadModel, zero: np.ndarray) -> None:
    opened = head.mean + head.expressions(zero)["jawOpen"]

    def moved(name: str) -> tuple[Garment, np.ndarray]:
        worn = dress(head, zero, head.mean, {"hair": "bald", "headwear": name}, {}, 0)
        garment = next(one for one in worn if one.name == "headwear")
        return garment, np.linalg.norm(carry(garment, head.mean, opened), axis=1)

    assert moved("helmet")[1].max() < 1e-5
    scarf, motion = moved("headscarf")
    chin = (np.abs(scarf.vertices[:, 1] + 0.065) < 0.015) & (scarf.vertices[:, 2] > 0.06)
    assert np.median(motion[chin]) > 0.004
    assert motion[scarf.vertices[:, 1] > 0.08].max() < 2e-3
