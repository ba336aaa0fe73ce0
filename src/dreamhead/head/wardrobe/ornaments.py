"""Small things worn: an eye patch on its strap, studs and hoops in the lobes of the ears."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.shell import (
    Bools,
    Press,
    Sheet,
    ball,
    folded,
    outermost,
    placed,
    rounded,
    sheet,
    swept,
)
from dreamhead.head.wardrobe.surface import Roots, Surface

Floats = NDArray[np.float64]

LOBE_HEIGHT = 0.55  # cm above an ear's lowest point
EYE_ROOM = 2.0  # cm from an eye's centre that a patch keeps: cornea and lashes
PATCH_SIZE = (2.55, 2.3)  # half width and height, cm
UP = np.array([0.0, 1.0, 0.0])


def eye_patch(surface: Surface) -> tuple[list[Sheet], Press]:
    """A leather patch over the right eye and the strap that holds it, and how the strap presses hair."""
    eye = surface.eye_centres[1]
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    cosine, sine = np.cos(turn), np.sin(turn)
    edge = np.stack([np.sign(cosine) * np.abs(cosine) ** 0.8, np.sign(sine) * np.abs(sine) ** 0.8], axis=1)
    edge[:, 0] *= 1 - 0.22 * np.clip(-edge[:, 1], 0, 1)  # narrower below
    shares = np.linspace(0.0, 1.0, 9)
    flat = shares[:, None, None] * edge * PATCH_SIZE
    origins = np.stack(
        [eye[0] + flat[..., 0], eye[1] - 0.1 + flat[..., 1], np.full(flat.shape[:2], eye[2] - 3.0)], axis=-1
    )
    ahead = unit(np.array([-0.25, 0.0, 1.0]))
    reach = outermost(surface, origins, np.broadcast_to(ahead, origins.shape), 0.22, nearest=0.5)
    side = np.linalg.norm(np.cross(origins - eye, ahead), axis=-1)
    along = (eye - origins) @ ahead
    reach = np.maximum(reach, along + np.sqrt(np.maximum(EYE_ROOM**2 - side**2, 0)))
    dome = 1 - shares[:, None] ** 4
    edge = np.maximum(reach[-1], gaussian_filter1d(reach[-1], 2.0, mode="wrap"))
    rest = edge.mean() + shares[:, None] ** 2 * (edge - edge.mean())
    height = ((reach - rest) / (dome + 0.06)).max()
    reach = rest + max(float(height), 0.4) * dome
    points = origins + reach[..., None] * ahead
    shield = sheet([folded(list(points), -0.14 * ahead)], "patch", centre=eye - 3 * ahead)
    top = points[-1][np.argmin(np.abs(turn - 0.62 * np.pi))]
    outer = points[-1][np.argmin(np.abs(turn - 1.02 * np.pi))]
    strap, plane = _strap(surface, 0.5 * (top + outer) + 0.2 * ahead)

    def press(paths: Floats) -> tuple[Floats, Bools]:
        height = np.abs((paths - plane[0]) @ plane[1])
        distance, outward = surface.distance.look(paths)
        excess = np.maximum(distance - (0.08 + np.maximum(height - 0.55, 0) * 1.6), 0)
        return paths - outward * excess[..., None], np.ones(len(paths), bool)

    return [shield, strap], press


def earrings(surface: Surface, name: str) -> list[tuple[Sheet, Roots]]:
    """Studs or hoops, each sheet with the point of the lobe (one root) that it hangs on."""
    made = []
    for side in (1.0, -1.0):
        root = lobe(surface, side)
        point, normal = root.points[0], root.normals[0]
        if name == "studs":
            made.append((ball(point + 0.10 * normal, 0.30, "metal", squash=1 - 0.3 * np.abs(normal)), root))
            made.append((ball(point + 0.24 * normal, 0.19, "gem"), root))
        else:
            made.append((_hoop(surface, point, normal), root))
    return made


def lobe(surface: Surface, side: float) -> Roots:
    """The middle of a lobe's outer side, as one root: side 1 is the left ear, -1 the right."""
    without = np.unique(surface.triangles_without_ears)
    ears = surface.triangles[~np.isin(surface.triangles, without).any(1)]
    ear = np.unique(ears)
    ear = ear[side * surface.home[ear, 0] > 0]
    low = surface.home[ear, 1].min()
    outer = ear[side * surface.home_normals[ear, 0] > 0.45]
    near = outer[surface.home[outer, 1] < low + 2 * LOBE_HEIGHT]
    middle = np.array([0.0, low + LOBE_HEIGHT, surface.home[near, 2].mean()])
    vertex = near[np.argmin(np.linalg.norm((surface.home[near] - middle) * (0.0, 1.0, 1.0), axis=1))]
    triangle = ears[(ears == vertex).any(1)][:1]
    return surface.place(triangle, (triangle == vertex).astype(np.float64))


def _hoop(surface: Surface, point: Floats, normal: Floats, radius: float = 1.15, wire: float = 0.17) -> Sheet:
    """A ring through the lobe, turned about the vertical until it hangs free of neck and jaw."""
    turn = np.linspace(0, 2 * np.pi, 36, endpoint=False)[:, None]
    flat = unit(normal * (1.0, 0.0, 1.0))
    best = (-np.inf, np.zeros((36, 3)), flat)
    for angle in np.radians(np.arange(-90, 91, 15)):
        axis = np.cos(angle) * flat + np.sin(angle) * np.cross(UP, flat)
        path = point + 0.12 * flat - (radius - 0.25) * UP + radius * (np.cos(turn) * UP + np.sin(turn) * axis)
        hanging = path[10:27]
        clear = float(surface.distance.distance(hanging).min()) - 0.15 * abs(np.sin(angle))
        if clear > best[0]:
            best = (clear, path, axis)
    _, path, axis = best
    across = np.cross(axis, UP)
    return swept(path, np.broadcast_to(across, path.shape), rounded(wire, wire, 8, 2.0), "metal", closed=True)


def _strap(surface: Surface, start: Floats) -> tuple[Sheet, tuple[Floats, Floats]]:
    """A flat band around the head through the patch; with a point and the normal of its plane."""
    over, behind = placed(surface, np.array([(7.4, 7.6, 2.0), (0.0, 6.0, -8.7)]))
    normal = unit(np.cross(over - start, behind - start))
    normal = normal * np.sign(normal[1])
    centre = (start + over + behind) / 3
    first = unit(start - centre)
    second = np.cross(normal, first)
    turn = np.linspace(0, 2 * np.pi, 96, endpoint=False)[:, None]
    direction = np.cos(turn) * first + np.sin(turn) * second
    reach = outermost(surface, np.broadcast_to(centre, direction.shape), direction, 0.1)
    reach = np.maximum(reach, gaussian_filter1d(reach, 2.0, mode="wrap")) + 0.07
    path = centre + reach[:, None] * direction
    band = swept(path, np.broadcast_to(normal, path.shape), rounded(0.75, 0.14, 8, 3.5), "strap", closed=True)
    return band, (centre, normal)
