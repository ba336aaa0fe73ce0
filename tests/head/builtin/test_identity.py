"""Sliders, modes and macros: names, limits, directions that mean what they say, heads that hold together."""

import itertools
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from dreamhead.errors import UsageError
from dreamhead.head.builtin import generate
from dreamhead.head.builtin.anatomy import EYE_CENTER
from dreamhead.head.builtin.identity import (
    CREATURE_SLIDERS,
    HOUSE,
    MACROS,
    NAMED_SLIDERS,
    SLIDER_NAMES,
    clamped,
    macro_direction,
    slider_limits,
    values_of,
)
from dreamhead.head.builtin.modes import AMPLITUDE, WAVES, wave_field

ROOT = Path(__file__).parents[3]
FORMER_SLIDERS = (
    "head_width head_depth cranium_height forehead_height forehead_slope temple face_length jaw_width jaw_angle "
    "chin_width chin_projection chin_height chin_cleft cheekbone cheek_fullness brow_ridge brow_height eye_size "
    "eye_spacing eye_height eye_depth eye_tilt eye_hooded eye_bag nose_width nose_length nose_projection nose_bridge "
    "nose_hump nose_tip_up bridge_width nostril_flare mouth_width mouth_height mouth_projection lip_upper lip_lower "
    "cupids_bow ear_size ear_protrusion ear_lobe neck_width neck_front double_chin jowl nasolabial cheek_hollow"
)
BODY = ("age", "masculine", "fat", "thin", "child", "baby")


@pytest.fixture(scope="module")
def checks():
    """tools/head_checks.py, measuring against the default head."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from head_checks import HeadChecks
    finally:
        sys.path.pop(0)
    return HeadChecks()


@pytest.fixture(scope="session")
def ict_folder(tmp_path_factory):
    """The reference model's folder: $DREAMHEAD_ICT, or unpacked from ../shared/ict."""
    if "DREAMHEAD_ICT" in os.environ:
        return Path(os.environ["DREAMHEAD_ICT"])
    archive = ROOT.parent / "shared" / "ict" / "FaceXModel.tar.xz"
    if not archive.exists():
        pytest.skip("ICT-FaceKit is not here")
    folder = tmp_path_factory.mktemp("ict")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "FaceXModel"


def one(name, value=1.0):
    return values_of({name: value}).astype(np.float32)


def width(vertices, low, high, front=-1.0):
    band = (vertices[:, 1] > low) & (vertices[:, 1] < high) & (vertices[:, 2] > front)
    return np.ptp(vertices[band, 0])


def tool(name, *arguments):
    """What a script of tools/ prints as JSON."""
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / name, *arguments], check=True, capture_output=True, text=True
    )
    return json.loads(run.stdout)


def test_slider_table(builtin):
    assert len(NAMED_SLIDERS) >= 60 and len(WAVES) <= 20
    assert builtin.slider_names == SLIDER_NAMES and len(set(SLIDER_NAMES)) == len(SLIDER_NAMES)
    assert set(FORMER_SLIDERS.split()) <= set(NAMED_SLIDERS)
    assert builtin.slider_limits.shape == (len(SLIDER_NAMES), 2)
    assert (builtin.slider_limits[:, 0] < 0).all() and (builtin.slider_limits[:, 1] > 0).all()


def test_macro_table(builtin):
    assert set(BODY) <= set(builtin.macros)
    assert sum(name.startswith("region_") for name in builtin.macros) >= 6
    for name, direction in builtin.macros.items():
        assert direction.shape == (len(SLIDER_NAMES),) and np.count_nonzero(direction) > 5
        assert (direction >= builtin.slider_limits[:, 0]).all(), name
        assert (direction <= builtin.slider_limits[:, 1]).all(), name


def test_wrong_slider_name_is_refused():
    with pytest.raises(KeyError, match="nose_widht"):
        values_of({"nose_widht": 1.0})


def test_every_slider_moves_something_and_keeps_the_midline():
    tables = generate.read_tables()
    on_cage = tables.fields[0]
    for name, field in zip(SLIDER_NAMES, on_cage, strict=True):
        size = np.linalg.norm(field, axis=1).max()
        assert 0.02 < size < 3.5, (name, size)
    cage = generate.build_surface().cage
    assert np.abs(on_cage[:, cage.midline, 0]).max() < 0.35  # what the generator flattens there


def test_a_mode_is_a_wave():
    field = wave_field("z", 0, 1, 0)
    points = np.array([[0.0, -5.0, 12.0], [8.0, 2.0, 0.0]])  # away from the eye
    expected = AMPLITUDE * np.cos(np.pi * (points[:, 1] + 11) / 26)
    assert np.allclose(field(points, {})[1, 2], expected[1]) and np.allclose(
        field(points, {})[0, 2], expected[0]
    )
    assert np.abs(wave_field("x", 2, 1, 1)(points * [0, 1, 1], {})).max() == 0


def test_the_house_shift_leaves_the_eyeballs_alone():
    assert max(abs(value) for value in HOUSE.values()) <= 1
    eye = generate.default_generator().rest.eye
    assert np.abs(eye.center - EYE_CENTER).max() < 1e-5 and eye.scale == 1


def test_widths_go_where_they_should(builtin):
    wide = builtin.neutral(one("head_width"))
    assert width(wide, 0.05, 0.08) > width(builtin.mean, 0.05, 0.08) + 0.005
    corners = builtin.landmarks_68.vertices[[48, 54], 0]
    stretched = builtin.neutral(one("mouth_width"))
    assert stretched[corners[1], 0] - stretched[corners[0], 0] > np.diff(builtin.mean[corners, 0])[0] + 0.004
    fat, thin = (builtin.neutral(builtin.macros[name]) for name in ("fat", "thin"))
    assert width(fat, -0.05, -0.03, 0.04) > width(thin, -0.05, -0.03, 0.04) + 0.01
    elf = builtin.neutral(one("ear_point", 1.5))
    moved = np.linalg.norm(elf - builtin.mean, axis=1)
    assert moved.max() > 0.015 and (builtin.masks["ears"][moved > 1e-3] > 0).all()


