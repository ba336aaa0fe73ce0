"""The two synthetic data sets that the embedded models learn from, built once and read by every trainer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dreamhead.errors import UsageError
from dreamhead.head.load import load_head
from dreamhead.settings import did_you_mean
from dreamhead.train.views import ViewRenderer
from dreamhead.world.dataset import build_dataset

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class DataSet:
    """How many heads, at which sizes, from which seed."""

    heads: int
    size: int  # texels a side of the maps
    view_size: int
    seed: int


# `world` has fine maps; `faces` has many more heads, small ones, for the scorer, which sees 64 pixels.
DATA_SETS = {"world": DataSet(900, 512, 256, 1), "faces": DataSet(3000, 128, 128, 11)}


def build_data(name: str, root: Path, progress: Progress, heads: int | None = None) -> Path:
    """Build `root`/NAME, or go on with it, and return that folder.  heads: another number of them."""
    if name not in DATA_SETS:
        raise UsageError(f"unknown data set {name!r}", did_you_mean(name, list(DATA_SETS)))
    wanted = DATA_SETS[name]
    head = load_head("builtin")
    renderer = ViewRenderer(head, 2, wanted.view_size)
    build_dataset(
        root / name,
        head,
        heads or wanted.heads,
        wanted.seed,
        wanted.size,
        renderer,
        wanted.view_size,
        progress=progress,
    )
    return root / name
