"""Writes a bundle as one binary FBX 7.4 file: centimetres, Y up, nodes that neither turn nor scale."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.export.bundle import Bundle, BundleMesh, polygons
from dreamhead.export.fbx_geometry import CENTIMETRES, cluster_nodes, mesh_nodes, shape_nodes, translation
from dreamhead.export.fbx_materials import (
    FbxMaterial,
    fbx_materials,
    file_name,
    material_node,
    texture_node,
    video_node,
)
from dreamhead.export.fbx_nodes import (
    CREATION_TIME,
    FILE_ID,
    VERSION,
    Node,
    Value,
    file_bytes,
    node,
    object_name,
    properties,
)
from dreamhead.record import canonical_json

SCENE = np.int64(0)  # what stands for the scene in a connection
FIRST_ID = 1_000_000
FRAMES_24, SECOND = 11, 46_186_158_000  # FBX's number for film's time mode, and its ticks in a second


def fbx_bytes(bundle: Bundle, embed: bool = True, directx_normals: bool = True) -> bytes:
    """The whole file; the same bundle gives the same bytes.

    embed: pictures inside; otherwise the file refers to textures/NAME.png beside it, which `package` writes,
    but for those of `fbx_materials.derived_textures`.  directx_normals: green points down, as Unreal reads
    normal maps; otherwise up, as Blender, Maya and Unity do.
    """
    scene = _Scene()
    bones = _add_skeleton(scene, bundle)
    materials = _add_materials(scene, fbx_materials(bundle, directx_normals), embed)
    double_sided = {material.name for material in bundle.materials if material.double_sided}
    models = []
    for mesh in bundle.meshes:
        own = _model_children(np.zeros(3), mesh.material in double_sided)
        models.append(_add_mesh(scene, mesh, materials[mesh.material], own, bones))
    _add_bind_pose(scene, bones, models)
    creator = f"dreamhead {bundle.metadata.get('dreamhead', '')}".strip()
    return file_bytes(
        [
            _header(creator, bundle),
            node("FileId", FILE_ID),
            node("CreationTime", CREATION_TIME),
            node("Creator", creator),
            _settings(),
            _documents(scene.new_id()),
            node("References"),
            _definitions(scene.objects),
            node("Objects", children=scene.objects),
            node("Connections", children=scene.connections),
            node("Takes", children=[node("Current", "")]),
        ]
    )


@dataclass(frozen=True)
class _Bone:
    name: str
    identity: np.int64
    position: NDArray[np.float64]  # (3,) centimetres, in the scene


class _Scene:
    """Objects and what hangs on what, while they grow.  Ids count up, so that they repeat."""

    def __init__(self) -> None:
        self.objects: list[Node] = []
        self.connections: list[Node] = []
        self.last_id = FIRST_ID

    def new_id(self) -> np.int64:
        self.last_id += 1
        return np.int64(self.last_id)

    def add(self, kind: str, name: str, cls: str, sub: str, *children: Node) -> np.int64:
        """A new object; its id."""
        identity = self.new_id()
        self.objects.append(node(kind, identity, object_name(name, cls), sub, children=children))
        return identity

    def hang(self, child: np.int64, parent: np.int64, slot: str | None = None) -> None:
        """Connects child to parent, or to one of parent's properties."""
        ends: tuple[Value, ...] = ("OO", child, parent) if slot is None else ("OP", child, parent, slot)
        self.connections.append(node("C", *ends))


def _add_skeleton(scene: _Scene, bundle: Bundle) -> list[_Bone]:
    """Bones, the first on the scene itself; a parent comes before its children."""
    bones: list[_Bone] = []
    for joint in bundle.joints:
        above = bones[joint.parent] if joint.parent >= 0 else _Bone("", SCENE, np.zeros(3))
        position = CENTIMETRES * np.array(joint.position, np.float64)
        size = properties(("Size", "double", "Number", "", 1.0))
        attribute = scene.add(
            "NodeAttribute", joint.name, "NodeAttribute", "LimbNode", node("TypeFlags", "Skeleton"), size
        )
        model = scene.add(
            "Model", joint.name, "Model", "LimbNode", *_model_children(position - above.position)
        )
        scene.hang(model, above.identity)
        scene.hang(attribute, model)
        bones.append(_Bone(joint.name, model, position))
    return bones


