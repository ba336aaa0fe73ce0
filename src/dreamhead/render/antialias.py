"""Silhouette antialiasing: blends pixel pairs across an outline by where the edge lies between their centres.

The pixel's colour then depends on the edge's position, which gives outlines a gradient, as in Laine et al.
2020, "Modular Primitives for High-Performance Differentiable Rendering", section 3.4.  Here the walk goes
over the mesh's outline edges instead of over pixels, so it also holds when triangles are below pixel size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from dreamhead.render.rasterize import Fragments

DEPTH_MARGIN = 1e-6  # an outline must lie this much before what it hides


@dataclass(frozen=True)
class Outline:
    """The edges of a mesh, each with the vertices that complete its triangles; computed once per topology."""

    ends: Tensor  # (E, 2) int64
    sides: Tensor  # (E, 2) int64; the second is -1 at a border


@dataclass(frozen=True)
class _Crossings:
    """Where outline edges cut the line between two neighbouring pixel centres; K of them."""

    view: Tensor  # (K,)
    edge: Tensor  # (K,)
    upright: Tensor  # (K,) bool: a steep edge, so the pixels lie side by side
    line: Tensor  # (K,) row (upright) or column of the pair
    owner: Tensor  # (K,) flat index of the pixel on the edge's own side
    other: Tensor  # (K,)
    start: Tensor  # (K,) the owner's centre along the pair
    outward: Tensor  # (K,) +1 or -1: from owner to other


def outline(faces: Tensor) -> Outline:
    """(F, 3) faces -> their edges.  An edge of more than two triangles counts as a border."""
    triangles = faces.detach().cpu().numpy().astype(np.int64)
    ends = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], -1).reshape(-1, 2), axis=1)
    opposite = np.roll(triangles, -2, axis=1).reshape(-1)
    kept = ends[:, 0] != ends[:, 1]
    ends, opposite = ends[kept], opposite[kept]
    unique, first, inverse, count = np.unique(
        ends, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    sides = np.stack([opposite[first], np.full(len(unique), -1)], 1)
    inverse = inverse.reshape(-1)
    later = np.nonzero(np.arange(len(ends)) != first[inverse])[0]
    sides[inverse[later], 1] = opposite[later]
    sides[count > 2, 1] = -1
    return Outline(torch.from_numpy(unique).to(faces.device), torch.from_numpy(sides).to(faces.device))


def antialias(image: Tensor, fragments: Fragments, clip: Tensor, edges: Outline) -> Tensor:
    """Image (B, H, W, C), clip (B, V, 4) -> the image with smooth outlines.

    Gradients flow to the image and, through the blend weights, to clip.
    """
    _, height, width, channels = image.shape
    with torch.no_grad():
        found = _visible(_crossings(clip.detach(), edges, height, width), fragments, clip.detach(), edges)
    if found.edge.numel() == 0:
        return image
    points = _screen(clip, found.view[:, None], edges.ends[found.edge], height, width)
    reach = (_crossing(points, found.upright, found.line) - found.start) * found.outward
    # reach is how far from the owner's centre its outline lies: beyond the half-way line the owner covers
    # part of its neighbour, before it the neighbour shows in the owner.
    spills = reach.detach() >= 0.5
    changed = torch.where(spills, found.other, found.owner)
    source = torch.where(spills, found.owner, found.other)
    flat = image.reshape(-1, channels)
    difference = flat.index_select(0, source) - flat.index_select(0, changed)
    weight = (reach - 0.5).abs().to(image.dtype)
    return flat.index_add(0, changed, difference * weight[:, None]).reshape(image.shape)


def _crossings(clip: Tensor, edges: Outline, height: int, width: int) -> _Crossings:
    """Every crossing of an outline edge with the pixel rows (steep edges) or columns (flat ones) it spans."""
    view, edge = _outline_edges(clip, edges, height, width)
    points = _screen(
        clip, view[:, None], torch.cat((edges.ends[edge], edges.sides[edge, :1]), 1), height, width
    )
    along = points[:, 1] - points[:, 0]
    upright = along[:, 1].abs() >= along[:, 0].abs()
    level = torch.where(upright[:, None], points[:, :2, 1], points[:, :2, 0])
    limit = torch.where(upright, height, width)
    low = torch.ceil(level.amin(1) - 0.5).clamp(min=0).long()
    high = torch.minimum(torch.ceil(level.amax(1) - 0.5).long(), limit)
    count = (high - low).clamp(min=0)
    which = torch.repeat_interleave(torch.arange(len(edge), device=edge.device), count)
    step = torch.arange(len(which), device=edge.device) - (count.cumsum(0) - count)[which]
    line = low[which] + step
    view, edge, upright, along, points = view[which], edge[which], upright[which], along[which], points[which]
    place = _crossing(points, upright, line)
    # On which side of the edge does its triangle lie: at greater or smaller coordinates along the pair?
    side = points[:, 2] - points[:, 0]
    turn = along[:, 0] * side[:, 1] - along[:, 1] * side[:, 0]
    inward = torch.sign(torch.where(upright, -along[:, 1], along[:, 0]) * turn)
    before = torch.floor(place - 0.5)
    owner = torch.where(inward > 0, before + 1, before)
    other = torch.where(inward > 0, before, before + 1)
    fits = (before >= 0) & (before + 1 < torch.where(upright, width, height)) & (inward != 0)

    def flat(position: Tensor) -> Tensor:
        row = torch.where(upright, line, position.long())
        column = torch.where(upright, position.long(), line)
        return (view * height + row) * width + column

    everything = _Crossings(view, edge, upright, line, flat(owner), flat(other), owner + 0.5, -inward)
    return _chosen(everything, torch.nonzero(fits).reshape(-1))


def _outline_edges(clip: Tensor, edges: Outline, height: int, width: int) -> tuple[Tensor, Tensor]:
    """(view, edge) of the edges that are borders or whose two triangles lie on the same side of them."""
    screen = _all_screen(clip, height, width)
    ends, sides = screen[:, edges.ends], screen[:, edges.sides.clamp(min=0)]
    along = (ends[:, :, 1] - ends[:, :, 0])[:, :, None]
    away = sides - ends[:, :, :1]
    turn = along[..., 0] * away[..., 1] - along[..., 1] * away[..., 0]
    is_outline = (edges.sides[None, :, 1] < 0) | (turn[..., 0] * turn[..., 1] > 0)
    behind = clip[..., 3] <= 0
    if bool(behind.any()):
        is_outline = is_outline & ~behind[:, edges.ends].any(-1)
    view, edge = torch.nonzero(is_outline, as_tuple=True)
    return view, edge


def _visible(found: _Crossings, fragments: Fragments, clip: Tensor, edges: Outline) -> _Crossings:
    """Keeps crossings that hide something of the other pixel, and the outermost of those in one pair."""
    depth, triangle = fragments.depth.reshape(-1), fragments.triangle.reshape(-1)
    height, width = fragments.triangle.shape[1:]
    index = found.view[:, None] * clip.shape[1] + edges.ends[found.edge]
    points = clip.reshape(-1, 4)[index]
    edge_depth = (points[..., 2] / points[..., 3]).amin(1)
    hides = (triangle[found.owner] >= 0) & (triangle[found.owner] != triangle[found.other])
    hides &= edge_depth + DEPTH_MARGIN < depth[found.other]
    found = _chosen(found, torch.nonzero(hides).reshape(-1))
    if found.edge.numel() == 0:
        return found
    ends = _screen(clip, found.view[:, None], edges.ends[found.edge], height, width)
    reach = (_crossing(ends, found.upright, found.line) - found.start) * found.outward
    _, pair = torch.unique(torch.stack((found.owner, found.other), 1), dim=0, return_inverse=True)
    order = torch.argsort(reach, descending=True, stable=True)
    order = order[torch.argsort(pair[order], stable=True)]
    ordered = pair[order]
    best = torch.ones_like(ordered, dtype=torch.bool)
    best[1:] = ordered[1:] != ordered[:-1]
    return _chosen(found, order[best])


def _chosen(found: _Crossings, kept: Tensor) -> _Crossings:
    return _Crossings(*(getattr(found, name)[kept] for name in _Crossings.__dataclass_fields__))


def _all_screen(clip: Tensor, height: int, width: int) -> Tensor:
    """Clip (..., 4) -> pixel positions (..., 2)."""
    w = clip[..., 3].clamp(min=1e-9)
    return torch.stack(((clip[..., 0] / w * 0.5 + 0.5) * width, (0.5 - clip[..., 1] / w * 0.5) * height), -1)


def _screen(clip: Tensor, view: Tensor, index: Tensor, height: int, width: int) -> Tensor:
    """Pixel positions (K, N, 2) of vertices index (K, N) in views (K, 1)."""
    flat = (view * clip.shape[1] + index).reshape(-1)
    points = clip.reshape(-1, 4).index_select(0, flat).reshape(*index.shape, 4)
    return _all_screen(points, height, width)


def _crossing(points: Tensor, upright: Tensor, line: Tensor) -> Tensor:
    """(K,): where the edge from points (K, 2+, 2) cuts the middle of a pixel row (upright) or column."""
    a, b = points[:, 0], points[:, 1]
    main_a, main_b = torch.where(upright, a[:, 0], a[:, 1]), torch.where(upright, b[:, 0], b[:, 1])
    level_a, level_b = torch.where(upright, a[:, 1], a[:, 0]), torch.where(upright, b[:, 1], b[:, 0])
    span = level_b - level_a
    safe = torch.where(span.abs() < 1e-9, torch.full_like(span, 1e-9), span)
    return main_a + (line.to(points.dtype) + 0.5 - level_a) / safe * (main_b - main_a)
