"""Gums around both arches, papillae between their scalloped margins, and the palate above; centimetres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.arch import Arch
from dreamhead.head.builtin.part_mesh import (
    UV_MARGIN,
    Box,
    PartMesh,
    band_faces,
    capped_tube,
    fitted_in_box,
    flipped,
    into_box,
    outward,
)
from dreamhead.head.builtin.teeth import FACE_OUT

Points = NDArray[np.float64]

PER_TOOTH = 6  # sections
BEHIND = 0.40  # cm beyond the last molar
MARGIN = 0.96  # of a crown's height that shows at its middle
PAPILLA = 0.58  # of a crown's height that shows between two crowns
OUTER_MARGIN, INNER_MARGIN = 5, 10  # columns of a section
SECTION = 14  # points of a section
PALATE_ROOT = 12  # the column from which the palate springs
PALATE_ROWS, PALATE_COLUMNS = 15, 13  # points along and across
PALATE_VAULT = 0.75  # cm at its highest over the gums' inner wall
DEEP = 0.95  # cm from the highest margin to the gum's hidden far side


def gums(arch: Arch, box: Box) -> PartMesh:
    """A band around the roots, unrolled along the arch (u) and across it (v) into the UV box.

    Its section runs from deep behind the lip over the outer wall, the margin, through the teeth, over the
    inner margin and down the tongue's side.
    """
    left = _along(arch)
    along = np.concatenate([-left[:0:-1], left])
    sections = _sections(arch, np.abs(along))
    point, tangent = arch.frame(np.abs(along))
    sign = np.where(along < 0, -1.0, 1.0)
    out = np.stack([-tangent[:, 1] * sign, tangent[:, 0]], 1)
    out[along == 0] = [0.0, 1.0]
    grid = np.stack(
        [
            (point[:, 0] * sign)[:, None] + sections[..., 0] * out[:, :1],
            arch.edge_y + arch.up * sections[..., 1],
            point[:, 1:] + sections[..., 0] * out[:, 1:],
        ],
        -1,
    )
    grid[len(left) - 1, :, 0] = 0
    mesh = capped_tube(grid, (0.0, 0.0, 1.0, 1.0))
    uv = (mesh.uv - UV_MARGIN)[:, ::-1] / (1 - 2 * UV_MARGIN)  # along the arch in u
    if not arch.upper:  # upside down is mirrored
        uv = uv * [-1, 1] + [1, 0]
    uv = into_box(uv, box)
    return outward(PartMesh(mesh.vertices, mesh.faces, uv, mesh.uv_faces))


def palate(arch: Arch, box: Box) -> PartMesh:
    """The vault between the two sides of the upper gums' inner wall, seen from below in its UV box.

    Rows run backwards from behind the front teeth, columns from the right to the left gum.
    """
    band = gums(arch, box).vertices[:-2].reshape(-1, SECTION, 3)
    # At the middle of each left tooth, front to back: between them the wall's papillae would make waves.
    knots = band[len(band) // 2 + PER_TOOTH // 2 :: PER_TOOTH, PALATE_ROOT]
    at = np.linspace(0, len(knots) - 1, PALATE_ROWS)
    wall = np.stack([np.interp(at, np.arange(len(knots)), knots[:, k]) for k in range(3)], -1)
    across = np.linspace(-1, 1, PALATE_COLUMNS)
    half = wall[:, :1]
    vault = PALATE_VAULT * (1 - np.exp(-((half / 0.8) ** 2)))
    grid = np.stack(
        [
            half * across,
            wall[:, 1:2] + vault * (1 - np.abs(across) ** 2.2),
            np.repeat(wall[:, 2:], len(across), 1),
        ],
        -1,
    )
    rows, columns = grid.shape[:2]
    flat = grid.reshape(-1, 3)[:, [0, 2]] * [1, -1]
    faces = band_faces(rows, columns, closed=False)
    uv = fitted_in_box(flat, box)
    return PartMesh(grid.reshape(-1, 3), flipped(faces), uv, flipped(faces))


def gum_margins(arch: Arch, box: Box) -> tuple[float, float]:
    """v in the map of the margins towards the lip and towards the tongue."""
    uv = gums(arch, box).uv
    return float(uv[OUTER_MARGIN, 1]), float(uv[INNER_MARGIN, 1])


def _along(arch: Arch) -> Points:
    """Arc lengths of the sections, 0 first: PER_TOOTH a crown, and the taper behind the last."""
    starts = arch.starts()
    pieces = [np.linspace(starts[k], starts[k + 1], PER_TOOTH, endpoint=False) for k in range(7)]
    end = starts[-1] + BEHIND * (1 - (1 - np.linspace(0, 1, 5)) ** 1.6)
    along = np.concatenate([*pieces, end])
    along[0] = 0.0
    return along


def _sections(arch: Arch, along: Points) -> Points:
    """(n, 14, 2) points (outwards from the arch's line, from its edge line towards the gum)."""
    starts = arch.starts()
    crown = np.clip(np.searchsorted(starts, along, side="right") - 1, 0, 6)
    phase = np.clip(2 * (along - starts[crown]) / (starts[crown + 1] - starts[crown]) - 1, -1, 1)
    centre = (starts[1:] + starts[:-1]) / 2
    depth = np.interp(along, centre, [one.depth for one in arch.crowns])
    shows = np.interp(along, centre, [one.height + one.step for one in arch.crowns])
    step = np.interp(along, centre, [one.step for one in arch.crowns])
    height = shows - step
    between = np.abs(phase) ** 2.4  # 0 at a crown's middle, 1 between two
    past = np.clip((along - starts[-1]) / BEHIND, 0, 1)  # behind the last molar
    between = np.where(past > 0, np.clip(1 - 1.4 * past, 0, 1), between)
    margin = step + height * (MARGIN + (PAPILLA - MARGIN) * between)
    inner = step + height * (0.97 * MARGIN + (PAPILLA + 0.05 - MARGIN) * between)
    floor = shows * MARGIN + DEEP
    recess = 0.10 * depth * between  # papillae lie behind the crowns' faces
    root = 0.02 * (1 - between)  # the wall swells over each root
    wall = FACE_OUT - 0.13 * height - 0.08 * depth
    face = wall - recess
    back = FACE_OUT - 0.13 * height - 0.97 * depth + recess
    col = margin + 0.16 * (1 - between) + 0.10 * between
    rows = [
        (wall - 0.10, floor),
        (wall + 0.08 + 0.5 * root, margin * 0.35 + floor * 0.65),
        (wall + 0.10 + root - 0.25 * recess, margin + 0.34),
        (wall + 0.10 + root - 0.6 * recess, margin + 0.16),
        (face + 0.085, margin + 0.055),
        (face + 0.045, margin + 0.004),
        (face - 0.02, margin + 0.012 + 0.03 * (1 - between)),
        (0.65 * face + 0.35 * back, col),
        (0.35 * face + 0.65 * back, col),
        (back + 0.02, inner + 0.012 + 0.03 * (1 - between)),
        (back - 0.045, inner + 0.004),
        (back - 0.10, inner + 0.10),
        (back - 0.15, inner * 0.6 + floor * 0.4),
        (back + 0.05, floor),
    ]
    sections = np.stack([np.stack(row, -1) for row in rows], 1)
    shrink = np.sqrt(np.clip(1 - past**2.2, 0.03, 1))[:, None]
    middle = np.stack([(face + back) / 2, margin + 0.5], -1)[:, None]
    return middle + (sections - middle) * shrink[..., None]
