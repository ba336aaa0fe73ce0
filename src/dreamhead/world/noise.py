"""Seeded noise on surface points, without UV seams: gradient noise, cells, folds along curves, hair strokes.

Gradient noise: Perlin, "Improving noise" (2002); cells: Worley, "A cellular texture basis function" (1996).
Points are (N, 3) float32; frequencies are per unit of the points (centimetres for skin).
"""

from __future__ import annotations

import numba
import numpy as np

from dreamhead.world.arrays import Array

_SEED_MASK = 0x7FFFFFFF


def gradient_noise(
    points: Array, frequency: float, octaves: int = 1, gain: float = 0.5, seed: int = 0, ridged: bool = False
) -> Array:
    """(N, 3) -> (N,), zero mean, about -1..1 (deviation about .28 an octave); ridged: 1 on the ridges."""
    return _gradient_noise(points, float(frequency), octaves, float(gain), int(seed) & _SEED_MASK, ridged)


def cell_noise(
    points: Array, frequency: float, seed: int = 0, jitter: float = 0.95
) -> tuple[Array, Array, Array]:
    """Distances to the nearest and second nearest cell centre (in cells) and a random number per cell, each (N,)."""
    cells = _cell_noise(points, float(frequency), int(seed) & _SEED_MASK, float(jitter))
    return cells[:, 0], cells[:, 1], cells[:, 2]


def add_fold(
    points: Array, curve: Array, depth: Array, width: Array, out: Array, side: Array, lip: float = 0.35
) -> None:
    """Adds the profile of one fold along a polyline to `out` (N,).

    curve (K, 3); depth (K,) and width (K,) along it; side (3,): where the raised lip of height `lip` is higher.
    """
    margin = 5.0 * float(width.max())
    _add_fold(
        points,
        curve.astype(np.float32),
        depth.astype(np.float32),
        width.astype(np.float32),
        float(lip),
        (curve.min(0) - margin).astype(np.float32),
        (curve.max(0) + margin).astype(np.float32),
        out,
        np.asarray(side, np.float32),
    )


def draw_strokes(
    image: Array,
    starts: Array,
    middles: Array,
    ends: Array,
    root_width: Array,
    tip_width: Array,
    opacity: Array,
) -> None:
    """Adds quadratic hair strokes (S, 2) in texels (x, y) to an image of optical depth (H, W).

    Strokes thinner than a texel deposit their area, so that every resolution gathers the same amount.
    """
    _draw_strokes(image, starts, middles, ends, root_width, tip_width, opacity)


# ---------------------------------------------------------------------------------------------------------------


@numba.njit(inline="always")
def _hash(x, y, z, seed):  # type: ignore[no-untyped-def]
    value = (
        np.uint32(x) * np.uint32(0x8DA6B343)
        ^ np.uint32(y) * np.uint32(0xD8163841)
        ^ np.uint32(z) * np.uint32(0xCB1AB31F)
        ^ np.uint32(seed) * np.uint32(0x9E3779B1)
    )
    value ^= value >> np.uint32(15)
    value *= np.uint32(0x2C1B3C6D)
    value ^= value >> np.uint32(12)
    value *= np.uint32(0x297A2D39)
    value ^= value >> np.uint32(15)
    return value


@numba.njit(inline="always")
def _gradient(value, x, y, z):  # type: ignore[no-untyped-def]
    value = value & np.uint32(15)
    u = x if value < 8 else y
    v = y if value < 4 else (x if (value == 12 or value == 14) else z)
    first = u if (value & np.uint32(1)) == 0 else -u
    return first + (v if (value & np.uint32(2)) == 0 else -v)


