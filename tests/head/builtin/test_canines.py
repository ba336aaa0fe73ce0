"""Fangs and tusks: only the canines grow, alike on both sides, and a tusk rises before the upper lip."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.arch import UPPER
from dreamhead.head.builtin.canines import CROWN_VERTICES, FANG_GROWTH, with_fangs
from dreamhead.head.builtin.identity import CREATURE_SLIDERS, MACROS, values_of
from dreamhead.head.builtin.parts import part_meshes


def part(name: str, **sliders: float) -> np.ndarray:
    vertices = generate.neutral_vertices(generate.generator(values_of(sliders)))
    return vertices[generate.part_slices()[name]]


def test_people_have_none():
    for sliders in MACROS.values():
        assert not set(CREATURE_SLIDERS) & set(sliders)


def test_fangs_lengthen_the_canines_alone():
    before = part_meshes()["teeth_upper"].vertices
    grown = with_fangs(before, 1.0)
    crowns = np.linalg.norm(grown - before, axis=1).reshape(-1, CROWN_VERTICES).max(1)
    assert list(np.flatnonzero(crowns)) == [2, 9]
    tips = before[:, 1].min(), grown[:, 1].min()
    assert tips[0] - tips[1] == pytest.approx(FANG_GROWTH, abs=0.05)
    gum = before[:, 1] > UPPER.edge_y + UPPER.crowns[2].height + 0.1
    assert np.array_equal(grown[gum], before[gum])


@pytest.mark.parametrize("sliders", [{"tusk_length": 1.0}, {"tusk_length": 1.0, "mouth_projection": 1.0}])
def test_tusks_rise_before_the_upper_lip(sliders):
    vertices = generate.neutral_vertices(generate.generator(values_of(sliders)))
    slices = generate.part_slices()
    skin = vertices[slices["skin"]]
    tusk = vertices[slices["teeth_lower"]].reshape(-1, CROWN_VERTICES, 3)[2]
    other = vertices[slices["teeth_lower"]].reshape(-1, CROWN_VERTICES, 3)[9]
    tip = tusk[tusk[:, 1].argmax()]
    seam = skin[(np.abs(skin[:, 0] - tip[0]) < 0.4) & (skin[:, 2] > 9.5)]
    beside = seam[np.abs(seam[:, 1] - tip[1]) < 0.4]
    assert tip[1] > -3.5 + 0.9 and tip[2] > beside[:, 2].max()
    assert np.allclose(np.sort(other[:, 0]), np.sort(-tusk[:, 0]), atol=1e-6)


def test_small_tusks_leave_the_other_teeth_alone():
    moved = np.abs(part("teeth_lower", tusk_length=0.3) - part("teeth_lower")).max(1)
    assert list(np.flatnonzero(moved.reshape(-1, CROWN_VERTICES).max(1) > 0.05)) == [2, 9]
