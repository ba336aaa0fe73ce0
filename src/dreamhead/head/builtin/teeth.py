"""Tooth crowns from formulas: incisors, canines, premolars, molars with cusps; default head's centimetres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.arch import Arch, Crown
from dreamhead.head.builtin.part_mesh import (
    UV_MARGIN,
    Box,
    Faces,
    PartMesh,
    band_faces,
    fan_faces,
    into_box,
    joined,
    mirrored,
    outward,
    rounded,
)

Points = NDArray[np.float64]

ROWS, SEGMENTS = 8, 16  # of a crown's wall
CAP_RINGS = (0.76, 0.52, 0.27)  # of its biting surface, as shares of the wall's first ring
ROOTED = 1.22  # the wall's height as a multiple of what shows
IRREGULARITY = 0.5  # of the turns and shifts in the arch's table
LEAN = {"incisor": 0.13, "canine": 0.10, "premolar": 0.04, "molar": 0.02}  # outwards per height
FACE_OUT = 0.08  # cm that crowns' faces stand before the arch's line

# Profiles from biting edge (0) to root (1): half width, and the faces towards lip and tongue, as shares of
# width and depth with the lip's side at 0 and the tongue's at -1.
_AT = np.array([0.0, 0.08, 0.22, 0.40, 0.60, 0.80, 1.0])
_PROFILES = {
    "incisor": (
        (0.86, 0.95, 1.00, 0.98, 0.91, 0.80, 0.70),
        (-0.17, -0.10, -0.04, 0.00, 0.00, -0.07, -0.15),
        (-0.34, -0.36, -0.45, -0.62, -0.86, -0.98, -0.93),
    ),
    "canine": (
        (0.46, 0.72, 0.97, 1.00, 0.90, 0.78, 0.68),
        (-0.26, -0.15, -0.06, 0.00, 0.00, -0.06, -0.14),
        (-0.44, -0.48, -0.58, -0.74, -0.94, -1.00, -0.94),
    ),
    "premolar": (
        (0.74, 0.90, 1.00, 0.99, 0.90, 0.80, 0.74),
        (-0.20, -0.11, -0.04, 0.00, -0.01, -0.06, -0.12),
        (-0.80, -0.88, -0.95, -1.00, -0.98, -0.94, -0.88),
    ),
    "molar": (
        (0.82, 0.93, 1.00, 0.99, 0.93, 0.86, 0.82),
        (-0.17, -0.09, -0.03, 0.00, -0.01, -0.06, -0.11),
        (-0.83, -0.91, -0.97, -1.00, -0.98, -0.94, -0.89),
    ),
}
_BOXINESS = {"incisor": 0.72, "canine": 0.86, "premolar": 0.80, "molar": 0.62}  # 1 round, towards 0 square
# Cusps: place along the arch (1 away from the midline) and across it (1 towards the lip), height cm, radius.
_CUSPS = {
    "premolar": ((0.0, 0.62, 0.17, 0.55), (0.0, -0.60, 0.13, 0.50)),
    "molar": (
        (-0.46, 0.62, 0.16, 0.42),
        (0.46, 0.62, 0.15, 0.42),
        (-0.44, -0.60, 0.15, 0.44),
        (0.46, -0.58, 0.12, 0.42),
    ),
}
_FOSSA = {"premolar": 0.15, "molar": 0.14}  # cm of the ground between cusps below their tips


@dataclass(frozen=True)
class CrownCell:
    """Where one crown lies in the map: its wall unrolled, the lip's side in the middle, and its biting surface."""

    place: int  # 0 the front tooth .. 6 the last molar
    side: int  # 1 left, -1 right
    kind: str
    wall: Box
    cap: Box


def teeth(arch: Arch, box: Box, irregularity: float = IRREGULARITY) -> PartMesh:
    """One arch of 14 crowns in its UV box, alike on both sides.

    irregularity: 0 stands every tooth in line, 1 crowds them as far as the arch's table says.
    """
    meshes = []
    for cell in crown_cells(arch, box):
        vertices, faces, wall_uv, cap_uv, uv_faces = _crown(arch.crowns[cell.place], arch.up)
        vertices = _placed(arch, cell.place, vertices, irregularity)
        uv = np.concatenate([into_box(wall_uv, cell.wall, 0), into_box(cap_uv, cell.cap, 0)])
        crown = outward(PartMesh(vertices, faces, uv, uv_faces))
        if cell.side < 0:  # mirrored within its own islands, so that no face of its UV is turned over
            middle = [np.array([island[0] + island[2] - 1, 0.0]) for island in (cell.wall, cell.cap)]
            crown = mirrored(crown)
            uv = crown.uv + np.repeat(middle, [len(wall_uv), len(cap_uv)], axis=0)
            crown = PartMesh(crown.vertices, crown.faces, uv, crown.uv_faces)
        meshes.append(crown)
    return joined(meshes)


