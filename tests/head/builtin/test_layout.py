"""UVs: in range, upright, symmetric, and packed without overlap (rasterised)."""

import numpy as np
import pytest

from dreamhead.head.geometry import triangulate_part
from dreamhead.head.model import SEE_THROUGH
from tests.head.builtin.uv_measures import least_gap, signed_areas, stretch


def coverage(parts, size):
    """(size, size) how many triangles cover each pixel centre; edges counted for no one."""
    count = np.zeros((size, size), np.int32)
    for part in parts:
        for corners in part.uv[triangulate_part(part)[1]].astype(np.float64) * size:
            low = np.maximum(np.floor(corners.min(0) - 0.5).astype(int), 0)
            high = np.minimum(np.ceil(corners.max(0) + 0.5).astype(int), size)
            x, y = np.meshgrid(np.arange(low[0], high[0]) + 0.5, np.arange(low[1], high[1]) + 0.5)
            sides = []
            for k in range(3):
                a, b = corners[k], corners[(k + 1) % 3]
                sides.append((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]))
            inside = np.logical_or((np.stack(sides) > 1e-9).all(0), (np.stack(sides) < -1e-9).all(0))
            count[low[1] : high[1], low[0] : high[0]] += inside
    return count


def by_name(builtin, name):
    return next(part for part in builtin.parts if part.name == name)


def test_parts_and_materials(builtin):
    names = [part.name for part in builtin.parts]
    assert names == [
        "skin", "mouth_bag", "eye_left", "eye_right", "cornea_left", "cornea_right", "eye_occlusion_left",
        "eye_occlusion_right", "lacrimal_left", "lacrimal_right", "teeth_upper", "teeth_lower", "gums_upper",
        "gums_lower", "tongue",
    ]  # fmt: skip
    materials = {part.name: part.material for part in builtin.parts}
    assert materials["skin"] == "skin"
    for start, material in ((2, "eye"), (4, "cornea"), (6, "occlusion"), (8, "tear")):
        assert {materials[name] for name in names[start : start + 2]} == {material}
    assert {materials[name] for name in [*names[10:], "mouth_bag"]} == {"mouth"}
    assert SEE_THROUGH == ("cornea", "occlusion", "tear")
    used = np.unique(np.concatenate([part.faces.ravel() for part in builtin.parts]))
    assert np.array_equal(used, np.arange(len(builtin.mean)))


def test_ranges_and_indices(builtin):
    for part in builtin.parts:
        assert part.uv.dtype == np.float32 and part.faces.dtype == np.int32
        assert part.uv.min() >= 0.0039 and part.uv.max() <= 0.9961, part.name
        assert part.uv_faces.min() >= 0 and part.uv_faces.max() < len(part.uv)
        assert part.faces.shape == part.uv_faces.shape


def test_skin_is_upright_everywhere(builtin):
    # v grows downwards, so upright triangles seen from outside turn clockwise in (u, v).
    area = signed_areas(by_name(builtin, "skin"))
    assert np.count_nonzero(area >= 0) == 0


def test_skin_mirrors_about_the_middle(builtin, mirror):
    skin = by_name(builtin, "skin")
    place = {}
    for face, uv_face in zip(skin.faces, skin.uv_faces, strict=True):
        if skin.uv[uv_face, 1].max() < 0.104:  # the underside's island, tested on its own
            continue
        side = np.sign(builtin.mean[face, 0].mean())
        for vertex, uv in zip(face, uv_face, strict=True):
            place[int(vertex), side] = skin.uv[uv].astype(np.float64)
    for (vertex, side), uv in place.items():
        other = place[int(mirror[vertex]), -side]
        assert np.allclose(uv, [1 - other[0], other[1]], atol=1e-7)
    front = [
        uv
        for (vertex, side), uv in place.items()
        if builtin.mean[vertex, 0] == 0 and builtin.mean[vertex, 2] > 0.09
    ]
    assert len(front) > 40 and all(uv[0] == 0.5 for uv in front)


def test_forehead_is_above_the_chin(builtin):
    skin = by_name(builtin, "skin")
    uv_of = dict(zip(skin.faces.ravel().tolist(), skin.uv[skin.uv_faces.ravel()], strict=True))
    points = builtin.landmarks_478.vertices
    assert uv_of[int(points[10, 0])][1] < uv_of[int(points[4, 0])][1] < uv_of[int(points[152, 0])][1]
    left, right = uv_of[int(points[263, 0])], uv_of[int(points[33, 0])]
    assert left[0] > 0.5 > right[0]


def test_anisotropy_is_low(builtin):
    skin = by_name(builtin, "skin")
    ratio, area = stretch(skin, builtin.mean)
    front = builtin.masks["face"][triangulate_part(skin)[0]].min(1) > 0.5
    order = np.argsort(ratio)
    by_area = ratio[order][np.searchsorted(np.cumsum(area[order]), 0.95 * area.sum())]
    print(f"95th percentile {np.percentile(ratio, 95):.2f} of triangles, {by_area:.2f} of area")
    assert np.percentile(ratio, 95) < 2.0  # measured 1.92
    assert by_area < 2.0  # measured 1.74
    assert (ratio * area).sum() / area.sum() < 1.4
    assert (ratio * area)[front].sum() / area[front].sum() < 1.4
    pixels_per_mm = np.sqrt(0.5 * np.abs(signed_areas(skin))[front].sum() / area[front].sum()) * 4096 / 1000
    assert pixels_per_mm > 7


def test_islands_keep_their_distance(builtin):
    """At least 8 pixels of 4096 to the map's edge and from island to island."""
    for material in ("skin", "mouth", "eye"):
        parts = [part for part in builtin.parts if part.material == material]
        if material == "eye":  # both eyes share one layout
            parts = parts[:1]
        assert least_gap(parts) >= 8 / 4096, material


def test_skin_is_made_of_quads(builtin):
    skin = by_name(builtin, "skin")
    quads = np.count_nonzero(skin.faces[:, 2] != skin.faces[:, 3])
    assert quads >= 0.97 * len(skin.faces)
    assert all(len(set(face)) >= 3 for face in skin.faces.tolist())


@pytest.mark.parametrize("material", ["skin", "mouth"])
def test_nothing_overlaps(builtin, material):
    covered = coverage([part for part in builtin.parts if part.material == material], 768)
    assert covered.max() == 1
    assert (covered == 1).mean() > 0.5


def test_both_eyes_share_one_round_layout(builtin):
    left, right = by_name(builtin, "eye_left"), by_name(builtin, "eye_right")
    for eye in (left, right):
        covered = coverage([eye], 256)
        assert covered.max() == 1
        assert np.count_nonzero(signed_areas(eye) >= 0) == 0
        pupil = eye.faces[eye.faces == eye.faces.max() - 1]
        assert np.allclose(eye.uv[eye.uv_faces[eye.faces == pupil[0]]], 0.5)
    for eye in (left, right):
        # u grows towards +X on either eye, so one texture fits both without mirrored text.
        offset = builtin.mean[eye.faces] - builtin.mean[eye.faces].mean((0, 1))
        clear = np.abs(offset[..., :2]).min(-1) > 2e-3
        uv = eye.uv[eye.uv_faces] - 0.5
        clear &= np.linalg.norm(uv, axis=-1) < 0.495  # the back has an island of its own
        assert (np.sign(offset[..., 0]) == np.sign(uv[..., 0]))[clear].all()
        assert (np.sign(offset[..., 1]) == -np.sign(uv[..., 1]))[clear].all()
