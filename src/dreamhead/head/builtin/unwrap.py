"""Flatten the skin into one chart: as rigid as possible, then without a single flipped triangle.

Run `python -m dreamhead.head.builtin.unwrap` after changing the base head; it rewrites
assets/head/skin_uv.npz.  The left half is flattened with its front midline straight and mirrored; the
seam runs up the back midline, the hem's underside is an island above the crown.  Cage nodes are held near
their places in the shipped table, so that the face stays where trained models know it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from dreamhead.assets import asset_arrays, asset_path
from dreamhead.head.builtin.anatomy import smoothstep
from dreamhead.head.builtin.cage import Key, node_key
from dreamhead.head.builtin.expressions import pose_all
from dreamhead.head.builtin.flattening import (
    Chart,
    Hold,
    Points,
    Triangles,
    arap,
    flat_edges,
    harmonic,
    untangle,
)
from dreamhead.head.builtin.generate import Generator, base_generator
from dreamhead.head.builtin.surface import Surface, build_surface, skin_vertices
from dreamhead.head.geometry import triangulate

MARGIN = 0.004  # of the map, 16 pixels at 4096
SOCKET_RING = 6  # behind this eye ring the lids' lining is laid into the eye's hole
PIT_WEIGHT = 0.02  # hidden pits may shrink: they only must not fold
SHOULDER_SCALE = 0.72  # of the map's resolution on the shoulders
HOLD_FACE, HOLD_HEAD = 5.0, 0.2  # pull towards the shipped places, per cm^2, against the mean distortion
HEM_TOP, HEM_BOTTOM = MARGIN, 0.1  # v of the underside's island


@dataclass(frozen=True)
class Table:
    """What skin_uv.npz holds: skin vertices (n,) of the left half and their uv (n, 2), u from 0.5 to 1 - MARGIN.

    The hem's underside in the same way; and where cage nodes, by their names, should lie in the chart.
    """

    vertices: NDArray[np.int64]
    uv: Points
    hem_vertices: NDArray[np.int64]
    hem_uv: Points
    nodes: NDArray[np.str_]
    node_uv: Points


def flatten(generator: Generator, goals: dict[Key, Points]) -> Table:
    """The left half's chart; goals: uv (2,) where cage nodes should lie."""
    surface = build_surface()
    chart = _chart(generator)
    places, uv, weight = _held(chart, generator, goals)
    flat = arap(chart, rounds=60)
    scale, middle = _fitted(flat[places], uv, weight)

    def in_cm(uv: Points) -> Points:
        return np.stack([uv[:, 0] - 0.5, 0.5 - uv[:, 1]], 1) / scale + [0, middle]

    box = in_cm(np.array([[0.5, 1 - MARGIN], [1 - MARGIN, HEM_BOTTOM + MARGIN]]))
    flat = _moved_to(chart, flat, places, in_cm(uv))
    flat = untangle(chart, flat, Hold(places, in_cm(uv), weight, box))
    flat = _with_sockets(chart.used, flat[: len(chart.used)])
    uv = np.stack([0.5 + flat[:, 0] * scale, 0.5 - (flat[:, 1] - middle) * scale], 1)
    hem_vertices, hem_uv = _hem_island(generator, surface)
    at = np.full(surface.vertex_count, -1)
    at[chart.used] = np.arange(len(chart.used))
    keys = [key for node, key in enumerate(surface.cage.keys) if at[node] >= 0]
    node_uv = np.array([goals.get(key, uv[at[surface.cage.index[key]]]) for key in keys])
    names = np.array([f"{kind}{ring},{place}" for kind, ring, place in keys])
    return Table(chart.used, uv, hem_vertices, hem_uv, names, node_uv)


def _held(
    chart: Chart, generator: Generator, goals: dict[Key, Points]
) -> tuple[NDArray[np.int64], Points, Points]:
    """Chart vertices to hold (n,), where (n, 2), how strongly (n,); hidden rings and the neck's base are free."""
    surface, rest = build_surface(), generator.rest.points
    at = np.full(surface.vertex_count, -1)
    at[chart.used] = np.arange(len(chart.used))
    places, uv, weight = [], [], []
    for key, goal in goals.items():
        kind, ring, row = key
        free = kind == "a" or ring > {"e": 2, "n": 1}.get(kind, ring) or (kind == "g" and row < 2)
        node = surface.cage.index.get(key, -1)
        if node < 0 or free or at[node] < 0:
            continue
        on_face = rest[node, 2] > 3.5 and rest[node, 1] > -8.0
        places.append(at[node])
        uv.append(goal)
        weight.append(HOLD_FACE if on_face else HOLD_HEAD)
    return np.array(places), np.array(uv), np.array(weight) / len(places)


