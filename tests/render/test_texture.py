import torch

from dreamhead.render.texture import pyramid, reduced, sample


def test_uv_origin_is_the_top_left_and_texel_centres_return_texels():
    texture = torch.arange(12.0).reshape(1, 3, 4)
    uv = torch.tensor([[0.125, 1 / 6], [0.875, 1 / 6], [0.125, 5 / 6], [0.375, 0.5]])
    assert torch.allclose(sample(texture, uv)[:, 0], torch.tensor([0.0, 3.0, 8.0, 5.0]), atol=1e-5)


def test_half_way_between_texels_is_their_mean_and_edges_clamp():
    texture = torch.tensor([[[0.0, 1.0]]])
    values = sample(texture, torch.tensor([[0.5, 0.5], [-2.0, 0.5], [3.0, 0.5]]))[:, 0]
    assert torch.allclose(values, torch.tensor([0.5, 0.0, 1.0]), atol=1e-6)


def test_gradients_match_finite_differences():
    generator = torch.Generator().manual_seed(0)
    texture = torch.rand(2, 5, 5, generator=generator, dtype=torch.float64, requires_grad=True)
    uv = (torch.rand(6, 2, generator=generator, dtype=torch.float64) * 0.6 + 0.2).requires_grad_()
    assert torch.autograd.gradcheck(sample, (texture, uv), eps=1e-7, atol=1e-5)


def test_a_fine_checker_is_grey_at_a_coarse_level():
    checker = ((torch.arange(64)[:, None] + torch.arange(64)) % 2).float()[None]
    assert torch.allclose(pyramid(checker)[2], torch.tensor(0.5))


def test_reduced_keeps_the_mean():
    texture = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))
    small = reduced(texture, 16)
    assert small.shape == (3, 16, 16) and torch.allclose(small.mean(), texture.mean(), atol=1e-5)
