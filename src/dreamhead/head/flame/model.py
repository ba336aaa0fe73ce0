"""FLAME as a HeadModel: its shapes and skin, laid onto the built-in head for all it lacks.

FLAME 2020 and 2023 have eyeballs, but neither teeth, gums and tongue nor the inside of the mouth: those are the
built-in head's, set in by the alignment.  The head stands where the built-in one does, at its own size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dreamhead.errors import DamagedFileError
from dreamhead.head.borrow import (
    borrowed_fields,
    borrowed_landmarks,
    borrowed_masks,
    borrowed_words,
)
from dreamhead.head.correspondence import Correspondence, carried_landmarks, correspond
from dreamhead.head.eyes import EYE_PARTS, Eyeball, eye_part, eye_turns, with_eyes
from dreamhead.head.flame.expressions import fit_expressions
from dreamhead.head.flame.source import FlameSource, read_source
from dreamhead.head.linear import LinearHead
from dreamhead.head.model import JOINT_NAMES, Floats, HeadModel, Ints, Landmarks, Licence, Part

Points = NDArray[np.float64]

LICENCE = Licence(
    name="LicenseRef-FLAME",
    holder="Max-Planck-Gesellschaft zur Förderung der Wissenschaften e.V.",
    source="https://flame.is.tue.mpg.de",
    note="Read from the user's copy, whose licence decides what the result may be used for: FLAME 2020 and 2023 are "
    "for non-commercial use, FLAME 2023 Open is CC-BY-4.0.  Mouth, expressions by name, fields and masks are "
    "dreamhead's (MIT).",
)
SHAPES = 100  # identity directions offered as sliders, the largest first
SLIDER_LIMIT = 3.0  # the coefficients are drawn from N(0, 1)
SKULL_BASE, JAW = (
    1,
    2,
)  # FLAME's joints: 0 the base of the neck, 1 turns the head, 2 the jaw, 3 and 4 the eyes
JOINT_OF = {"neck": 0, "head": SKULL_BASE, "jaw": JAW, "eyeLeft": 3, "eyeRight": 4}
FACE_SHARE = 0.3  # of the face mask from which on a vertex counts in the fits
OWNED = 0.9  # of an eye joint's weight that makes a vertex the eyeball's
NEIGHBOURS = 32  # skin vertices that a point of the mouth rides on


@dataclass(frozen=True)
class Mouth:
    """The built-in head's mouth set into another: its parts on vertices numbered from `start` on."""

    rows: Ints  # (M,) of the built-in head
    parts: tuple[Part, ...]
    vertices: Points  # (M, 3) metres
    share: Points  # (M, n) how far each rides on its skin neighbours
    neighbours: Ints  # (M, n)


def read_flame(folder: Path, builtin: HeadModel, revision: str) -> LinearHead:
    """The head from the folder.  MissingModelError or DamagedFileError, naming the file, when it cannot be."""
    return build_flame(read_source(folder), builtin, revision)


def build_flame(source: FlameSource, builtin: HeadModel, revision: str) -> LinearHead:
    """The head from what its folder holds, laid onto the built-in head."""
    eyes = _eyeballs(source)
    balls = np.concatenate([eye.vertices for eye in eyes])
    of_skin: NDArray[np.bool_] = np.logical_not(np.isin(source.triangles, balls).any(axis=1))
    triangles = source.triangles[of_skin]
    skin = np.unique(triangles).astype(np.int32)
    laid = correspond(source.template, triangles, _padded(source.static_landmarks), builtin, ("skin",))
    match = with_eyes(laid, builtin, source.template, eyes)
    move = _standing_place(match, source)
    mouth = _mouth(match, builtin, source.template, skin)
    shapes = source.shapes[:SHAPES]
    parts = (
        _skin_part(source, of_skin),
        *(eye_part(name, eye, source.template) for name, eye in zip(EYE_PARTS, eyes, strict=True)),
        *mouth.parts,
    )
    words, explained = borrowed_words(match, builtin, shapes.astype(np.float32), skin)
    fields = _with_mouth(borrowed_fields(match, builtin, skin, triangles), builtin.fields, mouth)
    for eye in eyes:
        fields["eye_angle"][eye.vertices] = eye.angles(source.template[eye.vertices])
    displacements, fitted = _expressions(source, match, builtin, skin, balls, mouth)
    joints, joint_basis = _joints(source, shapes, builtin, move)
    names = tuple(f"shape{number:03d}" for number in range(len(shapes)))
    return LinearHead(
        name="flame",
        revision=revision,
        licence=LICENCE,
        slider_names=names,
        slider_limits=np.tile(np.array([-SLIDER_LIMIT, SLIDER_LIMIT], np.float32), (len(names), 1)),
        macros=words,
        mean=(np.concatenate([source.template, mouth.vertices]) + move).astype(np.float32),
        identity_basis=np.concatenate([shapes, _ridden(shapes, mouth)], 1).astype(np.float32),
        parts=parts,
        joint_weights=_joint_weights(source, builtin, mouth),
        landmarks_478=borrowed_landmarks(match, builtin, triangles, parts),
        landmarks_68=_landmarks_68(match, builtin, source, triangles),
        masks=_with_mouth(borrowed_masks(match, builtin, skin), builtin.masks, mouth),
        fields=fields,
        canonical=np.concatenate([match.canonical, builtin.canonical[mouth.rows]]).astype(np.float32),
        displacements=displacements,
        turns=eye_turns(),
        joints=joints,
        joint_basis=joint_basis,
        words_explained=explained,
        expressions_explained=fitted,
    )


