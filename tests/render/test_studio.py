from dataclasses import replace

import numpy as np
import pytest
import torch

from dreamhead.render.camera import cameras
from dreamhead.render.drawing import MapCache, subject
from dreamhead.render.rasterize_warp import WarpRasterizer
from dreamhead.render.studio import SETS, bake_visibility, shadow_map, soft_light
from tests.render.shapes import sphere_item


@pytest.fixture(autouse=True, scope="module")
def warp():
    WarpRasterizer()


def flipped(item):
    return replace(item, normals=-item.normals)


def test_a_ball_sees_all_its_sky_and_its_inside_sees_none():
    ball = subject([sphere_item(radius=0.05)], MapCache("cpu"))
    inner = subject([sphere_item(radius=0.1), flipped(sphere_item(radius=0.095))], MapCache("cpu"))
    side = ball.positions[:, 1].abs() < 0.04
    assert bake_visibility(ball).openness()[side].min() > 0.85
    hidden = bake_visibility(inner).openness()[inner.items[1].vertices]
    assert float(hidden.median()) < 0.05


def test_a_ball_casts_its_shadow_behind_it():
    head = subject([sphere_item(radius=0.1)], MapCache("cpu"))
    shadow = shadow_map(head, torch.tensor([0.0, 0.3, 1.0]), 256)
    points = torch.tensor([[0.0, 0.0, -0.15], [0.0, 0.0, 0.15], [0.3, 0.0, -0.15]])
    assert shadow.lit(points, 0.002).tolist() == [0.0, 1.0, 1.0]


def test_the_edge_of_a_shadow_is_half_lit():
    head = subject([sphere_item(radius=0.1)], MapCache("cpu"))
    shadow = shadow_map(head, torch.tensor([0.0, 0.0, 1.0]), 512)
    angle = np.linspace(0.1, 6.2, 200)
    rim = np.stack([0.0995 * np.cos(angle), 0.0995 * np.sin(angle), np.full(200, -0.15)], 1)
    rim = rim[np.abs(rim[:, 1]) < 0.09]
    lit = shadow.lit(torch.tensor(rim, dtype=torch.float32), 0.01)
    assert 0.35 < float(lit.mean()) < 0.65


def test_an_even_sky_lights_an_open_ball_with_its_own_colour():
    head = subject([sphere_item(radius=0.05)], MapCache("cpu"))
    even = replace(SETS["portrait"], soft=(), sky=(0.3, 0.4, 0.5), ground=(0.3, 0.4, 0.5))
    axes = cameras(30.0, 10.0, target=(0, 0, 0), height=0.3).axes[0]
    light = soft_light(even, bake_visibility(head), axes)
    side = head.positions[:, 1].abs() < 0.04
    mean = light.at_vertex[side].mean(0)
    assert torch.allclose(mean, torch.tensor([0.3, 0.4, 0.5]), rtol=0.08)
    assert torch.allclose(light.harmonics[0] * 0.282095, torch.tensor([0.3, 0.4, 0.5]), rtol=0.01)


def test_lamps_keep_still_before_the_camera():
    lamp = SETS["portrait"].lamps[0]
    assert lamp.direction[0] < 0 < lamp.direction[1]  # high on the left of the picture
