import math

import pytest
import torch

from dreamhead.render.camera import cameras
from dreamhead.render.light import (
    STUDIOS,
    Lights,
    ambient_light,
    harmonics,
    hemisphere_ambient,
    random_lights,
    studio_lights,
)


def sphere_directions(count=20000):
    points = torch.randn(count, 3, generator=torch.Generator().manual_seed(0))
    return torch.nn.functional.normalize(points, dim=-1)


def test_harmonics_are_orthonormal():
    basis = harmonics(sphere_directions())
    product = basis.T @ basis / len(basis) * 4 * math.pi
    assert torch.allclose(product, torch.eye(9), atol=0.06)


def test_ambient_equals_the_integral_over_the_sphere():
    coefficients = torch.randn(9, 3, generator=torch.Generator().manual_seed(1)) * 0.1
    coefficients[0] = 3.0
    directions = sphere_directions(200000)
    radiance = harmonics(directions) @ coefficients
    normal = torch.tensor([0.48, 0.6, 0.64])
    cosine = (directions @ normal).clamp(min=0)
    integral = (radiance * cosine[:, None]).mean(0) * 4 * math.pi / math.pi
    assert torch.allclose(ambient_light(coefficients, normal), integral, rtol=0.02)


def test_a_uniform_sky_lights_every_normal_alike():
    coefficients = hemisphere_ambient(torch.ones(3) * 0.4, torch.ones(3) * 0.4)
    light = ambient_light(coefficients, sphere_directions(50))
    assert torch.allclose(light, torch.tensor(0.4), atol=1e-5)


def test_sky_is_above():
    coefficients = hemisphere_ambient(torch.ones(3) * 0.6, torch.ones(3) * 0.2)
    light = ambient_light(coefficients, torch.tensor([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]))
    assert light[0, 0] > light[1, 0]


def test_lights_turn_with_the_camera():
    axes = cameras(90.0, target=(0, 0, 0), height=0.3).axes
    lights = Lights(torch.tensor([[[0.0, 0.0, 1.0]]]), torch.ones(1, 1, 3), torch.zeros(1, 9, 3)).turned(axes)
    assert torch.allclose(lights.direction[0, 0], torch.tensor([1.0, 0.0, 0.0]), atol=1e-6)


def test_turned_ambient_is_the_same_light_seen_from_the_camera():
    axes = cameras(70.0, 30.0, target=(0, 0, 0), height=0.3).axes
    lights = studio_lights("portrait")
    turned = lights.turned(axes)
    normals = sphere_directions(20)
    seen = ambient_light(lights.ambient[0], normals @ axes[0].T)
    assert torch.allclose(ambient_light(turned.ambient[0], normals), seen, atol=1e-4)


@pytest.mark.parametrize("name", STUDIOS)
def test_studios_have_unit_directions(name):
    lights = studio_lights(name)
    assert torch.allclose(lights.direction.norm(dim=-1), torch.tensor(1.0))


def test_random_lights_shine_on_the_front():
    lights = random_lights(100, torch.Generator().manual_seed(0))
    again = random_lights(100, torch.Generator().manual_seed(0))
    assert torch.equal(lights.direction, again.direction)
    assert (lights.direction[:, 0, 2] >= 0).all()
    assert torch.allclose(lights.direction.norm(dim=-1), torch.tensor(1.0), atol=1e-5)