def crown_cells(arch: Arch, box: Box) -> list[CrownCell]:
    """The 14 crowns' islands, left ones first from the midline backwards, in rows as large as the box allows."""
    sizes = np.array([_island_sizes(crown) for crown in arch.crowns] * 2)  # (14, 2, 2) cm
    scale = (box[2] - box[0]) / sizes[:, :, 0].max() / 2
    corners = _shelved(sizes, box, scale)
    while corners is None:
        scale *= 0.98
        corners = _shelved(sizes, box, scale)
    cells = []
    for number, (size, corner) in enumerate(zip(sizes * scale, corners, strict=True)):
        place, side = number % len(arch.crowns), 1 if number < len(arch.crowns) else -1
        wall, cap = (
            (float(u), float(v), float(u + width), float(v + height))
            for (u, v), (width, height) in zip(corner, size, strict=True)
        )
        cells.append(CrownCell(place, side, arch.crowns[place].kind, wall, cap))
    return cells


def _shelved(sizes: Points, box: Box, scale: float) -> Points | None:
    """(n, 2, 2) upper left corners of islands set in rows from the box's top; None when they do not fit."""
    u0, v0, u1, v1 = box
    gap = 2 * UV_MARGIN
    corners = np.zeros((len(sizes), 2, 2))
    u, v, high = u0, v0, 0.0
    for number, pair in enumerate(sizes * scale):
        if u + pair[:, 0].sum() + 2 * gap > u1:
            u, v, high = u0, v + high + gap, 0.0
        for island, (width, height) in enumerate(pair):
            corners[number, island] = u + gap / 2, v + gap / 2
            u, high = u + width + gap, max(high, height)
    return corners if v + high + gap <= v1 + 1e-9 else None


def _island_sizes(crown: Crown) -> Points:
    """(2, 2) width and height in cm of a crown's wall and of its biting surface in the map."""
    grid, _, _ = _crown_points(crown)
    uv = _wall_uv(grid)
    return np.stack([np.ptp(uv, axis=0), np.ptp(grid[0][:, [0, 2]], axis=0)])


def _placed(arch: Arch, place: int, vertices: Points, irregularity: float) -> Points:
    """A crown in its own frame -> the left side of the arch."""
    crown = arch.crowns[place]
    point, tangent = arch.frame(np.array(arch.starts()[place] + crown.width / 2))
    angle = np.radians(crown.turn_deg * irregularity)
    middle = -0.45 * crown.depth
    x, out = vertices[:, 0], vertices[:, 2] - middle
    x, out = np.cos(angle) * x - np.sin(angle) * out, np.sin(angle) * x + np.cos(angle) * out + middle
    out = out + FACE_OUT + crown.shift * irregularity - LEAN[crown.kind] * vertices[:, 1]
    return np.stack(
        [
            point[0] + x * tangent[0] - out * tangent[1],
            arch.edge_y + arch.up * (crown.step + vertices[:, 1]),
            point[1] + x * tangent[1] + out * tangent[0],
        ],
        1,
    )


def _crown(crown: Crown, up: int) -> tuple[Points, Faces, Points, Points, Faces]:
    """vertices, faces, UV in 0..1 of the wall and of the biting surface, uv_faces.

    up: -1 where the crown will be turned upside down, which mirrors it; its UV is mirrored beforehand.
    """
    grid, rings, tip = _crown_points(crown)
    vertices = np.concatenate([grid.reshape(-1, 3), rings.reshape(-1, 3), tip])
    wall_uv = _wall_uv(grid)
    cap_uv = np.concatenate([grid[0], rings.reshape(-1, 3), tip])[:, [0, 2]] * [1, -1]
    flip = np.array([up, 1])
    wall_uv, cap_uv = ((uv * flip - (uv * flip).min(0)) / np.ptp(uv, axis=0) for uv in (wall_uv, cap_uv))
    return vertices, *_crown_faces(wall_uv, cap_uv)


