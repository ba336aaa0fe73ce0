"""`dreamhead train`: the order of all, what each trainer is given, and unknown names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dreamhead import models
from tests.toys import call


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was asked of the trainers, which do nothing."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(models, "make_repeatable", lambda threads: None)
    monkeypatch.setattr("dreamhead.head.load.load_head", lambda name: name)
    monkeypatch.setattr(
        "dreamhead.train.views.build_world", lambda *words, progress: calls.append(("data", *words))
    )
    monkeypatch.setattr(
        "dreamhead.train.things.train_thing",
        lambda name, out, data, progress, **options: calls.append((name, out, data, options)),
    )
    return calls


def test_all_makes_the_data_and_then_every_model_in_order(
    made: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    from dreamhead.train.things import THINGS

    finished = call(
        "train",
        "all",
        "-o",
        tmp_path / "p",
        "--data",
        tmp_path / "d",
        "--count",
        "7",
        "--seed",
        "3",
        "--json",
    )
    assert finished.returncode == 0, finished.stderr
    assert [entry[0] for entry in made] == ["data", *THINGS]
    assert made[0] == ("data", tmp_path / "d", "builtin", 7, 3)
    options = {"seed": 3, "minutes": None, "steps": None, "device": "cpu"}
    assert all(entry[1:] == (tmp_path / "p", tmp_path / "d", options) for entry in made[1:])
    events = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [event["stage"] for event in events if event["event"] == "stage_finished"] == ["data", *THINGS]
    for number, name in enumerate(THINGS):
        assert all(list(THINGS).index(needed) < number for needed in THINGS[name].needs)


def test_one_thing(made: list[tuple[Any, ...]], tmp_path: Path) -> None:
    assert call("train", "scorer", "-o", tmp_path, "--steps", "2", "--quiet").returncode == 0
    assert [entry[0] for entry in made] == ["scorer"] and made[0][3]["steps"] == 2


def test_unknown_thing(made: list[tuple[Any, ...]]) -> None:
    finished = call("train", "scorre")
    assert finished.returncode == 2 and "did you mean 'scorer'?" in finished.stderr
    assert made == []
