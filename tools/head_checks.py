"""What may go wrong with an identity in an expression, measured in mm: faces, lids, lips and teeth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from surface_distance import closest_weights

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.anatomy import LOOK_SIDE_DEG, LOOK_UP_DEG, rotate_x, rotate_y
from dreamhead.head.builtin.cage import (
    LID_MARGIN_RING,
    LIP_CONTACT_RING,
    LOWER_LID,
    MOUTH_CORNER,
    UPPER_LID,
)
from dreamhead.head.builtin.surface import Surface, build_surface
from dreamhead.head.geometry import triangulate

Points = NDArray[np.float64]
Ints = NDArray[np.int64]

MM = 10.0  # in a centimetre
NEAR_LIP = 0.45  # cm: lip points farther than this from the other lip cannot be in it
DEEPEST = 0.30  # cm: a lip point behind the other lip's skin by more is elsewhere in the mouth
TEETH_THINNING = 2  # every second vertex of the teeth's front half is looked at
TEETH = ("teeth_upper", "teeth_lower")


@dataclass(frozen=True)
class PoseReport:
    """One pose of one identity: a count of faces, and depths and gaps in mm (0 where nothing is wrong)."""

    inverted: int
    lid_depth: float  # of the visible lids in the eyeball
    lid_overlap: float  # of the lids' margins across each other
    lip_depth: float  # of one lip in the other
    teeth_depth: float  # of teeth in front of the skin


class HeadChecks:
    """Measures poses (V, 3) cm of an identity against the default head in the same pose."""

    def __init__(self) -> None:
        self.surface: Surface = build_surface()
        self.slices = generate.part_slices()
        default = generate.default_generator()
        neutral = generate.neutral_vertices(default)
        self.outside = self.surface.quads[~self.surface.inner]
        deltas = posed_deltas(generate.expression_deltas(default))
        self.reference = {"neutral": self._quad_normals(neutral)}
        self.reference |= {name: self._quad_normals(neutral + delta) for name, delta in deltas.items()}
        self.lips = _lip_patches(self.surface)
        self.mouth_triangles = self._front_triangles()
        parts = generate.part_meshes()
        self.teeth = np.concatenate(
            [np.arange(self.slices[name].start, self.slices[name].stop) for name in TEETH if name in parts]
        )

    @property
    def face_count(self) -> int:
        """Exterior faces of the skin."""
        return len(self.outside)

    @cached_property
    def _lid_nodes(self) -> Ints:
        cage = self.surface.cage
        inside = np.array([name == "e" for name in cage.block]) & (cage.ring_of_quad >= 2)
        visible = inside & (cage.ring_of_quad < LID_MARGIN_RING)
        return np.unique(self.surface.quads[visible[self.surface.parent] & self.surface.left])

    def pose(self, g: generate.Generator, name: str, vertices: Points, teeth: bool = False) -> PoseReport:
        """Measure one pose: "neutral", a key of posed_deltas, or any pose that has a reference."""
        upper, lower = self.lid_overlap(vertices), self.lip_depth(vertices)
        return PoseReport(
            inverted=int(self.inverted(name, vertices).sum()),
            lid_depth=self.lid_depth(g, name, vertices),
            lid_overlap=upper,
            lip_depth=lower,
            teeth_depth=self.teeth_depth(vertices) if teeth else 0.0,
        )

    def inverted(self, name: str, vertices: Points) -> NDArray[np.bool_]:
        """(F,) exterior quads turned by more than 90 degrees against the default in the same pose, or folded."""
        normals = self._quad_normals(vertices)
        return (normals * self.reference[name]).sum(1) < 0

    def lid_depth(self, g: generate.Generator, name: str, vertices: Points) -> float:
        """mm: the deepest visible lid vertex in its eyeball, which turns with eyeLook poses."""
        worst = 0.0
        mirror = np.array([-1.0, 1.0, 1.0])
        for side, word in ((1.0, "Left"), (-1.0, "Right")):
            nodes = self._lid_nodes if side > 0 else self.surface.mirror[self._lid_nodes]
            points = vertices[nodes] * (1 if side > 0 else mirror)
            if name.startswith("eyeLook") and name.endswith(word):
                points = _unlooked(points, name.removeprefix("eyeLook").removesuffix(word), g.rest.eye.center)
            worst = max(worst, -float(g.rest.eye.clearance(points).min()) * g.rest.eye.scale)
        return MM * worst

    def lid_overlap(self, vertices: Points) -> float:
        """mm: how far the upper margin lies below the lower one."""
        margin = self.surface.cage.ring("e", LID_MARGIN_RING)
        worst = 0.0
        for nodes in (margin, self.surface.mirror[margin]):
            between = (vertices[nodes[list(UPPER_LID)], 1] - vertices[nodes[list(LOWER_LID)], 1])[1:-1]
            worst = max(worst, -float(between.min()))
        return MM * worst

    def lip_gap(self, vertices: Points) -> float:
        """mm: the widest gap between the resting lips along their seam."""
        nodes = self.surface.cage.ring("m", LIP_CONTACT_RING)
        lower, upper = nodes[:MOUTH_CORNER][::-1], nodes[MOUTH_CORNER + 1 :]
        return MM * float(np.linalg.norm(vertices[upper] - vertices[lower], axis=1).max())

    def lip_depth(self, vertices: Points) -> float:
        """mm: the deepest point of one lip behind the skin of the other."""
        worst = 0.0
        for points, triangles in self.lips:
            corners = vertices[triangles]
            centers = corners.mean(1)
            found, near = cKDTree(centers).query(vertices[points], k=10, distance_upper_bound=NEAR_LIP)
            close = np.isfinite(found[:, 0])
            if not close.any():
                continue
            near = np.where(np.isfinite(found), near, near[:, :1])[close]
            p = vertices[points][close]
            a, b, c = (corners[near, k] for k in range(3))
            weights = closest_weights(p[:, None], a, b, c)
            nearest = np.einsum("nkc,nkcd->nkd", weights, corners[near])
            apart = p[:, None] - nearest
            distance = np.linalg.norm(apart, axis=-1)
            row, best = np.arange(len(p)), distance.argmin(1)
            normal = np.cross(b - a, c - a)[row, best]
            behind = (apart[row, best] * normal).sum(1) < 0
            within = (weights[row, best] > 1e-6).all(1) & (distance[row, best] < DEEPEST)
            if (behind & within).any():
                worst = max(worst, float(distance[row, best][behind & within].max()))
        return MM * worst

    def teeth_depth(self, vertices: Points) -> float:
        """mm: how far a tooth stands before the skin that covers it, seen from the front."""
        teeth = vertices[self.teeth]
        front = teeth[teeth[:, 2] > np.percentile(teeth[:, 2], 40)][::TEETH_THINNING]
        corners = vertices[self.mouth_triangles]
        flat = corners[..., :2]
        low, high = flat.min(1), flat.max(1)
        worst = 0.0
        for start in range(0, len(front), 200):
            p = front[start : start + 200]
            tooth, triangle = np.nonzero(((p[:, None, :2] >= low) & (p[:, None, :2] <= high)).all(-1))
            a, b, c = (flat[triangle, k] for k in range(3))
            q = p[tooth, :2]
            area = _area(a, b, c)
            weights = np.stack([_area(q, b, c), _area(a, q, c), _area(a, b, q)], 1) / area[:, None]
            within = (weights >= 0).all(1) & (area > 1e-9)  # triangles that face the front
            skin_z = (weights * corners[triangle, :, 2]).sum(1)
            cover = np.full(len(p), -np.inf)
            np.maximum.at(cover, tooth[within], skin_z[within])
            covered = np.isfinite(cover)
            if covered.any():
                worst = max(worst, float((p[covered, 2] - cover[covered]).max()))
        return MM * worst

    def _quad_normals(self, vertices: Points) -> Points:
        corners = vertices[self.outside]
        normals = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
        return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

    def _front_triangles(self) -> Ints:
        """Skin before the teeth: the lips' and surrounding exterior faces, as triangles."""
        cage = self.surface.cage
        lips = np.array([name == "m" for name in cage.block]) & (cage.ring_of_quad < LIP_CONTACT_RING)
        quads = self.surface.quads[lips[self.surface.parent]]
        return triangulate(quads.astype(np.int32)).astype(np.int64)


