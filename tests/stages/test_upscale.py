import numpy as np
import torch

from dreamhead.stages.upscale import fine_normals, linear_to_srgb, super_resolved, to_bytes
from dreamhead.world.micro import relief_normal, relief_tile


class Nearest:
    """An upscaler that repeats pixels."""

    revision = "nearest"

    def __init__(self, scale: int) -> None:
        self.scale = scale
        self.seen: list[int] = []

    def upscale(self, images: torch.Tensor) -> torch.Tensor:
        self.seen.append(images.shape[-1])
        return images.repeat_interleave(self.scale, 2).repeat_interleave(self.scale, 3)


def test_whole_passes_then_one_resize() -> None:
    image = np.random.default_rng(0).random((16, 16, 3)).astype(np.float32)
    eight, four = Nearest(8), Nearest(4)
    assert super_resolved(image, eight, 128, "cpu").shape == (128, 128, 3) and eight.seen == [16]
    assert super_resolved(image, four, 128, "cpu").shape == (128, 128, 3) and four.seen == [32]
    assert super_resolved(image, four, 16, "cpu").shape == (16, 16, 3) and four.seen == [32]


def test_colour_survives() -> None:
    image = np.full((16, 16, 3), [0.2, 0.5, 0.7], np.float32)
    np.testing.assert_allclose(
        super_resolved(image, Nearest(4), 100, "cpu"),
        0 * np.zeros((100, 100, 3)) + [0.2, 0.5, 0.7],
        atol=1e-5,
    )


def test_srgb_known_values() -> None:
    np.testing.assert_allclose(
        linear_to_srgb(np.array([0, 0.0031308, 0.2140, 1.0], np.float32)), [0, 0.04045, 0.5, 1], atol=1e-4
    )


def test_tile_is_periodic_and_seeded() -> None:
    pores, furrows = relief_tile(128, 20.0, 3)
    again, _ = relief_tile(128, 20.0, 3)
    other, _ = relief_tile(128, 20.0, 4)
    assert np.array_equal(pores, again) and not np.array_equal(pores, other)
    across = np.abs(np.diff(np.tile(pores, (2, 2)), axis=1)).mean(
        axis=0
    )  # column 127: from a tile to the next
    assert across[127] < 2 * np.median(across)
    assert pores.min() >= 0 and pores.max() <= 1 and furrows.min() >= 0 and furrows.max() <= 1
    assert 0.01 < pores.mean() < 0.4


def test_fine_normals_are_unit_and_point_out() -> None:
    rng = np.random.default_rng(0)
    relief = relief_normal(rng.normal(0, 0.05, (32, 32)).astype(np.float32), 0.2)
    base = np.full((32, 32, 3), [0.5, 0.5, 1.0], np.float32)
    vectors = fine_normals(base, relief[..., :2] / relief[..., 2:]) / 127.5 - 1
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=-1), 1, atol=0.02)
    assert vectors[..., 2].min() > 0
    np.testing.assert_allclose(vectors, relief, atol=0.01)


def test_bytes_are_rounded_and_clipped() -> None:
    assert to_bytes(np.array([-1, 0.5, 2.0], np.float32)).tolist() == [0, 128, 255]
