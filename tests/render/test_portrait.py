from dataclasses import replace

import numpy as np
import pytest
import torch

from dreamhead.render.camera import cameras
from dreamhead.render.drawing import MapCache, subject
from dreamhead.render.portrait import display, portrait, tone_map
from dreamhead.render.rasterize_warp import WarpRasterizer
from dreamhead.render.studio import SETS, Lamp, bake_visibility
from tests.render.shapes import sphere_item

VIEW = cameras(0.0, target=(0, 0, 0), height=0.3)


@pytest.fixture(autouse=True, scope="module")
def warp():
    WarpRasterizer()


def pictured(items, studio=SETS["portrait"], size=(64, 48), view=VIEW):
    head = subject(items, MapCache("cpu"))
    return portrait(head, bake_visibility(head, 32, 96), view, studio, size)


def one_lamp(direction):
    lamp = Lamp(direction, (1.0, 1.0, 1.0), 0.004, 256, 8, 0.3)
    return replace(SETS["portrait"], lamps=(lamp,), soft=(), sky=(0.0,) * 3, ground=(0.0,) * 3)


def test_tone_curve_is_true_in_the_middle_and_rolls_off_above():
    grey = torch.linspace(0, 20, 400)[:, None].expand(-1, 3)
    mapped = tone_map(grey)[:, 0]
    assert (mapped.diff() >= 0).all() and float(mapped.max()) < 1
    assert float(tone_map(torch.full((1, 3), 0.5))[0, 0]) == pytest.approx(0.46, abs=1e-5)
    crease = tone_map(torch.tensor([[0.10, 0.05, 0.03]]))[0]
    assert torch.allclose(crease / crease[0], torch.tensor([1.0, 0.5, 0.3])), "the dark end keeps its colour"
    red = tone_map(torch.tensor([[8.0, 0.5, 0.5]]))[0]
    assert float(red[1]) > 0.3  # strong colours wash out instead of clipping


def test_coverage_is_the_items_outline_and_light_comes_from_the_lamp():
    left = pictured([sphere_item("cloth")], one_lamp((-1.0, 0.0, 0.3)))
    assert left.shape == (64, 48, 4)
    assert left[32, 24, 3] == 1 and left[0, 0, 3] == 0
    assert left[32, 10, 0] > 4 * left[32, 37, 0]
    turned = pictured([sphere_item("cloth")], one_lamp((-1.0, 0.0, 0.3)), view=replace_azimuth(120.0))
    assert turned[32, 10, 0] == pytest.approx(left[32, 10, 0], abs=0.05)  # the lamp turns with the camera


def replace_azimuth(azimuth):
    return cameras(azimuth, target=(0, 0, 0), height=0.3)


def test_skin_is_red_past_the_terminator_and_cloth_is_not():
    skin = pictured([sphere_item("skin")], one_lamp((-1.0, 0.0, 0.0)))
    cloth = pictured([sphere_item("cloth")], one_lamp((-1.0, 0.0, 0.0)))
    column = slice(25, 28)
    assert skin[32, column, 0].mean() > 1.3 * skin[32, column, 2].mean()
    assert cloth[32, column, 0].mean() == pytest.approx(cloth[32, column, 2].mean(), rel=0.01)


def test_an_eye_mirrors_the_lamp():
    lamp = one_lamp((-0.4, 0.4, 1.0))
    eye, cloth = (pictured([sphere_item(kind, grey=20)], lamp, (96, 96)) for kind in ("eye", "cloth"))
    assert eye[..., 0].max() > 3 * cloth[..., 0].max()
    row, column = np.unravel_index(eye[..., 0].argmax(), eye.shape[:2])
    assert row < 48 and column < 48


def test_a_picture_is_the_same_every_time():
    opacity = (np.indices((64, 64)).sum(0) % 2 * 200).astype(np.uint8)
    items = [sphere_item(), sphere_item("hair", radius=0.105, opacity=opacity)]
    assert np.array_equal(pictured(items), pictured(items))


