import numpy as np
import pytest
import torch

from dreamhead.errors import UsageError
from dreamhead.head.model import Part
from dreamhead.render.camera import cameras
from dreamhead.render.light import Lights
from dreamhead.render.rasterize import rasterizer
from dreamhead.render.scene import Maps, head_buffers, render_head
from tests.render.shapes import sphere


def one_light(direction, ambient=0.0):
    coefficients = torch.zeros(1, 9, 3)
    coefficients[0, 0] = ambient / 0.282095
    return Lights(torch.tensor([[direction]]), torch.ones(1, 1, 3), coefficients)


def test_unlit_picture_is_the_texture_where_the_head_is_and_the_background_elsewhere():
    vertices, part = sphere()
    view = cameras([0.0, 40.0], target=(0, 0, 0), height=0.3)
    latent = torch.tensor([1.0, -2.0, 3.0, 0.5])[:, None, None].expand(4, 8, 8)
    background = torch.tensor([0.1, 0.2, 0.3, 0.4])
    got = render_head(
        rasterizer(),
        head_buffers([part], ("skin",)),
        vertices,
        view,
        32,
        {"skin": Maps(latent)},
        background=background,
    )
    assert got.image.shape == (2, 4, 32, 32) and got.mask.shape == (2, 1, 32, 32)
    assert torch.allclose(got.image[0, :, 16, 16], latent[:, 0, 0], atol=1e-5)
    assert torch.allclose(got.image[0, :, 0, 0], background)
    edge = (got.mask > 0.05) & (got.mask < 0.95)
    mixed = got.mask * latent[None, :, :1, :1] + (1 - got.mask) * background[:, None, None]
    assert edge.sum() > 20 and torch.allclose(got.image, mixed, atol=1e-4)


def test_face_on_light_returns_the_albedo():
    vertices, part = sphere(32, 64)
    view = cameras(0.0, target=(0, 0, 0), height=0.3, fov_deg=5.0)
    maps = {"skin": Maps(torch.tensor([0.5, 0.3, 0.2]), specular=torch.zeros(1))}
    got = render_head(
        rasterizer(), head_buffers([part], ("skin",)), vertices, view, 33, maps, one_light([0.0, 0.0, 1.0])
    )
    assert torch.allclose(got.image[0, :, 16, 16], torch.tensor([0.5, 0.3, 0.2]), atol=5e-3)


def test_a_bump_lit_from_above_is_bright_above_and_dark_below():
    vertices, part = sphere(32, 64)
    size = 256
    y, x = np.mgrid[0:size, 0:size] / size - 0.5
    height = 0.004 * np.exp(-(x**2 * 4 + y**2) / (2 * 0.03**2))
    down, right = np.gradient(height, 1 / size)
    normal = np.stack([-right * 10, down * 10, np.ones_like(height)]).astype(
        np.float32
    )  # +Y is up: -dh/d(up)
    maps = {"skin": Maps(torch.ones(3) * 0.5, normal=torch.from_numpy(normal), specular=torch.zeros(1))}
    view = cameras(0.0, target=(0, 0, 0), height=0.25)
    up = torch.nn.functional.normalize(torch.tensor([0.0, 1.0, 1.0]), dim=0).tolist()
    got = render_head(
        rasterizer(), head_buffers([part], ("skin",)), vertices, view, 65, maps, one_light(up)
    ).image[0, 0]
    flat = render_head(
        rasterizer(),
        head_buffers([part], ("skin",)),
        vertices,
        view,
        65,
        {"skin": Maps(torch.ones(3) * 0.5, specular=torch.zeros(1))},
        one_light(up),
    ).image[0, 0]
    change = got - flat
    assert change[28:32, 32].mean() > 0.02 and change[33:37, 32].mean() < -0.02
    assert change[28:32, 32].argmax() >= 0 and abs(float(change[32, 32])) < 0.02


def test_each_material_has_its_own_texture():
    vertices, part = sphere(8, 16)
    eye = Part("eye_left", "eye", part.faces, part.uv, part.uv_faces)
    both = torch.cat((vertices, vertices * 0.3 + torch.tensor([0.0, 0.0, 0.09])))
    eye = Part("eye_left", "eye", part.faces + len(vertices), part.uv, part.uv_faces)
    buffers = head_buffers([part, eye], ("skin", "eye_left"))
    view = cameras(0.0, target=(0, 0, 0), height=0.3)
    maps = {"skin": Maps(torch.tensor([1.0, 0.0])), "eye": Maps(torch.tensor([[[0.0]], [[1.0]]]))}
    image = render_head(rasterizer(), buffers, both, view, 64, maps).image[0]
    assert image[:, 32, 32].tolist() == [0.0, 1.0]
    assert image[:, 32, 16].tolist() == [1.0, 0.0]


def test_gradients_reach_vertices_and_texture_and_agree_with_finite_differences():
    vertices, part = sphere(12, 24)
    buffers = head_buffers([part], ("skin",))
    view = cameras(20.0, 10.0, target=(0, 0, 0), height=0.3)
    texture = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0), requires_grad=True)
    grow = torch.tensor(1.0, requires_grad=True)
    y = torch.linspace(0, 1, 96)[:, None].expand(96, 96)

    def loss(scale, colours):
        maps = {"skin": Maps(colours, scatter=True)}
        got = render_head(
            rasterizer(), buffers, vertices * scale, view, 96, maps, one_light([0.0, 0.6, 0.8], 0.2)
        )
        return (got.image * y).sum() + got.mask.sum()

    value = loss(grow, texture)
    by_scale, by_texture = torch.autograd.grad(value, (grow, texture))
    nudge = (loss(torch.tensor(1.002), texture) - loss(torch.tensor(0.998), texture)) / 0.004
    assert float(by_scale.detach()) == pytest.approx(float(nudge.detach()), rel=0.05)
    direction = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        change = (loss(grow, texture + 0.01 * direction) - loss(grow, texture - 0.01 * direction)) / 0.02
    assert float((by_texture * direction).sum()) == pytest.approx(float(change), rel=2e-3)


def test_triangles_repeat_their_last_index_and_are_not_doubled():
    faces = np.array([[0, 1, 2, 2], [0, 1, 2, 3]], dtype=np.int32)
    part = Part("skin", "skin", faces, np.zeros((4, 2), np.float32), faces)
    assert head_buffers([part], ("skin",)).faces.tolist() == [[0, 1, 2], [0, 1, 2], [0, 2, 3]]


def test_a_missing_part_is_named():
    _, part = sphere(4, 8)
    with pytest.raises(UsageError, match="eye_left"):
        head_buffers([part])