def _fitted(flat: Points, uv: Points, weight: Points) -> tuple[float, float]:
    """Scale (uv per cm) and height in cm at v = 0.5 that lay the held vertices (n, 2) nearest to their places."""
    weight = weight / weight.sum()
    goal = np.stack([uv[:, 0] - 0.5, 0.5 - uv[:, 1]], 1)
    middle, middle_goal = weight @ flat[:, 1], weight @ goal[:, 1]
    centred, target = flat - [0, middle], goal - [0, middle_goal]
    scale = float((weight[:, None] * centred * target).sum() / (weight[:, None] * centred**2).sum())
    return scale, float(middle - middle_goal / scale)


def _moved_to(chart: Chart, flat: Points, places: NDArray[np.int64], goals: Points) -> Points:
    """The flat chart with held vertices at their goals, the rest carried along harmonically."""
    triangles = chart.triangles
    known = np.zeros(len(flat), bool)
    known[places] = True
    shift = np.zeros_like(flat)
    shift[places] = goals - flat[places]
    ends = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    used = np.zeros(len(flat), bool)
    used[triangles.ravel()] = True
    shift = harmonic(shift, ends, used & ~known, known)
    shift[chart.front, 0] = 0
    return flat + shift


def _hem_island(generator: Generator, surface: Surface) -> tuple[NDArray[np.int64], Points]:
    """The underside as seen from below, front upwards, above the crown."""
    faces = surface.left & surface.hem
    vertices = np.unique(surface.quads[faces])
    points = skin_vertices(surface, generator.rest.points)[vertices]
    flat = np.stack([points[:, 0], -points[:, 2]], 1)
    scale = (HEM_BOTTOM - HEM_TOP) / np.ptp(flat[:, 1])
    uv = (flat - [0, flat[:, 1].min()]) * scale + [0.5, HEM_TOP]
    uv[np.abs(points[:, 0]) < 1e-7, 0] = 0.5
    return vertices, uv


def _chart(generator: Generator) -> Chart:
    surface = build_surface()
    neutral = skin_vertices(surface, generator.rest.points)
    posed = _opened(generator, surface)
    socket = surface.cage.quads_within(e=SOCKET_RING)[surface.parent]
    kept = surface.left & ~surface.bag & ~surface.hem
    used = np.unique(surface.quads[kept])
    number = np.full(surface.vertex_count, -1)
    number[used] = np.arange(len(used))
    pit = surface.cage.quads_within(n=3, a=9)[surface.parent]
    kept = kept & ~socket
    open_quads, pit_quads = number[surface.quads[kept & ~pit]], number[surface.quads[kept & pit]]
    start, front, rims = _first_guess(posed[used], open_quads)
    fans, fan_points, fan_start, fan_front = _hole_fans(posed[used], start, rims, front)
    start = _settle_pits(start, open_quads, pit_quads)
    open_triangles, pit_triangles = _split(open_quads), _split(pit_quads)
    triangles = np.concatenate([open_triangles, pit_triangles, fans])
    points = np.concatenate([neutral[used], fan_points])
    fan_shape = np.concatenate([posed[used], fan_points])
    center = points[open_triangles].mean(1)
    face = np.clip((center[:, 2] - 2) / 7, 0, 1) * np.clip((center[:, 1] + 9) / 4, 0, 1)
    resolution = 1 - (1 - SHOULDER_SCALE) * smoothstep(-center[:, 1], 11.0, 16.0)
    shape = np.concatenate(
        [
            flat_edges(points, open_triangles) * resolution[:, None, None],
            flat_edges(points, pit_triangles) * 0.4,
            flat_edges(fan_shape, fans),
        ]
    )
    weight = np.concatenate(
        [1 + 1.6 * face, np.full(len(pit_triangles), PIT_WEIGHT), np.full(len(fans), 2.0)]
    )
    return Chart(
        used=used,
        triangles=triangles,
        shape=shape,
        weight=weight,
        front=np.concatenate([front, fan_front]),
        start=np.concatenate([start, fan_start]),
    )


def _opened(generator: Generator, surface: Surface) -> Points:
    """The skin with mouth 40 % open and eyes wide, so that lips and lids cannot slide over each other."""
    poses = pose_all(generator.actor, ("jawOpen", "eyeWideLeft", "eyeSquintLeft"))
    rest = generator.rest.points
    points = rest + sum(
        share * (poses[name].left - rest)
        for name, share in (("jawOpen", 0.4), ("eyeWideLeft", 1.0), ("eyeSquintLeft", -1.0))
    )
    return skin_vertices(surface, points)


def _with_sockets(used: NDArray[np.int64], uv: Points) -> Points:
    """The hidden rings behind the lids as shrunken copies of the eye's hole."""
    surface = build_surface()
    cage, count = surface.cage, len(surface.cage.source)
    number = np.full(surface.vertex_count, -1)
    number[used] = np.arange(len(used))
    rim, hidden = cage.ring("e", SOCKET_RING), cage.ring("e", SOCKET_RING + 1)
    on_cage, depth = np.zeros((count, 2)), np.zeros((count, 1))
    on_cage[rim] = on_cage[hidden] = uv[number[rim]]
    depth[hidden] = 1
    faces = surface.left & cage.quads_within(e=SOCKET_RING)[surface.parent]
    inside = np.unique(surface.quads[faces])
    shrunk, share = (surface.average[inside] @ on_cage), (surface.average[inside] @ depth)
    center = uv[number[rim]].mean(0)
    laid = center + (shrunk - center) * (1 - 0.45 * share)
    within = share[:, 0] > 0
    uv = uv.copy()
    uv[number[inside[within]]] = laid[within]
    return uv


