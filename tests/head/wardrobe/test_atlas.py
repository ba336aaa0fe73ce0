"""The strand atlas keeps its coverage when a viewer makes mip levels of it."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.wardrobe.atlas import (
    ALPHA_CUTOFF,
    BOLD,
    STRANDS,
    STRIPS,
    UNDER,
    WISPY,
    paint_atlas,
    strand_atlas,
)


def strip(index: int) -> np.ndarray:
    alpha = strand_atlas()["alpha"]
    width = alpha.shape[1] // STRIPS
    return alpha[120:760, index * width : (index + 1) * width] / 255.0


@pytest.mark.parametrize("index", range(STRIPS))
def test_masked_coverage_survives_three_mip_levels(index: int) -> None:
    level = strip(index)
    full = (level >= ALPHA_CUTOFF).mean()
    for _ in range(3):
        level = level.reshape(level.shape[0] // 2, 2, level.shape[1] // 2, 2).mean((1, 3))
        assert 0.75 < (level >= ALPHA_CUTOFF).mean() / full < 1.4


def test_strips_go_from_dense_to_wispy() -> None:
    cover = [(strip(index) >= ALPHA_CUTOFF).mean() for index in range(STRIPS)]
    assert cover[UNDER] > 0.8
    assert cover[WISPY] < 0.3
    assert cover[BOLD] < 0.4


def test_roots_and_under_layers_are_darker() -> None:
    shade, alpha = strand_atlas()["shade"].astype(float), strand_atlas()["alpha"] > 200
    width = shade.shape[1] // STRIPS
    tone = [
        shade[:, k * width : (k + 1) * width][alpha[:, k * width : (k + 1) * width]].mean() for k in range(3)
    ]
    assert tone[0] < tone[1] < tone[2]
    assert shade[:60][alpha[:60]].mean() < 0.95 * shade[400:][alpha[400:]].mean()


def test_painting_is_deterministic() -> None:
    one, other = (paint_atlas(STRANDS[3:5], 64, 64, 7) for _ in range(2))
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)
