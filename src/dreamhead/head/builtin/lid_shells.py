"""The tear line along the lower lid and the shade under both lids: thin shells rebuilt on any pose of the lids.

Both are made on the left eye from the lids' edges and mirrored; all points in cm.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import EYE_RADIUS, Eye
from dreamhead.head.builtin.cage import LID_EDGE_RING, LID_MARGIN_RING, LOWER_LID, UPPER_LID
from dreamhead.head.builtin.part_mesh import Faces, band_faces, flipped
from dreamhead.head.builtin.surface import Surface, build_surface

Points = NDArray[np.float64]
Vertices = NDArray[np.int64]

TEAR_HEIGHT = 0.034  # cm up the eyeball
TEAR_ON_LID = 0.45  # of the way from the lid's wet edge to its front edge
TEAR_SUNK = 0.012  # cm by which the strip's borders lie under lid and eye
TEAR_ROWS = 5
TEAR_HEIGHT_UV = 0.04  # of the map, across the strip
SHADE_ROWS = (-0.10, 0.0, 0.14, 0.32, 0.56, 0.84)  # from under the lid's edge towards the eye's middle line
SHADE_LIFT = 0.022  # cm over the sclera
SHADE_UV = (0.48, 0.26)  # radius in the map of the first and last row
CORNER_FAN = 3  # columns next to a corner that point at one spot


@dataclass(frozen=True)
class LidEdges:
    """Skin vertices of the left lids from the inner to the outer corner; both arcs share their ends.

    wet: the edge that touches the eye; front: the edge where lashes stand.  Each (n,).
    """

    upper_wet: Vertices
    lower_wet: Vertices
    lower_front: Vertices

    @property
    def loop(self) -> Vertices:
        """The wet edge once around (m,): upper arc outwards, lower arc back."""
        return np.concatenate([self.upper_wet, self.lower_wet[-2:0:-1]])


@dataclass(frozen=True)
class Shell:
    """One shell's fixed half: faces (F, 4), uv (V, 2) v downwards, roots (V,) the skin vertex each point follows."""

    faces: Faces
    uv: Points
    roots: Vertices


@cache
def lid_edges() -> LidEdges:
    """Where the lids' edges lie among the skin's vertices."""
    surface = build_surface()
    wet, front = LID_EDGE_RING, LID_MARGIN_RING
    return LidEdges(
        _path(surface, wet, UPPER_LID), _path(surface, wet, LOWER_LID), _path(surface, front, LOWER_LID)
    )


@cache
def tear_shell() -> Shell:
    """The left tear line: a strip along u from the inner to the outer corner."""
    edges = lid_edges()
    columns = len(edges.lower_wet)
    u, v = np.meshgrid(np.linspace(0.01, 0.99, columns), np.linspace(-0.5, 0.5, TEAR_ROWS))
    uv = np.stack([u, 0.5 - TEAR_HEIGHT_UV * v], -1).reshape(-1, 2)
    return Shell(band_faces(TEAR_ROWS, columns, closed=False), uv, np.tile(edges.lower_wet, TEAR_ROWS))


@cache
def shade_shell() -> Shell:
    """The left shade: a ring in the map, its rim under the lids, the upper lid above."""
    loop, rows = lid_edges().loop, len(SHADE_ROWS)
    columns = len(loop)
    around = (
        np.pi - np.arange(columns) * 2 * np.pi / columns
    )  # inner corner, over the upper lid, outer corner
    radius = np.linspace(*SHADE_UV, rows)[:, None]
    uv = 0.5 + np.stack([radius * np.cos(around), -radius * np.sin(around)], -1).reshape(-1, 2)
    return Shell(flipped(band_faces(rows, columns, closed=True)), uv, np.tile(loop, rows))


def tear_points(skin: Points, eye: Eye) -> Points:
    """(V, 3) the left tear line on posed skin (S, 3)."""
    edges = lid_edges()
    wet, front, facing = skin[edges.lower_wet], skin[edges.lower_front], skin[edges.upper_wet]
    gap = np.linalg.norm(facing - wet, axis=1)
    height = np.minimum(TEAR_HEIGHT * eye.scale, 0.4 * gap)
    toward = _unit(wet - eye.center)
    up = facing - wet
    up = _unit(up - (up * toward).sum(1, keepdims=True) * toward)
    on_eye = eye.center + _unit(wet - eye.center + up * height[:, None])
    on_eye = _on_ball(on_eye - eye.center, eye, 0.003)
    share = np.clip(height / TEAR_HEIGHT, 0, 1)[:, None]
    on_lid = wet + TEAR_ON_LID * share * (front - wet)
    middle = 0.25 * (on_lid + on_eye) + 0.5 * (wet + 0.012 * share * (up + toward))
    rows = [
        on_lid - TEAR_SUNK * _unit(up + toward),
        on_lid + 0.004 * up,
        middle,
        on_eye,
        _on_ball(on_eye - eye.center + 0.3 * up * height[:, None], eye, -TEAR_SUNK),
    ]
    return np.concatenate(rows)


def shade_points(skin: Points, eye: Eye) -> Points:
    """(V, 3) the left shade on posed skin (S, 3): on the eyeball, from under the lids inwards."""
    edges = lid_edges()
    upper, lower = (_unit(skin[arc] - eye.center) for arc in (edges.upper_wet, edges.lower_wet))
    columns = len(upper)
    kept = np.clip(np.arange(columns), CORNER_FAN, columns - 1 - CORNER_FAN)
    middle = _unit(upper + lower)[kept]
    start = np.concatenate([upper, lower[-2:0:-1]])
    target = np.concatenate([middle, middle[-2:0:-1]])
    angle = np.arccos(np.clip((start * target).sum(1), -1, 1))[:, None]
    tangent = _unit(target - (target * start).sum(1, keepdims=True) * start)
    rows = []
    for share in SHADE_ROWS:
        turn = share * angle if share >= 0 else np.full_like(angle, share)
        direction = np.cos(turn) * start + np.sin(turn) * tangent
        lift = SHADE_LIFT if share >= 0 else SHADE_LIFT / 2
        rows.append(eye.center + direction * eye.scale * (EYE_RADIUS + lift))
    return np.concatenate(rows)


def _path(surface: Surface, ring: int, places: tuple[int, ...]) -> Vertices:
    """A cage ring's nodes at places and the skin vertices between them."""
    nodes = surface.cage.ring("e", ring)[list(places)]
    near: dict[int, set[int]] = {int(node): set() for node in nodes}
    for corner in range(4):
        for a, b in zip(surface.quads[:, corner], surface.quads[:, (corner + 1) % 4], strict=True):
            if int(a) in near:
                near[int(a)].add(int(b))
            if int(b) in near:
                near[int(b)].add(int(a))
    path = [int(nodes[0])]
    for a, b in itertools.pairwise(nodes):
        (between,) = near[int(a)] & near[int(b)]
        path += [between, int(b)]
    return np.array(path)


def _on_ball(offset: Points, eye: Eye, lift: float) -> Points:
    """Points on the eyeball (lift cm above it) in the directions of offsets from its centre."""
    return eye.pushed_out(eye.center + _unit(offset) * eye.scale * 0.5 * EYE_RADIUS, lift)


def _unit(vectors: Points) -> Points:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
