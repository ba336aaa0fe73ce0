"""What the user sees: progress on stderr, one summary on stdout; or JSON events; or nothing but errors."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TextIO

from rich.console import Console as RichConsole
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from dreamhead.errors import DreamheadError, InterruptedRun

EVENT_VERSION = 1
# the events, and what each carries besides "version" and "event"; tools outside depend on them
EVENTS = {
    "run_started": "prompt, seed, profile, reason, out, threads, stages",
    "plan": "out, stages: [{stage, state, reasons, part_done, seconds, peak_mb}]",
    "stage_skipped": "stage, index, count, seconds: it was fresh",
    "stage_started": "stage, index, count, reasons",
    "stage_progress": "stage, done, total, note: at most twice a second",
    "stage_finished": "stage, seconds, peak_mb",
    "warning": "message",
    "stopping": "signal: the run stops at the next safe point",
    "run_finished": "out, seconds, files",
    "rows": "rows: what a listing command found",
    "failed": "error, message, tip, exit_code",
}
SHOWN_FILES = ("preview.png", "expressions.png", "head.glb", "textures", "manifest.json")
_STATE_COLOURS = {"fresh": "green", "stale": "yellow", "missing": "cyan", "damaged": "red"}


class Console(Protocol):
    """Takes events; the names and facts are those of EVENTS, ValueError for another name."""

    def tell(self, event: str, **facts: Any) -> None: ...

    def close(self) -> None: ...


def open_console(as_json: bool, quiet: bool) -> Console:
    """The console that the command line's flags ask for."""
    if as_json:
        return JsonConsole()
    return QuietConsole() if quiet else HumanConsole()


class JsonConsole:
    """One JSON object a line on stdout."""

    def __init__(self) -> None:
        self._out = _own(sys.stdout)
        self._shown: tuple[str, float] = ("", 0.0)

    def tell(self, event: str, **facts: Any) -> None:
        _check_event(event)
        if event == "stage_progress" and not self._due(facts):
            return
        line = {"version": EVENT_VERSION, "event": event, **facts}
        print(json.dumps(line, ensure_ascii=False, default=str), file=self._out, flush=True)
        if event == "failed":
            print_error(**facts)

    def close(self) -> None:
        """Nothing is left open."""

    def _due(self, facts: dict[str, Any]) -> bool:
        stage, shown = self._shown
        now = time.monotonic()
        if facts["stage"] == stage and now - shown < 0.5 and facts["done"] < facts["total"]:
            return False
        self._shown = (facts["stage"], now)
        return True


class QuietConsole:
    """Errors only."""

    def tell(self, event: str, **facts: Any) -> None:
        _check_event(event)
        if event == "failed":
            print_error(**facts)

    def close(self) -> None:
        """Nothing is left open."""


