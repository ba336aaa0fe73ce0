"""Reads a rigged head from USD into plain arrays, as any other program would: nothing here knows how it was written."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pxr import Tf, Usd, UsdGeom, UsdShade, UsdSkel, UsdValidation

from dreamhead.check.read_glb import ReadHead, ReadMesh
from dreamhead.errors import DamagedFileError

MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
UNREADABLE = (Tf.ErrorException, OSError, zipfile.BadZipFile, ValueError, IndexError, KeyError)


def read_usd(path: Path) -> ReadHead:
    """Everything in a file with one skeleton, in metres and with Y up.

    A mesh's rows are its points split where its uv is; where uv comes by index the rows follow that index.
    Quads become two triangles.  There are no tangents: USD leaves them to who draws.
    DamagedFileError when the file cannot be read, or breaks a rule that USD's own validators do not look at:
    counts, bounds and names of faces, influences and blend shapes.
    """
    try:
        stage = _opened(path)
        images = dict(_images(path))
        return _read(stage, images)
    except UNREADABLE as error:
        raise DamagedFileError(f"{path} cannot be read as USD: {error}", "make the head again") from error


def usd_findings(path: Path) -> tuple[str, ...]:
    """What USD's own validators say against a file: all that the library has, those for packages among them.

    DamagedFileError when the file cannot be opened.
    """
    try:
        stage = _opened(path)
    except UNREADABLE as error:
        raise DamagedFileError(f"{path} cannot be read as USD: {error}", "make the head again") from error
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    errors = UsdValidation.ValidationContext(validators).Validate(stage)
    return tuple(sorted(f"{error.GetName()}: {error.GetMessage()}" for error in errors))


def _opened(path: Path) -> Usd.Stage:
    """ValueError when there is no such file or a package's checksums are wrong, which the library does not see."""
    if not path.is_file():
        raise ValueError("there is no such file")
    if path.suffix == ".usdz":
        with zipfile.ZipFile(path) as package:
            broken = package.testzip()
        if broken is not None:
            raise ValueError(f"{broken} in it is damaged")
    return Usd.Stage.Open(str(path.resolve()))


def _read(stage: Usd.Stage, images: Mapping[str, tuple[str, bytes]]) -> ReadHead:
    skeleton = UsdSkel.Skeleton(_only(stage, UsdSkel.Skeleton))
    paths = [str(token) for token in skeleton.GetJointsAttr().Get()]
    scale = UsdGeom.GetStageMetersPerUnit(stage)
    if UsdGeom.GetStageUpAxis(stage) != UsdGeom.Tokens.y:
        raise ValueError(f"{UsdGeom.GetStageUpAxis(stage)} is up, not Y")
    bind = _matrices(skeleton.GetBindTransformsAttr().Get())
    rest = _matrices(skeleton.GetRestTransformsAttr().Get())
    if not len(paths) == len(bind) == len(rest):
        raise ValueError(f"{len(paths)} joints, {len(bind)} bind and {len(rest)} rest transforms")
    parents = [paths.index(path.rpartition("/")[0]) if "/" in path else -1 for path in paths]
    world: list[NDArray[np.float64]] = []
    for local, parent in zip(rest, parents, strict=True):  # a parent comes before its children
        world.append(world[parent] @ local if parent >= 0 else local)
    positions = np.array([matrix[:3, 3] for matrix in world]) * scale
    inverse_bind = np.linalg.inv(bind)
    inverse_bind[:, :3, 3] *= scale
    names = skeleton.GetJointNamesAttr().Get() or [path.rpartition("/")[2] for path in paths]
    meshes = [UsdGeom.Mesh(prim) for prim in stage.Traverse() if prim.IsA(UsdGeom.Mesh)]
    known = _animated_names(skeleton)
    return ReadHead(
        meshes=tuple(_read_mesh(mesh, scale, len(paths), known) for mesh in meshes),
        joint_names=tuple(str(name) for name in names),
        joint_parents=tuple(parents),
        joint_positions=positions.astype(np.float32),
        inverse_bind=inverse_bind.astype(np.float32),
        images=images,
        extras=stage.GetRootLayer().customLayerData.get("dreamhead", {}),
    )


