import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from dreamhead.errors import UsageError
from dreamhead.render.camera import cameras, to_clip
from dreamhead.render.rasterize import interpolate, rasterize, rasterizer
from dreamhead.render.scene import head_buffers
from tests.render.shapes import sphere, triangle_clip

ONE = torch.tensor([[0, 1, 2]], dtype=torch.int32)
BACKENDS = ("warp", "torch")


@pytest.mark.parametrize("name", BACKENDS)
def test_triangle_covers_the_pixels_whose_centres_it_holds_and_row_0_is_the_top(name):
    clip = triangle_clip([(0.0, 0.0), (4.0, 0.0), (0.0, 4.0)], 8)
    seen = rasterizer(name).rasterize(clip, ONE, (8, 8)).triangle[0]
    expected = torch.full((8, 8), -1, dtype=torch.int32)
    for row in range(4):
        expected[row, : 4 - row] = 0  # the diagonal's own pixel centres lie on the edge and count
    assert torch.equal(seen, expected)


@pytest.mark.parametrize("name", BACKENDS)
def test_nearer_triangle_wins_and_equal_depth_goes_to_the_lower_index(name):
    corners = [(0.0, 0.0), (16.0, 0.0), (0.0, 16.0)]
    far, near = triangle_clip(corners, 8, z=0.5), triangle_clip(corners, 8, z=-0.5)
    faces = torch.tensor([[0, 1, 2], [3, 4, 5], [3, 4, 5]], dtype=torch.int32)
    fragments = rasterizer(name).rasterize(torch.cat((far, near), 1), faces, (8, 8))
    assert (fragments.triangle == 1).all()
    assert torch.allclose(fragments.depth, torch.tensor(-0.5), atol=1e-6)


@pytest.mark.parametrize("name", BACKENDS)
def test_a_triangle_reaching_behind_the_camera_is_dropped(name):
    clip = triangle_clip([(0.0, 0.0), (16.0, 0.0), (0.0, 16.0)], 8)
    clip[0, 1, 3] = -1.0
    assert not rasterizer(name).rasterize(clip, ONE, (8, 8)).mask.any()


@pytest.mark.parametrize("name", BACKENDS)
def test_barycentrics_are_perspective_correct(name):
    # A floor going away: the point half-way along the surface is not half-way in the picture.
    clip = triangle_clip([(0.0, 0.0), (8.0, 0.0), (0.0, 8.0)], 8)
    clip[0, 1] *= 3.0  # three times as far away
    weights = rasterizer(name).rasterize(clip, ONE, (8, 8)).barycentrics[0, 0, 3]
    screen = torch.tensor([1 - 4 / 8, 3.5 / 8, 0.5 / 8])
    expected = screen / torch.tensor([1.0, 3.0, 1.0])
    assert torch.allclose(weights, expected / expected.sum(), atol=1e-5)


def test_sphere_shows_its_disc():
    vertices, part = sphere(48, 96)
    faces = head_buffers([part], ("skin",)).faces
    view = cameras(0.0, target=(0, 0, 0), height=0.4, fov_deg=5.0)
    mask = rasterizer().rasterize(to_clip(vertices, view), faces, (256, 256)).mask
    sine = 0.1 / float(view.distance)
    radius = 256 * (sine / math.sqrt(1 - sine**2)) / math.tan(math.radians(2.5)) / 2
    assert float(mask.sum()) == pytest.approx(math.pi * radius**2, rel=0.01)


def test_a_closed_mesh_has_no_cracks():
    vertices, part = sphere(60, 120)
    faces = head_buffers([part], ("skin",)).faces
    view = cameras([10.0, 50.0, 170.0], [5.0, 60.0, -80.0], target=(0, 0, 0), height=0.1, fov_deg=20.0)
    assert rasterizer().rasterize(to_clip(vertices, view), faces, (200, 200)).mask.all()


