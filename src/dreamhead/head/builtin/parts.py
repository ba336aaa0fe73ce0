"""Eyeballs, teeth, gums and tongue from formulas, with their own UVs; default head's centimetres.

Sizes of tooth crowns are rounded averages of adult dental anatomy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import EYE_CENTER, EYE_RADIUS, eye_radius

Points = NDArray[np.float64]
Faces = NDArray[np.int64]

EYE_SEGMENTS = 32
# Rings of the eyeball by angle from the gaze axis in degrees, denser over iris and limbus.
EYE_RINGS_DEG = np.array([3.0, 7, 11, 15, 18.5, 21, 23, 25.5, 30, 38, 50, 65, 85, 105, 125, 145, 165])
# The same for every eyeball vertex.
EYE_VERTEX_DEG = np.concatenate([np.repeat(EYE_RINGS_DEG, EYE_SEGMENTS), [0.0, 180.0]])
# Crown: width along the arch, depth, visible height (cm), kind; from the midline backwards.
UPPER_CROWNS = (
    (0.86, 0.70, 1.12, "incisor"), (0.70, 0.62, 0.98, "incisor"), (0.78, 0.80, 1.05, "canine"),
    (0.70, 0.90, 0.85, "premolar"), (0.68, 0.92, 0.80, "premolar"), (1.0, 1.05, 0.78, "molar"),
    (0.95, 1.0, 0.72, "molar"),
)  # fmt: skip
LOWER_CROWNS = (
    (0.56, 0.60, 0.95, "incisor"), (0.62, 0.62, 0.95, "incisor"), (0.70, 0.78, 1.05, "canine"),
    (0.70, 0.78, 0.88, "premolar"), (0.72, 0.82, 0.82, "premolar"), (1.05, 0.95, 0.76, "molar"),
    (0.98, 0.92, 0.70, "molar"),
)  # fmt: skip
UPPER_ARCH, LOWER_ARCH = (2.62, 4.9, 10.42), (2.45, 4.7, 9.98)  # half width, depth, front z
UPPER_EDGE_Y, LOWER_EDGE_Y = -3.80, -3.28
TONGUE_SECTIONS, TONGUE_SEGMENTS = 15, 16
TONGUE_T = np.linspace(0, 1, TONGUE_SECTIONS) ** 1.45  # tip to root, denser at the tip


@dataclass(frozen=True)
class PartMesh:
    """vertices (V, 3) cm, faces (F, 4), uv (U, 2) with v downwards, uv_faces (F, 4)."""

    vertices: Points
    faces: Faces
    uv: Points
    uv_faces: Faces


def eyeball(side: int) -> PartMesh:
    """The left (side 1) or right (-1) eyeball: rings about the gaze axis, iris centred in its UV.

    Both eyes share one layout and orientation: u grows towards +X, v downwards, and a point at angle a
    from the gaze axis lies eye_uv_radius(a) from (0.5, 0.5).
    """
    angle = np.radians(EYE_RINGS_DEG)
    around = np.arange(EYE_SEGMENTS) * 2 * np.pi / EYE_SEGMENTS
    radius = eye_radius(EYE_RINGS_DEG)
    flat = (radius * np.sin(angle))[:, None]
    rings = np.stack(
        [
            flat * np.cos(around),
            flat * np.sin(around),
            np.repeat((radius * np.cos(angle))[:, None], EYE_SEGMENTS, 1),
        ],
        -1,
    )
    sections, segments = rings.shape[:2]
    vertices = np.concatenate(
        [rings.reshape(-1, 3), [[0, 0, eye_radius(np.zeros(1))[0]], [0, 0, -EYE_RADIUS]]]
    )
    faces = _tube_faces(sections, segments)
    if side < 0:
        vertices = vertices * [-1, 1, 1]
        faces = _flip(faces)
    # The back pole is spread to a ring of the map's rim, one point for each of its faces.
    offset = vertices[:, :2] / np.maximum(np.linalg.norm(vertices[:, :2], axis=1, keepdims=True), 1e-9)
    uv = 0.5 + eye_uv_radius(EYE_VERTEX_DEG)[:, None] * offset * [1, -1]
    uv_faces = faces.copy()
    back = len(vertices) - 1
    at_pole = np.nonzero((faces == back).any(1))[0]
    middle = offset[faces[at_pole][faces[at_pole] != back].reshape(len(at_pole), 3)].mean(1)
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    rim = 0.5 + eye_uv_radius(np.array([180.0])) * middle * [1, -1]
    for row, face in enumerate(at_pole):
        uv_faces[face, faces[face] == back] = len(uv) + row
    return _outward(
        PartMesh(vertices + EYE_CENTER * [side, 1, 1], faces, np.concatenate([uv, rim]), uv_faces)
    )


def eye_uv_radius(angle_deg: Points) -> Points:
    """Distance from the UV centre by the angle from the gaze axis (0..180): 0.49 (1 - (1 - a/180)^3).

    Gives the iris (23 degrees) a third of the radius although it covers an eighth of the angle.
    """
    return 0.49 * (1 - (1 - np.asarray(angle_deg) / 180.0) ** 3)


def teeth(upper: bool, box: tuple[float, float, float, float]) -> PartMesh:
    """One arch of 14 crowns; each crown unrolled into its own cell of the UV box (u0, v0, u1, v1)."""
    crowns = UPPER_CROWNS if upper else LOWER_CROWNS
    arch, edge_y = (UPPER_ARCH, UPPER_EDGE_Y) if upper else (LOWER_ARCH, LOWER_EDGE_Y)
    up = 1 if upper else -1
    steps = np.array([0.0, 0.06, 0.0, 0.10, 0.16, 0.22, 0.26]) * (1 if upper else 0.6)
    u0, v0, u1, v1 = box
    cell = (u1 - u0) / (2 * len(crowns))
    meshes = []
    for side in (1, -1):
        along = 0.01
        for place, (width, depth, height, kind) in enumerate(crowns):
            local = _crown(width * 0.985, depth, height, kind)
            x, z, tangent = _arch_frame(np.array(along + width / 2), arch)
            along += width
            lean = (0.10 if place < 3 else 0.04) * local.vertices[:, 1]
            out = local.vertices[:, 2] - lean - depth * 0.35
            vertices = np.stack(
                [
                    side * (x + local.vertices[:, 0] * tangent[0] - out * tangent[1]),
                    edge_y + up * (steps[place] + local.vertices[:, 1]),
                    z + local.vertices[:, 0] * tangent[1] + out * tangent[0],
                ],
                1,
            )
            column = len(crowns) - 1 - place if side < 0 else len(crowns) + place
            corner = u0 + column * cell
            uv = _into_box(local.uv, (corner, v0, corner + cell, v1))
            meshes.append(PartMesh(vertices, local.faces, uv, local.uv_faces))
    return _outward(_join(meshes), crown_count=2 * len(crowns))


def gums(upper: bool, box: tuple[float, float, float, float]) -> PartMesh:
    """A horseshoe around the roots, unrolled along the arch into the UV box."""
    crowns = UPPER_CROWNS if upper else LOWER_CROWNS
    arch, edge_y = (UPPER_ARCH, UPPER_EDGE_Y) if upper else (LOWER_ARCH, LOWER_EDGE_Y)
    sections, segments, half_height = 31, 12, 0.62
    widths, depths, heights = (np.array([crown[k] for crown in crowns]) for k in range(3))
    length = widths.sum() + 0.25
    along = np.linspace(-length, length, sections)
    x, z, tangent = _arch_frame(np.abs(along), arch)
    x = x * np.sign(along)
    tangent = tangent * np.stack([np.ones(sections), np.where(along < 0, -1, 1)], 1)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
    up = 1 if upper else -1
    depth = np.interp(np.abs(along), np.cumsum(widths), depths)
    center_y = edge_y + up * (np.interp(np.abs(along), np.cumsum(widths), heights) * 0.80 + half_height)
    taper = np.sqrt(np.clip(1 - (np.abs(along) / (length + 0.02)) ** 10, 0.02, 1))
    around = np.arange(segments) * 2 * np.pi / segments
    out = (depth * 0.60 * taper)[:, None] * _rounded(np.cos(around), 0.75) - (depth * 0.40)[:, None]
    grid = np.stack(
        [
            x[:, None] + out * normal[:, :1],
            center_y[:, None] + half_height * _rounded(np.sin(around), 0.75) * taper[:, None],
            z[:, None] + out * normal[:, 1:],
        ],
        -1,
    )
    mesh = _tube(grid, caps=(True, True))
    uv = np.stack([mesh.uv[:, 1], mesh.uv[:, 0]], 1)  # along the arch in u
    return _outward(PartMesh(mesh.vertices, mesh.faces, _into_box(uv, box), mesh.uv_faces))


def tongue(box: tuple[float, float, float, float]) -> PartMesh:
    """The resting tongue, tip first, unrolled with its seam underneath into the UV box."""
    mesh = _tube(_tongue_grid(*tongue_rest_line(TONGUE_T), upright=True), caps=(True, True))
    return _outward(PartMesh(mesh.vertices, mesh.faces, _into_box(mesh.uv, box), mesh.uv_faces))


def tongue_rest_line(t: Points) -> tuple[Points, Points, Points]:
    """Centreline (n, 2) as (y, z), half width (n,) and half height (n,) at t = 0 tip .. 1 root."""
    z = 9.15 - 6.2 * t**1.1
    y = -4.30 + 0.42 * np.sin(np.pi * np.clip(t * 1.05, 0, 1)) - 1.98 * np.maximum(0, t - 0.55) ** 1.3
    width = 1.75 * np.clip(np.sin(np.pi / 2 * np.clip(t / 0.45, 0.02, 1)), 0, 1) ** 0.6 * (1 - 0.15 * t)
    height = 0.50 * np.clip(t / 0.25, 0.05, 1) ** 0.5 * (1 + 0.45 * t)
    return np.stack([y, z], 1), width, height


def tongue_along(line: Points, width: Points, height: Points) -> Points:
    """(V, 3) the tongue's vertices with its sections set across another centreline (n, 2)."""
    grid = _tongue_grid(line, width, height, upright=False)
    ends = np.stack([grid[0].mean(0), grid[-1].mean(0)])
    return np.concatenate([grid.reshape(-1, 3), ends])


