"""Drive cage, sliders, expressions and parts: identity in, vertices out (cm inside, metres outside)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from dreamhead.assets import asset_arrays, asset_json
from dreamhead.head.builtin import expressions
from dreamhead.head.builtin.anatomy import (
    EYE_CENTER,
    JAW_HINGE,
    LOOK_SIDE_DEG,
    LOOK_UP_DEG,
    Eye,
    rotate_x,
    rotate_y,
)
from dreamhead.head.builtin.arch import LOWER, UPPER
from dreamhead.head.builtin.bust import shoulder_handles
from dreamhead.head.builtin.cage import node_key
from dreamhead.head.builtin.canines import with_fangs, with_tusks
from dreamhead.head.builtin.expressions import Actor, HandleTable, JawPose, PosedCage
from dreamhead.head.builtin.fill import rest_points
from dreamhead.head.builtin.identity import (
    NECK_BASE,
    SKULL_BASE,
    SLIDER_NAMES,
    Rest,
    apply_sliders,
    slider_fields,
)
from dreamhead.head.builtin.interior import contact_on_surface, finish
from dreamhead.head.builtin.parts import IN_EYE, ON_JAW, ON_LIDS, in_eye, in_mouth, on_lids, part_meshes
from dreamhead.head.builtin.surface import build_surface, skin_vertices
from dreamhead.head.builtin.tongue import TONGUE_T, tongue_along, tongue_rest_line
from dreamhead.head.builtin.unfold import Authored, authored, folding, outside_ears, unfolded
from dreamhead.head.model import ARKIT_NAMES, Floats

Points = NDArray[np.float64]

NEVER_FOLDS = 0.1  # sliders within this of the default fold no skin
_STILL = 1e-3  # cm: smaller displacements cannot be seen and would only fill files


@dataclass(frozen=True)
class Generator:
    """One identity's resting head, ready for its expressions."""

    identity: Points  # (K,)
    rest: Rest  # points (N, 3) finished: lips closed, lids on the eyeballs
    tables: dict[str, HandleTable]

    @cached_property
    def actor(self) -> Actor:
        """The rest with its fill metric."""
        return _actor(self, authored_poses())


@dataclass(frozen=True)
class Tables:
    """What is read from disk, and the slider fields measured on it."""

    points: Points  # (N, 3) the default cage as its handles give it
    fields: tuple[Points, Points]
    expressions: dict[str, HandleTable]


@cache
def read_tables() -> Tables:
    """Read the shipped tables once.  Raises MissingModelError or DamagedFileError, naming the file."""
    cage = build_surface().cage
    house = asset_arrays("head/house.npz")
    nodes, nodes_x = (
        np.array([cage.index[node_key(str(name))] for name in house[column]])
        for column in ("nodes", "nodes_x")
    )
    below, shoulders = shoulder_handles(cage)
    points = rest_points(
        cage,
        np.concatenate([nodes, below]),
        np.concatenate([nodes_x, below]),
        np.concatenate([house["x"] / 100.0, shoulders[:, 0]]),
        np.concatenate([np.stack([house["y"], house["z"]], 1) / 100.0, shoulders[:, 1:]]),
    )
    tables = expressions.parse_tables(asset_json("head/expressions.json"))
    return Tables(points, slider_fields(cage, points), tables)


def generator(identity: Floats | Points) -> Generator:
    """The resting head of an identity (K,), its skin kept from folding over."""
    tables, values = read_tables(), np.asarray(identity, np.float64)
    rest = apply_sliders(tables.points, tables.fields, values)
    near = np.abs(values).max(initial=0.0) <= NEVER_FOLDS
    points = finish(build_surface(), rest.points, rest.eye) if near else _unfolded_rest(rest)
    return Generator(values, replace(rest, points=points), tables.expressions)


def base_generator() -> Generator:
    """The base head, without the house shift and any slider: textures, masks and landmarks are authored on it."""
    tables = read_tables()
    rest = Rest(
        points=tables.points,
        eye=Eye(EYE_CENTER, 1.0),
        teeth_offset=np.zeros(3),
        teeth_scale=1.0,
        jaw_hinge=JAW_HINGE,
        skull_base=SKULL_BASE,
        neck_base=NECK_BASE,
    )
    finished = finish(build_surface(), rest.points, rest.eye)
    return Generator(np.zeros(0), replace(rest, points=finished), tables.expressions)