def test_display_encodes_srgb():
    assert display(torch.tensor([[[0.0, 0.214041, 1.0]]])).tolist() == [[[0, 127, 255]]]


def test_a_wet_film_adds_its_mirror_image_and_dims_nothing_else():
    lamp = one_lamp((-0.4, 0.4, 1.0))
    below = sphere_item("cloth", grey=60)
    film = sphere_item("wet", radius=0.1005, opacity=np.full((4, 4), 12, np.uint8))
    plain, wet = pictured([below], lamp, (96, 96)), pictured([below, film], lamp, (96, 96))
    assert wet[..., 0].max() > plain[..., 0].max() + 0.2
    row, column = np.unravel_index((wet - plain)[..., 0].argmax(), wet.shape[:2])
    assert row < 48 and column < 48
    changed = np.abs(wet - plain)[..., 0] > 0.05
    inside = wet[..., 3] == 1
    assert changed[inside].mean() < 0.35  # the lamp's image and the rim


def test_shade_darkens_by_its_opacity_and_casts_no_shadow():
    lamp = one_lamp((0.0, 0.0, 1.0))
    below = sphere_item("cloth", grey=200)
    seen = []
    for value in (0, 128, 255):
        opacity = np.full((4, 4), value, np.uint8)
        above = sphere_item("shade", grey=0, radius=0.1005, opacity=opacity)
        seen.append(pictured([below, above], lamp))
    plain = pictured([below], lamp)
    inside = plain[..., 3] == 1
    assert np.abs(seen[0] - plain)[inside].mean() < 0.01  # its outline moves the shadow map a little
    assert plain[32, 24, 0] > seen[1][32, 24, 0] > seen[2][32, 24, 0]
    assert seen[2][32, 24, 0] < 0.02


def test_a_rough_iris_mirrors_no_lamp():
    lamp = one_lamp((-0.4, 0.4, 1.0))
    wet, rough = (
        pictured([sphere_item("eye", grey=20, roughness=np.full((4, 4), value, np.uint8))], lamp, (96, 96))
        for value in (30, 115)
    )
    assert wet[..., 0].max() > 3 * rough[..., 0].max()


def coloured(item, colour, **changes):
    albedo = np.full((8, 8, len(colour)), colour, np.uint8)
    return replace(item, albedo=albedo, **changes)


def test_metal_has_no_diffuse_light_and_mirrors_in_its_own_colour():
    cloth = coloured(sphere_item("cloth"), (230, 180, 60), roughness=np.full((8, 8), 80, np.uint8))
    metal = replace(cloth, metalness=np.full((8, 8), 255, np.uint8))
    dark = one_lamp((-1.0, 0.0, 0.2))
    plain, shiny = (pictured([item], dark) for item in (cloth, metal))
    assert shiny[32, 24, :3].mean() < 0.5 * plain[32, 24, :3].mean()  # lit from the side, nothing to mirror
    lit = pictured([metal])[20:44, 14:34, :3].reshape(-1, 3).mean(0)
    assert lit[0] > 2 * lit[2]


def test_glass_tints_what_lies_behind_it():
    behind = coloured(sphere_item("cloth"), (200, 200, 200))
    pane = coloured(sphere_item("glass"), (0, 0, 0, 128))
    before = replace(pane, vertices=(pane.vertices * 1.05).astype(np.float32))
    plain, covered = pictured([behind]), pictured([behind, before])
    ratio = covered[28:36, 20:28, :3].mean() / plain[28:36, 20:28, :3].mean()
    assert 0.15 < ratio < 0.7  # through half of the light, from half of the light
    inside = replace(pane, vertices=(pane.vertices * 0.5).astype(np.float32))
    assert (
        np.abs(pictured([behind, inside])[32, 24] - plain[32, 24]).max() < 0.02
    )  # hidden glass is not drawn
