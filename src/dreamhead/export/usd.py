"""Writes a bundle as a USD stage: UsdSkel rig, blend shapes and UsdPreviewSurface materials (openusd.org)."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdShade, UsdSkel, Vt

from dreamhead.export.bundle import (
    Bundle,
    BundleMesh,
    Floats,
    Ints,
    Joint,
    Material,
    MorphTarget,
    Texture,
    polygons,
)
from dreamhead.record import canonical_json

ROOT = "/head"
SKELETON = f"{ROOT}/skeleton"
REST_POSE = f"{SKELETON}/rest"
MATERIALS = f"{ROOT}/materials"
TEXTURES = "textures"
NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}


def usdc_bytes(bundle: Bundle) -> bytes:
    """The stage as one binary layer; its pictures are at texture_path().  The same bundle gives the same bytes.

    OSError when the folder for temporary files has no room: the library writes to files alone.
    """
    stage = usd_stage(bundle)  # to be held until the layer is written
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "head.usdc"
        try:
            stage.GetRootLayer().Export(str(path))
        except Tf.ErrorException as error:
            raise _system_error(error, path) from error
        return path.read_bytes()


def texture_path(texture: Texture) -> str:
    """Where the stage looks for a picture, seen from the layer."""
    return f"{TEXTURES}/{texture.name}.{ENDINGS[texture.media_type]}"


def usd_textures(bundle: Bundle) -> list[Texture]:
    """The pictures that the stage refers to, each once; specular maps have no place in UsdPreviewSurface."""
    used: dict[str, Texture] = {}
    for material in bundle.materials:
        for texture in (material.base_color, material.normal, material.orm):
            if texture is not None:
                used[texture.name] = texture
    return list(used.values())


def usd_stage(bundle: Bundle) -> Usd.Stage:
    """A stage in memory, in metres and Y up: /head holds skeleton, materials and one mesh prim per mesh.

    Every mesh that has targets names all of them, in the bundle's order.  The skeleton's animation is the rest
    pose; it is there because viewers learn from it in which order the blend shapes come.
    """
    stage = Usd.Stage.CreateInMemory("head.usdc")
    UsdGeom.SetStageMetersPerUnit(stage, 1.0)
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    stage.GetRootLayer().customLayerData = {"dreamhead": _plain_dictionary(bundle.metadata)}
    root = UsdSkel.Root.Define(stage, ROOT)
    stage.SetDefaultPrim(root.GetPrim())
    Usd.ModelAPI(root.GetPrim()).SetKind("component")
    _define_materials(stage, bundle.materials)
    _define_skeleton(stage, bundle)
    for mesh in bundle.meshes:
        _define_mesh(stage, mesh, bundle)
    root.CreateExtentAttr(_extent(np.concatenate([mesh.vertices for mesh in bundle.meshes])))
    return stage


def _define_skeleton(stage: Usd.Stage, bundle: Bundle) -> None:
    """Joints rest where they were bound; the animation says the same, with every blend shape at 0."""
    paths = _joint_paths(bundle.joints)
    positions = np.array([joint.position for joint in bundle.joints], np.float64)
    parents = [joint.parent for joint in bundle.joints]
    offsets = positions - np.where(np.array(parents)[:, None] >= 0, positions[parents], 0)
    skeleton = UsdSkel.Skeleton.Define(stage, SKELETON)
    skeleton.CreateJointsAttr(paths)
    skeleton.CreateJointNamesAttr([joint.name for joint in bundle.joints])
    skeleton.CreateBindTransformsAttr(_translations(positions))
    skeleton.CreateRestTransformsAttr(_translations(offsets))
    skeleton.CreateExtentAttr(_extent(positions))
    animation = UsdSkel.Animation.Define(stage, REST_POSE)
    animation.CreateJointsAttr(paths)
    animation.CreateTranslationsAttr(Vt.Vec3fArray.FromNumpy(offsets.astype(np.float32)))
    animation.CreateRotationsAttr(Vt.QuatfArray(len(paths), Gf.Quatf.GetIdentity()))
    animation.CreateScalesAttr(Vt.Vec3hArray(len(paths), Gf.Vec3h(1, 1, 1)))
    names = list(dict.fromkeys(name for mesh in bundle.meshes for name in mesh.targets))
    animation.CreateBlendShapesAttr(names)
    animation.CreateBlendShapeWeightsAttr(Vt.FloatArray(len(names), 0.0))
    binding = UsdSkel.BindingAPI.Apply(skeleton.GetPrim())
    binding.CreateAnimationSourceRel().SetTargets([REST_POSE])


def _define_mesh(stage: Usd.Stage, mesh: BundleMesh, bundle: Bundle) -> None:
    """The mesh as modelling tools hold it: points welded over uv cuts, quads, uv by face corner.

    The uv table is the bundle's, a row for each of its corners, so a reader finds those corners again.
    """
    shape = polygons(mesh)
    rows = shape.rows_of_points
    prim = UsdGeom.Mesh.Define(stage, f"{ROOT}/{mesh.name}")
    prim.CreatePointsAttr(_vectors(mesh.vertices[rows]))
    prim.CreateFaceVertexCountsAttr(_integers(shape.counts))
    prim.CreateFaceVertexIndicesAttr(_integers(shape.points))
    prim.CreateExtentAttr(_extent(mesh.vertices))
    prim.CreateSubdivisionSchemeAttr(UsdGeom.Tokens.none)
    prim.CreateNormalsAttr(_vectors(mesh.normals[rows]))
    prim.SetNormalsInterpolation(UsdGeom.Tokens.vertex)
    material = next(one for one in bundle.materials if one.name == mesh.material)
    prim.CreateDoubleSidedAttr(material.double_sided)
    primvars = UsdGeom.PrimvarsAPI(prim)
    flipped = np.stack([mesh.uv[:, 0], 1 - mesh.uv[:, 1]], axis=1)  # USD's origin is bottom left
    uv = primvars.CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.faceVarying)
    uv.Set(Vt.Vec2fArray.FromNumpy(np.ascontiguousarray(flipped, np.float32)))
    uv.SetIndices(_integers(shape.rows))
    UsdShade.MaterialBindingAPI.Apply(prim.GetPrim()).Bind(
        UsdShade.Material(stage.GetPrimAtPath(f"{MATERIALS}/{mesh.material}"))
    )
    _bind_to_skeleton(prim, mesh, rows)
    _define_blend_shapes(stage, prim, mesh.targets, rows)


def _bind_to_skeleton(prim: UsdGeom.Mesh, mesh: BundleMesh, rows: Ints) -> None:
    """Influences, as many a point as the mesh uses anywhere."""
    binding = UsdSkel.BindingAPI.Apply(prim.GetPrim())
    binding.CreateSkeletonRel().SetTargets([SKELETON])
    binding.CreateGeomBindTransformAttr(Gf.Matrix4d(1.0))
    width = int((mesh.joint_weights > 0).sum(axis=1).max())
    joints = binding.CreateJointIndicesPrimvar(constant=False, elementSize=width)
    joints.Set(_integers(mesh.joint_indices[rows, :width]))
    weights = binding.CreateJointWeightsPrimvar(constant=False, elementSize=width)
    weights.Set(Vt.FloatArray.FromNumpy(np.ascontiguousarray(mesh.joint_weights[rows, :width]).reshape(-1)))


def _define_blend_shapes(
    stage: Usd.Stage, prim: UsdGeom.Mesh, targets: Mapping[str, MorphTarget], rows: Ints
) -> None:
    """Each target below its mesh, without the points that it leaves alone."""
    if not targets:
        return
    binding = UsdSkel.BindingAPI(prim)
    paths = [prim.GetPath().AppendChild(name) for name in targets]
    binding.CreateBlendShapesAttr(list(targets))
    binding.CreateBlendShapeTargetsRel().SetTargets(paths)
    for path, target in zip(paths, targets.values(), strict=True):
        position, normal = target.position[rows], target.normal[rows]
        moved = np.flatnonzero(np.any(position != 0, axis=1) | np.any(normal != 0, axis=1))
        if len(moved) == 0:
            moved = np.zeros(1, np.int64)  # one zero: readers take a shape without offsets for a broken one
        shape = UsdSkel.BlendShape.Define(stage, path)
        shape.CreateOffsetsAttr(_vectors(position[moved]))
        if np.any(normal):
            shape.CreateNormalOffsetsAttr(_vectors(normal[moved]))
        shape.CreatePointIndicesAttr(_integers(moved))


def _define_materials(stage: Usd.Stage, materials: Iterable[Material]) -> None:
    UsdGeom.Scope.Define(stage, MATERIALS)
    for material in materials:
        _define_material(stage, material)


def _define_material(stage: Usd.Stage, material: Material) -> None:
    """A UsdPreviewSurface that looks as the glTF material does.

    Coverage is opacityMode "presence", which fades highlights too, as glTF does.  A blended metal is a thin
    mirror: here a clear dielectric, which keeps its highlights.  What specular_factor takes off the highlights
    goes into the index of refraction; a specular map has no place.
    """
    path = f"{MATERIALS}/{material.name}"
    prim = UsdShade.Material.Define(stage, path)
    surface = UsdShade.Shader.Define(stage, f"{path}/surface")
    surface.CreateIdAttr("UsdPreviewSurface")
    prim.CreateSurfaceOutput().ConnectToSource(surface.ConnectableAPI(), "surface")
    reader = UsdShade.Shader.Define(stage, f"{path}/st")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    reader.CreateOutput("result", Sdf.ValueTypeNames.Float2)
    thin_mirror = material.alpha_mode == "BLEND" and material.metallic_factor == 1.0

    def number(name: str, value: float) -> None:
        surface.CreateInput(name, Sdf.ValueTypeNames.Float).Set(float(value))

    def connect(name: str, kind: Sdf.ValueTypeName, texture: UsdShade.Shader, channel: str) -> None:
        surface.CreateInput(name, kind).ConnectToSource(texture.ConnectableAPI(), channel)

    number("ior", _index_of_refraction(material))
    number("metallic", 0.0)
    number("roughness", material.roughness_factor)
    if material.clearcoat > 0:
        number("clearcoat", material.clearcoat)
        number("clearcoatRoughness", material.clearcoat_roughness)
    if material.alpha_mode == "MASK":
        number("opacityThreshold", material.alpha_cutoff)
    elif material.alpha_mode == "BLEND" and not thin_mirror:
        surface.CreateInput("opacityMode", Sdf.ValueTypeNames.Token).Set("presence")
    colour = surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f)
    colour.Set(Gf.Vec3f(0.0 if thin_mirror else material.base_color_factor[:3]))
    if material.base_color is not None:
        texture = _define_texture(stage, prim, material.base_color, "sRGB", ("rgb", "a"))
        texture.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(material.base_color_factor))
        if not thin_mirror:
            colour.ConnectToSource(texture.ConnectableAPI(), "rgb")
        if material.alpha_mode != "OPAQUE":
            connect("opacity", Sdf.ValueTypeNames.Float, texture, "a")
    elif material.alpha_mode != "OPAQUE":
        number("opacity", material.base_color_factor[3])
    if material.orm is not None:
        texture = _define_texture(stage, prim, material.orm, "raw", ("r", "g", "b"))
        scale = Gf.Vec4f(1.0, material.roughness_factor, material.metallic_factor, 1.0)
        texture.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(scale)
        connect("occlusion", Sdf.ValueTypeNames.Float, texture, "r")
        connect("roughness", Sdf.ValueTypeNames.Float, texture, "g")
        if material.metallic_factor > 0:
            connect("metallic", Sdf.ValueTypeNames.Float, texture, "b")
    if material.normal is not None:
        texture = _define_texture(stage, prim, material.normal, "raw", ("rgb",))
        texture.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(2, 2, 2, 1))
        texture.CreateInput("bias", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(-1, -1, -1, 0))
        connect("normal", Sdf.ValueTypeNames.Normal3f, texture, "rgb")


def _define_texture(
    stage: Usd.Stage,
    material: UsdShade.Material,
    texture: Texture,
    colour_space: str,
    channels: Iterable[str],
) -> UsdShade.Shader:
    path = material.GetPath()
    shader = UsdShade.Shader.Define(stage, path.AppendChild(texture.name))
    shader.CreateIdAttr("UsdUVTexture")
    shader.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(texture_path(texture))
    shader.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set(colour_space)
    for wrap in ("wrapS", "wrapT"):
        shader.CreateInput(wrap, Sdf.ValueTypeNames.Token).Set("repeat")
    reader = UsdShade.Shader(stage.GetPrimAtPath(path.AppendChild("st")))
    shader.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
    for channel in channels:
        kind = Sdf.ValueTypeNames.Float3 if channel == "rgb" else Sdf.ValueTypeNames.Float
        shader.CreateOutput(channel, kind)
    return shader


def _system_error(error: Tf.ErrorException, path: Path) -> OSError:
    """The library tells of the system's errors in the system's words."""
    said = str(error)
    number = next((one for one in NO_ROOM if os.strerror(one) in said), errno.EIO)
    return OSError(number, os.strerror(number), str(path))


def _index_of_refraction(material: Material) -> float:
    """The index whose reflection head on is specular_factor times that of the material's own."""
    ratio = (material.ior - 1) / (material.ior + 1) * np.sqrt(material.specular_factor)
    return float((1 + ratio) / (1 - ratio))