@numba.njit(inline="always")
def _perlin(x, y, z, seed):  # type: ignore[no-untyped-def]
    floor_x, floor_y, floor_z = np.floor(x), np.floor(y), np.floor(z)
    i, j, k = np.int64(floor_x), np.int64(floor_y), np.int64(floor_z)
    x -= floor_x
    y -= floor_y
    z -= floor_z
    u = x * x * x * (x * (x * 6 - 15) + 10)
    v = y * y * y * (y * (y * 6 - 15) + 10)
    w = z * z * z * (z * (z * 6 - 15) + 10)
    c000 = _gradient(_hash(i, j, k, seed), x, y, z)
    c100 = _gradient(_hash(i + 1, j, k, seed), x - 1, y, z)
    c010 = _gradient(_hash(i, j + 1, k, seed), x, y - 1, z)
    c110 = _gradient(_hash(i + 1, j + 1, k, seed), x - 1, y - 1, z)
    c001 = _gradient(_hash(i, j, k + 1, seed), x, y, z - 1)
    c101 = _gradient(_hash(i + 1, j, k + 1, seed), x - 1, y, z - 1)
    c011 = _gradient(_hash(i, j + 1, k + 1, seed), x, y - 1, z - 1)
    c111 = _gradient(_hash(i + 1, j + 1, k + 1, seed), x - 1, y - 1, z - 1)
    near = c000 + u * (c100 - c000)
    near = near + v * (c010 + u * (c110 - c010) - near)
    far = c001 + u * (c101 - c001)
    far = far + v * (c011 + u * (c111 - c011) - far)
    return near + w * (far - near)


@numba.njit(error_model="numpy", fastmath=True, cache=True, nogil=True)
def _gradient_noise(points, frequency, octaves, gain, seed, ridged):  # type: ignore[no-untyped-def]
    out = np.empty(len(points), np.float32)
    for index in range(len(points)):
        amplitude, scale, value, power = 1.0, frequency, 0.0, 0.0
        for octave in range(octaves):
            x = points[index, 0] * scale + 0.37 * octave
            y = points[index, 1] * scale + 0.71 * octave
            z = points[index, 2] * scale + 0.13 * octave
            noise = _perlin(x, y, z, seed + octave)
            value += amplitude * ((1 - 2 * abs(noise)) if ridged else noise)
            power += amplitude * amplitude
            amplitude *= gain
            scale *= 2.03
        out[index] = value / np.sqrt(power)
    return out


@numba.njit(error_model="numpy", fastmath=True, cache=True, nogil=True)
def _cell_noise(points, frequency, seed, jitter):  # type: ignore[no-untyped-def]
    out = np.empty((len(points), 3), np.float32)
    ten_bits = np.uint32(1023)
    for index in range(len(points)):
        x, y, z = points[index, 0] * frequency, points[index, 1] * frequency, points[index, 2] * frequency
        i, j, k = np.int64(np.floor(x)), np.int64(np.floor(y)), np.int64(np.floor(z))
        nearest, second, name = 9.0, 9.0, np.uint32(0)
        for di in range(-1, 2):
            for dj in range(-1, 2):
                for dk in range(-1, 2):
                    value = _hash(i + di, j + dj, k + dk, seed)
                    dx = x - i - di - 0.5 - jitter * ((value & ten_bits) / 1023.0 - 0.5)
                    dy = y - j - dj - 0.5 - jitter * (((value >> np.uint32(10)) & ten_bits) / 1023.0 - 0.5)
                    dz = z - k - dk - 0.5 - jitter * (((value >> np.uint32(20)) & ten_bits) / 1023.0 - 0.5)
                    distance = dx * dx + dy * dy + dz * dz
                    if distance < nearest:
                        second = nearest
                        nearest = distance
                        name = value
                    elif distance < second:
                        second = distance
        out[index, 0] = np.sqrt(nearest)
        out[index, 1] = np.sqrt(second)
        # numba widens uint32 products to 64 bits, so the mixing is masked explicitly
        wide = np.uint64(name)
        mixed = (wide & np.uint64(0xFFFF)) * np.uint64(40503) + (wide >> np.uint64(7)) * np.uint64(2654435761)
        out[index, 2] = (mixed & np.uint64(0xFFFFFF)) / 16777216.0
    return out


