"""The z-buffer's Warp kernels; Warp compiles them on first use, for CPU or CUDA, and caches the result."""

# mypy: ignore-errors
# Kernel bodies are Warp's own typed subset of Python, which a Python type checker cannot follow.

from __future__ import annotations

import warp as wp

EMPTY = wp.constant(wp.int64(0x7FFFFFFFFFFFFFFF))
DEPTH_STEPS = wp.constant(wp.float32(536870912.0))  # 2^29 steps over -1..1: finer than float32 near 1
INDEX_MASK = wp.constant(wp.int64(0x7FFFFFFF))


@wp.func
def edge(a: wp.vec4, b: wp.vec4, x: wp.float32, y: wp.float32) -> wp.float32:
    """Twice the signed area of (a, b, point), from the leftmost end so that neighbours agree exactly."""
    if a[0] < b[0] or (a[0] == b[0] and a[1] < b[1]):
        return (x - a[0]) * (b[1] - a[1]) - (y - a[1]) * (b[0] - a[0])
    return -((x - b[0]) * (a[1] - b[1]) - (y - b[1]) * (a[0] - b[0]))


@wp.func
def _key(z: wp.float32, index: int) -> wp.int64:
    return (wp.int64((z + 1.0) * DEPTH_STEPS) << wp.int64(31)) | wp.int64(index)


@wp.func
def _first_pixel(a: wp.float32, b: wp.float32, c: wp.float32) -> int:
    return wp.max(int(wp.ceil(wp.max(wp.min(a, wp.min(b, c)), -1.0) - 0.5)), 0)


@wp.func
def _last_pixel(a: wp.float32, b: wp.float32, c: wp.float32, count: int) -> int:
    return wp.min(int(wp.floor(wp.min(wp.max(a, wp.max(b, c)), float(count) + 1.0) - 0.5)), count - 1)


@wp.kernel(enable_backward=False)
def draw(
    pixels: wp.array2d(dtype=wp.vec4), faces: wp.array2d(dtype=wp.int32), keys: wp.array3d(dtype=wp.int64)
):
    view, index = wp.tid()
    a = pixels[view, faces[index, 0]]
    b = pixels[view, faces[index, 1]]
    c = pixels[view, faces[index, 2]]
    if a[3] <= 0.0 or b[3] <= 0.0 or c[3] <= 0.0:
        return
    x0 = _first_pixel(a[0], b[0], c[0])
    x1 = _last_pixel(a[0], b[0], c[0], keys.shape[2])
    y0 = _first_pixel(a[1], b[1], c[1])
    y1 = _last_pixel(a[1], b[1], c[1], keys.shape[1])
    if x1 < x0 or y1 < y0:
        return
    area = edge(a, b, c[0], c[1])
    if area == 0.0:
        return
    inverse = 1.0 / area
    for row in range(y0, y1 + 1):
        y = float(row) + 0.5
        for column in range(x0, x1 + 1):
            x = float(column) + 0.5
            u = edge(b, c, x, y) * inverse
            v = edge(c, a, x, y) * inverse
            w = edge(a, b, x, y) * inverse
            if u >= 0.0 and v >= 0.0 and w >= 0.0:
                z = u * a[2] + v * b[2] + w * c[2]
                if z >= -1.0 and z < 1.0:
                    wp.atomic_min(keys, view, row, column, _key(z, index))


@wp.kernel(enable_backward=False)
def resolve(
    pixels: wp.array2d(dtype=wp.vec4),
    faces: wp.array2d(dtype=wp.int32),
    keys: wp.array3d(dtype=wp.int64),
    triangle: wp.array3d(dtype=wp.int32),
    barycentrics: wp.array3d(dtype=wp.vec3),
    depth: wp.array3d(dtype=wp.float32),
):
    view, row, column = wp.tid()
    key = keys[view, row, column]
    if key == EMPTY:
        triangle[view, row, column] = -1
        barycentrics[view, row, column] = wp.vec3(0.0, 0.0, 0.0)
        depth[view, row, column] = 1.0
        return
    index = int(key & INDEX_MASK)
    a = pixels[view, faces[index, 0]]
    b = pixels[view, faces[index, 1]]
    c = pixels[view, faces[index, 2]]
    x = float(column) + 0.5
    y = float(row) + 0.5
    inverse = 1.0 / edge(a, b, c[0], c[1])
    u = edge(b, c, x, y) * inverse
    v = edge(c, a, x, y) * inverse
    w = edge(a, b, x, y) * inverse
    total = u * a[3] + v * b[3] + w * c[3]
    triangle[view, row, column] = index
    barycentrics[view, row, column] = wp.vec3(u * a[3] / total, v * b[3] / total, w * c[3] / total)
    depth[view, row, column] = u * a[2] + v * b[2] + w * c[2]


