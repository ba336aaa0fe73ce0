from __future__ import annotations

from pathlib import Path

import numpy as np

from dreamhead.head.model import HeadModel
from dreamhead.world.bake import bake_head, bake_mesh, spread
from dreamhead.world.ground import SkinSurface


def square(size: int, path: Path | None = None):  # type: ignore[no-untyped-def]
    """A 10 cm square whose UV fills the chart: x = 10 u, y = -10 v."""
    position = np.float32([[0, 0, 0], [10, 0, 0], [10, -10, 0], [0, -10, 0]])
    uv = np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])
    quad = np.int32([[3, 2, 1, 0]])
    return bake_mesh(position, quad, uv, quad, {"mouth_ring": np.float32([0, 1, 1, 0])}, size, path)


def test_a_square_is_baked_exactly() -> None:
    bake = square(64)
    assert len(bake.rows) == 64 * 64
    expected = np.stack([(bake.columns + 0.5) / 6.4, -(bake.rows + 0.5) / 6.4], 1)
    assert np.abs(bake.texels.position[:, :2] - expected).max() < 1e-4
    assert np.allclose(bake.texels.normal, [0, 0, 1], atol=1e-5)
    assert np.allclose(bake.texels.rings["mouth_ring"], (bake.columns + 0.5) / 64, atol=1e-4)
    assert abs(bake.millimetres - 100 / 64) < 1e-3


def test_the_cache_gives_the_same_and_never_another_mesh(tmp_path: Path) -> None:
    path = tmp_path / "bake.npz"
    first = square(32, path)
    assert path.exists()
    second = square(32, path)
    assert np.array_equal(first.texels.position, second.texels.position)
    position = np.float32([[0, 0, 1], [10, 0, 1], [10, -10, 1], [0, -10, 1]])
    uv = np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])
    quad = np.int32([[3, 2, 1, 0]])
    moved = bake_mesh(position, quad, uv, quad, {"mouth_ring": np.zeros(4, np.float32)}, 32, path)
    assert np.allclose(moved.texels.position[:, 2], 1)


def test_the_head_fills_most_of_its_chart_symmetrically(head: HeadModel, surface: SkinSurface) -> None:
    bake = surface.bake
    assert 0.5 < len(bake.rows) / bake.size**2 < 0.9
    left = bake.texels.position[bake.columns >= bake.size // 2]
    assert (left[:, 0] > -0.2).mean() > 0.99  # the subject's left, +X, on the right of the chart
    nose = bake.texels.position[bake.texels.position[:, 2].argmax()]
    assert abs(nose[0]) < 0.3
    assert bake.filled(bake.texels.normal).shape == (256, 256, 3)
    assert bake_head(head, 64).size == 64


def test_what_lies_outside_the_chart_is_smooth() -> None:
    rng = np.random.default_rng(0)
    inside = np.zeros((50, 41), np.float32)
    inside[10:30, 5:20] = 1
    image = rng.random((50, 41, 2)).astype(np.float32)
    out = spread(image, inside)
    assert np.array_equal(out[10:30, 5:20], image[10:30, 5:20])
    assert np.isfinite(out).all() and out.min() >= 0 and out.max() <= 1
    # far away, neighbours hardly differ, and all is near the mean of the chart
    far = out[38:, 28:]
    assert np.abs(np.diff(far, axis=0)).max() < 0.05 and np.abs(np.diff(far, axis=1)).max() < 0.05
    assert np.abs(far - image[10:30, 5:20].mean((0, 1))).max() < 0.2


def test_spread_keeps_an_even_colour() -> None:
    inside = (np.add.outer(np.arange(33), np.arange(33)) % 7 == 0).astype(np.float32)
    image = np.full((33, 33, 3), 0.3, np.float32)
    assert np.allclose(spread(image * inside[..., None], inside), 0.3, atol=1e-6)
