"""What `dreamhead train` does: the training set, then the models that build on it and on each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dreamhead import memory, models
from dreamhead.errors import UsageError
from dreamhead.job import default_threads
from dreamhead.settings import did_you_mean

DATA, ALL = "data", "all"
Tell = Callable[..., None]


@dataclass(frozen=True)
class Options:
    """Where from, where to, and for how long; None leaves a choice to the place or trainer it concerns."""

    out: Path | None
    data: Path | None
    count: int
    seed: int
    minutes: float | None
    steps: int | None
    device: str


def run(thing: str, options: Options, tell: Tell) -> None:
    """Make the training set ("data"), one of THINGS, or "all" of it in order.  UsageError for another name."""
    from dreamhead.priors.store import assets_folder, cache_folder
    from dreamhead.train.things import THINGS

    names = [DATA, *THINGS]
    if thing not in (*names, ALL):
        raise UsageError(f"unknown thing to train {thing!r}", did_you_mean(thing, [*names, ALL]))
    models.make_repeatable(default_threads())
    data = options.data or cache_folder() / "world"
    out = options.out or assets_folder() / "priors" / "embedded"
    chosen = names if thing == ALL else [thing]
    for index, name in enumerate(chosen, 1):
        tell("stage_started", stage=name, index=index, count=len(chosen), reasons=[])
        memory.forget_peak()
        started = time.monotonic()
        _make(name, options, data, out, _reporter(tell, name))
        tell(
            "stage_finished",
            stage=name,
            seconds=round(time.monotonic() - started, 1),
            peak_mb=memory.peak_mb(),
        )
    tell("rows", rows=[{"what": name, "where": str(data if name == DATA else out)} for name in chosen])


def _make(
    name: str, options: Options, data: Path, out: Path, progress: Callable[[int, int, str], None]
) -> None:
    if name == DATA:
        from dreamhead.head.load import load_head
        from dreamhead.train.views import build_world

        build_world(data, load_head("builtin"), options.count, options.seed, progress=progress)
        return
    from dreamhead.train.things import train_thing

    given: dict[str, Any] = {"seed": options.seed, "minutes": options.minutes, "steps": options.steps}
    train_thing(name, out, data, progress, device=options.device, **given)


def _reporter(tell: Tell, stage: str) -> Callable[[int, int, str], None]:
    return lambda done, total, note: tell("stage_progress", stage=stage, done=done, total=total, note=note)