def _tongue_grid(line: Points, width: Points, height: Points, upright: bool) -> Points:
    around = np.arange(TONGUE_SEGMENTS) * 2 * np.pi / TONGUE_SEGMENTS - np.pi / 2  # seam underneath
    sine, cosine = np.sin(around), np.cos(around)
    groove = 0.16 * np.exp(-((cosine / 0.22) ** 2)) * sine
    profile = np.where(sine > 0, 0.75 * sine - groove, 0.9 * sine)
    if upright:
        normal = np.tile([1.0, 0.0], (len(line), 1))
    else:
        tangent = np.gradient(line, axis=0)
        normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    lift = height[:, None] * profile
    yz = line[:, None, :] + lift[..., None] * normal[:, None, :]
    return np.concatenate([(width[:, None] * cosine)[..., None], yz], -1)


def _arch_frame(along: Points, arch: tuple[float, float, float]) -> tuple[Points, Points, Points]:
    """Point (x, z) and unit tangent at an arc length from the midline of x = a sin^.92 t, z = z0 - b(1 - cos t)."""
    half_width, depth, front = arch
    t = np.linspace(0, 2.0, 500)
    x, z = half_width * np.sin(t) ** 0.92, front - depth * (1 - np.cos(t))
    length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(z)))])
    here = np.stack([np.interp(along, length, x), np.interp(along, length, z)], -1)
    beyond = np.stack([np.interp(along + 0.01, length, x), np.interp(along + 0.01, length, z)], -1)
    tangent = beyond - here
    tangent = tangent / np.linalg.norm(tangent, axis=-1, keepdims=True)
    return here[..., 0], here[..., 1], tangent