def posed_deltas(deltas: Mapping[str, Points]) -> dict[str, Points]:
    """Expressions as they are meant to be played: mouthClose comes on top of jawOpen; and a whole smile."""
    posed = dict(deltas)
    posed["mouthClose"] = deltas["mouthClose"] + deltas["jawOpen"]
    posed["mouthSmile"] = deltas["mouthSmileLeft"] + deltas["mouthSmileRight"]
    return posed


def _unlooked(points: Points, direction: str, center: Points) -> Points:
    """Left-eye points seen from the turned eyeball."""
    if direction in ("Up", "Down"):
        return rotate_x(points, LOOK_UP_DEG if direction == "Up" else -LOOK_UP_DEG, center)
    return rotate_y(points, -LOOK_SIDE_DEG if direction == "Out" else LOOK_SIDE_DEG, center)


def _lip_patches(surface: Surface) -> list[tuple[Ints, Ints]]:
    """(points of one lip near the seam, triangles of the other lip), both ways."""
    cage = surface.cage
    place = np.full(len(cage), -1)
    for ring in range(10):
        place[cage.ring("m", ring)] = np.arange(15)
    of_mouth = np.array([name == "m" for name in cage.block])
    lower = (place[cage.quads] <= MOUTH_CORNER).all(1)
    upper = (place[cage.quads] >= MOUTH_CORNER).all(1)
    beside_corner = (np.abs(place[cage.quads] - MOUTH_CORNER) <= 2).any(1)
    near = of_mouth & (cage.ring_of_quad >= 3) & (cage.ring_of_quad <= 5) & ~beside_corner
    wide = of_mouth & (cage.ring_of_quad >= 1) & (cage.ring_of_quad <= 7)

    def quads(chosen: NDArray[np.bool_]) -> Ints:
        return surface.quads[chosen[surface.parent]]

    def triangles(chosen: NDArray[np.bool_]) -> Ints:
        return triangulate(quads(chosen).astype(np.int32)).astype(np.int64)

    return [
        (np.unique(quads(near & lower)), triangles(wide & upper)),
        (np.unique(quads(near & upper)), triangles(wide & lower)),
    ]


def _area(a: Points, b: Points, c: Points) -> Points:
    return (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
