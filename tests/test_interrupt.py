"""SIGTERM, Ctrl-C, kill -9 and two processes in one folder: whatever happens, resume gives the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_pipeline import result
from tests.toys import ROOT, run_toys, toy_command

STEPS = ("--set", "grow.steps=40")


def started(out: Path, pause: float) -> subprocess.Popen[str]:
    """A run in the background whose steps take pause seconds; returns when it holds the folder."""
    process = subprocess.Popen(
        toy_command("make", "x", "-o", out, *STEPS),
        cwd=ROOT,
        env={**os.environ, "TOY_PAUSE": str(pause)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(process, lambda: f'"pid": {process.pid},' in lock_of(out))
    return process


def lock_of(out: Path) -> str:
    path = out / ".dreamhead" / "lock"
    return path.read_text() if path.exists() else ""


def wait_for(process: subprocess.Popen[str], met: Callable[[], bool]) -> None:
    """Until met() or the process has ended."""
    limit = time.monotonic() + 60
    while not met() and process.poll() is None:
        assert time.monotonic() < limit
        time.sleep(0.01)


def half_way(out: Path) -> Callable[[], bool]:
    return lambda: any(out.glob(".dreamhead/work/*/*.loop.safetensors"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of a run that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert run_toys("make", "x", "-o", out, *STEPS).returncode == 0
    return result(out)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_stops_politely(
    tmp_path: Path, whole: dict[str, bytes], number: signal.Signals
) -> None:
    out = tmp_path / "an out folder"
    process = started(out, 0.5)
    wait_for(process, half_way(out))
    process.send_signal(number)
    if number == signal.SIGTERM:
        process.send_signal(number)  # a second SIGTERM may come and changes nothing
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 75
    assert f"{number.name}: stopping at the next safe point" in stderr
    assert "stopped in grow at step" in stderr and "error:" not in stderr
    assert f"go on with: dreamhead resume '{out}'" in stderr
    assert [p.name for p in out.iterdir()] == [".dreamhead"]
    status = run_toys("status", out)
    assert "partly done" in status.stdout
    resumed = run_toys("resume", out)
    assert resumed.returncode == 0, resumed.stderr
    assert "1/3 draw          kept" in resumed.stderr
    assert result(out) == whole


def test_ctrl_c_twice_ends_at_once(tmp_path: Path, whole: dict[str, bytes]) -> None:
    out = tmp_path / "out"
    process = started(out, 30)
    wait_for(process, lambda: (out / ".dreamhead" / "01-draw").exists())
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - began < 20, "it did not wait for the step to end"
    assert run_toys("make", "x", "-o", out, *STEPS).returncode == 0
    assert result(out) == whole


def test_kill_at_random_moments(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """Eight kills of one run, each at another moment, resumed each time."""
    moments = random.Random(7)
    out = tmp_path / "out"
    killed = 0
    for _ in range(8):
        process = started(out, 0.05)
        time.sleep(moments.uniform(0.0, 0.6))
        killed += process.poll() is None
        process.kill()
        process.communicate()
    assert killed >= 3, "most kills must hit a run that works"
    assert run_toys("make", "x", "-o", out, *STEPS).returncode == 0
    assert "everything is fresh" in run_toys("status", out).stdout
    assert result(out) == whole
    assert not any(".aside-" in p.name for p in out.rglob("*"))


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(out, 30)
    second = run_toys("resume", out)
    assert second.returncode == 11
    assert f"in use by process {process.pid} on " in second.stderr
    assert run_toys("status", out).returncode == 0, "looking is always allowed"
    process.kill()
    process.communicate()
    assert run_toys("make", "x", "-o", out, *STEPS).returncode == 0, "a dead holder holds nothing"
