"""The 52 ARKit expressions as motions of the cage and the jaw, in cm, for one resting head.

Most are sparse displacement tables spread by the thin-plate fill; lids slide over the eyeball, the jaw
turns about its hinge, and mouthClose brings the lips together on top of an open jaw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import (
    JAW_FORWARD,
    JAW_OPEN_DEG,
    JAW_SIDE_DEG,
    Eye,
    rotate_x,
    smoothstep,
)
from dreamhead.head.builtin.cage import (
    INNER_RING,
    LIP_CONTACT_RING,
    MOUTH_CORNER,
    Cage,
    Key,
)
from dreamhead.head.builtin.fill import FillMetric, active_nodes, fill_metric, fill_near
from dreamhead.head.builtin.interior import (
    LIP_GAP,
    contact_on_surface,
    contact_pairs,
    finish_posed,
)
from dreamhead.head.builtin.lids_motion import SLIDES, lid_motion, lids_clear
from dreamhead.head.builtin.lip_profiles import Give, settled
from dreamhead.head.builtin.lips import parted_across
from dreamhead.head.builtin.unfold import Authored, authored, evened, unfolded

Points = NDArray[np.float64]

_LID_TABLES = ("eyeSquint", "eyeLookDown", "eyeBlink")  # these also move the skin around the eye
_LID_PRESSERS = ("cheekSquint",)  # these press a lid against the eyeball
TONGUE_OUT_JAW_DEG = 12.0
# Depth in cm of the nasolabial fold in the targets that press the cheek against the lip, and its places on the loop.
CREASES = {"mouthSmile": 0.16, "noseSneer": 0.10, "mouthUpperUp": 0.08}
# Targets whose table draws too sharp a crease beside the mouth, and by how much it is evened out with its surroundings.
SOFTENED = {"mouthDimple": 0.6}
FOLD_PLACES = range(8, 15)
# How far behind the seam of the resting lips a mouth ring may be rolled in (cm), and by how much it yields beyond.
LIP_DEPTH = {5: 0.45, 4: 0.35, 3: 0.05}
LIP_YIELD = 0.12
# Targets in which one lip rolls in behind the other, and how they meet: mostly the one that rolls goes.
_ROLLED_RINGS = {5: 1.0, 4: 1.0, 3: 0.9, 2: 0.6, 1: 0.25}
ROLLED = {"mouthRollLower": Give(0.25, _ROLLED_RINGS), "mouthRollUpper": Give(0.75, _ROLLED_RINGS)}
# cm, _lip_height of the default: lower lips roll and curl less.
LIP_HEIGHT = {"mouthRollLower": 1.94, "mouthRollUpper": 1.28, "mouthShrugLower": 1.94}
LOW_LIP = 0.8  # of that height
# In all others both make way where they would cross, and keep this gap.
CROSSED_GAP = 0.01  # cm
EVENLY = Give(0.5, {5: 1.0, 4: 0.6, 3: 0.2})
CROSSED = Give(0.5, {5: 1.0, 4: 0.75, 3: 0.4, 2: 0.15, 1: 0.05})
# Targets in which the lips stay shut all along, and the gap (cm) that is left between them.
SEALED = {
    "mouthRollLower": 0.03,  # little enough to be hidden by the other lip, so that both may be rolled at once
    "mouthRollUpper": -0.03,
    "mouthPucker": 0.05,
    "mouthPress": LIP_GAP,
    "mouthSmile": LIP_GAP,
    "mouthDimple": LIP_GAP,
}
_SPLIT = 1.2  # cm: half width of the blend between a left and a right target
STILL = 1e-3  # cm: less is no motion
_ONE_SIDED = ("mouthLeft", "mouthRight", "jawLeft", "jawRight")  # both halves move, each its own way


@dataclass(frozen=True)
class HandleTable:
    """Values (H, C) at named nodes; nodes farther than reach_cm from all of them stay put."""

    handles: tuple[Key, ...]
    values: Points
    reach_cm: float


@dataclass(frozen=True)
class JawPose:
    """Rigid motion of the lower teeth: opening and yaw about the hinge, then a shift (cm)."""

    open_deg: float = 0.0
    yaw_deg: float = 0.0
    shift: Points = field(default_factory=lambda: np.zeros(3))


@dataclass(frozen=True)
class PosedCage:
    """The cage's left half and its right half in mirrored coordinates, (N, 3) each, and the jaw."""

    left: Points
    right: Points
    jaw: JawPose


