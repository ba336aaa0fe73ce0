"""The head as the groom sees it: outer skin, scalp coordinates, hair roots and the distance around it.

Everything in this package below `dress` is in centimetres, the unit of its tables.  Roots are placed on the
default head ("home" coordinates) and kept as (triangle, barycentric weights), so that a root lies on the
same skin for every identity; growth and collision use the identity's own surface.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dreamhead.errors import UsageError
from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe.distance import DistanceField, distance_field, unit

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = Callable[[Floats], Floats]

CRANIUM = np.array([0.0, 4.0, 0.8])  # centre of the cranium on the default head, cm
NECK_BOTTOM = -10.5  # no roots below, cm

# The hairline: azimuth in degrees (0 front, 180 back) -> height in cm on the default head.
HAIRLINE = np.array(
    [
        (0, 10.3), (22, 10.7), (36, 10.5), (46, 9.2), (56, 7.0), (66, 5.2), (71, 3.6), (75, 1.4),
        (80, 0.6), (84, 3.4), (97, 4.2), (106, 2.4), (116, -1.2), (135, -4.2), (160, -5.2), (180, -5.4),
    ]
)  # fmt: skip

# Where the skin turns inwards and no light reaches: ring coordinates at and beyond which it is hidden.
HIDDEN_RINGS = {"mouth_ring": 4.6, "eye_ring": 4.2, "nostril_ring": 2.2, "ear_ring": 8.2}
EAR_RING = 0.5  # ear ring coordinate from which on nothing grows


@dataclass(frozen=True)
class Roots:
    """Points on the skin that hair grows from."""

    triangles: Ints  # (N, 3) head vertex ids
    weights: Floats  # (N, 3) barycentric
    points: Floats  # (N, 3) on this head, cm
    normals: Floats  # (N, 3)
    home: Floats  # (N, 3) on the default head, cm

    def __len__(self) -> int:
        return len(self.triangles)

    def subset(self, keep: NDArray[np.bool_] | Ints) -> Roots:
        """The roots selected by a mask or by indices."""
        return Roots(
            self.triangles[keep], self.weights[keep], self.points[keep], self.normals[keep], self.home[keep]
        )


@dataclass(frozen=True)
class Surface:
    """A resting head with its default twin.  Arrays over vertices cover the whole model, inner parts too."""

    home: Floats  # (V, 3) default head, cm
    vertices: Floats  # (V, 3) this head, cm
    home_normals: Floats  # (V, 3)
    normals: Floats  # (V, 3)
    triangles: Ints  # (T, 3) outer skin
    triangles_without_ears: Ints
    eye_poles: (
        Ints  # (2, 2) each eyeball's vertices with the least and the most x: the axis its lids turn about
    )
    distance: DistanceField
    eye_ring: Floats  # (V,) ring coordinate around the eyes, 4 at the lid margin
    ear_ring: Floats  # (V,) ring coordinate around the ears, rising inwards
    eye_centres: Floats  # (2, 3) left, right on this head, cm
    home_eye_centres: Floats  # (2, 3)

    def sample(self, mask: Mask, count: int, rng: np.random.Generator, tries: int = 24) -> Roots:
        """About count evenly spread roots where mask(home points) exceeds a uniform draw."""
        triangles = self.triangles_without_ears
        corners = self.home[triangles]
        centre = corners.mean(1)
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        weight = area * np.clip(mask(centre), 0, 1) * (centre[:, 1] >= NECK_BOTTOM)
        drawn = rng.choice(len(triangles), count * tries, p=weight / weight.sum())
        square = rng.random((count * tries, 2))
        square = np.where(square.sum(1, keepdims=True) > 1, 1 - square, square)
        weights = np.column_stack([1 - square.sum(1), square])
        home = np.einsum("nk,nkc->nc", weights, corners[drawn])
        keep = mask(home) > rng.random(len(home))
        drawn, weights, home = drawn[keep], weights[keep], home[keep]
        spread = 0.8 * np.sqrt(weight.sum() / 2 / count)
        order = _thinned(home, spread, count)
        return self.place(triangles[drawn[order]], weights[order])

    def place(self, triangles: Ints, weights: Floats) -> Roots:
        """Roots from head vertex ids (N, 3) and barycentric weights (N, 3)."""

        def at(values: Floats) -> Floats:
            return np.einsum("nk,nkc->nc", weights, values[triangles])

        return Roots(triangles, weights, at(self.vertices), unit(at(self.normals)), at(self.home))

    def nearest(self, points: Floats, *, scalp_only: bool = False) -> Roots:
        """Roots nearest to points (N, 3) given on the default head, cm."""
        triangles = self.triangles_without_ears if scalp_only else self.triangles
        if scalp_only:
            triangles = triangles[hairline_height(self.home[triangles].mean(1)) > 0.5]
        _, near = cKDTree(self.home[triangles].mean(1)).query(points, k=12)
        a, b, c = (self.home[triangles[near][..., k]] for k in range(3))
        normal = np.cross(b - a, c - a)
        size = np.maximum((normal * normal).sum(-1), 1e-12)
        p = points[:, None]
        edges = (np.cross(c - b, p - b), np.cross(a - c, p - c), np.cross(b - a, p - a))
        weights = np.stack([(edge * normal).sum(-1) / size for edge in edges], axis=-1)
        outside = np.minimum(weights, 0).sum(-1)
        best = np.argmax(outside - 0.2 * np.linalg.norm((a + b + c) / 3 - p, axis=-1), axis=1)
        row = np.arange(len(points))
        chosen = np.clip(weights[row, best], 0, 1)
        return self.place(triangles[near[row, best]], chosen / chosen.sum(1, keepdims=True))

    def on_lid(self, roots: Roots, eye: int) -> Roots:
        """The roots bound to an edge of their lid and to their eyeball, so that they turn about it as the lid slides.

        The lid's own skin folds instead of turning.  eye is 0 for the left one.
        """
        corners = self.home[roots.triangles]
        width = np.abs(corners - np.roll(corners, -1, axis=1))[..., 0]
        row, first = np.arange(len(roots)), width.argmax(1)
        second = (first + 1) % 3
        start, along = corners[row, first], corners[row, second] - corners[row, first]
        share = ((roots.home - start) * along).sum(1) / np.maximum((along * along).sum(1), 1e-12)
        share = np.clip(share, 0, 1)
        outer = roots.home[:, 0] > self.home_eye_centres[eye, 0]
        pole = np.where(outer, *self.eye_poles[eye])
        return self.place(
            np.column_stack([roots.triangles[row, first], roots.triangles[row, second], pole]),
            np.column_stack([1 - share, share, np.zeros(len(roots))]),
        )


def surface_of(head: HeadModel, identity: NDArray[np.float32], vertices: NDArray[np.float32]) -> Surface:
    """The groom's view of a resting head: vertices (V, 3) metres, identity (K,) sliders."""
    if vertices.shape != head.mean.shape:
        raise UsageError(
            f"the wardrobe was given {vertices.shape} vertices for a head of {head.mean.shape}",
            "pass the resting head that belongs to this head model",
        )
    home = 100.0 * np.asarray(head.canonical, np.float64)
    here = 100.0 * np.asarray(vertices, np.float64)
    skin = next(part for part in head.parts if part.name == "skin")
    triangles = triangles_of(np.asarray(skin.faces, np.int64))
    hidden = np.zeros(len(home), bool)
    for name, limit in HIDDEN_RINGS.items():
        if name in head.fields:
            hidden |= np.asarray(head.fields[name]) > limit
    outer = triangles[~hidden[triangles].any(1)]
    ears = (np.asarray(head.fields["ear_ring"])[outer] > EAR_RING).any(1)
    used = np.unique(outer)
    normals = vertex_normals(here, outer)
    dense = np.concatenate([here[used], here[outer].mean(1)])
    dense_normals = np.concatenate([normals[used], unit(normals[outer].sum(1))])
    zero = np.zeros_like(identity)
    return Surface(
        home=home,
        vertices=here,
        home_normals=vertex_normals(home, outer),
        normals=normals,
        triangles=outer,
        triangles_without_ears=outer[~ears],
        eye_poles=np.array([_ends(head, name, home) for name in ("eye_left", "eye_right")]),
        distance=distance_field(dense, dense_normals),
        eye_ring=np.asarray(head.fields["eye_ring"], np.float64),
        ear_ring=np.asarray(head.fields["ear_ring"], np.float64),
        eye_centres=100.0 * np.asarray(head.joint_positions(identity)[4:6], np.float64),
        home_eye_centres=100.0 * np.asarray(head.joint_positions(zero)[4:6], np.float64),
    )