def _read_mesh(mesh: UsdGeom.Mesh, scale: float, joint_count: int, animated: tuple[str, ...]) -> ReadMesh:
    name = mesh.GetPrim().GetName()
    points = np.array(mesh.GetPointsAttr().Get(), np.float32) * np.float32(scale)
    counts = np.array(mesh.GetFaceVertexCountsAttr().Get(), np.int64)
    corners = np.array(mesh.GetFaceVertexIndicesAttr().Get(), np.int64)
    if counts.sum() != len(corners):
        raise ValueError(f"{name}'s faces have {counts.sum()} corners, its index {len(corners)}")
    _check_bounds(f"{name}'s faces", corners, len(points))
    uv, uv_corners = _face_varying(mesh, "st", corners)
    pairs = np.stack([uv_corners, corners], axis=1)
    rows, row_of_corner = np.unique(pairs, axis=0, return_inverse=True)
    point_of_row = rows[:, 1]
    normals = np.array(mesh.GetNormalsAttr().Get(), np.float32)
    if mesh.GetNormalsInterpolation() != UsdGeom.Tokens.vertex or len(normals) != len(points):
        raise ValueError(f"{name} has {len(normals)} normals for {len(points)} points")
    joints, weights = _influences(mesh, len(points), joint_count)
    flipped = uv[rows[:, 0]]
    material, _ = UsdShade.MaterialBindingAPI(mesh.GetPrim()).ComputeBoundMaterial()
    return ReadMesh(
        name=name,
        material=material.GetPrim().GetName(),
        attributes={
            "POSITION": points[point_of_row],
            "NORMAL": normals[point_of_row],
            "TEXCOORD_0": np.stack([flipped[:, 0], 1 - flipped[:, 1]], axis=1),
            "JOINTS_0": joints[point_of_row],
            "WEIGHTS_0": weights[point_of_row],
        },
        triangles=_triangles(counts, row_of_corner.reshape(-1)),
        targets={
            target: (position[point_of_row], normal[point_of_row])
            for target, position, normal in _blend_shapes(mesh, len(points), scale, animated)
        },
    )


def _blend_shapes(
    mesh: UsdGeom.Mesh, point_count: int, scale: float, animated: tuple[str, ...]
) -> Iterator[tuple[str, NDArray[np.float32], NDArray[np.float32]]]:
    """(name, position, normal) of each shape, both (P, 3); every name is one that the animation drives."""
    binding = UsdSkel.BindingAPI(mesh)
    names = [str(name) for name in binding.GetBlendShapesAttr().Get() or []]
    paths = binding.GetBlendShapeTargetsRel().GetTargets()
    if len(names) != len(paths):
        raise ValueError(f"{mesh.GetPath()} names {len(names)} blend shapes and has {len(paths)}")
    for name, path in zip(names, paths, strict=True):
        if name not in animated:
            raise ValueError(f"no animation names {mesh.GetPath()}'s blend shape {name}")
        shape = UsdSkel.BlendShape(mesh.GetPrim().GetStage().GetPrimAtPath(path))
        offsets = np.array(shape.GetOffsetsAttr().Get(), np.float32).reshape(-1, 3)
        turns = np.array(shape.GetNormalOffsetsAttr().Get() or np.zeros_like(offsets), np.float32)
        listed = shape.GetPointIndicesAttr().Get()
        index = np.arange(point_count) if listed is None else np.array(listed, np.int64)
        if not len(index) == len(offsets) == len(turns):
            raise ValueError(f"{path} has {len(index)} points, {len(offsets)} offsets, {len(turns)} normals")
        _check_bounds(str(path), index, point_count)
        position, normal = (np.zeros((point_count, 3), np.float32) for _ in range(2))
        position[index], normal[index] = offsets * np.float32(scale), turns
        yield name, position, normal