def _joint_paths(joints: tuple[Joint, ...]) -> list[str]:
    """root, root/neck, root/neck/head, ...; a parent comes before its children."""
    paths: list[str] = []
    for joint in joints:
        paths.append(f"{paths[joint.parent]}/{joint.name}" if joint.parent >= 0 else joint.name)
    return paths


def _translations(positions: Any) -> Vt.Matrix4dArray:
    return Vt.Matrix4dArray([Gf.Matrix4d(1.0).SetTranslate(Gf.Vec3d(*row)) for row in positions.tolist()])


def _vectors(table: Floats) -> Vt.Vec3fArray:
    return Vt.Vec3fArray.FromNumpy(np.ascontiguousarray(table, np.float32))


def _integers(table: Any) -> Vt.IntArray:
    return Vt.IntArray.FromNumpy(np.ascontiguousarray(table, np.int32).reshape(-1))


def _extent(points: Any) -> Vt.Vec3fArray:
    return _vectors(np.stack([points.min(axis=0), points.max(axis=0)]))


def _plain_dictionary(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON as a layer's dictionary can hold it: lists, which it cannot, become their JSON text."""
    plain: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            plain[key] = _plain_dictionary(value)
        else:
            plain[key] = value if isinstance(value, str | bool | int | float) else canonical_json(value)
    return plain
