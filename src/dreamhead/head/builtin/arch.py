"""The dental arches: where each tooth stands and how large it is; default head's centimetres.

Sizes of tooth crowns are rounded averages of adult dental anatomy (Wheeler's tables).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Crown:
    """One tooth's visible crown, cm: width along the arch, depth across it, height from edge to gum.

    step: its biting edge's distance from the arch's edge line towards the gum; turn and shift: how far it
    stands out of line where teeth crowd, degrees about its axis (its far side outwards) and cm outwards.
    """

    kind: str  # incisor, canine, premolar, molar
    width: float
    depth: float
    height: float
    step: float
    turn_deg: float
    shift: float


@dataclass(frozen=True)
class Arch:
    """Seven crowns a side from the midline backwards, on the line of their faces.

    The line is x = half_width sin^0.92 t, z = front - depth (1 - cos t).
    """

    upper: bool
    half_width: float
    depth: float
    front: float
    edge_y: float
    crowns: tuple[Crown, ...]

    @property
    def up(self) -> int:
        """+1 where the gum is above the teeth."""
        return 1 if self.upper else -1

    def starts(self) -> Points:
        """(8,) arc lengths from the midline at which crowns begin, and where the last one ends."""
        return np.concatenate(
            [[MIDLINE_GAP], MIDLINE_GAP + np.cumsum([crown.width for crown in self.crowns])]
        )

    def frame(self, along: Points) -> tuple[Points, Points]:
        """Points (n, 2) as (x, z) at arc lengths from the midline, and unit tangents (n, 2) away from it."""
        t = np.linspace(0, 2.0, 500)
        line = np.stack([self.half_width * np.sin(t) ** 0.92, self.front - self.depth * (1 - np.cos(t))], -1)
        length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        here = np.stack([np.interp(along, length, line[:, k]) for k in range(2)], -1)
        beyond = np.stack([np.interp(along + 0.01, length, line[:, k]) for k in range(2)], -1)
        tangent = beyond - here
        return here, tangent / np.linalg.norm(tangent, axis=-1, keepdims=True)


MIDLINE_GAP = 0.005
UPPER = Arch(
    True, 2.62, 4.9, 10.46, -3.80,
    (
        Crown("incisor", 0.86, 0.70, 1.06, 0.00, 2.0, 0.00),
        Crown("incisor", 0.68, 0.62, 0.92, 0.07, -6.0, -0.03),
        Crown("canine", 0.78, 0.80, 1.02, 0.01, 5.0, 0.04),
        Crown("premolar", 0.70, 0.90, 0.86, 0.08, -3.0, 0.00),
        Crown("premolar", 0.68, 0.90, 0.80, 0.12, 4.0, -0.02),
        Crown("molar", 1.02, 1.08, 0.76, 0.16, 0.0, 0.01),
        Crown("molar", 0.94, 1.04, 0.70, 0.19, -2.0, 0.00),
    ),
)  # fmt: skip
LOWER = Arch(
    False, 2.45, 4.7, 9.98, -3.48,
    (
        Crown("incisor", 0.54, 0.60, 0.90, 0.00, -5.0, 0.02),
        Crown("incisor", 0.60, 0.62, 0.92, 0.01, 6.0, -0.03),
        Crown("canine", 0.70, 0.76, 1.02, -0.03, -4.0, 0.03),
        Crown("premolar", 0.70, 0.76, 0.86, 0.06, 5.0, 0.00),
        Crown("premolar", 0.72, 0.82, 0.80, 0.09, -4.0, -0.02),
        Crown("molar", 1.08, 1.02, 0.76, 0.11, 2.0, 0.00),
        Crown("molar", 1.00, 0.98, 0.70, 0.11, 0.0, 0.00),
    ),
)  # fmt: skip