@dataclass(frozen=True)
class Actor:
    """A finished resting cage (N, 3) with what its expressions need.

    authored: the default head in each target without its side; empty on that head itself.
    """

    cage: Cage
    tables: Mapping[str, HandleTable]
    rest: Points
    eye: Eye
    hinge: Points
    metric: FillMetric
    authored: Mapping[str, Authored]


def parse_tables(content: Mapping[str, Any]) -> dict[str, HandleTable]:
    """The expression tables of assets/head/expressions.json: nodes as "g3,4", values in cm."""
    tables = {}
    for name, table in content.items():
        handles = []
        for text in table["handles"]:
            ring, place = text[1:].split(",")
            handles.append((text[0], int(ring), int(place)))
        tables[name] = HandleTable(tuple(handles), np.array(table["values"]), table["reach_cm"])
    return tables


def actor(
    cage: Cage,
    tables: Mapping[str, HandleTable],
    rest: Points,
    eye: Eye,
    hinge: Points,
    authored: Mapping[str, Authored],
) -> Actor:
    """Ready a finished resting cage to be posed."""
    return Actor(cage, tables, rest, eye, hinge, fill_metric(rest), authored)


def authored_poses(default: Actor, names: tuple[str, ...]) -> dict[str, Authored]:
    """The default head in each target without its side."""
    motion = _motions(default)
    bases = dict.fromkeys(_base(name) for name in names if name not in _ONE_SIDED)
    return {base: authored(_both_sides(default, base, motion, motion(base))) for base in bases}


def jaw_share(a: Actor) -> Points:
    """(N,) how far each visible cage node follows the jaw's rotation in jawOpen, 0..1."""
    return np.clip(_table_field(a, "jawOpen_w")[:, 0], 0, 1)


def pose_all(a: Actor, names: tuple[str, ...]) -> dict[str, PosedCage]:
    """The cage at weight 1 of each named ARKit expression."""
    motion = _motions(a)
    return {name: _pose(a, name, motion) for name in names}


def _motions(a: Actor) -> Callable[[str], Points]:
    """Each target's motion without its side (N, 3), made once, and held from folding."""
    known: dict[str, Points] = {}
    lips = a.cage.ring("m", LIP_CONTACT_RING)

    def motion(base: str) -> Points:
        if base not in known:
            moved = _motion(a, base, motion)
            with_lips = base not in _ONE_SIDED and np.abs(moved[lips]).max() > STILL
            if with_lips:
                moved = _met(a, base, moved, _under(base, motion))
            if base in a.authored:
                moved = unfolded(moved, partial(_both_sides, a, base, motion), a.authored[base])
            known[base] = _uncrossed(a, moved, _under(base, motion)) if with_lips else moved
        return known[base]

    return motion


def _base(name: str) -> str:
    return name.removesuffix("Left").removesuffix("Right")


def _under(base: str, motion: Callable[[str], Points]) -> Points | float:
    """The motion that a target is played on top of."""
    return motion("jawOpen") if base == "mouthClose" else 0.0


def _jaw(name: str) -> JawPose:
    if name == "jawOpen":
        return JawPose(open_deg=JAW_OPEN_DEG)
    if name == "tongueOut":
        return JawPose(open_deg=TONGUE_OUT_JAW_DEG)
    if name == "jawForward":
        return JawPose(shift=JAW_FORWARD)
    return JawPose()


def _both_sides(a: Actor, base: str, motion: Callable[[str], Points], moved: Points) -> Points:
    """(N, 3) the half cage with a target's motion on both sides, as it is seen: mouthClose on top of jawOpen."""
    jaw = _jaw(base)
    if base == "mouthClose":
        jaw = _jaw("jawOpen")
    posed = a.rest + moved + _under(base, motion)
    return finish_posed(a.cage, a.rest, posed, a.eye, jaw.open_deg, 0.0, jaw.shift, a.hinge)


