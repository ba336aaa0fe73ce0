"""Smooth modes without a name: waves of low frequency through the head's box, what sliders leave of a likeness.

Each mode moves points along one axis by a product of cosines of x, y and z (a sine of x where it moves x, so
that the midline stays), at most AMPLITUDE cm.  They are formulas, chosen by three wave numbers; nothing is
tabulated.  About the eye a mode is a plain shift of the eyeball with its lids.
"""

from __future__ import annotations

import numpy as np

from dreamhead.head.builtin.anatomy import EYE_CENTER
from dreamhead.head.builtin.shapes import Field, Masks, Points, above_shoulders, near_eye

AMPLITUDE = 0.4  # cm at 1
BOX_LOW, BOX_SIZE = np.array([0.0, -11.0, -9.0]), np.array([10.0, 26.0, 23.0])  # cm; x from the midline out
# Axis moved, half waves across x, y, z; in the order in which they explain what the sliders leave
# (tools/fit_identities.py --choose-modes).
WAVES: tuple[tuple[str, int, int, int], ...] = (
    ("y", 0, 2, 2), ("z", 0, 1, 0), ("z", 0, 5, 2), ("x", 1, 2, 4), ("y", 1, 0, 0), ("x", 1, 3, 3),
    ("z", 0, 2, 3), ("x", 1, 4, 3), ("x", 1, 0, 3), ("y", 1, 1, 4), ("z", 3, 5, 0), ("z", 2, 2, 4),
)  # fmt: skip


def mode_fields() -> dict[str, Field]:
    """{"mode_01": field, ...} in WAVES' order."""
    return {f"mode_{number:02}": wave_field(*wave) for number, wave in enumerate(WAVES, 1)}


def wave_field(axis: str, across: int, up: int, forward: int) -> Field:
    """One wave as a field; `axis` is "x", "y" or "z", the numbers are half waves in the box."""
    column = "xyz".index(axis)
    counts = np.array([across, up, forward])

    def field(p: Points, _: Masks) -> Points:
        moved = np.zeros_like(p)
        about_eye = near_eye(p, 2.0, 3.6)
        at_eye = _wave(EYE_CENTER[None], column, counts)
        moved[:, column] = (1 - about_eye) * _wave(p, column, counts) + about_eye * at_eye
        return moved * (AMPLITUDE * above_shoulders(p))[:, None]

    return field


def _wave(p: Points, column: int, counts: Points) -> Points:
    phase = np.pi * counts * (p - BOX_LOW) / BOX_SIZE
    factors = np.cos(phase)
    if column == 0:
        factors[:, 0] = np.sin(phase[:, 0])
    return factors.prod(1)
