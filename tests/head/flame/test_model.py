"""FLAME from files in its exact format, made of the built-in head: every answer is known beforehand."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from dreamhead.errors import DamagedFileError, MissingModelError
from dreamhead.head.builtin.model import BuiltinHead
from dreamhead.head.flame.expressions import LEAST_EXPLAINED, fit_expressions
from dreamhead.head.flame.model import build_flame
from dreamhead.head.flame.source import FlameSource, read_source
from dreamhead.head.linear import LinearHead
from dreamhead.head.load import load_head
from dreamhead.head.model import ARKIT_NAMES, JOINT_NAMES, Floats
from tests.head.flame.files import EXPRESSIONS, MOVED, SHAPES, SIZE, Made, make_files, write_pickle


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, builtin: BuiltinHead) -> Made:
    return make_files(tmp_path_factory.mktemp("flame"), builtin)


@pytest.fixture(scope="module")
def source(made: Made) -> FlameSource:
    return read_source(made.folder)


@pytest.fixture(scope="module")
def built(source: FlameSource, builtin: BuiltinHead) -> LinearHead:
    return build_flame(source, builtin, "test")


def test_the_reader_has_every_array(made: Made, source: FlameSource) -> None:
    np.testing.assert_allclose(source.template, made.model["v_template"])
    assert source.triangles.tolist() == np.asarray(made.model["f"]).tolist()
    assert source.shapes.shape == (SHAPES, len(made.rows), 3) == source.expressions.shape
    assert source.parents.tolist() == [-1, 0, 1, 1, 1]
    assert source.joint_regressor.shape == (5, len(made.rows))
    assert len(source.static_landmarks.vertices) == 51
    assert len(source.uv_triangles) == len(source.triangles)


def test_an_archive_of_plain_arrays_does_as_well(made: Made, tmp_path: Path) -> None:
    for path in made.folder.iterdir():
        if path.name != "generic_model.pkl":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    arrays = {key: value for key, value in made.model.items() if isinstance(value, np.ndarray)}
    regressor = made.model["J_regressor"].toarray()  # type: ignore[attr-defined]
    np.savez(tmp_path / "flame2023.npz", J_regressor=regressor, **arrays)
    np.testing.assert_allclose(read_source(tmp_path).template, made.model["v_template"])


def test_an_embedding_saved_as_one_object_does_as_well(
    made: Made, tmp_path: Path, source: FlameSource
) -> None:
    for path in made.folder.iterdir():
        if path.name != "flame_static_embedding.pkl":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    embedding = pickle.loads((made.folder / "flame_static_embedding.pkl").read_bytes())  # noqa: S301 - our own file
    together = {
        "static_lmk_faces_idx": embedding["lmk_face_idx"],
        "static_lmk_bary_coords": embedding["lmk_b_coords"],
        "dynamic_lmk_faces_idx": [np.zeros(17, np.int64)] * 79,
    }
    np.save(tmp_path / "landmark_embedding.npy", together, allow_pickle=True)  # type: ignore[arg-type]
    found = read_source(tmp_path).static_landmarks
    np.testing.assert_array_equal(found.vertices, source.static_landmarks.vertices)


def test_neutral_stands_where_the_built_in_head_does(
    built: LinearHead, made: Made, builtin: BuiltinHead
) -> None:
    head = built
    count = len(made.rows)
    shift = head.mean[:count] - made.model["v_template"]
    np.testing.assert_allclose(shift, np.tile(shift[0], (count, 1)), atol=1e-6)  # moved, not scaled
    face = builtin.masks["face"][made.rows] > 0.9
    gap = np.linalg.norm(head.canonical[:count] - builtin.canonical[made.rows], axis=1)[face]
    assert np.percentile(gap, 95) < 5e-4  # the same surface is found again
    identity = np.zeros(SHAPES, np.float32)
    identity[2] = 1.5
    moved = head.neutral(identity)[:count] - head.mean[:count]
    np.testing.assert_allclose(moved, 1.5 * SIZE * builtin.identity_basis[2][made.rows], atol=1e-6)
    assert abs(float(shift[0] @ MOVED)) > 0


def test_expressions_in_the_basis_are_found(
    built: LinearHead, made: Made, targets: dict[str, Floats]
) -> None:
    head = built
    found = head.expressions(np.zeros(SHAPES, np.float32))
    assert tuple(found) == ARKIT_NAMES
    skin = np.unique(head.parts[0].faces)
    for name in EXPRESSIONS:
        assert head.expressions_explained[name] > 0.9, name
        wanted = SIZE * targets[name][made.rows[skin]]
        assert np.linalg.norm(found[name][skin] - wanted, axis=1).max() < 3e-3


def test_the_jaw_turns(source: FlameSource, made: Made, targets: dict[str, Floats]) -> None:
    wanted = {name: SIZE * delta[made.rows].astype(np.float64) for name, delta in targets.items()}
    fits = fit_expressions(source, wanted, np.arange(0, len(made.rows), 5))
    assert fits["mouthPucker"].coefficients.argmax() == EXPRESSIONS.index("mouthPucker")
    assert np.degrees(fits["jawOpen"].jaw[0]) == pytest.approx(25, abs=5)
    assert fits["jawOpen"].explained > 0.7
    assert fits["jawLeft"].jaw[1] * fits["jawRight"].jaw[1] < 0


def test_what_the_basis_lacks_is_carried(built: LinearHead, made: Made, targets: dict[str, Floats]) -> None:
    head = built
    assert {"eyeBlinkLeft", "mouthLowerDownLeft"}.isdisjoint(head.expressions_explained)
    assert min(head.expressions_explained.values()) >= LEAST_EXPLAINED
    found = head.expressions(np.zeros(SHAPES, np.float32))["eyeBlinkLeft"]
    skin = np.unique(head.parts[0].faces)
    error = np.linalg.norm(found[skin] - SIZE * targets["eyeBlinkLeft"][made.rows[skin]], axis=1)
    assert np.percentile(error, 99) < 2e-3


def test_eyes_and_mouth(built: LinearHead, builtin: BuiltinHead) -> None:
    head = built
    names = [part.name for part in head.parts]
    assert names[:3] == ["skin", "eye_left", "eye_right"]
    assert {"teeth_upper", "teeth_lower", "tongue", "mouth_bag"} <= set(names)
    assert max(int(part.faces.max()) for part in head.parts) == len(head.mean) - 1
    for part in head.parts:
        assert part.uv.min() >= 0 and part.uv.max() <= 1
    found = head.expressions(np.zeros(SHAPES, np.float32))
    eye = np.unique(head.parts[1].faces)
    center = head.joints[JOINT_NAMES.index("eyeLeft")]
    front = eye[head.mean[eye, 2].argmax()]
    assert found["eyeLookUpLeft"][front, 1] > 0.004
    np.testing.assert_allclose(
        np.linalg.norm(head.mean[eye] + found["eyeLookUpLeft"][eye] - center, axis=1),
        np.linalg.norm(head.mean[eye] - center, axis=1),
        atol=1e-6,
    )
    np.testing.assert_allclose(head.joint_weights.sum(1), 1, atol=1e-5)
    lips = np.median(head.mean[head.landmarks_68.vertices[60:68, 0]], axis=0)
    teeth = np.unique(next(part for part in head.parts if part.name == "teeth_upper").faces)
    assert 0 < lips[2] - head.mean[teeth, 2].max() < 0.012


def test_landmarks_lie_where_the_built_in_heads_do(built: LinearHead, builtin: BuiltinHead) -> None:
    head = built
    for name in ("landmarks_68", "landmarks_478"):
        own, theirs = getattr(head, name), getattr(builtin, name)
        here = np.einsum("nk,nkc->nc", own.weights, head.canonical[own.vertices])
        there = np.einsum("nk,nkc->nc", theirs.weights, builtin.canonical[theirs.vertices])
        gap = np.linalg.norm(here - there, axis=1)
        assert np.median(gap) < 5e-4 and gap.max() < 6e-3, name


@pytest.mark.parametrize("gone", ["generic_model.pkl", "flame_static_embedding.pkl", "head_template.obj"])
def test_what_is_missing_is_named(made: Made, tmp_path: Path, gone: str) -> None:
    for path in made.folder.iterdir():
        if path.name != gone:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(MissingModelError, match="holds no"):
        read_source(tmp_path)


def test_damaged_arrays_are_named(made: Made, tmp_path: Path) -> None:
    for path in made.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for key, value in (
        ("weights", np.zeros((3, 5))),
        ("v_template", np.full((len(made.rows), 3), np.nan)),
        ("f", np.full((4, 3), 10**6)),
        ("kintree_table", np.zeros((2, 3))),
    ):
        write_pickle(tmp_path / "generic_model.pkl", {**made.model, key: value})
        with pytest.raises(DamagedFileError, match=r"generic_model\.pkl"):
            read_source(tmp_path)


def test_a_folder_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DREAMHEAD_FLAME", raising=False)
    with pytest.raises(MissingModelError, match="flame head model needs its files"):
        load_head("flame")
    with pytest.raises(MissingModelError, match="holds no FLAME model"):
        load_head("flame", str(tmp_path))
