"""Glasses that rest on the nose and the ears of any head: rims, bridge, pads, temples and curved lenses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.shell import Sheet, ball, grid_triangles, placed, rounded, swept, welded_normals
from dreamhead.head.wardrobe.surface import Surface

Floats = NDArray[np.float64]

EYE_SPAN = 6.24  # cm between the default head's eyes, for which the widths below are given
OUTLINE = 48
EYE_RADIUS = 1.68  # cm from an eye's centre to its cornea
LENS_CLEARANCE = 1.0  # cm between cornea and lens: lashes do not touch it
SKIN_CLEARANCE = 0.14
WRAP = 0.011  # 1/cm: how lenses bend around the face
TILT = 0.10  # how far their lower edge stands nearer to the face
BRIDGE = 1.5  # cm that lenses stand apart at least
BELOW_EYE = 0.35  # cm from the eye's centre down to the lens's
FORWARD = np.array([0.0, 0.0, 1.0])

# Where a temple runs on the default head's left side: before, on and behind the ear, cm.
TEMPLE = np.array(
    [
        (7.45, 3.95, 4.6), (7.75, 3.90, 2.4), (7.85, 3.85, 0.9), (7.75, 3.55, -0.6), (7.55, 2.85, -1.6),
        (7.35, 1.80, -2.15), (7.10, 0.80, -2.2),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """A kind of glasses; cm on the default head."""

    width: float  # of a lens
    height: float
    power: float  # 2 round .. 4 square
    rim: tuple[float, float]  # width, thickness of its rim
    lift: float = 0.0  # how far the outer upper corner rises
    drop: float = 0.0  # how far the outer lower part sags
    upper_only: bool = False  # rimless below
    metal: bool = False
    double_bridge: bool = False
    lens: tuple[float, float, float, float] = (0.80, 0.84, 0.86, 0.06)  # linear RGB and opacity
    shade: float = 0.0  # how much darker it is at the top


FRAMES: Mapping[str, Frame] = {
    "round": Frame(4.5, 4.5, 2.0, (0.24, 0.24), metal=True),
    "square": Frame(5.0, 3.8, 3.6, (0.48, 0.34)),
    "aviators": Frame(
        5.3,
        4.6,
        2.25,
        (0.20, 0.22),
        drop=0.85,
        metal=True,
        double_bridge=True,
        lens=(0.012, 0.014, 0.012, 0.90),
        shade=0.4,
    ),
    "cat_eye": Frame(4.9, 3.4, 2.5, (0.50, 0.36), lift=1.25),
    "half_rim": Frame(4.9, 3.2, 3.4, (0.34, 0.30), upper_only=True),
}


@dataclass(frozen=True)
class Glasses:
    """Frame and lenses, cm."""

    frame: list[Sheet]
    lenses: list[Sheet]


def glasses(surface: Surface, name: str) -> Glasses:
    """The named glasses (a key of FRAMES) on this head."""
    shape = FRAMES[name]
    seat = _seated(surface, shape)
    frame: list[Sheet] = []
    lenses = []
    for side in (1.0, -1.0):
        rim = seat.outline(side)
        lenses.append(_lens(seat, side))
        frame += _rim(shape, rim)
        frame += _temple(surface, shape, rim, side)
        frame += _pad(surface, rim, side)
    frame += _bridge(surface, shape, seat)
    return Glasses(frame, lenses)


@dataclass(frozen=True)
class Seat:
    """Where a frame's lenses stand on a head."""

    shape: Frame
    scale: float
    centre: Floats  # (2,) x of the left lens's middle and y of both
    middle: float  # x of the nose
    depth: float  # z of the frame at the nose

    def surface(self, u: Floats, v: Floats) -> Floats:
        """Points (..., 3) of the bent plane at u from the nose (subject's left) and v from the middle height; cm."""
        z = self.depth - WRAP * u**2 + TILT * v
        return np.stack([self.middle + u, self.centre[1] + v, z], axis=-1)

    def flat(self, side: float, shrink: float = 0.0) -> Floats:
        """(OUTLINE, 2) the lens's edge in u, v; shrink cm inwards."""
        shape = self.shape
        angle = np.linspace(0, 2 * np.pi, OUTLINE, endpoint=False)
        cosine, sine = np.cos(angle), np.sin(angle)
        u = np.sign(cosine) * np.abs(cosine) ** (2 / shape.power) * (0.5 * shape.width - shrink)
        v = np.sign(sine) * np.abs(sine) ** (2 / shape.power) * (0.5 * shape.height - shrink)
        outer = np.clip(0.5 + u / shape.width, 0, 1)
        v = v + shape.lift * outer**3 * np.clip(0.35 + v / shape.height, 0, 1)
        u = u + 0.4 * shape.lift * outer**3 * np.clip(2 * v / shape.height, 0, 1)
        v = v - shape.drop * np.clip(0.2 - v / shape.height, 0, 1) * (0.5 + 0.9 * outer)
        u = u - 0.35 * shape.drop * np.clip(-v / shape.height, 0, 1) * (1 - outer) * -2.2
        return np.column_stack([side * (self.centre[0] + self.scale * u), self.scale * v])

    def outline(self, side: float, shrink: float = 0.0) -> Floats:
        """(OUTLINE, 3) the lens's edge, from its outer end over the top."""
        edge = self.flat(side, shrink)
        return self.surface(edge[:, 0], edge[:, 1])