@wp.kernel(enable_backward=False)
def draw_numbered(
    pixels: wp.array(dtype=wp.vec4),
    faces: wp.array2d(dtype=wp.int32),
    first: int,
    keys: wp.array2d(dtype=wp.int64),
):
    index = wp.tid()
    a = pixels[faces[index, 0]]
    b = pixels[faces[index, 1]]
    c = pixels[faces[index, 2]]
    if a[3] <= 0.0 or b[3] <= 0.0 or c[3] <= 0.0:
        return
    area = edge(a, b, c[0], c[1])
    if area == 0.0:
        return
    inverse = 1.0 / area
    for row in range(_first_pixel(a[1], b[1], c[1]), _last_pixel(a[1], b[1], c[1], keys.shape[0]) + 1):
        y = float(row) + 0.5
        for column in range(_first_pixel(a[0], b[0], c[0]), _last_pixel(a[0], b[0], c[0], keys.shape[1]) + 1):
            x = float(column) + 0.5
            u = edge(b, c, x, y) * inverse
            v = edge(c, a, x, y) * inverse
            w = edge(a, b, x, y) * inverse
            if u >= 0.0 and v >= 0.0 and w >= 0.0:
                z = u * a[2] + v * b[2] + w * c[2]
                if z >= -1.0 and z < 1.0:
                    wp.atomic_min(keys, row, column, _key(z, first + index))


@wp.func
def _threshold(row: int, column: int, index: int, samples: int) -> wp.float32:
    """An opacity threshold in 0..1: even steps over a pixel's samples, shuffled by pixel and triangle."""
    state = wp.rand_init(index, (row / samples) * 65536 + column / samples)
    count = samples * samples
    place = (row % samples) * samples + column % samples
    step = (place * 7 + wp.randi(state, 0, count)) % count  # 7 shares no factor with 4, 9 or 16
    return (float(step) + wp.randf(state)) / float(count)


@wp.func
def _row_span(a: wp.vec4, b: wp.vec4, c: wp.vec4, y: wp.float32) -> wp.vec2:
    """Where the line at height y enters and leaves a triangle; empty (low above high) where it misses it."""
    low = wp.float32(1.0e9)
    high = wp.float32(-1.0e9)
    if (a[1] <= y) != (b[1] <= y):
        x = a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
        low = wp.min(low, x)
        high = wp.max(high, x)
    if (b[1] <= y) != (c[1] <= y):
        x = b[0] + (y - b[1]) * (c[0] - b[0]) / (c[1] - b[1])
        low = wp.min(low, x)
        high = wp.max(high, x)
    if (c[1] <= y) != (a[1] <= y):
        x = c[0] + (y - c[1]) * (a[0] - c[0]) / (a[1] - c[1])
        low = wp.min(low, x)
        high = wp.max(high, x)
    return wp.vec2(low, high)


@wp.kernel(enable_backward=False)
def draw_with_opacity(
    pixels: wp.array(dtype=wp.vec4),
    faces: wp.array2d(dtype=wp.int32),
    first: int,
    uv: wp.array(dtype=wp.vec2),
    opacity: wp.array2d(dtype=wp.uint8),
    samples: int,
    keys: wp.array2d(dtype=wp.int64),
):
    index = wp.tid()
    a = pixels[faces[index, 0]]
    b = pixels[faces[index, 1]]
    c = pixels[faces[index, 2]]
    if a[3] <= 0.0 or b[3] <= 0.0 or c[3] <= 0.0:
        return
    area = edge(a, b, c[0], c[1])
    if area == 0.0:
        return
    inverse = 1.0 / area
    x0 = _first_pixel(a[0], b[0], c[0])
    x1 = _last_pixel(a[0], b[0], c[0], keys.shape[1])
    for row in range(_first_pixel(a[1], b[1], c[1]), _last_pixel(a[1], b[1], c[1], keys.shape[0]) + 1):
        y = float(row) + 0.5
        span = _row_span(a, b, c, y)
        start = wp.max(int(wp.ceil(wp.max(span[0], -1.0) - 0.5)) - 1, x0)
        stop = wp.min(int(wp.floor(wp.min(span[1], float(keys.shape[1]) + 1.0) - 0.5)) + 1, x1)
        for column in range(start, stop + 1):
            x = float(column) + 0.5
            u = edge(b, c, x, y) * inverse
            v = edge(c, a, x, y) * inverse
            w = edge(a, b, x, y) * inverse
            if u >= 0.0 and v >= 0.0 and w >= 0.0:
                z = u * a[2] + v * b[2] + w * c[2]
                key = _key(z, first + index)
                if z >= -1.0 and z < 1.0 and key < keys[row, column]:
                    total = u * a[3] + v * b[3] + w * c[3]
                    place = (
                        u * a[3] * uv[faces[index, 0]]
                        + v * b[3] * uv[faces[index, 1]]
                        + w * c[3] * uv[faces[index, 2]]
                    ) / total
                    texel_row = wp.clamp(int(place[1] * float(opacity.shape[0])), 0, opacity.shape[0] - 1)
                    texel_column = wp.clamp(int(place[0] * float(opacity.shape[1])), 0, opacity.shape[1] - 1)
                    alpha = float(opacity[texel_row, texel_column]) / 255.0
                    if alpha > 0.0:
                        limit = wp.float32(0.0)
                        if alpha < 1.0:
                            limit = _threshold(row, column, index, samples)
                        if alpha > limit:
                            wp.atomic_min(keys, row, column, key)
