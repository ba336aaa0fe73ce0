"""The pieces of the ICT-FaceKit mesh as parts with materials, their UV tiles packed into 0-1 charts.

Polygon ranges are those of the model's README.  Its UV runs over several tiles: face in the first, back of the
head, sockets and mouth in the second, gums and tongue in the third, teeth in the fourth.  A chart of dreamhead
is one square, and its halves mirror each other: face above, back of the head below, sockets at the sides.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from dreamhead.errors import DamagedFileError
from dreamhead.head.eyes import Eyeball, cornea_part, eye_part, shade_part, sphere_center, tear_part
from dreamhead.head.ict.source import METRES
from dreamhead.head.model import Floats, Ints, Part
from dreamhead.head.obj import Mesh

Points = NDArray[np.float64]
Box = tuple[float, float, float, float]  # u0, v0, u1, v1 of a chart, v downwards

POLYGONS = 26384
FACE, BACK_HEAD, MOUTH = (0, 9230), (9230, 11144), (11144, 13226)
SOCKET_LEFT, SOCKET_RIGHT = (13226, 13630), (13630, 14034)
GUMS_AND_TONGUE = (14034, 17006)
TEETH_UPPER, TEETH_LOWER = (17006, 19250), (19250, 21496)
SCLERA_LEFT, SCLERA_RIGHT = (21496, 22296), (23094, 23894)  # closed shells with the cornea's bulge
IRIS_LEFT, IRIS_RIGHT = (22296, 23094), (23894, 24692)  # smaller shells within, flat and open at the pupil
LACRIMAL_LEFT, LACRIMAL_RIGHT = (24692, 24855), (24855, 25018)
OCCLUSION_LEFT, OCCLUSION_RIGHT = (25048, 25176), (25176, 25304)

# Chart boxes.  The tile of the back of the head holds mouth and sockets too, which have boxes of their own.
FACE_BOX: Box = (0.2, 0.0, 0.8, 0.6)
BACK_HEAD_BOX: Box = (0.3, 0.6, 0.7, 1.0)
SOCKET_LEFT_BOX: Box = (0.84, 0.7, 0.98, 0.86)
SOCKET_RIGHT_BOX: Box = (0.02, 0.7, 0.16, 0.86)
GUMS_BOX: Box = (0.0, 0.0, 0.5, 0.5)
TEETH_BOX: Box = (0.5, 0.0, 1.0, 0.5)
MOUTH_BOX: Box = (0.02, 0.52, 0.48, 0.98)
LIMBUS_DEG = 26.0  # from the gaze: the white shell ends, the iris's begins
OVERLAP_DEG = 6.0  # by which it goes on beneath
PUPIL_EDGE = 1.08  # of the pupil's least radius: vertices on its edge
PUPIL_STEP = 0.15  # radians: nearer ones stand behind each other
ON_JAW_SHARE = 0.5  # of the lower teeth's motion: what moves more belongs to the lower jaw
TONGUE_HALF_WIDTH = 2.3  # cm: wider pieces of the lower jaw are gums


def check_topology(mesh: Mesh) -> None:
    """DamagedFileError unless the mesh is the light model's."""
    if len(mesh.faces) != POLYGONS or len(mesh.vertices) != 26719:
        raise DamagedFileError(
            f"the neutral mesh has {len(mesh.vertices)} vertices and {len(mesh.faces)} polygons; the light "
            f"model of ICT-FaceKit has 26719 and {POLYGONS}",
            "give the FaceXModel folder of github.com/ICT-VGL/ICT-FaceKit",
        )


def eyeball(mesh: Mesh, sclera: tuple[int, int], iris: tuple[int, int], pupil: Ints) -> Eyeball:
    """One eye: the sclera's shell, and within the limbus the iris's, which lies deeper.

    pupil (N,) are the vertices that dilate, which lie around the gaze.
    """
    outer, inner = mesh.faces[slice(*sclera)], mesh.faces[slice(*iris)]
    points = mesh.vertices * METRES
    center = sphere_center(points[np.unique(outer)])
    gaze = points[pupil].mean(0) - center
    whole = np.unique(np.concatenate([outer, inner])).astype(np.int32)
    eye = Eyeball(outer, whole, center, gaze / np.linalg.norm(gaze))

    def angles(faces: Ints) -> Points:
        return eye.angles(points[faces.ravel()]).reshape(-1, 4)

    white, coloured = angles(outer).max(1) > LIMBUS_DEG, angles(inner).min(1) < LIMBUS_DEG + OVERLAP_DEG
    coloured &= _outwards(points[inner], center)  # the iris has a back too, which nothing shows
    black = _pupil_cap(eye, points, np.intersect1d(pupil, inner))
    return replace(eye, faces=np.concatenate([outer[white], inner[coloured], black]))


def _outwards(corners: Points, center: Points) -> NDArray[np.bool_]:
    """(F,) which faces (F, 4, 3) look away from the centre."""
    normal = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    return np.einsum("fc,fc->f", normal, corners.mean(1) - center) > 0


