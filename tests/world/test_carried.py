from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np

from dreamhead.head.model import HeadModel, Part
from dreamhead.world.carried import carried_maps
from dreamhead.world.eye import PartMaps

SIZE = 64


def sheet(name: str, turned: bool) -> HeadModel:
    """A square of 8 x 8 quads in two charts side by side, each half a map wide, the second one turned if asked."""
    row, column = np.meshgrid(np.arange(9), np.arange(9), indexing="ij")
    vertices = np.stack([column.ravel() / 8, row.ravel() / 8, np.zeros(81)], 1)
    r, c = np.meshgrid(np.arange(8), np.arange(8), indexing="ij")
    corner = (r * 9 + c).reshape(-1, 1)
    faces = corner + np.array([0, 1, 10, 9])
    left, right = vertices[:, :2].copy(), vertices[:, :2].copy()
    if turned:
        right[:, 1] = 1 - right[:, 1]
    second = (c.reshape(-1) >= 4)[:, None]
    part = Part("tongue", "mouth", faces, np.concatenate([left, right]), np.where(second, faces + 81, faces))
    return cast(HeadModel, SimpleNamespace(name=name, parts=[part], canonical=vertices))


def test_every_texel_takes_the_colour_of_its_place_on_both_sides_of_a_seam() -> None:
    at = (np.arange(SIZE) + 0.5) / SIZE
    u, v = np.meshgrid(at, at)
    albedo = np.stack([u, v, 0 * u], -1).astype(np.float32)
    normal = np.broadcast_to(np.array([1, 0, 0], np.float32), albedo.shape)
    maps = PartMaps(albedo, albedo[..., 0], albedo[..., 1], normal)
    got = carried_maps(maps, sheet("other", turned=True), sheet("builtin", turned=False), "mouth")
    turned = np.where(u < 0.5, v, 1 - v)
    np.testing.assert_allclose(got.albedo, np.stack([u, turned, 0 * u], -1), atol=1.5 / SIZE)
    np.testing.assert_allclose(got.roughness, turned, atol=1.5 / SIZE)
    assert (got.normal == [0, 0, 1]).all()


def test_the_built_in_heads_maps_stay_as_they_are() -> None:
    maps = PartMaps(*(np.zeros((4, 4), np.float32) for _ in range(4)))
    assert carried_maps(maps, sheet("builtin", False), sheet("builtin", False), "mouth") is maps
