"""Facial hair as data: regions of the face, what grows there, and the shadow painted under it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.assets import asset_path
from dreamhead.errors import DamagedFileError
from dreamhead.head.wardrobe.atlas import MEDIUM, MEDIUM_LIGHT, STRIP_NAMES, WISPY
from dreamhead.head.wardrobe.cranial import curve
from dreamhead.head.wardrobe.flow import BACK, DOWN, FRONT, LEFT, UP, along_skin
from dreamhead.head.wardrobe.groom import Cards, Field, Job, cards, clump, grow, joined, ruffle
from dreamhead.head.wardrobe.hairstyles import Layer, checked, checked_layer
from dreamhead.head.wardrobe.surface import Mask, Roots, Surface, smoothstep

Floats = NDArray[np.float64]
Curve = tuple[Floats, Floats]

LIPS = (2.9, 1.15, -3.5)  # half width and half height of the bare ellipse around the lips, its centre's y; cm
NECK_LINE = -8.8  # no beard grows below, cm; the line rises towards the ears
SHORTEST = 0.3  # cm
LYING = 0.95  # cm: shortest card that lies flat, so that it is a lock and not a leaf
CLOSEST = 0.05  # cm above the skin that hair lies


@dataclass(frozen=True)
class FaceRegion:
    """A part of the face; curves over |x|, cm on the default head."""

    top: Curve  # upper edge
    bottom: Curve | None = None  # lower edge; the neck line without one
    inner: float = -1.0  # |x| from which it grows
    outer: float = 99.0  # |x| up to which it grows
    soft: float = 0.5  # cm over which its edges thin out
    philtrum: float = 0.0  # cm to both sides of the middle where it is thinner
    front: float = 1.6  # least z

    def inside(self, home: Floats) -> Floats:
        """(N,) cm within the upper edge, negative above it."""
        return np.asarray(np.interp(np.abs(home[:, 0]), *self.top) - home[:, 1])

    def mask(self, home: Floats) -> Floats:
        """(N, 3) home points -> (N,) density 0..1."""
        x, y, z = np.abs(home[:, 0]), home[:, 1], home[:, 2]
        dense = smoothstep(self.inside(home), -0.25 * self.soft, self.soft)
        if self.bottom is not None:
            low = np.interp(x, *self.bottom)
            dense = dense * smoothstep(y - low, -0.25 * self.soft, self.soft)
        dense = dense * smoothstep(y - 0.5 * np.clip(6 - z, 0, 9), NECK_LINE - 0.5, NECK_LINE + 0.5)
        dense = dense * smoothstep(x, self.inner - 0.3, self.inner + 0.3)
        dense = dense * (1 - smoothstep(x, self.outer - 0.3, self.outer + 0.3))
        if self.philtrum:
            dense = dense * smoothstep(x, -0.75 * self.philtrum, self.philtrum)
        lips = (x / LIPS[0]) ** 2 + ((y - LIPS[2]) / LIPS[1]) ** 2 > 1
        on_lip = y > np.interp(x, (0.0, 2.9), (-2.75, -3.5))  # the moustache's side of the mouth
        return np.asarray(dense * (lips | on_lip) * smoothstep(z, self.front, self.front + 1.0))


@dataclass(frozen=True)
class Patch:
    """What grows on a region; lengths in cm."""

    region: FaceRegion
    layers: tuple[Layer, ...] = ()
    kind: str = "chin"  # chin: hangs down; lip: is combed to both sides
    length: Curve = (np.array([0.0]), np.array([1.0]))  # over |x|
    over_y: Curve | None = None  # factor over y
    edge: float = 0.0  # cm from the upper edge over which hair grows longer
    flat: float = 0.0  # cm from the upper edge over which hair comes to stand off the skin it lies on
    floor: float = -99.0  # lowest height of the ends
    down: float = 1.0
    outwards: float = 1.0
    inwards: float = 0.25
    back: float = 0.0  # how strongly hair on the cheeks runs towards the ear
    stand: float = 0.35
    curl_up: float = 0.0  # how strongly tips turn up
    gather: float = 0.0  # how far a side's tips come together


@dataclass(frozen=True)
class Shadow:
    """The layer painted on the skin: strokes of length pixels over a soft tint."""

    count: int = 30_000
    length: float = 10
    tint: float = 0.85
    grain: float = 0.9


@dataclass(frozen=True)
class FacialHair:
    """A kind of beard or moustache."""

    name: str
    patches: tuple[Patch, ...] = ()
    shadow: Shadow = field(default_factory=Shadow)

    def mask(self, home: Floats) -> Floats:
        """(N, 3) home points -> (N,) density of the whole."""
        return np.asarray(np.max([patch.region.mask(home) for patch in self.patches], axis=0))

    @property
    def painted_only(self) -> bool:
        """Whether it is texture alone."""
        return not any(patch.layers for patch in self.patches)


@cache
def facial_hair(path: Path | None = None) -> dict[str, FacialHair]:
    """Every kind by name.  Raises DamagedFileError naming the kind and what is wrong with it."""
    path = path or asset_path("wardrobe/facial_hair.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    layers, made = tables.pop("layers"), {}
    try:
        regions = {name: _region(table) for name, table in tables.pop("region").items()}
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedFileError(f"{path}: a region: {error}") from error
    for name, table in tables.items():
        try:
            patches = tuple(_patch(row, regions, layers) for row in table["patches"])
            shadow: Shadow = checked(Shadow, table.get("shadow", {}))
            made[name] = FacialHair(name, patches, shadow)
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedFileError(f"{path}: facial hair {name!r}: {error}") from error
    return made


def grow_beard(kind: FacialHair, job: Job) -> Cards:
    """The strands of a beard or moustache on a head; none for what is only painted."""
    return joined([_grow(patch, layer, job) for patch in kind.patches for layer in patch.layers])


def _grow(patch: Patch, layer: Layer, job: Job) -> Cards:
    surface, rng = job.surface, job.rng
    mask: Mask = patch.region.mask
    roots = surface.sample(mask, job.count(layer.count), rng)
    home = roots.home
    lengths = layer.lengths * np.interp(np.abs(home[:, 0]), *patch.length)
    if patch.over_y is not None:
        lengths = lengths * np.interp(home[:, 1], *patch.over_y)
    grown = np.ones(len(roots))
    if patch.edge:
        grown = smoothstep(patch.region.inside(home), 0.0, patch.edge)
        lengths = lengths * (0.5 + 0.5 * grown)
    standing = _standing(patch, layer, roots)
    lengths = np.minimum(lengths, np.maximum(home[:, 1] - patch.floor, SHORTEST))
    lengths = np.maximum(lengths * (1 + layer.spread * rng.uniform(-1.2, 1.2, len(roots))), SHORTEST)
    if layer.fixed_length is not None:
        lengths = rng.uniform(*layer.fixed_length, len(roots))
    elif patch.flat:
        lengths = np.maximum(lengths, LYING * rng.uniform(0.8, 1.2, len(roots)))
    comb = _lip_field(patch, roots) if patch.kind == "lip" else _chin_field(patch, surface, roots, standing)
    paths = grow(
        surface,
        roots,
        lengths,
        layer.steps,
        comb,
        stiffness=layer.stiffness,
        clearance=CLOSEST + (layer.clearance - CLOSEST) * standing,
        lift=layer.lift * (0.15 + 0.85 * standing[:, None]),
    )
    if patch.gather:
        paths = _gathered(paths, patch.gather)
    if layer.clumps:
        paths = clump(paths, rng, job.count(layer.clumps), layer.clumping)
    paths = ruffle(paths, rng, layer.ruffle)
    names = [STRIP_NAMES.index(name) for name in layer.strips]
    strips = rng.choice(names, len(paths))
    widths = layer.width * np.clip(0.28 + 0.72 * standing, 0, 1)
    if layer.fixed_length is not None:
        widths = np.full(len(paths), layer.width)
    else:  # fine hair at the edge
        fine = rng.choice((MEDIUM, MEDIUM_LIGHT, WISPY), len(paths))
        strips = np.where(rng.random(len(paths)) < grown, strips, fine)
        widths = widths * (0.6 + 0.4 * grown)
    return cards(
        job, paths, roots, job.widths(len(paths), widths), strips,
        roll=layer.roll, volume=layer.volume, taper=layer.taper, along=layer.along, max_kink=layer.max_kink,
    )  # fmt: skip


def _standing(patch: Patch, layer: Layer, roots: Roots) -> Floats:
    """(N,) 0 where hair lies on the skin, below the upper edge, to 1 where it stands off it as it likes."""
    if not patch.flat:
        return np.ones(len(roots))
    if layer.fixed_length is not None:
        return np.zeros(len(roots))
    return smoothstep(patch.region.inside(roots.home), 0.0, patch.flat)


def _chin_field(patch: Patch, surface: Surface, roots: Roots, standing: Floats) -> Field:
    """Hair that hangs, standing out from the chin and drawing together to its point; back along the cheek."""
    x = roots.home[:, :1]
    chin = np.exp(-((x / 2.5) ** 2))
    inwards = -np.sign(x) * LEFT * np.minimum(np.abs(x), 1.0)
    free = standing[:, None]
    cheek = smoothstep(np.abs(x), 2.5, 5.0) * smoothstep(roots.home[:, 1:2], -8.0, -3.0)
    lying = 1.1 * DOWN + patch.back * BACK * cheek

    def field(points: Floats, t: float) -> Floats:
        hanging = (
            1.1 * patch.down * DOWN
            + 0.25 * FRONT * chin * (1 - t)
            + patch.back * BACK * cheek * (1 - 0.6 * t)
            + patch.inwards * t * inwards * (np.abs(points[:, :1]) > 0.25)
            + patch.stand * roots.normals * (1 - t)
        )
        return np.asarray(free * hanging + (1 - free) * along_skin(surface, points, lying))

    return field


def _lip_field(patch: Patch, roots: Roots) -> Field:
    """Hair combed to both sides over the lip, its tips turned up if wanted."""
    out = np.abs(roots.home[:, :1])
    side = np.sign(roots.home[:, :1]) * LEFT * (0.25 + 0.75 * smoothstep(out, 0.0, 0.9))

    def field(points: Floats, t: float) -> Floats:
        comb = patch.outwards * side * (0.8 + 0.3 * t) + patch.down * DOWN * (0.75 - 0.1 * t)
        comb = comb + 0.35 * BACK * out / 2.5 + patch.curl_up * smoothstep(np.array(t), 0.4, 1.0) * UP
        return np.asarray(
            comb + roots.normals * ((patch.stand - 0.23) * (1 - t) - 0.35 * t * (patch.curl_up == 0))
        )

    return field


def _gathered(paths: Floats, amount: float) -> Floats:
    """Each side's paths drawn towards their mean, most at the tip."""
    out = paths.copy()
    pull = amount * np.linspace(0, 1, paths.shape[1])[None, :, None] ** 1.2
    for side in (paths[:, 0, 0] > 0, paths[:, 0, 0] <= 0):
        if side.any():
            out[side] += pull * (paths[side].mean(0) - paths[side])
    return out


def _region(table: Mapping[str, Any]) -> FaceRegion:
    curves = {key: curve(table[key]) for key in ("top", "bottom") if key in table}
    made: FaceRegion = checked(FaceRegion, {**table, **curves})
    return made


def _patch(row: Mapping[str, Any], regions: Mapping[str, FaceRegion], layers: Mapping[str, Any]) -> Patch:
    settings = {**row, "region": regions[row["region"]]}
    each = settings.pop("each", {})
    settings["layers"] = tuple(
        checked_layer({"volume": 0.82, "ruffle": 0.1, "lift": 0.4, "roll": 0.35, **table, **each})
        for name in settings.get("layers", ())
        for table in layers[name]
    )
    for key in ("length", "over_y"):
        if key in settings:
            settings[key] = curve(settings[key])
    made: Patch = checked(Patch, settings)
    return made
