"""Flatten the skin into one chart: as rigid as possible, then without a single flipped triangle.

Run `python -m dreamhead.head.builtin.unwrap` after changing the base head; it rewrites
assets/head/skin_uv.npz.  The left half is flattened with its front midline straight and mirrored; the
seam runs up the back midline, the hem's underside is an island above the crown.  Cage nodes are held near
their places in the shipped table, so that the face stays where trained models know it.
ARAP: Liu et al. 2008.  Untangling: Garanzha et al. 2021, "Foldover-free maps in 50 lines of code".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.optimize import Bounds, minimize
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu, spsolve

from dreamhead.assets import asset_arrays, asset_path
from dreamhead.head.builtin.anatomy import smoothstep
from dreamhead.head.builtin.cage import Key, node_key
from dreamhead.head.builtin.expressions import pose_all
from dreamhead.head.builtin.generate import Generator, base_generator
from dreamhead.head.builtin.surface import Surface, build_surface, skin_vertices
from dreamhead.head.geometry import triangulate

Points = NDArray[np.float64]
Triangles = NDArray[np.int64]

MARGIN = 0.004  # of the map, 16 pixels at 4096
SOCKET_RING = 6  # behind this eye ring the lids' lining is laid into the eye's hole
PIT_WEIGHT = 0.02  # hidden pits may shrink: they only must not fold
AREA_SHARE = 0.3  # how much areas count against angles
SHOULDER_SCALE = 0.72  # of the map's resolution on the shoulders
HOLD_FACE, HOLD_HEAD = 5.0, 0.2  # pull towards the shipped places, per cm^2, against the mean distortion
HEM_TOP, HEM_BOTTOM = MARGIN, 0.1  # v of the underside's island


@dataclass(frozen=True)
class Table:
    """What skin_uv.npz holds of the left half: skin vertex numbers (n,) and uv (n, 2), origin top left, u from
    0.5 to 1 - MARGIN; the hem's underside in the same way; and the named cage nodes' places in the chart.
    """

    vertices: NDArray[np.int64]
    uv: Points
    hem_vertices: NDArray[np.int64]
    hem_uv: Points
    nodes: NDArray[np.str_]
    node_uv: Points


@dataclass(frozen=True)
class _Chart:
    """The left half to flatten: skin vertex numbers (n,), triangles into them, the first `real` from the skin.

    rest (T, 2, 2) inverse edge matrices of each triangle's true shape; weight (T,); front (n,) pins u = 0.
    """

    used: NDArray[np.int64]
    triangles: Triangles
    real: int
    shape: Points
    weight: Points
    front: NDArray[np.bool_]
    start: Points


def flatten(generator: Generator, shipped: dict[Key, Points]) -> Table:
    """The left half's chart.  shipped: uv (2,) of cage nodes to hold; without any the chart fills the map."""
    surface = build_surface()
    chart = _chart(generator)
    flat = _arap(chart, rounds=60)
    held = _held(chart, surface, shipped)
    if held is None:
        flat = _untangle(chart, flat, None)
        scale = (0.5 - MARGIN) / flat[:, 0].max()
        height = np.ptp(flat[:, 1]) * scale
        scale *= min(1.0, (1 - 2 * MARGIN) / height)
        middle = 0.5 * (flat[:, 1].max() + flat[:, 1].min())
    else:
        scale, middle = _fitted(flat, held)
        in_cm = np.stack([held.uv[:, 0] - 0.5, 0.5 - held.uv[:, 1]], 1) / scale + [0, middle]
        bounds = np.array([[0, middle - (0.5 - MARGIN) / scale], [0, middle + (0.5 - MARGIN) / scale]])
        bounds[1, 0] = (0.5 - MARGIN) / scale
        bounds[1, 1] -= (HEM_BOTTOM - HEM_TOP + MARGIN) / scale
        flat = _moved_to(chart, flat, held.places, in_cm)
        flat = _untangle(chart, flat, _Hold(held.places, in_cm, held.weight, bounds))
    flat = _with_sockets(chart.used, flat[: len(chart.used)])
    uv = np.stack([0.5 + flat[:, 0] * scale, 0.5 - (flat[:, 1] - middle) * scale], 1)
    hem_vertices, hem_uv = _hem_island(generator, surface)
    cage = surface.cage
    at = np.full(surface.vertex_count, -1)
    at[chart.used] = np.arange(len(chart.used))
    placed = [node for node in range(len(cage)) if at[node] >= 0]
    names = np.array(["{}{},{}".format(*cage.keys[node]) for node in placed])
    return Table(chart.used, uv, hem_vertices, hem_uv, names, uv[at[placed]])