def _ends(head: HeadModel, name: str, home: Floats) -> tuple[int, int]:
    """The vertices of a part with the least and the most x."""
    used = np.unique(next(part for part in head.parts if part.name == name).faces)
    return int(used[home[used, 0].argmin()]), int(used[home[used, 0].argmax()])


def triangles_of(quads: Ints) -> Ints:
    """(F, 4) faces, a triangle repeating its last index -> (T, 3) without degenerate triangles."""
    both = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    a, b, c = both.T
    return both[(a != b) & (b != c) & (a != c)]


def vertex_normals(vertices: Floats, triangles: Ints) -> Floats:
    """(V, 3) area-weighted unit normals; vertices outside the triangles get zero."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    total = [np.bincount(triangles.ravel(), np.repeat(face[:, k], 3), len(vertices)) for k in range(3)]
    return unit(np.stack(total, axis=1))


def azimuth(home: Floats) -> Floats:
    """(N, 3) -> (N,) degrees around the cranium, 0 in front, positive to the subject's left."""
    return np.degrees(np.arctan2(home[:, 0], home[:, 2] - CRANIUM[2]))


def hairline_height(home: Floats, recede: float = 0.0) -> Floats:
    """(N, 3) home points -> (N,) cm above the hairline along the skin, positive on the scalp.

    recede lifts the forehead's part of the line, cm.  The skin lies flatter the higher it is, so a height in
    y is stretched by the slope of a sphere around the cranium.
    """
    around = np.abs(azimuth(home))
    line = np.interp(around, HAIRLINE[:, 0], HAIRLINE[:, 1])
    rise = home[:, 1] - line - recede * np.clip(1 - around / 60, 0, 1)
    upward = unit(home - CRANIUM)[:, 1]
    return rise / np.sqrt(np.clip(1 - upward * upward, 0.1, 1))


def smoothstep(values: Floats, start: float, stop: float) -> Floats:
    """0 below start, 1 above stop, smooth between."""
    t = np.clip((values - start) / (stop - start), 0, 1)
    return t * t * (3 - 2 * t)


def _thinned(points: Floats, spread: float, count: int) -> Ints:
    """Indices of at most count points no two of which are nearer than spread, first come first served."""
    first = 5 * count  # mostly enough; what comes after changes nothing that was kept before
    if first < len(points):
        early = _thinned(points[:first], spread, count)
        if len(early) == count:
            return early
    pairs = cKDTree(points).query_pairs(spread, output_type="ndarray")  # the lower index comes first
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    starts = np.searchsorted(pairs[:, 0], np.arange(len(points) + 1))
    alive = np.ones(len(points), bool)
    order = []
    for index in range(len(points)):
        if alive[index]:
            order.append(index)
            alive[pairs[starts[index] : starts[index + 1], 1]] = False
            if len(order) == count:
                break
    return np.array(order, np.int64)
