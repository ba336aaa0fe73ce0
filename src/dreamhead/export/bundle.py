"""The finished head in memory, free of any file format: what every writer writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

MAX_INFLUENCES = 4


@dataclass(frozen=True)
class Texture:
    """An encoded picture.  Colour is sRGB; everything else is linear."""

    name: str  # file name without ending: skin_albedo
    media_type: str  # image/png or image/jpeg
    data: bytes


@dataclass(frozen=True)
class Material:
    """A metallic-roughness surface, as glTF means it.

    orm: R occlusion, G roughness, B metallic.  specular: its alpha multiplies the reflection that `ior`
    gives.  normal: OpenGL (+Y), in the mesh's tangent frame.
    """

    name: str
    base_color: Texture | None = None
    normal: Texture | None = None
    orm: Texture | None = None
    specular: Texture | None = None
    base_color_factor: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)  # linear
    roughness_factor: float = 1.0
    metallic_factor: float = 0.0
    specular_factor: float = 1.0
    ior: float = 1.5
    clearcoat: float = 0.0
    clearcoat_roughness: float = 0.0
    alpha_mode: str = "OPAQUE"  # OPAQUE, MASK or BLEND
    alpha_cutoff: float = 0.5
    double_sided: bool = False


@dataclass(frozen=True)
class Joint:
    """A bone's head.  All joints rest unrotated."""

    name: str
    parent: int  # -1 for the root
    position: tuple[float, float, float]  # metres, in the head's space


@dataclass(frozen=True)
class MorphTarget:
    """What a weight of 1 adds to a mesh."""

    position: Floats  # (N, 3) metres
    normal: Floats  # (N, 3), added before normalising


@dataclass(frozen=True)
class BundleMesh:
    """One skinned mesh with one material.  Its N corners are unique (vertex, uv) pairs.

    targets: either empty (nothing moves this mesh) or every target of the bundle, in its order.
    quads: the same surface before triangulation; a triangle repeats its last index.
    """

    name: str
    material: str
    vertices: Floats  # (N, 3) metres
    normals: Floats  # (N, 3) unit
    tangents: Floats  # (N, 4) unit, w = handedness
    uv: Floats  # (N, 2), origin top left
    triangles: Ints  # (T, 3)
    quads: Ints  # (F, 4)
    joint_indices: NDArray[np.uint8]  # (N, 4)
    joint_weights: Floats  # (N, 4), rows sum to 1
    source: Ints  # (N,) the welded vertex behind each corner
    targets: Mapping[str, MorphTarget] = field(default_factory=dict)


@dataclass(frozen=True)
class Polygons:
    """A mesh as modelling tools hold it: points joined over uv cuts, faces of three or four corners.

    P points, F faces, K corners, face after face.  What belongs to a point (vertices, skin weights, targets)
    is in the mesh's row `rows_of_points`, what belongs to a corner (uv, normals, tangents) in `rows`.
    """

    rows_of_points: Ints  # (P,)
    points: Ints  # (K,) the point of each corner
    rows: Ints  # (K,) the mesh's row of each corner
    counts: Ints  # (F,) corners of each face, 3 or 4


@dataclass(frozen=True)
class Bundle:
    """A head ready to be written.  metadata is JSON: prompt, seed, licences."""

    meshes: tuple[BundleMesh, ...]
    joints: tuple[Joint, ...]
    materials: tuple[Material, ...]
    metadata: Mapping[str, Any]


def polygons(mesh: BundleMesh) -> Polygons:
    """The mesh's quads and triangles over points that its uv does not split; points in the order of `source`."""
    _, rows_of_points, point_of_row = np.unique(mesh.source, return_index=True, return_inverse=True)
    kept = np.ones(mesh.quads.shape, bool)
    kept[:, 3] = mesh.quads[:, 3] != mesh.quads[:, 2]
    rows = mesh.quads[kept]
    return Polygons(
        rows_of_points=rows_of_points.astype(np.int32),
        points=point_of_row[rows].astype(np.int32),
        rows=rows,
        counts=kept.sum(axis=1).astype(np.int32),
    )


def strongest_influences(weights: Floats) -> tuple[NDArray[np.uint8], Floats]:
    """Dense skin weights (N, J) -> indices (N, 4) and weights (N, 4), strongest first, rows summing to 1.

    Unused slots are joint 0 with weight 0.  Equal weights keep the joints' order.
    """
    count = min(MAX_INFLUENCES, weights.shape[1])
    order = np.argsort(-weights, axis=1, kind="stable")[:, :count]
    kept = np.take_along_axis(weights.astype(np.float64), order, axis=1)
    kept /= kept.sum(axis=1, keepdims=True)
    indices = np.zeros((len(weights), MAX_INFLUENCES), np.uint8)
    values = np.zeros((len(weights), MAX_INFLUENCES), np.float32)
    indices[:, :count] = np.where(kept > 0, order, 0)
    values[:, :count] = kept
    return indices, values