def _sides(quads: Triangles) -> Triangles:
    """(4 Q, 2) the edges of quads."""
    return np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])


def _split(quads: Triangles) -> Triangles:
    return triangulate(quads.astype(np.int32)).astype(np.int64)


def _first_guess(points: Points, quads: Triangles) -> tuple[Points, NDArray[np.bool_], Triangles]:
    """Cylinder with a polar cap, harmonic inside; also the front midline and the holes' directed edges."""
    count = len(points)
    middle = np.abs(points[:, 0]) < 1e-7
    top = points[middle][np.argmax(points[middle][:, 1])]
    back = middle & (points[:, 2] < top[2] - 0.3)
    front = middle & ~back
    azimuth = np.where(back, np.pi, np.arctan2(points[:, 0], points[:, 2] + 1.0))
    height = points[:, 1]
    polar = np.clip((height - 6.0) / 8.6, 0, 1)
    guess = np.stack(
        [
            azimuth * 8.0 * np.sqrt(np.maximum(1 - 0.9 * polar**2, 0.02)),
            np.where(height > 6.0, 6.0 + np.arcsin(polar) * 8.6, height),
        ],
        1,
    )
    guess[front, 0] = 0
    directed = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    forward, reverse = directed[:, 0] * count + directed[:, 1], directed[:, 1] * count + directed[:, 0]
    border = directed[~np.isin(forward, reverse)]
    on_border = np.zeros(count, bool)
    on_border[border.ravel()] = True
    ear = np.linalg.norm(points - [7.2, 0.5, 0.5], axis=1) < 3
    hole = on_border & ((~middle & (points[:, 2] > 4) & (points[:, 1] > -9)) | ear)
    fixed = (on_border & ~hole & ~middle) | middle
    inside = np.zeros(count, bool)
    inside[quads.ravel()] = True
    guess = harmonic(guess, _sides(quads), inside & ~fixed, fixed)
    guess[front, 0] = 0
    rim = (hole | (middle & front))[border].all(1) & ~middle[border].all(1)
    return guess, front, border[rim]


def _hole_fans(
    points: Points, start: Points, rims: Triangles, front: NDArray[np.bool_]
) -> tuple[Triangles, Points, Points, NDArray[np.bool_]]:
    """A virtual fan over each hole keeps its rim from sliding over itself."""
    count = len(points)
    graph = sparse.csr_matrix((np.ones(len(rims)), (rims[:, 0], rims[:, 1])), shape=(count, count))
    label = connected_components(graph, directed=False)[1][rims[:, 0]]
    fans: list[Triangles] = []
    centers: list[Points] = []
    guesses: list[Points] = []
    on_front: list[bool] = []
    for hole in np.unique(label):
        edges = rims[label == hole]
        center, guess = points[edges[:, 0]].mean(0), start[edges[:, 0]].mean(0)
        at_front = bool(front[edges].any())
        if at_front:
            center[0] = guess[0] = 0
        tip = np.full(len(edges), count + len(centers))
        fans.append(np.stack([edges[:, 1], edges[:, 0], tip], 1))
        centers.append(center)
        guesses.append(guess)
        on_front.append(at_front)
    return np.concatenate(fans), np.array(centers), np.array(guesses), np.array(on_front)


def _settle_pits(start: Points, open_quads: Triangles, pit_quads: Triangles) -> Points:
    inside = np.zeros(len(start), bool)
    inside[open_quads.ravel()] = True
    pit = np.zeros(len(start), bool)
    pit[pit_quads.ravel()] = True
    return harmonic(start, _sides(pit_quads), pit & ~inside, inside)


def shipped_goals() -> dict[Key, Points]:
    """Where the shipped table wants the cage's nodes."""
    table = asset_arrays("head/skin_uv.npz")
    return {
        node_key(str(name)): uv
        for name, uv in zip(table["nodes"], table["node_uv"].astype(float), strict=True)
    }


def main() -> None:
    """Rewrite the shipped table from the base head."""
    table = flatten(base_generator(), shipped_goals())
    np.savez_compressed(
        asset_path("head") / "skin_uv.npz",
        vertices=table.vertices.astype(np.int16),
        uv=table.uv.astype(np.float32),
        hem_vertices=table.hem_vertices.astype(np.int16),
        hem_uv=table.hem_uv.astype(np.float32),
        nodes=table.nodes,
        node_uv=table.node_uv.astype(np.float32),
    )


if __name__ == "__main__":
    main()
