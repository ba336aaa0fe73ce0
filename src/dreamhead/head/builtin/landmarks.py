"""Multi-PIE 68 and MediaPipe 478 landmarks as points on the built-in head's triangles.

Exact, from the cage's own rings: eye contours (lid margin), lip contours (vermilion border and contact
line, with the two rings between), irises and pupils (eyeball rings), and everything on the midline's
x = 0.  Approximate, placed by hand on the front of the base head: face oval, brows, nose, cheeks,
forehead, and the rings around eyes and mouth (about 2 mm on average and 5 mm at most from where a smooth
warp of MediaPipe's own canonical face puts them).  Left and right mirror exactly.
MediaPipe's numbering pairs right points, in ascending order, with 248, 249, ... on the left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.cage import LOWER_LID, MOUTH_CORNER, UPPER_LID
from dreamhead.head.builtin.eyes import EYE_RINGS_DEG, EYE_SEGMENTS
from dreamhead.head.builtin.generate import part_slices
from dreamhead.head.builtin.surface import Surface
from dreamhead.head.geometry import triangulate
from dreamhead.head.model import Floats, Landmarks

Points = NDArray[np.float64]

MIDLINE_478: tuple[int, ...] = (
    0,
    1,
    2,
    4,
    5,
    6,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
    18,
    19,
    94,
    151,
    152,
    164,
    168,
    175,
)
MIDLINE_478 += (175, 195, 197, 199, 200)

# Chains along rings, by the right side's numbers: (ring, from corner or outer canthus to the midline or
# inner canthus).  Lip chains stop at the midline point; eye chains run canthus to canthus.
LIP_CHAINS = {
    ("upper", 3.0): (61, 185, 40, 39, 37, 0),
    ("lower", 3.0): (61, 146, 91, 181, 84, 17),
    ("upper", 3.6): (76, 184, 74, 73, 72, 11),
    ("lower", 3.6): (76, 77, 90, 180, 85, 16),
    ("upper", 4.3): (62, 183, 42, 41, 38, 12),
    ("lower", 4.3): (62, 96, 89, 179, 86, 15),
    ("upper", 5.0): (78, 191, 80, 81, 82, 13),
    ("lower", 5.0): (78, 95, 88, 178, 87, 14),
}
EYE_CHAINS = {
    ("upper", 4.0): (33, 246, 161, 160, 159, 158, 157, 173, 133),
    ("lower", 4.0): (33, 7, 163, 144, 145, 153, 154, 155, 133),
    ("upper", 3.0): (130, 247, 30, 29, 27, 28, 56, 190, 243),
    ("lower", 3.0): (130, 25, 110, 24, 23, 22, 26, 112, 243),
}
# Right-side numbers -> (|x|, y) cm seen from the front of the base head.
FRONT_478: dict[int, tuple[float, float]] = {
    # midline
    10: (0, 9.1), 151: (0, 7.3), 9: (0, 5.6), 8: (0, 4.6), 168: (0, 3.6), 6: (0, 2.7), 197: (0, 1.9),
    195: (0, 1.3), 5: (0, 0.8), 4: (0, 0.35), 1: (0, -0.3), 19: (0, -0.75), 94: (0, -1.0), 2: (0, -1.3),
    164: (0, -2.0), 18: (0, -5.1), 200: (0, -5.75), 199: (0, -6.7), 175: (0, -7.6), 152: (0, -8.2),
    # brows, lower then upper edge
    46: (4.85, 4.75), 53: (4.2, 5.2), 52: (3.4, 5.5), 65: (2.4, 5.4), 55: (1.2, 5.1),
    70: (5.1, 5.0), 63: (4.4, 5.7), 105: (3.5, 6.1), 66: (2.4, 6.1), 107: (1.3, 5.9),
    # forehead and temple
    109: (1.4, 8.9), 67: (2.7, 8.2), 54: (4.9, 6.3), 103: (3.9, 7.4), 108: (1.4, 7.4), 69: (2.5, 7.2), 104: (3.7, 6.8),
    68: (4.7, 6.1), 71: (5.5, 5.1), 156: (5.6, 4.1), 139: (6.0, 4.1), 34: (6.6, 2.8), 143: (5.8, 3.1),
    # second ring around the eye, and beside it
    226: (5.1, 3.4), 35: (5.4, 3.1), 124: (5.3, 4.2), 113: (4.95, 3.8), 225: (4.7, 4.3), 224: (4.1, 4.7),
    223: (3.3, 4.9), 222: (2.4, 4.8), 221: (1.8, 4.3), 189: (1.3, 3.8), 244: (1.2, 3.2), 193: (0.75, 3.8),
    245: (0.95, 3.0), 233: (1.4, 2.7), 232: (1.9, 2.2), 231: (2.5, 1.9), 230: (3.2, 1.8), 229: (3.9, 2.0),
    228: (4.5, 2.4), 31: (5.0, 2.9),
    # cheek
    111: (5.3, 2.3), 117: (5.0, 1.6), 118: (4.3, 1.3), 119: (3.3, 1.3), 120: (2.5, 1.5), 121: (1.6, 1.7),
    128: (1.1, 2.4), 116: (5.8, 1.4), 123: (5.8, 0.0), 50: (4.8, 0.2), 101: (3.5, 0.3), 100: (2.4, 0.9),
    47: (1.7, 1.1), 142: (2.2, -0.1), 36: (3.0, -0.5), 205: (3.9, -1.0), 187: (4.9, -1.7), 207: (4.2, -2.3),
    147: (5.7, -1.3), 137: (6.3, -0.2), 227: (6.4, 1.4), 177: (6.1, -1.8), 215: (5.8, -3.0), 213: (5.5, -2.6),
    192: (5.0, -3.3), 138: (5.3, -4.4), 135: (4.5, -5.0), 214: (4.3, -3.9), 216: (3.5, -2.7), 206: (3.0, -1.9),
    203: (2.4, -1.3), 129: (2.0, -0.7), 102: (1.85, -0.5),
    # nose
    122: (0.55, 2.8), 188: (0.95, 2.2), 196: (0.5, 2.1), 174: (0.95, 1.7), 114: (1.3, 1.7), 217: (1.3, 1.2),
    3: (0.5, 1.4), 236: (0.85, 1.1), 198: (1.2, 0.75), 126: (1.75, 0.6), 51: (0.45, 0.9), 134: (0.85, 0.65),
    131: (1.15, 0.35), 209: (1.4, 0.45), 49: (1.5, 0.15), 45: (0.4, 0.35), 220: (0.75, 0.15), 115: (1.05, 0.0),
    48: (1.5, -0.25), 44: (0.4, -0.3), 237: (0.6, -0.35), 218: (0.95, -0.3), 219: (1.3, -0.3), 64: (1.6, -0.7),
    98: (1.35, -1.1), 240: (1.3, -0.95), 235: (1.5, -0.75), 59: (1.3, -0.65), 166: (1.4, -0.5),
    75: (1.1, -0.85), 60: (0.8, -1.0), 99: (0.75, -1.15), 97: (0.55, -1.2), 20: (0.5, -0.8),
    238: (0.45, -0.57), 239: (0.9, -0.5), 79: (0.95, -0.4), 241: (0.5, -0.75), 242: (0.5, -1.0),
    125: (0.3, -0.7), 141: (0.3, -1.0),
    # around the mouth and chin
    165: (1.7, -2.1), 92: (2.4, -2.5), 167: (0.6, -2.0), 186: (2.9, -3.0), 57: (3.0, -3.75), 43: (2.7, -4.3),
    106: (2.1, -4.7), 182: (1.2, -4.95), 83: (0.6, -5.05), 212: (3.6, -3.9), 202: (3.1, -4.7),
    204: (2.4, -5.3), 194: (1.7, -5.6), 201: (0.85, -5.85), 210: (3.6, -5.2), 169: (3.65, -5.7),
    211: (2.7, -5.8), 32: (1.9, -6.4), 208: (0.9, -6.6), 170: (2.8, -6.4), 140: (2.0, -6.9), 171: (1.1, -7.5),
}  # fmt: skip
# Face oval where it turns to the side: right-side numbers -> cage coordinates (i front to back, j up).
SIDE_478: dict[int, tuple[float, float]] = {
    21: (7.75, 21.6), 162: (8.25, 19.8), 127: (8.8, 17.6), 234: (9.0, 15.4), 93: (9.0, 13.6),
    132: (8.9, 11.6), 58: (8.7, 9.0), 172: (8.2, 7.3), 136: (7.0, 6.5), 150: (5.4, 6.35), 149: (4.1, 6.25),
    176: (2.65, 6.1), 148: (1.4, 5.95),
}  # fmt: skip
# Jaw line 0..8 of the 68, right ear to chin, in cage coordinates.
JAW_68 = ((9.3, 17.0), (9.3, 14.0), (9.2, 11.5), (8.8, 9.0), (8.2, 7.2), (6.4, 6.2), (4.6, 5.9), (2.4, 5.8))
BROW_68 = ((5.2, 5.1), (4.6, 5.7), (3.6, 6.0), (2.4, 5.8), (1.2, 5.3))  # 17-21: outer to inner, (|x|, y)
NOSE_68 = {
    27: (0, 3.4),
    28: (0, 2.4),
    29: (0, 1.4),
    30: (0, 0.4),
    31: (1.35, -1.1),
    32: (0.7, -1.2),
    33: (0, -1.3),
}


@dataclass(frozen=True)
class _Skin:
    """The base head's visible skin triangles of the left half, and curves on it."""

    vertices: Points
    surface: Surface
    triangles: NDArray[np.int64]
    upper_lip: NDArray[np.bool_]  # (T,) lip triangles above the mouth's corner
    lower_lip: NDArray[np.bool_]
    ears: NDArray[np.bool_]
    centers: Points