def _add_materials(scene: _Scene, materials: tuple[FbxMaterial, ...], embed: bool) -> dict[str, np.int64]:
    """Materials by name; each picture once, however many materials show it."""
    identities = {}
    textures: dict[str, np.int64] = {}
    for one in materials:
        identity = identities[one.material.name] = scene.new_id()
        scene.objects.append(material_node(one, identity))
        for slot, texture in one.slots.items():
            if texture.name not in textures:
                path = file_name(texture) if embed else f"textures/{texture.name}.png"
                video, use = scene.new_id(), scene.new_id()
                scene.objects += [video_node(texture, video, path, embed), texture_node(texture, use, path)]
                scene.hang(video, use)
                textures[texture.name] = use
            scene.hang(textures[texture.name], identity, slot)
    return identities


def _add_mesh(
    scene: _Scene, mesh: BundleMesh, material: np.int64, model_children: list[Node], bones: list[_Bone]
) -> np.int64:
    """The mesh's model, with its geometry, its shapes and its skin hanging on it."""
    faces = polygons(mesh)
    model = scene.add("Model", mesh.name, "Model", "Mesh", *model_children)
    geometry = scene.add("Geometry", mesh.name, "Geometry", "Mesh", *mesh_nodes(mesh, faces))
    scene.hang(model, SCENE)
    scene.hang(geometry, model)
    scene.hang(material, model)
    if mesh.targets:
        deformer = scene.add("Deformer", mesh.name, "Deformer", "BlendShape", node("Version", 100))
        scene.hang(deformer, geometry)
        for name, target in mesh.targets.items():
            channel = scene.add("Deformer", name, "SubDeformer", "BlendShapeChannel", *_channel_children())
            shape = scene.add("Geometry", name, "Geometry", "Shape", *shape_nodes(target, faces))
            scene.hang(channel, deformer)
            scene.hang(shape, channel)
    skin = scene.add("Deformer", mesh.name, "Deformer", "Skin", *_skin_children())
    scene.hang(skin, geometry)
    for number, bone in enumerate(bones):
        content = cluster_nodes(mesh, faces, number, bone.position)
        if content:
            cluster = scene.add("Deformer", bone.name, "SubDeformer", "Cluster", *content)
            scene.hang(cluster, skin)
            scene.hang(bone.identity, cluster)
    return model


def _add_bind_pose(scene: _Scene, bones: list[_Bone], models: list[np.int64]) -> None:
    """Where every mesh and every bone was when the skin was bound: meshes at the origin."""
    places = [(model, np.zeros(3)) for model in models] + [(bone.identity, bone.position) for bone in bones]
    entries = [
        node("PoseNode", children=[node("Node", identity), node("Matrix", translation(position))])
        for identity, position in places
    ]
    kind = [node("Type", "BindPose"), node("Version", 100), node("NbPoseNodes", len(entries))]
    scene.add("Pose", "bind", "Pose", "BindPose", *kind, *entries)


def _model_children(offset: NDArray[np.float64], double_sided: bool = False) -> list[Node]:
    """A node offset centimetres from its parent."""
    x, y, z = (float(value) for value in offset)
    return [
        node("Version", 232),
        properties(
            ("RotationActive", "bool", "", "", 1),
            ("InheritType", "enum", "", "", 1),
            ("ScalingMax", "Vector3D", "Vector", "", 0.0, 0.0, 0.0),
            ("DefaultAttributeIndex", "int", "Integer", "", 0),
            ("Lcl Translation", "Lcl Translation", "", "A", x, y, z),
            ("Lcl Rotation", "Lcl Rotation", "", "A", 0.0, 0.0, 0.0),
            ("Lcl Scaling", "Lcl Scaling", "", "A", 1.0, 1.0, 1.0),
        ),
        node("Shading", True),
        node("Culling", "CullingOff" if double_sided else "CullingOnCCW"),
    ]


