"""The command line: exit codes, one clear error each, stdout and stderr, and no torch where none is needed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dreamhead import errors
from dreamhead.console import EVENTS
from tests.toys import ROOT, call_toys, run_toys


def said(finished: subprocess.CompletedProcess[str]) -> str:
    """The one error of a failed command, on one line."""
    assert finished.stdout == "", finished.stdout
    assert finished.stderr.count("error:") == 1, finished.stderr
    assert "Traceback" not in finished.stderr
    return " ".join(finished.stderr.split())


def test_make_then_status(tmp_path: Path) -> None:
    out = tmp_path / "out"
    finished = run_toys("make", "an elderly sailor", "-o", out)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr.splitlines()[0] == "profile embedded: toys"
    assert str(out / "head.glb") in finished.stdout
    assert "\x1b" not in finished.stdout + finished.stderr
    status = call_toys("status", out)
    assert status.returncode == 0
    assert "everything is fresh" in status.stdout and status.stderr == ""


@pytest.mark.parametrize(
    "prompt",
    [
        "x" * 5000,
        "🧔🏽‍♂️ an old 🧙",
        "bell\x07 and \x1b[31mred\x1b[0m",
        "[bold]not markup[/bold]",
        "--looks-like-an-option",
    ],
)
def test_unusual_prompts_are_taken(tmp_path: Path, prompt: str) -> None:
    finished = call_toys("make", "-o", tmp_path / "out", "--", prompt)
    assert finished.returncode == 0, finished.stderr
    assert "\x1b" not in finished.stderr and "\x07" not in finished.stderr
    assert "[bold]" in finished.stderr or "[bold]" not in prompt
    assert call_toys("status", tmp_path / "out").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("make", "", "-o", "{out}"), 2, "the prompt is empty"),
        (("make", " \n", "-o", "{out}"), 2, "the prompt is empty"),
        (("make", "x", "-o", "{out}", "--seed", "-1"), 2, "seed -1 is out of range"),
        (
            ("make", "x", "-o", "{out}", "--until", "grwo"),
            2,
            "unknown stage 'grwo' tip: did you mean 'grow'?",
        ),
        (
            ("make", "x", "-o", "{out}", "--set", "grow.stesp=3"),
            2,
            "'grow.stesp' (value '3') tip: did you mean 'grow.steps'?",
        ),
        (
            ("make", "x", "-o", "{out}", "--set", "grow.steps=-3"),
            2,
            "grow.steps=-3 is out of range tip: give a value from 0",
        ),
        (("make", "x", "-o", "{out}", "--set", "gorw.steps=3"), 2, "did you mean 'grow'?"),
        (("make", "x", "-o", "{out}", "--config", "{out}.toml"), 2, "cannot read the config file"),
        (("make", "x", "-o", "/proc/nothing/out"), 2, "cannot write to /proc/nothing/out"),
        (("make", "x", "-o", "/dev/null"), 2, "/dev/null is not a folder"),
        (("make", "x", "-o", "/etc"), 2, "/etc is not empty and not an output folder of dreamhead"),
        (("resume", "{out}"), 2, "is not an output folder of dreamhead"),
        (("status", "{out}"), 2, "is not an output folder of dreamhead"),
    ],
)
def test_bad_input_has_one_error_and_writes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    out = tmp_path / "out"
    finished = call_toys(*(argument.format(out=out) for argument in arguments))
    assert finished.returncode == code, finished.stderr
    assert words in said(finished)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [("make",), ("make", "x"), ("make", "x", "-o", "y", "--seed", "z"), ("mkae",), ("make", "x", "--nope")],
)
def test_wrong_usage_exits_2(arguments: tuple[str, ...]) -> None:
    finished = call_toys(*arguments)
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr and finished.stdout == ""


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    finished = call_toys("make", "x", "-o", tmp_path / "out", "--dry-run")
    assert finished.returncode == 0
    assert "3 of 3 stages to run: draw, grow, finish" in finished.stdout
    assert list(tmp_path.iterdir()) == []


def test_json_events_are_those_documented(tmp_path: Path) -> None:
    finished = call_toys("make", "a 🧙", "-o", tmp_path / "out", "--json")
    events = [json.loads(line) for line in finished.stdout.splitlines()]
    assert finished.stderr == ""
    assert all(event["version"] == 1 for event in events)
    names = [event["event"] for event in events]
    assert names[0] == "run_started" and names[-1] == "run_finished" and set(names) <= set(EVENTS)
    assert [event["stage"] for event in events if event["event"] == "stage_finished"] == [
        "draw",
        "grow",
        "finish",
    ]
    assert all(event["peak_mb"] > 1 for event in events if event["event"] == "stage_finished")
    again = [json.loads(line) for line in call_toys("resume", tmp_path / "out", "--json").stdout.splitlines()]
    assert [event["event"] for event in again] == ["run_started", *["stage_skipped"] * 3, "run_finished"]
    plan = json.loads(call_toys("status", tmp_path / "out", "--json").stdout)
    assert [(row["stage"], row["state"]) for row in plan["stages"]] == [
        ("draw", "fresh"),
        ("grow", "fresh"),
        ("finish", "fresh"),
    ]


def test_what_libraries_print_goes_to_a_log(tmp_path: Path) -> None:
    finished = run_toys("make", "x", "-o", tmp_path / "out", "--json", "--set", "grow.trouble=noise")
    assert finished.returncode == 0
    assert all(json.loads(line)["version"] == 1 for line in finished.stdout.splitlines())
    log = (tmp_path / "out" / ".dreamhead" / "run.log").read_text()
    assert "a library says hello" in log and "and so does its C code" in log
    assert finished.stderr == ""


def test_json_failure_is_an_event_too(tmp_path: Path) -> None:
    finished = call_toys("make", "", "-o", tmp_path / "out", "--json")
    (event,) = [json.loads(line) for line in finished.stdout.splitlines()]
    assert (event["event"], event["error"], event["exit_code"]) == ("failed", "UsageError", 2)


def test_quiet_prints_nothing_but_errors(tmp_path: Path) -> None:
    finished = call_toys("make", "x", "-o", tmp_path / "out", "--quiet")
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert "the prompt is empty" in call_toys("make", "", "-o", tmp_path / "out", "-q").stderr


def test_a_bug_is_reported_as_one_with_its_log(tmp_path: Path) -> None:
    finished = call_toys("make", "x", "-o", tmp_path / "out", "--set", "grow.trouble=bug")
    assert finished.returncode == 1
    assert "error: unexpected ZeroDivisionError: a mistake of ours" in finished.stderr
    (log,) = (tmp_path / "out" / ".dreamhead").glob("error-*.log")
    assert str(log) in finished.stderr.replace("\n", "")
    assert "in _trouble" in log.read_text()
    assert call_toys("make", "x", "-o", tmp_path / "out").returncode == 0


def test_a_failed_gate_exits_4_with_the_bundle_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for command in (("make", "x", "-o", out, "--set", "finish.gate=too wide"), ("resume", out)):
        finished = call_toys(*command)
        assert finished.returncode == 4
        assert "failed 1 of its gates: toy: too wide" in finished.stderr
        assert (out / "head.glb").is_file()
    assert call_toys("make", "x", "-o", out, "--set", "finish.gate=passed").returncode == 0


def test_a_missing_asset_exits_5(tmp_path: Path) -> None:
    finished = call_toys("make", "x", "-o", tmp_path / "out", "--set", "grow.trouble=missing")
    assert finished.returncode == 5
    assert "assets/toys/nothing.npz is missing" in said(finished)


def test_cuda_where_there_is_none_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    finished = call_toys("make", "x", "-o", tmp_path / "out", "--set", "run.device=cuda")
    assert finished.returncode == 2
    assert "run.device=cuda, but torch finds no CUDA device tip: run `dreamhead doctor`" in said(finished)
    assert list(tmp_path.iterdir()) == []


def test_set_wins_over_the_config_file(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[grow]\nsteps = 3\n[draw]\ncount = 2\n")
    arguments = (
        "make",
        "x",
        "-o",
        tmp_path / "out",
        "--config",
        tmp_path / "c.toml",
        "--set",
        "grow.steps=4",
    )
    assert call_toys(*arguments).returncode == 0
    job = json.loads((tmp_path / "out" / ".dreamhead" / "job.json").read_text())
    assert job["settings"] == {"draw.count": 2, "grow.steps": 4}


def test_preview_makes_the_last_stage_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert call_toys("make", "x", "-o", out, "--until", "draw").returncode == 0
    unfinished = call_toys("preview", out)
    assert unfinished.returncode == 1
    assert f"stage grow is missing: not made yet tip: finish it with: dreamhead resume {out}" in said(
        unfinished
    )
    assert call_toys("resume", out).returncode == 0
    events = [json.loads(line) for line in call_toys("preview", out, "--json").stdout.splitlines()]
    assert [event["stage"] for event in events if event["event"] == "stage_started"] == ["finish"]


def test_resume_from_a_stage(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert call_toys("make", "x", "-o", out).returncode == 0
    events = [
        json.loads(line) for line in call_toys("resume", out, "--from", "grow", "--json").stdout.splitlines()
    ]
    assert [event["stage"] for event in events if event["event"] == "stage_started"] == ["grow", "finish"]
    wrong = call_toys("resume", out, "--from", "grown")
    assert wrong.returncode == 2 and "did you mean 'grow'?" in said(wrong)


def test_unexpected_exit_codes_have_their_errors() -> None:
    codes = {kind.__name__: kind.exit_code for kind in subclasses(errors.DreamheadError)}
    assert codes["InterruptedRun"] == 75 and codes["LockedError"] == 11 and codes["MissingModelError"] == 5
    assert not set(codes.values()) & set(range(137, 141)), "farms try those again"


def subclasses(kind: type[Any]) -> set[type[Any]]:
    return {kind}.union(*(subclasses(sub) for sub in kind.__subclasses__()))


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A file system of 2 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    if (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], capture_output=True
        ).returncode
        != 0
    ):
        pytest.skip("this machine does not let root mount a tmpfs")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_full_disk(small_disk: Path) -> None:
    out = small_disk / "out"
    finished = call_toys("make", "x", "-o", out, "--set", "finish.megabytes=5")
    assert finished.returncode == 1
    assert "the disk is full" in said(finished) and f"dreamhead resume {out}" in said(finished)
    assert [p.name for p in out.iterdir()] == [".dreamhead"], "nothing half-written"
    assert not any(".aside-" in p.name or p.name == "bundle" for p in out.rglob("*"))
    assert call_toys("make", "x", "-o", out, "--set", "finish.megabytes=1").returncode == 0


def test_full_disk_from_the_start(small_disk: Path) -> None:
    with (small_disk / "filler").open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(4096))
    finished = call_toys("make", "x", "-o", small_disk / "out")
    assert finished.returncode == 1
    assert "the disk is full" in said(finished)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("make", "--help"),
        ("make", "x", "-o", "{out}", "--dry-run"),
        ("make", "x", "-o", "{out}", "--dry-run", "--set", "run.device=cuda"),
        ("status", "{made}"),
        ("models", "list"),
    ],
)
def test_no_torch_where_none_is_needed(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """On the real stages: the command leaves no heavy package among the imported modules."""
    made = tmp_path / "made"
    (made / ".dreamhead").mkdir(parents=True)
    record = {
        "prompt": "x",
        "seed": 0,
        "profile": "embedded",
        "profile_reason": "",
        "threads": 1,
        "settings": {},
    }
    (made / ".dreamhead" / "job.json").write_text(json.dumps(record))
    script = (
        "import sys\nfrom dreamhead.cli import main\nsys.argv = ['dreamhead', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    code = stop.code\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'open_clip', 'warp', 'spandrel'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)\nsys.exit(code)"
    )
    words = [argument.format(out=tmp_path / "out", made=made) for argument in arguments]
    finished = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert finished.stderr.splitlines()[-1] == "[]", finished.stderr
    assert finished.returncode == 0, finished.stderr
