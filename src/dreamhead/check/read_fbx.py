"""Reads a rigged head from binary FBX into plain arrays, as any other program would: nothing here knows how it was
written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.check.fbx_records import Record, records
from dreamhead.check.read_glb import ReadHead, ReadMesh
from dreamhead.errors import DamagedFileError

MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
AXES = {"UpAxis": 1, "UpAxisSign": 1, "FrontAxis": 2, "FrontAxisSign": 1, "CoordAxis": 0, "CoordAxisSign": 1}
BIND_SLACK = 1e-6  # metres between what a cluster and what the bind pose say of a bone


def read_fbx(path: Path) -> ReadHead:
    """Everything in a file with one skeleton, in metres.

    A mesh's rows are its points split where its uv is, in the order of its uv table.  Quads become two
    triangles.  images: the embedded pictures.  extras: the JSON in the file's comment.
    DamagedFileError when the file cannot be read, is not in centimetres with Y up, has a node that turns or
    scales, or names points, corners or objects that are not there.
    """
    try:
        return _read(_Document(records(path.read_bytes())))
    except (OSError, ValueError, KeyError, IndexError, StopIteration) as error:
        raise DamagedFileError(f"{path} cannot be read as FBX: {error}", "make the head again") from error


@dataclass(frozen=True)
class _Object:
    kind: str  # Model, Geometry, Deformer, ...
    sub: str  # Mesh, LimbNode, Cluster, ...
    name: str
    record: Record


class _Document:
    """Objects by id, in the file's order, and what hangs on what."""

    def __init__(self, top: Record) -> None:
        self.top = top
        self.objects: dict[int, _Object] = {}
        for record in top.child("Objects").children:
            identity, full_name, sub = record.values
            if identity in self.objects:
                raise ValueError(f"two objects have the id {identity}")
            self.objects[identity] = _Object(record.name, sub, full_name.partition("\0\1")[0], record)
        self.children: dict[int, list[int]] = {}
        self.parents: dict[int, list[int]] = {}
        for link in top.child("Connections").children:
            child, parent = link.values[1:3]
            for end in (child, parent):
                if end != 0 and end not in self.objects:
                    raise ValueError(f"a connection names object {end}, which is not there")
            self.children.setdefault(parent, []).append(child)
            self.parents.setdefault(child, []).append(parent)

    def of(self, kind: str, sub: str) -> list[int]:
        """The ids of all objects of a kind."""
        return [key for key, one in self.objects.items() if (one.kind, one.sub) == (kind, sub)]

    def below(self, identity: int, kind: str, sub: str) -> list[int]:
        """The ids of what of a kind hangs on an object."""
        found = [self.objects[child] for child in self.children.get(identity, [])]
        pairs = zip(self.children.get(identity, []), found, strict=True)
        return [child for child, one in pairs if (one.kind, one.sub) == (kind, sub)]

    def only(self, identity: int, kind: str, sub: str) -> int:
        """The one thing of a kind that hangs on an object; ValueError otherwise."""
        found = self.below(identity, kind, sub)
        if len(found) != 1:
            raise ValueError(f"{self.objects[identity].name} has {len(found)} {sub or kind}, not 1")
        return found[0]


@dataclass(frozen=True)
class _Skeleton:
    ids: list[int]
    names: tuple[str, ...]
    parents: tuple[int, ...]
    positions: NDArray[np.float64]  # (J, 3) metres
    bind: Mapping[int, NDArray[np.float64]]  # a model's id -> (4, 4) in the bind pose, columns, metres


def _read(document: _Document) -> ReadHead:
    metres = _metres_per_unit(document)
    skeleton = _read_skeleton(document, metres)
    meshes = [_read_mesh(document, model, skeleton, metres) for model in document.of("Model", "Mesh")]
    comment = document.top.child("FBXHeaderExtension").child("SceneInfo").child("MetaData").child("Comment")
    return ReadHead(
        meshes=tuple(meshes),
        joint_names=skeleton.names,
        joint_parents=skeleton.parents,
        joint_positions=skeleton.positions.astype(np.float32),
        inverse_bind=np.linalg.inv([skeleton.bind[one] for one in skeleton.ids]).astype(np.float32),
        images=dict(_images(document)),
        extras=json.loads(comment.values[0]),
    )


def _metres_per_unit(document: _Document) -> float:
    """ValueError unless the file is in centimetres, +Y up and facing +Z."""
    settings = document.top.child("GlobalSettings").properties()
    for name, expected in AXES.items():
        if settings[name][0] != expected:
            raise ValueError(f"{name} is {settings[name][0]}, not {expected}")
    factor = settings["UnitScaleFactor"][0]
    if factor != 1.0:
        raise ValueError(f"a unit is {factor} centimetres, not 1")
    return 0.01 * float(factor)


