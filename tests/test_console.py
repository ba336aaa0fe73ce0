"""Consoles show every event of the contract and take no other."""

from __future__ import annotations

import pytest

from dreamhead.console import EVENTS, HumanConsole, JsonConsole, QuietConsole


@pytest.mark.parametrize("kind", [HumanConsole, JsonConsole, QuietConsole])
def test_a_misspelt_event_is_refused(kind: type[HumanConsole | JsonConsole | QuietConsole]) -> None:
    with pytest.raises(ValueError, match="unknown event 'stage_strated'"):
        kind().tell("stage_strated", stage="carve")


def test_people_are_shown_every_event() -> None:
    assert [event for event in EVENTS if not callable(getattr(HumanConsole, f"_{event}", None))] == []
