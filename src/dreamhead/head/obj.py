"""Wavefront OBJ files: meshes of triangles and quads with texture coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import DamagedFileError
from dreamhead.head.model import Ints


@dataclass(frozen=True)
class Mesh:
    """A mesh as its OBJ file has it: faces (F, 4), a triangle repeating its last index; v of uv points up."""

    vertices: NDArray[np.float64]  # (V, 3) as written
    uv: NDArray[np.float64]  # (U, 2)
    faces: Ints
    uv_faces: Ints
    materials: tuple[str, ...]
    material_of_face: Ints  # (F,) into materials, -1 where none is named


def read_obj(path: Path) -> Mesh:
    """The mesh of a Wavefront OBJ file with texture coordinates."""
    uv: list[list[float]] = []
    faces: list[list[int]] = []
    uv_faces: list[list[int]] = []
    materials: dict[str, int] = {}
    of_face: list[int] = []
    current = -1
    try:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "vt":
                uv.append([float(word) for word in rest.split()[:2]])
            elif kind == "usemtl":
                current = materials.setdefault(rest.strip(), len(materials))
            elif kind == "f":
                words = [word.split("/") for word in rest.split()]
                if len(words) not in (3, 4):
                    raise ValueError(f"a face of {len(words)} corners")
                faces.append(_four([int(word[0]) - 1 for word in words]))
                uv_faces.append(_four([int(word[1]) - 1 for word in words]))
                of_face.append(current)
    except (OSError, ValueError, IndexError) as error:
        raise DamagedFileError(f"cannot read the mesh {path}: {error}", "get it again") from error
    vertices = read_obj_vertices(path)
    mesh = Mesh(
        vertices,
        np.array(uv, np.float64).reshape(-1, 2),
        np.array(faces, np.int32).reshape(-1, 4),
        np.array(uv_faces, np.int32).reshape(-1, 4),
        tuple(materials),
        np.array(of_face, np.int32),
    )
    for corners, count, what in ((mesh.faces, len(vertices), "vertex"), (mesh.uv_faces, len(uv), "uv point")):
        if not corners.size or corners.min() < 0 or corners.max() >= count:
            raise DamagedFileError(f"a face of {path} names a {what} that is not there", "get it again")
    return mesh


def read_obj_vertices(path: Path) -> NDArray[np.float64]:
    """(V, 3) positions alone: a hundred meshes share one topology, and this is much faster."""
    try:
        content = path.read_bytes()
        start = 0 if content.startswith(b"v ") else content.index(b"\nv ") + 1
        last = content.rindex(b"\nv ") + 1
        end = content.find(b"\n", last)
        block = content[start : end if end > 0 else len(content)]
        values = np.array(block.replace(b"v ", b" ").split(), np.float64).reshape(-1, 3)
    except (OSError, ValueError) as error:
        raise DamagedFileError(f"cannot read the mesh {path}: {error}", "get it again") from error
    if not np.isfinite(values).all():
        raise DamagedFileError(f"{path} holds numbers that are not finite", "get it again")
    return values


def _four(corners: list[int]) -> list[int]:
    return corners if len(corners) == 4 else [*corners, corners[2]]