@dataclass(frozen=True)
class _Held:
    places: NDArray[np.int64]  # (n,) into the chart's vertices
    uv: Points  # (n, 2)
    weight: Points  # (n,)


@dataclass(frozen=True)
class _Hold:
    """Where chart vertices are pulled to (cm in the chart), how strongly, and the box (2, 2) low, high."""

    places: NDArray[np.int64]
    goals: Points
    weight: Points
    bounds: Points


def _held(chart: _Chart, surface: Surface, shipped: dict[Key, Points]) -> _Held | None:
    """The cage nodes that have a place already; hidden rings and the neck's base are left free."""
    at = np.full(surface.vertex_count, -1)
    at[chart.used] = np.arange(len(chart.used))
    cage, rest = surface.cage, base_generator().rest.points
    places, goals, weight = [], [], []
    for key, uv in shipped.items():
        kind, ring, row = key
        free = (
            (kind == "e" and ring > 2)
            or kind == "a"
            or (kind == "n" and ring > 1)
            or (kind == "g" and row < 2)
        )
        node = cage.index.get(key, -1)
        if node < 0 or free or at[node] < 0:
            continue
        on_face = rest[node, 2] > 3.5 and rest[node, 1] > -8.0
        places.append(at[node])
        goals.append(uv)
        weight.append(HOLD_FACE if on_face else HOLD_HEAD)
    if not places:
        return None
    return _Held(np.array(places), np.array(goals), np.array(weight) / len(places))


def _fitted(flat: Points, held: _Held) -> tuple[float, float]:
    """Scale and height in cm at v = 0.5 that lay the held vertices nearest to their places."""
    here, weight = flat[held.places], held.weight / held.weight.sum()
    goal = np.stack([held.uv[:, 0] - 0.5, 0.5 - held.uv[:, 1]], 1)
    middle_here, middle_goal = weight @ here[:, 1], weight @ goal[:, 1]
    centred = here - [0, middle_here]
    target = goal - [0, middle_goal]
    scale = float((weight[:, None] * centred * target).sum() / (weight[:, None] * centred**2).sum())
    return scale, float(middle_here - middle_goal / scale)


def _moved_to(chart: _Chart, flat: Points, places: NDArray[np.int64], goals: Points) -> Points:
    """The flat chart with held vertices at their goals, the rest carried along harmonically."""
    triangles = chart.triangles
    known = np.zeros(len(flat), bool)
    known[places] = True
    shift = np.zeros_like(flat)
    shift[places] = goals - flat[places]
    ends = np.concatenate([triangles[:, [k, (k + 1) % 3]] for k in range(3)])
    used = np.zeros(len(flat), bool)
    used[triangles.ravel()] = True
    shift = _harmonic_over(shift, ends, used & ~known, known)
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


def _chart(generator: Generator) -> _Chart:
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
            _flat_edges(points, open_triangles) * resolution[:, None, None],
            _flat_edges(points, pit_triangles) * 0.4,
            _flat_edges(fan_shape, fans),
        ]
    )
    weight = np.concatenate(
        [1 + 1.6 * face, np.full(len(pit_triangles), PIT_WEIGHT), np.full(len(fans), 2.0)]
    )
    return _Chart(
        used=used,
        triangles=triangles,
        real=len(open_triangles) + len(pit_triangles),
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
    guess = _harmonic(guess, quads, inside & ~fixed, fixed)
    guess[front, 0] = 0
    rim = (hole | (middle & front))[border].all(1) & ~middle[border].all(1)
    return guess, front, border[rim]


def _harmonic(values: Points, quads: Triangles, free: NDArray[np.bool_], known: NDArray[np.bool_]) -> Points:
    return _harmonic_over(values, np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)]), free, known)


