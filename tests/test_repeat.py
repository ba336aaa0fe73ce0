"""Same prompt and seed, same bytes: run twice, killed and resumed; another seed, another head."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dreamhead.record import file_sha256
from tests.heads import FAST, make

PROMPT = "an elderly sailor"


def products(out: Path) -> dict[str, str]:
    """Hashes of what is promised to be the same: the glb, the usdz and every map."""
    files = [out / "head.glb", out / "head.usdz", *sorted((out / "textures").glob("*.png"))]
    return {path.name: file_sha256(path) for path in files}


def test_the_same_prompt_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    make(PROMPT, tmp_path / "a")
    make(PROMPT, tmp_path / "b")
    assert products(tmp_path / "a") == products(tmp_path / "b")
    make(PROMPT, tmp_path / "c", seed=1)
    assert products(tmp_path / "c")["head.glb"] != products(tmp_path / "a")["head.glb"]
    assert products(tmp_path / "c")["skin_albedo.png"] != products(tmp_path / "a")["skin_albedo.png"]


@pytest.mark.slow
def test_kill_at_eight_random_moments(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dreamhead"]
    options = [option for value in FAST for option in ("--set", value)]
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    started = time.monotonic()
    subprocess.run([*command, "make", PROMPT, "-o", str(whole), "--quiet", *options], check=True)
    seconds = time.monotonic() - started
    moments = random.Random(0)
    first = [*command, "make", PROMPT, "-o", str(broken), "--quiet", *options]
    for _ in range(8):
        again = (
            [*command, "resume", str(broken), "--quiet"]
            if (broken / ".dreamhead" / "job.json").exists()
            else first
        )
        process = subprocess.Popen(again)
        try:
            process.wait(timeout=moments.uniform(0.15, 0.45) * seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    subprocess.run([*command, "resume", str(broken), "--quiet"], check=True)
    assert products(broken) == products(whole)