def _channel_children() -> list[Node]:
    return [
        node("Version", 100),
        properties(("DeformPercent", "Number", "", "A", 0.0)),
        node("DeformPercent", 0.0),
        node("FullWeights", np.array([100.0])),
    ]


def _skin_children() -> list[Node]:
    return [
        node("Version", 101),
        node("Link_DeformAcuracy", 50.0),
        node("SkinningType", "Linear"),
    ]


def _header(creator: str, bundle: Bundle) -> Node:
    """What the file is; the bundle's metadata travel as JSON in the comment."""
    time = {"Year": 1970, "Month": 1, "Day": 1, "Hour": 10, "Minute": 0, "Second": 0, "Millisecond": 0}
    stamp = [node("Version", 1000), *(node(part, value) for part, value in time.items())]
    about = {
        "Title": str(bundle.metadata.get("prompt", "")),
        "Subject": "",
        "Author": "",
        "Keywords": "",
        "Revision": "",
        "Comment": canonical_json(bundle.metadata),
    }
    application = [
        (f"{when}|{what}", "KString", "", "", text)
        for when in ("Original", "LastSaved")
        for what, text in (
            ("ApplicationVendor", ""),
            ("ApplicationName", "dreamhead"),
            ("ApplicationVersion", str(bundle.metadata.get("dreamhead", ""))),
        )
    ]
    info = node(
        "SceneInfo",
        object_name("GlobalInfo", "SceneInfo"),
        "UserData",
        children=[
            node("Type", "UserData"),
            node("Version", 100),
            node("MetaData", children=[node("Version", 100), *(node(*row) for row in about.items())]),
            properties(("DocumentUrl", "KString", "Url", "", "head.fbx"), *application),
        ],
    )
    return node(
        "FBXHeaderExtension",
        children=[
            node("FBXHeaderVersion", 1003),
            node("FBXVersion", VERSION),
            node("EncryptionType", 0),
            node("CreationTimeStamp", children=stamp),
            node("Creator", creator),
            info,
        ],
    )


def _settings() -> Node:
    """+Y up, +Z towards the viewer, +X to the right; one unit is a centimetre."""
    axes = {"Up": 1, "Front": 2, "Coord": 0, "OriginalUp": 1}
    rows: list[tuple[Value, ...]] = []
    for name, axis in axes.items():
        rows.append((f"{name}Axis", "int", "Integer", "", axis))
        rows.append((f"{name}AxisSign", "int", "Integer", "", 1))
    rows += [
        ("UnitScaleFactor", "double", "Number", "", 1.0),
        ("OriginalUnitScaleFactor", "double", "Number", "", 1.0),
        ("AmbientColor", "ColorRGB", "Color", "", 0.0, 0.0, 0.0),
        ("DefaultCamera", "KString", "", "", "Producer Perspective"),
        ("TimeMode", "enum", "", "", FRAMES_24),
        ("TimeSpanStart", "KTime", "Time", "", np.int64(0)),
        ("TimeSpanStop", "KTime", "Time", "", np.int64(SECOND)),
        ("CustomFrameRate", "double", "Number", "", -1.0),
    ]
    return node("GlobalSettings", children=[node("Version", 1000), properties(*rows)])


def _documents(identity: np.int64) -> Node:
    scene = node("Document", identity, "", "Scene", children=[node("RootNode", SCENE)])
    return node("Documents", children=[node("Count", 1), scene])


def _definitions(objects: list[Node]) -> Node:
    """How many objects there are of each kind."""
    counts = {"GlobalSettings": 1, **Counter(one.name for one in objects)}
    kinds = [node("ObjectType", kind, children=[node("Count", count)]) for kind, count in counts.items()]
    total = node("Count", sum(counts.values()))
    return node("Definitions", children=[node("Version", 100), total, *kinds])
