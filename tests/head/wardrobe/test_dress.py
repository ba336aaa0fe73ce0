"""Dressed heads: every item builds, fits, keeps to its budget and comes out the same twice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from dreamhead.errors import UsageError
from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe import ITEMS, SLOTS, Garment, dress
from dreamhead.head.wardrobe.surface import CRANIUM, Surface

BUDGET = 25_000  # of the hair and its cap, and of everything else together
MODES = {"OPAQUE", "MASK", "BLEND"}
PLAIN = {"hair": "bald"}


def dressed(head: HeadModel, identity: np.ndarray, detail: str = "full", **choice: str) -> dict[str, Garment]:
    garments = dress(head, identity, head.neutral(identity), {**PLAIN, **choice}, {}, 0, detail)
    return {garment.name: garment for garment in garments}


def check(head: HeadModel, garment: Garment) -> None:
    count = len(garment.vertices)
    assert garment.vertices.shape == garment.normals.shape == (count, 3)
    assert garment.uv.shape == (count, 2)
    assert garment.root_vertices.shape == garment.root_weights.shape == (count, 3)
    for array in (garment.vertices, garment.normals, garment.uv, garment.root_weights):
        assert array.dtype == np.float32
        assert np.isfinite(array).all()
    assert garment.triangles.min() >= 0
    assert garment.triangles.max() < count
    assert garment.root_vertices.max() < len(head.mean)
    assert 0 <= garment.uv.min() <= garment.uv.max() <= 1
    np.testing.assert_allclose(np.linalg.norm(garment.normals, axis=1), 1, atol=1e-3)
    np.testing.assert_allclose(garment.root_weights.sum(1), 1, atol=1e-5)
    height, width = garment.maps["roughness"].shape
    assert garment.maps["albedo"].shape == (height, width, 4)
    assert garment.maps["normal"].shape == (height, width, 3)
    assert all(image.dtype == np.uint8 for image in garment.maps.values())
    assert garment.alpha_mode in MODES
    assert garment.licence.name
    a, b, c = (garment.vertices[garment.triangles[:, k]] for k in range(3))
    facing = (np.cross(b - a, c - a) * garment.normals[garment.triangles].sum(1)).sum(1)
    assert facing.min() >= 0


def check_budget(garments: dict[str, Garment]) -> None:
    counts = {name: garment.triangle_count for name, garment in garments.items()}
    hair = counts.get("hair", 0) + counts.get("hair_cap", 0)
    assert hair <= BUDGET
    assert sum(counts.values()) - hair <= BUDGET


# hair and beards are grown one by one in test_styles and test_whiskers: here one of each way of making them
SOME = {
    "hair": ("bald", "buzz", "short", "afro", "braids", "dreadlocks", "mohawk"),
    "beard": ("none", "stubble", "handlebar", "long_beard"),
}
EVERY = [(slot, name) for slot in SLOTS for name in SOME.get(slot, ITEMS[slot])]
REST = [(slot, name) for slot in SOME for name in ITEMS[slot] if name not in SOME[slot]]
UNDER_HATS = ("long", "ponytail", "dreadlocks")


@pytest.mark.parametrize(("slot", "name"), EVERY)
def test_every_item_builds(head: HeadModel, zero: np.ndarray, slot: str, name: str) -> None:
    garments = dressed(head, zero, "low", **{slot: name})
    for garment in garments.values():
        check(head, garment)
    own = {garment.slot for garment in garments.values()}
    assert (slot in own) == (name not in ("bald", "none"))
    assert "lashes" in own
    assert ("brows" in own) == ((slot, name) != ("brows", "none"))


@pytest.mark.slow
@pytest.mark.parametrize(("slot", "name"), REST)
def test_every_other_item_builds(head: HeadModel, zero: np.ndarray, slot: str, name: str) -> None:
    test_every_item_builds(head, zero, slot, name)


@pytest.mark.parametrize("hair", ["short", "wavy", "bun", "buzz"])
def test_budget_and_fit_on_a_strong_identity(
    head: HeadModel, strong: np.ndarray, strong_surface: Surface, hair: str
) -> None:
    garments = dressed(head, strong, hair=hair, beard="beard", brows="bushy")
    for garment in garments.values():
        check(head, garment)
    check_budget(garments)
    for garment in garments.values():
        depth = strong_surface.distance.distance(100.0 * garment.vertices.astype(np.float64))
        assert (depth < -0.15).mean() < 0.05, garment.name


@pytest.mark.parametrize("hat", ["beanie", "sailors_cap"])
@pytest.mark.parametrize("hair", UNDER_HATS)
def test_hats_let_no_hair_through(head: HeadModel, strong: np.ndarray, hair: str, hat: str) -> None:
    garments = dressed(head, strong, hair=hair, headwear=hat, beard="beard", brows="bushy")
    check_budget(garments)
    hat_vertices = 100.0 * garments["headwear"].vertices.astype(np.float64) - CRANIUM
    radius = np.linalg.norm(hat_vertices, axis=1)
    hat_directions = cKDTree(hat_vertices / radius[:, None])
    for name in {"hair", "hair_cap"} & set(garments):
        garment = garments[name]
        centres = garment.vertices[garment.triangles].mean(1).astype(np.float64)
        points = 100.0 * np.concatenate([garment.vertices, centres]) - CRANIUM
        size = np.linalg.norm(points, axis=1)
        gap, near = hat_directions.query(points / size[:, None], k=4)
        under = gap[:, -1] < 0.08  # in the hat's shade as seen from the cranium's centre
        through = under & (size > radius[near].max(1) + 0.1)
        assert through.mean() < 0.01, name


def test_a_hat_covers_a_bald_head(head: HeadModel, strong: np.ndarray, strong_surface: Surface) -> None:
    for hat in ("beanie", "sailors_cap"):
        garment = dressed(head, strong, headwear=hat)["headwear"]
        depth = strong_surface.distance.distance(100.0 * garment.vertices.astype(np.float64))
        assert (depth < 0).mean() < 0.01


def test_same_seed_same_bytes_other_seed_other_hair(head: HeadModel, strong: np.ndarray) -> None:
    vertices = head.neutral(strong)
    choice = {"hair": "short", "beard": "beard"}
    first, again, other = (dress(head, strong, vertices, choice, {}, seed) for seed in (3, 3, 4))
    for one, two in zip(first, again, strict=True):
        for name in ("vertices", "normals", "uv", "triangles", "root_vertices", "root_weights"):
            assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
        for name, image in one.maps.items():
            assert image.tobytes() == two.maps[name].tobytes()
    hair = [next(g for g in garments if g.name == "hair") for garments in (first, other)]
    assert hair[0].vertices.shape != hair[1].vertices.shape or not np.allclose(
        hair[0].vertices, hair[1].vertices
    )


def test_low_detail_is_lighter_and_sits_on_the_identity(
    head: HeadModel, strong: np.ndarray, strong_surface: Surface
) -> None:
    full = dressed(head, strong, hair="short", beard="beard")
    low = dressed(head, strong, "low", hair="short", beard="beard")
    assert set(full) == set(low)
    assert low["hair"].triangle_count < 0.5 * full["hair"].triangle_count
    for name in ("hair", "beard", "brows"):
        distance = strong_surface.distance.distance(100.0 * low[name].vertices.astype(np.float64))
        assert (distance < -0.2).mean() < 0.08, name
        assert distance.max() < 5, name


def test_colours_reach_the_albedo(head: HeadModel, zero: np.ndarray) -> None:
    red, blue = (0.3, 0.02, 0.01), (0.01, 0.02, 0.3)
    choice = {"hair": "short", "beard": "beard", "headwear": "beanie"}
    colours = {"hair": red, "beard": blue, "headwear": blue}
    worn = {g.name: g.maps["albedo"] for g in dress(head, zero, head.mean, choice, colours, 0, "low")}
    assert worn["hair"][..., 0].mean() > 2 * worn["hair"][..., 2].mean()
    for name in ("beard", "headwear"):
        assert worn[name][..., 2].mean() > 2 * worn[name][..., 0].mean()


@pytest.mark.parametrize(
    ("choice", "colours", "detail"),
    [
        ({"wig": "short"}, {}, "full"),
        ({"hair": "mohican"}, {}, "full"),
        ({}, {"lashes": (0, 0, 0)}, "full"),
        ({}, {"hair": (0, 0, 2)}, "full"),
        ({}, {"hair": (0, float("nan"), 0)}, "full"),
        ({}, {}, "medium"),
    ],
)
def test_bad_input_is_refused(head: HeadModel, zero: np.ndarray, choice, colours, detail) -> None:
    with pytest.raises(UsageError):
        dress(head, zero, head.mean, choice, colours, 0, detail)


def test_descriptions_are_told_apart() -> None:
    for slot in SLOTS:
        texts = [item.description for item in ITEMS[slot].values()]
        assert len(set(texts)) == len(texts)
        assert all(item.slot == slot and item.name == name for name, item in ITEMS[slot].items())
