"""What `dreamhead train` can make: the embedded profile's models, in the order in which they need each other."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from dreamhead.errors import DreamheadError, MissingModelError, UsageError
from dreamhead.settings import did_you_mean
from dreamhead.train.card import Card, write_card
from dreamhead.world.dataset import shards

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Thing:
    """A model that can be trained: where it goes in the profile's folder, and what must be there before.

    data: the one of train.data.DATA_SETS that it learns from, "" when it makes its own.
    resumes: whether a training can go on from the weights of an earlier one.
    """

    module: str
    function: str
    folder: str
    needs: tuple[str, ...] = ()
    data: str = "world"
    resumes: bool = False


THINGS: dict[str, Thing] = {
    "text_tower": Thing("text_tower", "train", "text", data=""),
    "autoencoder": Thing("autoencoder", "train", "autoencoder", resumes=True),
    "scorer": Thing("scorer", "train", "scorer", ("text_tower",), "faces"),
    "upscaler": Thing("upscaler", "train", "upscaler", data=""),
    "views": Thing("denoiser", "train_views", "views", ("text_tower", "autoencoder"), resumes=True),
    "texture": Thing("denoiser", "train_texture", "texture", ("text_tower", "autoencoder"), resumes=True),
    "map_decoders": Thing("map_decoders", "train", "maps", ("autoencoder",), resumes=True),
}


def train_thing(
    name: str, profile: Path, data: Path, progress: Progress, *, resume: bool = False, **options: Any
) -> Card:
    """Train one of THINGS into the profile's folder and write its card to `profile`/cards.

    data: the folder of both data sets (see train.data), or one data set itself.
    resume: go on from the weights that are in the profile's folder.
    options: seed, minutes, steps, device; a trainer's own defaults hold where they are not given.
    Raises UsageError for an unknown name, a missing data set or a thing that cannot resume; MissingModelError
    when a model it builds on, or the weights to go on from, are not there.
    """
    thing = check_thing(name, resume)
    for needed in thing.needs:
        folder = profile / THINGS[needed].folder
        if not folder.is_dir():
            raise MissingModelError(f"{name} builds on {folder}", f"run `dreamhead train {needed}` first")
    if resume and not (profile / thing.folder).is_dir():
        raise MissingModelError(
            f"there are no weights of {name} to go on from in {profile / thing.folder}",
            "train it without --resume first",
        )
    given = {key: value for key, value in options.items() if value is not None}
    if resume:
        given["resume"] = True
    train = getattr(import_module(f"dreamhead.train.{thing.module}"), thing.function)
    source = _data_set(thing, data)
    try:
        card: Card = train(profile / thing.folder, source, progress=progress, **given)
    except FloatingPointError as error:
        raise DreamheadError(f"the training of {name} failed: {error}", "try another --seed") from error
    card = replace(card, command=command_line(name, given))
    write_card(profile / "cards", card)
    return card


def check_thing(name: str, resume: bool = False) -> Thing:
    """The thing of that name; UsageError when there is none, or when it cannot go on from earlier weights."""
    if name not in THINGS:
        raise UsageError(f"unknown thing to train {name!r}", did_you_mean(name, list(THINGS)))
    if resume and not THINGS[name].resumes:
        able = ", ".join(key for key, thing in THINGS.items() if thing.resumes)
        raise UsageError(f"{name} cannot go on from earlier weights", f"--resume is for {able}")
    return THINGS[name]


def command_line(name: str, options: dict[str, Any]) -> str:
    """The command that a card names: what was given, in the order of the command line's own options."""
    words = ["dreamhead", "train", name]
    for key in ("seed", "minutes", "steps"):
        if key in options:
            words += [f"--{key}", f"{options[key]:g}" if key == "minutes" else str(options[key])]
    if options.get("device", "cpu") != "cpu":
        words += ["--device", options["device"]]
    return shlex.join([*words, "--resume"] if options.get("resume") else words)


def _data_set(thing: Thing, data: Path) -> Path:
    """The folder that a trainer reads, or keeps what it makes in; UsageError when its data set is not there."""
    source = data / thing.data if thing.data and (data / thing.data).is_dir() else data
    if thing.data and not shards(source):
        raise UsageError(f"there is no data set in {source}", "run `dreamhead train data` first")
    return source