class HumanConsole:
    """A line per stage and a bar for the one that runs; plain lines where stderr is not a terminal."""

    def __init__(self) -> None:
        self._err = _plain_console(_own(sys.stderr))
        self._progress: Progress | None = None
        self._task: Any = None
        self._label = ""  # of the stage that runs

    def tell(self, event: str, **facts: Any) -> None:
        _check_event(event)
        show: Callable[..., None] = getattr(self, f"_{event}")  # a method for each of EVENTS
        show(**facts)

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _run_started(self, prompt: str, seed: int, reason: str, out: str, threads: int, **_: Any) -> None:
        self._line(reason, "bold")
        self._line(f"{shortened(prompt)}  (seed {seed}, {threads} threads) → {out}")

    def _stage_skipped(self, stage: str, index: int, count: int, **_: Any) -> None:
        self._line(f"{index}/{count} {stage:<13} kept", "dim")

    def _stage_started(self, stage: str, index: int, count: int, reasons: list[str]) -> None:
        self.close()
        if reasons and reasons != ["not made yet"]:
            self._line(f"{index}/{count} {stage:<13} again: {shortened('; '.join(reasons))}", "dim")
        self._label = f"{index}/{count} {stage:<13}"
        if not self._err.is_terminal:
            self._line(f"{self._label} …")
            return
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TextColumn("{task.completed:.0f}/{task.total:.0f} {task.fields[note]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=self._err,
            transient=True,
        )
        self._task = self._progress.add_task(self._label, total=1, note="")
        self._progress.start()

    def _stage_progress(self, stage: str, done: int, total: int, note: str) -> None:
        if self._progress is not None:
            self._progress.update(self._task, completed=done, total=max(total, 1), note=note)

    def _stage_finished(self, stage: str, seconds: float, peak_mb: int) -> None:
        self.close()
        self._line(f"{self._label} {seconds:7.1f} s  {peak_mb:6d} MB")

    def _warning(self, message: str) -> None:
        self._line(f"warning: {message}", "yellow")

    def _stopping(self, signal: str) -> None:
        self._line(f"{signal}: stopping at the next safe point (Ctrl-C again ends at once)", "yellow")

    def _plan(self, out: str, stages: list[dict[str, Any]]) -> None:
        table = Table(box=None, pad_edge=False, show_header=True, header_style="bold")
        for title in ("stage", "state", "seconds", "MB", "why"):
            table.add_column(
                title, justify="right" if title in ("seconds", "MB") else "left", overflow="fold"
            )
        for row in stages:
            why = "; ".join(row["reasons"]) + (" (partly done: goes on mid-way)" if row["part_done"] else "")
            seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
            peak = "" if row["peak_mb"] is None else str(row["peak_mb"])
            table.add_row(
                row["stage"], Text(row["state"], _STATE_COLOURS[row["state"]]), seconds, peak, Text(why)
            )
        out_console = _plain_console(sys.stdout)
        out_console.print(table)
        todo = [row["stage"] for row in stages if row["state"] != "fresh"]
        verdict = (
            f"{len(todo)} of {len(stages)} stages to run: {', '.join(todo)}"
            if todo
            else "everything is fresh"
        )
        out_console.print(verdict, markup=False, highlight=False)

    def _rows(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in rows[0]:
            table.add_column(title, overflow="fold")
        for row in rows:
            table.add_row(*(Text(str(value)) for value in row.values()))
        _plain_console(sys.stdout).print(table)

    def _run_finished(self, out: str, seconds: float, files: list[str]) -> None:
        self.close()
        console = _plain_console(sys.stdout)
        console.print(f"done in {seconds:.0f} s: {out}", markup=False, highlight=False, style="bold")
        for name in files:
            console.print(f"  {Path(out) / name}", markup=False, highlight=False, soft_wrap=True)
        if "preview.png" in files:
            console.print("Look at preview.png first; drop head.glb into any glTF viewer.", highlight=False)
        elif not files:
            console.print(f"Go on with: dreamhead resume {shlex.quote(out)}", markup=False, highlight=False)

    def _failed(self, **facts: Any) -> None:
        self.close()
        print_error(**facts)

    def _line(self, text: str, style: str = "") -> None:
        self._err.print(Text(text, style), soft_wrap=True)


@contextmanager
def hushed_libraries(log: Path) -> Iterator[None]:
    """Send what libraries print, their C code too, to a log; consoles have streams of their own.

    Does nothing where stdout or stderr is not the process's own, as inside a test.
    """
    try:
        numbers = (sys.stdout.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):
        numbers = (-1, -1)
    if numbers != (1, 2):
        yield
        return
    kept = [os.dup(number) for number in numbers]
    with log.open("wb") as stream:
        for number in numbers:
            os.dup2(stream.fileno(), number)
    try:
        yield
    finally:
        for python_stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # the log's disk may be full; what is to be said of it must still be seen
                python_stream.flush()
        for number, before in zip(numbers, kept, strict=True):
            os.dup2(before, number)
            os.close(before)


def failure(error: DreamheadError) -> dict[str, Any]:
    """The facts of a "failed" event."""
    return {
        "error": type(error).__name__,
        "message": error.message,
        "tip": error.tip,
        "exit_code": error.exit_code,
    }


def print_error(message: str, tip: str, error: str = "", **_: Any) -> None:
    """One error, or the news that the run stopped as asked, and what to do next, on stderr."""
    console = _plain_console(sys.stderr)
    label = ("", "") if error == InterruptedRun.__name__ else ("error: ", "bold red")
    console.print(Text.assemble(label, message), soft_wrap=True)
    if tip:
        console.print(Text.assemble(("tip: ", "bold"), tip), soft_wrap=True)


def bundle_files(out: Path, names: Iterable[str] = SHOWN_FILES) -> list[str]:
    """Those of the bundle's files that are there."""
    return [name for name in names if (out / name).exists()]


def shortened(text: str, length: int = 100) -> str:
    """At most length characters, the end marked as cut."""
    return text if len(text) <= length else text[: length - 1] + "…"


def _check_event(event: str) -> None:
    if event not in EVENTS:
        raise ValueError(f"unknown event {event!r}; known: {', '.join(EVENTS)}")


def _plain_console(stream: TextIO) -> RichConsole:
    return RichConsole(file=stream, highlight=False, markup=False, emoji=False)


def _own(stream: TextIO) -> TextIO:
    """A stream to the same place that hushed_libraries leaves alone."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return stream
    return open(os.dup(number), "w", encoding=stream.encoding, errors=stream.errors, buffering=1)  # noqa: PTH123
