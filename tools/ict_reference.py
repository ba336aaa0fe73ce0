"""Read the ICT-FaceKit light model's neutral, identities and expressions from its official folder, to measure against.

Nothing read here is kept: tools print figures only.  https://github.com/ICT-VGL/ICT-FaceKit (MIT), FaceXModel/.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Ints = NDArray[np.int64]

IDENTITY_COUNT = 100
# Vertex ranges as its README lists them.
NARROW_FACE, FACE, HEAD = slice(0, 6706), slice(0, 9409), slice(0, 11248)


@dataclass(frozen=True)
class Reference:
    """The model in cm: neutral (V, 3), triangles of skin and head (T, 3), identity basis (100, V, 3) or none."""

    neutral: Points
    triangles: Ints
    identities: Points

    def person(self, coefficients: Points) -> Points:
        """(100,) -> (V, 3) cm."""
        return self.neutral + np.tensordot(coefficients, self.identities, 1)


def read_reference(folder: Path, identities: bool = True) -> Reference:
    """The skin of the model in its unpacked FaceXModel folder.  Raises FileNotFoundError for another folder."""
    text = (folder / "generic_neutral_mesh.obj").read_text()
    count = HEAD.stop
    neutral = _vertices(text)[:count]
    triangles = []
    for line in text.splitlines():
        if line.startswith("f "):
            corners = [int(word.split("/")[0]) - 1 for word in line.split()[1:]]
            if max(corners) < count:
                triangles += [(corners[0], corners[k], corners[k + 1]) for k in range(1, len(corners) - 1)]
    basis = np.zeros((0, count, 3))
    if identities:
        files = [folder / f"identity{number:03}.obj" for number in range(IDENTITY_COUNT)]
        basis = np.stack([_vertices(file.read_text())[:count] - neutral for file in files])
    return Reference(neutral, np.array(triangles), basis)


def read_expressions(folder: Path) -> dict[str, Points]:
    """Apple's name, or that with Left or Right where the model has halves -> (V, 3) cm, skin and head alone."""
    neutral = _vertices((folder / "generic_neutral_mesh.obj").read_text())[: HEAD.stop]
    found = {}
    for file in sorted(folder.glob("*.obj")):
        name = file.stem.replace("_L", "Left").replace("_R", "Right")
        if not name.startswith(("identity", "generic")):
            found[name] = _vertices(file.read_text())[: HEAD.stop] - neutral
    return found


def random_people(count: int, seed: int) -> Points:
    """(count, 100) coefficients drawn from N(0, 1)."""
    return np.random.default_rng(seed).normal(size=(count, IDENTITY_COUNT))


def _vertices(text: str) -> Points:
    lines = [line[2:] for line in text.splitlines() if line.startswith("v ")]
    return np.array(" ".join(lines).split(), np.float64).reshape(-1, 3)
