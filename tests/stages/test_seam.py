"""What is painted meets across a chart's cuts, and nothing far from them changes."""

import numpy as np
from scipy.spatial import cKDTree

from dreamhead.head.load import load_head
from dreamhead.stages.seam import REACH_MM, closed_seams, seam_points

SIZE, TEXEL_MM = 256, 492 / 256


def sides(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, second = seam_points(SKIN)
    return tuple(
        image[
            np.clip((p[:, 1] * SIZE).astype(int), 0, SIZE - 1),
            np.clip((p[:, 0] * SIZE).astype(int), 0, SIZE - 1),
        ]
        for p in (first, second)
    )  # type: ignore[return-value]


SKIN = next(part for part in load_head("builtin").parts if part.name == "skin")


def test_the_default_chart_is_cut():
    first, second = seam_points(SKIN)
    assert len(first) == len(second) > 50
    assert np.abs(first - second).max() > 0.5  # up the back: from one border of the chart to the other


def test_a_step_across_the_cut_is_closed():
    ramp = np.linspace(0, 1, SIZE, dtype=np.float32)
    image = np.repeat(np.tile(ramp, (SIZE, 1))[..., None], 3, axis=2)
    before = np.abs(np.subtract(*sides(image))).mean()
    closed = closed_seams(image, SKIN, TEXEL_MM)
    assert closed.shape == image.shape and closed.dtype == np.float32
    assert np.abs(np.subtract(*sides(closed))).mean() < 0.15 * before


def test_far_from_the_cut_nothing_changes():
    image = np.random.default_rng(0).random((SIZE, SIZE, 1)).astype(np.float32)
    closed = closed_seams(image, SKIN, TEXEL_MM)
    rows, columns = np.indices((SIZE, SIZE))
    distance, _ = cKDTree(np.concatenate(seam_points(SKIN)) * SIZE - 0.5).query(np.stack([columns, rows], -1))
    far = distance > REACH_MM / TEXEL_MM + 0.1
    assert 0.05 < far.mean() < 0.95
    assert np.array_equal(closed[far], image[far]) and not np.array_equal(closed, image)
