"""Where a denoiser wants a latent to go: the score-distillation target in its two forms.

Both forms give a target z* for the loss 0.5 |z - z*|^2, so that one gradient path serves all:

* "sds": z* = z - w(t) (noise_guided - noise), w = 1 - alpha_t (DreamFusion; DreamFace eq. 6, 11, 14);
* "x0":  z* = the guided estimate of the clean latent.  Steadier with small denoisers
  (docs/decisions/0002-x0-distillation.md).
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor

from dreamhead.distill.schedule import noised
from dreamhead.errors import UsageError
from dreamhead.priors.protocols import Denoiser

FORMS = ("sds", "x0")


def guided_noise(
    denoiser: Denoiser, latents: Tensor, t: int, text: Tensor, null: Tensor, guidance: float
) -> Tensor:
    """Classifier-free guidance in one batch: null + guidance (text - null).

    latents (B,C,h,w); text and null (1,L,D) or (B,L,D).
    """
    batch = len(latents)
    steps = torch.full((2 * batch,), t, device=latents.device, dtype=torch.long)
    conditions = torch.cat([null.expand(batch, -1, -1), text.expand(batch, -1, -1)])
    unconditional, conditional = denoiser.predict_noise(latents.repeat(2, 1, 1, 1), steps, conditions).chunk(
        2
    )
    return unconditional + guidance * (conditional - unconditional)


def distillation_target(
    denoiser: Denoiser,
    latents: Tensor,
    noise: Tensor,
    t: int,
    text: Tensor,
    null: Tensor,
    guidance: float,
    form: str,
) -> Tensor:
    """The target (B,C,h,w) for these latents, detached: no gradient passes through the denoiser."""
    if form not in FORMS:
        raise UsageError(f"unknown distillation form {form!r}", f"use one of {', '.join(FORMS)}")
    with torch.no_grad():
        alpha = denoiser.alphas_cumprod[t].to(latents)
        noisy = noised(latents.detach(), noise, alpha)
        predicted = guided_noise(denoiser, noisy, t, text, null, guidance)
        if form == "sds":
            return latents.detach() - (1 - alpha) * (predicted - noise)
        return (noisy - (1 - alpha).sqrt() * predicted) / alpha.sqrt().clamp_min(1e-4)


def pull(latents: Tensor, target: Tensor) -> Tensor:
    """The loss 0.5 |z - z*|^2 summed over a latent, averaged over the batch."""
    return 0.5 * (latents - target).square().sum() / len(latents)


def sample(
    denoiser: Denoiser,
    noise: Tensor,
    text: Tensor,
    null: Tensor,
    guidance: float,
    steps: int,
    start: Tensor | None = None,
    t_start: float = 1.0,
) -> Tensor:
    """Deterministic DDIM sampling (eta 0) from noise (B,C,h,w); from `start` noised to t_start if given."""
    count = len(denoiser.alphas_cumprod)
    grid = torch.linspace(t_start * count, 0, steps + 1).round().long().clamp(0, count - 1).tolist()
    alphas = denoiser.alphas_cumprod.to(noise)
    latents = noise if start is None else noised(start, noise, alphas[grid[0]])
    with torch.no_grad():
        for t, following in itertools.pairwise(grid):
            predicted = guided_noise(denoiser, latents, t, text, null, guidance)
            clean = (latents - (1 - alphas[t]).sqrt() * predicted) / alphas[t].sqrt().clamp_min(1e-2)
            last = following == 0
            latents = clean if last else noised(clean, predicted, alphas[following])
    return latents
