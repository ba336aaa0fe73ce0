from dataclasses import replace

import numpy as np
import pytest
import torch

from dreamhead.errors import UsageError
from dreamhead.render.camera import cameras, to_clip
from dreamhead.render.drawing import (
    ATTRIBUTES,
    MapCache,
    byte_pyramid,
    draw,
    looked_up,
    samples_of,
    subject,
)
from dreamhead.render.rasterize_warp import WarpRasterizer, key_triangles
from tests.render.shapes import sphere_item

VIEW = cameras(0.0, target=(0, 0, 0), height=0.24)


@pytest.fixture(autouse=True, scope="module")
def warp():
    WarpRasterizer()


def seen_by(items, size=64, pixel_samples=1):
    head = subject(items, MapCache("cpu"))
    keys, screen = draw(head, to_clip(head.positions, VIEW)[0], (size, size), pixel_samples)
    return head, key_triangles(keys), screen


def test_pyramid_levels_are_averages_and_look_up_is_bilinear():
    image = np.arange(8 * 8, dtype=np.uint8).reshape(8, 8, 1) * 3
    pyramid = byte_pyramid(image, "cpu")
    uv = torch.tensor([[1 / 16, 1 / 16], [0.125, 1 / 16], [0.125, 0.125]])
    fine = pyramid.look_up(uv, torch.zeros(3, dtype=torch.int32))[:, 0] * 255
    assert torch.allclose(fine, torch.tensor([0.0, 1.5, 13.5]), atol=1e-3)
    coarse = pyramid.look_up(torch.tensor([[0.125, 0.125]]), torch.ones(1, dtype=torch.int32)) * 255
    assert abs(float(coarse) - 13.5) <= 0.5


def test_samples_carry_the_point_on_the_surface_and_its_texture():
    v = np.linspace(0, 255, 64).astype(np.uint8)
    ramp = np.repeat(np.repeat(v[:, None, None], 64, 1), 3, 2)
    head, seen, screen = seen_by([sphere_item(albedo=ramp)], 96)
    (run,) = samples_of(head, head.items[0], seen.reshape(-1), screen, head.attributes, 96)
    points = run.values[:, ATTRIBUTES["position"]]
    clip = to_clip(points, VIEW)[0]
    row = (0.5 - clip[:, 1] / clip[:, 3] * 0.5) * 96
    assert torch.allclose(row, run.places // 96 + 0.5, atol=2e-3)
    assert (points.norm(dim=1) - 0.1).abs().max() < 0.001
    shade = looked_up(head.items[0].albedo, run)[:, 0]
    expected = torch.arccos((points[:, 1] / 0.1).clamp(-1, 1)) / torch.pi
    assert (shade - expected).abs().max() < 0.03


def test_opacity_keeps_its_share_of_samples():
    _, solid, _ = seen_by([sphere_item("hair")], 128, 2)
    shares = {}
    for value in (0, 64, 128, 255):
        item = sphere_item("hair", opacity=np.full((4, 4), value, np.uint8))
        front = replace(item, triangles=item.triangles[item.vertices[item.triangles].mean(1)[:, 2] > 0])
        _, seen, _ = seen_by([front], 128, 2)
        shares[value] = float((seen >= 0).sum()) / float((solid >= 0).sum())
    assert shares[0] == 0 and shares[255] > 0.98
    assert shares[64] == pytest.approx(64 / 255, abs=0.02) and shares[128] == pytest.approx(
        128 / 255, abs=0.02
    )


def test_thresholds_are_spread_over_a_pixels_samples():
    item = sphere_item("hair", opacity=np.full((4, 4), 128, np.uint8))
    front = replace(item, triangles=item.triangles[item.vertices[item.triangles].mean(1)[:, 2] > 0])
    _, seen, _ = seen_by([front], 128, 2)
    block = (seen[32:96, 32:96] >= 0).reshape(32, 2, 32, 2).sum((1, 3))
    assert float((block == 2).float().mean()) > 0.8  # random thresholds would give 0.375


def test_an_item_before_another_hides_it_whatever_their_order():
    small, large = sphere_item("eye", radius=0.05), sphere_item("skin")
    for items in ([small, large], [large, small]):
        head, seen, _ = seen_by(items)
        eye = next(part for part in head.items if part.item.kind == "eye")
        assert not ((seen >= eye.triangles.start) & (seen < eye.triangles.stop)).any()


def test_the_neck_fades_at_its_lowest_opening_only():
    head = subject([sphere_item()], MapCache("cpu"))
    presence = head.attributes[:, ATTRIBUTES["presence"]][:, 0]
    height = head.positions[:, 1]
    assert presence[height == height.min()].max() == 0
    assert presence[height > -0.05].min() == 1


def test_wrong_items_are_refused_by_name():
    with pytest.raises(UsageError, match="fur"):
        subject([sphere_item("fur")], MapCache("cpu"))
    with pytest.raises(UsageError, match="float32"):
        subject([sphere_item(roughness=np.zeros((4, 4), np.float32))], MapCache("cpu"))
    with pytest.raises(UsageError):
        subject([], MapCache("cpu"))
