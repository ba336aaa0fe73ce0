"""Writes a tiny data set in the world's own format: smooth random pictures with real captions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from dreamhead.world.attributes import sample
from dreamhead.world.captions import caption


def write_dataset(folder: Path, heads: int = 6, size: int = 128, view_size: int = 64, seed: int = 0) -> None:
    """One shard of `heads` heads with two views each."""
    rng = np.random.default_rng(seed)
    attributes = [sample(rng) for _ in range(heads)]
    records = []
    for item in attributes:
        texts = list(dict.fromkeys(caption(item, rng) for _ in range(3)))
        views = [
            {"caption": texts[0], "clay": clay, "hair": False, "azimuth_deg": 0.0, "elevation_deg": 0.0}
            for clay in (False, True)
        ]
        records.append({"seed": 0, "attributes": item.to_json(), "captions": texts, "views": views})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "shard-0000.json").write_text(json.dumps(records))
    np.savez(
        folder / "shard-0000.npz",
        albedo=np.stack([_picture(rng, size) for _ in range(heads)]),
        normal=np.stack([_picture(rng, size) for _ in range(heads)]),
        specular=np.stack([_picture(rng, size)[..., 0] for _ in range(heads)]),
        roughness=np.stack([_picture(rng, size)[..., 0] for _ in range(heads)]),
        identity=np.zeros((heads, 4), np.float32),
        views=np.stack([_picture(rng, view_size) for _ in range(2 * heads)]),
        view_sample=np.repeat(np.arange(heads), 2).astype(np.int32),
    )


def _picture(rng: np.random.Generator, size: int) -> np.ndarray:
    """A smooth colour picture (size, size, 3)."""
    coarse = rng.uniform(40, 215, (4, 4, 3))
    grid = np.linspace(0, 3, size)
    low = np.clip(grid.astype(int), 0, 2)
    share = (grid - low)[:, None]
    rows = coarse[low] * (1 - share[..., None]) + coarse[low + 1] * share[..., None]
    whole = rows[:, low] * (1 - share[None]) + rows[:, low + 1] * share[None]
    return whole.astype(np.uint8)
