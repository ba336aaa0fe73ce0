"""Compare the built-in head's expressions with ICT-FaceKit's, target by target.

    python tools/compare_expressions.py FACEXMODEL [--write docs/reference/expressions.md]

FACEXMODEL is the unpacked folder of https://github.com/ICT-VGL/ICT-FaceKit (MIT).  Our base head lies on the
model's neutral, so a skin vertex is compared with the nearest point there that looks the same way; the motions
compared are those of our default head.  For each target, over the moved area (where either head moves a skin
vertex by more than a tenth of that head's largest motion; every vertex counts by its area):

- cosine: of the two displacement fields, sum(a.b) / sqrt(sum(a.a) sum(b.b));
- direction: the mean over the vertices of the cosine between their two motions, weighted by the model's motion;
- magnitude: root mean square of our motion over the model's;
- moved: the moved area's share of the skin that is compared.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ict_reference import HEAD, read_expressions, read_reference
from motion_checks import report
from numpy.typing import NDArray

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.model import build_head
from dreamhead.head.builtin.surface import build_surface
from dreamhead.head.correspondence import SurfaceSearch
from dreamhead.head.geometry import triangulate, vertex_normals
from dreamhead.head.model import ARKIT_NAMES
from dreamhead.stages.rig import SPLIT_NAMES, with_extras

Points = NDArray[np.float64]

METRES = 0.01  # in a centimetre
MOVED = 0.1  # of the largest motion
NEAR, ALIKE = 0.006, 0.5  # metres and cosine of normals within which points correspond
ASKED = 0.9
HEADER = """# Expressions

Written by `python tools/compare_expressions.py FACEXMODEL --write docs/reference/expressions.md`; do not edit.

## What a bundle holds

The 52 of ARKit first, in Apple's order; then `browInnerUpLeft`, `browInnerUpRight`, `cheekPuffLeft`,
`cheekPuffRight`, which add up to the undivided targets; the 15 visemes `viseme_sil PP FF TH DD kk CH SS nn RR aa E I
O U`, each a sum of the 52; and three correctives.

- `eyeBlinkHalfLeft`, `eyeBlinkHalfRight`: a morph target takes a lid straight through the eyeball instead of around
  it.  Play the half-blink at 4 w (1 - w), where w is the weight of `eyeBlink` of that side: in Blender a driver, in
  Unreal a curve or an in-between at 0.5, in a web viewer one line of code.  `dreamhead.head.correctives.with_driven`
  does it in Python.  Without it the visible lids sink at most 0.2 mm into the eyeball, but their edges thin.
- `jawOpenJoint`: the mouth opens either by `jawOpen` w with the jaw's joint at rest, or by the joint turned by w
  times the angle below about its X axis with `jawOpenJoint` at w.  Both give the same head; never play both.

`mouthClose` is meant on top of `jawOpen`, as Apple has it.

"""
COMPARED = """## Against ICT-FaceKit

