"""Tables over the cranium: values by azimuth and elevation, and the region that a hairstyle grows from.

Azimuth is 0 in front, 180 at the back; elevation is 90 at the crown, 0 level with the middle of the skull and
about -45 at the nape; both in degrees, seen from the centre of the default head's cranium.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.surface import CRANIUM, Mask, azimuth, hairline_height

Floats = NDArray[np.float64]

CROWN = np.array([0.0, 14.4, -2.5])  # where hair turns, cm on the default head
NO_LIMIT = 99.0  # cm


@dataclass(frozen=True)
class CranialTable:
    """Values at the crossings of azimuths and elevations, blended between them.

    A table whose azimuths begin at 0 holds the subject's left side; the right side mirrors it, and the first
    component of a direction changes sign there.
    """

    azimuths: Floats  # (A,) rising
    elevations: Floats  # (E,) rising
    values: Floats  # (E, A, C)

    def at(self, points: Floats) -> Floats:
        """(N, 3) cm on a head -> (N, C)."""
        around = azimuth(points)
        mirrored = self.azimuths[0] >= 0
        row, row_part = _cell(elevation(points), self.elevations)
        column, column_part = _cell(np.abs(around) if mirrored else around, self.azimuths)
        last = len(self.elevations) - 1
        low, high = (
            self.values[np.minimum(row + step, last), column] * (1 - column_part)
            + self.values[np.minimum(row + step, last), np.minimum(column + 1, len(self.azimuths) - 1)]
            * column_part
            for step in (0, 1)
        )
        found = low * (1 - row_part) + high * row_part
        if mirrored and found.shape[1] == 3:
            # through zero at the middle line, so that no strand there is undecided
            found = found * np.stack([np.clip(around / 6, -1, 1), *2 * [np.ones(len(points))]], axis=1)
        return found


@dataclass(frozen=True)
class Region:
    """Where a hairstyle, or the long part of one, grows.  Curves are over the absolute azimuth, degrees."""

    lift: tuple[Floats, Floats] | None = None  # how far the hairline has moved up, cm
    floor: tuple[Floats, Floats] | None = None  # lowest height, cm on the default head
    ceiling: tuple[Floats, Floats] | None = None  # greatest height: a bald top begins above it
    strip: float = NO_LIMIT  # half the width of a strip along the middle line, cm
    bald_spot: float = 0.0  # radius of a bald spot on the crown, cm

    def inside(self, home: Floats) -> Floats:
        """(N, 3) home points -> (N,) cm within the region's edge, negative outside."""
        around = np.abs(azimuth(home))
        height = hairline_height(home)
        if self.lift is not None:
            height = height - np.interp(around, *self.lift)
        if self.floor is not None:
            height = np.minimum(height, home[:, 1] - np.interp(around, *self.floor))
        if self.ceiling is not None:
            height = np.minimum(height, np.interp(around, *self.ceiling) - home[:, 1])
        if self.strip < NO_LIMIT:
            height = np.minimum(height, self.strip - np.abs(home[:, 0]))
        if self.bald_spot > 0:
            height = np.minimum(height, np.linalg.norm(home - CROWN, axis=1) - self.bald_spot)
        return height

    def mask(
        self,
        edge: float = 0.5,
        inset: float = 0.0,
        band: tuple[float, float] | None = None,
        around: tuple[float, float] | None = None,
    ) -> Mask:
        """Density rising over edge cm from inset cm inside; only in a band of depths (cm) and of azimuths."""

        def density(home: Floats) -> Floats:
            inside = self.inside(home)
            dense = np.clip((inside - inset) / edge, 0, 1)
            if band is not None:
                dense = ((inside > band[0]) & (inside < band[1])).astype(float)
            if around is not None:
                turn = np.abs(azimuth(home))
                dense = dense * ((turn >= around[0]) & (turn <= around[1]))
            return dense

        return density


def elevation(points: Floats) -> Floats:
    """(N, 3) cm -> (N,) degrees above the middle of the skull."""
    return np.degrees(np.arcsin(np.clip(unit(points - CRANIUM)[:, 1], -1, 1)))


def cranial_table(rows: Mapping[str, Any]) -> CranialTable:
    """A table as it is written: "azimuths" and one row of numbers or of triples per elevation.

    Raises ValueError for rows of unequal length.
    """
    elevations = sorted((key for key in rows if key != "azimuths"), key=float)
    azimuths = np.array(rows["azimuths"], np.float64)
    values = np.array([rows[key] for key in elevations], np.float64)
    if values.shape[:2] != (len(elevations), len(azimuths)):
        raise ValueError(f"a table of {values.shape} values over {len(azimuths)} azimuths")
    return CranialTable(azimuths, np.array(elevations, np.float64), values.reshape(*values.shape[:2], -1))


def curve(rows: Mapping[str, Any] | float) -> tuple[Floats, Floats]:
    """A curve over the azimuth as it is written: a number, or a table of azimuth = value."""
    if not isinstance(rows, Mapping):
        return np.array([0.0, 180.0]), np.full(2, float(rows))
    keys = sorted(rows, key=float)
    return np.array(keys, np.float64), np.array([rows[key] for key in keys], np.float64)


def _cell(values: Floats, knots: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The knot below each value and how far it is to the next, as a column."""
    inside = np.clip(values, knots[0], knots[-1])
    low = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, max(len(knots) - 2, 0))
    if len(knots) == 1:
        return low, np.zeros((len(values), 1))
    return low, ((inside - knots[low]) / (knots[low + 1] - knots[low]))[:, None]
