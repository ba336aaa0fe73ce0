"""What handles do not reach: lids on the eyeball, lips in contact, mouth bag, nostrils, ear canals, hem.

All functions take and return half cage points (N, 3) in cm.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import Eye, rotate_x, rotate_y
from dreamhead.head.builtin.bust import close_hem
from dreamhead.head.builtin.cage import LID_MARGIN_RING, LIP_CONTACT_RING, MOUTH_CORNER, Cage
from dreamhead.head.builtin.lids import place_lids
from dreamhead.head.builtin.surface import Surface, build_surface, half_rows

Points = NDArray[np.float64]

LIP_GAP = 0.012  # cm between the resting lips' limit surfaces
_PLACE = np.arange(15)  # along a mouth ring: 0 lower middle, 7 corner, 14 upper middle
_SIDE = np.sign(_PLACE - MOUTH_CORNER).astype(float)  # -1 lower lip, +1 upper lip
_OPENING = np.sin(np.pi / 2 * np.abs(_PLACE - MOUTH_CORNER) / MOUTH_CORNER)
# Bag rings 8, 9, 10: depth z at the midline and at the corners, widening, half height, lift (cm).
_BAG = ((9.6, 7.6, 1.45, 1.75, 0.3), (6.2, 5.2, 1.5, 1.8, 0.3), (3.6, 3.8, 0.9, 1.1, 0.2))
CHEEK = 0.6  # cm of flesh between the mouth bag and the cheek
WING = 0.1  # cm between a nostril's pit and the nose's skin
_NOSTRIL_AXIS = np.array([0.05, 0.75, -0.45]) / np.linalg.norm([0.05, 0.75, -0.45])


def finish(surface: Surface, points: Points, eye: Eye) -> Points:
    """A complete resting cage: midline, lips closed, lids on the eyeball, hidden rings in place."""
    cage = surface.cage
    points = points.copy()
    points[cage.midline, 0] = 0
    points = place_lids(cage, _close_lips(surface, close_hem(cage, points)), eye)
    contact = points[cage.ring("m", LIP_CONTACT_RING)]
    points[cage.ring("m", 6)] = _behind_lips(contact)
    points[cage.ring("m", 7)] = contact * [1.08, 1, 1] + np.stack(
        [np.zeros(15), 0.95 * _SIDE * _OPENING, np.full(15, -0.55)], 1
    )
    corner = contact[MOUTH_CORNER]
    towards_corner = (contact[:, 0] / max(corner[0], 1e-6)) ** 2
    for ring, (z_middle, z_corner, wide, high, lift) in zip((8, 9, 10), _BAG, strict=True):
        bag = contact.copy()
        bag[:, 0] *= wide
        bag[:, 1] = corner[1] + 0.05 + _SIDE * high * _OPENING + lift
        bag[:, 2] = z_middle + (z_corner - z_middle) * towards_corner
        bag[:, 0] *= _share_inside(points[_cheek_nodes()], bag)
        points[cage.ring("m", ring)] = bag
    sill = points[cage.ring("n", 2)]
    center = sill.mean(0)
    room = _share_below(points[_cheek_nodes()], center)
    points[cage.ring("n", 3)] = center + (sill - center) * 0.95 + _NOSTRIL_AXIS * 0.65 * room
    points[cage.ring("n", 4)] = center + (sill - center) * 0.55 + _NOSTRIL_AXIS * 1.2 * room
    concha = points[cage.ring("a", 8)]
    center = concha.mean(0)
    points[cage.ring("a", 9)] = center + (concha - center) * 0.45 + [-0.55, 0, 0.25]
    return points


def finish_posed(
    cage: Cage,
    rest: Points,
    posed: Points,
    eye: Eye,
    jaw_deg: float,
    yaw_deg: float,
    shift: Points,
    hinge: Points,
) -> Points:
    """The hidden rings of a moved cage: near the lips they follow them, deep inside they follow the jaw."""
    posed = posed.copy()
    contact = cage.ring("m", LIP_CONTACT_RING)
    lip_motion = posed[contact] - rest[contact]
    for ring, share in BAG_LIP_SHARE.items():
        nodes = cage.ring("m", ring)
        jaw_motion = rotate_y(rotate_x(rest[nodes], jaw_deg, hinge), yaw_deg, hinge) + shift - rest[nodes]
        posed[nodes] = rest[nodes] + share * lip_motion + (1 - share) * BAG_JAW_SHARE[:, None] * jaw_motion
    for block, source, followers in (("n", 2, (3, 4)), ("a", 8, (9,))):
        motion = posed[cage.ring(block, source)] - rest[cage.ring(block, source)]
        for ring in followers:
            posed[cage.ring(block, ring)] = rest[cage.ring(block, ring)] + motion
    return close_hem(cage, place_lids(cage, posed, eye))


def _share_inside(skin: Points, bag: Points) -> float:
    """How much of its width a ring of the mouth bag (15, 3) may keep to stay CHEEK cm inside hollow cheeks."""
    beside = bag[bag[:, 0] > 1.0]
    apart = np.linalg.norm(beside[:, None, 1:] - skin[None, :, 1:], axis=-1)
    near = np.argsort(apart, axis=1, kind="stable")[:, :6]
    return float(np.clip(((skin[near, 0].min(1) - CHEEK) / beside[:, 0]).min(), 0.4, 1.0))


def _share_below(skin: Points, sill: Points) -> float:
    """How much of its depth a nostril's pit over its sill's centre (3,) may keep below a low nose."""
    above = skin[skin[:, 1] > sill[1] + 0.2]
    near = np.argsort(np.linalg.norm(above[:, ::2] - sill[::2], axis=1), kind="stable")[:6]
    return float(np.clip((above[near, 1].min() - sill[1] - WING) / 0.9, 0.2, 1.0))


@cache
def _cheek_nodes() -> NDArray[np.int64]:
    """The face's outer cage nodes without lips, lids, nostrils and ears."""
    cage = build_surface().cage
    outer = np.array([block not in ("m", "e", "n", "a") for block in cage.block])
    nodes = np.unique(cage.quads[outer])
    return nodes[np.isin(nodes, cage.midline, invert=True)]


