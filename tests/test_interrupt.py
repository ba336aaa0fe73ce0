"""SIGTERM, Ctrl-C, kill -9 and two processes in one folder: whatever happens, resume gives the same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.test_pipeline import result
from tests.toys import ROOT, run_toys, toy_command

SLOW = ("--set", "grow.steps=60", "--set", "grow.pause=0.02", "--set", "finish.pause=0.2")
FAST = ("--set", "grow.steps=60")


def started(out: Path, *settings: str) -> subprocess.Popen[str]:
    """A run in the background."""
    return subprocess.Popen(
        toy_command("make", "x", "-o", out, *settings),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(path: Path, process: subprocess.Popen[str], pattern: str) -> None:
    """Until a file of that pattern is there."""
    limit = time.monotonic() + 30
    while not any(path.glob(pattern)):
        assert process.poll() is None and time.monotonic() < limit, process.communicate()
        time.sleep(0.01)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of a run that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert run_toys("make", "x", "-o", out, *FAST).returncode == 0
    return result(out)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_stops_politely(
    tmp_path: Path, whole: dict[str, bytes], number: signal.Signals
) -> None:
    out = tmp_path / "an out folder"
    process = started(out, *SLOW)
    wait_for(out, process, ".dreamhead/work/*/*.loop.safetensors")
    process.send_signal(number)
    if number == signal.SIGTERM:
        process.send_signal(number)  # a second SIGTERM may come and changes nothing
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 75
    assert f"{number.name}: stopping at the next safe point" in stderr
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
    process = started(out, *SLOW[:2], "--set", "grow.pause=1")
    wait_for(out, process, ".dreamhead/01-draw")
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert time.monotonic() - began < 5
    assert run_toys("make", "x", "-o", out, *FAST).returncode == 0
    assert result(out) == whole


def test_kill_at_random_moments(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """Eight kills of one run, each at another moment, resumed each time."""
    moments = random.Random(7)
    out = tmp_path / "out"
    killed = 0
    for _ in range(8):
        process = started(out, *SLOW)
        wait_for(out, process, ".dreamhead/job.json")
        time.sleep(moments.uniform(0.05, 0.7))
        killed += process.poll() is None
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert killed >= 4
    assert run_toys("make", "x", "-o", out, *SLOW).returncode == 0
    finished = run_toys("status", out)
    assert "everything is fresh" in finished.stdout
    assert result(out) == whole
    assert not any(".aside-" in p.name for p in out.rglob("*"))


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = started(out, *SLOW)
    wait_for(out, process, ".dreamhead/work/*/*.loop.safetensors")
    second = run_toys("resume", out)
    assert second.returncode == 11
    assert f"in use by process {process.pid} on " in second.stderr
    assert run_toys("status", out).returncode == 0, "looking is always allowed"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert run_toys("make", "x", "-o", out, *FAST).returncode == 0, "a dead holder holds nothing"