def default_generator() -> Generator:
    """The default head."""
    return generator(np.zeros(len(SLIDER_NAMES)))


@cache
def _default_rest() -> tuple[Points, Authored]:
    """The default's half cage (N, 3) as its sliders give it, and finished."""
    tables = read_tables()
    rest = apply_sliders(tables.points, tables.fields, np.zeros(len(SLIDER_NAMES)))
    return rest.points, authored(finish(build_surface(), rest.points, rest.eye))


def _unfolded_rest(rest: Rest) -> Points:
    """A rest's finished half cage (N, 3), evened out towards the default's where sliders folded it over."""
    default, model = _default_rest()

    def finished(motion: Points) -> Points:
        return finish(build_surface(), default + motion, rest.eye)

    plain = finish(build_surface(), rest.points, rest.eye)
    if not folding(plain, model)[outside_ears()].any():
        return plain
    return finished(unfolded(rest.points - default, finished, model, outside_ears()))


@cache
def authored_poses() -> dict[str, Authored]:
    """The default head in each target without its side."""
    return expressions.authored_poses(_actor(default_generator(), {}), ARKIT_NAMES)


def part_slices() -> dict[str, slice]:
    """Where each part's own vertices lie among the model's; the skin (with the mouth bag) comes first."""
    start, slices = build_surface().vertex_count, {"skin": slice(0, build_surface().vertex_count)}
    for name, mesh in part_meshes().items():
        slices[name] = slice(start, start + len(mesh.vertices))
        start += len(mesh.vertices)
    return slices


def neutral_vertices(g: Generator) -> Points:
    """(V, 3) cm, every part."""
    skin = skin_vertices(build_surface(), g.rest.points)
    return np.concatenate([skin, *(_placed(g.rest, name, skin) for name in part_meshes())])


def expression_deltas(g: Generator) -> dict[str, Points]:
    """{ARKit name: (V, 3) cm} displacements at weight 1."""
    surface, slices = build_surface(), part_slices()
    rest_skin = skin_vertices(surface, g.rest.points, g.rest.points)
    rest_parts = {name: _placed(g.rest, name, rest_skin) for name in part_meshes()}
    deltas = {}
    for name, pose in expressions.pose_all(g.actor, ARKIT_NAMES).items():
        delta = np.zeros((slices["tongue"].stop, 3))
        right = None if pose.left is pose.right else pose.right
        skin = skin_vertices(surface, pose.left, right)
        delta[slices["skin"]] = skin - rest_skin
        for part in ON_LIDS:
            delta[slices[part]] = on_lids(part, skin, g.rest.eye) - rest_parts[part]
        for part in ON_JAW:
            delta[slices[part]] = _with_jaw(g.rest, rest_parts[part], pose.jaw) - rest_parts[part]
        if name.startswith("eyeLook"):
            side = "left" if name.endswith("Left") else "right"
            for part in (f"eye_{side}", f"cornea_{side}"):
                delta[slices[part]] = _looking(g.rest, rest_parts[part], name) - rest_parts[part]
        if name == "tongueOut":
            delta[slices["tongue"]] = _tongue_out(g, pose) - rest_parts["tongue"]
        delta[np.abs(delta).max(1) < _STILL] = 0
        deltas[name] = delta
    return deltas


def _actor(g: Generator, authored: Mapping[str, Authored]) -> Actor:
    rest = g.rest
    return expressions.actor(build_surface().cage, g.tables, rest.points, rest.eye, rest.jaw_hinge, authored)


def _placed(rest: Rest, name: str, skin: Points) -> Points:
    if name in IN_EYE:
        return in_eye(name, rest.eye)
    if name in ON_LIDS:
        return on_lids(name, skin, rest.eye)
    vertices = part_meshes()[name].vertices
    if name == "teeth_upper" and rest.fang_length > 0:
        vertices = with_fangs(vertices, rest.fang_length)
    placed = _mouth_placed(rest, vertices)
    if name == "teeth_lower" and rest.tusk_length > 0:
        seam = np.mean(contact_on_surface(rest.points), 0)[::-1]
        placed = with_tusks(vertices, placed, seam, skin, rest.tusk_length)
    return placed