def _pose(a: Actor, name: str, motion: Callable[[str], Points]) -> PosedCage:
    jaw = _jaw(name)
    if name in _ONE_SIDED:
        part, side = _base(name), 1.0 if name.endswith("Left") else -1.0
        left, right = parted_across(
            a.cage, a.rest, motion(name), motion(part + ("Right" if side > 0 else "Left"))
        )
        if part == "jaw":
            jaw = JawPose(yaw_deg=side * JAW_SIDE_DEG)
    elif name.endswith(("Left", "Right")):
        blend = smoothstep(a.rest[:, :1], -_SPLIT, _SPLIT)
        near, far = blend * motion(_base(name)), (1 - blend) * motion(_base(name))
        left, right = (near, far) if name.endswith("Left") else (far, near)
    else:
        left = right = motion(name)
    mirrored_shift = jaw.shift * [-1, 1, 1]
    posed_left = finish_posed(
        a.cage, a.rest, a.rest + left, a.eye, jaw.open_deg, jaw.yaw_deg, jaw.shift, a.hinge
    )
    if left is right:
        return PosedCage(posed_left, posed_left, jaw)
    posed_right = finish_posed(
        a.cage, a.rest, a.rest + right, a.eye, jaw.open_deg, -jaw.yaw_deg, mirrored_shift, a.hinge
    )
    return PosedCage(posed_left, posed_right, jaw)


def _motion(a: Actor, base: str, known: Callable[[str], Points]) -> Points:
    """(N, 3) displacement of the visible half cage."""
    if base in SLIDES:
        return _lid_motion(a, base)
    if base in ("jawOpen", "tongueOut"):
        return _open_jaw(a, JAW_OPEN_DEG if base == "jawOpen" else TONGUE_OUT_JAW_DEG)
    if base == "mouthClose":
        return _close_mouth(a, known("jawOpen"))
    motion = _table_field(a, base) + CREASES.get(base, 0.0) * _crease(a)
    if base in SOFTENED:
        motion = _softened(a.cage, motion, SOFTENED[base])
    if base in LIP_HEIGHT:
        motion = motion * _lip_share(a, base)
    if base in ROLLED:
        motion = _before_teeth(a, motion)
    if base in _LID_PRESSERS:
        motion = lids_clear(a.cage, a.rest, a.eye, motion)
    return motion


def _met(a: Actor, base: str, motion: Points, under: Points | float) -> Points:
    """A target's motion, played on top of another, with its lips where they are to meet, and nowhere crossing."""
    points = a.rest + motion + under
    if base in SEALED:
        give = ROLLED.get(base, EVENLY)
        motion = _closed(a, points, 10, SEALED[base], across=0.0, give=give) - a.rest - under
    return _uncrossed(a, motion, under)


def _uncrossed(a: Actor, motion: Points, under: Points | float) -> Points:
    """A target's motion, played on top of another, with lips that make way for each other."""
    return settled(a.rest, a.rest + motion + under, CROSSED_GAP, CROSSED, closing=False) - a.rest - under


def _crease(a: Actor) -> Points:
    """(N, 3) the nasolabial fold at 1 cm: its loop sinks into the face, the cheek beside it swells over it."""
    motion = np.zeros_like(a.rest)
    loop = np.array([a.cage.index["f", 1, place] for place in FOLD_PLACES])
    cheek = np.array([a.cage.index[a.cage.rims["f"][place]] for place in FOLD_PLACES])
    depth = np.sin(np.pi * np.linspace(0.15, 0.9, len(FOLD_PLACES)))[:, None]
    outward = a.rest[loop] * [1, 0, 1]
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    across = a.rest[cheek] - a.rest[loop]
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    motion[loop] = -depth * outward
    motion[cheek] = depth * (0.45 * outward - 0.35 * across)
    return motion


def _softened(cage: Cage, motion: Points, share: float) -> Points:
    """A motion (N, 3) evened out everywhere but on the lips and lids."""
    weight = np.where(active_nodes(), share, 0.0)
    for block, first in (("m", 3), ("e", 2)):
        for ring in range(first, INNER_RING[block]):
            weight[cage.ring(block, ring)] = 0
    return evened(motion, weight)


def _before_teeth(a: Actor, motion: Points) -> Points:
    """A motion whose lips roll in no deeper than the teeth's front: beyond LIP_DEPTH they turn aside.

    Both arcs of the mouth's inner rings stop LIP_DEPTH (cm) behind where the lips meet at rest, softly.
    """
    motion = motion.copy()
    seam = a.rest[a.cage.ring("m", LIP_CONTACT_RING), 2]
    for ring, room in LIP_DEPTH.items():
        nodes = a.cage.ring("m", ring)
        deepest = seam - room - a.rest[nodes, 2]  # of dz
        excess = np.maximum(deepest - motion[nodes, 2], 0)
        motion[nodes, 2] += excess - LIP_YIELD * (1 - np.exp(-excess / LIP_YIELD))
    return motion


