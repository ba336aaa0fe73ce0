"""Materials: what lies over the eyes is drawn as such, and only where the head has it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from dreamhead.export.materials import eye_surface, part_maps_in_bytes, shell_surfaces
from dreamhead.head.load import load_head
from dreamhead.head.model import SEE_THROUGH
from dreamhead.world.attributes import Attributes
from dreamhead.world.eye import eye_maps
from tests.export.small_head import SmallHead


def test_every_see_through_part_has_its_material() -> None:
    surfaces = {surface.material.name: surface for surface in shell_surfaces(load_head("builtin").parts)}
    assert tuple(surfaces) == SEE_THROUGH
    for name, surface in surfaces.items():
        material = surface.material
        assert material.alpha_mode == "BLEND"
        albedo = surface.maps["albedo"]
        assert albedo.shape[2] == 4 and albedo[..., 3].max() > 0
        assert material.base_color is not None
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(material.base_color.data))), albedo)
        assert set(surface.files) == {f"{name}_albedo"}
    iris = surfaces["cornea"].maps["albedo"][256, 256, 3]
    assert 5 <= iris <= 25  # a client that knows nothing of corneas shows the iris through it
    assert surfaces["cornea"].maps["albedo"][256, 4, 3] == 0
    assert surfaces["cornea"].material.roughness_factor < 0.1
    assert surfaces["occlusion"].material.specular_factor == 0


def test_a_head_without_corneas_gets_none_of_them() -> None:
    assert shell_surfaces(SmallHead().parts) == []


def test_the_eye_is_coated_only_where_no_cornea_shines_for_it() -> None:
    maps = part_maps_in_bytes(eye_maps(Attributes(), 64, 0))
    assert eye_surface(maps).material.clearcoat == 1
    assert eye_surface(maps, cornea=True).material.clearcoat == 0


def test_the_upper_lid_shades_more_than_the_lower() -> None:
    shade = shell_surfaces(load_head("builtin").parts)[1].maps["albedo"][..., 3].astype(int)
    assert shade[40].max() > 1.5 * shade[-40].max()
    assert shade[256, 256] == 0
    assert np.abs(shade - shade[:, ::-1]).max() <= 1  # one map for either eye
