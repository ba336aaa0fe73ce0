"""A dome bends lines of sight by Snell's law and brings the disc behind it forward."""

from __future__ import annotations

import numpy as np
import torch

from dreamhead.render.camera import cameras
from dreamhead.render.drawing import ATTRIBUTES, DrawItem, MapCache, Samples, Subject, subject
from dreamhead.render.portrait import portrait
from dreamhead.render.rasterize_warp import WarpRasterizer
from dreamhead.render.refraction import bent, disc_behind, refracted
from dreamhead.render.studio import SETS, bake_visibility

RADIUS, DEPTH, INDEX = 0.008, 0.004, 1.35


def disc_mesh(height: float, rise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Vertices, normals, uv and triangles of a round sheet about +Z whose middle is `rise` above its edge."""
    rings, around = 8, 32
    radius = np.linspace(0, 1, rings + 1)[:, None]
    angle = np.arange(around)[None] * 2 * np.pi / around
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    z = rise * (1 - radius**2) + 0 * angle
    vertices = np.stack([RADIUS * x, RADIUS * y, height + z], -1).reshape(-1, 3)
    slope = 2 * rise / RADIUS
    normals = np.stack([slope * x, slope * y, np.ones_like(x)], -1).reshape(-1, 3)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    uv = np.stack([0.5 + 0.4 * x, 0.5 - 0.4 * y], -1).reshape(-1, 2)
    k, j = (index.ravel() for index in np.mgrid[0:rings, 0:around])
    a, b = k * around + j, k * around + (j + 1) % around
    triangles = np.concatenate([np.stack([a, a + around, b], 1), np.stack([b, a + around, b + around], 1)])
    return *(part.astype(np.float32) for part in (vertices, normals, uv)), triangles.astype(np.int32)


def eye_and_dome(index: float) -> Subject:
    WarpRasterizer("cpu")
    albedo = np.full((64, 64, 3), 200, np.uint8)
    y, x = np.mgrid[0:64, 0:64] - 31.5
    albedo[np.hypot(x, y) < 10] = 0
    clear = np.zeros((8, 8, 4), np.uint8)
    items = [
        DrawItem(*disc_mesh(0.0, 0.0), albedo, kind="eye", name="eye"),
        DrawItem(*disc_mesh(0.0003, DEPTH), clear, kind="wet", index=index, name="cornea"),
    ]
    return subject(items, MapCache("cpu"))


def test_snells_law() -> None:
    angle = np.radians([0.0, 30.0, 45.0, 80.0])
    sight = torch.tensor(np.stack([np.sin(angle), 0 * angle, -np.cos(angle)], 1), dtype=torch.float32)
    found = refracted(sight, torch.tensor([[0.0, 0.0, 1.0]]).expand(4, 3), INDEX)
    np.testing.assert_allclose(found[:, 0].numpy(), np.sin(angle) / INDEX, atol=1e-6)
    np.testing.assert_allclose(found.norm(dim=1).numpy(), 1, atol=1e-6)
    assert (found[:, 2] < 0).all()


def test_a_line_of_sight_meets_the_disc_where_it_should() -> None:
    whole = eye_and_dome(INDEX)
    attributes = torch.cat((whole.attributes, torch.ones(len(whole.attributes), 4)), 1)
    disc = disc_behind(whole, whole.items[1], attributes)
    assert disc is not None
    # Straight down at half the radius: dome slope is 2 rise x / r^2.
    x = 0.5 * RADIUS
    height = 0.0003 + DEPTH * 0.75
    values = torch.zeros(1, 17)
    values[0, ATTRIBUTES["position"]] = torch.tensor([x, 0, height])
    slope = 2 * DEPTH * 0.5 / RADIUS
    values[0, ATTRIBUTES["normal"]] = torch.tensor([slope, 0, 1.0])
    run = Samples(torch.zeros(1, dtype=torch.long), values, torch.zeros(1))
    seen, share = bent(disc, run, torch.tensor([x, 0.0, 1.0]), INDEX, 1e-4)
    tilt = np.arctan(slope)
    met = x - height * np.tan(tilt - np.arcsin(np.sin(tilt) / INDEX))
    np.testing.assert_allclose(seen.values[0, :3].numpy(), [met, 0, 0], atol=1e-6)
    np.testing.assert_allclose(seen.values[0, 10:12].numpy(), [0.5 + 0.4 * met / RADIUS, 0.5], atol=1e-4)
    assert share[0, 0] == 1


def test_the_pupil_looks_larger_through_the_dome_and_stays_in_view_from_the_side() -> None:
    def pupil(index: float, azimuth: float) -> int:
        whole = eye_and_dome(index)
        view = cameras(azimuth, 0.0, target=(0.0, 0.0, 0.002), height=0.02, fov_deg=10.0)
        picture = portrait(whole, bake_visibility(whole, 8, 64), view, SETS["portrait"], (64, 64))
        return int(((picture[..., 3] > 0.9) & (picture[..., :3].max(-1) < 0.1)).sum())

    assert pupil(INDEX, 0.0) > 1.1 * pupil(1.0, 0.0)
    assert pupil(INDEX, 70.0) > 1.5 * pupil(1.0, 70.0)
