"""Reads the official FaceXModel folder of ICT-FaceKit: OBJ meshes of one topology, and its table of landmarks.

The layout is the one its README documents (github.com/ICT-VGL/ICT-FaceKit): generic_neutral_mesh.obj,
identity000..099.obj and one OBJ an expression, each an absolute mesh in centimetres; vertex_indices.json.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dreamhead.errors import DamagedFileError, MissingModelError, UsageError
from dreamhead.head.model import Floats, Ints
from dreamhead.head.obj import Mesh, read_obj, read_obj_vertices

NEUTRAL = "generic_neutral_mesh.obj"
TABLE = "vertex_indices.json"
IDENTITIES = tuple(f"identity{number:03d}" for number in range(100))
METRES = 0.01  # in the model's centimetre


@dataclass(frozen=True)
class IctSource:
    """What the folder holds; displacements from the neutral in metres."""

    neutral: Mesh  # vertices in centimetres, as written
    identities: Floats  # (100, V, 3)
    expressions: dict[str, Floats]  # the model's own name -> (V, 3)
    landmarks_68: Ints  # (68,) vertices


def face_folder(path: Path) -> Path:
    """The FaceXModel folder: the given one, or the one inside it.  UsageError when it is neither."""
    for folder in (path, path / "FaceXModel", path / "ICT-FaceKit" / "FaceXModel"):
        if (folder / NEUTRAL).is_file():
            return folder
    if not path.exists():
        raise MissingModelError(
            f"there is no folder {path}",
            "clone github.com/ICT-VGL/ICT-FaceKit and give its FaceXModel folder: --set head.folder=PATH",
        )
    raise UsageError(
        f"{path} is not ICT-FaceKit's FaceXModel folder: it holds no {NEUTRAL}",
        "clone github.com/ICT-VGL/ICT-FaceKit and give its FaceXModel folder: --set head.folder=PATH",
    )


def source_files(folder: Path) -> list[Path]:
    """The files that the model is read from, sorted by name; UsageError when one is missing."""
    wanted = [TABLE, NEUTRAL, *(f"{name}.obj" for name in IDENTITIES)]
    for name in wanted:
        if not (folder / name).is_file():
            raise UsageError(
                f"{folder} holds no {name}", "unpack ICT-FaceKit's FaceXModel folder again, all of it"
            )
    return sorted([folder / TABLE, *folder.glob("*.obj")])


def read_source(folder: Path) -> IctSource:
    """Every mesh of the folder.  DamagedFileError, naming the file, for one that is not what it should be."""
    source_files(folder)
    neutral = read_obj(folder / NEUTRAL)
    table = _table(folder / TABLE, len(neutral.vertices))

    def displacement(name: str) -> Floats:
        path = folder / f"{name}.obj"
        vertices = read_obj_vertices(path)
        if vertices.shape != neutral.vertices.shape:
            raise DamagedFileError(
                f"{path} has {len(vertices)} vertices; the neutral mesh has {len(neutral.vertices)}",
                "unpack the folder again",
            )
        return ((vertices - neutral.vertices) * METRES).astype(np.float32)

    known = {NEUTRAL, *(f"{name}.obj" for name in IDENTITIES)}
    names = sorted(path.stem for path in folder.glob("*.obj") if path.name not in known)
    return IctSource(
        neutral,
        np.stack([displacement(name) for name in IDENTITIES]),
        {name: displacement(name) for name in names},
        table,
    )


def _table(path: Path, count: int) -> Ints:
    try:
        marks = np.array(json.loads(path.read_text(encoding="utf-8"))["idx_to_landmark_verts"], np.int32)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedFileError(f"cannot read the landmarks in {path}: {error}", "unpack it again") from error
    if marks.shape != (68,) or marks.min() < 0 or marks.max() >= count:
        raise DamagedFileError(f"{path} does not name 68 vertices of the mesh", "unpack the folder again")
    return marks
