"""Reads the files of FLAME 2020 and 2023 that a user registers for: the model, its landmarks, its texture chart.

A folder holds the model (a .pkl or .npz with v_template, f, shapedirs, posedirs, J_regressor, weights and
kintree_table), a landmark embedding on its triangles (landmark_embedding.npy or flame_static_embedding.pkl) and a
chart (an .obj with vt of the same triangles, or FLAME_texture.npz with vt and ft).  Names may differ; what is in
them decides.
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import DamagedFileError, MissingModelError
from dreamhead.head.flame.unpickle import plain, read_pickle, unpickled
from dreamhead.head.model import Ints, Landmarks
from dreamhead.head.obj import read_obj

Array = NDArray[np.float64]

MODEL_KEYS = ("v_template", "f", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table")
JOINTS = 5  # whole head, neck, jaw, left eye, right eye
SHAPES = 300  # of the directions the first are identity, the rest expression; smaller files split in half
STATIC_LANDMARKS = 51  # of the 68, from the brows on: the jaw line slides with the view
GET_IT = "register at flame.is.tue.mpg.de, download the model, its landmark embedding and its texture space"


@dataclass(frozen=True)
class FlameSource:
    """FLAME as its files have it; metres, its own frame."""

    template: Array  # (V, 3)
    triangles: Ints  # (F, 3)
    shapes: Array  # (K, V, 3)
    expressions: Array  # (E, V, 3)
    pose_directions: Array  # (36, V, 3) by the entries of R - I of joints 1..4
    joint_regressor: Array  # (5, V)
    weights: Array  # (V, 5)
    parents: Ints  # (5,)
    static_landmarks: Landmarks  # (51,) of the 68, numbers 17..67
    uv: Array  # (U, 2), v upwards
    uv_triangles: Ints  # (F, 3)


def read_source(folder: Path) -> FlameSource:
    """Everything from the folder.  MissingModelError says what is not there, DamagedFileError what is wrong."""
    model, where = _model(folder)
    template, triangles = _shaped(model, "v_template", (-1, 3), where), _triangles(model["f"], where)
    count = len(template)
    if triangles.min() < 0 or triangles.max() >= count:
        raise DamagedFileError(f"{where}: a triangle names a vertex that is not there", GET_IT)
    directions = _shaped(model, "shapedirs", (count, 3, -1), where)
    split = SHAPES if directions.shape[2] > SHAPES else directions.shape[2] // 2
    poses = _shaped(model, "posedirs", (count, 3, 9 * (JOINTS - 1)), where)
    parents = np.asarray(model["kintree_table"])[0].astype(np.int64)
    if parents.shape != (JOINTS,):
        raise DamagedFileError(f"{where} has {parents.size} joints; FLAME has {JOINTS}", GET_IT)
    parents = np.where(np.arange(JOINTS) == 0, -1, parents).astype(np.int32)
    if (parents[1:] < 0).any() or (parents[1:] >= np.arange(1, JOINTS)).any():
        raise DamagedFileError(f"{where}: a joint comes before its parent", GET_IT)
    uv, uv_triangles = _chart(folder, len(triangles))
    return FlameSource(
        template,
        triangles,
        np.moveaxis(directions[:, :, :split], 2, 0),
        np.moveaxis(directions[:, :, split:], 2, 0),
        np.moveaxis(poses, 2, 0),
        _shaped(model, "J_regressor", (JOINTS, count), where),
        _shaped(model, "weights", (count, JOINTS), where),
        parents,
        _landmarks(folder, triangles),
        uv,
        uv_triangles,
    )


def _model(folder: Path) -> tuple[dict[str, Any], Path]:
    """The model's arrays and the file they are from."""
    seen = []
    for path in sorted([*folder.glob("*.pkl"), *folder.glob("*.npz")]):
        arrays = read_pickle(path) if path.suffix == ".pkl" else _archive(path)
        if all(key in arrays for key in MODEL_KEYS):
            return arrays, path
        seen.append(path.name)
    raise MissingModelError(
        f"{folder} holds no FLAME model (a .pkl or .npz with {', '.join(MODEL_KEYS)}); "
        f"looked into {', '.join(seen) if seen else 'no file: there is no .pkl or .npz'}",
        GET_IT,
    )