def _influences(mesh: UsdGeom.Mesh, point_count: int, joint_count: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Joints and weights (P, I) of the points, I as the file has it."""
    binding = UsdSkel.BindingAPI(mesh)
    joints_primvar, weights_primvar = binding.GetJointIndicesPrimvar(), binding.GetJointWeightsPrimvar()
    width = weights_primvar.GetElementSize()
    joints = np.array(joints_primvar.Get(), np.int64).reshape(-1, joints_primvar.GetElementSize())
    weights = np.array(weights_primvar.Get(), np.float32).reshape(-1, width)
    if not joints.shape == weights.shape == (point_count, width):
        raise ValueError(f"{mesh.GetPath()} has {weights.size} weights for {point_count} points")
    _check_bounds(f"{mesh.GetPath()}'s joints", joints, joint_count)
    return joints, weights


def _face_varying(
    mesh: UsdGeom.Mesh, name: str, corners: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """A primvar's table and each corner's row in it."""
    primvar = UsdGeom.PrimvarsAPI(mesh).GetPrimvar(name)
    table = np.array(primvar.Get(), np.float32)
    by_corner = primvar.GetInterpolation() == UsdGeom.Tokens.faceVarying
    count = len(corners) if by_corner else int(corners.max()) + 1
    index = np.array(primvar.GetIndices(), np.int64) if primvar.IsIndexed() else np.arange(len(table))
    if len(index) < count:
        raise ValueError(f"{mesh.GetPath()}'s {name} has {len(index)} rows for {count}")
    _check_bounds(f"{mesh.GetPath()}'s {name}", index, len(table))
    return table, index if by_corner else index[corners]


def _triangles(counts: NDArray[np.int64], corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Faces of three and four corners as triangles (T, 3), a quad cut from its first corner to its third."""
    if not np.isin(counts, (3, 4)).all():
        raise ValueError("a face has neither three nor four corners")
    first = np.cumsum(counts) - counts
    second_half = first[counts == 4]
    fans = np.concatenate(
        [first[:, None] + np.array([0, 1, 2]), second_half[:, None] + np.array([0, 2, 3])], axis=0
    )
    return corners[fans[np.argsort(fans[:, 0], kind="stable")]]


def _animated_names(skeleton: UsdSkel.Skeleton) -> tuple[str, ...]:
    """The blend shapes that the skeleton's animation drives."""
    source = UsdSkel.BindingAPI(skeleton).GetInheritedAnimationSource()
    animation = UsdSkel.Animation(source)
    names = animation.GetBlendShapesAttr().Get() or []
    weights = animation.GetBlendShapeWeightsAttr().Get() or []
    if len(names) != len(weights):
        raise ValueError(f"the animation has {len(names)} blend shapes and {len(weights)} weights")
    return tuple(str(name) for name in names)


def _images(path: Path) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """The pictures in a package: name without ending, (media type, content)."""
    if path.suffix != ".usdz":
        return
    with zipfile.ZipFile(path) as package:
        for entry in map(PurePosixPath, package.namelist()):
            if entry.suffix in MEDIA_TYPES:
                yield entry.stem, (MEDIA_TYPES[entry.suffix], package.read(str(entry)))


def _only(stage: Usd.Stage, kind: type) -> Usd.Prim:
    found = [prim for prim in stage.Traverse() if prim.IsA(kind)]
    if len(found) != 1:
        raise ValueError(f"{len(found)} prims are a {kind.__name__}, not 1")
    return found[0]


def _matrices(values: Any) -> NDArray[np.float64]:
    """USD's matrices multiply rows; ours columns."""
    return np.array(values, np.float64).reshape(-1, 4, 4).transpose(0, 2, 1)


def _check_bounds(what: str, index: NDArray[Any], count: int) -> None:
    if len(index) and (index.min() < 0 or index.max() >= count):
        raise ValueError(f"{what} point at {index.min()}..{index.max()}, of {count}")
