"""The card that every trained model carries: what it learned from, with which command, and how good it is."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dreamhead.record import write_json

if TYPE_CHECKING:
    from torch import nn

    from dreamhead.train.loop import Spent


RESUMED = "went on from the weights of an earlier run"


@dataclass(frozen=True)
class Card:
    """Provenance and measured quality of one model, written as JSON beside the weights.

    seconds is wall-clock training time; quality holds measured numbers by name, on data kept out of training.
    """

    thing: str
    purpose: str
    format: str  # the library and class that read it
    data: str
    seed: int
    command: str
    steps: int
    seconds: float
    stopped_by: (
        str  # "steps", or "minutes" when the time limit came first: then the weights depend on the machine
    )
    parameters: int
    bytes: int
    quality: dict[str, float]
    notes: str
    licence: str = "MIT"
    holder: str = "the dreamhead authors"
    machine: str = field(default_factory=lambda: machine_kind())
    versions: dict[str, str] = field(default_factory=lambda: library_versions())


def card_of(
    thing: str,
    *,
    purpose: str,
    format: str,
    data: str,
    seed: int,
    spent: Spent,
    modules: Iterable[nn.Module],
    out: Path,
    quality: dict[str, float],
    notes: str = "",
    resumed: bool = False,
) -> Card:
    """The card of a training that ended as `spent` says and left `modules` in the folder `out`.

    resumed: it went on from the weights of an earlier run, which the notes then say.
    """
    return Card(
        thing=thing,
        purpose=purpose,
        format=format,
        data=data,
        seed=seed,
        command=f"dreamhead train {thing} --seed {seed}",
        steps=spent.steps,
        seconds=round(spent.seconds, 1),
        stopped_by=spent.stopped_by,
        parameters=sum(p.numel() for module in modules for p in module.parameters()),
        bytes=sum(path.stat().st_size for path in out.rglob("*") if path.is_file()),
        quality=quality,
        notes="; ".join(filter(None, (notes, RESUMED if resumed else ""))),
    )


def write_card(folder: Path, card: Card) -> Path:
    """Write `folder`/THING.json and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{card.thing}.json"
    write_json(path, asdict(card))
    return path


def read_card(path: Path) -> Card:
    """The inverse of write_card."""
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Card(**values)


def machine_kind() -> str:
    """What the model was trained on, in words, without naming the machine."""
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"


def library_versions() -> dict[str, str]:
    """Versions of the libraries that shape the numbers."""
    from importlib.metadata import version

    return {
        name: version(name) for name in ("torch", "diffusers", "transformers", "open_clip_torch", "spandrel")
    }