def test_a_baby_is_mostly_cranium(builtin):
    def face_share(identity):
        vertices = builtin.neutral(identity)
        points = vertices[builtin.landmarks_68.vertices[:, 0]]
        chin, eyes = points[8, 1], points[[36, 45], 1].mean()
        return (eyes - chin) / (vertices[:, 1].max() - chin), points

    adult, adult_points = face_share(np.zeros(len(SLIDER_NAMES)))
    child, _ = face_share(builtin.macros["child"])
    baby, baby_points = face_share(builtin.macros["baby"])
    assert baby < child - 0.02 < adult - 0.04
    nose = [points[30, 2] - points[[36, 45], 2].mean() for points in (baby_points, adult_points)]
    assert nose[0] < nose[1] - 0.003


def test_joint_limits():
    lids = {"eye_hooded": 1.2, "epicanthus": 1.0, "lid_fullness": 1.5, "nose_width": 1.5}
    kept = clamped(values_of(lids))
    got = {name: kept[SLIDER_NAMES.index(name)] for name in lids}
    assert got["nose_width"] == 1.5
    assert np.isclose(got["eye_hooded"] + 0.8 * got["epicanthus"] + 0.6 * got["lid_fullness"], 1.8)
    assert np.allclose([got[n] / lids[n] for n in ("eye_hooded", "epicanthus")], got["lid_fullness"] / 1.5)
    assert np.array_equal(clamped(kept), kept) and clamped(values_of({"jowl": 9.0})).max() == 1.6
    same = [generate.neutral_vertices(generate.generator(v)) for v in (values_of(lids), kept)]
    assert np.allclose(*same, atol=1e-9)


def test_wrong_identity_is_refused(builtin):
    count = len(SLIDER_NAMES)
    with pytest.raises(UsageError, match=str(count)):
        builtin.neutral(np.zeros(3, np.float32))
    bad = np.zeros(count, np.float32)
    bad[0] = np.nan
    with pytest.raises(UsageError):
        builtin.expressions(bad)


def test_basis_is_the_derivative(builtin):
    rng = np.random.default_rng(4)
    identity = rng.normal(0, 0.02, len(SLIDER_NAMES)).astype(np.float32)
    exact = builtin.neutral(identity) - builtin.mean
    linear = np.tensordot(identity, builtin.identity_basis, 1)
    assert np.abs(exact - linear).max() < 3e-4
    assert np.linalg.norm(exact - linear) < 0.05 * np.linalg.norm(exact)


def assert_holds(checks, identity, label):
    g = generate.generator(identity)
    vertices = generate.neutral_vertices(g)
    assert np.isfinite(vertices).all()
    found = checks.pose(g, "neutral", vertices, teeth=True)
    assert found.inverted <= 0.002 * checks.face_count, (label, found)
    assert max(found.lid_depth, found.lid_overlap, found.lip_depth) <= 0.3, (label, found)
    assert found.teeth_depth == 0, (label, found)
    assert checks.lip_gap(vertices) < 0.3, label


@pytest.mark.slow
def test_each_slider_holds_at_its_limits(checks):
    for number, name in enumerate(SLIDER_NAMES):
        for value in slider_limits()[number] if name not in CREATURE_SLIDERS else ():
            assert_holds(checks, one(name, value), (name, value))


def test_macros_hold(checks):
    for name in MACROS:
        assert_holds(checks, macro_direction(name), name)
    everything = 0.5 * np.sum([macro_direction(name) for name in MACROS], 0)
    assert_holds(checks, clamped(everything), "all by half")


@pytest.mark.slow
def test_macros_combine(checks):
    for first, second in itertools.combinations(MACROS, 2):
        assert_holds(checks, clamped(macro_direction(first) + macro_direction(second)), (first, second))


def test_strong_heads_hold_together(checks):
    rng = np.random.default_rng(0)
    for number in range(12):
        assert_holds(checks, strong_identity(rng), number)


def strong_identity(rng):
    """Far out but within the limits: every slider by chance, and the macros of body and region."""
    identity = rng.normal(0, 0.5, len(SLIDER_NAMES))
    for name in BODY[:4]:
        identity += rng.uniform(-0.3, 1) * macro_direction(name)
    region = rng.choice([name for name in MACROS if name.startswith("region_")])
    identity[[SLIDER_NAMES.index(name) for name in CREATURE_SLIDERS]] = 0  # tusks do leave the mouth
    return np.clip(identity + rng.uniform(0, 1) * macro_direction(region), *slider_limits().T)


@pytest.mark.slow
def test_the_default_stands_apart_from_the_reference(ict_folder):
    figures = tool("measure_house.py", ict_folder)
    print(figures)
    assert figures["head"]["mean_mm"] >= 2.5


@pytest.mark.slow
def test_fitted_identities(ict_folder):
    figures = tool("fit_identities.py", ict_folder, "--json")
    print(figures)
    assert figures["people"] == 50 and figures["modes"] <= 20
    assert figures["median_all_mm"] < 1.2


@pytest.mark.slow
def test_strong_heads_in_every_expression():
    figures = tool("identity_report.py", "--count", "20", "--json")
    print(figures)
    assert figures["inverted_cases_beyond"] == 0
    assert figures["lip_gap_mm"] < 0.3
    assert figures["lid_depth_mm"] <= 0.3
    assert figures["teeth_depth_mm"] == 0
    assert figures["lip_depth_cases_beyond"] == 0