def _mouth_placed(rest: Rest, vertices: Points) -> Points:
    return in_mouth(vertices, rest.teeth_scale, rest.teeth_offset)


def _with_jaw(rest: Rest, vertices: Points, jaw: JawPose) -> Points:
    turned = rotate_x(vertices, jaw.open_deg, rest.jaw_hinge)
    return rotate_y(turned, jaw.yaw_deg, rest.jaw_hinge) + jaw.shift


def _looking(rest: Rest, vertices: Points, name: str) -> Points:
    """An eyeball turned about its centre; In is towards the nose."""
    side = 1.0 if name.endswith("Left") else -1.0
    direction = name.removeprefix("eyeLook").removesuffix("Left").removesuffix("Right")
    center = rest.eye.center * [side, 1, 1]
    if direction in ("Up", "Down"):
        return rotate_x(vertices, -LOOK_UP_DEG if direction == "Up" else LOOK_UP_DEG, center)
    return rotate_y(vertices, side * (LOOK_SIDE_DEG if direction == "Out" else -LOOK_SIDE_DEG), center)


def _tongue_out(g: Generator, pose: PosedCage) -> Points:
    """The tongue laid over the lower teeth and lip, its tip hanging before it."""
    rest = g.rest
    low, high = contact_on_surface(pose.left)
    upper_edge = _mouth_placed(rest, np.array([[0, UPPER.edge_y, UPPER.front]]))[0]
    lower_edge = _mouth_placed(rest, np.array([[0, LOWER.edge_y, LOWER.front]]))
    lower_edge = _with_jaw(rest, lower_edge, pose.jaw)[0]
    lower_lip, upper_lip = low[-1], high[-1]
    t = TONGUE_T
    line, _, _ = tongue_rest_line(t)
    placed = _mouth_placed(rest, np.concatenate([np.zeros((len(t), 1)), line], 1))[:, 1:]
    root, base = placed[-1], placed[np.searchsorted(t, 0.7)]
    teeth_y = 0.45 * upper_edge[1] + 0.55 * lower_edge[1]
    lip_y = min(lower_lip[1] + 0.42, 0.5 * (lower_lip[1] + upper_lip[1]))
    knots = np.array(
        [
            lower_lip[1:] + np.array([0.10, 1.70]),  # nearly straight: half-way it must clear the lip
            lower_lip[1:] + np.array([0.42, 1.15]),
            [lip_y, lower_lip[2] + 0.35],
            [teeth_y, 0.5 * (upper_edge[2] + lower_edge[2])],
            base + np.array([-0.35, 0.25]),
            root,
        ]
    )
    at = np.array([0.0, 0.16, 0.34, 0.5, 0.8, 1.0])
    out = np.stack([_smooth_curve(at, knots[:, k], t) for k in range(2)], 1)
    rounding = np.sqrt(1 - (1 - np.clip(t / 0.24, 0.03, 1)) ** 2)
    width = 1.55 * rest.teeth_scale * rounding * (1 + 0.05 * t)
    height = 0.40 * rest.teeth_scale * np.sqrt(rounding) * (1 + 0.6 * np.maximum(0, t - 0.55) / 0.45)
    return tongue_along(out, width, height)


def _smooth_curve(at: Points, values: Points, t: Points) -> Points:
    """Cubic Hermite curve (n,) through values (k,) at parameters at (k,), slopes by central differences."""
    slopes = np.gradient(values, at)
    piece = np.clip(np.searchsorted(at, t, side="right") - 1, 0, len(at) - 2)
    span = at[piece + 1] - at[piece]
    x = (t - at[piece]) / span
    rise, ease = x * x * (3 - 2 * x), x * (1 - x)
    return (
        values[piece] * (1 - rise)
        + values[piece + 1] * rise
        + span * ease * (slopes[piece] * (1 - x) - slopes[piece + 1] * x)
    )
