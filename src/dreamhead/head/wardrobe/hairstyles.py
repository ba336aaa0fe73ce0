"""Hairstyles as data: what assets/wardrobe/hairstyles.toml may say, read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.assets import asset_path
from dreamhead.errors import DamagedFileError
from dreamhead.head.wardrobe.atlas import STRIP_NAMES
from dreamhead.head.wardrobe.cranial import CranialTable, Region, cranial_table, curve

Floats = NDArray[np.float64]

INFANT = 4.0  # years up to which cropped hair is thinner
MESHES = ("card", "lock", "plait")


@dataclass(frozen=True)
class Layer:
    """One set of paths and what is made of them; lengths in cm."""

    count: float = 0.0
    width: float = 1.0
    slim: float = 0.0  # length below which a card is narrower in proportion, that it stays a lock; 0: none is
    strips: tuple[str, ...] = ("DENSE",)
    mesh: str = "card"  # card: a ribbon; lock: a matted rope; plait: a thin braid
    where: str = "long"  # long: the style's long part; whole: all of its hair
    inset: float = 0.0
    edge: float = 0.5
    band: tuple[float, float] | None = None  # only so far inside the edge
    around: tuple[float, float] | None = None  # only between these azimuths, degrees
    lengths: float = 1.0  # of the style's
    fixed_length: tuple[float, float] | None = None  # drawn evenly, in place of the style's
    spread: float = 0.13  # how much lengths vary
    clearance: float = 0.15
    steps: int = 8  # of growth
    segments: int = 0  # of the mesh; 0 keeps the steps
    near_root: float = 1.0  # above 1 puts more segments near the root
    stiffness: float = 0.8
    lift: float = 0.3
    smooth: int = 0
    clumps: int = 0
    clumping: float = 0.3
    clump_power: float = 1.0
    ruffle: float = 0.1
    ruffle_power: float = 1.5
    wave: float = 0.0  # radius of a wave or curl
    turns: float = 0.0  # per path
    turns_per_cm: float = 0.0
    wave_flatness: float = 1.0  # 0 is a plane wave, 1 a helix
    wave_start: float = 0.1
    together: float = 0.0  # 1: neighbours wave in phase, 0: each for itself
    roll: float = 0.22
    twist: float = 0.0
    taper: tuple[float, float, float] = (0.55, 1.0, 0.4)
    volume: float = 0.7
    bend: float = 0.5
    along: tuple[float, float] = (0.0, 1.0)
    max_kink: float | None = -0.1
    max_rise: float | None = None
    sides: int = 6  # of a lock or plait; even


@dataclass(frozen=True)
class Tail:
    """Hair that leaves a gathering point: loose, as a three-strand braid or wound into a knot; cm."""

    kind: str = "loose"  # loose, braid, knot
    at: int = 0  # number of the gathering point
    length: float = 20.0
    radius: float = 1.6
    out: tuple[float, float, float] = (0.0, 0.2, -1.0)  # left, up, front: where it sets out to
    pull: tuple[float, float, float] = (0.0, 0.0, 0.0)  # added to the fall
    fall_from: float = 2.0
    fall_over: float = 6.0
    pitch: float = 4.6  # of a braid: cm per turn of its pattern
    count: float = 150.0
    width: float = 1.2


@dataclass(frozen=True)
class Cap:
    """The scalp painted under the hair: how solid it is, and how solid where hair is shaved."""

    solid: float = 1.0
    shaved: float = 0.55
    soft: float = 1.0  # cm over which it dissolves at its edge
    ragged: float = 0.3  # cm by which the edge wanders


@dataclass(frozen=True)
class Hairstyle:
    """A hairstyle as parameters of one grower; lengths in cm on the default head."""

    name: str
    region: Region = field(default_factory=Region)
    long: Region | None = None  # the part that is not shaved
    cap: Cap = field(default_factory=Cap)
    shells: bool = False  # a buzz cut: no strands, a few shells of dots
    length: CranialTable | None = None
    ends: tuple[Floats, Floats] | None = None  # height of the ends over the azimuth, for hair that falls
    crown_extra: float = 0.0  # added to the lengths at the crown, for hair that falls
    room: CranialTable | None = None  # factor on every layer's clearance
    comb: CranialTable | None = None  # direction at the root: left, up, front
    tip_comb: CranialTable | None = None  # direction at the tip
    follow: bool = False  # comb by where the strand is, not by where it is rooted
    hug: float = 1.0  # 1 takes the part of the comb that points away from the skin out of it
    radial: float = 0.0  # outwards from the cranium
    scatter: float = 0.0  # a direction of its own for each strand
    whorl: float = 0.0  # away from the crown
    parting: float | None = None  # x of the parting in front
    parted: float = 1.0  # how strongly hair is combed away from the parting
    gravity: float = 1.6
    fall_from: float | None = None  # cm along the strand from which it falls; never without a number
    fall_over: float = 6.0
    fall_below: float = 9.0  # roots below this height fall sooner
    cling: float = 0.9
    belly: float = 0.0  # more clearance in the upper part of a strand
    guard: float = 0.7  # keeps hair out of the face
    rows: int = (
        0  # strands in rows from the front hairline to the gathering point or nape, in place of samples
    )
    gather: tuple[tuple[float, float, float], ...] = ()
    reach: float = 1.6  # cm from the gathering point at which strands stop
    layers: tuple[Layer, ...] = ()
    tails: tuple[Tail, ...] = ()

    @property
    def long_region(self) -> Region:
        """The part that is not shaved."""
        return self.long if self.long is not None else self.region


@cache
def hairstyles(path: Path | None = None) -> dict[str, Hairstyle]:
    """Every hairstyle by name.  Raises DamagedFileError naming the style and what is wrong with it."""
    path = path or asset_path("wardrobe/hairstyles.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    named = {kind: tables.pop(kind, {}) for kind in ("comb", "length", "layers")}
    made = {}
    for name in tables:
        try:
            made[name] = _hairstyle(name, _inherited(name, tables), named)
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedFileError(f"{path}: hairstyle {name!r}: {error}") from error
    return made


def hairstyle_at(name: str, years: float) -> Hairstyle:
    """The named style at an age: an infant's cropped hair is short, fine and thin, and lies close."""
    style = hairstyles()[name]
    infant = float(np.round(np.clip(1 - years / INFANT, 0, 1), 1))
    if not infant or style.ends is not None or style.gather or style.shells:
        return style

    def fine(layer: Layer) -> Layer:
        if layer.fixed_length is not None:
            return layer
        return replace(
            layer,
            lengths=layer.lengths * (1 - 0.45 * infant),
            clearance=layer.clearance * (1 - 0.65 * infant),
            width=layer.width * (1 - 0.4 * infant),
            lift=layer.lift * (1 - 0.6 * infant),
        )

    cap = replace(style.cap, solid=style.cap.solid * (1 - 0.45 * infant), soft=style.cap.soft + infant)
    return replace(style, cap=cap, layers=tuple(fine(layer) for layer in style.layers))


