"""A toy first stage: numbers from the seed and the prompt."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from dreamhead.head.asset import HeadAsset
from dreamhead.stages.context import Context

VERSION = 3


@dataclass(frozen=True)
class DrawConfig:
    """A knob of every type."""

    count: int = field(default=4, metadata={"range": (1, 64)})
    scale: float = field(default=1.0, metadata={"range": (0.0, 10.0)})
    style: str = field(default="plain", metadata={"choices": ("plain", "wild")})
    mirrored: bool = False
    limits: tuple[float, float] = (0.0, 1.0)
    extra: float | None = None


def run(asset: HeadAsset, config: DrawConfig, context: Context) -> HeadAsset:
    """Adds identity and a wardrobe."""
    key = int.from_bytes(hashlib.sha256(f"{context.prompt}/{context.seed}".encode()).digest()[:8], "little")
    identity = np.random.default_rng(key).normal(size=config.count).astype(np.float32) * config.scale
    context.progress(1, 1, "drawn")
    return asset.changed(identity=identity, wardrobe={"hat": "cap", "sizes": (1, 2)})
