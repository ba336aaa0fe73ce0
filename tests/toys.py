"""`python -m tests.toys ...` is the dreamhead command on the toy stages, with nothing of torch."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dreamhead import cli, models, pipeline
from tests.toy_stages.draw import DrawConfig
from tests.toy_stages.finish import FinishConfig
from tests.toy_stages.grow import GrowConfig

ROOT = Path(__file__).parents[1]
TOY_STAGES = (
    pipeline.Stage("draw", DrawConfig, ("head", "scorer"), "tests.toy_stages.draw"),
    pipeline.Stage("grow", GrowConfig, ("head", "generic"), "tests.toy_stages.grow"),
    pipeline.Stage("finish", FinishConfig, ("head",), "tests.toy_stages.finish"),
)
REVISIONS = {"head": "h1", "scorer": "s1", "generic": "g1"}


def toy_loader(job: Any) -> Any:
    """What models.Loader would be."""
    return SimpleNamespace(device="cpu", head=None, priors=None)


def use_toys(patch: Any) -> None:
    """patch(object, name, value): put the toys in place of the real stages."""
    patch(pipeline, "STAGES", TOY_STAGES)
    patch(models, "resolve", lambda asked, overrides: ("embedded", "profile embedded: toys"))
    patch(models, "revisions", lambda job: dict(REVISIONS))
    patch(models, "revisions_or_missing", lambda job: dict(REVISIONS))
    patch(models, "stage_settings", lambda job, sections: dict(job.overrides))
    patch(models, "Loader", toy_loader)


def toy_command(*arguments: object) -> list[str]:
    """The command line for a subprocess."""
    return [sys.executable, "-m", "tests.toys", *map(str, arguments)]


def run_toys(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command on the toys to its end."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", **options.pop("env", {})}
    return subprocess.run(
        toy_command(*arguments),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        **options,
    )


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command in this process: quick, for what needs no process of its own."""
    words = [str(argument) for argument in arguments]
    captured, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(captured), redirect_stderr(errors):
        patch.setenv("COLUMNS", "200")
        code: Any = None
        try:
            cli.app(words, prog_name="dreamhead")
        except SystemExit as stop:
            code = stop.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, captured.getvalue(), errors.getvalue())


def call_toys(*arguments: object) -> subprocess.CompletedProcess[str]:
    """`call` on the toys."""
    with pytest.MonkeyPatch.context() as patch:
        use_toys(patch.setattr)
        return call(*arguments)


if __name__ == "__main__":
    use_toys(setattr)
    cli.main()
