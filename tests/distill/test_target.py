import pytest
import torch

from dreamhead.distill.target import distillation_target, guided_noise, pull, sample
from dreamhead.errors import UsageError
from tests.distill.gaussian import GaussianDenoiser

SHAPE = (2, 1, 4, 4)


def conditions(denoiser: GaussianDenoiser, mean: str) -> tuple[torch.Tensor, torch.Tensor]:
    text, null = denoiser.encode_text([mean, ""])
    return text[None], null[None]


def test_guidance_is_one_batch() -> None:
    denoiser = GaussianDenoiser()
    text, null = conditions(denoiser, "2")
    guided_noise(denoiser, torch.zeros(SHAPE), 50, text, null, 4.0)
    assert denoiser.batches == [4]


def test_guidance_extrapolates_linearly() -> None:
    denoiser = GaussianDenoiser()
    text, null = conditions(denoiser, "2")
    at = [guided_noise(denoiser, torch.ones(SHAPE), 50, text, null, g) for g in (0.0, 1.0, 3.0)]
    torch.testing.assert_close(at[2], at[0] + 3 * (at[1] - at[0]))


@pytest.mark.parametrize("form", ["sds", "x0"])
def test_descent_reaches_the_mean(form: str) -> None:
    denoiser = GaussianDenoiser()
    text, null = conditions(denoiser, "1.5")
    generator = torch.Generator().manual_seed(0)
    latents = torch.zeros(SHAPE)
    for index in range(200):
        noise = torch.randn(SHAPE, generator=generator)
        t = 90 - index * 85 // 200
        target = distillation_target(denoiser, latents, noise, t, text, null, 1.0, form)
        latents = latents + 0.3 * (target - latents)
    assert (latents - 1.5).abs().max() < 0.3


def test_sds_target_vanishes_at_the_mean_for_exact_noise() -> None:
    denoiser = GaussianDenoiser(deviation=1e-4)
    text, null = conditions(denoiser, "0.7")
    latents = torch.full(SHAPE, 0.7)
    noise = torch.randn(SHAPE, generator=torch.Generator().manual_seed(1))
    target = distillation_target(denoiser, latents, noise, 60, text, null, 1.0, "sds")
    torch.testing.assert_close(target, latents, atol=1e-4, rtol=0)


def test_no_gradient_through_the_denoiser() -> None:
    denoiser = GaussianDenoiser()
    text, null = conditions(denoiser, "1")
    latents = torch.zeros(SHAPE, requires_grad=True)
    noise = torch.zeros(SHAPE)
    target = distillation_target(denoiser, latents, noise, 50, text, null, 4.0, "x0")
    assert not target.requires_grad
    pull(latents, target).backward()
    torch.testing.assert_close(latents.grad, (latents.detach() - target) / len(latents))


def test_sampling_reaches_the_distribution() -> None:
    denoiser = GaussianDenoiser(deviation=0.5, steps=1000)
    text, null = conditions(denoiser, "-1")
    noise = torch.randn((64, 1, 4, 4), generator=torch.Generator().manual_seed(2))
    latents = sample(denoiser, noise, text, null, 1.0, 50)
    assert abs(latents.mean().item() + 1) < 0.06
    assert abs(latents.std().item() - 0.5) < 0.05


def test_unknown_form_is_named() -> None:
    denoiser = GaussianDenoiser()
    text, null = conditions(denoiser, "1")
    with pytest.raises(UsageError, match="'nfsd'"):
        distillation_target(denoiser, torch.zeros(SHAPE), torch.zeros(SHAPE), 5, text, null, 1.0, "nfsd")