The displacement tables of the built-in head are sparse measurements on the
[ICT-FaceKit](https://github.com/ICT-VGL/ICT-FaceKit) light model (MIT).  This is how much of that model's motion they
keep on a head of another shape, with lids, lips and jaw moved by rules of our own.  The script reads the model from
the folder that it is given and keeps nothing of it; its first lines say what the columns are.  `tongueOut` is missing
there and has nothing to be compared with.  Asked: a cosine of at least 0.9.

| target | cosine | direction | magnitude | moved area |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Row:
    """One target's comparison; moved is a share of the compared skin's area."""

    name: str
    cosine: float
    direction: float
    magnitude: float
    moved: float


@dataclass(frozen=True)
class Matched:
    """Skin vertices (N,) of ours that have a counterpart, the area (N,) each stands for, and where it is."""

    vertices: NDArray[np.int64]
    area: Points
    corners: NDArray[np.int64]  # (N, 3) the model's vertices
    weights: Points  # (N, 3)

    def read(self, field: Points) -> Points:
        """The model's (V, 3) at the counterparts, (N, 3)."""
        return np.asarray((field[self.corners] * self.weights[..., None]).sum(1))


def match(folder: Path) -> Matched:
    """Lay our base head's exterior skin on the model's neutral."""
    surface, reference = build_surface(), read_reference(folder, identities=False)
    base = generate.neutral_vertices(generate.base_generator())[: surface.vertex_count]
    shown = surface.quads[~surface.inner & ~surface.hem]
    triangles = triangulate(surface.quads.astype(np.int32))
    vertices = np.unique(shown)
    search = SurfaceSearch(reference.neutral * METRES, reference.triangles.astype(np.int32))
    seat = search.seat(base[vertices] * METRES, vertex_normals(base, triangles)[vertices])
    close = (seat.distance < NEAR) & (seat.cosine > ALIKE)
    area = _vertex_areas(base, shown)[vertices]
    return Matched(vertices[close], area[close], seat.vertices[close].astype(np.int64), seat.weights[close])


def compare(folder: Path) -> list[Row]:
    """The rows of all targets that the model has, halves included."""
    matched = match(folder)
    theirs = read_expressions(folder)
    generator = generate.default_generator()
    neutral = (generate.neutral_vertices(generator) * METRES).astype(np.float32)
    deltas = {
        name: (delta * METRES).astype(np.float32)
        for name, delta in generate.expression_deltas(generator).items()
    }
    ours = with_extras(neutral, deltas)
    for name in SPLIT_NAMES:
        theirs[name] = theirs[f"{name}Left"] + theirs[f"{name}Right"]
    names = [*ARKIT_NAMES, *(f"{name}{side}" for name in SPLIT_NAMES for side in ("Left", "Right"))]
    return [
        compared(name, ours[name][matched.vertices] / METRES, matched.read(theirs[name]), matched.area)
        for name in names
        if name in theirs
    ]


def compared(name: str, ours: Points, theirs: Points, area: Points) -> Row:
    """Two displacement fields (N, 3) cm at the same points, each standing for an area (N,)."""
    length, their_length = np.linalg.norm(ours, axis=1), np.linalg.norm(theirs, axis=1)
    moved = (length > MOVED * length.max()) | (their_length > MOVED * their_length.max())
    a, b, weight = ours[moved].astype(np.float64), theirs[moved], area[moved]
    dot = (a * b).sum(1)
    own, other = float(weight @ (a * a).sum(1)), float(weight @ (b * b).sum(1))
    pointwise = dot / np.maximum(length[moved] * their_length[moved], 1e-9)
    importance = weight * their_length[moved]
    return Row(
        name,
        cosine=float(weight @ dot) / np.sqrt(own * other),
        direction=float(importance @ pointwise / importance.sum()),
        magnitude=float(np.sqrt(own / other)),
        moved=float(weight.sum() / area.sum()),
    )


def table(rows: list[Row]) -> str:
    """Markdown rows, then the worst and the middle."""
    lines = [
        f"| `{row.name}` | {row.cosine:.3f} | {row.direction:.3f} | {row.magnitude:.2f} | {100 * row.moved:.1f} % |"
        for row in rows
    ]
    worst = min(rows, key=lambda row: row.cosine)
    middle = float(np.median([row.cosine for row in rows]))
    lines.append(f"\nWorst: `{worst.name}`, {worst.cosine:.3f}; median {middle:.3f}; {len(rows)} targets.")
    return "\n".join(lines) + "\n"


def _vertex_areas(vertices: Points, quads: NDArray[np.int64]) -> Points:
    """(V,) a quarter of each adjoining quad's area."""
    corners = vertices[quads]
    across = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    areas = np.zeros(len(vertices))
    np.add.at(areas, quads.ravel(), np.repeat(np.linalg.norm(across, axis=1) / 8, 4))
    return areas


def main() -> None:
    """Compare, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help=f"FaceXModel, with {HEAD.stop} skin vertices")
    parser.add_argument("--write", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    rows = compare(arguments.folder)
    print(table(rows))
    if arguments.write:
        arguments.write.write_text(
            f"{HEADER}{report(build_head())}\n{COMPARED}{table(rows)}", encoding="utf-8"
        )
    low = [row.name for row in rows if row.cosine < ASKED]
    if low:
        print("under 0.9: " + ", ".join(low))


if __name__ == "__main__":
    main()
