"""The comparison of distillation's two forms, on a denoiser whose answer is known."""

from __future__ import annotations

import pytest
import torch
from tools.compare_forms import Way, distilled, row, sampled

from tests.distill.gaussian import GaussianDenoiser

MEAN = 0.4  # of the latents that the denoiser knows; their pictures are (latent + 1) / 2


@pytest.mark.parametrize(
    ("way", "steps"), [(Way("x0", 1.0, "sgd", 0.3), 60), (Way("sds", 1.0, "sgd", 0.3), 200)]
)
def test_both_forms_reach_the_mean(way: Way, steps: int) -> None:
    found = distilled(GaussianDenoiser(), str(MEAN), way, steps)
    assert (found.image - (MEAN + 1) / 2).abs().max() < 0.15
    assert found.deviation < 0.15 and found.beyond == 0 and found.seconds > 0


def test_guidance_drives_beyond_the_picture_and_is_measured() -> None:
    found = distilled(GaussianDenoiser(), str(MEAN), Way("x0", 4.0, "sgd", 0.3), 60)
    assert found.image.mean() > 1 and found.beyond > 0.9  # 4 x the way from the empty prompt's mean, 0


def test_sampling_and_the_table() -> None:
    found = sampled(GaussianDenoiser(), "0.1")
    assert torch.isfinite(found.image).all()
    assert row("sampled", 4.0, [found, found]).startswith(f"| sampled | 4 | {found.deviation:.2f} |")
