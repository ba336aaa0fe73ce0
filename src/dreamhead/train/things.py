"""What `dreamhead train` can make: the embedded profile's models, in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from dreamhead.errors import MissingModelError, UsageError
from dreamhead.train.card import Card, write_card

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Thing:
    """A model that can be trained: where it goes in the profile's folder, and what must be there before."""

    module: str
    function: str
    folder: str
    needs: tuple[str, ...] = ()
    data: str = "world"  # one of train.data.DATA_SETS


THINGS: dict[str, Thing] = {
    "text_tower": Thing("text_tower", "train", "text"),
    "autoencoder": Thing("autoencoder", "train", "autoencoder"),
    "scorer": Thing("scorer", "train", "scorer", ("text_tower",), "faces"),
    "upscaler": Thing("upscaler", "train", "upscaler"),
    "views": Thing("denoiser", "train_views", "views", ("text_tower", "autoencoder")),
    "texture": Thing("denoiser", "train_texture", "texture", ("text_tower", "autoencoder")),
    "map_decoders": Thing("map_decoders", "train", "maps", ("autoencoder",)),
}


def train_thing(name: str, profile: Path, data: Path, progress: Progress, **options: Any) -> Card:
    """Train one of THINGS into the profile's folder and write its card to `profile`/cards.

    data: the folder of both data sets (see train.data), or one data set itself.
    options: seed, minutes, steps, device; a trainer's own defaults hold where they are not given.
    Raises UsageError for an unknown name, MissingModelError when a model it builds on is not there.
    """
    if name not in THINGS:
        raise UsageError(f"unknown thing to train {name!r}", f"use one of {', '.join(THINGS)}")
    thing = THINGS[name]
    for needed in thing.needs:
        folder = profile / THINGS[needed].folder
        if not folder.is_dir():
            raise MissingModelError(f"{name} builds on {folder}", f"run `dreamhead train {needed}` first")
    train = getattr(import_module(f"dreamhead.train.{thing.module}"), thing.function)
    given = {key: value for key, value in options.items() if value is not None}
    source = data / thing.data if (data / thing.data).is_dir() else data
    card: Card = train(profile / thing.folder, source, progress=progress, **given)
    write_card(profile / "cards", card)
    return card
