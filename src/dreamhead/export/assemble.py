"""Builds the bundle's meshes and skeleton from the rigged head and what it wears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dreamhead.export.bundle import (
    Bundle,
    BundleMesh,
    Floats,
    Ints,
    Joint,
    Material,
    MorphTarget,
    strongest_influences,
)
from dreamhead.head.asset import HeadAsset
from dreamhead.head.geometry import corner_tangents, split_corners, triangulated, vertex_normals
from dreamhead.head.model import JOINT_NAMES, JOINT_PARENTS, HeadModel, Part
from dreamhead.head.wardrobe.garment import Garment, carry, joint_weights

STILL_METRES = 1e-6  # a target that moves a vertex less leaves it where it is
STILL_NORMAL = 1e-3


def assemble(
    head: HeadModel,
    asset: HeadAsset,
    garments: Sequence[Garment],
    materials: Iterable[Material],
    metadata: Mapping[str, Any],
) -> Bundle:
    """The bundle of a head that `rig` has finished.

    A part's material is called as the part says (skin, mouth, eye), a garment's as the garment itself.
    """
    meshes = [*_part_meshes(head, asset), *(_garment_mesh(head, asset, garment) for garment in garments)]
    joints = tuple(
        Joint(name, parent, tuple(float(value) for value in position))
        for name, parent, position in zip(JOINT_NAMES, JOINT_PARENTS, asset.joint_positions, strict=True)
    )
    return Bundle(tuple(meshes), joints, tuple(materials), dict(metadata))


def _part_meshes(head: HeadModel, asset: HeadAsset) -> list[BundleMesh]:
    """A mesh for each part; normals come from the whole welded head, so that they are smooth across parts."""
    faces = np.concatenate([part.faces for part in head.parts])
    normals = vertex_normals(asset.vertices, faces)
    targets = {
        name: _settled(delta, vertex_normals(asset.vertices + delta, faces) - normals)
        for name, delta in asset.targets.items()
    }
    return [_part_mesh(head, part, asset.vertices, normals, targets) for part in head.parts]


def _part_mesh(
    head: HeadModel, part: Part, vertices: Floats, normals: Floats, targets: Mapping[str, MorphTarget]
) -> BundleMesh:
    source, uv_index, quads = split_corners(part)
    triangles = triangulated(quads)
    indices, weights = strongest_influences(head.joint_weights[source])
    corner_vertices, corner_normals, uv = vertices[source], normals[source], part.uv[uv_index]
    return BundleMesh(
        name=part.name,
        material=part.material,
        vertices=corner_vertices,
        normals=corner_normals,
        tangents=corner_tangents(corner_vertices, corner_normals, uv, triangles),
        uv=uv,
        triangles=triangles,
        quads=quads,
        joint_indices=indices,
        joint_weights=weights,
        source=source,
        targets=_all_or_none(
            {name: MorphTarget(one.position[source], one.normal[source]) for name, one in targets.items()}
        ),
    )


def _garment_mesh(head: HeadModel, asset: HeadAsset, garment: Garment) -> BundleMesh:
    indices, weights = strongest_influences(joint_weights(garment, head.joint_weights))
    faces = np.concatenate([garment.triangles, garment.triangles[:, 2:]], axis=1)
    surface_normals = vertex_normals(garment.vertices, faces)
    targets = {}
    for name, delta in asset.targets.items():
        moved = carry(garment, asset.vertices, asset.vertices + delta)
        turned = vertex_normals(garment.vertices + moved, faces) - surface_normals
        targets[name] = _settled(moved, turned)
    return BundleMesh(
        name=garment.name,
        material=garment.name,
        vertices=garment.vertices,
        normals=garment.normals,
        tangents=corner_tangents(garment.vertices, garment.normals, garment.uv, garment.triangles),
        uv=garment.uv,
        triangles=garment.triangles,
        quads=faces.astype(np.int32),
        joint_indices=indices,
        joint_weights=weights,
        source=np.arange(len(garment.vertices), dtype=np.int32),
        targets=_all_or_none(targets),
    )


def _settled(position: Floats, normal: Floats) -> MorphTarget:
    """A target with what nobody can see set to zero, so that sparse writers agree with dense ones."""
    still = np.linalg.norm(position, axis=1) < STILL_METRES
    unturned = np.linalg.norm(normal, axis=1) < STILL_NORMAL
    return MorphTarget(
        np.where(still[:, None], 0, position).astype(np.float32),
        np.where(unturned[:, None], 0, normal).astype(np.float32),
    )


def _all_or_none(targets: Mapping[str, MorphTarget]) -> dict[str, MorphTarget]:
    """No targets at all for a mesh that none of them moves (upper teeth)."""
    moves = any(np.any(target.position) for target in targets.values())
    return dict(targets) if moves else {}
