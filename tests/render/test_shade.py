import math

import pytest
import torch

from dreamhead.render.shade import ggx, lambert, linear_to_srgb, perturbed_normals, scattered, srgb_to_linear


def hemisphere(count=400000):
    points = torch.nn.functional.normalize(
        torch.randn(count, 3, generator=torch.Generator().manual_seed(0)), dim=-1
    )
    points[:, 2] = points[:, 2].abs()
    return points


def test_srgb_known_values_and_round_trip():
    assert float(linear_to_srgb(torch.tensor(0.5))) == pytest.approx(0.735357, abs=1e-5)
    assert float(linear_to_srgb(torch.tensor(0.001))) == pytest.approx(0.01292, abs=1e-6)
    values = torch.linspace(0, 1, 101)
    assert torch.allclose(srgb_to_linear(linear_to_srgb(values)), values, atol=1e-5)


def test_srgb_gradient_is_finite_at_black():
    colour = torch.tensor([0.0, -0.1, 1e-8], requires_grad=True)
    linear_to_srgb(colour).sum().backward()
    assert torch.isfinite(colour.grad).all()


def test_a_flat_normal_map_changes_nothing_and_plus_y_tips_to_the_bitangent():
    normal = torch.tensor([[0.0, 0.0, 1.0]])
    tangent = torch.tensor([[1.0, 0.0, 0.0, 1.0]])
    assert torch.allclose(perturbed_normals(normal, tangent, torch.tensor([[0.0, 0.0, 1.0]])), normal)
    tipped = perturbed_normals(normal, tangent, torch.tensor([[0.0, 0.6, 0.8]]))
    assert torch.allclose(tipped, torch.tensor([[0.0, 0.6, 0.8]]), atol=1e-6)
    mirrored = perturbed_normals(
        normal, torch.tensor([[-1.0, 0.0, 0.0, -1.0]]), torch.tensor([[0.6, 0.0, 0.8]])
    )
    assert torch.allclose(mirrored, torch.tensor([[-0.6, 0.0, 0.8]]), atol=1e-6)


def test_scattering_keeps_the_total_and_the_peak_and_reddens_the_terminator():
    cosine = torch.linspace(-1, 1, 200001)
    light = scattered(cosine)
    total = light.mean(0) * 2 * 2 * math.pi
    assert torch.allclose(total, torch.tensor(math.pi), rtol=1e-3)
    assert torch.allclose(light[-1], torch.tensor(1.0), atol=1e-5)
    past = scattered(torch.tensor([-0.05]))[0]
    assert past[0] > past[1] > past[2]


def test_scattering_of_width_0_is_lambert():
    cosine = torch.linspace(-1, 1, 21)
    assert torch.allclose(scattered(cosine, (0.0, 0.0, 0.0))[:, 0], lambert(cosine), atol=1e-5)


@pytest.mark.parametrize(("roughness", "least"), [(0.3, 0.9), (0.6, 0.7), (1.0, 0.3)])
def test_ggx_reflects_no_more_than_it_gets(roughness, least):
    light = hemisphere()
    count = len(light)
    normal = torch.tensor([0.0, 0.0, 1.0]).expand(count, 3)
    view = torch.nn.functional.normalize(torch.tensor([0.5, 0.0, 1.0]), dim=0).expand(count, 3)
    value = ggx(normal, view, light, torch.full((count,), roughness), torch.ones(count))
    reflected = float(value.mean()) * 2 * math.pi / math.pi  # a mirror-white surface: albedo at most 1
    assert least < reflected < 1.02


def test_highlight_is_brightest_at_the_mirror_direction_and_symmetric_in_view_and_light():
    normal = torch.tensor([[0.0, 0.0, 1.0]]).expand(3, 3)
    view = torch.nn.functional.normalize(torch.tensor([[-1.0, 0.0, 2.0]]), dim=-1).expand(3, 3)
    light = torch.nn.functional.normalize(
        torch.tensor([[1.0, 0.0, 2.0], [1.0, 0.3, 2.0], [0.0, 0.0, 1.0]]), dim=-1
    )
    rough, base = torch.full((3,), 0.3), torch.full((3,), 0.04)
    value = ggx(normal, view, light, rough, base)
    assert value[0] > value[1] > value[2]
    back = ggx(normal, light, view, rough, base)
    assert torch.allclose(value / light[:, 2], back / view[:, 2], rtol=1e-4)
