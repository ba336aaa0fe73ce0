"""Eyes, lid shells, teeth, gums and tongue: closed, in their places, and true to what they stand for."""

import numpy as np
import pytest

from dreamhead.head.builtin.anatomy import EYE_CENTER, EYE_RADIUS, eye_radius
from dreamhead.head.builtin.arch import LOWER, UPPER
from dreamhead.head.builtin.cage import LIP_CONTACT_RING
from dreamhead.head.builtin.eyes import EYE_RINGS_DEG, eye_profile, eye_uv_angle_deg, eye_uv_radius
from dreamhead.head.builtin.generate import default_generator, part_slices
from dreamhead.head.builtin.gums import PALATE_COLUMNS, gum_margins, gums
from dreamhead.head.builtin.lid_shells import SHADE_ROWS, TEAR_ROWS, lid_edges
from dreamhead.head.builtin.parts import IN_EYE, ON_LIDS, TEETH_UPPER_BOX, lid_roots, part_meshes
from dreamhead.head.builtin.surface import build_surface
from dreamhead.head.builtin.teeth import crown_cells, teeth
from dreamhead.head.geometry import triangulate
from dreamhead.head.model import SEE_THROUGH
from tests.head.builtin.uv_measures import least_gap, signed_areas, stretch

CLOSED = ("eye_left", "eye_right", "teeth_upper", "teeth_lower", "gums_upper", "gums_lower", "tongue")


def edge_counts(faces):
    """How many faces use each edge in either direction: (same, opposite)."""
    counts = {}
    for face in faces:
        corners = [int(v) for k, v in enumerate(face) if k == 0 or v != face[k - 1]]
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            counts[a, b] = counts.get((a, b), 0) + 1
    return counts


@pytest.mark.parametrize("name", CLOSED)
def test_faces_agree_with_their_neighbours(name):
    counts = edge_counts(part_meshes()[name].faces)
    assert set(counts.values()) == {1}  # no edge twice in one direction: all faces turn alike
    open_edges = sum((b, a) not in counts for a, b in counts)
    # a crown's wall ends open inside the gum, the palate's sheet at the gums and before the throat
    rows = (len(part_meshes()[name].vertices) - len(part_meshes()["gums_lower"].vertices)) // PALATE_COLUMNS
    border = {"teeth": 16 * 14, "gums_upper": 2 * (rows - 1 + PALATE_COLUMNS - 1)}
    assert open_edges == border.get(name, border.get(name.partition("_")[0], 0))


@pytest.mark.parametrize("name", ["eye_left", "cornea_left", "tongue", "gums_lower", "teeth_upper"])
def test_parts_face_outwards(name):
    mesh = part_meshes()[name]
    a, b, c, d = (mesh.vertices[mesh.faces[:, k]] - mesh.vertices.mean(0) for k in range(4))
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)) + np.einsum("ij,ij->i", a, np.cross(c, d))
    assert volume.sum() > 0


def test_no_part_is_turned_over_in_its_map(builtin):
    for part in builtin.parts:
        assert np.count_nonzero(signed_areas(part) >= 0) == 0, part.name


def test_islands_keep_eight_texels_apart_at_4096(builtin):
    for material in ("mouth", "eye", *SEE_THROUGH):
        parts = [
            part for part in builtin.parts if part.material == material and not part.name.endswith("right")
        ]
        assert least_gap(parts) >= 8 / 4096, material


@pytest.mark.parametrize(
    ("names", "mean", "most"),
    [("eye_left cornea_left", 1.6, 2.6), ("tongue", 1.7, 2.7), ("teeth_upper teeth_lower", 1.6, 3.0),
     ("gums_upper gums_lower", 2.1, 4.2), ("eye_occlusion_left", 2.5, 5.0)],
)  # fmt: skip
def test_parts_are_not_stretched_much(builtin, names, mean, most):
    for part in builtin.parts:
        if part.name in names.split():
            ratio, area = stretch(part, builtin.mean)
            order = np.argsort(ratio)
            by_area = ratio[order][np.searchsorted(np.cumsum(area[order]), 0.95 * area.sum())]
            assert (ratio * area).sum() / area.sum() < mean, part.name
            assert by_area < most, part.name


def test_the_iris_lies_behind_the_sclera_and_the_cornea_before_both():
    flat, depth = eye_profile(EYE_RINGS_DEG)
    sphere = EYE_RADIUS * np.cos(np.radians(EYE_RINGS_DEG))
    iris = EYE_RINGS_DEG < 22.5
    assert (sphere - depth)[iris].min() > 0.04
    assert np.diff(depth[EYE_RINGS_DEG < 20]).min() > 0  # dished: the pupil is deepest
    assert np.allclose(np.hypot(flat, depth)[EYE_RINGS_DEG > 25], EYE_RADIUS)
    offset = part_meshes()["cornea_left"].vertices - EYE_CENTER
    distance = np.linalg.norm(offset, axis=1)
    angle = np.degrees(np.arccos(offset[:, 2] / distance))
    assert np.all(distance[angle < 28] > eye_radius(angle[angle < 28]) - 1e-9)
    assert distance[angle > 30].max() < EYE_RADIUS  # its rim is tucked under


