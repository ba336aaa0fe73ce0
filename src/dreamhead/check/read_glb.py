"""Reads a glb back into plain arrays, as any other program would: nothing here knows how it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib as gltf
from numpy.typing import NDArray

from dreamhead.errors import DamagedFileError

Floats = NDArray[np.float32]

DTYPES = {
    gltf.BYTE: np.int8,
    gltf.UNSIGNED_BYTE: np.uint8,
    gltf.SHORT: np.int16,
    gltf.UNSIGNED_SHORT: np.uint16,
    gltf.UNSIGNED_INT: np.uint32,
    gltf.FLOAT: np.float32,
}
WIDTHS = {gltf.SCALAR: 1, gltf.VEC2: 2, gltf.VEC3: 3, gltf.VEC4: 4, gltf.MAT4: 16}


@dataclass(frozen=True)
class ReadMesh:
    """A mesh of one primitive.  targets: name -> (N, 3) position and normal deltas, in the file's order."""

    name: str
    material: str
    attributes: Mapping[str, NDArray[Any]]  # POSITION (N, 3), TEXCOORD_0 (N, 2), ... as glTF calls them
    triangles: NDArray[np.int64]  # (T, 3)
    targets: Mapping[str, tuple[Floats, Floats]]


@dataclass(frozen=True)
class ReadHead:
    """A glb file's content."""

    meshes: tuple[ReadMesh, ...]
    joint_names: tuple[str, ...]
    joint_parents: tuple[int, ...]
    joint_positions: Floats  # (J, 3) world, metres
    inverse_bind: Floats  # (J, 4, 4) row-major: point -> matrix @ point
    images: Mapping[str, tuple[str, bytes]]  # name -> media type, content
    extras: Mapping[str, Any]

    def mesh(self, name: str) -> ReadMesh:
        """The mesh called name; KeyError when there is none."""
        for mesh in self.meshes:
            if mesh.name == name:
                return mesh
        raise KeyError(name)


def read_glb(path: Path) -> ReadHead:
    """DamagedFileError when the file is missing, cut short or not a skinned glTF 2.0."""
    try:
        document = gltf.GLTF2.load_binary(str(path))
        return _read(document)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise DamagedFileError(f"{path} cannot be read as glTF: {error}", "make the head again") from error


def _read(document: gltf.GLTF2) -> ReadHead:
    skin = document.skins[0]
    parent_of = {child: index for index, node in enumerate(document.nodes) for child in node.children}
    slot_of = {node: slot for slot, node in enumerate(skin.joints)}
    parents = [slot_of.get(parent_of.get(node, -1), -1) for node in skin.joints]
    positions = np.zeros((len(skin.joints), 3), np.float32)
    for slot, node in enumerate(skin.joints):  # a parent comes before its children
        above = positions[parents[slot]] if parents[slot] >= 0 else 0
        positions[slot] = above + np.array(document.nodes[node].translation or [0, 0, 0], np.float32)
    inverse_bind = read_accessor(document, skin.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
    blob = document.binary_blob()
    images = {}
    for image in document.images:
        view = document.bufferViews[image.bufferView]
        images[image.name] = (image.mimeType, blob[view.byteOffset : view.byteOffset + view.byteLength])
    return ReadHead(
        meshes=tuple(_read_mesh(document, mesh) for mesh in document.meshes),
        joint_names=tuple(document.nodes[node].name for node in skin.joints),
        joint_parents=tuple(parents),
        joint_positions=positions,
        inverse_bind=inverse_bind,
        images=images,
        extras=document.asset.extras or {},
    )


def _read_mesh(document: gltf.GLTF2, mesh: gltf.Mesh) -> ReadMesh:
    (primitive,) = mesh.primitives
    named = {key: index for key, index in vars(primitive.attributes).items() if index is not None}
    names = (mesh.extras or {}).get("targetNames", [])
    if len(names) != len(primitive.targets or []):
        raise ValueError(f"mesh {mesh.name} has {len(primitive.targets)} targets and {len(names)} names")
    targets = {}
    for name, target in zip(names, primitive.targets or [], strict=True):
        accessors = target if isinstance(target, dict) else vars(target)
        position, normal = (read_accessor(document, accessors[key]) for key in ("POSITION", "NORMAL"))
        targets[name] = (position, normal)
    return ReadMesh(
        name=mesh.name,
        material=document.materials[primitive.material].name,
        attributes={key: read_accessor(document, index) for key, index in named.items()},
        triangles=read_accessor(document, primitive.indices).reshape(-1, 3).astype(np.int64),
        targets=targets,
    )


def read_accessor(document: gltf.GLTF2, index: int) -> NDArray[Any]:
    """An accessor's values, (N, C) or (N,) for scalars, sparse parts filled in."""
    accessor = document.accessors[index]
    width, dtype = WIDTHS[accessor.type], DTYPES[accessor.componentType]
    if accessor.bufferView is None:
        table = np.zeros((accessor.count, width), dtype)
    else:
        table = _view(document, accessor.bufferView, accessor.byteOffset, dtype, accessor.count * width)
        table = table.reshape(accessor.count, width)
    if accessor.sparse is not None:
        sparse = accessor.sparse
        rows = _view(
            document,
            sparse.indices.bufferView,
            sparse.indices.byteOffset,
            DTYPES[sparse.indices.componentType],
            sparse.count,
        )
        where = (sparse.values.bufferView, sparse.values.byteOffset)
        values = _view(document, *where, dtype, sparse.count * width)
        table = table.copy()
        table[rows] = values.reshape(sparse.count, width)
    return table[:, 0] if width == 1 else table


def _view(document: gltf.GLTF2, view: int, offset: int | None, dtype: type, count: int) -> NDArray[Any]:
    start = (document.bufferViews[view].byteOffset or 0) + (offset or 0)
    return np.frombuffer(document.binary_blob(), dtype, count, start)
