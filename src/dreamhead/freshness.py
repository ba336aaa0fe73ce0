"""Whether a stage's result is still good: fresh, stale, missing or damaged, and which input changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dreamhead import checkpoint, models, record
from dreamhead.checkpoint import Inputs
from dreamhead.errors import DamagedFileError
from dreamhead.job import state_folder


@dataclass(frozen=True)
class StageState:
    """What is known of one stage in an output folder."""

    stage: str
    state: str  # fresh, stale (an input changed), missing (never finished), damaged (files altered or gone)
    reasons: tuple[str, ...]  # why it is not fresh
    part_done: bool  # a long loop has saved its state
    seconds: float | None
    peak_mb: int | None


def examine(out: Path, number: int, inputs: Inputs, upstream_content: str) -> tuple[StageState, str]:
    """The state of a stage on disk and, when fresh, what it hands on."""
    folder = stage_folder(out, number, inputs.stage)
    state, reasons, values = "fresh", [], {}
    try:
        values = checkpoint.read(folder)
        reasons = _changes(values["inputs"], inputs)
        if upstream_content and not reasons and values["upstream_content"] != upstream_content:
            reasons = ["the stage before gave another result"]
        if reasons:
            state = "stale"
        else:
            checkpoint.verify(folder, values, out)
    except FileNotFoundError:
        damaged = folder.exists()
        state = "damaged" if damaged else "missing"
        reasons = [f"{folder.name}/{checkpoint.RECORD_FILE} is missing" if damaged else "not made yet"]
    except (DamagedFileError, OSError) as error:
        state, reasons = "damaged", [getattr(error, "message", str(error))]
    work = work_folder(out, number, inputs.stage, inputs, upstream_content)
    row = StageState(
        stage=inputs.stage,
        state=state,
        reasons=tuple(reasons),
        part_done=state != "fresh" and any(work.glob("*.loop.safetensors")),
        seconds=values.get("seconds"),
        peak_mb=values.get("peak_mb"),
    )
    return row, values["content"] if state == "fresh" else ""


def work_folder(out: Path, number: int, name: str, inputs: Inputs, upstream_content: str) -> Path:
    """A stage's scratch folder; its name carries what its mid-way states are good for."""
    key = record.fingerprint([inputs.fingerprint, upstream_content])[:16]
    return state_folder(out) / "work" / f"{number:02d}-{name}-{key}"


def stage_folder(out: Path, number: int, name: str) -> Path:
    """Where a stage's checkpoint lies."""
    return state_folder(out) / f"{number:02d}-{name}"


def _changes(old: Mapping[str, Any], new: Inputs) -> list[str]:
    """Which inputs differ, in words."""
    reasons = []
    for key in ("prompt", "seed", "version"):
        if old.get(key) != getattr(new, key):
            reasons.append(f"{key} {_short(old.get(key))} → {_short(getattr(new, key))}")
    now = {key: list(value) if isinstance(value, tuple) else value for key, value in new.config.items()}
    for key in sorted({*old["config"], *now}):
        if old["config"].get(key) != now.get(key):
            reasons.append(f"{new.stage}.{key} {_short(old['config'].get(key))} → {_short(now.get(key))}")
    for role in sorted({*old["models"], *new.models}):
        if old["models"].get(role) != new.models.get(role):
            reasons.append(
                f"model {role}" + (" is missing" if new.models.get(role) == models.MISSING else "")
            )
    if not reasons and old.get("upstream") != new.upstream:
        reasons.append("an earlier stage changed")
    return reasons


def _short(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 48 else text[:44] + '…"'