def _crown_points(crown: Crown) -> tuple[Points, Points, Points]:
    """Wall (ROWS, SEGMENTS, 3) from edge to root, rings of the biting surface, and its middle (1, 3).

    x along the arch away from the midline, y from the biting edge (0) to the gum, z towards the lip.
    """
    t = np.linspace(0, 1, ROWS) ** 1.25
    wide, lip, tongue = (np.interp(t, _AT, np.array(row)) for row in _PROFILES[crown.kind])
    around = np.arange(SEGMENTS) * 2 * np.pi / SEGMENTS - np.pi / 2  # column 0 towards the tongue
    boxy = _BOXINESS[crown.kind]
    along, across = rounded(np.cos(around), boxy), rounded(np.sin(around), boxy)
    narrower = 1 - (0.20 if crown.kind in ("incisor", "canine") else 0.06) * np.clip(
        (0.1 - across) / 1.1, 0, 1
    )
    grid = np.zeros((ROWS, SEGMENTS, 3))
    grid[..., 0] = crown.width / 2 * wide[:, None] * along * narrower
    grid[..., 2] = crown.depth * ((lip + tongue)[:, None] / 2 + (lip - tongue)[:, None] / 2 * across)
    tip = np.array([[0.0, 0.0, crown.depth * (lip[0] + tongue[0]) / 2]])
    rings = np.stack([tip + (grid[0] - tip) * share for share in CAP_RINGS])
    grid[..., 1] = (t * crown.height * ROOTED)[:, None] + (1 - t[:, None]) ** 4 * _edge(crown, grid[0])
    for ring in (*rings, tip):
        ring[:, 1] = _edge(crown, ring)
    return grid, rings, tip


def _wall_uv(grid: Points) -> Points:
    """The wall unrolled in cm: each row as long as it is, centred; one more column than the wall, for the seam."""
    ring = np.concatenate([grid, grid[:, :1]], 1)
    steps = np.linalg.norm(np.diff(ring, axis=1), axis=2)
    u = np.concatenate([np.zeros((ROWS, 1)), np.cumsum(steps, 1)], 1)
    u -= u[:, -1:] / 2
    rise = np.linalg.norm(np.diff(grid, axis=0), axis=2).mean(1)
    v = np.concatenate([[0.0], np.cumsum(rise)])
    return np.stack([u, np.broadcast_to(v[:, None], u.shape)], -1).reshape(-1, 2)


def _edge(crown: Crown, points: Points) -> Points:
    """Height (n,) of the biting surface below its highest tip: rounded corners, a point, or cusps and fissures."""
    a = points[:, 0] / (crown.width / 2)
    if crown.kind == "incisor":
        return crown.width * (0.03 * a**2 + 0.14 * np.abs(a) ** 5 + 0.04 * np.maximum(a, 0) ** 3)
    if crown.kind == "canine":
        return crown.width * (0.30 * np.abs(a) ** 1.15 + 0.06 * np.maximum(a, 0))
    b = points[:, 2] / (crown.depth / 2) + 1
    peaks = [
        high * np.exp(-((a - place) ** 2 + (b - beside) ** 2) / radius**2)
        for place, beside, high, radius in _CUSPS[crown.kind]
    ]
    fossa = _FOSSA[crown.kind]
    ridge = 0.45 * fossa * np.exp(-(((np.abs(a) - 0.80) / 0.20) ** 2)) * np.exp(-((b / 0.6) ** 2))
    # The highest of the hills, softly: where two meet stays a fissure.
    total = (np.stack([*peaks, ridge]) ** 4).sum(0) ** 0.25
    return fossa + 0.02 - total


def _crown_faces(wall_uv: Points, cap_uv: Points) -> tuple[Faces, Points, Points, Faces]:
    """faces, the two UVs as given, uv_faces (the biting surface's UV after the wall's)."""
    start, count = ROWS * SEGMENTS, len(CAP_RINGS)
    tip = start + count * SEGMENTS
    wall = band_faces(ROWS, SEGMENTS, closed=True)
    k = np.arange(SEGMENTS)
    after = (k + 1) % SEGMENTS
    bridge = np.stack([start + k, start + after, after, k], 1)
    cap = band_faces(count, SEGMENTS, closed=True)[:, [3, 2, 1, 0]] + start
    over = np.concatenate([bridge, cap, fan_faces(tip - SEGMENTS, SEGMENTS, tip)])
    # In its own UV the biting surface begins with the wall's first ring.
    over_uv = np.where(over < start, over, over - start + SEGMENTS) + len(wall_uv)
    uv_faces = np.concatenate([band_faces(ROWS, SEGMENTS + 1, closed=False), over_uv])
    return np.concatenate([wall, over]), wall_uv, cap_uv, uv_faces
