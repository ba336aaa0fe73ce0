"""Sheets of cloth, leather and metal around a head: the polar fit they are cut from, and how they are joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.surface import CRANIUM, Surface, vertex_normals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Press = Callable[
    [Floats], tuple[Floats, Bools]
]  # hair (N, ..., 3) -> pressed hair, which of it stays (N, ...)

AROUND = 72  # columns of a sheet
LEFT = np.array([1.0, 0.0, 0.0])
NEIGHBOURS = 12  # vertices of the default head that carry a point of a table to an identity
FAR = 30.0  # cm beyond which no ray looks for skin
STRIDE = 0.4  # cm between the looks


@dataclass(frozen=True)
class Sheet:
    """A piece of cloth; cm.  uv are within its own band of the texture."""

    vertices: Floats  # (N, 3)
    normals: Floats  # (N, 3)
    uv: Floats  # (N, 2)
    triangles: Ints  # (T, 3)
    band: str  # which part of the item's texture it wears


@dataclass(frozen=True)
class Hat:
    """What a piece of headwear is made of and what it does to the hair."""

    sheets: list[Sheet]
    press: Press
    covers: Callable[[Floats], Bools]  # (N, 3) -> (N,) skin that nobody sees under it
    on_neck: Callable[[Floats], Floats] | None = (
        None  # home (N, 3) -> (N,) 0 rides on the head .. 1 on the neck
    )
    on_skin: str = ""  # the band whose cloth lies on the face and follows it


@dataclass(frozen=True)
class Fit:
    """The polar sheet that a hat is cut from, in this head's centimetres."""

    surface: Surface
    centre: Floats  # (3,) of the cranium
    point: Floats  # (3,) on the cutting plane
    up: Floats  # (3,) its normal
    around: Floats  # (A,) angles
    edge: Floats  # (A,) polar angle where the plane cuts
    rows: Floats  # (R,) 0 at the top .. 1 at the edge
    radius: Floats  # (A, R) cm from the centre
    girth: Floats = field(default_factory=lambda: np.zeros(0))  # (A,) widest reach from the axis, cm

    @property
    def flat(self) -> Floats:
        """(A, 3) directions away from the axis, in the cutting plane."""
        forward = unit(np.cross(LEFT, self.up))
        return np.cos(self.around)[:, None] * forward + np.sin(self.around)[:, None] * LEFT

    @property
    def base(self) -> Floats:
        """(3,) where the axis meets the cutting plane."""
        return self.centre - self.height(self.centre) * self.up

    def height(self, points: Floats) -> Floats:
        """(..., 3) -> cm above the cutting plane."""
        return (points - self.point) @ self.up

    def at(self, polar: Floats, radius: Floats) -> Floats:
        """Points at polar angles and radii (A, R) -> (A, R, 3)."""
        direction = np.cos(polar)[..., None] * self.up + np.sin(polar)[..., None] * self.flat[:, None]
        return self.centre + radius[..., None] * direction

    def row(self, row: float, extra: float | Floats = 0.0) -> Floats:
        """(A, 3) a ring: row 0..1 down the fit, beyond 1 in cm below it; extra cm outwards, one or (A,)."""
        radius = np.array([np.interp(min(row, 1), self.rows, line) for line in self.radius]) + extra
        ring = self.at((self.edge * min(row, 1))[:, None], radius[:, None])[:, 0]
        return ring - max(row - 1, 0) * self.up

    def wall(
        self,
        height: float | Floats,
        extra: float | Floats = 0.0,
        *,
        scale: float = 1.0,
        roundness: float = 0.0,
    ) -> Floats:
        """(A, 3) a ring around the axis, as wide as the head ever is: height cm above the cutting plane.

        extra cm, one or (A,), are added to the girth scaled; roundness 1 makes it a circle.
        """
        girth = (1 - roundness) * self.girth + roundness * self.girth.mean()
        return self.ring(height, np.broadcast_to(scale * girth + extra, self.around.shape))

    def ring(self, height: float | Floats, reach: Floats, drift: Floats | None = None) -> Floats:
        """(A, 3) a ring of reach (A,) cm around the axis, height cm above the plane; drift (3,) shifts it."""
        lifted = np.broadcast_to(height, self.around.shape)[:, None] * self.up
        return self.base + (0.0 if drift is None else drift) + reach[:, None] * self.flat + lifted

    def reach_at(self, height: float) -> Floats:
        """(A,) how far the fit is from its axis at a height above the plane; 0 above the head."""
        points = self.at(self.edge[:, None] * self.rows, self.radius)
        reach = ((points - self.base) * self.flat[:, None]).sum(-1)
        heights = self.height(points)
        found = [
            np.interp(height, h[::-1], r[::-1], left=r[-1], right=0.0)
            for h, r in zip(heights, reach, strict=True)
        ]
        return np.array(found)

    @property
    def top(self) -> float:
        """How high the fit stands above its cutting plane, cm."""
        return float(self.height(self.row(0)).max())

    @property
    def signed(self) -> Floats:
        """(A,) angles from the front, -pi..pi, positive to the left."""
        return np.asarray((self.around + np.pi) % (2 * np.pi) - np.pi)

    def press(self, paths: Floats, room: float = 0.15, blend: float = 1.8) -> tuple[Floats, Bools]:
        """Hair under the hat: above the plane its distance to the head is capped; hair wholly under it goes."""
        height = self.height(paths)
        distance, outward = self.surface.distance.look(paths)
        under = np.clip((height + blend) / (blend - 0.7), 0, 1)  # whole from 7 mm below the plane
        excess = np.maximum(distance - (room + (1 - under) * 3.0), 0) * (height > -blend)
        return paths - outward * excess[..., None], np.asarray((height < -0.4).any(1))

    def press_band(self, low: float, high: float, room: float = 0.12) -> Press:
        """A press that holds hair to room cm between two heights above the plane, and looser away from them."""

        def press(paths: Floats) -> tuple[Floats, Bools]:
            height = self.height(paths)
            distance, outward = self.surface.distance.look(paths)
            away = np.maximum(np.maximum(low - height, height - high), 0)
            excess = np.maximum(distance - (room + np.maximum(away - 0.35, 0) * 1.6), 0)
            return paths - outward * excess[..., None], np.ones(len(paths), bool)

        return press

    def covers(self, points: Floats) -> Bools:
        """(N, 3) -> (N,) skin well under the hat."""
        return self.height(points) >= 1.0


