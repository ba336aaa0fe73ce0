"""Tables over the cranium and the regions hair grows from."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.wardrobe.cranial import CROWN, Region, cranial_table, curve, elevation
from dreamhead.head.wardrobe.surface import CRANIUM, Surface, azimuth, hairline_height

AHEAD, LEFT, RIGHT, ABOVE = (
    np.array([CRANIUM + 9.0 * np.array(way)]) for way in ((0, 0, 1.0), (1.0, 0, 0), (-1.0, 0, 0), (0, 1.0, 0))
)


def test_elevation_is_90_at_the_top_and_0_beside() -> None:
    assert elevation(ABOVE)[0] == pytest.approx(90)
    assert elevation(LEFT)[0] == pytest.approx(0)


def test_a_table_gives_its_entries_and_blends_between_them() -> None:
    table = cranial_table({"azimuths": [0, 90], "0": [1.0, 3.0], "90": [5.0, 5.0]})
    assert table.at(AHEAD)[0, 0] == pytest.approx(1)
    assert table.at(LEFT)[0, 0] == pytest.approx(3)
    assert table.at(ABOVE)[0, 0] == pytest.approx(5)
    diagonal = CRANIUM + np.array([[1.0, 0.0, 1.0]])
    assert table.at(diagonal)[0, 0] == pytest.approx(2)


def test_half_a_table_of_directions_is_mirrored() -> None:
    table = cranial_table({"azimuths": [0, 90], "0": [[0, 0, 1], [1, 0, 0]]})
    np.testing.assert_allclose(table.at(LEFT)[0], (1, 0, 0))
    np.testing.assert_allclose(table.at(RIGHT)[0], (-1, 0, 0))


def test_a_whole_table_is_not_mirrored() -> None:
    table = cranial_table({"azimuths": [-90, 90], "0": [[1, 0, 0], [1, 0, 0]]})
    np.testing.assert_allclose(table.at(RIGHT)[0], (1, 0, 0))


def test_rows_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError):
        cranial_table({"azimuths": [0, 90], "0": [1.0, 2.0], "45": [1.0]})


def test_the_plain_region_is_the_scalp(default_surface: Surface) -> None:
    home = default_surface.home[::50]
    np.testing.assert_allclose(Region().inside(home), hairline_height(home))


def test_limits_only_take_away(default_surface: Surface) -> None:
    home = default_surface.home[::50]
    plain = Region().inside(home)
    limited = (
        Region(lift=curve({"0": 2.0, "90": 0.0})),
        Region(floor=curve(6.0)),
        Region(ceiling=curve(8.0)),
        Region(strip=2.0),
        Region(bald_spot=5.0),
    )
    for region in limited:
        inside = region.inside(home)
        assert (inside <= plain + 1e-9).all()
        assert (inside > 0).any()
        assert (inside > 0).sum() < (plain > 0).sum()
    assert Region(bald_spot=5.0).inside(CROWN[None])[0] == -5
    wide = Region(strip=2.0).inside(home) > 0
    assert np.abs(home[wide, 0]).max() < 2


def test_masks_keep_to_their_band_and_side(default_surface: Surface) -> None:
    home = default_surface.home
    band = Region().mask(band=(0.0, 1.0))(home) > 0
    assert Region().inside(home[band]).max() < 1
    behind = Region().mask(around=(120, 180))(home) > 0
    assert behind.any()
    assert np.abs(azimuth(home[behind])).min() >= 120