def _read_skeleton(document: _Document, metres: float) -> _Skeleton:
    ids = document.of("Model", "LimbNode")
    parents, positions = [], np.zeros((len(ids), 3))
    for number, identity in enumerate(ids):
        above = next(iter(document.parents[identity]))
        parents.append(ids.index(above) if above in ids else -1)
        start = positions[parents[-1]] if parents[-1] >= 0 else np.zeros(3)
        positions[number] = start + metres * _translation(document.objects[identity])
    (pose,) = document.of("Pose", "BindPose")
    bind = {}
    for entry in document.objects[pose].record.all("PoseNode"):
        matrix = _matrix(entry.child("Matrix").values[0], metres)
        bind[int(entry.child("Node").values[0])] = matrix
    names = tuple(document.objects[identity].name for identity in ids)
    return _Skeleton(ids, names, tuple(parents), positions, bind)


def _translation(one: _Object) -> NDArray[np.float64]:
    """(3,) of a node that does nothing else; ValueError when it turns or scales."""
    settings = one.record.properties()
    rest = {"Lcl Rotation": (0.0, 0.0, 0.0), "PreRotation": (0.0, 0.0, 0.0), "Lcl Scaling": (1.0, 1.0, 1.0)}
    for name, identity in rest.items():
        if tuple(settings.get(name, identity)) != identity:
            raise ValueError(f"{one.name}'s {name} is {settings[name]}")
    return np.array(settings.get("Lcl Translation", (0.0, 0.0, 0.0)), np.float64)


def _read_mesh(document: _Document, model: int, skeleton: _Skeleton, metres: float) -> ReadMesh:
    name = document.objects[model].name
    if _translation(document.objects[model]).any():
        raise ValueError(f"{name} does not lie at the origin")
    if model not in skeleton.bind or not np.array_equal(skeleton.bind[model], np.eye(4)):
        raise ValueError(f"{name} is not at the origin of the bind pose")
    geometry = document.only(model, "Geometry", "Mesh")
    record = document.objects[geometry].record
    points = metres * _table(record.child("Vertices"), 3)
    ends = record.child("PolygonVertexIndex").values[0].astype(np.int64)
    corners = np.where(ends < 0, ~ends, ends)
    _check_bounds(f"{name}'s faces", corners, len(points))
    counts = np.diff(np.r_[-1, np.flatnonzero(ends < 0)])
    if counts.sum() != len(corners):
        raise ValueError(f"{name}'s last face has no end")
    uv, uv_corners = _layer(record, "UV", 2, corners)
    pairs = uv_corners * len(points) + corners
    rows, first_corner, row_of_corner = np.unique(pairs, return_index=True, return_inverse=True)
    uv_of_row, point_of_row = np.divmod(rows, len(points))

    def by_row(kind: str) -> NDArray[np.float64]:
        table, index = _layer(record, kind, 3, corners)
        return table[index][first_corner]

    normals, tangents = by_row("Normal"), by_row("Tangent")
    side = np.einsum("rc,rc->r", np.cross(normals, tangents), by_row("Binormal"))
    joints, weights = _read_skin(document, geometry, skeleton, len(points), metres)
    flipped = uv[uv_of_row]
    return ReadMesh(
        name=name,
        material=document.objects[document.only(model, "Material", "")].name,
        attributes={
            "POSITION": points[point_of_row].astype(np.float32),
            "NORMAL": normals.astype(np.float32),
            "TANGENT": np.column_stack([tangents, np.sign(side)]).astype(np.float32),
            "TEXCOORD_0": np.stack([flipped[:, 0], 1 - flipped[:, 1]], axis=1).astype(np.float32),
            "JOINTS_0": joints[point_of_row],
            "WEIGHTS_0": weights[point_of_row].astype(np.float32),
        },
        triangles=_triangles(name, counts, row_of_corner.reshape(-1)),
        targets={
            target: (position[point_of_row], normal[point_of_row])
            for target, position, normal in _shapes(document, geometry, len(points), metres)
        },
    )


