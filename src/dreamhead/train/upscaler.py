"""Trains the upscaler: a compact Real-ESRGAN network, 8 times larger (Wang et al. 2021; DreamFace section 5.3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact
from torch import Tensor, nn
from torch.nn import functional

from dreamhead.head.load import load_head
from dreamhead.priors.upscaler import load_upscaler
from dreamhead.record import atomic_file
from dreamhead.train.card import Card, card_of
from dreamhead.train.examples import as_tensor, psnr, random_crops
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
from dreamhead.train.weights import save_half
from dreamhead.world.attributes import sample
from dreamhead.world.dataset import encoded_maps
from dreamhead.world.ground import skin_surface
from dreamhead.world.skin import generate

THING = "upscaler"
SCALE = 8
FEATURES = 32
CONVOLUTIONS = 8
CROP = 128
EDGE = 32
FINE_SIZE = 2048
FINE_HEADS = 6
FILE_NAME = "upscaler.safetensors"


def train(
    out: Path,
    data: Path,
    seed: int = 0,
    minutes: float = 4.0,
    steps: int = 8_000,
    device: str = "cpu",
    progress: Progress = lambda done, total, note: None,
    batch: int = 8,
    fine_size: int = FINE_SIZE,
    fine_heads: int = FINE_HEADS,
) -> Card:
    """Write `out`/upscaler.safetensors, learnt on fine maps that are made here and kept in `data`."""
    images = fine_maps(data, seed, fine_size, fine_heads, progress)
    rows = np.arange(len(images) - 4)  # the last head's four maps are kept out
    with seeded(seed):
        model: Any = SRVGGNetCompact(num_feat=FEATURES, num_conv=CONVOLUTIONS, upscale=SCALE)
    start_linear(model, images, rows, np.random.default_rng(seed))
    placed(model, device)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, weight_decay=0.0)
    rng = np.random.default_rng(seed)

    def step(index: int, fraction: float) -> float:
        set_rate(optimizer, cosine_rate(5e-4, index, fraction, warmup=200))
        fine = random_crops(images, rows, CROP + 2 * EDGE, batch, rng).to(device)
        coarse = shrunk(fine)
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            guess = model(coarse)
        inner = slice(EDGE, -EDGE)  # the rim was made from the network's own zeros
        error = (guess.float() - fine)[..., inner, inner].square() + 1e-6
        return descend(optimizer, error.sqrt().mean() + 10 * error.mean(), parameters)

    spent = train_loop(Budget(steps, minutes), step, progress)
    save(out, model)
    return card_of(
        THING,
        purpose=f"enlarges the maps {SCALE} times, 512² to 4096²",
        format="spandrel: Real-ESRGAN compact network",
        data=f"four maps each of {fine_heads - 1} synthetic heads at {fine_size}²",
        seed=seed,
        spent=spent,
        modules=[model],
        out=out,
        quality=measure(out / FILE_NAME, images[-4:]),
        notes="trained on mean error: it sharpens edges and invents no pores, which are drawn afterwards",
    )


@torch.no_grad()
def start_linear(
    model: Any, images: NDArray[np.uint8], rows: NDArray[np.int64], rng: np.random.Generator
) -> None:
    """Make the untrained network the best linear filter of 5x5 coarse pixels, so that it begins above bicubic.

    The first convolution lays the 3x3 neighbours of each colour out in 27 channels, the middle ones hand them
    on, the last weighs them; weights by least squares.
    """
    fine = random_crops(images, rows, CROP, 160, rng)
    coarse = shrunk(fine)
    patches = functional.unfold(functional.pad(coarse, (2, 2, 2, 2), mode="replicate"), 5)  # (B, 75, L)
    residual = fine - functional.interpolate(coarse, scale_factor=SCALE, mode="nearest")
    goals = functional.pixel_unshuffle(residual, SCALE).flatten(2)  # (B, 3 * SCALE², L)
    inputs = patches.transpose(1, 2).reshape(-1, 75).double()
    outputs = goals.transpose(1, 2).reshape(len(inputs), -1).double()
    weights = torch.linalg.solve(
        inputs.T @ inputs + 1e-3 * torch.eye(75).double(), inputs.T @ outputs
    ).float()

    for layer in model.body:
        if isinstance(layer, nn.PReLU):
            layer.weight[:27] = 1  # linear
        elif isinstance(layer, nn.Conv2d):
            assert layer.bias is not None
            layer.bias.zero_()
            layer.weight[:27] = 0
            if layer is not model.body[0] and layer is not model.body[-1]:
                layer.weight[range(27), range(27), 1, 1] = 1
    first, last = model.body[0].weight, model.body[-1].weight
    last.zero_()
    for colour in range(3):
        for place in range(9):
            first[9 * colour + place, colour, place // 3, place % 3] = 1
        for offset in range(
            25
        ):  # an offset in 5x5 is a neighbour of the first kernel seen from a tap of the last
            down, right = offset // 5 - 2, offset % 5 - 2
            near_down, near_right = max(-1, min(1, down)), max(-1, min(1, right))
            channel = 9 * colour + 3 * (near_down + 1) + near_right + 1
            last[:, channel, down - near_down + 1, right - near_right + 1] = weights[25 * colour + offset]


def fine_maps(data: Path, seed: int, size: int, heads: int, progress: Progress) -> NDArray[np.uint8]:
    """(4 * heads, size, size, 3) bytes: albedo, normal, specular and roughness of each head; cached in `data`."""
    path = data / f"fine-{size}-{heads}-{seed}.npy"
    if path.exists():
        return np.load(path, mmap_mode="r", allow_pickle=False)
    surface = skin_surface(load_head("builtin"), size)
    pictures = []
    for index in range(heads):
        progress(index, heads, f"making fine maps at {size}²")
        attributes = sample(np.random.default_rng([seed, 1 << 20, index]))
        maps = encoded_maps(generate(surface, attributes, seed + index))
        pictures += [maps["albedo"], maps["normal"]]
        pictures += [np.repeat(maps[name][..., None], 3, axis=2) for name in ("specular", "roughness")]
    data.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as stream:
        np.save(stream, np.stack(pictures), allow_pickle=False)
    return np.load(path, mmap_mode="r", allow_pickle=False)


def shrunk(images: Tensor) -> Tensor:
    """(B, 3, H, W) -> (B, 3, H / SCALE, W / SCALE), bicubic and antialiased."""
    return functional.interpolate(images, scale_factor=1 / SCALE, mode="bicubic", antialias=True)


def save(out: Path, model: nn.Module) -> None:
    """Write the file that spandrel reads."""
    save_half(model.state_dict(), out / FILE_NAME)


def measure(path: Path, images: NDArray[np.uint8]) -> dict[str, float]:
    """PSNR of enlarged maps of a head kept out of training, beside bicubic enlargement."""
    network = load_upscaler(path, revision="", device="cpu")
    side = min(512, images.shape[1])
    start = (images.shape[1] - side) // 2
    fine = as_tensor(np.array(images[:, start : start + side, start : start + side]))
    coarse = shrunk(fine)
    bicubic = functional.interpolate(coarse, scale_factor=SCALE, mode="bicubic")
    return {
        "psnr_db": round(psnr(network.upscale(coarse), fine), 2),
        "psnr_bicubic_db": round(psnr(bicubic, fine), 2),
    }
