"""Bakes a head once per resolution: where on the surface each texel of the skin chart lies.

Everything is authored at the default head's own positions, in centimetres, so identity changes only geometry.
"""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from dreamhead.cache import keep
from dreamhead.errors import UsageError
from dreamhead.head.model import HeadModel, Part
from dreamhead.world.arrays import Array

log = logging.getLogger(__name__)
Ints = NDArray[np.int32]
RING_NAMES = ("mouth_ring", "mouth_angle", "eye_ring", "eye_sin", "eye_cos", "nostril_ring", "ear_ring")


@dataclass(frozen=True)
class SurfacePoints:
    """Points on the default head: position (N, 3) in cm, unit normal (N, 3), ring coordinates {name: (N,)}."""

    position: Array
    normal: Array
    rings: dict[str, Array]


@dataclass(frozen=True)
class Bake:
    """The skin chart at one resolution.  Compact arrays run over the N texels inside the chart."""

    size: int
    texels: SurfacePoints
    rows: Ints  # (N,)
    columns: Ints  # (N,)
    along_u: Array  # (N, 3) cm per texel to the right
    along_v: Array  # (N, 3) cm per texel downwards
    nearest: Ints  # (H, W) index of the nearest texel inside the chart
    vertices: SurfacePoints  # (V,) of the skin mesh: the same at every resolution
    triangles: Ints  # (T, 3) into vertices
    triangle_uv: Array  # (T, 3, 2)
    millimetres: float  # of surface per texel, the median

    def filled(self, values: Array) -> Array:
        """(N, ...) -> (H, W, ...) float32, running on smoothly outside the chart."""
        image = np.zeros((self.size, self.size, *values.shape[1:]), np.float32)
        image[self.rows, self.columns] = values
        inside = np.zeros((self.size, self.size), np.float32)
        inside[self.rows, self.columns] = 1
        flat = spread(image.reshape(self.size, self.size, -1), inside)
        return flat.reshape(image.shape)


def bake_head(head: HeadModel, size: int, cache: Path | None = None) -> Bake:
    """Bakes the head's skin part at size² texels; kept in `cache` by head revision and size when given.

    Positions are canonical: where the texels of any head lie on the built-in one, whose places the skin knows.

    UsageError when the head has no ring coordinates (`fields`), which the masks need.
    """
    missing = [name for name in RING_NAMES if name not in head.fields]
    if missing:
        raise UsageError(
            f"The head model {head.name!r} has no surface fields {', '.join(missing)}.",
            "Procedural skin needs a head that has them: builtin, ict or flame.",
        )
    skin = next(part for part in head.parts if part.name == "skin")
    return bake_mesh(
        np.asarray(head.canonical, np.float32) * 100.0,
        np.asarray(skin.faces),
        np.asarray(skin.uv, np.float32),
        np.asarray(skin.uv_faces),
        {name: np.asarray(head.fields[name], np.float32) for name in RING_NAMES},
        size,
        None if cache is None else cache / f"bake-{head.revision[:16]}-{size}.npz",
    )


def bake_mesh(
    position_cm: Array,
    faces: Ints,
    uv: Array,
    uv_faces: Ints,
    rings: dict[str, Array],
    size: int,
    path: Path | None = None,
) -> Bake:
    """The same from plain arrays: positions (V, 3) in cm, quads (F, 4), uv (U, 2) with the origin top left."""
    triangles, uv_triangles = _triangles(faces), _triangles(uv_faces)
    whole = (np.diff(np.sort(triangles, 1), axis=1) > 0).all(1)
    triangles, uv_triangles = triangles[whole], uv_triangles[whole]
    used, compact = np.unique(triangles, return_inverse=True)
    triangles = compact.reshape(-1, 3).astype(np.int32)
    normals = _vertex_normals(position_cm[used], triangles)
    vertices = SurfacePoints(
        position_cm[used], normals, {name: values[used] for name, values in rings.items()}
    )
    triangle_uv = uv[uv_triangles]
    names = list(rings)
    features = np.concatenate(
        [vertices.position, normals, np.stack([vertices.rings[name] for name in names], 1)], 1
    )
    digest = hashlib.sha256(features.tobytes() + triangles.tobytes() + triangle_uv.tobytes()).hexdigest()
    stored = _read(path, digest)
    if stored is None:
        stored = _rasterize_chart(features, triangles, triangle_uv, size)
        _write(path, digest, stored)
    image, hit, nearest = stored["image"], stored["hit"], stored["nearest"]
    rows, columns = (index.astype(np.int32) for index in np.nonzero(hit))
    compact_values = image[rows, columns]
    position, normal = compact_values[:, :3], compact_values[:, 3:6]
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    filled = position[nearest]
    along_u = ((np.roll(filled, -1, 1) - np.roll(filled, 1, 1)) / 2)[rows, columns]
    along_v = ((np.roll(filled, -1, 0) - np.roll(filled, 1, 0)) / 2)[rows, columns]
    return Bake(
        size=size,
        texels=SurfacePoints(
            np.ascontiguousarray(position),
            np.ascontiguousarray(normal),
            {name: np.ascontiguousarray(compact_values[:, 6 + i]) for i, name in enumerate(names)},
        ),
        rows=rows,
        columns=columns,
        along_u=along_u,
        along_v=along_v,
        nearest=nearest,
        vertices=vertices,
        triangles=triangles,
        triangle_uv=triangle_uv,
        millimetres=10.0 * float(np.median(np.linalg.norm(along_u, axis=1))),
    )


