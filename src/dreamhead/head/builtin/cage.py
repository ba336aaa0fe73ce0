"""The control cage's topology: a half grid (x >= 0) with O-grids for eye, mouth, nostril and ear.

Nodes are named, not numbered, so that tables and masks survive a renumbering:
("g", i, j) grid, i front to back, j from the neck's base to the crown, below 0 the shoulders; ("e" | "m" |
"n" | "a", ring, k) eye, mouth, nostril and ear rings, 1 the outermost; ("w" | "f", 1, k) the loops around
the nostrils' wings and along the nasolabial folds; ("h", ring, i) the underside of the bust's hem;
("c", a, b) crown.  Ring 0 of a block is its rim, made of grid nodes.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Key = tuple[str, int, int]
Nodes = NDArray[np.int64]

COLUMNS, ROWS = 18, 26  # quads front to back, neck to cranium
BUST_ROWS = 6  # quads below the neck's base: shoulders, the last one the hem's edge
HEM_RINGS = 3  # under the hem, from the edge to the strip that closes it
EYE, NOSTRIL, EAR = (2, 17, 8, 21), (1, 12, 3, 14), (10, 12, 13, 18)  # i0, j0, i1, j1 cut from the grid
MOUTH = (5, 7, 11)  # columns from the midline, j0, j1
WING, FOLD = (4, 11, 15), (6, 6, 17)  # likewise: areas that hold a loop just inside their border
CROWN_HALF = 5  # half width of the crown's own grid, in quads
# Rings from the rim inwards.  Eye: orbital, crease, roll, front and middle of the margin, its back edge on the
# eyeball, lining, socket.
RINGS = {"e": (1, 2, 3, 4, 8, 5, 6, 7), "m": tuple(range(1, 11)), "n": (1, 2, 3, 4), "a": tuple(range(1, 10))}
RING_COUNT = {"e": 7, "m": 10, "n": 4, "a": 9}  # the number of the innermost
RING_LENGTH = {"e": 20, "m": 15, "n": 8, "a": 18, "w": 13, "f": 24}
UPPER_LID = tuple(range(18, 7, -1))  # places along an eye ring from the inner to the outer canthus
LOWER_LID = (18, 19, 0, 1, 2, 3, 4, 5, 6, 7, 8)
MOUTH_CORNER = 7  # place along a mouth ring: 0 lower lip's middle, 14 upper lip's middle
LIP_CONTACT_RING = 5  # the mouth bag begins behind it
LID_MARGIN_RING, LID_MARGIN_MIDDLE_RING, LID_EDGE_RING = 4, 8, 5
# The first ring that handles do not reach: it is built by a formula.
INNER_RING = {"e": 5, "m": 6, "n": 3, "a": 9, "h": 1}


@dataclass(frozen=True)
class Cage:
    """The half cage and its mirror.

    quads (Q, 4) index half nodes; block and ring (Q,) name each quad's block ("" for plain skin) and how
    deep in it the quad lies.  full_quads (2Q, 4) index full nodes: node f is half node source[f] with its
    x multiplied by sign[f]; the first N full nodes are the half cage itself.
    """

    keys: tuple[Key, ...]
    index: dict[Key, int]
    quads: Nodes
    block: tuple[str, ...]
    ring_of_quad: Nodes
    rims: dict[str, tuple[Key, ...]]
    midline: NDArray[np.bool_]
    full_quads: Nodes
    source: Nodes
    sign: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.keys)

    def ring(self, block: str, number: int) -> Nodes:
        """Half node numbers along a ring, 0 the rim."""
        if number == 0:
            return np.array([self.index[key] for key in self.rims[block]])
        return np.array([self.index[block, number, k] for k in range(RING_LENGTH[block])])

    def quads_within(self, **first_ring: int) -> NDArray[np.bool_]:
        """(Q,) the quads of the named blocks at or behind a ring, as in quads_within(m=5, e=4)."""
        return np.array(
            [
                name in first_ring and depth >= first_ring[name]
                for name, depth in zip(self.block, self.ring_of_quad, strict=True)
            ]
        )


@cache
def build_cage() -> Cage:
    """The one cage of the built-in head (always the same)."""
    builder = _Builder()
    rims = {"e": _rectangle(*EYE), "n": _rectangle(*NOSTRIL), "a": _rectangle(*EAR), "m": _half_rim(*MOUTH)}
    _add_grid(builder)
    for block in "enam":
        _add_rings(builder, block, rims[block], closed=block != "m")
    _add_crown(builder)
    for block, area in (("w", WING), ("f", FOLD)):
        rims[block] = _half_rim(*area)
        _add_loop(builder, block, rims[block], area)
    _add_hem(builder)
    keys = tuple(builder.index)
    midline = np.array([_on_midline(key) for key in keys])
    quads = np.array(builder.quads)
    mirrored = np.arange(len(keys))
    mirrored[~midline] = len(keys) + np.arange(np.count_nonzero(~midline))
    return Cage(
        keys=keys,
        index=builder.index,
        quads=quads,
        block=tuple(builder.block),
        ring_of_quad=np.array(builder.ring),
        rims=rims,
        midline=midline,
        full_quads=np.concatenate([quads, _reversed(mirrored[quads])]),
        source=np.concatenate([np.arange(len(keys)), np.nonzero(~midline)[0]]),
        sign=np.concatenate([np.ones(len(keys)), -np.ones(np.count_nonzero(~midline))]),
    )


def node_key(name: str) -> Key:
    """The node that tables write as "g3,4"."""
    ring, place = name[1:].split(",")
    return name[0], int(ring), int(place)


class _Builder:
    def __init__(self) -> None:
        self.index: dict[Key, int] = {}
        self.quads: list[tuple[int, int, int, int]] = []
        self.block: list[str] = []
        self.ring: list[int] = []

    def node(self, key: Key) -> int:
        return self.index.setdefault(key, len(self.index))

    def quad(self, corners: tuple[Key, Key, Key, Key], block: str = "", ring: int = 0) -> None:
        a, b, c, d = (self.node(key) for key in corners)
        self.quads.append((a, b, c, d))
        self.block.append(block)
        self.ring.append(ring)


def _reversed(quads: Nodes) -> Nodes:
    """The same faces turned over; triangles keep their repeated index last."""
    turned = quads[:, ::-1].copy()
    triangle = quads[:, 2] == quads[:, 3]
    turned[triangle] = quads[triangle][:, [2, 1, 0, 0]]
    return turned


def _rectangle(i0: int, j0: int, i1: int, j1: int) -> tuple[Key, ...]:
    """The rim of a block cut from the grid, counter-clockwise as seen from outside."""
    around = [(i, j0) for i in range(i0, i1)] + [(i1, j) for j in range(j0, j1)]
    around += [(i, j1) for i in range(i1, i0, -1)] + [(i0, j) for j in range(j1, j0, -1)]
    return tuple(("g", i, j) for i, j in around)


def _half_rim(columns: int, low: int, high: int) -> tuple[Key, ...]:
    """An open rim from the lower midline over the left side to the upper midline."""
    around = [(i, low) for i in range(columns)] + [(columns, j) for j in range(low, high)]
    around += [(i, high) for i in range(columns, -1, -1)]
    return tuple(("g", i, j) for i, j in around)


def _add_grid(builder: _Builder) -> None:
    holes = (EYE, NOSTRIL, EAR, (0, MOUTH[1], MOUTH[0], MOUTH[2]))
    for j in range(-BUST_ROWS, ROWS):
        for i in range(COLUMNS):
            if not any(i0 <= i < i1 and j0 <= j < j1 for i0, j0, i1, j1 in holes):
                builder.quad((("g", i, j), ("g", i + 1, j), ("g", i + 1, j + 1), ("g", i, j + 1)))


def _add_rings(builder: _Builder, block: str, rim: tuple[Key, ...], closed: bool) -> None:
    """Concentric rings inside a rim; the innermost is closed by a strip, the eye's stays open."""
    count, length = RING_COUNT[block], len(rim)
    numbers = (0, *RINGS[block])
    rings = [list(rim)] + [[(block, r, k) for k in range(length)] for r in RINGS[block]]
    for ring in rings:
        for key in ring:
            builder.node(key)
    for outer, inner, number in zip(rings, rings[1:], numbers, strict=False):
        depth = LID_MARGIN_RING if (block, number) == ("e", LID_MARGIN_MIDDLE_RING) else number
        for k in range(length if closed else length - 1):
            after = (k + 1) % length
            builder.quad((outer[k], outer[after], inner[after], inner[k]), block, depth)
    if block == "e":
        return
    last, a, b = rings[-1], 0, length - 1
    while b - a > 1:
        if b - a == 2:
            builder.quad((last[a], last[a + 1], last[b], last[b]), block, count)
        else:
            builder.quad((last[a], last[a + 1], last[b - 1], last[b]), block, count)
        a, b = a + 1, b - 1