def fitted(
    surface: Surface,
    front: tuple[float, float],
    back: tuple[float, float],
    *,
    gap: float,
    roomy: float = 0.0,
    smoothing: float = 2.5,
) -> Fit:
    """A fit whose plane passes through (y, z) cm points in front and at the back; gap is kept to the skin.

    The points are of the default head's forehead and occiput, and go where these go on this head.
    """
    point, behind = placed(surface, np.array([(0.0, *front), (0.0, *back)]))
    centre = placed(surface, CRANIUM[None])[0]
    slope = unit(point - behind)
    up = unit(np.array([0.0, slope[2], -slope[1]]))
    around = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    fit = Fit(surface, centre, point, up, around, np.zeros(AROUND), np.zeros(0), np.zeros((AROUND, 0)))
    polar = np.broadcast_to(np.linspace(0, np.radians(140), 56), (AROUND, 56))
    height = fit.height(fit.at(polar, _skin_radius(fit, polar, 0.0)))
    edge = np.array([np.interp(0, -line, polar[0]) for line in height])
    edge = gaussian_filter(edge, 1.2, mode="wrap")
    rows = np.linspace(0, 1, 24)
    radius = _skin_radius(fit, edge[:, None] * rows, gap)
    radius = np.maximum(radius, gaussian_filter(radius, (smoothing, smoothing), mode=("wrap", "nearest")))
    radius[:, 0] = radius[:, 0].mean()
    radius = radius * (1 + roomy * (1 - rows**2))
    fit = Fit(surface, centre, point, up, around, edge, rows, radius)
    points = fit.at(edge[:, None] * rows, radius)
    reach = ((points - fit.base) * fit.flat[:, None]).sum(-1).max(1)
    reach = np.maximum(reach, gaussian_filter(reach, 2.0, mode="wrap"))
    return Fit(surface, centre, point, up, around, edge, rows, radius, reach)


def placed(surface: Surface, points: Floats) -> Floats:
    """Points (N, 3) cm of the default head, moved as the skin around them is on this head."""
    skin = np.unique(surface.triangles)
    _, near = cKDTree(surface.home[skin]).query(points, k=NEIGHBOURS)
    moved = surface.vertices[skin] - surface.home[skin]
    return points + moved[near].mean(1)