def test_the_eye_map_is_read_as_it_is_written():
    angle = np.linspace(0, 95, 50)
    assert np.allclose(eye_uv_angle_deg(eye_uv_radius(angle)), angle)


def test_eyes_and_corneas_are_mirror_images():
    for name in ("eye", "cornea"):
        left, right = part_meshes()[f"{name}_left"], part_meshes()[f"{name}_right"]
        assert np.array_equal(left.vertices * [-1, 1, 1], right.vertices)


def test_lid_edges_run_from_corner_to_corner(builtin):
    edges = lid_edges()
    upper, lower = builtin.mean[edges.upper_wet], builtin.mean[edges.lower_wet]
    assert len(edges.upper_wet) == len(edges.lower_wet) == 21
    assert edges.upper_wet[0] == edges.lower_wet[0] and edges.upper_wet[-1] == edges.lower_wet[-1]
    assert np.all(upper[3:-3, 1] > lower[3:-3, 1])
    assert upper[0, 0] < upper[-1, 0]


@pytest.mark.parametrize("macro", [None, "age", "child", "fat", "masculine"])
def test_shells_hug_the_eyeball_on_every_head(builtin, macro):
    identity = np.zeros(len(builtin.slider_names)) if macro is None else builtin.macros[macro]
    vertices, slices = builtin.neutral(identity) * 100.0, part_slices()
    eye = default_generator().rest.eye if macro is None else None
    center = builtin.joint_positions(identity)[4] * 100.0
    ball = vertices[slices["eye_left"]] - center
    radius = np.linalg.norm(ball, axis=1)[len(EYE_RINGS_DEG) * 32 - 1]  # a sclera's point
    scale = radius / EYE_RADIUS
    assert eye is None or abs(scale - eye.scale) < 1e-4
    shade = np.linalg.norm(vertices[slices["eye_occlusion_left"]] - center, axis=1) / scale - EYE_RADIUS
    assert shade.min() > 0 and shade.max() < 0.03
    tear = np.linalg.norm(vertices[slices["lacrimal_left"]] - center, axis=1) / scale
    assert tear.min() > EYE_RADIUS - 0.03 and tear.max() < EYE_RADIUS + 0.55


