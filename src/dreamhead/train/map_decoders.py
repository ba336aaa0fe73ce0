"""Trains the specular, roughness and normal decoders: copies of the image decoder (DreamFace section 5.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from dreamhead.priors.diffusion import build_autoencoder, fill, load_autoencoder
from dreamhead.priors.maps import load_map_decoder
from dreamhead.priors.store import MAP_NAMES, map_folders
from dreamhead.priors.weights import read_config
from dreamhead.train.autoencoder import image_loss
from dreamhead.train.card import Card, card_of
from dreamhead.train.examples import Pictures, as_tensor, load_maps, psnr
from dreamhead.train.loop import (
    Budget,
    Progress,
    cosine_rate,
    descend,
    placed,
    set_rate,
    train_loop,
)
from dreamhead.train.weights import WEIGHTS_FILE, save_diffusers

THING = "map_decoders"
CROP = 96


def train(
    out: Path,
    data: Path,
    seed: int = 0,
    minutes: float = 10.0,
    steps: int = 6_000,
    device: str = "cpu",
    progress: Progress = lambda done, total, note: None,
    batch: int = 4,
    resume: bool = False,
) -> Card:
    """Write `out`/decoder_NAME for each map; the folder `autoencoder` beside `out` must be trained before.

    resume: go on from the decoders in `out` instead of the autoencoder's own.
    """
    beside = out.parent / "autoencoder"
    maps = load_maps(data, ("albedo", *MAP_NAMES))
    rows = maps["albedo"].rows(False)
    encoder = load_autoencoder(beside, device=device, dtype=torch.float32)
    sources = map_folders(out) if resume else dict.fromkeys(MAP_NAMES, beside)
    decoders = {name: _copy_of_decoder(folder, device) for name, folder in sources.items()}
    parameters = [p for decoder in decoders.values() for p in decoder.parameters()]
    optimizer = torch.optim.AdamW(parameters, betas=(0.9, 0.99), weight_decay=0.0)
    rng = np.random.default_rng(seed)
    chance = torch.Generator().manual_seed(seed)

    def step(index: int, fraction: float) -> float:
        set_rate(optimizer, cosine_rate(6e-4, index, fraction))
        crops = aligned_crops(maps, rows, CROP, batch, rng)
        with torch.no_grad():
            latents = encoder.encode(crops["albedo"].to(device))
            latents = latents + 0.1 * torch.randn(latents.shape, generator=chance).to(latents)
        loss = latents.new_zeros(())
        for name, decoder in decoders.items():
            with torch.autocast(torch.device(device).type, torch.bfloat16):
                guess = decoder(latents / encoder.factor + encoder.shift)
            loss = loss + map_loss(name, guess.float(), crops[name].to(device) * 2 - 1)
        return descend(optimizer, loss, parameters)

    spent = train_loop(Budget(steps, minutes), step, progress)
    save(out, decoders, beside)
    return card_of(
        THING,
        purpose="specular, roughness and normal maps from a texture latent",
        format="diffusers AutoencoderTiny, decoders only",
        data=f"maps of {len(rows)} synthetic heads, {CROP} px crops",
        seed=seed,
        spent=spent,
        modules=decoders.values(),
        out=out,
        quality=measure(out, maps),
        notes="the albedo latent hides much of the relief: read these maps as a smooth base for drawn detail",
        resumed=resume,
    )


def map_loss(name: str, guess: Tensor, truth: Tensor) -> Tensor:
    """How far a decoded map (B, 3, H, W) in -1..1 is from the true one; normals also by angle."""
    loss = image_loss(guess, truth)
    if name == "normal":
        loss = loss + 4 * (1 - functional.cosine_similarity(guess, truth, dim=1)).mean()
    return loss


def aligned_crops(
    maps: dict[str, Pictures], rows: np.ndarray, size: int, count: int, rng: np.random.Generator
) -> dict[str, Tensor]:
    """The same random windows of every map, at multiples of a latent pixel -> name: (count, 3, size, size)."""
    side = maps["albedo"].images.shape[1]
    drawn = rng.choice(rows, count)
    corners = rng.integers(0, (side - size) // 8 + 1, (count, 2)) * 8
    return {
        name: as_tensor(
            np.stack(
                [
                    pictures.images[i, y : y + size, x : x + size]
                    for i, (y, x) in zip(drawn, corners, strict=True)
                ]
            )
        )
        for name, pictures in maps.items()
    }


def save(out: Path, decoders: dict[str, Any], autoencoder: Path) -> None:
    """Write each decoder with the autoencoder's configuration, so that it scales latents alike."""
    config = read_config(autoencoder / "config.json")
    for name, folder in map_folders(out).items():
        tensors = {f"decoder.{key}": value for key, value in decoders[name].state_dict().items()}
        save_diffusers(folder, config, tensors)


def measure(folder: Path, maps: dict[str, Pictures]) -> dict[str, float]:
    """Errors on heads kept out of training: PSNR of the scalar maps, and the normal's angle against flat ones."""
    rows = maps["albedo"].rows(True)[:8]
    encoder = load_autoencoder(folder.parent / "autoencoder", device="cpu", dtype=torch.float32)
    decoder = load_map_decoder(map_folders(folder), revision="", device="cpu")
    with torch.no_grad():
        decoded = decoder.decode_maps(encoder.encode(as_tensor(maps["albedo"].images[rows])))
    quality = {}
    for name in ("specular", "roughness"):
        truth = as_tensor(maps[name].images[rows])[:, :1]
        mean = as_tensor(maps[name].images[maps[name].rows(False)][:64])[:, :1].mean(0, keepdim=True)
        quality[f"psnr_{name}_db"] = round(psnr(decoded[name], truth), 2)
        quality[f"psnr_{name}_of_the_mean_map_db"] = round(psnr(mean.expand_as(truth), truth), 2)
    truth = functional.normalize(as_tensor(maps["normal"].images[rows]) * 2 - 1, dim=1)
    flat = torch.tensor([0.0, 0.0, 1.0]).view(1, 3, 1, 1).expand_as(truth)
    quality["normal_error_deg"] = round(_degrees_between(decoded["normal"], truth), 2)
    quality["normal_error_of_flat_deg"] = round(_degrees_between(flat, truth), 2)
    return quality


def _degrees_between(first: Tensor, second: Tensor) -> float:
    cosine = (first * second).sum(1).clamp(-1, 1)
    return float(torch.rad2deg(torch.acos(cosine)).mean())


def _copy_of_decoder(folder: Path, device: str) -> Any:
    model = build_autoencoder(read_config(folder / "config.json"))
    fill(model, folder / WEIGHTS_FILE, may_lack=("encoder.",))
    return placed(model.decoder, device).train()