@settings(max_examples=12, deadline=None)
@given(st.floats(-180, 180), st.floats(-80, 80), st.floats(0.1, 0.4))
def test_warp_agrees_with_the_torch_reference(azimuth, elevation, height):
    vertices, part = sphere(7, 11)
    faces = head_buffers([part], ("skin",)).faces
    view = cameras([azimuth], [elevation], target=(0.01, 0.02, 0), height=height, fov_deg=30.0)
    clip = to_clip(vertices, view)
    fast, slow = (rasterizer(name).rasterize(clip, faces, (40, 52)) for name in ("warp", "torch"))
    differ = fast.triangle != slow.triangle
    assert int(differ.sum()) <= 2  # pixel centres exactly on an edge
    assert torch.allclose(fast.barycentrics[~differ], slow.barycentrics[~differ], atol=2e-4)
    assert torch.allclose(fast.depth[~differ], slow.depth[~differ], atol=1e-5)


def test_interpolation_gradients_match_finite_differences():
    generator = torch.Generator().manual_seed(0)
    clip = triangle_clip([(1.2, 0.7), (14.3, 3.1), (4.2, 15.0)], 16).double()
    clip = clip * torch.tensor([1.0, 1.7, 0.8], dtype=torch.float64)[None, :, None]
    attributes = torch.rand(3, 2, generator=generator, dtype=torch.float64)
    fragments = rasterizer().rasterize(clip.float(), ONE, (16, 16))
    inside = fragments.barycentrics.amin(-1) > 0.05
    weight = torch.rand(1, 16, 16, 2, generator=generator, dtype=torch.float64) * inside[..., None]

    class Held:  # the same coverage whatever the nudge, in double precision
        name = "held"

        def rasterize(self, clip, faces, size):
            return fragments

    def value(positions, colours):
        seen = rasterize(Held(), positions, ONE, (16, 16))
        return (interpolate(colours, seen, ONE) * weight).sum()

    fragments.__dict__["covered"] = torch.nonzero(fragments.triangle.reshape(-1) >= 0).reshape(-1)
    object.__setattr__(fragments, "barycentrics", fragments.barycentrics.double())
    positions = clip.clone().requires_grad_()
    colours = attributes.clone().requires_grad_()
    assert torch.autograd.gradcheck(value, (positions, colours), eps=1e-6, atol=1e-6)


def test_interpolated_position_is_the_point_on_the_ray():
    vertices, part = sphere()
    faces = head_buffers([part], ("skin",)).faces
    view = cameras([30.0, -20.0], [10.0, 0.0], target=(0, 0, 0), height=0.3)
    clip = to_clip(vertices, view)
    fragments = rasterizer().rasterize(clip, faces, (32, 32))
    points = interpolate(vertices, fragments, faces)
    for image in range(2):
        row, column = torch.nonzero(fragments.mask[image], as_tuple=True)
        projected = to_clip(points[image][row, column], view)[image]
        x = (projected[:, 0] / projected[:, 3] * 0.5 + 0.5) * 32
        y = (0.5 - projected[:, 1] / projected[:, 3] * 0.5) * 32
        assert torch.allclose(x, column + 0.5, atol=1e-3) and torch.allclose(y, row + 0.5, atol=1e-3)


def test_batched_attributes_stay_with_their_view():
    vertices, part = sphere()
    faces = head_buffers([part], ("skin",)).faces
    view = cameras([0.0, 90.0], target=(0, 0, 0), height=0.3)
    fragments = rasterizer().rasterize(to_clip(vertices, view), faces, (16, 16))
    values = torch.stack((torch.zeros(len(vertices), 1), torch.ones(len(vertices), 1)))
    seen = interpolate(values, fragments, faces)
    assert seen[0].abs().max() == 0 and torch.allclose(seen[1][fragments.mask[1]], torch.tensor(1.0))


def test_an_unknown_backend_is_refused_by_name():
    with pytest.raises(UsageError, match="glraster"):
        rasterizer("glraster")