def test_shells_ride_on_the_lids(builtin, targets):
    slices = part_slices()
    for name in ("eyeBlinkLeft", "eyeSquintLeft", "eyeWideLeft", "eyeLookDownLeft"):
        for part in ("lacrimal_left", "eye_occlusion_left"):
            delta, lids = targets[name][slices[part]], targets[name][lid_roots(part)]
            rows = TEAR_ROWS if part.startswith("lacrimal") else len(SHADE_ROWS)
            edge = slice(len(delta) // rows, 2 * len(delta) // rows)  # the row at the lid's edge
            moved = np.linalg.norm(lids, axis=1) > 1e-3
            error = np.linalg.norm(delta - lids, axis=1)[edge]
            assert error[moved[edge]].max(initial=0) < 1.5e-3, (name, part)
        for part in ("lacrimal_right", "eye_occlusion_right"):
            assert not targets[name][slices[part]].any()


def test_a_blink_leaves_the_shells_behind_the_lids(builtin, targets):
    posed = (builtin.mean + targets["eyeBlinkLeft"]).astype(float)
    slices, edges = part_slices(), lid_edges()
    center = builtin.joint_positions(np.zeros(len(builtin.slider_names)))[4]
    lid = np.linalg.norm(posed[build_surface().cage.ring("e", 4)] - center, axis=1).min()
    for part in ("lacrimal_left", "eye_occlusion_left"):
        assert np.linalg.norm(posed[slices[part]] - center, axis=1)[edges.loop.size :].min() < lid


def test_shells_weigh_as_the_skin_beside_them(builtin):
    slices = part_slices()
    for name in ON_LIDS:
        assert np.array_equal(builtin.joint_weights[slices[name]], builtin.joint_weights[lid_roots(name)])
    for name, side in IN_EYE.items():
        assert (builtin.joint_weights[slices[name], 4 if side > 0 else 5] == 1).all()


def test_crowns_have_the_sizes_of_teeth():
    widths = [crown.width for crown in UPPER.crowns]
    assert widths[0] > widths[2] > widths[1] and widths[5] > widths[6] > widths[3]
    assert LOWER.crowns[0].width < LOWER.crowns[1].width < LOWER.crowns[2].width
    for arch in (UPPER, LOWER):
        mesh = teeth(arch, TEETH_UPPER_BOX)
        count = len(mesh.vertices) // 14
        for place, crown in enumerate(arch.crowns):
            points = mesh.vertices[place * count : (place + 1) * count]
            assert np.ptp(points[:, 1]) > crown.height


def test_molars_have_four_cusps_and_canines_one():
    mesh = teeth(UPPER, TEETH_UPPER_BOX, irregularity=0)
    count = len(mesh.vertices) // 14
    wall = 8 * 16
    for place, cusps in ((2, 1), (5, 4)):
        points = mesh.vertices[place * count : (place + 1) * count]
        ring = points[wall : wall + 16, 1]  # the outermost ring of the biting surface
        lows = np.sum((ring < np.roll(ring, 1)) & (ring <= np.roll(ring, -1)))
        assert (lows == cusps) if cusps > 1 else (points[:wall, 1].min() < points[:16, 1].mean() - 0.05)


def test_teeth_are_alike_on_both_sides_and_stand_in_line_when_asked():
    crooked, straight = (teeth(UPPER, TEETH_UPPER_BOX, amount) for amount in (1.0, 0.0))
    for mesh in (crooked, straight):
        half = len(mesh.vertices) // 2
        assert np.allclose(mesh.vertices[:half] * [-1, 1, 1], mesh.vertices[half:], atol=1e-12)
    apart = np.linalg.norm(crooked.vertices - straight.vertices, axis=1)
    assert 0.02 < apart.max() < 0.12
    cells = crown_cells(UPPER, TEETH_UPPER_BOX)
    assert [cell.place for cell in cells] == [*range(7), *range(7)]


@pytest.mark.parametrize("arch", [UPPER, LOWER])
def test_gums_rise_between_teeth_and_cover_their_roots(arch):
    name = "upper" if arch.upper else "lower"
    gum = gums(arch, TEETH_UPPER_BOX).vertices[:-2].reshape(-1, 14, 3)
    margin = gum[:, 5, 1] * arch.up  # lower means nearer to the biting edges
    front = np.abs(gum[:, 5, 0]) < 2.0
    lows = (margin < np.roll(margin, 1)) & (margin <= np.roll(margin, -1)) & front
    assert 9 <= lows.sum() <= 13  # papillae between the teeth
    crown_tops = part_meshes()[f"teeth_{name}"].vertices[:, 1] * arch.up
    assert margin.max() < crown_tops.max()
    outer, inner = gum_margins(arch, (0.0, 0.0, 1.0, 1.0))
    assert 0 < min(outer, inner) < max(outer, inner) < 1


def test_the_tongue_is_grooved_and_tapers():
    mesh = part_meshes()["tongue"]
    grid = mesh.vertices[:-2].reshape(21, 20, 3)
    middle = grid[9]
    top = middle[np.abs(middle[:, 0]) < 1e-9][:, 1].max()
    beside = middle[(np.abs(middle[:, 0]) > 0.4) & (np.abs(middle[:, 0]) < 1.0)][:, 1].max()
    assert top < beside - 0.05
    width = np.ptp(grid[..., 0], axis=1)
    assert width[0] < 0.5 * width[3] < 0.5 * width.max() + 1e-9


@pytest.mark.parametrize("name", ["jawOpen", "mouthFunnel", "tongueOut"])
def test_no_view_into_the_mouth_meets_a_back_face(builtin, targets, name):
    """Rays through the opening from everywhere in front: whatever they meet first faces them."""
    posed = (builtin.mean + targets[name] + (name == "mouthFunnel") * 0.6 * targets["jawOpen"]).astype(float)
    corners = posed[
        np.concatenate([triangulate(p.faces) for p in builtin.parts if p.material not in SEE_THROUGH])
    ]
    contact = posed[build_surface().cage.ring("m", LIP_CONTACT_RING)]
    loop = np.concatenate([contact, contact * [-1, 1, 1]])
    through = np.random.default_rng(0).dirichlet(np.full(len(loop), 0.15), 40) @ loop
    for azimuth in (-70, -35, 0, 35, 70):
        for elevation in (-50, -20, 10, 40):
            a, e = np.radians(azimuth), np.radians(elevation)
            towards = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
            facing = first_facing(corners, through, towards)
            assert (facing[np.isfinite(facing)] > 0).all(), (azimuth, elevation)


def first_facing(corners, points, towards):
    """(N,) cosine of the first triangle's normal with the view; NaN where the view meets nothing."""
    helper = np.eye(3)[np.argmin(np.abs(towards))]
    right = np.cross(helper, towards)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(towards, right), towards])
    flat, seen = corners @ axes.T, points @ axes.T
    a, b, c = flat[:, 0], flat[:, 1], flat[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    result = np.full(len(points), np.nan)
    for number, (x, y, _) in enumerate(seen):
        weight = []
        for p, q in ((b, c), (c, a), (a, b)):
            weight.append(((p[:, 0] - x) * (q[:, 1] - y) - (p[:, 1] - y) * (q[:, 0] - x)) / area)
        hit = np.nonzero(np.min(weight, axis=0) > 0)[0]
        if len(hit):
            depth = sum(weight[k][hit] * flat[hit, k, 2] for k in range(3))
            result[number] = np.sign(area[hit[np.argmax(depth)]])
    return result
