import math

import torch

from dreamhead.render.antialias import antialias, outline
from dreamhead.render.camera import cameras, to_clip
from dreamhead.render.rasterize import rasterizer
from dreamhead.render.scene import head_buffers
from tests.render.shapes import sphere, triangle_clip

QUAD = torch.tensor([[0, 1, 2], [0, 2, 3]], dtype=torch.int32)


def quad_clip(left: float, right: float, top: float, bottom: float, size: int = 16):
    pixels = torch.tensor([(left, top), (right, top), (right, bottom), (left, bottom)])
    x, y = pixels[:, 0] / size * 2 - 1, 1 - pixels[:, 1] / size * 2
    return torch.stack((x, y, torch.zeros_like(x), torch.ones_like(x)), 1)[None]


def drawn(clip, faces=QUAD, size=16):
    fragments = rasterizer().rasterize(clip.detach(), faces, (size, size))
    image = fragments.mask[..., None].to(clip.dtype)
    return antialias(image, fragments, clip, outline(faces))[0, :, :, 0]


def test_coverage_of_a_rectangle_is_exact_wherever_its_sides_lie():
    for shift in torch.linspace(0.03, 0.97, 10).tolist():
        picture = drawn(quad_clip(3.0 + shift, 11.0, 4.0, 12.0 - shift))
        row, column = picture[8], picture[:, 8]
        assert abs(float(row.sum()) - (8.0 - shift)) < 1e-4
        assert abs(float(column.sum()) - (8.0 - shift)) < 1e-4


def test_the_inner_edge_of_a_quad_is_not_an_outline():
    picture = drawn(quad_clip(3.0, 11.0, 4.0, 12.0))
    assert torch.allclose(picture[5:11, 4:10], torch.tensor(1.0))


def test_gradient_to_the_side_is_the_height_of_the_side():
    left = torch.tensor(3.3, requires_grad=True)
    base = quad_clip(0.0, 11.0, 4.0, 12.0)
    move = torch.zeros(1, 4, 4)
    move[0, [0, 3], 0] = 2 / 16
    drawn(base + move * left).sum().backward()
    assert abs(float(left.grad) + 8.0) < 1e-3  # moving the left side right by 1 pixel uncovers 8 pixels


def test_gradient_of_a_slanted_outline_matches_finite_differences():
    target = torch.linspace(0, 1, 32)[:, None] + torch.linspace(0.3, 0, 32)
    face = torch.tensor([[0, 1, 2]], dtype=torch.int32)
    clip = triangle_clip([(4.3, 2.4), (28.1, 10.2), (9.6, 27.7)], 32).double().requires_grad_()

    def loss(positions):
        return (drawn(positions, face, 32) * target).sum()

    (gradient,) = torch.autograd.grad(loss(clip), clip)
    for corner in range(3):
        for axis in range(2):
            step = torch.zeros_like(clip)
            step[0, corner, axis] = 2e-3
            change = (loss(clip.detach() + step) - loss(clip.detach() - step)) / 4e-3
            assert abs(float(change - gradient[0, corner, axis])) < 0.06 * (1 + abs(float(change)))


def test_outline_lists_each_edge_once_with_the_vertices_beside_it():
    edges = outline(QUAD)
    listed = {
        tuple(ends): sorted(sides)
        for ends, sides in zip(edges.ends.tolist(), edges.sides.tolist(), strict=True)
    }
    assert listed == {(0, 1): [-1, 2], (1, 2): [-1, 0], (0, 2): [1, 3], (2, 3): [-1, 0], (0, 3): [-1, 2]}


def test_a_tilted_line_moves_smoothly_and_covers_its_area():
    face = torch.tensor([[0, 1, 2]], dtype=torch.int32)
    for shift in torch.linspace(0, 2, 9).tolist():
        corners = torch.tensor([(3.0 + shift, 2.0), (28.0, 8.0), (6.0, 27.0 - shift)])
        clip = triangle_clip(corners.tolist(), 32)
        a, b = corners[1] - corners[0], corners[2] - corners[0]
        area = abs(float(a[0] * b[1] - a[1] * b[0])) / 2
        assert abs(float(drawn(clip, face, 32).sum()) - area) < 1.0


def test_outlines_are_smooth_when_triangles_are_smaller_than_pixels():
    vertices, part = sphere(60, 120)
    faces = head_buffers([part], ("skin",)).faces
    view = cameras(0.0, target=(0, 0, 0), height=0.4, fov_deg=5.0)
    picture = drawn(to_clip(vertices, view), faces, 32)
    sine = 0.1 / float(view.distance)
    radius = 32 * (sine / math.sqrt(1 - sine**2)) / math.tan(math.radians(2.5)) / 2
    assert int(((picture > 0.02) & (picture < 0.98)).sum()) > 30
    assert abs(float(picture.sum()) - math.pi * radius**2) < 0.01 * math.pi * radius**2


def test_a_fold_of_a_closed_shape_is_antialiased():
    # A tetrahedron's far faces are hidden; its silhouette is made of edges with two triangles.
    points = torch.tensor([[0.0, 0.7, 0], [-0.73, -0.5, 0.1], [0.71, -0.52, 0.1], [0.02, 0.0, -0.5]])
    faces = torch.tensor([[0, 1, 2], [0, 3, 1], [1, 3, 2], [2, 3, 0]], dtype=torch.int32)
    clip = torch.cat((points, torch.ones(4, 1)), 1)[None]
    picture = drawn(clip, faces, 32)
    partial = (picture > 0.02) & (picture < 0.98)
    assert 15 < int(partial.sum()) < 120
    assert abs(float(picture.sum()) - 0.5 * 1.44 * 1.21 * 16 * 16) < 8
