"""The evidence sheets show every identity and character, posed as an engine poses them, within their size."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from dreamhead.head.load import load_head
from dreamhead.head.wardrobe import ITEMS

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def evidence() -> ModuleType:
    """tools/evidence.py."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import evidence
    finally:
        sys.path.remove(str(ROOT / "tools"))
    return evidence


def test_words_are_known_and_items_exist(evidence: ModuleType) -> None:
    head = load_head("builtin")
    known = {*head.macros, *head.slider_names}
    for words in evidence.IDENTITIES.values():
        assert set(words) <= known
        assert np.abs(evidence.identity_of(head, words)).max() > 0.3
    for one in evidence.CHARACTERS.values():
        assert all(name in ITEMS[slot] for slot, name in one.choice.items())
        assert set(one.attributes.sliders) <= known
    assert len(evidence.IDENTITIES) == len(evidence.CHARACTERS) == 8


def test_a_half_blink_takes_its_corrective(evidence: ModuleType) -> None:
    head = load_head("builtin")
    sitter = evidence.Sitter(head, np.zeros(len(head.slider_names), np.float32), {}, {})
    closed = sitter.posed({"eyeBlinkLeft": 1.0}) - sitter.rest
    half = sitter.posed({"eyeBlinkLeft": 0.5}) - sitter.rest
    assert np.abs(half - 0.5 * closed).max() > 2e-4
    assert sitter.posed({}) is sitter.rest


def test_panels_are_drawn_and_a_sheet_keeps_its_size(evidence: ModuleType) -> None:
    head = load_head("builtin")
    sitter = evidence.Sitter(head, np.zeros(len(head.slider_names), np.float32), {}, {})
    panels = evidence.draw_panels(sitter, evidence.TURNTABLE[:2], 48, {})
    assert [picture.shape for picture in panels] == [(48, 48, 3)] * 2
    assert all(picture.std() > 15 for picture in panels)
    rng = np.random.default_rng(0)
    noisy = rng.integers(0, 255, (400, 400, 3), dtype=np.uint8)
    assert len(evidence.jpeg_within(evidence.sheet([noisy, noisy], 2), 150_000)) <= 150_000