def _padded(static: Landmarks) -> Landmarks:
    """The 51 as the 68, the jaw line's 17 left blank: the alignment does not look at them."""
    first = np.tile(np.array([1, 0, 0], np.float32), (17, 1))
    return Landmarks(
        np.concatenate([np.zeros((17, 3), np.int32), static.vertices]),
        np.concatenate([first, static.weights]),
    )


def _expressions(
    source: FlameSource, match: Correspondence, builtin: HeadModel, skin: Ints, balls: Ints, mouth: Mouth
) -> tuple[dict[str, Floats], dict[str, float]]:
    """{ARKit name: (V, 3)} and how much FLAME's own directions explain of each that they were taken for.

    Eyeballs turn by their joints, never by a displacement; the mouth moves as the built-in head's does.
    """
    targets = builtin.expressions(np.zeros(len(builtin.slider_names), np.float32))
    wanted = {name: _carried(match, delta, skin) for name, delta in targets.items()}
    face = match.seat.read(builtin.masks["face"])[skin]
    fits = fit_expressions(source, wanted, skin[match.bound[skin] & (face > FACE_SHARE)])
    displacements = {}
    for name, fit in fits.items():
        own = fit.displacement.copy()
        own[balls] = 0
        inside = match.similarity.undo_vectors(targets[name][mouth.rows])
        displacements[name] = np.concatenate([own, inside]).astype(np.float32)
    return displacements, {name: fit.explained for name, fit in fits.items() if not fit.carried}


def _eyeballs(source: FlameSource) -> tuple[Eyeball, Eyeball]:
    """Left and right: what the eye joints own, looking along +Z."""
    centers = source.joint_regressor @ source.template
    eyes = []
    for joint in (JOINT_OF["eyeLeft"], JOINT_OF["eyeRight"]):
        own = np.nonzero(source.weights[:, joint] > OWNED)[0].astype(np.int32)
        faces = source.triangles[np.isin(source.triangles, own).all(1)]
        if not len(faces):
            raise DamagedFileError(
                f"the model's joint {joint} moves no eyeball", "give the files as FLAME's makers ship them"
            )
        four = np.concatenate([faces, faces[:, 2:]], 1).astype(np.int32)
        eyes.append(Eyeball(four, own, centers[joint], np.array([0.0, 0.0, 1.0])))
    return eyes[0], eyes[1]


def _standing_place(match: Correspondence, source: FlameSource) -> Points:
    """(3,) metres that the head is moved by to stand where the built-in one does, at its own size."""
    marks = source.static_landmarks
    rows = marks.vertices.ravel()
    return match.canonical[rows].mean(0) - source.template[rows].mean(0)


def _carried(match: Correspondence, delta: Floats, skin: Ints) -> Points:
    """A displacement of the built-in head (V', 3) on the other head's skin, zero elsewhere."""
    field = np.zeros((len(match.canonical), 3))
    field[skin] = match.similarity.undo_vectors(match.seat.read(delta)[skin])
    return field


