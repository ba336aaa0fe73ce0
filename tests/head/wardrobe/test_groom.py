"""Guides and cards with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.wardrobe.cranial import Region
from dreamhead.head.wardrobe.flow import UP
from dreamhead.head.wardrobe.groom import Job, cards, clump, curl, grow, joined, resample, smooth
from dreamhead.head.wardrobe.surface import Roots, Surface


@pytest.fixture(scope="module")
def roots(default_surface: Surface) -> Roots:
    return default_surface.sample(Region().mask(inset=2.0), 60, np.random.default_rng(0))


def straight(count: int, rows: int) -> np.ndarray:
    line = np.zeros((count, rows, 3))
    line[..., 1] = 20 + np.linspace(0, 4, rows)
    line[..., 0] = np.arange(count)[:, None]
    return line


def test_growth_has_its_length_and_stays_out(default_surface: Surface, roots: Roots) -> None:
    lengths = np.full(len(roots), 5.0)
    paths = grow(default_surface, roots, lengths, 5, lambda points, t: 0 * points + UP, clearance=0.3)
    steps = np.linalg.norm(np.diff(paths, axis=1), axis=2)
    np.testing.assert_allclose(steps[:, 1:], 1.0)
    assert default_surface.distance.distance(paths[:, 2:]).min() > -0.05


def test_resample_keeps_the_ends() -> None:
    paths = straight(2, 9)
    np.testing.assert_allclose(resample(paths, 3, 1.5)[:, [0, -1]], paths[:, [0, -1]])
    np.testing.assert_allclose(resample(paths, 4)[0, :, 1], np.linspace(20, 24, 5))


def test_smoothing_leaves_a_straight_line() -> None:
    np.testing.assert_allclose(smooth(straight(1, 6), 3), straight(1, 6))


def test_clumps_meet_at_the_tip_only() -> None:
    paths = straight(6, 5)
    pulled = clump(paths, np.random.default_rng(0), 1, 1.0)
    np.testing.assert_allclose(pulled[:, 0], paths[:, 0])
    assert np.ptp(pulled[:, -1, 0]) == 0


def test_curl_has_its_radius(default_surface: Surface) -> None:
    paths = straight(3, 40)
    wound = curl(paths, default_surface.distance, 0.5, 3.0, np.zeros(3), start=0.0)
    offset = np.linalg.norm(wound - paths, axis=2)
    np.testing.assert_allclose(offset[:, 12:], 0.5, atol=1e-6)


def test_cards_have_their_width_and_kinks_are_dropped(default_surface: Surface, roots: Roots) -> None:
    job = Job(default_surface, np.random.default_rng(0))
    paths = straight(4, 4) + np.array([0, 0, -2.0])
    paths[3, 2] = paths[3, 0] - UP  # folds back
    made = cards(
        job, paths, roots.subset(np.arange(4)), np.full(4, 0.8), np.array([0, 1, 2, 3]),
        roll=0.0, taper=(1.0, 1.0, 1.0),
    )  # fmt: skip
    assert len(made.vertices) == 3 * 4 * 2
    assert len(made.triangles) == 3 * 3 * 2
    pairs = made.vertices.reshape(-1, 2, 3)
    np.testing.assert_allclose(np.linalg.norm(pairs[:, 1] - pairs[:, 0], axis=1), 0.8, atol=1e-6)
    assert made.uv[:, 1].min() == 0
    assert made.uv[:, 1].max() == 1
    both = joined([made, made])
    assert both.triangles.max() == 2 * len(made.vertices) - 1
