"""The card that every trained model carries: what it learned from, with which command, and how good it is."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dreamhead.record import write_json


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
