import numpy as np

from dreamhead.stages.decode import combined_normals, flattened, height_from_normals, unit
from dreamhead.world.micro import relief_normal

FLAT = np.zeros((8, 8, 3), np.float32) + np.array([0, 0, 1], np.float32)


def bumpy(size: int = 64) -> np.ndarray:
    rows, columns = np.mgrid[:size, :size] * 2 * np.pi / size
    return (0.3 * np.sin(2 * columns) * np.cos(rows) + 0.1 * np.cos(3 * rows)).astype(np.float32)


def test_flat_base_leaves_the_detail() -> None:
    detail = unit(np.random.default_rng(0).normal([0, 0, 1], 0.2, (8, 8, 3)).astype(np.float32))
    np.testing.assert_allclose(combined_normals(FLAT, detail), detail, atol=1e-6)
    np.testing.assert_allclose(combined_normals(detail, FLAT), detail, atol=1e-6)


def test_small_slopes_add_up() -> None:
    a = unit(np.array([[[0.05, 0.0, 1.0]]], np.float32))
    b = unit(np.array([[[0.03, -0.04, 1.0]]], np.float32))
    np.testing.assert_allclose(combined_normals(a, b)[0, 0, :2], [0.08, -0.04], atol=2e-3)


def test_height_comes_back_from_its_normals() -> None:
    height = bumpy()
    texel = 0.5
    back = height_from_normals(relief_normal(height, texel), texel)
    assert np.abs(back - (height - height.mean())).max() < 0.03 * height.std()


def test_up_is_green_and_right_is_red() -> None:
    rows, columns = np.mgrid[:16, :16].astype(np.float32)
    rises_to_the_right = relief_normal(columns, 1.0)[8, 8]
    rises_upwards = relief_normal(-rows, 1.0)[8, 8]
    assert rises_to_the_right[0] < 0 and abs(rises_to_the_right[1]) < 1e-6
    assert rises_upwards[1] < 0 and abs(rises_upwards[0]) < 1e-6


def test_flattened_scales_slopes() -> None:
    normal = unit(np.array([[[0.2, 0.1, 1.0]]], np.float32))
    assert np.allclose(flattened(normal, 0.0), [[[0, 0, 1]]])
    half = flattened(normal, 0.5)
    np.testing.assert_allclose(half[..., :2] / half[..., 2:], [[[0.1, 0.05]]], atol=1e-6)