# How much of the lips' motion each bag ring takes, and how much of the jaw's the rest takes along a ring.
BAG_LIP_SHARE = {6: 1.0, 7: 0.8, 8: 0.35, 9: 0.1, 10: 0.0}
BAG_JAW_SHARE = np.where(
    _PLACE <= MOUTH_CORNER, 1 - 0.5 * (_PLACE / MOUTH_CORNER) ** 2, 0.5 * ((14 - _PLACE) / MOUTH_CORNER) ** 2
)


def contact_pairs(cage: Cage, ring: int = LIP_CONTACT_RING) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Facing (lower, upper) nodes of a mouth ring, 7 each, from beside the corner to the midline."""
    nodes = cage.ring("m", ring)
    return nodes[:MOUTH_CORNER][::-1], nodes[MOUTH_CORNER + 1 :]


@cache
def _limit_rows(block: str, ring: int) -> tuple[Points, Points]:
    surface = build_surface()
    return half_rows(surface, surface.cage.ring(block, ring))


def _on_surface(points: Points, block: str, ring: int) -> Points:
    """Limit positions of a ring's nodes."""
    even, odd = _limit_rows(block, ring)
    return np.concatenate([odd @ points[:, :1], even @ points[:, 1:]], 1)


def contact_on_surface(points: Points) -> tuple[Points, Points]:
    """Where the contact ring's limit surface lies: (lower, upper), each (7, 3)."""
    limit = _on_surface(points, "m", LIP_CONTACT_RING)
    return limit[:MOUTH_CORNER][::-1], limit[MOUTH_CORNER + 1 :]


def margin_on_surface(points: Points) -> Points:
    """Where the lid margin's limit surface lies, (20, 3) along the ring."""
    return _on_surface(points, "e", LID_MARGIN_RING)


def _close_lips(surface: Surface, points: Points, rounds: int = 16) -> Points:
    """Move both lips until their limit surfaces stand LIP_GAP apart."""
    points, cage = points.copy(), surface.cage
    contact = cage.ring("m", LIP_CONTACT_RING)
    lower, upper = contact_pairs(cage)
    behind = cage.ring("m", 6)
    for _ in range(rounds):
        points[behind] = _behind_lips(points[contact])
        low, high = contact_on_surface(points)
        step = (high - low - [0, LIP_GAP, 0]) * [0.25, 0.5, 0.15]
        points[upper] -= step
        points[lower] += step
        points[cage.midline, 0] = 0
    return points


def _behind_lips(contact: Points) -> Points:
    return contact * [0.98, 1, 1] + np.stack([np.zeros(15), 0.25 * _SIDE * _OPENING, np.full(15, -0.42)], 1)