def _crown(width: float, depth: float, height: float, kind: str) -> PartMesh:
    """A crown in its own frame: x along the arch, y from the biting edge (0) to the gum, z outwards."""
    sections, segments = 7, 12
    t = np.linspace(0, 1, sections) ** 0.8
    around = np.arange(segments) * 2 * np.pi / segments
    wide, deep, forward, power = {
        "incisor": (
            0.90 + 0.10 * np.sin(np.pi * (0.35 + 0.5 * t)),
            0.30 + 0.70 * t**0.75,
            0.16 * depth * (1 - t) ** 1.2,
            3.2,
        ),
        "canine": (
            0.35 + 0.65 * np.minimum(1, t / 0.35) ** 0.6,
            0.42 + 0.58 * t**0.6,
            0.1 * depth * (1 - t),
            2.4,
        ),
        "premolar": (0.80 + 0.2 * np.sin(np.pi * (0.15 + 0.6 * t)), 0.72 + 0.28 * np.sqrt(t), 0 * t, 2.8),
        "molar": (0.90 + 0.1 * np.sin(np.pi * (0.15 + 0.6 * t)), 0.82 + 0.18 * np.sqrt(t), 0 * t, 3.4),
    }[kind]
    neck = 1 - 0.16 * np.maximum(0, t - 0.55) / 0.45
    narrow_edge = np.ones(sections)
    narrow_edge[0] = 0.80 if kind in ("incisor", "molar") else 0.7
    thin_edge = np.ones(sections)
    thin_edge[0] = 0.6
    grid = np.zeros((sections, segments, 3))
    grid[..., 0] = (width / 2 * wide * neck * narrow_edge)[:, None] * _rounded(np.cos(around), 2 / power)
    grid[..., 1] = (t * height * 1.25)[:, None]
    grid[..., 2] = (depth / 2 * deep * thin_edge)[:, None] * _rounded(np.sin(around), 2 / power)
    grid[..., 2] += forward[:, None]
    if kind in ("premolar", "molar"):
        grid[0, :, 1] += 0.07 * np.cos((2 if kind == "premolar" else 4) * around) + 0.03
    mesh = _tube(grid, caps=(True, False))
    if kind in ("premolar", "molar"):
        mesh.vertices[-1, 1] += 0.10
    if kind == "canine":
        mesh.vertices[-1, 1] -= 0.03
    return mesh


