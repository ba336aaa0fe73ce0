"""Hair as closed ropes: locks, thin plaits and three-strand braids along paths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.atlas import strip_span
from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.groom import Cards, Job, frames, joined, settled
from dreamhead.head.wardrobe.surface import Roots

Floats = NDArray[np.float64]

ROPE_VOLUME = 0.3  # how far a rope's normals lean to the head's volume


def tubes(
    job: Job,
    paths: Floats,
    roots: Roots,
    radii: Floats,
    strip: str,
    *,
    sides: int = 6,
    flatness: float = 1.0,
    twist: float = 0.0,
    along: tuple[float, float] = (0.0, 1.0),
) -> Cards:
    """Tubes round paths (N, S + 1, 3) with radii (N, S + 1) cm, flattened towards the head; twist in radians.

    The strip is laid round the front half of a tube and mirrored round the back, so that it has no seam;
    sides must be even.
    """
    if job.press is not None:
        paths, keep = job.press(paths)
        paths, radii, roots = paths[keep], radii[keep], roots.subset(keep)
    total, rows = paths.shape[:2]
    _, side, up, volume = frames(paths, job.surface.distance)
    t = np.linspace(0, 1, rows)
    corner = np.arange(sides) / sides
    angle = 2 * np.pi * corner[None, None] + (twist * t)[None, :, None]
    ring = np.cos(angle)[..., None] * side[:, :, None] + flatness * np.sin(angle)[..., None] * up[:, :, None]
    vertices = paths[:, :, None] + radii[..., None, None] * ring
    normals = unit((1 - ROPE_VOLUME) * unit(ring) + ROPE_VOLUME * volume[:, :, None])
    low, high = strip_span(strip)
    across = 1 - np.abs(2 * corner - 1)
    uv = np.empty((total, rows, sides, 2))
    uv[..., 0] = low + (high - low) * (0.06 + 0.88 * across)
    uv[..., 1] = (along[0] + (along[1] - along[0]) * t)[None, :, None]
    vertices = settled(job, vertices)
    return Cards(
        vertices.reshape(-1, 3),
        normals.reshape(-1, 3),
        uv.reshape(-1, 2),
        _tube_triangles(total, rows, sides),
        np.repeat(roots.triangles, rows * sides, axis=0),
        np.repeat(roots.weights, rows * sides, axis=0),
    )


def locks(job: Job, paths: Floats, roots: Roots, widths: Floats, sides: int, twist: float) -> Cards:
    """Matted ropes of uneven thickness with blunt ends; widths (N,) cm."""
    total, rows = paths.shape[:2]
    t = np.linspace(0, 1, rows)
    profile = np.interp(t, (0, 0.06, 0.5, 0.93, 1), (0.75, 0.95, 1.0, 0.85, 0.45))
    uneven = 1 + 0.16 * job.rng.normal(size=(total, rows))
    radii = 0.5 * widths[:, None] * profile * uneven
    return tubes(job, paths, roots, radii, "LOCK", sides=sides, twist=twist)


def plaits(job: Job, paths: Floats, roots: Roots, widths: Floats, sides: int) -> Cards:
    """Thin braids, their pattern painted; widths (N,) cm."""
    rows = paths.shape[1]
    t = np.linspace(0, 1, rows)
    profile = np.interp(t, (0, 0.05, 0.9, 1), (0.8, 1.0, 0.8, 0.35))
    bumps = 1 + 0.1 * np.cos(np.pi * np.arange(rows))
    return tubes(
        job, paths, roots, 0.5 * widths[:, None] * profile * bumps, "PLAIT", sides=sides, flatness=0.8
    )


def braid(job: Job, path: Floats, roots: Roots, radius: float, turns: float) -> Cards:
    """Three strands woven along one path (S + 1, 3); roots (1,); radius of the whole, cm.

    A strand swings to the side by the sine of its phase and in depth by the sine of twice of it; the three
    are a third of a turn apart, which is the curve of a plait.
    """
    rows = len(path)
    t = np.linspace(0, 1, rows)
    _, side, up, _ = frames(path[None], job.surface.distance)
    side, up = _untwisted(side[0]), up[0]
    up = unit(np.cross(side, unit(np.gradient(path, axis=0))))
    size = radius * np.interp(t, (0, 0.08, 0.7, 1), (0.8, 1.0, 0.9, 0.6))[:, None]
    phase = 2 * np.pi * turns * t
    parts = []
    for strand in range(3):
        angle = (phase + 2 * np.pi * strand / 3)[:, None]
        line = path + 0.52 * size * np.sin(angle) * side + 0.34 * size * np.sin(2 * angle) * up
        thick = 0.52 * size[:, 0] * (1 - 0.12 * np.cos(2 * angle[:, 0]))
        parts.append(
            tubes(job, line[None], roots, thick[None], "SLEEK", sides=6, along=(0.04, 0.9), flatness=0.85)
        )
    return joined(parts)


def _untwisted(side: Floats) -> Floats:
    """The side vectors of one path with their swings smoothed away."""
    for _ in range(8):
        side = np.concatenate([side[:1], 0.25 * side[:-2] + 0.5 * side[1:-1] + 0.25 * side[2:], side[-1:]])
    return unit(side)


def _tube_triangles(total: int, rows: int, sides: int) -> NDArray[np.int64]:
    tube, row, corner = np.meshgrid(np.arange(total), np.arange(rows - 1), np.arange(sides), indexing="ij")
    start = (tube * rows + row) * sides
    a, b = (start + corner).ravel(), (start + (corner + 1) % sides).ravel()
    return np.concatenate([np.stack([a, b, b + sides], axis=1), np.stack([a, b + sides, a + sides], axis=1)])