def _shapes(
    document: _Document, geometry: int, point_count: int, metres: float
) -> Iterator[tuple[str, NDArray[np.float32], NDArray[np.float32]]]:
    """(name, position, normal) of each channel at full weight, both (P, 3)."""
    seen = set()
    for deformer in document.below(geometry, "Deformer", "BlendShape"):
        for channel in document.below(deformer, "Deformer", "BlendShapeChannel"):
            name = document.objects[channel].name
            if name in seen:
                raise ValueError(f"two channels are called {name}")
            seen.add(name)
            if document.objects[channel].record.child("FullWeights").values[0].tolist() != [100.0]:
                raise ValueError(f"{name} is not full at 100")
            record = document.objects[document.only(channel, "Geometry", "Shape")].record
            index = record.child("Indexes").values[0]
            _check_bounds(name, index, point_count)
            tables = [_table(record.child(kind), 3) for kind in ("Vertices", "Normals")]
            if any(len(table) != len(index) for table in tables):
                raise ValueError(
                    f"{name} has {len(index)} points, but {', '.join(str(len(t)) for t in tables)}"
                )
            position, normal = (np.zeros((point_count, 3), np.float32) for _ in tables)
            position[index], normal[index] = metres * tables[0], tables[1]
            yield name, position, normal


def _read_skin(
    document: _Document, geometry: int, skeleton: _Skeleton, point_count: int, metres: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Joints and weights (P, I), strongest first, I as many as any point has."""
    dense = np.zeros((point_count, len(skeleton.ids)))
    for cluster in document.below(document.only(geometry, "Deformer", "Skin"), "Deformer", "Cluster"):
        record = document.objects[cluster].record
        bone = document.only(cluster, "Model", "LimbNode")
        index, weights = (record.child(name).values[0] for name in ("Indexes", "Weights"))
        _check_bounds(document.objects[bone].name, index, point_count)
        np.add.at(dense[:, skeleton.ids.index(bone)], index, weights)
        link = _matrix(record.child("TransformLink").values[0], metres)
        from_mesh = _matrix(record.child("Transform").values[0], metres)
        for what, matrix in (("bind pose", link), ("cluster", np.linalg.inv(from_mesh))):
            if np.abs(matrix - skeleton.bind[bone]).max() > BIND_SLACK:
                raise ValueError(f"{document.objects[bone].name}'s {what} and its link differ")
    width = max(1, int((dense > 0).sum(axis=1).max()))
    joints = np.argsort(-dense, axis=1, kind="stable")[:, :width]
    return joints, np.take_along_axis(dense, joints, axis=1)


def _layer(
    geometry: Record, kind: str, width: int, corners: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A layer's table and each corner's row in it."""
    layer = geometry.child(f"LayerElement{kind}")
    names = {"Normal": "Normals", "Tangent": "Tangents", "Binormal": "Binormals", "UV": "UV"}
    table = _table(layer.child(names[kind]), width)
    mapping = layer.child("MappingInformationType").values[0]
    if mapping != "ByPolygonVertex":
        raise ValueError(f"{kind} goes {mapping}, not ByPolygonVertex")
    if layer.child("ReferenceInformationType").values[0] == "IndexToDirect":
        index = layer.child(f"{kind}Index").values[0].astype(np.int64)
    else:
        index = np.arange(len(table))
    if len(index) != len(corners):
        raise ValueError(f"{kind} has {len(index)} corners, the faces {len(corners)}")
    _check_bounds(kind, index, len(table))
    return table, index


def _triangles(name: str, counts: NDArray[np.int64], corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Faces of three and four corners as triangles (T, 3), a quad cut from its first corner to its third."""
    if not np.isin(counts, (3, 4)).all():
        raise ValueError(f"a face of {name} has neither three nor four corners")
    first = np.cumsum(counts) - counts
    both = [first[:, None] + [0, 1, 2], first[counts == 4][:, None] + [0, 2, 3]]
    fans = np.concatenate(both)
    return corners[fans[np.argsort(fans[:, 0], kind="stable")]]


def _images(document: _Document) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """The embedded pictures: name without ending, (media type, content)."""
    for identity in document.of("Video", "Clip"):
        record = document.objects[identity].record
        content = record.all("Content")
        if content:
            name = PurePosixPath(record.child("RelativeFilename").values[0])
            yield name.stem, (MEDIA_TYPES[name.suffix], content[0].values[0])


def _table(record: Record, width: int) -> NDArray[np.float64]:
    table: NDArray[np.float64] = record.values[0].astype(np.float64).reshape(-1, width)
    return table


def _matrix(values: NDArray[np.float64], metres: float) -> NDArray[np.float64]:
    """FBX's matrices multiply rows; ours columns."""
    matrix = values.reshape(4, 4).T.copy()
    matrix[:3, 3] *= metres
    return matrix


def _check_bounds(what: str, index: NDArray[Any], count: int) -> None:
    if len(index) and (index.min() < 0 or index.max() >= count):
        raise ValueError(f"{what} point at {index.min()}..{index.max()}, of {count}")