def face_mesh_478(surface: Surface, vertices: Points, coordinates: dict[str, Floats]) -> Landmarks:
    """MediaPipe's face mesh on the head's vertices (V, 3) cm; 468 = right, 473 = left pupil."""
    skin = _skin(surface, vertices, coordinates)
    found: dict[int, tuple[NDArray[np.int64], Points]] = {}
    for (lip, ring), lip_chain in LIP_CHAINS.items():
        arc = _lip_arc(skin, lip, ring)
        found |= _placed(
            skin,
            lip_chain,
            _evenly(arc, len(lip_chain)),
            skin.upper_lip if lip == "upper" else skin.lower_lip,
        )
    for (lid, ring), chain in EYE_CHAINS.items():
        found |= _placed(skin, chain, _evenly(_eye_arc(skin, lid, ring), len(chain)))
    for number, (x, y) in FRONT_478.items():
        found[number] = _on_front(skin, x, y)
    for number, (i, j) in SIDE_478.items():
        found[number] = _nearest(skin, _on_grid(skin, i, j), ~skin.ears)
    numbers = _partner_478()
    chosen: dict[int, tuple[NDArray[np.int64], Points]] = {}
    for number, (triangle, weights) in found.items():
        if number in MIDLINE_478:
            chosen[number] = _midline(skin, triangle, weights)
        else:
            chosen[numbers[number]] = (triangle, weights)
            chosen[number] = (surface.mirror[triangle], weights)
    for first, part in ((468, "eye_right"), (473, "eye_left")):
        chosen |= _iris(part_slices()[part].start, first, mirrored=part == "eye_right")
    return _landmarks([chosen[number] for number in range(478)])


