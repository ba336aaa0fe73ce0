"""Cards survive the disk."""

from __future__ import annotations

from pathlib import Path

from dreamhead.train.card import Card, read_card, write_card


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
