"""What a finished picture is drawn from: items with 8-bit maps, joined into one subject with texture pyramids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
import warp as wp
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from torch import Tensor
from torch.nn import functional

from dreamhead.errors import UsageError
from dreamhead.render import picture_kernels
from dreamhead.render.rasterize_warp import (
    draw_opaque,
    draw_with_opacity,
    empty_keys,
    key_depths,
    key_triangles,
    screen_positions,
)
from dreamhead.render.surface import uv_tangents

CHUNK = 32768  # samples worked on at once
FEW = 16  # one triangle in so many tells how large an item's texels are
KINDS = ("skin", "eye", "hair", "cloth", "mouth", "glass", "wet", "shade")
OVERLAYS = ("glass", "wet", "shade")  # laid over what is drawn, in the items' order
ATTRIBUTES = {
    "position": slice(0, 3),
    "normal": slice(3, 6),
    "tangent": slice(6, 10),
    "uv": slice(10, 12),
    "presence": slice(12, 13),
}

HEM_FADE = 0.028  # metres

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class DrawItem:
    """One mesh of a picture, its vertices split at UV seams.  All maps are 8 bit; UV origin top left."""

    vertices: NDArray[np.float32]  # (V, 3) metres
    normals: NDArray[np.float32]  # (V, 3) unit
    uv: NDArray[np.float32]  # (V, 2)
    triangles: NDArray[np.int32]  # (T, 3)
    albedo: Bytes = field(repr=False)  # (h, w, 3) sRGB, or (h, w, 4) with opacity
    normal: Bytes | None = field(default=None, repr=False)  # (h, w, 3) OpenGL
    roughness: Bytes | None = field(default=None, repr=False)  # (h, w)
    specular: Bytes | None = field(default=None, repr=False)  # (h, w), 128 = 4 % reflectance
    opacity: Bytes | None = field(default=None, repr=False)  # (h, w)
    metalness: Bytes | None = field(default=None, repr=False)  # (h, w)
    kind: str = "skin"  # one of KINDS
    index: float = 1.0  # of a wet dome over an eye (a cornea): its index of refraction
    name: str = ""


@dataclass(frozen=True)
class Pyramid:
    """A texture and its halvings, as bytes in one array."""

    texels: Tensor  # (sum of h * w, C) uint8
    heights: Tensor  # (L,) int32
    widths: Tensor  # (L,) int32
    offsets: Tensor  # (L,) int32

    @property
    def log_size(self) -> float:
        """Log 2 of a side of the largest level."""
        return 0.5 * float(np.log2(int(self.heights[0]) * int(self.widths[0])))

    def look_up(self, uv: Tensor, levels: Tensor) -> Tensor:
        """(N, 2) uv and (N,) int32 levels -> (N, C) in 0..1."""
        out = torch.empty(uv.shape[0], self.texels.shape[1], dtype=torch.float32, device=uv.device)
        arrays = [wp.from_torch(x) for x in (self.texels, self.offsets, self.heights, self.widths)]
        wp.launch(
            picture_kernels.sample_texels,
            dim=uv.shape[0],
            inputs=[*arrays, wp.from_torch(uv.contiguous()), wp.from_torch(levels.contiguous())],
            outputs=[wp.from_torch(out)],
            device=str(wp.device_from_torch(uv.device)),
        )
        return out


@dataclass(frozen=True)
class SubjectItem:
    """An item as its subject holds it."""

    item: DrawItem
    first_triangle: int
    vertices: slice  # into the subject's
    triangles: slice
    albedo: Pyramid
    normal: Pyramid | None
    surface: Pyramid | None  # roughness and specular as two channels
    opacity: Pyramid | None
    metalness: Pyramid | None
    uv_area: Tensor  # (T,) twice the area of each triangle in uv, for the choice of level


@dataclass(frozen=True)
class Subject:
    """All items of a picture in one set of buffers."""

    items: tuple[SubjectItem, ...]
    faces: Tensor  # (T, 3) int32 into all vertices
    attributes: Tensor  # (V, 13): see ATTRIBUTES

    @property
    def positions(self) -> Tensor:
        """(V, 3) metres."""
        return self.attributes[:, ATTRIBUTES["position"]]

    @property
    def normals(self) -> Tensor:
        """(V, 3)."""
        return self.attributes[:, ATTRIBUTES["normal"]]


@dataclass(frozen=True)
class Samples:
    """The samples of a grid that see one item."""

    places: Tensor  # (N,) int64 flat index into the sample grid
    values: Tensor  # (N, C) interpolated attributes
    levels: Tensor  # (N,) texture level for a map of one texel; add the map's log_size


class MapCache:
    """Pyramids by the array they were made of, so that posed copies of an item share them."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._made: dict[tuple[int, ...], tuple[tuple[Bytes, ...], Pyramid]] = {}

    def pyramid(self, *channels: Bytes) -> Pyramid:
        """The pyramid of these maps (each (h, w) or (h, w, C)) side by side."""
        key = tuple(id(channel) for channel in channels)
        if key not in self._made:
            image = np.dstack(channels) if len(channels) > 1 or channels[0].ndim == 2 else channels[0]
            self._made[key] = (channels, byte_pyramid(image, self.device))
        return self._made[key][1]

    def alpha(self, albedo: Bytes) -> Pyramid:
        """The pyramid of a map's fourth channel."""
        key = (id(albedo), 3)
        if key not in self._made:
            self._made[key] = ((albedo,), byte_pyramid(albedo[:, :, 3:], self.device))
        return self._made[key][1]


