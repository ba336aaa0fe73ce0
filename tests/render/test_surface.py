import torch

from dreamhead.render.scene import head_buffers
from dreamhead.render.surface import uv_tangents, vertex_normals
from tests.render.shapes import sphere


def test_normals_of_a_sphere_point_outwards():
    vertices, part = sphere(32, 64)
    normals = vertex_normals(vertices, head_buffers([part], ("skin",)).faces)
    outward = torch.nn.functional.normalize(vertices, dim=-1)
    inner = outward[:, 1].abs() < 0.95  # the poles are open
    assert ((normals * outward).sum(-1)[inner] > 0.999).all()


def test_normals_carry_gradients_that_match_finite_differences():
    vertices, part = sphere(3, 4)
    faces = head_buffers([part], ("skin",)).faces
    weight = torch.rand(len(vertices), 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    points = (vertices.double() * 10).requires_grad_()
    assert torch.autograd.gradcheck(lambda p: (vertex_normals(p, faces) * weight).sum(), (points,))


def test_tangents_follow_u_and_the_bitangent_points_to_the_top_of_the_image():
    vertices, part = sphere(16, 32)
    buffers = head_buffers([part], ("skin",))
    tangents = uv_tangents(vertices, buffers.faces, buffers.uv, buffers.uv_faces)
    middle = (buffers.uv - torch.tensor([0.5, 0.5])).norm(dim=1).argmin()  # the point facing +Z
    assert torch.allclose(tangents[middle, :3], torch.tensor([1.0, 0.0, 0.0]), atol=0.05)
    upward = torch.linalg.cross(torch.tensor([0.0, 0.0, 1.0]), tangents[middle, :3]) * tangents[middle, 3]
    assert upward[1] > 0.99


def test_a_mirrored_chart_flips_the_sign():
    vertices, part = sphere(16, 32)
    buffers = head_buffers([part], ("skin",))
    mirrored = buffers.uv * torch.tensor([-1.0, 1.0]) + torch.tensor([1.0, 0.0])
    tangents = uv_tangents(vertices, buffers.faces, mirrored, buffers.uv_faces)
    assert (tangents[:, 3] == -1).all()
