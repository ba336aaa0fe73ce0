"""A job: what was asked for, kept in the output folder so that `resume` needs nothing else."""

from __future__ import annotations

import errno
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dreamhead import record
from dreamhead.errors import DamagedFileError, UsageError

STATE_FOLDER = ".dreamhead"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # a full disk, a quota, a limit on the size of files
MAX_SEED = 2**63 - 1
_JOINERS = "\u200d\ufe0e\ufe0f"  # emoji are written with them


@dataclass(frozen=True)
class Job:
    """One head to make.  profile is settled (never "auto"); overrides hold what the user set."""

    prompt: str
    seed: int
    profile: str
    profile_reason: str
    threads: int  # torch threads; fixed at the start, because sums depend on how they are split
    overrides: Mapping[str, Any] = field(default_factory=dict)  # "carve.steps" -> JSON value


def clean_prompt(prompt: str) -> str:
    """The prompt without control and formatting characters, white space collapsed; UsageError when empty."""
    text = prompt.encode("utf-8", "replace").decode("utf-8")
    kept = [
        " " if unicodedata.category(letter) in ("Cc", "Cf") and letter not in _JOINERS else letter
        for letter in text
    ]
    cleaned = " ".join("".join(kept).split())
    if not cleaned.strip(_JOINERS):
        raise UsageError("the prompt is empty", 'describe a head, for example "an elderly sailor"')
    return cleaned


def check_seed(seed: int) -> int:
    """UsageError unless seed is in 0..2^63-1."""
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"seed {seed} is out of range", f"give a whole number from 0 to {MAX_SEED}")
    return seed


def default_threads() -> int:
    """The cores this process may use, at most 4: more gain little here and make results differ by machine."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(cores, 4)


def state_folder(out: Path) -> Path:
    """Where checkpoints, job and lock live."""
    return out / STATE_FOLDER


def save_job(out: Path, job: Job) -> None:
    """Write the job record; the folder must have been opened."""
    values = {
        "format": 1,
        "prompt": job.prompt,
        "seed": job.seed,
        "profile": job.profile,
        "profile_reason": job.profile_reason,
        "threads": job.threads,
        "settings": dict(job.overrides),
    }
    record.write_json(state_folder(out) / "job.json", values)


def load_job(out: Path) -> Job:
    """Read the job record of an output folder; UsageError when it is none."""
    path = state_folder(out) / "job.json"
    try:
        values = record.read_json(path)
        return Job(
            prompt=values["prompt"],
            seed=int(values["seed"]),
            profile=values["profile"],
            profile_reason=values["profile_reason"],
            threads=int(values["threads"]),
            overrides=dict(values["settings"]),
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(
            f"{out} is not an output folder of dreamhead", "make one: dreamhead make PROMPT -o OUT"
        ) from error
    except (DamagedFileError, KeyError, TypeError, ValueError) as error:
        raise DamagedFileError(
            f"the job record {path} is damaged",
            "run `dreamhead make PROMPT -o OUT` again: what is finished is kept",
        ) from error


def check_output(out: Path) -> None:
    """UsageError when out is a file, or a folder that holds something else.  Writes nothing."""
    if out.is_dir():
        entries = [entry.name for entry in out.iterdir()]
        if entries and STATE_FOLDER not in entries:
            raise UsageError(
                f"{out} is not empty and not an output folder of dreamhead (it holds {entries[0]!r})",
                "give a new or empty folder",
            )
    elif out.exists() or out.is_symlink():
        raise UsageError(f"{out} is not a folder", "give a new or empty folder")


def open_output(out: Path) -> None:
    """check_output, then create the folder; UsageError when it may not be written, OSError when the disk is full."""
    try:
        check_output(out)
        state_folder(out).mkdir(parents=True, exist_ok=True)
        record.write_bytes(state_folder(out) / "writable", b"")
        (state_folder(out) / "writable").unlink()
    except OSError as error:
        if error.errno in NO_SPACE:
            raise
        raise UsageError(
            f"cannot write to {out}: {error.strerror}", "give a folder you may write to"
        ) from error