def _landmarks(folder: Path, triangles: Ints) -> Landmarks:
    """The 51 static landmarks, from whichever file names them."""
    for name, arrays in _embeddings(folder):
        for faces_key, weights_key in (
            ("static_lmk_faces_idx", "static_lmk_bary_coords"),
            ("lmk_face_idx", "lmk_b_coords"),
        ):
            if faces_key in arrays and weights_key in arrays and "landmark_indices" not in arrays:
                rows = np.asarray(arrays[faces_key]).astype(np.int64).ravel()
                weights = np.asarray(arrays[weights_key], np.float64).reshape(-1, 3)
                if len(rows) != STATIC_LANDMARKS or len(weights) != len(rows) or rows.min() < 0:
                    raise DamagedFileError(
                        f"{name} does not hold {STATIC_LANDMARKS} static landmarks", GET_IT
                    )
                if rows.max() >= len(triangles):
                    raise DamagedFileError(f"{name}: a landmark names a triangle that is not there", GET_IT)
                return Landmarks(triangles[rows], weights.astype(np.float32))
    raise MissingModelError(
        f"{folder} holds no landmark embedding (landmark_embedding.npy or flame_static_embedding.pkl)", GET_IT
    )


def _embeddings(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted([*folder.glob("*embedding*.npy"), *folder.glob("*embedding*.pkl")]):
        yield path, read_pickle(path) if path.suffix == ".pkl" else _object_file(path)
    for path in sorted(folder.glob("*embedding*.npz")):
        yield path, _archive(path)


def _chart(folder: Path, count: int) -> tuple[Array, Ints]:
    """uv (U, 2) and triangles into it, of the model's own triangles in their order."""
    for path in sorted(folder.glob("*.npz")):
        arrays = _archive(path)
        if "vt" in arrays and "ft" in arrays and len(arrays["ft"]) == count:
            return np.asarray(arrays["vt"], np.float64), np.asarray(arrays["ft"]).astype(np.int32)
    for path in sorted(folder.glob("*.obj")):
        mesh = read_obj(path)
        if len(mesh.faces) == count and (mesh.faces[:, 2] == mesh.faces[:, 3]).all():
            return mesh.uv, mesh.uv_faces[:, :3]
    raise MissingModelError(
        f"{folder} holds no chart of the model's {count} triangles (an .obj with vt, or FLAME_texture.npz)",
        GET_IT,
    )


def _archive(path: Path) -> dict[str, Any]:
    """The plain arrays of an .npz; those that are pickled objects inside are left out."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            found = {}
            for name in stored.files:
                try:
                    found[name] = stored[name]
                except ValueError:  # an array of objects, which is a pickle
                    continue
            return found
    except (OSError, ValueError, EOFError) as error:
        raise DamagedFileError(f"cannot read {path}: {error}", GET_IT) from error


def _object_file(path: Path) -> dict[str, Any]:
    """A dictionary that was saved as an .npy: an array of one object, which is a pickle behind a header."""
    content = path.read_bytes()
    if content[:6] != b"\x93NUMPY":
        raise DamagedFileError(f"{path} is not an .npy file", GET_IT)
    wide = content[6] >= 2
    start = 12 if wide else 10
    (length,) = struct.unpack_from("<I" if wide else "<H", content, 8)
    try:
        header = ast.literal_eval(content[start : start + length].decode("latin1").strip())
        if header["descr"] != "|O":
            return {}
    except (ValueError, SyntaxError, KeyError, TypeError) as error:
        raise DamagedFileError(f"{path} has a damaged header", GET_IT) from error
    value = plain(unpickled(content[start + length :], str(path)))
    if not isinstance(value, dict):
        raise DamagedFileError(f"{path} holds no dictionary of arrays", GET_IT)
    return value


def _shaped(model: dict[str, Any], key: str, shape: tuple[int, ...], where: Path) -> Array:
    """model[key] as finite numbers of that shape, -1 standing for any size."""
    try:
        values = np.asarray(model[key], np.float64)
    except (TypeError, ValueError) as error:
        raise DamagedFileError(f"{where}: {key} holds no numbers", GET_IT) from error
    if key == "posedirs" and values.ndim == 2:
        values = values.reshape(-1, 3, shape[2])
    fits = values.ndim == len(shape) and all(n in (-1, m) for n, m in zip(shape, values.shape, strict=True))
    if not fits or not np.isfinite(values).all():
        raise DamagedFileError(
            f"{where}: {key} has shape {values.shape}, or is not finite; wanted {shape}", GET_IT
        )
    return values


def _triangles(values: Any, where: Path) -> Ints:
    triangles = np.asarray(values)
    if triangles.ndim != 2 or triangles.shape[1] != 3:
        raise DamagedFileError(f"{where}: f has shape {triangles.shape}; wanted (F, 3)", GET_IT)
    return triangles.astype(np.int64).astype(np.int32)