def spread(image: Array, inside: Array) -> Array:
    """(H, W, C) with its values where `inside` (H, W) is 1, and elsewhere ever broader means of what is near.

    Pull-push over a pyramid: Gortler et al., "The lumigraph" (1996), section 3.4.
    """
    height, width = inside.shape
    if inside.all() or not inside.any():
        return image
    even = ((0, height % 2), (0, width % 2))
    weight = np.pad(inside, even).astype(np.float32)
    total = np.pad(image, (*even, (0, 0))) * weight[..., None]
    halved_weight = _halved(weight[..., None])
    halved = _halved(total) / np.maximum(halved_weight, 1e-6)
    coarse = spread(halved, (halved_weight[..., 0] > 0).astype(np.float32))
    beyond = _doubled(coarse)[:height, :width]
    return np.where(inside[..., None] > 0, image, beyond).astype(np.float32)


def rasterize_chart(part: Part, values: Array, size: int) -> tuple[Array, NDArray[np.bool_]]:
    """Values (V, C) of the head's vertices over the part's chart: (size, size, C), and where there is any."""
    triangles, uv_triangles = _triangles(np.asarray(part.faces)), _triangles(np.asarray(part.uv_faces))
    image, hit = _rasterize(
        np.asarray(part.uv, np.float64)[uv_triangles], triangles, np.asarray(values, np.float32), size
    )
    return image, hit.astype(bool)


# ---------------------------------------------------------------------------------------------------------------


def _halved(image: Array) -> Array:
    height, width, channels = image.shape
    return image.reshape(height // 2, 2, width // 2, 2, channels).mean((1, 3))


def _doubled(image: Array) -> Array:
    """Twice the size, bilinear."""
    for axis in (0, 1):
        padded = np.pad(image, [(1, 1) if each == axis else (0, 0) for each in range(3)], mode="edge")
        count = image.shape[axis]
        middle, before, after = (np.take(padded, np.arange(count) + step, axis) for step in (1, 0, 2))
        pair = np.stack([0.75 * middle + 0.25 * before, 0.75 * middle + 0.25 * after], axis + 1)
        image = pair.reshape([2 * count if each == axis else size for each, size in enumerate(image.shape)])
    return image.astype(np.float32)


def _triangles(faces: Ints) -> Ints:
    return np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]]).astype(np.int32)


def _vertex_normals(position: Array, triangles: Ints) -> Array:
    a, b, c = (position[triangles[:, corner]] for corner in range(3))
    face = np.cross(b - a, c - a)
    normals = np.zeros_like(position, dtype=np.float64)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], face)
    return (normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def _rasterize_chart(features: Array, triangles: Ints, triangle_uv: Array, size: int) -> dict[str, NDArray]:
    image, hit = _rasterize(triangle_uv.astype(np.float64), triangles, features.astype(np.float32), size)
    inside = hit.astype(bool)
    where = distance_transform_edt(~inside, return_distances=False, return_indices=True)
    number = np.full(inside.shape, -1, np.int32)
    number[inside] = np.arange(inside.sum(), dtype=np.int32)
    return {"image": image, "hit": inside, "nearest": number[where[0], where[1]]}


@numba.njit(cache=True)
def _rasterize(triangle_uv, triangles, features, size):  # type: ignore[no-untyped-def]
    channels = features.shape[1]
    out = np.zeros((size, size, channels), np.float32)
    hit = np.zeros((size, size), np.uint8)
    for t in range(len(triangles)):
        ax, ay = triangle_uv[t, 0, 0] * size, triangle_uv[t, 0, 1] * size
        bx, by = triangle_uv[t, 1, 0] * size, triangle_uv[t, 1, 1] * size
        cx, cy = triangle_uv[t, 2, 0] * size, triangle_uv[t, 2, 1] * size
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            continue
        for y in range(max(0, int(min(ay, by, cy) - 0.5)), min(size - 1, int(max(ay, by, cy) + 0.5)) + 1):
            for x in range(max(0, int(min(ax, bx, cx) - 0.5)), min(size - 1, int(max(ax, bx, cx) + 0.5)) + 1):
                px, py = x + 0.5, y + 0.5
                second = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) / area
                third = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) / area
                first = 1 - second - third
                if first >= -1e-4 and second >= -1e-4 and third >= -1e-4:
                    hit[y, x] = 1
                    for k in range(channels):
                        out[y, x, k] = (
                            first * features[triangles[t, 0], k]
                            + second * features[triangles[t, 1], k]
                            + third * features[triangles[t, 2], k]
                        )
    return out, hit


def _read(path: Path | None, digest: str) -> dict[str, NDArray] | None:
    """The stored raster, or None when there is none for exactly this mesh."""
    if path is None or not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["digest"]) != digest:
                return None
            return {name: stored[name] for name in ("image", "hit", "nearest")}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.warning("baking again what cannot be read from %s: %s", path, error)
        return None


def _write(path: Path | None, digest: str, arrays: dict[str, NDArray]) -> None:
    if path is None:
        return
    stream = io.BytesIO()
    np.savez(stream, digest=np.array(digest), **arrays)  # type: ignore[arg-type]
    keep(path, stream.getvalue())