def subject(items: Sequence[DrawItem], cache: MapCache) -> Subject:
    """Joins items.  Raises: UsageError for an unknown kind, a map that is not 8 bit, or an empty list."""
    if not items:
        raise UsageError("there is nothing to draw", "pass at least one item")
    joined, faces, attributes = [], [], []
    first_vertex = first_triangle = 0
    for item in items:
        _check(item)
        vertices, uv = _tensor(item.vertices, cache.device), _tensor(item.uv, cache.device)
        triangles = torch.from_numpy(np.ascontiguousarray(item.triangles, dtype=np.int32)).to(cache.device)
        tangents = uv_tangents(vertices, triangles, uv, triangles)
        presence = _tensor(_hem_presence(item), cache.device)[:, None]
        normals = _tensor(item.normals, cache.device)
        attributes.append(torch.cat((vertices, normals, tangents, uv, presence), 1))
        faces.append(triangles + first_vertex)
        corners = uv[triangles.long()]
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        joined.append(
            SubjectItem(
                item,
                first_triangle,
                slice(first_vertex, first_vertex + len(vertices)),
                slice(first_triangle, first_triangle + len(triangles)),
                cache.pyramid(item.albedo),
                cache.pyramid(item.normal) if item.normal is not None else None,
                _surface_maps(item, cache),
                _opacity(item, cache),
                cache.pyramid(item.metalness) if item.metalness is not None else None,
                (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).abs(),
            )
        )
        first_vertex += len(vertices)
        first_triangle += len(triangles)
    return Subject(tuple(joined), torch.cat(faces).contiguous(), torch.cat(attributes).contiguous())


