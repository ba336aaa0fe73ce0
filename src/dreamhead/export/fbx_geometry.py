"""A bundle's meshes as FBX geometry: faces and their layers, shapes, and the clusters of a skin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.export.bundle import BundleMesh, MorphTarget, Polygons
from dreamhead.export.fbx_materials import UV_SET
from dreamhead.export.fbx_nodes import Node, node

Doubles = NDArray[np.float64]

CENTIMETRES = 100.0  # in a metre
SMOOTHING_GROUP = 1  # of every face: where an edge is hard, the faces have points of their own


def mesh_nodes(mesh: BundleMesh, faces: Polygons) -> list[Node]:
    """Points in centimetres, faces, and by corner normals, tangents, binormals and uv, whose origin is at the
    bottom left in FBX."""
    ends = np.cumsum(faces.counts) - 1
    corners = faces.points.copy()
    corners[ends] = ~corners[ends]  # how FBX marks a face's last corner
    normals, tangents = mesh.normals.astype(np.float64), mesh.tangents.astype(np.float64)
    binormals = tangents[:, 3:] * np.cross(normals, tangents[:, :3])
    uv = np.stack([mesh.uv[:, 0], 1.0 - mesh.uv[:, 1].astype(np.float64)], axis=1)
    return [
        node("GeometryVersion", 124),
        node("Vertices", CENTIMETRES * _flat(mesh.vertices[faces.rows_of_points])),
        node("PolygonVertexIndex", corners),
        _layer("Normal", 101, "", _by_corner("Normals", normals, faces)),
        _layer("Binormal", 101, UV_SET, _by_corner("Binormals", binormals, faces)),
        _layer("Tangent", 101, UV_SET, _by_corner("Tangents", tangents[:, :3], faces)),
        _layer(
            "UV",
            101,
            UV_SET,
            [
                *_mapping("ByPolygonVertex", "IndexToDirect"),
                node("UV", _flat(uv)),
                node("UVIndex", faces.rows),
            ],
        ),
        _layer(
            "Smoothing",
            102,
            "",
            [
                *_mapping("ByPolygon", "Direct"),
                node("Smoothing", np.full(len(faces.counts), SMOOTHING_GROUP, np.int32)),
            ],
        ),
        _layer(
            "Material",
            101,
            "",
            [*_mapping("AllSame", "IndexToDirect"), node("Materials", np.zeros(1, np.int32))],
        ),
        node("Layer", 0, children=[node("Version", 100), *(_layer_element(kind) for kind in LAYERS)]),
    ]


LAYERS = ("Normal", "Binormal", "Tangent", "UV", "Smoothing", "Material")


def shape_nodes(target: MorphTarget, faces: Polygons) -> list[Node]:
    """The points that a target moves, in centimetres, and how their normals turn.

    A target that moves nothing moves one point by nothing: some readers refuse an empty shape.
    """
    position, normal = target.position[faces.rows_of_points], target.normal[faces.rows_of_points]
    moved = np.flatnonzero(np.any(position != 0, axis=1) | np.any(normal != 0, axis=1))
    index = moved if len(moved) > 0 else np.zeros(1, np.int64)
    return [
        node("Version", 100),
        node("Indexes", index.astype(np.int32)),
        node("Vertices", CENTIMETRES * _flat(position[index])),
        node("Normals", _flat(normal[index])),
    ]


def cluster_nodes(mesh: BundleMesh, faces: Polygons, joint: int, position: Doubles) -> list[Node]:
    """The points that a joint at position (centimetres) pulls, and how hard; nothing when it pulls none."""
    slots, weights = (table[faces.rows_of_points] for table in (mesh.joint_indices, mesh.joint_weights))
    pull = np.where(slots == joint, weights, 0).astype(np.float64).sum(axis=1)
    index = np.flatnonzero(pull)
    if len(index) == 0:
        return []
    return [
        node("Version", 100),
        node("UserData", "", ""),
        node("Indexes", index.astype(np.int32)),
        node("Weights", pull[index]),
        node("Transform", translation(-position)),  # from the mesh to the bone
        node("TransformLink", translation(position)),  # from the bone to the scene
    ]


def translation(offset: Doubles) -> Doubles:
    """(16,) a matrix that moves by offset, as FBX stores it: the offset is in the last row."""
    matrix = np.eye(4)
    matrix[3, :3] = offset
    return matrix.reshape(-1)


def _layer(kind: str, version: int, name: str, content: list[Node]) -> Node:
    return node(f"LayerElement{kind}", 0, children=[node("Version", version), node("Name", name), *content])


def _layer_element(kind: str) -> Node:
    return node("LayerElement", children=[node("Type", f"LayerElement{kind}"), node("TypedIndex", 0)])


def _mapping(mapping: str, reference: str) -> list[Node]:
    return [node("MappingInformationType", mapping), node("ReferenceInformationType", reference)]


def _by_corner(name: str, table: Doubles, faces: Polygons) -> list[Node]:
    return [*_mapping("ByPolygonVertex", "Direct"), node(name, _flat(table[faces.rows]))]


def _flat(table: NDArray[np.floating]) -> Doubles:
    return table.astype(np.float64).reshape(-1)