def _pupil_cap(eye: Eyeball, points: Points, pupil: Ints) -> Ints:
    """Quads (F, 4) over the hole in the iris, through which one would see the shell's back: its front edge, closed."""
    depth = (points[pupil] - eye.center) @ eye.gaze
    around = eye.around(points[pupil])
    radius = np.linalg.norm(points[pupil] - eye.center - depth[:, None] * eye.gaze, axis=1)
    azimuth = np.arctan2(-around[:, 1], around[:, 0])
    ring: list[int] = []
    edge = np.nonzero((radius < PUPIL_EDGE * radius.min()) & (depth > 0))[0]
    for row in edge[np.argsort(azimuth[edge])]:
        if ring and azimuth[row] - azimuth[ring[-1]] < PUPIL_STEP:
            if depth[row] > depth[ring[-1]]:
                ring[-1] = int(row)
            continue
        ring.append(int(row))
    corners, count = pupil[ring], len(ring)
    quads = [[k, k + 1, count - 2 - k, count - 1 - k] for k in range(count // 2 - 1)]
    if count % 2:
        quads.append([count // 2 - 1, count // 2, count // 2 + 1, count // 2 + 1])
    return corners[np.array(quads)].astype(np.int32)


def build_parts(mesh: Mesh, jaw_open: Floats, eyes: tuple[Eyeball, Eyeball]) -> tuple[Part, ...]:
    """The parts, skin first.  jaw_open (V, 3): the displacement that tells lower from upper."""
    motion = np.linalg.norm(jaw_open, axis=1)
    gums = _gum_islands(mesh, motion)
    skin = [
        (FACE, 0, FACE_BOX),
        (BACK_HEAD, 1, BACK_HEAD_BOX),
        (SOCKET_LEFT, None, SOCKET_LEFT_BOX),
        (SOCKET_RIGHT, None, SOCKET_RIGHT_BOX),
    ]
    return (
        _part("skin", "skin", mesh, [(np.arange(*rows), tile, box) for rows, tile, box in skin]),
        _part("mouth_bag", "mouth", mesh, [(np.arange(*MOUTH), None, MOUTH_BOX)]),
        *(
            part
            for side, eye in zip(("left", "right"), eyes, strict=True)
            for part in _eye_parts(mesh, side, eye)
        ),
        _part("teeth_upper", "mouth", mesh, [(np.arange(*TEETH_UPPER), 3, TEETH_BOX)]),
        _part("teeth_lower", "mouth", mesh, [(np.arange(*TEETH_LOWER), 3, TEETH_BOX)]),
        *(_part(name, "mouth", mesh, [(rows, 2, GUMS_BOX)]) for name, rows in gums.items()),
    )


def _eye_parts(mesh: Mesh, side: str, eye: Eyeball) -> list[Part]:
    """The eyeball and what lies over it."""
    left, points = side == "left", mesh.vertices * METRES
    sclera, tear, shade = (
        mesh.faces[slice(*rows)]
        for rows in (
            SCLERA_LEFT if left else SCLERA_RIGHT,
            LACRIMAL_LEFT if left else LACRIMAL_RIGHT,
            OCCLUSION_LEFT if left else OCCLUSION_RIGHT,
        )
    )
    return [
        eye_part(f"eye_{side}", eye, points),
        cornea_part(f"cornea_{side}", eye, sclera, points),
        shade_part(f"eye_occlusion_{side}", shade, points),
        tear_part(f"lacrimal_{side}", tear, points),
    ]


def _gum_islands(mesh: Mesh, motion: Floats) -> dict[str, NDArray[np.int64]]:
    """gums_upper, gums_lower, tongue -> polygons: the islands of the map, by how the jaw moves them."""
    rows = np.arange(*GUMS_AND_TONGUE)
    corners = mesh.uv_faces[rows]
    edges = np.concatenate([np.stack([corners[:, k], corners[:, (k + 1) % 4]], 1) for k in range(4)])
    size = (len(mesh.uv),) * 2
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=size)
    island = connected_components(graph, directed=False)[1][corners[:, 0]]
    lower_teeth = motion[np.unique(mesh.faces[slice(*TEETH_LOWER)])].mean()
    found: dict[str, list[NDArray[np.int64]]] = {"gums_upper": [], "gums_lower": [], "tongue": []}
    for label in np.unique(island):
        polygons = rows[island == label]
        vertices = np.unique(mesh.faces[polygons])
        if motion[vertices].mean() < ON_JAW_SHARE * lower_teeth:
            name = "gums_upper"
        elif np.abs(mesh.vertices[vertices, 0]).max() < TONGUE_HALF_WIDTH:
            name = "tongue"
        else:
            name = "gums_lower"
        found[name].append(polygons)
    return {name: np.concatenate(pieces) for name, pieces in found.items()}


def _part(
    name: str, material: str, mesh: Mesh, pieces: list[tuple[NDArray[np.int64], int | None, Box]]
) -> Part:
    """Polygons with their UV tile (None: the piece's own bounds) laid into a box of the chart, v turned down."""
    faces, uv, uv_faces, start = [], [], [], 0
    for polygons, tile, box in pieces:
        used, compact = np.unique(mesh.uv_faces[polygons], return_inverse=True)
        points = mesh.uv[used]
        if tile is None:
            low, span = points.min(0), np.ptp(points, axis=0).max()
            low = low - (span - np.ptp(points, axis=0)) / 2
        else:
            low, span = np.array([float(tile), 0.0]), 1.0
        unit = (points - low) / span
        u = box[0] + unit[:, 0] * (box[2] - box[0])
        v = box[1] + (1 - unit[:, 1]) * (box[3] - box[1])
        faces.append(mesh.faces[polygons])
        uv.append(np.stack([u, v], 1))
        uv_faces.append(compact.reshape(-1, 4) + start)
        start += len(used)
    return Part(
        name,
        material,
        np.concatenate(faces).astype(np.int32),
        np.clip(np.concatenate(uv), 0, 1).astype(np.float32),
        np.concatenate(uv_faces).astype(np.int32),
    )