def _add_loop(builder: _Builder, block: str, rim: tuple[Key, ...], area: tuple[int, int, int]) -> None:
    """Split the quads inside an open rim along a new loop of nodes."""
    columns, low, high = area
    inside = {
        (("g", i, j), ("g", i + 1, j), ("g", i + 1, j + 1), ("g", i, j + 1))
        for j in range(low, high)
        for i in range(columns)
    }
    moved = {builder.node(key): builder.node((block, 1, k)) for k, key in enumerate(rim)}
    numbered = {tuple(builder.index.get(key, -1) for key in corners) for corners in inside}
    for number, quad in enumerate(builder.quads):
        if quad in numbered:
            a, b, c, d = (moved.get(node, node) for node in quad)
            builder.quads[number] = (a, b, c, d)
    for k in range(len(rim) - 1):
        builder.quad((rim[k], rim[k + 1], (block, 1, k + 1), (block, 1, k)))


def _add_hem(builder: _Builder) -> None:
    """The bust's underside: rings that shrink inwards, then a strip from front to back."""
    rings: list[list[Key]] = [[("g", i, -BUST_ROWS) for i in range(COLUMNS + 1)]]
    rings += [[("h", r, i) for i in range(COLUMNS + 1)] for r in range(1, HEM_RINGS + 1)]
    for r, (outer, inner) in enumerate(itertools.pairwise(rings)):
        for i in range(COLUMNS):
            builder.quad((inner[i], inner[i + 1], outer[i + 1], outer[i]), "h", r)
    last = rings[-1]
    for i in range(COLUMNS // 2 - 1):
        builder.quad((last[COLUMNS - i], last[COLUMNS - i - 1], last[i + 1], last[i]), "h", HEM_RINGS)
    i = COLUMNS // 2
    builder.quad((last[i + 1], last[i], last[i - 1], last[i - 1]), "h", HEM_RINGS)


def _add_crown(builder: _Builder) -> None:
    length = COLUMNS - 2 * CROWN_HALF  # quads along the midline

    def key(a: int, b: int) -> Key:
        if b == 0:
            return ("g", a, ROWS)
        if b == length:
            return ("g", COLUMNS - a, ROWS)
        if a == CROWN_HALF:
            return ("g", CROWN_HALF + b, ROWS)
        return ("c", a, b)

    for a in range(CROWN_HALF):
        for b in range(length):
            builder.quad((key(a, b), key(a + 1, b), key(a + 1, b + 1), key(a, b + 1)))


def _on_midline(key: Key) -> bool:
    kind, first, second = key
    if kind == "g":
        return first in (0, COLUMNS)
    if kind in "mwf":
        return second in (0, RING_LENGTH[kind] - 1)
    if kind == "h":
        return second in (0, COLUMNS)
    return kind == "c" and first == 0
