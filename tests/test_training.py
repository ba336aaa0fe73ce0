"""`dreamhead train`: both data sets, the order of all, what each trainer is given, and what is refused."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dreamhead import models
from dreamhead.cache import cache_folder
from dreamhead.train.card import read_card
from dreamhead.train.data import DATA_SETS
from dreamhead.train.things import THINGS
from tests.toys import call

CARDS = Path(__file__).parents[1] / "assets" / "priors" / "embedded" / "cards"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was asked of the trainers, which do nothing."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(models, "make_repeatable", lambda threads: None)
    monkeypatch.setattr(
        "dreamhead.train.data.build_data",
        lambda name, root, progress, heads: calls.append((f"data {name}", root, heads)),
    )
    monkeypatch.setattr(
        "dreamhead.train.things.train_thing",
        lambda name, out, data, progress, **options: calls.append((name, out, data, options)),
    )
    return calls


def test_all_makes_the_data_and_then_every_model_in_order(
    made: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    places = ("-o", tmp_path / "p", "--data", tmp_path / "d")
    finished = call("train", "all", *places, "--count", "7", "--seed", "3", "--json")
    assert finished.returncode == 0, finished.stderr
    assert [entry[0] for entry in made] == ["data world", "data faces", *THINGS]
    assert [entry[1:] for entry in made[:2]] == [(tmp_path / "d", 7)] * 2
    options = {"seed": 3, "minutes": None, "steps": None, "device": "cpu", "resume": False}
    assert all(entry[1:] == (tmp_path / "p", tmp_path / "d", options) for entry in made[2:])
    events = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [event["stage"] for event in events if event["event"] == "stage_finished"] == ["data", *THINGS]
    for number, name in enumerate(THINGS):
        assert all(list(THINGS).index(needed) < number for needed in THINGS[name].needs)


def test_the_data_sets_are_those_that_the_shipped_models_learned_from(made: list[tuple[Any, ...]]) -> None:
    assert call("train", "data", "--quiet").returncode == 0
    assert made == [(f"data {name}", cache_folder("training"), None) for name in ("world", "faces")]
    trained = 19 / 20  # of the heads; the rest are kept out
    for name, kind in (("texture", "world"), ("scorer", "faces")):
        told = read_card(CARDS / f"{name}.json").data
        assert re.search(rf"\b{round(DATA_SETS[kind].heads * trained)}\b", told), told


def test_both_data_sets_are_built_and_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, kind in list(DATA_SETS.items()):
        monkeypatch.setitem(
            DATA_SETS, name, dataclasses.replace(kind, size=kind.size // 4, view_size=kind.view_size // 4)
        )
    for count in (1, 2):
        finished = call("train", "data", "--data", tmp_path, "--count", str(count), "--quiet")
        assert finished.returncode == 0, finished.stderr
        for name, kind in DATA_SETS.items():
            (shard,) = (tmp_path / name).glob("shard-*.npz")
            with np.load(shard) as arrays:
                assert arrays["albedo"].shape == (count, kind.size, kind.size, 3)
                assert arrays["views"].shape[1] == kind.view_size
            assert json.loads((tmp_path / name / "dataset.json").read_text())["seed"] == kind.seed


def test_one_thing(made: list[tuple[Any, ...]], tmp_path: Path) -> None:
    assert call("train", "scorer", "-o", tmp_path, "--steps", "2", "--quiet").returncode == 0
    assert [entry[0] for entry in made] == ["scorer"] and made[0][3]["steps"] == 2


@pytest.mark.parametrize("name", [name for name, thing in THINGS.items() if thing.resumes])
def test_resume_reaches_the_trainers_that_can(made: list[tuple[Any, ...]], tmp_path: Path, name: str) -> None:
    assert call("train", name, "-o", tmp_path, "--resume", "--quiet").returncode == 0
    assert made[0][3]["resume"] is True


def test_the_registry_says_who_can_resume() -> None:
    for name, thing in THINGS.items():
        module = import_module(f"dreamhead.train.{thing.module}")
        assert ("resume" in inspect.signature(module.train).parameters) == thing.resumes, name
    shown = call("train", "--help").stdout
    assert all(name in shown for name, thing in THINGS.items() if thing.resumes)
    assert all(f"{data.heads} in `{name}`" in " ".join(shown.split()) for name, data in DATA_SETS.items())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scorre",), "unknown thing to train 'scorre' tip: did you mean 'scorer'?"),
        (
            ("scorer", "--resume"),
            "scorer cannot go on from earlier weights tip: --resume is for autoencoder,",
        ),
        (("all", "--resume"), "all cannot go on from earlier weights tip: --resume is for autoencoder,"),
        (("data", "--resume"), "data cannot go on from earlier weights"),
        (("data", "--count", "0"), "--count 0 is out of range tip: give a number above 0"),
        (("views", "--steps", "-4"), "--steps -4 is out of range"),
        (("views", "--minutes", "nan"), "--minutes nan is out of range"),
        (("views", "--device", "cdua"), "unknown device 'cdua' tip: did you mean 'cuda'?"),
        (("views", "--seed", "-1"), "seed -1 is out of range"),
    ],
)
def test_what_cannot_be_done_is_refused(
    made: list[tuple[Any, ...]], arguments: tuple[str, ...], words: str
) -> None:
    finished = call("train", *arguments)
    assert finished.returncode == 2
    assert words in " ".join(finished.stderr.split())
    assert finished.stderr.count("error:") == 1 and finished.stdout == "" and made == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("autoencoder",), 2, "there is no data set in"),
        (("autoencoder", "--resume"), 5, "there are no weights of autoencoder to go on from in"),
        (("scorer",), 5, "tip: run `dreamhead train text_tower` first"),
    ],
)
def test_what_is_not_there_yet_is_named(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    finished = call("train", *arguments, "-o", tmp_path / "p", "--data", tmp_path / "d", "--quiet")
    assert finished.returncode == code and words in " ".join(finished.stderr.split())
    assert list(tmp_path.iterdir()) == []