def draw(
    subject: Subject, clip: Tensor, size: tuple[int, int], pixel_samples: int, *, glass: bool = False
) -> tuple[Tensor, Tensor]:
    """Clip positions (V, 4) drawn into a sample grid (height, width) -> its keys and the screen positions (V, 4).

    glass: draw glass too, each sample with the probability of its opacity; a picture lays it over instead.
    Films of water and painted shade are never drawn: they hide nothing and cast no shadow.
    """
    screen = screen_positions(clip[None], size)[0]
    keys = empty_keys(1, size, clip.device)[0]
    for part in subject.items:  # opaque things first: they spare the others work
        if part.opacity is None and part.item.kind not in ("wet", "shade"):
            draw_opaque(keys, screen, subject.faces[part.triangles], part.first_triangle)
    uv = subject.attributes[:, ATTRIBUTES["uv"]].contiguous()
    for part in subject.items:
        kinds = ("glass",) if glass else ()
        if part.opacity is not None and (part.item.kind not in OVERLAYS or part.item.kind in kinds):
            faces = subject.faces[part.triangles]
            opacity = _level_of(part.opacity, float(_levels(subject, part, screen, FEW).median()))
            draw_with_opacity(keys, screen, faces, part.first_triangle, uv, opacity, pixel_samples)
    return keys, screen


def depth_map(subject: Subject, clip: Tensor, size: int) -> Tensor:
    """(size, size) nearest depth of the subject in -1..1, infinite where it is not; see-through at random."""
    depth = key_depths(draw(subject, clip, (size, size), 1, glass=True)[0])
    return depth.masked_fill(depth >= 1, torch.inf)


def draw_over(subject: Subject, part: SubjectItem, keys: Tensor, screen: Tensor) -> Tensor:
    """(N,) numbers of the item's nearest triangles at the samples where it lies before what keys hold, else -1."""
    over = keys.clone()
    draw_opaque(over, screen, subject.faces[part.triangles], part.first_triangle)
    return key_triangles(over).reshape(-1)


def samples_of(
    subject: Subject, part: SubjectItem, seen: Tensor, screen: Tensor, attributes: Tensor, width: int
) -> Iterator[Samples]:
    """The samples of a grid (seen: flat triangle numbers) that show one item, in runs that fit a cache.

    screen (V, 4) from draw; attributes (V, C) are interpolated to the samples; width of the grid.
    """
    places = torch.nonzero((seen >= part.triangles.start) & (seen < part.triangles.stop)).reshape(-1)
    level = _levels(subject, part, screen)
    inputs = [wp.from_torch(screen, dtype=wp.vec4), wp.from_torch(subject.faces), wp.from_torch(attributes)]
    for run in places.split(CHUNK) if places.numel() else ():
        triangles = seen[run]
        values = torch.empty(len(run), attributes.shape[1], dtype=torch.float32, device=seen.device)
        wp.launch(
            picture_kernels.interpolate_samples,
            dim=len(run),
            inputs=[*inputs, wp.from_torch(run), wp.from_torch(triangles), width],
            outputs=[wp.from_torch(values)],
            device=str(wp.device_from_torch(seen.device)),
        )
        yield Samples(run, values, level[triangles.long() - part.triangles.start])


def looked_up(pyramid: Pyramid, samples: Samples) -> Tensor:
    """(N, C) texels in 0..1 at the samples, from the level where a texel is about a sample."""
    levels = torch.round(samples.levels + pyramid.log_size).clamp(min=0).to(torch.int32)
    return pyramid.look_up(samples.values[:, ATTRIBUTES["uv"]], levels)


def byte_pyramid(image: Bytes, device: str) -> Pyramid:
    """(h, w, C) bytes -> its pyramid of averages, down to 4 texels a side."""
    level = torch.from_numpy(np.ascontiguousarray(image)).to(device)
    levels = [level]
    while min(level.shape[:2]) >= 8:
        h, w = level.shape[0] // 2 * 2, level.shape[1] // 2 * 2
        even, odd = level[0:h:2].to(torch.int16), level[1:h:2].to(torch.int16)
        rows = even + odd
        level = ((rows[:, 0:w:2] + rows[:, 1:w:2] + 2) >> 2).to(torch.uint8)
        levels.append(level)
    sizes = torch.tensor([x.shape[:2] for x in levels], dtype=torch.int32)
    counts = sizes.prod(1)
    texels = torch.cat([x.reshape(-1, image.shape[2]) for x in levels])
    offsets = (counts.cumsum(0) - counts).to(torch.int32)
    heights, widths = (column.contiguous().to(device) for column in sizes.T)
    return Pyramid(texels, heights, widths, offsets.to(device))


