"""A denoiser that is exactly right for Gaussian data: the known answer for distillation tests."""

from __future__ import annotations

import torch
from torch import Tensor


class GaussianDenoiser:
    """Perfect noise prediction for latents ~ N(mean(text), deviation²); text (N, 1, 1) carries the mean."""

    revision = "gaussian"
    latent_channels = 1
    latent_scale = 1
    sample_size = 4

    def __init__(self, deviation: float = 0.1, steps: int = 100) -> None:
        self.deviation = deviation
        betas = torch.linspace(0.00085**0.5, 0.012**0.5, steps, dtype=torch.float64) ** 2 * (1000 / steps)
        self.alphas_cumprod = torch.cumprod(1 - betas.clamp_max(0.99), 0).float()
        self.batches: list[int] = []

    def encode_text(self, prompts: list[str]) -> Tensor:
        return torch.tensor([float(p or 0.0) for p in prompts]).view(-1, 1, 1)

    def encode_image(self, images: Tensor) -> Tensor:
        return images[:, :1] * 2 - 1

    def decode(self, latents: Tensor) -> Tensor:
        return (latents.expand(-1, 3, -1, -1) + 1) / 2

    def predict_noise(self, latents: Tensor, t: Tensor, text: Tensor) -> Tensor:
        self.batches.append(len(latents))
        alpha = self.alphas_cumprod[t].view(-1, 1, 1, 1)
        mean = text.mean(dim=(1, 2)).view(-1, 1, 1, 1)
        variance = alpha * self.deviation**2 + 1 - alpha
        clean = mean + alpha.sqrt() * self.deviation**2 / variance * (latents - alpha.sqrt() * mean)
        return (latents - alpha.sqrt() * clean) / (1 - alpha).sqrt()
