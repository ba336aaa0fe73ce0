"""FLAME files in their exact format, made of the built-in head's own shapes: small, and every answer known."""

from __future__ import annotations

import pickle
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csc_matrix

from dreamhead.head.builtin.model import BuiltinHead
from dreamhead.head.geometry import triangulate
from dreamhead.head.model import JOINT_NAMES

MOVED = np.array([0.0, -0.03, -0.05])  # metres: FLAME stands elsewhere
SIZE = 1.04
SHAPES, EXPRESSIONS = 6, ("mouthSmileLeft", "mouthSmileRight", "browInnerUp", "mouthPucker")
ORDER = ("neck", "head", "jaw", "eyeLeft", "eyeRight")  # our joints in FLAME's order
JAW_DEG = 20.0


@dataclass(frozen=True)
class Made:
    """A folder, and the built-in head's vertices that the model's are."""

    folder: Path
    rows: np.ndarray
    model: dict[str, object]


def make_files(folder: Path, builtin: BuiltinHead) -> Made:
    """generic_model.pkl, flame_static_embedding.pkl and head_template.obj of the built-in head's skin and eyes."""
    parts = {part.name: part for part in builtin.parts}
    chosen = [parts[name] for name in ("skin", "eye_left", "eye_right")]
    triangles = np.concatenate([triangulate(part.faces) for part in chosen])
    rows, compact = np.unique(triangles, return_inverse=True)
    triangles = compact.reshape(-1, 3)
    zero = np.zeros(len(builtin.slider_names), np.float32)
    targets = builtin.expressions(zero)
    shapes = [SIZE * builtin.identity_basis[number][rows] for number in range(SHAPES)]
    expressions = [SIZE * targets[name][rows] for name in EXPRESSIONS]
    padding = [np.zeros((len(rows), 3))] * (SHAPES - len(EXPRESSIONS))
    joints = builtin.joint_positions(zero)
    columns = [JOINT_NAMES.index(name) for name in ORDER]
    regressor = np.stack([_regressor(builtin.canonical[rows], joints[column]) for column in columns])
    model = {
        "v_template": SIZE * builtin.canonical[rows].astype(np.float64) + MOVED,
        "f": triangles.astype(np.uint32),
        "shapedirs": np.stack([*shapes, *expressions, *padding], -1),
        "posedirs": np.zeros((len(rows), 3, 36)),
        "J_regressor": csc_matrix(regressor),
        "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], np.arange(5)], np.uint32),
        "weights": _weights_of_five(builtin.joint_weights[rows].astype(np.float64), columns),
        "bs_style": "lbs",
        "bs_type": "lrotmin",
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_pickle(folder / "generic_model.pkl", model)
    marks = builtin.landmarks_68
    faces = [_face_of(triangles, np.searchsorted(rows, corners)) for corners in marks.vertices[17:]]
    embedding = {"lmk_face_idx": np.array(faces), "lmk_b_coords": _weights(triangles, faces, rows, builtin)}
    (folder / "flame_static_embedding.pkl").write_bytes(pickle.dumps(embedding, protocol=2))
    _write_chart(folder / "head_template.obj", model, chosen)
    return Made(folder, rows, model)


def _weights_of_five(weights: np.ndarray, columns: list[int]) -> np.ndarray:
    """FLAME has no root below its neck's base."""
    five = weights[:, columns]
    five[:, 0] += weights[:, JOINT_NAMES.index("root")]
    return five


def write_pickle(path: Path, model: dict[str, object]) -> None:
    """The model as the makers pickled it: v_template, shapedirs, posedirs and weights as chumpy arrays."""
    module = types.ModuleType("chumpy.ch")

    class Ch:
        def __init__(self, value: np.ndarray) -> None:
            self.x = value
            self.dirty = False

    Ch.__module__, Ch.__qualname__ = "chumpy.ch", "Ch"
    module.Ch = Ch  # type: ignore[attr-defined]
    sys.modules["chumpy"], sys.modules["chumpy.ch"] = types.ModuleType("chumpy"), module
    try:
        wrapped = {
            key: Ch(value) if key in ("v_template", "shapedirs", "posedirs", "weights") else value  # type: ignore[arg-type]
            for key, value in model.items()
        }
        path.write_bytes(pickle.dumps(wrapped, protocol=2))
    finally:
        del sys.modules["chumpy"], sys.modules["chumpy.ch"]


def _regressor(points: np.ndarray, joint: np.ndarray) -> np.ndarray:
    """(V,) weights over the vertices, summing to 1, whose mean is the joint."""
    chosen = np.argsort(np.square(points - joint).sum(1))[:400]
    design = np.concatenate([points[chosen].T.astype(np.float64), np.ones((1, len(chosen)))])
    row = np.zeros(len(points))
    row[chosen] = np.linalg.lstsq(design, np.append(joint.astype(np.float64), 1.0), rcond=None)[0]
    return row


def _face_of(triangles: np.ndarray, corners: np.ndarray) -> int:
    inside = np.isin(triangles, corners).sum(1)
    return int(inside.argmax())


def _weights(triangles: np.ndarray, faces: list[int], rows: np.ndarray, builtin: BuiltinHead) -> np.ndarray:
    """(51, 3) barycentric weights of the landmarks in those triangles."""
    out = np.zeros((len(faces), 3))
    for index, face in enumerate(faces):
        marks, weights = builtin.landmarks_68.vertices[17 + index], builtin.landmarks_68.weights[17 + index]
        for vertex, weight in zip(marks, weights, strict=True):
            found = np.nonzero(rows[triangles[face]] == vertex)[0]
            if len(found):
                out[index, found[0]] += weight
    return out / out.sum(1, keepdims=True)


def _write_chart(path: Path, model: dict[str, object], parts: list) -> None:  # type: ignore[type-arg]
    lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in np.asarray(model["v_template"])]
    start, corners = 0, []
    for part in parts:
        lines += [f"vt {u:.6f} {1 - v:.6f}" for u, v in part.uv]
        quad = part.faces[:, 2] != part.faces[:, 3]
        both = np.stack([part.uv_faces[:, [0, 1, 2]], part.uv_faces[:, [0, 2, 3]]], 1)
        corners.append(both[np.stack([np.ones(len(quad), bool), quad], 1)] + start)
        start += len(part.uv)
    for face, uv in zip(np.asarray(model["f"]), np.concatenate(corners), strict=True):
        lines.append("f " + " ".join(f"{v + 1}/{t + 1}" for v, t in zip(face, uv, strict=True)))
    path.write_text("\n".join(lines) + "\n")