def checked_layer(row: Mapping[str, Any]) -> Layer:
    """A layer from its settings.  Raises ValueError for an unknown strip or mesh."""
    made: Layer = checked(Layer, row)
    for strip in made.strips:
        if strip not in STRIP_NAMES:
            raise ValueError(f"no strip is called {strip!r}")
    if made.mesh not in MESHES:
        raise ValueError(f"no mesh is called {made.mesh!r}")
    return made


def checked(kind: type, values: Mapping[str, Any]) -> Any:
    """An instance from settings, lists made tuples.  Raises ValueError for a setting it does not have."""
    known = {spec.name for spec in fields(kind)}
    unknown = set(values) - known
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    return kind(**{key: _as_tuple(value) for key, value in values.items()})


def _inherited(name: str, tables: Mapping[str, Any], seen: tuple[str, ...] = ()) -> dict[str, Any]:
    """A style's settings over those of the style it is `like`."""
    table = dict(tables[name])
    if name in seen:
        raise ValueError(f"`like` goes round in a circle: {', '.join(seen)}")
    if "like" not in table:
        return table
    return {**_inherited(table.pop("like"), tables, (*seen, name)), **table}


def _hairstyle(name: str, settings: dict[str, Any], named: Mapping[str, Any]) -> Hairstyle:
    each = settings.pop("each", {})
    wanted = settings.pop("layers", [])
    rows = [
        row for group in wanted for row in ([group] if isinstance(group, Mapping) else named["layers"][group])
    ]
    made: dict[str, Any] = {
        "name": name,
        "layers": tuple(_styled(row, each) for row in rows),
        "tails": tuple(checked(Tail, row) for row in settings.pop("tails", [])),
    }
    for key, value in settings.items():
        made[key] = _READERS[key](value, named) if key in _READERS else value
    return checked(Hairstyle, made)


def _styled(row: Mapping[str, Any], each: Mapping[str, Any]) -> Layer:
    """A layer with what its style says of each; one that has `own = true` keeps to itself."""
    own = {key: value for key, value in row.items() if key != "own"}
    return checked_layer(own if row.get("own") else {**own, **each})


def _as_tuple(value: Any) -> Any:
    return tuple(_as_tuple(one) for one in value) if isinstance(value, list) else value


def _table(value: Any, named: Mapping[str, Any], kind: str) -> CranialTable:
    if isinstance(value, str):
        value = named[kind][value]
    if not isinstance(value, Mapping):
        value = {"azimuths": [0], "0": [value]}
    return cranial_table(value)


def _region(value: Mapping[str, Any], _: Mapping[str, Any]) -> Region:
    curves = {key: curve(value[key]) for key in ("lift", "floor", "ceiling") if key in value}
    made: Region = checked(Region, {**value, **curves})
    return made


_READERS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "region": _region,
    "long": _region,
    "cap": lambda value, named: checked(Cap, value),
    "comb": lambda value, named: _table(value, named, "comb"),
    "tip_comb": lambda value, named: _table(value, named, "comb"),
    "length": lambda value, named: _table(value, named, "length"),
    "room": lambda value, named: _table(value, named, "length"),
    "ends": lambda value, named: curve(value),
}