def _harmonic_over(
    values: Points, ends: Triangles, free: NDArray[np.bool_], known: NDArray[np.bool_]
) -> Points:
    """Values (n, C) at free vertices become the mean of their neighbours along edges (E, 2)."""
    count = len(values)
    ends = np.unique(np.sort(ends, 1), axis=0)
    ends = np.concatenate([ends, ends[:, ::-1]])
    graph = sparse.csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    laplacian = (sparse.diags(np.asarray(graph.sum(1)).ravel()) - graph).tocsr()
    values = values.copy()
    rows = laplacian[free]
    values[free] = spsolve(rows[:, free].tocsc(), -(rows[:, known] @ values[known]))
    return values


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
    return _harmonic(start, pit_quads, pit & ~inside, inside)


def _flat_edges(points: Points, triangles: Triangles) -> Points:
    """(T, 2, 2) columns: two edges of each triangle laid flat."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    length = np.linalg.norm(b - a, axis=1)
    x = (b - a) / np.maximum(length, 1e-12)[:, None]
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]
    y = np.cross(normal, x)
    flat = np.zeros((len(triangles), 2, 2))
    flat[:, 0, 0] = length
    flat[:, 0, 1], flat[:, 1, 1] = ((c - a) * x).sum(1), ((c - a) * y).sum(1)
    return flat


def _arap(chart: _Chart, rounds: int) -> Points:
    """Local-global as-rigid-as-possible flattening with a free border and u = 0 on the front midline."""
    triangles, weight = chart.triangles, chart.weight
    count = len(chart.start)
    corners = np.concatenate([np.zeros((len(triangles), 2, 1)), chart.shape], 2).transpose(0, 2, 1)
    cotangent = np.zeros((len(triangles), 3))
    for k in range(3):
        p, q = corners[:, (k + 1) % 3] - corners[:, k], corners[:, (k + 2) % 3] - corners[:, k]
        cross = np.abs(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])
        cotangent[:, k] = np.clip((p * q).sum(1) / np.maximum(cross, 1e-9), 0.05, 20) * weight
    ends = np.concatenate([triangles[:, [(k + 1) % 3, (k + 2) % 3]] for k in range(3)])
    values = cotangent.T.ravel()
    both = np.concatenate([ends, ends[:, ::-1]])
    graph = sparse.csr_matrix((np.tile(values, 2), (both[:, 0], both[:, 1])), (count, count))
    laplacian = (sparse.diags(np.asarray(graph.sum(1)).ravel()) - graph + 1e-8 * sparse.eye(count)).tocsr()
    free = ~chart.front
    solve_u, solve_v = splu(laplacian[free][:, free].tocsc()), splu(laplacian.tocsc())
    uv = chart.start.copy()
    for _ in range(rounds):
        moment = np.zeros((len(triangles), 2, 2))
        for k in range(3):
            i, j = (k + 1) % 3, (k + 2) % 3
            edge = uv[triangles[:, i]] - uv[triangles[:, j]]
            moment += (
                cotangent[:, k, None, None] * edge[:, :, None] * (corners[:, i] - corners[:, j])[:, None, :]
            )
        cosine, sine = moment[:, 0, 0] + moment[:, 1, 1], moment[:, 1, 0] - moment[:, 0, 1]
        length = np.maximum(np.hypot(cosine, sine), 1e-12)
        cosine, sine = cosine / length, sine / length
        right = np.zeros((count, 2))
        for k in range(3):
            i, j = (k + 1) % 3, (k + 2) % 3
            edge = corners[:, i] - corners[:, j]
            turned = np.stack(
                [cosine * edge[:, 0] - sine * edge[:, 1], sine * edge[:, 0] + cosine * edge[:, 1]], 1
            )
            pull = cotangent[:, k, None] * turned
            np.add.at(right, triangles[:, i], pull)
            np.add.at(right, triangles[:, j], -pull)
        uv = np.zeros_like(uv)
        uv[free, 0] = solve_u.solve(right[free, 0])
        uv[:, 1] = solve_v.solve(right[:, 1])
    return uv


def _untangle(chart: _Chart, uv: Points, hold: _Hold | None, rounds: int = 12) -> Points:
    """Minimise a regularised distortion whose barrier tightens until every triangle is upright."""
    bounds = None
    if hold is not None:
        uv = np.clip(uv, *hold.bounds)
        bounds = Bounds(np.tile(hold.bounds[0], len(uv)), np.tile(hold.bounds[1], len(uv)))
    area = np.abs(np.linalg.det(chart.shape))
    sound = area > 1e-9
    triangles = chart.triangles[sound]
    inverse = np.linalg.inv(chart.shape[sound])
    weight = (chart.weight * area**0.6)[sound]
    weight = np.maximum(weight, 1e-3 * weight.mean())
    weight /= weight.sum()
    count = len(uv)

    def jacobian(flat: Points) -> Points:
        a, b, c = (flat[triangles[:, k]] for k in range(3))
        return np.stack([b - a, c - a], -1) @ inverse

    def energy(values: Points, epsilon: float) -> tuple[float, Points]:
        flat = values.reshape(count, 2)
        j = jacobian(flat)
        det = j[:, 0, 0] * j[:, 1, 1] - j[:, 0, 1] * j[:, 1, 0]
        root = np.sqrt(epsilon**2 + det**2)
        chi = np.where(det > 0, 0.5 * (det + root), 0.5 * epsilon**2 / (root + np.abs(det)))
        slope = chi / root
        size = (j * j).sum((1, 2))
        spread = AREA_SHARE * (det**2 + 1)
        value = float((weight * (size / chi + spread / chi)).sum())
        d_det = weight * ((2 * AREA_SHARE * det) / chi - (size + spread) * slope / chi**2)
        cofactor = np.stack(
            [np.stack([j[:, 1, 1], -j[:, 1, 0]], -1), np.stack([-j[:, 0, 1], j[:, 0, 0]], -1)], 1
        )
        d_jacobian = (2 * weight / chi)[:, None, None] * j + d_det[:, None, None] * cofactor
        d_edges = d_jacobian @ inverse.transpose(0, 2, 1)
        gradient = np.zeros((count, 2))
        np.add.at(gradient, triangles[:, 1], d_edges[:, :, 0])
        np.add.at(gradient, triangles[:, 2], d_edges[:, :, 1])
        np.add.at(gradient, triangles[:, 0], -d_edges.sum(2))
        if hold is not None:
            away = flat[hold.places] - hold.goals
            value += float((hold.weight[:, None] * away**2).sum())
            gradient[hold.places] += 2 * hold.weight[:, None] * away
        gradient[chart.front, 0] = 0
        return value, gradient.ravel()

    for _ in range(rounds):
        lowest = np.linalg.det(jacobian(uv)).min()
        epsilon = max(1e-6, np.sqrt(1e-12 + 0.04 * min(lowest, 0.0) ** 2)) if lowest < 0 else 1e-6
        found = minimize(
            energy, uv.ravel(), args=(epsilon,), jac=True, method="L-BFGS-B", bounds=bounds,
            options={"maxiter": 200, "maxcor": 12, "maxfun": 400},
        )  # fmt: skip
        uv = found.x.reshape(count, 2)
        if lowest > 0 and found.success:
            break
    return uv


def shipped_nodes() -> dict[Key, Points]:
    """Where the shipped table has the cage's nodes."""
    table = asset_arrays("head/skin_uv.npz")
    return {
        node_key(str(name)): uv
        for name, uv in zip(table["nodes"], table["node_uv"].astype(float), strict=True)
    }


def main() -> None:
    """Rewrite the shipped table from the base head."""
    table = flatten(base_generator(), shipped_nodes())
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
