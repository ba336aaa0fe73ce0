"""Builds the bundle's meshes and skeleton from the rigged head and what it wears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
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
from dreamhead.head.geometry import part_normals, render_mesh, tangents
from dreamhead.head.model import JOINT_NAMES, JOINT_PARENTS, HeadModel, Part
from dreamhead.head.wardrobe.garment import Garment, carry, joint_weights

STILL_METRES = 1e-6  # a target that moves a vertex less leaves it where it is
STILL_NORMAL = 1e-3
NORMAL_ARM = np.float32(0.01)  # metres from a garment's vertex to the point that tells how its normal turns


def assemble(
    head: HeadModel,
    asset: HeadAsset,
    garments: Sequence[Garment],
    materials: Iterable[Material],
    metadata: Mapping[str, Any],
) -> Bundle:
    """The bundle of a head that `rig` has finished.

    A part's material is called as the part says (skin, mouth, eye, cornea, ...), a garment's as the garment itself.
    """
    assert asset.vertices is not None and asset.joint_positions is not None
    rest = asset.vertices
    meshes = [
        *_part_meshes(head, rest, asset.targets),
        *(_garment_mesh(head, rest, asset.targets, garment) for garment in garments),
    ]
    joints = tuple(
        Joint(name, parent, (float(x), float(y), float(z)))
        for name, parent, (x, y, z) in zip(JOINT_NAMES, JOINT_PARENTS, asset.joint_positions, strict=True)
    )
    return Bundle(tuple(meshes), joints, tuple(materials), dict(metadata))


def _part_meshes(head: HeadModel, rest: Floats, deltas: Mapping[str, Floats]) -> list[BundleMesh]:
    """A mesh for each part; normals come from the whole welded head, so that they are smooth across parts."""
    normals = part_normals(rest, head.parts)
    targets = {
        name: _settled(delta, part_normals(rest + delta, head.parts) - normals)
        for name, delta in deltas.items()
    }
    return [_part_mesh(head, part, rest, normals, targets) for part in head.parts]


def _part_mesh(
    head: HeadModel, part: Part, vertices: Floats, normals: Floats, targets: Mapping[str, MorphTarget]
) -> BundleMesh:
    corners = render_mesh(part)
    source = corners.source
    indices, weights = strongest_influences(head.joint_weights[source])
    corner_vertices, corner_normals = vertices[source], normals[source]
    return BundleMesh(
        name=part.name,
        material=part.material,
        vertices=corner_vertices,
        normals=corner_normals,
        tangents=tangents(corner_vertices, corner_normals, corners.uv, corners.triangles),
        uv=corners.uv,
        triangles=corners.triangles,
        quads=_corner_quads(part),
        joint_indices=indices,
        joint_weights=weights,
        source=source,
        targets=_all_or_none(
            {name: MorphTarget(one.position[source], one.normal[source]) for name, one in targets.items()}
        ),
    )


def _corner_quads(part: Part) -> Ints:
    """The part's faces (F, 4) into the corners that render_mesh makes of it."""
    pairs = part.faces.astype(np.int64) * (len(part.uv) + 1) + part.uv_faces
    pairs[:, 3] = np.where(part.faces[:, 3] == part.faces[:, 2], pairs[:, 2], pairs[:, 3])
    _, corner = np.unique(pairs, return_inverse=True)
    return corner.reshape(-1, 4).astype(np.int32)


def _garment_mesh(
    head: HeadModel, rest: Floats, deltas: Mapping[str, Floats], garment: Garment
) -> BundleMesh:
    indices, weights = strongest_influences(joint_weights(garment, head.joint_weights))
    targets = {name: _carried(garment, rest, delta) for name, delta in deltas.items()}
    return BundleMesh(
        name=garment.name,
        material=garment.name,
        vertices=garment.vertices,
        normals=garment.normals,
        tangents=tangents(garment.vertices, garment.normals, garment.uv, garment.triangles),
        uv=garment.uv,
        triangles=garment.triangles,
        quads=np.concatenate([garment.triangles, garment.triangles[:, 2:]], axis=1),
        joint_indices=indices,
        joint_weights=weights,
        source=np.arange(len(garment.vertices), dtype=np.int32),
        targets=_all_or_none(targets),
    )


def _carried(garment: Garment, rest: Floats, delta: Floats) -> MorphTarget:
    """A head's target (V, 3) on a garment: its vertices and its normals turn with the skin they root in."""
    count = len(garment.vertices)
    if np.linalg.norm(delta[np.unique(garment.root_vertices)], axis=1).max() < STILL_METRES:
        return MorphTarget(np.zeros((count, 3), np.float32), np.zeros((count, 3), np.float32))
    tips = replace(
        garment,
        vertices=np.concatenate([garment.vertices, garment.vertices + NORMAL_ARM * garment.normals]),
        root_vertices=np.tile(garment.root_vertices, (2, 1)),
        root_weights=np.tile(garment.root_weights, (2, 1)),
    )
    moved = carry(tips, rest, rest + delta)
    return _settled(moved[:count], (moved[count:] - moved[:count]) / NORMAL_ARM)


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
