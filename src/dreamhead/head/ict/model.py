"""The ICT-FaceKit light model as a HeadModel: its own shapes, laid onto the built-in head for all it lacks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import UsageError
from dreamhead.head.borrow import (
    borrowed_fields,
    borrowed_joints,
    borrowed_landmarks,
    borrowed_masks,
    borrowed_weights,
    borrowed_words,
    hinge,
    rigid_motion,
    share_of_motion,
)
from dreamhead.head.correspondence import correspond
from dreamhead.head.eyes import EYE_PARTS, eye_turns, with_eyes
from dreamhead.head.geometry import triangulate
from dreamhead.head.ict.expressions import arkit_expressions
from dreamhead.head.ict.parts import (
    BACK_HEAD,
    FACE,
    SCLERA_LEFT,
    SCLERA_RIGHT,
    SOCKET_LEFT,
    SOCKET_RIGHT,
    build_parts,
    check_topology,
    eyeball,
)
from dreamhead.head.ict.source import IDENTITIES, METRES, IctSource, face_folder, read_source
from dreamhead.head.linear import LinearHead
from dreamhead.head.model import JOINT_NAMES, HeadModel, Ints, Landmarks, Licence

Points = NDArray[np.float64]

LICENCE = Licence(
    name="MIT",
    holder="(c) 2020 USC Institute for Creative Technologies",
    source="https://github.com/ICT-VGL/ICT-FaceKit",
    note="ICT Face Model Light, read from the user's copy; parts, joints, weights, tongueOut and words for its "
    "shapes derived by dreamhead.",
)
SLIDER_LIMIT = 3.0  # the coefficients are drawn from N(0, 1)
MOVED = 5e-4  # metres by which a vertex counts as moved


def read_ict(folder: Path, builtin: HeadModel, revision: str) -> LinearHead:
    """The head from the folder.  UsageError or DamagedFileError, naming the file, when it is not the light model."""
    return build_ict(read_source(face_folder(folder)), builtin, revision)


def build_ict(source: IctSource, builtin: HeadModel, revision: str) -> LinearHead:
    """The head from what its folder holds, laid onto the built-in head."""
    check_topology(source.neutral)
    vertices = (source.neutral.vertices * METRES).astype(np.float32)
    eyes = (
        eyeball(source.neutral, SCLERA_LEFT, _pupil(source, "L")),
        eyeball(source.neutral, SCLERA_RIGHT, _pupil(source, "R")),
    )
    parts = build_parts(source.neutral, source.expressions["jawOpen"], eyes)
    own = {part.name: np.unique(part.faces) for part in parts}
    skin = np.union1d(own["skin"], own["mouth_bag"])
    marks = source.landmarks_68
    landmarks_68 = Landmarks(
        np.repeat(marks[:, None], 3, 1), np.tile(np.array([1, 0, 0], np.float32), (68, 1))
    )
    triangles = np.concatenate(
        [triangulate(part.faces) for part in parts if part.name in ("skin", "mouth_bag")]
    )
    match = with_eyes(correspond(vertices, triangles, landmarks_68, builtin), builtin, vertices, eyes)

    lower = own["teeth_lower"]
    jaw_open = source.expressions["jawOpen"].astype(np.float64)
    rotation, offset = rigid_motion(vertices[lower].astype(np.float64), vertices[lower] + jaw_open[lower])
    share = share_of_motion(jaw_open, rotation, offset, vertices.astype(np.float64))
    joints, joint_basis = borrowed_joints(match, builtin, vertices, source.identities, skin)
    joints[JOINT_NAMES.index("jaw")] = hinge(rotation, offset)
    for eye, name in zip(eyes, EYE_PARTS.values(), strict=True):
        joints[JOINT_NAMES.index(name)] = eye.center
        joint_basis[:, JOINT_NAMES.index(name)] = source.identities[:, eye.vertices].mean(1)
    words, _ = borrowed_words(match, builtin, source.identities, own["skin"])
    masks = borrowed_masks(match, builtin, own["skin"])
    inner = np.setdiff1d(
        np.unique(source.neutral.faces[SOCKET_LEFT[0] : SOCKET_RIGHT[1]]),
        np.unique(source.neutral.faces[FACE[0] : BACK_HEAD[1]]),
    )
    for mask in masks.values():
        mask[inner] = 0
    masks["lids"][inner] = 1  # the sockets' lining: nothing may be carved or grown there
    fields = borrowed_fields(match, builtin, skin, triangles)
    for eye in eyes:
        if "eye_angle" in fields:
            fields["eye_angle"][eye.vertices] = eye.angles(vertices[eye.vertices].astype(np.float64))
    limits = np.tile(np.array([-SLIDER_LIMIT, SLIDER_LIMIT], np.float32), (len(IDENTITIES), 1))
    floor = np.intersect1d(own["tongue"], np.union1d(own["gums_lower"], own["gums_upper"]))
    return LinearHead(
        name="ict",
        revision=revision,
        licence=LICENCE,
        slider_names=IDENTITIES,
        slider_limits=limits,
        macros=words,
        mean=vertices,
        identity_basis=source.identities,
        parts=parts,
        joint_weights=borrowed_weights(match, builtin, skin, share, _rigid(own)),
        landmarks_478=borrowed_landmarks(match, builtin, parts),
        landmarks_68=landmarks_68,
        masks=masks,
        fields=fields,
        canonical=match.canonical.astype(np.float32),
        displacements=arkit_expressions(source.expressions, vertices, own["tongue"], floor, marks),
        turns=eye_turns(),
        joints=joints.astype(np.float32),
        joint_basis=joint_basis.astype(np.float32),
    )


def words_explained(folder: Path, builtin: HeadModel) -> dict[str, float]:
    """Macro or slider of the built-in head -> share of it that the model's identities express: for the docs."""
    source = read_source(face_folder(folder))
    check_topology(source.neutral)
    vertices = (source.neutral.vertices * METRES).astype(np.float32)
    eyes = (
        eyeball(source.neutral, SCLERA_LEFT, _pupil(source, "L")),
        eyeball(source.neutral, SCLERA_RIGHT, _pupil(source, "R")),
    )
    parts = build_parts(source.neutral, source.expressions["jawOpen"], eyes)
    skin = next(part for part in parts if part.name == "skin")
    marks = source.landmarks_68
    landmarks = Landmarks(np.repeat(marks[:, None], 3, 1), np.tile(np.array([1, 0, 0], np.float32), (68, 1)))
    match = correspond(vertices, triangulate(skin.faces), landmarks, builtin)
    return borrowed_words(match, builtin, source.identities, np.unique(skin.faces))[1]


def _pupil(source: IctSource, side: str) -> Ints:
    """(N,) the vertices that dilate: the iris's disc around the gaze."""
    name = f"PupilDilate_{side}"
    if name not in source.expressions:
        raise UsageError(f"the ICT-FaceKit folder holds no {name}.obj", "unpack the folder again, all of it")
    return np.nonzero(np.linalg.norm(source.expressions[name], axis=1) > MOVED)[0].astype(np.int32)


def _rigid(own: dict[str, Ints]) -> dict[str, Ints]:
    """joint -> vertices that follow it alone; gums and tongue share vertices with the mouth's walls nowhere."""
    jaw = np.unique(np.concatenate([own["teeth_lower"], own["tongue"]]))
    head = np.setdiff1d(np.concatenate([own["teeth_upper"]]), jaw)
    return {"head": head, "jaw": jaw, "eyeLeft": own["eye_left"], "eyeRight": own["eye_right"]}
