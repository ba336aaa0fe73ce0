"""Prompts of every kind, output folders of every kind, and the job record."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dreamhead.errors import DamagedFileError, UsageError
from dreamhead.job import (
    Job,
    check_output,
    check_seed,
    clean_prompt,
    load_job,
    open_output,
    save_job,
    state_folder,
)

JOB = Job("an elderly sailor", 7, "embedded", "no GPU", 2, {"carve.steps": 20})


@pytest.mark.parametrize(
    ("prompt", "cleaned"),
    [
        ("an elderly sailor", "an elderly sailor"),
        ("  two\n lines\tand a tab ", "two lines and a tab"),
        ("bell\x07 escape\x1b[31m zero\x00 rtl\u202e", "bell escape [31m zero rtl"),
        ("🧔🏽‍♂️ sailor", "🧔🏽‍♂️ sailor"),
        ("x" * 5000, "x" * 5000),
        ("half \ud800 pair", "half ? pair"),
    ],
)
def test_prompts_are_cleaned(prompt: str, cleaned: str) -> None:
    assert clean_prompt(prompt) == cleaned


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t\x00", "\u200b\u202e", "\u200d"])
def test_only_empty_prompts_are_refused(prompt: str) -> None:
    with pytest.raises(UsageError, match="prompt is empty"):
        clean_prompt(prompt)


@given(st.text())
def test_cleaned_prompts_are_safe_and_stay_as_they_are(prompt: str) -> None:
    try:
        cleaned = clean_prompt(prompt)
    except UsageError:
        return
    assert (cleaned and cleaned.isprintable()) or any(unicodedata.category(c)[0] in "CZ" for c in cleaned)
    assert not any(unicodedata.category(c) == "Cc" for c in cleaned)
    assert clean_prompt(cleaned) == cleaned
    cleaned.encode("utf-8")


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_seeds_out_of_range(seed: int) -> None:
    with pytest.raises(UsageError, match=str(seed)):
        check_seed(seed)


def test_the_record_comes_back_and_holds_no_path(tmp_path: Path) -> None:
    out = tmp_path / "here"
    open_output(out)
    save_job(out, JOB)
    assert load_job(out) == JOB
    assert str(tmp_path) not in (state_folder(out) / "job.json").read_text()
    moved = out.rename(tmp_path / "there")
    assert load_job(moved) == JOB


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"prompt": "x", "seed": "many"}', "\x00\x01"])
def test_a_damaged_record_is_named(tmp_path: Path, content: str) -> None:
    open_output(tmp_path)
    (state_folder(tmp_path) / "job.json").write_text(content)
    with pytest.raises(DamagedFileError, match=r"job\.json is damaged"):
        load_job(tmp_path)


def test_folders_that_are_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("file", "full", "dangling"):
        with pytest.raises(UsageError, match=name):
            open_output(tmp_path / name)
    with pytest.raises(UsageError, match=r"letter\.txt"):
        check_output(tmp_path / "full")
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["letter.txt"]
    for out in (tmp_path / "none", tmp_path / "full", tmp_path / "file"):
        with pytest.raises(UsageError, match="not an output folder"):
            load_job(out)


def test_folders_that_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("new", "deep/er", "empty", "new"):
        open_output(tmp_path / name)
        assert [p.name for p in (tmp_path / name).iterdir()] == [".dreamhead"]
        assert list(state_folder(tmp_path / name).iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write to"):
        open_output(tmp_path / "file" / "out")
    with pytest.raises(UsageError, match="cannot write to"):
        open_output(Path("/proc/dreamhead"))
