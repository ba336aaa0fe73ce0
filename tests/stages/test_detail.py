from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from dreamhead.stages.detail import Detail, drawn_detail
from dreamhead.world.attributes import Attributes
from tests.stages.fakes import context, selected

TEXEL_MM = 492 / 256


def detail_of(tmp_path: Path, strength: float = 1.0, **values: float) -> Detail:
    wardrobe = {"attributes": Attributes(**values).to_json()}
    return drawn_detail(selected().changed(wardrobe=wardrobe), context(tmp_path), 256, TEXEL_MM, strength)


def test_strength_zero_changes_nothing(tmp_path: Path) -> None:
    detail = detail_of(tmp_path, 0.0)
    assert np.allclose(detail.albedo, 1) and np.allclose(detail.specular, 1)
    assert not detail.roughness.any() and not detail.slopes.any() and not detail.displacement.any()


def test_broad_colour_is_left_to_the_painting(tmp_path: Path) -> None:
    detail = detail_of(tmp_path, melanin=0.9)
    face = detail.albedo[110:170, 90:166]
    assert abs(np.log(gaussian_filter(face, (8, 8, 0))).mean()) < 0.1
    assert face.std() > 0.01


def test_age_draws_more_relief(tmp_path: Path) -> None:
    young, old = (detail_of(tmp_path, years=years) for years in (20.0, 85.0))
    assert np.abs(old.slopes[90:180, 80:176]).mean() > 1.2 * np.abs(young.slopes[90:180, 80:176]).mean()
