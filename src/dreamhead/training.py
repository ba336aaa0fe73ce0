"""What `dreamhead train` does: the training set, then the models that build on it and on each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dreamhead import memory, models
from dreamhead.cache import cache_folder
from dreamhead.errors import UsageError
from dreamhead.job import check_seed, default_threads
from dreamhead.settings import did_you_mean

DATA, ALL = "data", "all"
Tell = Callable[..., None]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Options:
    """Where from, where to, and for how long; None leaves a choice to the place, data set or trainer it concerns.

    count: heads in each data set.  seed: of the training; the data sets have seeds of their own.
    """

    out: Path | None = None
    data: Path | None = None
    count: int | None = None
    seed: int = 0
    minutes: float | None = None
    steps: int | None = None
    device: str = "cpu"
    resume: bool = False


def run(thing: str, options: Options, tell: Tell) -> None:
    """Make the data sets ("data"), one of THINGS, or "all" of it in order.

    UsageError for another name, an option that is out of range, or a thing that cannot resume.
    """
    from dreamhead.priors.store import assets_folder
    from dreamhead.train.things import THINGS

    chosen = [DATA, *THINGS] if thing == ALL else [thing]
    _check(thing, options)
    models.make_repeatable(default_threads())
    if options.device == "cuda":
        models.require_cuda("--device cuda")
    data = options.data or cache_folder("training")
    out = options.out or assets_folder() / "priors" / "embedded"
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


def _check(thing: str, options: Options) -> None:
    from dreamhead.train.things import THINGS, check_thing

    if thing in (DATA, ALL):
        if options.resume:
            able = ", ".join(name for name, known in THINGS.items() if known.resumes)
            raise UsageError(f"{thing} cannot go on from earlier weights", f"--resume is for {able}")
    elif thing not in THINGS:
        raise UsageError(f"unknown thing to train {thing!r}", did_you_mean(thing, [DATA, *THINGS, ALL]))
    else:
        check_thing(thing, options.resume)
    check_seed(options.seed)
    for name in ("count", "minutes", "steps"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise UsageError(f"--{name} {value} is out of range", "give a number above 0")
    if options.device not in ("cpu", "cuda"):
        raise UsageError(f"unknown device {options.device!r}", did_you_mean(options.device, ["cpu", "cuda"]))


def _make(name: str, options: Options, data: Path, out: Path, progress: Progress) -> None:
    if name == DATA:
        from dreamhead.train.data import DATA_SETS, build_data

        for kind in DATA_SETS:
            build_data(kind, data, _noted(progress, kind), options.count)
        return
    from dreamhead.train.things import train_thing

    train_thing(
        name,
        out,
        data,
        progress,
        resume=options.resume,
        seed=options.seed,
        minutes=options.minutes,
        steps=options.steps,
        device=options.device,
    )


def _noted(progress: Progress, kind: str) -> Progress:
    return lambda done, total, note: progress(done, total, f"{kind}: {note}")


def _reporter(tell: Tell, stage: str) -> Progress:
    return lambda done, total, note: tell("stage_progress", stage=stage, done=done, total=total, note=note)
