"""Cards survive the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from dreamhead.train.card import RESUMED, Card, card_of, read_card, write_card
from dreamhead.train.loop import Spent


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    card = Card(
        thing="views",
        purpose="denoises",
        format="diffusers",
        data="10 pictures",
        seed=3,
        command="dreamhead train views --seed 3",
        steps=10,
        seconds=1.5,
        stopped_by="steps",
        parameters=4,
        bytes=8,
        quality={"error": 0.25},
        notes="",
    )
    path = write_card(tmp_path / "cards", card)
    assert path.name == "views.json"
    assert read_card(path) == card
    assert "torch" in card.versions and "cores" in card.machine


@pytest.mark.parametrize(
    ("notes", "resumed", "shown"),
    [("", False, ""), ("poor", False, "poor"), ("", True, RESUMED), ("poor", True, f"poor; {RESUMED}")],
)
def test_a_training_is_told_in_its_card(tmp_path: Path, notes: str, resumed: bool, shown: str) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "weights").write_bytes(b"12345")
    (tmp_path / "config").write_bytes(b"123")
    card = card_of(
        "views",
        purpose="denoises",
        format="diffusers",
        data="10 pictures",
        seed=3,
        spent=Spent(7, 1.26, "minutes"),
        modules=[nn.Linear(2, 3), nn.Linear(1, 1, bias=False)],
        out=tmp_path,
        quality={"error": 0.25},
        notes=notes,
        resumed=resumed,
    )
    assert (card.steps, card.seconds, card.stopped_by) == (7, 1.3, "minutes")
    assert (card.parameters, card.bytes, card.notes) == (2 * 3 + 3 + 1, 8, shown)
    assert card.command == "dreamhead train views --seed 3"