def _mouth(match: Correspondence, builtin: HeadModel, template: Points, skin: Ints) -> Mouth:
    """The built-in head's mouth parts, moved with the skin around them."""
    chosen = [part for part in builtin.parts if part.material == "mouth"]
    rows = np.unique(np.concatenate([part.faces.ravel() for part in chosen])).astype(np.int32)
    start = len(template)
    parts = tuple(
        Part(
            part.name,
            part.material,
            (np.searchsorted(rows, part.faces) + start).astype(np.int32),
            part.uv,
            part.uv_faces,
        )
        for part in chosen
    )
    points = builtin.canonical[rows].astype(np.float64)
    bound = skin[match.bound[skin]]
    count = min(NEIGHBOURS, len(bound))
    distance, near = cKDTree(match.canonical[bound]).query(points, k=count)
    weight = 1 / np.maximum(distance.reshape(len(points), count), 1e-3) ** 2
    share, neighbours = weight / weight.sum(1, keepdims=True), bound[near.reshape(len(points), count)]
    shift = template - match.similarity.undo(match.canonical)
    placed = match.similarity.undo(points) + np.einsum("mn,mnc->mc", share, shift[neighbours])
    return Mouth(rows, parts, placed, share, neighbours)


def _ridden(shapes: Points, mouth: Mouth) -> Points:
    """Identity directions (K, V, 3) at the mouth's vertices (K, M, 3)."""
    return np.stack([np.einsum("mn,mnc->mc", mouth.share, shape[mouth.neighbours]) for shape in shapes])


def _skin_part(source: FlameSource, rows: NDArray[np.bool_]) -> Part:
    faces, corners = source.triangles[rows], source.uv_triangles[rows]
    used, compact = np.unique(corners, return_inverse=True)
    uv = source.uv[used]
    uv_faces = compact.reshape(-1, 3)
    return Part(
        "skin",
        "skin",
        np.concatenate([faces, faces[:, 2:]], 1).astype(np.int32),
        np.clip(np.stack([uv[:, 0], 1 - uv[:, 1]], 1), 0, 1).astype(np.float32),
        np.concatenate([uv_faces, uv_faces[:, 2:]], 1).astype(np.int32),
    )


def _joints(source: FlameSource, shapes: Points, builtin: HeadModel, move: Points) -> tuple[Floats, Floats]:
    """(J, 3) and (K, J, 3): FLAME's own, the root as far below the neck as the built-in head has it."""
    own = source.joint_regressor @ source.template + move
    riding = np.einsum("jv,kvc->kjc", source.joint_regressor, shapes, optimize=True)
    rest = builtin.joint_positions(np.zeros(len(builtin.slider_names), np.float32))
    root, neck = JOINT_NAMES.index("root"), JOINT_NAMES.index("neck")
    order = [JOINT_OF[name] for name in JOINT_NAMES if name != "root"]
    joints, basis = np.zeros((len(JOINT_NAMES), 3)), np.zeros((len(shapes), len(JOINT_NAMES), 3))
    joints[1:], basis[:, 1:] = own[order], riding[:, order]
    joints[root], basis[:, root] = joints[neck] + rest[root] - rest[neck], basis[:, neck]
    return joints.astype(np.float32), basis.astype(np.float32)


def _joint_weights(source: FlameSource, builtin: HeadModel, mouth: Mouth) -> Floats:
    """(V, J): FLAME's own, and the built-in head's in the mouth; at most four above zero."""
    own = np.zeros((len(source.template), len(JOINT_NAMES)))
    for name, joint in JOINT_OF.items():
        own[:, JOINT_NAMES.index(name)] = np.clip(source.weights[:, joint], 0, None)
    fourth = np.sort(own, 1)[:, -4:-3]
    own[own < np.maximum(fourth, 1e-4)] = 0
    weights = np.concatenate([own, builtin.joint_weights[mouth.rows]])
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)


def _landmarks_68(
    match: Correspondence, builtin: HeadModel, source: FlameSource, triangles: Ints
) -> Landmarks:
    """FLAME's own from the brows on; the jaw line, which slides with the view in FLAME, as the built-in head has it."""
    jaw, weights = carried_landmarks(builtin.landmarks_68, builtin, match.canonical, triangles, np.arange(17))
    return Landmarks(
        np.concatenate([jaw, source.static_landmarks.vertices]).astype(np.int32),
        np.concatenate([weights, source.static_landmarks.weights]).astype(np.float32),
    )


def _with_mouth(own: dict[str, Floats], values: Mapping[str, Floats], mouth: Mouth) -> dict[str, Floats]:
    """Fields or masks over the head's own vertices, then over the mouth's."""
    return {name: np.concatenate([field, values[name][mouth.rows]]) for name, field in own.items()}
