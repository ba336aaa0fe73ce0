"""Warp kernels of the finished pictures: attributes, texels and shadows at many samples; compiled on first use."""

# mypy: ignore-errors
# Kernel bodies are Warp's own typed subset of Python, which a Python type checker cannot follow.

from __future__ import annotations

import warp as wp

from dreamhead.render.zbuffer import edge


@wp.kernel(enable_backward=False)
def interpolate_samples(
    pixels: wp.array(dtype=wp.vec4),
    faces: wp.array2d(dtype=wp.int32),
    attributes: wp.array2d(dtype=wp.float32),
    places: wp.array(dtype=wp.int64),
    triangles: wp.array(dtype=wp.int32),
    width: int,
    out: wp.array2d(dtype=wp.float32),
):
    """Perspective-correct attributes at samples given by their flat place in the sample grid."""
    index = wp.tid()
    triangle = triangles[index]
    i = faces[triangle, 0]
    j = faces[triangle, 1]
    k = faces[triangle, 2]
    a = pixels[i]
    b = pixels[j]
    c = pixels[k]
    place = places[index]
    x = float(int(place % wp.int64(width))) + 0.5
    y = float(int(place / wp.int64(width))) + 0.5
    u = edge(b, c, x, y) * a[3]
    v = edge(c, a, x, y) * b[3]
    w = edge(a, b, x, y) * c[3]
    total = 1.0 / (u + v + w)
    for channel in range(attributes.shape[1]):
        out[index, channel] = (
            u * attributes[i, channel] + v * attributes[j, channel] + w * attributes[k, channel]
        ) * total


@wp.kernel(enable_backward=False)
def sample_texels(
    texels: wp.array2d(dtype=wp.uint8),
    offsets: wp.array(dtype=wp.int32),
    heights: wp.array(dtype=wp.int32),
    widths: wp.array(dtype=wp.int32),
    uv: wp.array2d(dtype=wp.float32),
    levels: wp.array(dtype=wp.int32),
    out: wp.array2d(dtype=wp.float32),
):
    """Bilinear look-up of bytes as 0..1 in the given level of a pyramid stored in one array (texel, channel)."""
    index = wp.tid()
    level = wp.clamp(levels[index], 0, offsets.shape[0] - 1)
    height = heights[level]
    width = widths[level]
    x = wp.clamp(uv[index, 0] * float(width) - 0.5, 0.0, float(width - 1))
    y = wp.clamp(uv[index, 1] * float(height) - 0.5, 0.0, float(height - 1))
    column = int(x)
    row = int(y)
    fx = x - float(column)
    fy = y - float(row)
    right = wp.min(column + 1, width - 1)
    below = wp.min(row + 1, height - 1)
    base = offsets[level]
    for channel in range(texels.shape[1]):
        top = float(texels[base + row * width + column, channel]) * (1.0 - fx)
        top += float(texels[base + row * width + right, channel]) * fx
        bottom = float(texels[base + below * width + column, channel]) * (1.0 - fx)
        bottom += float(texels[base + below * width + right, channel]) * fx
        out[index, channel] = (top * (1.0 - fy) + bottom * fy) / 255.0


@wp.kernel(enable_backward=False)
def lit_fractions(
    points: wp.array2d(dtype=wp.float32),
    matrix: wp.array2d(dtype=wp.float32),
    depth: wp.array2d(dtype=wp.float32),
    radius: wp.float32,
    bias: wp.float32,
    taps: int,
    out: wp.array(dtype=wp.float32),
):
    """Share of a disc of shadow-map texels around each point (columns 0-2) that does not shadow it."""
    index = wp.tid()
    place = wp.vec3(0.0, 0.0, 0.0)
    for row in range(3):
        place[row] = (
            matrix[row, 0] * points[index, 0]
            + matrix[row, 1] * points[index, 1]
            + matrix[row, 2] * points[index, 2]
            + matrix[row, 3]
        )
    state = wp.rand_init(17, index)
    turn = wp.randf(state) * 6.2831853
    lit = wp.float32(0.0)
    for tap in range(taps):
        distance = radius * wp.sqrt((float(tap) + 0.5) / float(taps))
        angle = turn + float(tap) * 2.3999632
        column = int(wp.floor(place[0] + distance * wp.cos(angle)))
        row = int(wp.floor(place[1] + distance * wp.sin(angle)))
        nearest = wp.float32(1.0e9)  # beyond the map nothing casts a shadow
        if column >= 0 and row >= 0 and column < depth.shape[1] and row < depth.shape[0]:
            nearest = depth[row, column]
        if nearest > place[2] - bias:
            lit += 1.0
    out[index] = lit / float(taps)
