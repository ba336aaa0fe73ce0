"""Grown hairstyles: within their budget, out of the skin, and shaped as their names say."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.wardrobe import cap
from dreamhead.head.wardrobe.groom import Cards, Job
from dreamhead.head.wardrobe.hairstyles import hairstyles
from dreamhead.head.wardrobe.styles import grow_hair
from dreamhead.head.wardrobe.surface import Surface, azimuth

BUDGET = 25_000  # triangles of a head of hair and its cap
DEEP = -0.15  # cm


def grown(surface: Surface, name: str, density: float = 1.0) -> Cards:
    return grow_hair(hairstyles()[name], Job(surface, np.random.default_rng(0), density))


@pytest.mark.parametrize("name", [name for name, style in hairstyles().items() if not style.shells])
def test_budget_and_fit(strong_surface: Surface, name: str) -> None:
    surface = strong_surface
    hair = grown(surface, name)
    bare = np.ones(len(surface.home), bool)
    worn = cap.scalp_patch(surface, hairstyles()[name].region, bare, 0.05)
    assert len(hair.triangles) > 1_500
    assert len(hair.triangles) + len(worn.triangles) <= BUDGET
    assert np.isfinite(hair.vertices).all()
    assert 0 <= hair.uv.min() <= hair.uv.max() <= 1
    assert (surface.distance.distance(hair.vertices) < DEEP).mean() < 0.02


def test_the_buzz_cut_keeps_to_the_budget(strong_surface: Surface) -> None:
    style = hairstyles()["buzz"]
    bare = np.ones(len(strong_surface.home), bool)
    shells = cap.fuzz_shells(strong_surface, style.region, bare)
    worn = cap.scalp_patch(strong_surface, style.region, bare, 0.02)
    assert len(shells.triangles) + len(worn.triangles) <= BUDGET


def lowest(hair: Cards) -> float:
    return float(np.percentile(hair.vertices[:, 1], 2))


def test_styles_are_as_long_as_they_are_called(default_surface: Surface) -> None:
    low = {name: lowest(grown(default_surface, name)) for name in ("crew", "bob", "long", "parted")}
    assert low["crew"] > low["bob"] > low["long"] > low["parted"]


def test_styles_have_their_silhouettes(default_surface: Surface) -> None:
    top = float(default_surface.vertices[:, 1].max())
    mohawk = grown(default_surface, "mohawk").vertices
    assert mohawk[:, 1].max() > top + 6
    assert np.abs(mohawk[:, 0]).max() < 4.5
    afro = grown(default_surface, "afro").vertices
    assert np.ptp(afro[:, 0]) > np.ptp(grown(default_surface, "short").vertices[:, 0]) + 3
    knot = grown(default_surface, "top_knot").vertices
    assert top + 2.5 < knot[:, 1].max() < top + 7
    tail = grown(default_surface, "ponytail").vertices
    assert tail[:, 2].min() < default_surface.vertices[:, 2].min() - 2


def test_two_braids_hang_at_both_sides(default_surface: Surface) -> None:
    low = grown(default_surface, "braids").vertices
    low = low[low[:, 1] < -10]
    assert (low[:, 0] > 4).mean() > 0.4
    assert (low[:, 0] < -4).mean() > 0.4


def test_bald_parts_are_bare(default_surface: Surface) -> None:
    for name in ("balding", "tonsure", "receding"):
        style = hairstyles()[name]
        hair = grown(default_surface, name)
        home = np.einsum("nk,nkc->nc", hair.root_weights, default_surface.home[hair.root_vertices])
        assert style.region.inside(home).min() > -0.4, name
    spot = default_surface.home[np.linalg.norm(default_surface.home - (0, 14.4, -2.5), axis=1) < 4]
    assert (hairstyles()["tonsure"].region.inside(spot) < 0).all()


def test_a_fringe_ends_above_the_eyes(default_surface: Surface) -> None:
    hair = grown(default_surface, "fringe").vertices
    middle = hair[(np.abs(azimuth(hair)) < 25) & (hair[:, 2] > 7)]
    assert 3.0 < np.percentile(middle[:, 1], 2) < 7.0


def test_less_density_is_lighter(default_surface: Surface) -> None:
    for name in ("long", "dreadlocks", "ponytail"):
        full, low = (len(grown(default_surface, name, density).triangles) for density in (1.0, 0.4))
        assert low < 0.6 * full, name