def _hem_presence(item: DrawItem) -> NDArray[np.float32]:
    """(V,) 1, falling to 0 at the open hem of a skin's neck, where a bust dissolves into the backdrop."""
    if item.kind != "skin":
        return np.ones(len(item.vertices), np.float32)
    welded = np.unique(np.round(item.vertices * 1e6).astype(np.int64), axis=0, return_inverse=True)[
        1
    ].reshape(-1)
    corners = welded[item.triangles]
    edges = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1)
    border, count = np.unique(edges, axis=0, return_counts=True)
    border = border[(count == 1) & (border[:, 0] != border[:, 1])]
    if not len(border):
        return np.ones(len(item.vertices), np.float32)
    points = int(welded.max()) + 1
    links = coo_array((np.ones(len(border)), (border[:, 0], border[:, 1])), shape=(points, points))
    _, loop = connected_components(links, directed=False)
    height = np.full(points, np.inf)
    height[welded] = item.vertices[:, 1]
    lowest = border[np.argmin(height[border[:, 0]]), 0]  # the mouth and the eyes are loops of their own
    if height[lowest] > item.vertices[:, 1].min() + HEM_FADE:
        return np.ones(len(item.vertices), np.float32)  # a closed hem
    hem = (loop == loop[lowest])[welded]
    distance, _ = cKDTree(item.vertices[hem]).query(item.vertices)
    ramp = np.clip(distance / HEM_FADE, 0, 1)
    return (ramp * ramp * (3 - 2 * ramp)).astype(np.float32)


def _surface_maps(item: DrawItem, cache: MapCache) -> Pyramid | None:
    if item.roughness is None or item.specular is None:
        return cache.pyramid(item.roughness) if item.roughness is not None else None
    return cache.pyramid(item.roughness, item.specular)


def _opacity(item: DrawItem, cache: MapCache) -> Pyramid | None:
    if item.opacity is not None:
        return cache.pyramid(item.opacity)
    return cache.alpha(item.albedo) if item.albedo.shape[2] == 4 else None


def _level_of(pyramid: Pyramid, level: float) -> Tensor:
    """(h, w) bytes of the level of a one-channel pyramid that suits triangles of this level."""
    index = min(max(int(level + pyramid.log_size), 0), len(pyramid.offsets) - 1)
    height, width = int(pyramid.heights[index]), int(pyramid.widths[index])
    start = int(pyramid.offsets[index])
    return pyramid.texels[start : start + height * width, 0].reshape(height, width)


def _levels(subject: Subject, part: SubjectItem, screen: Tensor, every: int = 1) -> Tensor:
    """Texture level of every so-manieth triangle of an item for a map of one texel; add the map's log_size."""
    points = screen[subject.faces[part.triangles][::every].long()][..., :2]
    a, b = points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]
    area = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).abs().clamp(min=1e-3)
    return 0.5 * torch.log2(part.uv_area[::every].clamp(min=1e-12) / area)


def _tensor(values: NDArray[np.float32], device: str) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)).to(device)


def _check(item: DrawItem) -> None:
    if item.kind not in KINDS:
        raise UsageError(f"item {item.name!r} is of kind {item.kind!r}", f"choose from {', '.join(KINDS)}")
    for name in ("albedo", "normal", "roughness", "specular", "opacity", "metalness"):
        values = getattr(item, name)
        if values is not None and values.dtype != np.uint8:
            raise UsageError(f"{name} of item {item.name!r} is {values.dtype}", "pass 8-bit maps")


def normalised(vectors: Tensor) -> Tensor:
    """Unit vectors (..., 3)."""
    return functional.normalize(vectors, dim=-1, eps=1e-12)
