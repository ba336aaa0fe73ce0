"""The synthetic data set in memory, in the shapes that the trainers want, with some heads kept out of training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from dreamhead.errors import UsageError
from dreamhead.record import atomic_file
from dreamhead.world.dataset import read_shard, shards

Bytes = NDArray[np.uint8]
HELD_OUT = 20  # one head in this many is kept out of training


@dataclass(frozen=True)
class Pictures:
    """Pictures with their captions; `held_out` marks those of heads kept out of training.

    images (N, H, W, C) uint8; captions: several for each picture.
    """

    images: Bytes
    captions: tuple[tuple[str, ...], ...]
    held_out: NDArray[np.bool_]

    def rows(self, held_out: bool) -> NDArray[np.int64]:
        """Indices of the training or of the kept-out pictures."""
        return np.flatnonzero(self.held_out == held_out)


def load_maps(data: Path, names: tuple[str, ...] = ("albedo",), size: int = 512) -> dict[str, Pictures]:
    """Maps by name (albedo, specular, roughness, normal), reduced to `size`, with the captions of their head."""
    captions: list[tuple[str, ...]] = []
    images: dict[str, list[Bytes]] = {name: [] for name in names}
    for sample in _samples(data):
        captions.append(sample.captions)
        for name in names:
            images[name].append(reduced(getattr(sample, name), size))
    kept = _kept_out(len(captions))
    return {name: Pictures(np.stack(values), tuple(captions), kept) for name, values in images.items()}


def load_views(data: Path, size: int = 256, clay: bool = True) -> Pictures:
    """Rendered views with their own captions; those of the head as a whole are added unless it is a clay view."""
    images: list[Bytes] = []
    captions: list[tuple[str, ...]] = []
    heads: list[int] = []
    for head, sample in enumerate(_samples(data)):
        for view in sample.views:
            if view.clay and not clay:
                continue
            images.append(reduced(view.image, size))
            captions.append((view.caption,) if view.clay else (view.caption, *sample.captions))
            heads.append(head)
    if not images:
        raise UsageError(f"the data set in {data} has no views", "build it with views")
    kept = _kept_out(max(heads) + 1)[np.array(heads)]
    return Pictures(np.stack(images), tuple(captions), kept)


def reduced(image: Bytes, size: int) -> Bytes:
    """(S, S) or (S, S, C) -> the same at `size`, by averaging whole blocks."""
    factor = image.shape[0] // size
    if factor <= 1:
        return image
    blocks = image.reshape(size, factor, size, factor, *image.shape[2:]).astype(np.float32)
    return (blocks.mean((1, 3)) + 0.5).astype(np.uint8)


def as_tensor(images: Bytes) -> Tensor:
    """(N, H, W, C) or (N, H, W) bytes -> (N, C, H, W) float32 in 0..1; a single channel is repeated to three."""
    tensor = torch.from_numpy(np.ascontiguousarray(images)).float() / 255
    if tensor.ndim == 3:
        return tensor[:, None].expand(-1, 3, -1, -1)
    return tensor.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def random_crops(
    images: Bytes, rows: NDArray[np.int64], size: int, count: int, rng: np.random.Generator
) -> Tensor:
    """`count` crops of `size` pixels from random pictures -> (count, C, size, size) in 0..1."""
    drawn = rng.choice(rows, count)
    tops = rng.integers(0, images.shape[1] - size + 1, count)
    lefts = rng.integers(0, images.shape[2] - size + 1, count)
    return as_tensor(
        np.stack([images[i, y : y + size, x : x + size] for i, y, x in zip(drawn, tops, lefts, strict=True)])
    )


def psnr(guess: Tensor, truth: Tensor) -> float:
    """Peak signal-to-noise ratio in dB of images (B, C, H, W) in 0..1, averaged over the batch."""
    error = (guess.clamp(0, 1) - truth).square().flatten(1).mean(1).clamp_min(1e-10)
    return float((-10 * error.log10()).mean())


def contact_sheet(images: Tensor, columns: int, path: Path) -> None:
    """Save (B, 3, H, W) in 0..1 as one picture, `columns` in a row."""
    from PIL import Image

    missing = -len(images) % columns
    padded = torch.cat([images, images.new_zeros(missing, *images.shape[1:])]) if missing else images
    rows = padded.unflatten(0, (-1, columns)).permute(0, 3, 1, 4, 2).flatten(0, 1).flatten(1, 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as stream:
        Image.fromarray((rows.clamp(0, 1) * 255 + 0.5).byte().numpy()).save(stream, "PNG")


def halved(images: Tensor, times: int = 1) -> Tensor:
    """Reduce (B, C, H, W) by averaging 2x2 blocks, `times` over."""
    for _ in range(times):
        images = functional.avg_pool2d(images, 2)
    return images


def _samples(data: Path) -> Iterator[Any]:
    paths = shards(data)
    if not paths:
        raise UsageError(
            f"there is no data set in {data}", "build the data sets first: `dreamhead train data`"
        )
    for path in paths:
        yield from read_shard(path)


def _kept_out(count: int) -> NDArray[np.bool_]:
    """Every HELD_OUT-th head, and at least one."""
    kept = np.arange(count) % HELD_OUT == HELD_OUT - 1
    if not kept.any():
        kept[-1:] = True
    return kept
