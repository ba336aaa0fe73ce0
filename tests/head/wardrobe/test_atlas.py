"""The strand atlas keeps its coverage when a viewer makes mip levels of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from dreamhead.head.wardrobe.atlas import (
    ALPHA_CUTOFF,
    FUR,
    ROPES,
    STRANDS,
    STRIP_NAMES,
    UNDER,
    WISPY,
    paint_atlas,
    strand_atlas,
    strip_span,
)


def strip(index: int) -> np.ndarray:
    return painted("alpha", index)[120:760] / 255.0


def painted(channel: str, index: int) -> np.ndarray:
    image = strand_atlas()[channel]
    low, high = (round(edge * image.shape[1]) for edge in strip_span(STRIP_NAMES[index]))
    return image[:, low:high]


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
    shades = [painted("shade", index).astype(float) for index in range(FUR)]
    opaque = [painted("alpha", index) > 200 for index in range(FUR)]
    tone = [shade[mask].mean() for shade, mask in zip(shades, opaque, strict=True)]
    assert tone[0] < tone[1] < tone[2]
    near, far = (
        np.concatenate([shade[rows][mask[rows]] for shade, mask in zip(shades, opaque, strict=True)])
        for rows in (slice(0, 60), slice(400, None))
    )
    assert near.mean() < 0.95 * far.mean()


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
    one, other = (paint_atlas(STRANDS[6:9], (32, 32, 32), 64, 7) for _ in range(2))
    assert all(one[name].tobytes() == other[name].tobytes() for name in one)
