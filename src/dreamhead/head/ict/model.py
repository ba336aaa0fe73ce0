"""The ICT-FaceKit light model as a HeadModel: its own shapes, laid onto the built-in head for all it lacks."""

from __future__ import annotations

from dataclasses import dataclass
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
from dreamhead.head.correspondence import Correspondence, correspond
from dreamhead.head.eyes import EYE_PARTS, Eyeball, eye_turns, rim, with_eyes
from dreamhead.head.geometry import triangulate
from dreamhead.head.ict.expressions import arkit_expressions, clear_of_eyes, closed_lids
from dreamhead.head.ict.parts import (
    BACK_HEAD,
    FACE,
    IRIS_LEFT,
    IRIS_RIGHT,
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
from dreamhead.head.model import JOINT_NAMES, Floats, HeadModel, Ints, Landmarks, Licence, Part

Points = NDArray[np.float64]

LICENCE = Licence(
    name="MIT",
    holder="(c) 2020 USC Institute for Creative Technologies",
    source="https://github.com/ICT-VGL/ICT-FaceKit",
    note="ICT Face Model Light, read from the user's copy; parts, joints, weights, tongueOut and words for its "
    "shapes derived by dreamhead.",
)
SLIDER_LIMIT = 3.0  # the coefficients are drawn from N(0, 1)
IN_SOCKET = 5.0  # of eye_ring, which counts 4 at the lid margin and grows inwards
MOVED = 5e-4  # metres by which a vertex counts as moved


def read_ict(folder: Path, builtin: HeadModel, revision: str) -> LinearHead:
    """The head from the folder.  UsageError or DamagedFileError, naming the file, when it is not the light model."""
    return build_ict(read_source(face_folder(folder)), builtin, revision)


def build_ict(source: IctSource, builtin: HeadModel, revision: str) -> LinearHead:
    """The head from what its folder holds, laid onto the built-in head."""
    check_topology(source.neutral)
    pieces = _pieces(source)
    vertices, own, basis = pieces.vertices, pieces.own, source.identities
    skin = np.union1d(own["skin"], own["mouth_bag"])
    laid = correspond(vertices, pieces.triangles, pieces.landmarks_68, builtin)
    match = with_eyes(laid, builtin, vertices, pieces.eyes)
    words, explained = borrowed_words(match, builtin, basis, own["skin"])
    rotation, offset, share = _jaw(source, own["teeth_lower"])
    joints, joint_basis = _joints(match, builtin, pieces, basis, hinge(rotation, offset))
    fields = borrowed_fields(match, builtin, skin, pieces.triangles)
    for eye in pieces.eyes:
        fields["eye_angle"][eye.vertices] = eye.angles(vertices[eye.vertices].astype(np.float64))
    lining = _lining(source)
    fields["eye_ring"][lining] = np.maximum(fields["eye_ring"][lining], IN_SOCKET)
    outside = triangulate(source.neutral.faces[FACE[0] : BACK_HEAD[1]])
    floor = np.intersect1d(own["tongue"], np.union1d(own["gums_lower"], own["gums_upper"]))
    displacements = arkit_expressions(source.expressions, vertices, own["tongue"], floor, source.landmarks_68)
    _mend_blinks(displacements, source, pieces)
    return LinearHead(
        name="ict",
        revision=revision,
        licence=LICENCE,
        slider_names=IDENTITIES,
        slider_limits=np.tile(np.array([-SLIDER_LIMIT, SLIDER_LIMIT], np.float32), (len(IDENTITIES), 1)),
        macros=words,
        mean=vertices,
        identity_basis=basis,
        parts=pieces.parts,
        joint_weights=borrowed_weights(match, builtin, skin, share, _rigid(pieces)),
        landmarks_478=borrowed_landmarks(match, builtin, outside, pieces.parts),
        landmarks_68=pieces.landmarks_68,
        masks=_masks(match, builtin, source, own["skin"]),
        fields=fields,
        canonical=match.canonical.astype(np.float32),
        displacements=displacements,
        turns=eye_turns(),
        joints=joints,
        joint_basis=joint_basis,
        words_explained=explained,
    )


def _mend_blinks(displacements: dict[str, Floats], source: IctSource, pieces: _Pieces) -> None:
    """Blinks that close without a slit and stay off the eyeball, in place."""
    faces = source.neutral.faces
    for eye, side, sclera in zip(pieces.eyes, ("Left", "Right"), (SCLERA_LEFT, SCLERA_RIGHT), strict=True):
        sheet, film = (f"{name}_{side.lower()}" for name in ("eye_occlusion", "lacrimal"))
        margin = rim(next(part for part in pieces.parts if part.name == sheet).faces).astype(np.int32)
        movers = np.unique(np.concatenate([pieces.own[name] for name in ("skin", sheet, film)]))
        blink = closed_lids(displacements[f"eyeBlink{side}"], pieces.vertices, margin, movers)
        shell = pieces.vertices[np.unique(faces[slice(*sclera)])].astype(np.float64)
        displacements[f"eyeBlink{side}"] = clear_of_eyes(
            blink, pieces.vertices, pieces.own["skin"], shell, eye.center
        )


@dataclass(frozen=True)
class _Pieces:
    """The neutral mesh taken apart."""

    vertices: Floats  # (V, 3) metres
    eyes: tuple[Eyeball, Eyeball]
    parts: tuple[Part, ...]
    own: dict[str, Ints]  # part -> its vertices
    landmarks_68: Landmarks
    triangles: Ints  # (T, 3) of skin and mouth bag


def _pieces(source: IctSource) -> _Pieces:
    eyes = (
        eyeball(source.neutral, SCLERA_LEFT, IRIS_LEFT, _pupil(source, "L")),
        eyeball(source.neutral, SCLERA_RIGHT, IRIS_RIGHT, _pupil(source, "R")),
    )
    if "jawOpen" not in source.expressions:
        raise UsageError("the ICT-FaceKit folder holds no jawOpen.obj", "unpack the folder again, all of it")
    parts = build_parts(source.neutral, source.expressions["jawOpen"], eyes)
    corner = np.tile(np.array([1, 0, 0], np.float32), (len(source.landmarks_68), 1))
    outer = [triangulate(part.faces) for part in parts if part.name in ("skin", "mouth_bag")]
    return _Pieces(
        (source.neutral.vertices * METRES).astype(np.float32),
        eyes,
        parts,
        {part.name: np.unique(part.faces) for part in parts},
        Landmarks(np.repeat(source.landmarks_68[:, None], 3, 1), corner),
        np.concatenate(outer),
    )


def _jaw(source: IctSource, lower_teeth: Ints) -> tuple[Points, Points, Floats]:
    """The lower teeth's rigid motion in jawOpen, and the share (V,) in which each vertex follows it."""
    vertices = source.neutral.vertices * METRES
    motion = source.expressions["jawOpen"].astype(np.float64)
    rotation, offset = rigid_motion(vertices[lower_teeth], vertices[lower_teeth] + motion[lower_teeth])
    return rotation, offset, share_of_motion(motion, rotation, offset, vertices)


def _joints(
    match: Correspondence, builtin: HeadModel, pieces: _Pieces, basis: Floats, jaw: Points
) -> tuple[Floats, Floats]:
    """(J, 3) and (K, J, 3): jaw and eyes measured on the model, the others read off the built-in head."""
    skin = np.union1d(pieces.own["skin"], pieces.own["mouth_bag"])
    joints, riding = borrowed_joints(match, builtin, pieces.vertices, basis, skin)
    joints[JOINT_NAMES.index("jaw")] = jaw
    for eye, name in zip(pieces.eyes, EYE_PARTS.values(), strict=True):
        joints[JOINT_NAMES.index(name)] = eye.center
        riding[:, JOINT_NAMES.index(name)] = basis[:, eye.vertices].mean(1)
    return joints.astype(np.float32), riding.astype(np.float32)


def _masks(match: Correspondence, builtin: HeadModel, source: IctSource, skin: Ints) -> dict[str, Floats]:
    """The built-in head's masks; the sockets' lining counts as lid, where nothing may be carved or grown."""
    masks = borrowed_masks(match, builtin, skin)
    lining = _lining(source)
    for name, mask in masks.items():
        mask[lining] = float(name == "lids")
    return masks


def _lining(source: IctSource) -> Ints:
    """(N,) the sockets' vertices behind the lids."""
    sockets = np.unique(source.neutral.faces[SOCKET_LEFT[0] : SOCKET_RIGHT[1]])
    return np.setdiff1d(sockets, np.unique(source.neutral.faces[FACE[0] : BACK_HEAD[1]])).astype(np.int32)


def _pupil(source: IctSource, side: str) -> Ints:
    """(N,) the vertices that dilate: the iris's disc around the gaze."""
    name = f"PupilDilate_{side}"
    if name not in source.expressions:
        raise UsageError(f"the ICT-FaceKit folder holds no {name}.obj", "unpack the folder again, all of it")
    return np.nonzero(np.linalg.norm(source.expressions[name], axis=1) > MOVED)[0].astype(np.int32)


def _rigid(pieces: _Pieces) -> dict[str, Ints]:
    """joint -> vertices that follow it alone."""
    jaw = np.union1d(pieces.own["teeth_lower"], pieces.own["tongue"])
    left, right = pieces.eyes
    return {
        "head": pieces.own["teeth_upper"],
        "jaw": jaw,
        "eyeLeft": left.vertices,
        "eyeRight": right.vertices,
    }