def _seated(surface: Surface, shape: Frame) -> Seat:
    """The nearest place before the eyes where neither lenses nor rims touch anything."""
    eyes = surface.eye_centres
    span = float(np.linalg.norm(eyes[0] - eyes[1]))
    scale = span / EYE_SPAN
    middle = float(eyes[:, 0].mean())
    nearest = float(eyes[:, 2].mean()) + EYE_RADIUS + LENS_CLEARANCE + WRAP * (0.5 * span) ** 2
    needed = SKIN_CLEARANCE + 0.5 * shape.rim[1]
    inner = max(0.5 * span, 0.5 * scale * (shape.width + BRIDGE))
    found: list[tuple[float, int, Seat]] = []
    for raised in (0.0, 0.2, 0.4):
        for apart in (0.0, 0.15, 0.3, 0.45, 0.6):
            for further in np.arange(0.0, 2.2, 0.1):
                centre = np.array([inner + apart, eyes[:, 1].mean() - BELOW_EYE + raised])
                seat = Seat(shape, scale, centre, middle, nearest + float(further))
                points = np.concatenate(
                    [seat.outline(side, shrink) for side in (1.0, -1.0) for shrink in (-0.25, 0.0, 0.6, 1.3)]
                )
                clear = float(surface.distance.distance(points).min())
                lack = max(needed - clear, 0.0)
                found.append((20 * lack + further + 0.9 * apart + 1.5 * raised, len(found), seat))
                if lack == 0:
                    break
    return min(found)[2]


