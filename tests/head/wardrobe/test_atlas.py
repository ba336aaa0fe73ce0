"""The strand atlas keeps its coverage when a viewer makes mip levels of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dreamhead.head.wardrobe.atlas import (
    ALPHA_CUTOFF,
    ROPES,
    STRANDS,
    STRIP_NAMES,
    STRIPS,
    UNDER,
    WISPY,
    paint_atlas,
    strand_atlas,
    strip_span,
)


def strip(index: int) -> np.ndarray:
    alpha = strand_atlas()["alpha"]
    width = alpha.shape[1] // STRIPS
    return alpha[120:760, index * width : (index + 1) * width] / 255.0


@pytest.mark.parametrize("index", range(len(STRIP_NAMES)))
def test_masked_coverage_survives_three_mip_levels(index: int) -> None:
    level = strip(index)
    full = (level >= ALPHA_CUTOFF).mean()
    for _ in range(3):
        level = level.reshape(level.shape[0] // 2, 2, level.shape[1] // 2, 2).mean((1, 3))
        assert 0.75 < (level >= ALPHA_CUTOFF).mean() / full < 1.4


def test_strips_go_from_dense_to_wispy() -> None:
    cover = [(strip(index) >= ALPHA_CUTOFF).mean() for index in range(len(STRIP_NAMES))]
    assert cover[UNDER] > 0.8
    assert cover[WISPY] < 0.3


def test_roots_and_under_layers_are_darker() -> None:
    shade, alpha = strand_atlas()["shade"].astype(float), strand_atlas()["alpha"] > 200
    width = shade.shape[1] // STRIPS
    tone = [
        shade[:, k * width : (k + 1) * width][alpha[:, k * width : (k + 1) * width]].mean() for k in range(3)
    ]
    assert tone[0] < tone[1] < tone[2]
    shade, alpha = (image[:, : width * len(STRIP_NAMES)] for image in (shade, alpha))
    assert shade[:60][alpha[:60]].mean() < 0.95 * shade[400:][alpha[400:]].mean()


def test_ropes_are_solid_and_share_the_last_column() -> None:
    alpha = strand_atlas()["alpha"]
    spans = [strip_span(name) for name in (*STRIP_NAMES, *ROPES)]
    assert spans[0][0] == 0
    assert spans[-1][1] == 1
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    for name in ROPES:
        low, high = (round(edge * alpha.shape[1]) for edge in strip_span(name))
        assert high - low == ROPES[name]
        assert alpha[: round(0.9 * len(alpha)), low:high].min() == 255
        assert alpha[-1, low:high].max() == 0


def test_painting_is_deterministic() -> None:
    one, other = (paint_atlas(STRANDS[3:5], 64, 64, 7) for _ in range(2))
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)