def sheet(
    strips: Sequence[Sequence[Floats]], band: str, *, centre: Floats | None = None, closed: bool = True
) -> Sheet:
    """Strips of rows (A, 3) as one sheet: shaded smoothly within a strip, with a crease between strips.

    closed joins the last column to the first.  Each strip begins facing away from centre, its own middle if
    none is given.  v runs down all strips by their length.
    """
    lengths = [_lengths(np.stack(rows)) for rows in strips]
    total = sum(float(length[-1]) for length in lengths)
    vertices, normals, uv, triangles = [], [], [], []
    first, down = 0, 0.0
    for rows, length in zip(strips, lengths, strict=True):
        grid = np.stack(rows)
        if closed:
            grid = np.roll(grid, grid.shape[1] // 2, axis=1)  # the seam at the back
            grid = np.concatenate([grid, grid[:, :1]], axis=1)
        count, columns = grid.shape[:2]
        faces = grid_triangles(count, columns)
        flat = grid.reshape(-1, 3)
        faces = faces[_area(flat, faces) > 1e-9]
        normal = welded_normals(flat, faces)
        middle = flat.mean(0) if centre is None else centre
        leading = slice(0, max(3, count // 3) * columns)
        if (normal[leading] * (flat[leading] - middle)).sum() < 0:
            normal = -normal
        across, along = np.meshgrid(np.linspace(0, 1, columns), (down + length) / max(total, 1e-9))
        vertices.append(flat)
        normals.append(normal)
        uv.append(np.stack([across, along], axis=-1).reshape(-1, 2))
        triangles.append(faces + first)
        first += len(flat)
        down += float(length[-1])
    return Sheet(
        np.concatenate(vertices), np.concatenate(normals), np.concatenate(uv), np.concatenate(triangles), band
    )


def trimmed(surface: Surface, cloth: Sheet, depth: float = 0.25) -> Sheet:
    """A sheet without the triangles that lie wholly more than depth cm inside the head."""
    inside = surface.distance.distance(cloth.vertices) < -depth
    kept = cloth.triangles[~inside[cloth.triangles].all(1)]
    used, triangles = np.unique(kept, return_inverse=True)
    return Sheet(
        cloth.vertices[used], cloth.normals[used], cloth.uv[used], triangles.reshape(-1, 3), cloth.band
    )


def swept(
    path: Floats,
    across: Floats,
    profile: Floats,
    band: str,
    *,
    closed: bool = False,
    scale: Floats | None = None,
) -> Sheet:
    """A closed profile (K, 2) cm swept along a path (N, 3): its first axis along across (N, 3), its second
    square to path and across.

    closed joins the path's ends; open ends are capped.  scale (N,) widens the profile on the way.
    """
    ahead = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    ahead = unit(ahead)
    side = unit(across - (across * ahead).sum(1, keepdims=True) * ahead)
    out = np.cross(ahead, side)
    if scale is None:
        scale = np.ones(len(path))
    sized = scale[:, None, None] * profile[None]
    grid = path[:, None] + sized[..., :1] * side[:, None] + sized[..., 1:] * out[:, None]
    rows = (
        [*grid, grid[0]]
        if closed
        else [path[:1].repeat(len(profile), 0), *grid, path[-1:].repeat(len(profile), 0)]
    )
    middle = path if not closed else np.concatenate([path, path[:1]])
    if not closed:
        middle = np.concatenate([path[:1], path, path[-1:]])
    stacked = np.concatenate([np.stack(rows), np.stack(rows)[:, :1]], axis=1)
    count, columns = stacked.shape[:2]
    flat = stacked.reshape(-1, 3)
    faces = grid_triangles(count, columns)
    faces = faces[_area(flat, faces) > 1e-9]
    normals = welded_normals(flat, faces)
    if (normals * (stacked - middle[:, None]).reshape(-1, 3)).sum() < 0:
        normals = -normals
    u, v = np.meshgrid(
        np.linspace(0, 1, columns), _lengths(stacked) / max(float(_lengths(stacked)[-1]), 1e-9)
    )
    return Sheet(flat, normals, np.stack([u, v], axis=-1).reshape(-1, 2), faces, band)


def folded(rows: Sequence[Floats], inwards: Floats) -> list[Floats]:
    """Rows (A, 3) with a back of the same shape, inwards (3,) or (A, 3) cm away, joined by a rounded edge."""
    front = list(rows)
    ahead = unit(front[-1] - front[-2])
    reach = 0.4 * np.linalg.norm(inwards, axis=-1, keepdims=True)
    edge = front[-1] + 0.5 * inwards + reach * ahead
    return [*front, edge, *(row + inwards for row in front[::-1])]


def resampled(ring: Floats, columns: int) -> Floats:
    """A closed ring (A, 3) with another number of columns."""
    old = np.linspace(0, 1, len(ring), endpoint=False)
    new = np.linspace(0, 1, columns, endpoint=False)
    return np.stack([np.interp(new, old, ring[:, k], period=1.0) for k in range(3)], axis=1)


def rounded(width: float, thickness: float, corners: int = 8, power: float = 3.0) -> Floats:
    """(corners, 2) a profile between an ellipse (power 2) and a rectangle; cm."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + np.pi / corners
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.column_stack(
        [
            0.5 * width * np.sign(cosine) * np.abs(cosine) ** (2 / power),
            0.5 * thickness * np.sign(sine) * np.abs(sine) ** (2 / power),
        ]
    )


def ball(centre: Floats, radius: float, band: str, *, squash: Floats | None = None) -> Sheet:
    """A small sphere, squashed along the axes where squash (3,) is below one; cm."""
    polar, turn = np.meshgrid(np.linspace(0, np.pi, 7), np.linspace(0, 2 * np.pi, 11), indexing="ij")
    direction = np.stack([np.sin(polar) * np.cos(turn), np.cos(polar), np.sin(polar) * np.sin(turn)], axis=-1)
    grid = centre + radius * direction * (1.0 if squash is None else squash)
    flat = grid.reshape(-1, 3)
    faces = grid_triangles(*grid.shape[:2])
    faces = faces[_area(flat, faces) > 1e-9]
    uv = np.stack([turn / (2 * np.pi), polar / np.pi], axis=-1).reshape(-1, 2)
    return Sheet(flat, unit(flat - centre), uv, faces, band)


def outermost(
    surface: Surface, origins: Floats, directions: Floats, gap: float, nearest: float = 2.0
) -> Floats:
    """(...,) how far along rays (..., 3) the skin is last nearer than gap cm; `nearest` where it never is."""
    steps = np.arange(nearest, FAR, STRIDE)
    points = origins[..., None, :] + steps[:, None] * directions[..., None, :]
    distance = surface.distance.distance(points)
    skin = surface.vertices[np.unique(surface.triangles)]
    near = ((points > skin.min(0) - gap) & (points < skin.max(0) + gap)).all(
        -1
    )  # far off its sign is no witness
    inside = near & (distance < gap)
    leaves = inside[..., :-1] & ~inside[..., 1:]
    last = np.where(leaves.any(-1), leaves.shape[-1] - 1 - leaves[..., ::-1].argmax(-1), 0)
    low, high = steps[last], steps[last + 1]
    for _ in range(5):
        middle = 0.5 * (low + high)
        within = surface.distance.distance(origins + middle[..., None] * directions) < gap
        low, high = np.where(within, middle, low), np.where(within, high, middle)
    return np.where(leaves.any(-1), 0.5 * (low + high), nearest)


def grid_triangles(rows: int, columns: int) -> Ints:
    """(T, 3) two triangles a cell of a grid of rows by columns."""
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    first = (row * columns + column).ravel()
    return np.concatenate(
        [
            np.stack([first, first + columns, first + columns + 1], axis=1),
            np.stack([first, first + columns + 1, first + 1], axis=1),
        ]
    )


def welded_normals(vertices: Floats, triangles: Ints) -> Floats:
    """(N, 3) unit normals, the same for vertices at one place: across a seam and around a pole."""
    _, place = np.unique(np.round(vertices, 4), axis=0, return_inverse=True)
    place = place.reshape(-1)
    where = np.zeros((int(place.max()) + 1, 3))
    where[place] = vertices
    return vertex_normals(where, place[triangles])[place]


def _skin_radius(fit: Fit, polar: Floats, offset: float) -> Floats:
    """(A, R) radius at which the distance to the skin is offset, by bisection; cm."""
    low, high = np.full(polar.shape, 3.0), np.full(polar.shape, 18.0)
    for _ in range(14):
        middle = 0.5 * (low + high)
        inside = fit.surface.distance.distance(fit.at(polar, middle)) < offset
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return 0.5 * (low + high)


def _lengths(grid: Floats) -> Floats:
    """(R,) how far down the rows of a grid (R, A, 3) are, by their mean distance."""
    steps = np.linalg.norm(np.diff(grid, axis=0), axis=-1).mean(1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _area(vertices: Floats, triangles: Ints) -> Floats:
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1)