def _rounded(wave: Points, power: float) -> Points:
    return np.sign(wave) * np.abs(wave) ** power


def _tube(grid: Points, caps: tuple[bool, bool]) -> PartMesh:
    """A tube of (n, m) points, m closed; its UV unrolls m in u and n in v, caps as fans at the ends."""
    sections, segments = grid.shape[:2]
    vertices = grid.reshape(-1, 3)
    for end, capped in zip((0, sections - 1), caps, strict=True):
        if capped:
            vertices = np.concatenate([vertices, grid[end].mean(0, keepdims=True)])
    faces = _tube_faces(sections, segments, caps)
    rows = sections + sum(caps)
    row = np.arange(sections) + caps[0]
    u, v = np.meshgrid(np.arange(segments + 1) / segments, (row + 0.5) / rows)
    uv = np.stack([u.ravel(), v.ravel()], 1)
    i, j = np.meshgrid(np.arange(sections - 1), np.arange(segments), indexing="ij")
    width = segments + 1
    uv_faces = [
        np.stack(
            [i * width + j, i * width + j + 1, (i + 1) * width + j + 1, (i + 1) * width + j], -1
        ).reshape(-1, 4)
    ]
    for end, capped in zip((0, sections - 1), caps, strict=True):
        if not capped:
            continue
        k = np.arange(0, segments, 2)
        tips = len(uv) + np.arange(len(k))
        uv = np.concatenate(
            [uv, np.stack([(k + 1) / segments, np.full(len(k), 0.0 if end == 0 else 1.0)], 1)]
        )
        fan = np.stack([tips, end * width + k + 2, end * width + k + 1, end * width + k], 1)
        uv_faces.append(fan if end == 0 else _flip(fan))
    return PartMesh(vertices, faces, uv, np.concatenate(uv_faces))


def _tube_faces(sections: int, segments: int, caps: tuple[bool, bool] = (True, True)) -> Faces:
    i, j = np.meshgrid(np.arange(sections - 1), np.arange(segments), indexing="ij")
    after = (j + 1) % segments
    faces = [
        np.stack(
            [i * segments + j, i * segments + after, (i + 1) * segments + after, (i + 1) * segments + j], -1
        ).reshape(-1, 4)
    ]
    center = sections * segments
    for end, capped in zip((0, sections - 1), caps, strict=True):
        if not capped:
            continue
        k = np.arange(0, segments, 2)
        around = end * segments
        fan = np.stack([np.full(len(k), center), around + (k + 2) % segments, around + k + 1, around + k], 1)
        faces.append(fan if end == 0 else _flip(fan))
        center += 1
    return np.concatenate(faces)


def _flip(faces: Faces) -> Faces:
    """Turn faces over, keeping their first corner: quads split along corners 0-2, and caps need their tip there."""
    return faces[:, [0, 3, 2, 1]]


def _into_box(uv: Points, box: tuple[float, float, float, float], margin: float = 0.004) -> Points:
    u0, v0, u1, v1 = box
    low, high = np.array([u0, v0]) + margin, np.array([u1, v1]) - margin
    return low + uv * (high - low)


def _join(meshes: list[PartMesh]) -> PartMesh:
    vertex_start = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])
    uv_start = np.cumsum([0] + [len(mesh.uv) for mesh in meshes])
    return PartMesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.faces + start for mesh, start in zip(meshes, vertex_start, strict=False)]),
        np.concatenate([mesh.uv for mesh in meshes]),
        np.concatenate([mesh.uv_faces + start for mesh, start in zip(meshes, uv_start, strict=False)]),
    )


def _outward(mesh: PartMesh, crown_count: int = 1) -> PartMesh:
    """Turn faces so that each of the mesh's equal closed pieces encloses a positive volume."""
    faces, uv_faces = mesh.faces.copy(), mesh.uv_faces.copy()
    size = len(faces) // crown_count
    for piece in range(crown_count):
        rows = slice(piece * size, (piece + 1) * size)
        points = mesh.vertices - mesh.vertices[faces[rows].ravel()].mean(0)
        a, b, c, d = (points[faces[rows][:, k]] for k in range(4))
        if np.einsum("ij,ij->", a, np.cross(b, c)) + np.einsum("ij,ij->", a, np.cross(c, d)) < 0:
            faces[rows], uv_faces[rows] = _flip(faces[rows]), _flip(uv_faces[rows])
    return PartMesh(mesh.vertices, faces, mesh.uv, uv_faces)