@numba.njit(error_model="numpy", fastmath=True, cache=True, nogil=True)
def _add_fold(points, curve, depth, width, lip, low, high, out, side):  # type: ignore[no-untyped-def]
    for index in range(len(points)):
        x, y, z = points[index, 0], points[index, 1], points[index, 2]
        if x < low[0] or x > high[0] or y < low[1] or y > high[1] or z < low[2] or z > high[2]:
            continue
        best, best_depth, best_width, best_side = 1e9, 0.0, 1.0, 0.0
        for i in range(len(curve) - 1):
            ex = curve[i + 1, 0] - curve[i, 0]
            ey = curve[i + 1, 1] - curve[i, 1]
            ez = curve[i + 1, 2] - curve[i, 2]
            along = (x - curve[i, 0]) * ex + (y - curve[i, 1]) * ey + (z - curve[i, 2]) * ez
            along = min(max(along / (ex * ex + ey * ey + ez * ez + 1e-9), 0.0), 1.0)
            dx = x - curve[i, 0] - along * ex
            dy = y - curve[i, 1] - along * ey
            dz = z - curve[i, 2] - along * ez
            distance = dx * dx + dy * dy + dz * dz
            if distance < best:
                best = distance
                best_depth = depth[i] + along * (depth[i + 1] - depth[i])
                best_width = width[i] + along * (width[i + 1] - width[i])
                best_side = dx * side[0] + dy * side[1] + dz * side[2]
        reach = np.sqrt(best) / best_width
        if reach < 5:
            # a narrow valley inside a broad soft trough, and a raised lip higher on one side
            valley = -0.75 * np.exp(-reach * reach * 2.2) - 0.55 * np.exp(-reach)
            bulge = np.exp(-((reach - 2.0) ** 2) / 1.6) * (lip if best_side > 0 else 0.35 * lip)
            out[index] += best_depth * (valley + bulge)


@numba.njit(error_model="numpy", fastmath=True, cache=True, nogil=True)
def _draw_strokes(image, starts, middles, ends, root_width, tip_width, opacity):  # type: ignore[no-untyped-def]
    height, width = image.shape
    for stroke in range(len(starts)):
        length = np.hypot(ends[stroke, 0] - starts[stroke, 0], ends[stroke, 1] - starts[stroke, 1])
        steps = max(2, int(length * 1.6) + 1)
        for step in range(steps + 1):
            t = step / steps
            a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
            x = a * starts[stroke, 0] + b * middles[stroke, 0] + c * ends[stroke, 0]
            y = a * starts[stroke, 1] + b * middles[stroke, 1] + c * ends[stroke, 1]
            thickness = root_width[stroke] * (1 - t) + tip_width[stroke] * t
            fade = 1.0 if t < 0.6 else 1 - (t - 0.6) * 2.2
            if thickness < 1.2:
                amount = opacity[stroke] * thickness * length / (steps + 1) * fade
                left, top = int(np.floor(x - 0.5)), int(np.floor(y - 0.5))
                fx, fy = x - 0.5 - left, y - 0.5 - top
                if amount > 0 and 0 <= left < width - 1 and 0 <= top < height - 1:
                    image[top, left] += amount * (1 - fx) * (1 - fy)
                    image[top, left + 1] += amount * fx * (1 - fy)
                    image[top + 1, left] += amount * (1 - fx) * fy
                    image[top + 1, left + 1] += amount * fx * fy
                continue
            radius = int(thickness + 1.5)
            for row in range(max(0, int(y) - radius), min(height, int(y) + radius + 2)):
                for column in range(max(0, int(x) - radius), min(width, int(x) + radius + 2)):
                    distance = np.hypot(column + 0.5 - x, row + 0.5 - y)
                    cover = (
                        2.2 * min(max(thickness * 0.5 + 0.5 - distance, 0.0), 1.0) * opacity[stroke] * fade
                    )
                    if cover > image[row, column]:
                        image[row, column] = cover