def multi_pie_68(surface: Surface, vertices: Points, coordinates: dict[str, Floats]) -> Landmarks:
    """The 68 points in iBUG's order, from the subject's right to left."""
    skin = _skin(surface, vertices, coordinates)
    right: dict[int, tuple[NDArray[np.int64], Points]] = {}
    for number, (i, j) in enumerate(JAW_68):
        right[number] = _nearest(skin, _on_grid(skin, i, j), ~skin.ears)
    right[8] = _on_front(skin, 0, -8.2)
    for number, (x, y) in enumerate(BROW_68, start=17):
        right[number] = _on_front(skin, x, y)
    for number, (x, y) in NOSE_68.items():
        right[number] = _on_front(skin, x, y)
    upper, lower = _evenly(_eye_arc(skin, "upper", 4.0), 4), _evenly(_eye_arc(skin, "lower", 4.0), 4)
    right |= _placed(skin, (36, 37, 38, 39), upper)
    right |= _placed(skin, (41, 40), lower[1:3])
    for lip, outer, inner in (("upper", (48, 49, 50, 51), (60, 61, 62)), ("lower", (59, 58, 57), (67, 66))):
        allowed = skin.upper_lip if lip == "upper" else skin.lower_lip
        outer_points = _evenly(_lip_arc(skin, lip, 3.0), 4)
        inner_points = _evenly(_lip_arc(skin, lip, 5.0), 3)
        right |= _placed(skin, outer, outer_points[-len(outer) :], allowed)
        right |= _placed(skin, inner, inner_points[-len(inner) :], allowed)
    chosen: dict[int, tuple[NDArray[np.int64], Points]] = {}
    for number, partner in _partner_68().items():
        triangle, weights = right[number]
        if partner == number:
            chosen[number] = _midline(skin, triangle, weights)
        else:
            chosen[partner] = (triangle, weights)
            chosen[number] = (surface.mirror[triangle], weights)
    return _landmarks([chosen[number] for number in range(68)])


