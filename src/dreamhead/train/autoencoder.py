"""Trains the autoencoder that both denoisers share: 8 times smaller, 4 channels (Rombach et al. 2022)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny
from torch import Tensor
from torch.nn import functional

from dreamhead.priors.diffusion import fill, load_autoencoder
from dreamhead.train.card import Card, card_of
from dreamhead.train.examples import as_tensor, halved, load_maps, load_views, psnr, random_crops, reduced
from dreamhead.train.loop import (
    Budget,
    Progress,
    cosine_rate,
    descend,
    placed,
    seeded,
    set_rate,
    train_loop,
)
from dreamhead.train.weights import WEIGHTS_FILE, save_diffusers, save_half

THING = "autoencoder"
CONFIG: dict[str, Any] = {
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": 4,
    "encoder_block_out_channels": (32, 32, 32, 32),
    "decoder_block_out_channels": (32, 32, 32, 32),
    "num_encoder_blocks": (0, 1, 2, 2),
    "num_decoder_blocks": (
        3,
        2,
        1,
        0,
    ),  # little at full size: 512² then decodes with gradient in 0.2 s on a core
}
CROP = 64


def train(
    out: Path,
    data: Path,
    seed: int = 0,
    minutes: float = 12.0,
    steps: int = 12_000,
    device: str = "cpu",
    progress: Progress = lambda done, total, note: None,
    batch: int = 8,
    resume: bool = False,
    decoder_only: bool = False,
) -> Card:
    """Write a diffusers AutoencoderTiny folder to `out`, learnt on crops of views and of albedo maps.

    resume: go on from the weights in `out`, at half the learning rate (at the full one the latents collapse).
    decoder_only: with resume, leave the encoder alone, and with it all that was trained on its latents.
    """
    sources, kept = _sources(data)
    with seeded(seed):
        model: Any = AutoencoderTiny(**CONFIG)
    if resume:
        fill(model, out / WEIGHTS_FILE)
    placed(model, device)
    model.encoder.requires_grad_(not decoder_only)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, betas=(0.9, 0.99), weight_decay=0.0)
    rng = np.random.default_rng(seed)
    chance = torch.Generator().manual_seed(seed)

    def step(index: int, fraction: float) -> float:
        set_rate(optimizer, cosine_rate(5e-4 if resume else 1e-3, index, fraction, warmup=300))
        share = batch // len(sources)
        images = torch.cat([random_crops(images, rows, CROP, share, rng) for images, rows in sources]) * 2 - 1
        images = recoloured(images, chance).to(device=device, memory_format=torch.channels_last)
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            latents = model.encoder(images)
            shaken = latents + 0.03 * torch.randn(latents.shape, generator=chance).to(latents)
            guess = model.decoder(shaken)
        loss = image_loss(guess.float(), images) + 0.02 * spread_loss(latents.float())
        return descend(optimizer, loss, parameters)

    spent = train_loop(Budget(steps, minutes), step, progress)
    model.eval()
    if decoder_only:
        save_half(model.state_dict(), out / WEIGHTS_FILE)
    else:
        save(out, model, *latent_statistics(model, kept, device))
    return card_of(
        THING,
        purpose="the latent space of both denoisers: f8, 4 channels",
        format="diffusers AutoencoderTiny",
        data=f"{len(sources[0][1])} views and {len(sources[1][1])} albedo maps of the synthetic world, {CROP} px crops",
        seed=seed,
        spent=spent,
        modules=[model],
        out=out,
        quality=measure(out, kept),
        notes="little computation at full size, so texture finer than about 3 pixels is lost",
        resumed=resume,
    )


def image_loss(guess: Tensor, truth: Tensor) -> Tensor:
    """How far two pictures (B, 3, H, W) in -1..1 are apart.

    Differences and their slopes at three sizes, the mean colour of each latent pixel, and the colour
    differences between channels, without which rare colours come out wrong.
    """
    total = guess.new_zeros(())
    small_guess, small_truth = guess, truth
    for _ in range(3):
        error = small_guess - small_truth
        total = total + error.abs().mean() + error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
        small_guess, small_truth = halved(small_guess), halved(small_truth)
    coarse = halved(guess - truth, 3)
    return total + 1.5 * coarse.abs().mean() + 2 * _chroma(halved(guess - truth)) + 2 * _chroma(coarse)


def recoloured(images: Tensor, generator: torch.Generator) -> Tensor:
    """(B, 3, H, W) in -1..1 -> the same, half of them with channels exchanged and saturation changed.

    Skin spans little more than one axis of colour; without this a latent forgets the other, and pink lips
    come back orange.
    """
    out = images.clone()
    for index in range(len(images)):
        if torch.rand((), generator=generator) < 0.5:
            exchanged = images[index, torch.randperm(3, generator=generator)]
            grey = exchanged.mean(0, keepdim=True)
            saturation = 0.4 + 2.2 * torch.rand((), generator=generator)
            out[index] = (grey + saturation * (exchanged - grey)).clamp(-1, 1)
    return out


def spread_loss(latents: Tensor) -> Tensor:
    """Keeps each latent channel near mean 0 and deviation 1."""
    return latents.mean((0, 2, 3)).square().sum() + (latents.std((0, 2, 3)) - 1).square().sum()


def _chroma(error: Tensor) -> Tensor:
    """Mean error of the differences between colour channels."""
    return (error[:, 0] - error[:, 1]).abs().mean() + (error[:, 2] - error[:, 1]).abs().mean()


def latent_statistics(model: Any, pictures: list[Tensor], device: str) -> tuple[float, float]:
    """Mean and deviation over all latent numbers of some pictures in 0..1."""
    with torch.no_grad():
        latents = torch.cat([model.encoder(p.to(device) * 2 - 1).flatten() for p in pictures])
    return float(latents.mean()), float(latents.std())


def save(out: Path, model: Any, mean: float, deviation: float) -> None:
    """Write the folder; shift and scale make latents of unit variance."""
    factors = {"scaling_factor": round(1 / deviation, 5), "shift_factor": round(mean, 5)}
    save_diffusers(out, {"_class_name": "AutoencoderTiny"} | CONFIG | factors, model.state_dict())


def measure(folder: Path, kept: list[Tensor]) -> dict[str, float]:
    """PSNR of pictures kept out of training, with the weights as written."""
    model = load_autoencoder(folder, device="cpu", dtype=torch.float32)
    names = ("views", "albedo_512", "albedo_256")
    with torch.no_grad():
        quality = {}
        for name, pictures in zip(names, kept, strict=True):
            rebuilt = torch.cat([model.decode(model.encode(picture[None])) for picture in pictures])
            quality[f"psnr_{name}_db"] = round(psnr(rebuilt, pictures), 2)
    return quality


def _sources(data: Path) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[Tensor]]:
    """Training pictures with their rows (views, albedo at 512² and 256²), and pictures kept out of training."""
    views = load_views(data)
    maps = load_maps(data)["albedo"]
    size = maps.images.shape[1] // 2
    small = as_tensor(maps.images[maps.rows(True)][:8])
    small = functional.avg_pool2d(small, 2)
    halves = np.stack([reduced(image, size) for image in maps.images])
    sources = [
        (views.images, views.rows(False)),
        (maps.images, maps.rows(False)),
        (halves, maps.rows(False)),
        (views.images, views.rows(False)),
    ]
    kept = [
        as_tensor(views.images[views.rows(True)][:24]),
        as_tensor(maps.images[maps.rows(True)][:8]),
        small,
    ]
    return sources, kept
