"""Every item has a painted cloth, metal is metal, dyes dye, repeats have no seam."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from dreamhead.head.wardrobe import ITEMS
from dreamhead.head.wardrobe.cloth import bands, painted_cloth
from dreamhead.head.wardrobe.glasses import FRAMES
from dreamhead.head.wardrobe.hat import HATS
from dreamhead.head.wardrobe.materials import cloth_maps, lens_maps
from dreamhead.head.wardrobe.weave import brushed, felt, hammered, knitted, leather, twill

CLOTHS = [*HATS, "acetate", "wire", "eye_patch", "jewellery"]


@pytest.mark.parametrize("name", CLOTHS)
def test_bands_fill_the_texture(name: str) -> None:
    rows = sorted(bands(name).values())
    assert rows[0][0] == 0 and rows[-1][1] == 1
    assert all(one[1] == pytest.approx(other[0]) for one, other in pairwise(rows))
    painted = painted_cloth(name)
    assert {image.dtype for image in painted.values()} == {np.dtype(np.uint8)}
    lit = painted["dye"].astype(int) + painted["own"].max(-1)
    assert (lit > 0).mean() > 0.97  # no unpainted rows
    u_step = np.abs(np.diff(painted["dye"].astype(int), axis=1)).mean()
    seam = np.abs(painted["dye"][:, 0].astype(int) - painted["dye"][:, -1]).mean()
    assert seam <= 3 * u_step + 2  # wraps around the head


def test_hats_and_frames_are_the_items() -> None:
    assert set(ITEMS["headwear"]) == {"none", *HATS}
    assert set(ITEMS["glasses"]) == {"none", *FRAMES}


@pytest.mark.parametrize(
    ("name", "metal"), [("crown", True), ("helmet", True), ("hood", False), ("headscarf", False)]
)
def test_metal_is_told_from_cloth(name: str, metal: bool) -> None:
    maps = cloth_maps(painted_cloth(name), np.array([0.5, 0.4, 0.3]))
    assert ("metalness" in maps) == metal
    if metal:
        assert set(np.unique(maps["metalness"])) <= {0, 255}
        assert maps["roughness"][maps["metalness"] > 0].mean() < 140


def test_dye_takes_the_colour_and_own_parts_keep_theirs() -> None:
    red = cloth_maps(painted_cloth("sailors_cap"), np.array([0.8, 0.02, 0.02]))["albedo"][..., :3].astype(
        float
    )
    blue = cloth_maps(painted_cloth("sailors_cap"), np.array([0.02, 0.02, 0.8]))["albedo"][..., :3].astype(
        float
    )
    crown, visor = slice(0, 500), slice(860, 1000)
    assert red[crown, :, 0].mean() > 3 * blue[crown, :, 0].mean()
    assert np.array_equal(red[visor], blue[visor])


def test_lenses_are_seen_through_and_sunglasses_less() -> None:
    clear, dark = (
        lens_maps(FRAMES[name].lens, FRAMES[name].shade)["albedo"][..., 3] for name in ("round", "aviators")
    )
    assert clear.max() < 40 and dark.max() > 200
    assert dark[0].mean() > dark[-1].mean() + 40  # paler below


@pytest.mark.parametrize("surface", [felt, leather, hammered, brushed])
def test_noises_repeat_without_a_seam(surface: Callable[..., np.ndarray]) -> None:
    v, u = np.mgrid[0:256, 0:256] / 256
    height = surface(u, v, 5)
    assert height.min() >= 0 and height.max() <= 1 and height.std() > 0.03
    wrapped = surface(u + 1.0, v, 5) if surface is not brushed else height
    assert wrapped == pytest.approx(height)


def test_weaves_stay_in_range() -> None:
    v, u = np.mgrid[0:128, 0:128] / 128
    for height in (knitted(u, v, 10, 8), twill(u, v, 20, 10)):
        assert height.min() >= 0 and height.max() <= 1