def landmark_positions(landmarks: Landmarks, vertices: Floats) -> Floats:
    """(N, 3) where the landmarks are on posed vertices (V, 3)."""
    return np.einsum("nk,nkc->nc", landmarks.weights, vertices[landmarks.vertices])


def _partner_478() -> dict[int, int]:
    """Right number -> left number."""
    right = [number for number in range(248) if number not in MIDLINE_478]
    return {number: 248 + place for place, number in enumerate(right)}


def _partner_68() -> dict[int, int]:
    pairs = {k: 16 - k for k in range(9)} | {k: 43 - k for k in range(17, 22)} | {k: k for k in range(27, 31)}
    pairs |= {31: 35, 32: 34, 33: 33, 36: 45, 37: 44, 38: 43, 39: 42, 40: 47, 41: 46}
    pairs |= {48: 54, 49: 53, 50: 52, 51: 51, 57: 57, 58: 56, 59: 55, 60: 64, 61: 63, 62: 62, 66: 66, 67: 65}
    return pairs


def _skin(surface: Surface, vertices: Points, coordinates: dict[str, Floats]) -> _Skin:
    outside = ~surface.bag & ~surface.cage.quads_within(n=3, e=5)[surface.parent]
    left = surface.left & outside
    triangles = triangulate(surface.quads[left].astype(np.int32)).astype(np.int64)
    ring = coordinates["mouth_ring"][triangles].mean(1)
    angle = coordinates["mouth_angle"][triangles].mean(1)
    on_lips = ring > 1.5
    return _Skin(
        vertices=vertices,
        surface=surface,
        triangles=triangles,
        upper_lip=on_lips & (angle > -0.02),
        lower_lip=on_lips & (angle < 0.02),
        ears=coordinates["ear_ring"][triangles].max(1) > 0.8,
        centers=vertices[triangles].mean(1),
    )


def _lip_arc(skin: _Skin, lip: str, ring: float) -> Points:
    """Points from the mouth's corner to the midline, between two cage rings where ring is not whole."""
    places = range(MOUTH_CORNER, 15) if lip == "upper" else range(MOUTH_CORNER, -1, -1)
    return _between_rings(skin, "m", ring)[list(places)]


def _eye_arc(skin: _Skin, lid: str, ring: float) -> Points:
    """Points from the outer to the inner canthus."""
    places = UPPER_LID if lid == "upper" else LOWER_LID
    return _between_rings(skin, "e", ring)[list(places)[::-1]]


def _between_rings(skin: _Skin, block: str, ring: float) -> Points:
    below, share = int(np.floor(ring)), ring - np.floor(ring)
    first = skin.vertices[skin.surface.cage.ring(block, below)]
    if share == 0:
        return first
    return first * (1 - share) + share * skin.vertices[skin.surface.cage.ring(block, below + 1)]


def _evenly(curve: Points, count: int) -> Points:
    """count points at equal arc lengths along a polyline, ends included."""
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    at = np.linspace(0, length[-1], count)
    return np.stack([np.interp(at, length, curve[:, k]) for k in range(3)], 1)


def _placed(
    skin: _Skin, numbers: tuple[int, ...], points: Points, allowed: NDArray[np.bool_] | None = None
) -> dict[int, tuple[NDArray[np.int64], Points]]:
    return {number: _nearest(skin, point, allowed) for number, point in zip(numbers, points, strict=True)}


def _on_grid(skin: _Skin, i: float, j: float) -> Points:
    """Bilinear between the limit points of four grid nodes."""
    index, total = skin.surface.cage.index, np.zeros(3)
    i0, j0 = int(np.floor(i)), int(np.floor(j))
    for di, wi in ((0, 1 - i + i0), (1, i - i0)):
        for dj, wj in ((0, 1 - j + j0), (1, j - j0)):
            if wi * wj > 0:
                total += wi * wj * skin.vertices[index["g", i0 + di, j0 + dj]]
    return total