def _lip_share(a: Actor, base: str) -> float:
    """How much of a target a lip less high than the default's takes; a very low one curls even less than it rolls."""
    share = min(1.0, _lip_height(a, base) / LIP_HEIGHT[base])
    return share if base in ROLLED else share * min(1.0, share / LOW_LIP)


def _lip_height(a: Actor, base: str) -> float:
    """cm from the skin beside the lip that rolls to the seam, upright, in the middle of the mouth."""
    place = 0 if base.endswith("Lower") else 2 * MOUTH_CORNER
    ends = a.rest[[a.cage.index["m", ring, place] for ring in (1, LIP_CONTACT_RING)], 1]
    return float(abs(ends[1] - ends[0]))


def _table_field(a: Actor, name: str) -> Points:
    table = a.tables[name]
    handles = np.array([a.cage.index[key] for key in table.handles])
    return fill_near(a.metric, handles, table.values, table.reach_cm)


def _open_jaw(a: Actor, degrees: float) -> Points:
    """The jaw's rotation taken up by each node's share, and what the throat and lips do besides."""
    turned = rotate_x(a.rest, degrees, a.hinge) - a.rest
    return jaw_share(a)[:, None] * turned + degrees / JAW_OPEN_DEG * _table_field(a, "jawOpen_r")


def _lid_motion(a: Actor, base: str) -> Points:
    motion = lid_motion(a.cage, a.rest, a.eye, base)
    motion[~active_nodes()] = 0
    if base in _LID_TABLES:
        share = np.ones(len(a.rest))
        for ring, value in ((1, 0.7), (2, 0.25), (3, 0.0), (4, 0.0)):
            share[a.cage.ring("e", ring)] = value
        motion += _table_field(a, base) * share[:, None]
    return motion


def _close_mouth(a: Actor, opened: Points, rounds: int = 12) -> Points:
    """The lips' motion that closes them while jawOpen is 1, keeping the resting contact line's shape."""
    turned = rotate_x(a.rest, JAW_OPEN_DEG, a.hinge) - a.rest
    points = a.rest + opened + _table_field(a, "mouthClose_w") * turned
    lower, upper = contact_pairs(a.cage)
    contact = a.cage.ring("m", LIP_CONTACT_RING)
    middle = 0.5 * (points[lower] + points[upper])
    drift = middle - 0.5 * (a.rest[lower] + a.rest[upper])
    corner = contact[MOUTH_CORNER]
    along = np.linspace(0, 1, MOUTH_CORNER + 1)[1:, None]
    straight = (points[corner] - a.rest[corner]) * (1 - along) + drift[-1] * along
    correction = (straight - drift) * [0, 1, 1]
    for ring, share in ((3, 0.45), (4, 0.8), (5, 1.0), (2, 0.2)):
        for nodes in contact_pairs(a.cage, ring):
            points[nodes] += share * correction
    points[a.cage.midline, 0] = 0
    return _closed(a, points, rounds) - a.rest - opened


def _closed(
    a: Actor, points: Points, rounds: int, apart: float = LIP_GAP, across: float = 0.15, give: Give = EVENLY
) -> Points:
    """Cage points (N, 3) with both lips moved until their limit surfaces stand `apart` cm from each other.

    Each round both lips together take 0.8 of the missing height, and twice `across` of what is missing in depth.
    """
    contact = a.cage.ring("m", LIP_CONTACT_RING)
    for _ in range(rounds):
        trial = points.copy()
        lip_motion = points[contact] - a.rest[contact]
        for ring, share in ((6, 1.0), (7, 0.8)):
            nodes = a.cage.ring("m", ring)
            trial[nodes] = a.rest[nodes] + share * lip_motion
        low, high = contact_on_surface(trial)
        step = (high - low - [0, apart, 0]) * [0, 0.8, 2 * across]
        for ring, share in give.rings.items():
            lower, upper = contact_pairs(a.cage, ring)
            points[upper] -= give.upper * share * step
            points[lower] += (1 - give.upper) * share * step
    return points