def _rim(shape: Frame, rim: Floats) -> list[Sheet]:
    profile = rounded(shape.rim[1], shape.rim[0], 8, 2.0 if shape.metal else 3.0)
    across = np.broadcast_to(FORWARD, rim.shape)
    if not shape.upper_only:
        return [swept(rim, across, profile, "frame", closed=True)]
    upper = np.concatenate([rim[-4:], rim[: OUTLINE // 2 + 5]])
    wire = swept(rim, across, rounded(0.07, 0.07, 6, 2.0), "wire", closed=True)
    return [swept(upper, across[: len(upper)], profile, "frame"), wire]


def _lens(seat: Seat, side: float) -> Sheet:
    """A single curved surface that ends inside its rim."""
    edge = seat.flat(side, 0.02)
    middle = edge.mean(0)
    shares = np.linspace(0, 1, 6)[:, None, None]
    flat = middle + shares * (edge - middle)
    flat = np.concatenate([flat, flat[:, :1]], axis=1)
    grid = seat.surface(flat[..., 0], flat[..., 1])
    triangles = grid_triangles(*grid.shape[:2])
    vertices = grid.reshape(-1, 3)
    corners = vertices[triangles]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    triangles = triangles[area > 1e-9]
    normals = welded_normals(vertices, triangles)
    normals = normals * np.sign(normals[:, 2].sum())
    low, high = flat.reshape(-1, 2).min(0), flat.reshape(-1, 2).max(0)
    uv = (flat.reshape(-1, 2) - low) / (high - low)
    return Sheet(vertices, normals, np.column_stack([uv[:, 0], 1 - uv[:, 1]]), triangles, "lens")


def _bridge(surface: Surface, shape: Frame, seat: Seat) -> list[Sheet]:
    """An arch over the nose between the rims; aviators have a bar above it."""
    outline = seat.outline(1.0)
    start = outline[int(0.42 * OUTLINE)]
    share = np.linspace(-1, 1, 13)
    arch = np.stack(
        [
            seat.middle - share * (seat.middle - start[0]),
            start[1] + 0.45 * (1 - share**2),
            start[2] + 0.25 * (1 - share**2),
        ],
        axis=1,
    )
    for _ in range(6):  # over the bridge, whatever its height
        lack = np.maximum(SKIN_CLEARANCE + 0.1 - surface.distance.distance(arch), 0)
        arch[:, 2] += lack * (1 - share**8)
    width, thickness = shape.rim
    paths = [(arch, rounded(thickness, width if shape.metal else 0.9 * width, 8, 2.4))]
    if shape.double_bridge:
        high = outline[int(0.30 * OUTLINE)]
        bar = np.stack(
            [
                seat.middle - share * (seat.middle - high[0]),
                high[1] + 0 * share,
                high[2] + 0.3 * (1 - share**2),
            ],
            axis=1,
        )
        bar[:, 2] = np.maximum(bar[:, 2], arch[:, 2].max() - 0.1 - 0.6 * share**2)
        paths.append((bar, rounded(thickness, width, 8, 2.4)))
    return [swept(path, np.broadcast_to(FORWARD, path.shape), profile, "frame") for path, profile in paths]


def _temple(surface: Surface, shape: Frame, rim: Floats, side: float) -> list[Sheet]:
    """The arm from the rim's outer end, past the temple, over the ear and down behind it."""
    mirror = np.array([side, 1.0, 1.0])
    hinge = rim[int(0.06 * OUTLINE)] + side * np.array([0.25, 0.0, 0.0])
    knots = placed(surface, TEMPLE * mirror)
    start = hinge + np.array([side * 0.35, 0.05, -0.75])
    path = _smooth(np.concatenate([hinge[None], start[None], knots]), 34)
    for _ in range(8):
        distance, outward = surface.distance.look(path[3:])
        push = np.maximum(SKIN_CLEARANCE - distance, 0)[:, None] * outward
        path[3:] += push
    path[3:-1] = 0.25 * path[2:-2] + 0.5 * path[3:-1] + 0.25 * path[4:]
    width, thickness = (0.24, 0.2) if shape.metal else (0.52, 0.24)
    scale = np.interp(np.linspace(0, 1, len(path)), [0, 0.12, 0.6, 0.75, 1], [1.25, 1.0, 0.85, 0.8, 0.95])
    across = np.broadcast_to(np.array([0.0, 1.0, 0.35]), path.shape)
    joint = ball(hinge, 0.5 * max(shape.rim[0], 0.36), "frame", squash=np.array([0.8, 0.8, 0.7]))
    return [swept(path, across, rounded(width, thickness, 8, 2.6), "temple", scale=scale), joint]


def _pad(surface: Surface, rim: Floats, side: float) -> list[Sheet]:
    """A pad against the side of the nose, on a little arm."""
    start = rim[int(0.55 * OUTLINE)]
    distance, outward = surface.distance.look(start[None])
    rest = start - outward[0] * (distance[0] - 0.17)
    if np.linalg.norm(rest - start) > 1.1:
        rest = start + 1.1 * unit(rest - start)
    path = (
        start
        + np.linspace(0, 1, 5)[:, None] * (rest - start)
        + np.sin(np.linspace(0, np.pi, 5))[:, None] * (0, 0, -0.12)
    )
    squash = np.clip(1 - 0.65 * np.abs(outward[0]), 0.35, 1) * (0.8, 1.2, 0.9)
    arm = swept(
        path, np.broadcast_to(np.array([0.0, 1.0, 0.0]), path.shape), rounded(0.09, 0.09, 6, 2.0), "wire"
    )
    return [arm, ball(rest, 0.3, "pad", squash=squash)]


def _smooth(knots: Floats, count: int) -> Floats:
    """(count, 3) points evenly along a Catmull-Rom curve through the knots."""
    padded = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    t = np.linspace(0, 1, 12, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], strict=True):
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    curve = np.concatenate([*pieces, knots[-1:]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    wanted = np.linspace(0, along[-1], count)
    return np.stack([np.interp(wanted, along, curve[:, k]) for k in range(3)], axis=1)