def _on_front(skin: _Skin, x: float, y: float) -> tuple[NDArray[np.int64], Points]:
    """The foremost visible point at (x, y)."""
    corners = skin.vertices[skin.triangles]
    flat = corners[..., :2]
    a, b, c = flat[:, 0], flat[:, 1], flat[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    wb = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (y - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
    wc = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])) / area
    weights = np.stack([1 - wb - wc, wb, wc], 1)
    depth = (weights * corners[..., 2]).sum(1)
    inside = (weights > -1e-6).all(1) & ~skin.ears
    chosen = int(np.argmax(np.where(inside, depth, -np.inf)))
    kept = np.clip(weights[chosen], 0, None)
    return skin.triangles[chosen], kept / kept.sum()


def _nearest(
    skin: _Skin, point: Points, allowed: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], Points]:
    """The nearest point on the allowed triangles."""
    distance = ((skin.centers - point) ** 2).sum(1)
    if allowed is not None:
        distance = np.where(allowed, distance, np.inf)
    candidates = np.argpartition(distance, 40)[:40]
    weights, distance = closest_weights(point, skin.vertices[skin.triangles[candidates]])
    best = int(np.argmin(distance))
    return skin.triangles[candidates[best]], weights[best]


def closest_weights(point: Points, corners: Points) -> tuple[Points, Points]:
    """Barycentric weights (T, 3) of the point nearest to `point` on each triangle (T, 3, 3); distances (T,)."""
    a = corners[:, 0]
    edges = np.stack([corners[:, 1] - a, corners[:, 2] - a], 1)
    gram = np.einsum("tic,tjc->tij", edges, edges) + 1e-14 * np.eye(2)
    inner = np.linalg.solve(gram, np.einsum("tic,tc->ti", edges, point - a)[..., None])[..., 0]
    options = [np.stack([1 - inner.sum(1), inner[:, 0], inner[:, 1]], 1)]
    for i, j in ((0, 1), (1, 2), (2, 0)):
        along = corners[:, j] - corners[:, i]
        t = ((point - corners[:, i]) * along).sum(1) / np.maximum((along**2).sum(1), 1e-14)
        t = np.clip(t, 0, 1)
        on_edge = np.zeros((len(corners), 3))
        on_edge[:, i], on_edge[:, j] = 1 - t, t
        options.append(on_edge)
    weights = np.stack(options)
    distance = np.linalg.norm(np.einsum("otk,tkc->otc", weights, corners) - point, axis=-1)
    distance[(weights < 0).any(-1)] = np.inf
    best = distance.argmin(0)
    rows = np.arange(len(corners))
    return weights[best, rows], distance[best, rows]


def _midline(skin: _Skin, triangle: NDArray[np.int64], weights: Points) -> tuple[NDArray[np.int64], Points]:
    """The same point kept to the triangle's vertices on x = 0, or to its nearest one."""
    on = np.abs(skin.vertices[triangle][:, 0]) < 1e-9
    kept = np.where(on, weights, 0.0)
    if kept.sum() < 1e-9:
        kept = np.where(np.arange(3) == np.argmin(np.abs(skin.vertices[triangle][:, 0])), 1.0, 0.0)
    return triangle, kept / kept.sum()


def _iris(start: int, first: int, mirrored: bool) -> dict[int, tuple[NDArray[np.int64], Points]]:
    """Pupil and four points of the iris's edge: right of it as seen, above, left, below."""
    ring = int(np.argmin(np.abs(EYE_RINGS_DEG - 23.0)))
    quarter = EYE_SEGMENTS // 4
    pole = start + len(EYE_RINGS_DEG) * EYE_SEGMENTS
    places = [(0, 1, 2, 3), (2, 1, 0, 3)][mirrored]
    points = {first: (np.array([pole, start, start + 1]), np.array([1.0, 0, 0]))}
    for number, place in enumerate(places, start=first + 1):
        vertex = start + ring * EYE_SEGMENTS + place * quarter
        beside = start + ring * EYE_SEGMENTS + (place * quarter + 1) % EYE_SEGMENTS
        points[number] = (np.array([vertex, beside, beside + EYE_SEGMENTS]), np.array([1.0, 0, 0]))
    return points


def _landmarks(points: list[tuple[NDArray[np.int64], Points]]) -> Landmarks:
    vertices = np.stack([triangle for triangle, _ in points]).astype(np.int32)
    weights = np.stack([weights for _, weights in points]).astype(np.float32)
    return Landmarks(vertices, weights / weights.sum(1, keepdims=True))
