"""Writes a bundle as one binary glTF 2.0 file (Khronos specification, with the extensions in EXTENSIONS)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pygltflib as gltf
from numpy.typing import NDArray

from dreamhead.export.bundle import Bundle, BundleMesh, Material, MorphTarget, Texture

COMPONENT_TYPES = {
    np.dtype(np.uint8): gltf.UNSIGNED_BYTE,
    np.dtype(np.uint16): gltf.UNSIGNED_SHORT,
    np.dtype(np.uint32): gltf.UNSIGNED_INT,
    np.dtype(np.float32): gltf.FLOAT,
}
ELEMENT_TYPES = {1: gltf.SCALAR, 2: gltf.VEC2, 3: gltf.VEC3, 4: gltf.VEC4, 16: gltf.MAT4}
SPECULAR = "KHR_materials_specular"
IOR = "KHR_materials_ior"
CLEARCOAT = "KHR_materials_clearcoat"


def glb_bytes(bundle: Bundle, dense: bool = False) -> bytes:
    """The whole file; the same bundle gives the same bytes.

    dense: write morph targets in full, for readers that cannot read sparse accessors (Godot before 4.1).
    """
    document = gltf.GLTF2(
        asset=gltf.Asset(
            version="2.0",
            generator=f"dreamhead {bundle.metadata.get('dreamhead', '')}".strip(),
            extras=dict(bundle.metadata),
        )
    )
    buffer = _Buffer(document)
    _add_materials(document, buffer, bundle.materials)
    skin = _add_skeleton(document, buffer, bundle)
    material_index = {material.name: index for index, material in enumerate(bundle.materials)}
    for mesh in bundle.meshes:
        _add_mesh(document, buffer, mesh, material_index[mesh.material], dense)
        document.nodes.append(gltf.Node(name=mesh.name, mesh=len(document.meshes) - 1, skin=skin))
    joint_count = len(bundle.joints)
    mesh_nodes = range(joint_count, joint_count + len(bundle.meshes))
    document.scenes = [gltf.Scene(name="head", nodes=[0, *mesh_nodes])]
    document.scene = 0
    used = {name for material in document.materials for name in material.extensions}
    document.extensionsUsed = sorted(used)
    blob = buffer.joined()
    document.buffers = [gltf.Buffer(byteLength=len(blob))]
    document.set_binary_blob(blob)
    return b"".join(document.save_to_bytes())


class _Buffer:
    """The binary chunk while it grows, and the views and accessors into it."""

    def __init__(self, document: gltf.GLTF2) -> None:
        self.document = document
        self.chunks: list[bytes] = []
        self.size = 0

    def add_view(self, data: bytes, target: int | None = None) -> int:
        """Appends data on a four-byte boundary; returns its buffer view."""
        view = gltf.BufferView(buffer=0, byteOffset=self.size, byteLength=len(data), target=target)
        self.document.bufferViews.append(view)
        self._append(data)
        return len(self.document.bufferViews) - 1

    def add_accessor(
        self, values: NDArray[Any], target: int | None = gltf.ARRAY_BUFFER, bounds: bool = False
    ) -> int:
        """A dense accessor over (N, C) or (N,) values; bounds adds min and max."""
        table = values.reshape(len(values), -1)
        view = self.add_view(np.ascontiguousarray(table).tobytes(), target)
        return self._accessor(table, bounds, bufferView=view, byteOffset=0)

    def add_sparse_accessors(self, tables: list[NDArray[np.float32]], indices: NDArray[Any]) -> list[int]:
        """Accessors of (N, 3) tables that are zero everywhere but at indices, which they share."""
        index_type = np.uint16 if len(tables[0]) <= 65535 else np.uint32
        index_view = self.add_view(indices.astype(index_type).tobytes())
        accessors = []
        for table in tables:
            sparse = gltf.Sparse(
                count=len(indices),
                indices=gltf.AccessorSparseIndices(
                    bufferView=index_view, byteOffset=0, componentType=COMPONENT_TYPES[np.dtype(index_type)]
                ),
                values=gltf.AccessorSparseValues(
                    bufferView=self.add_view(np.ascontiguousarray(table[indices]).tobytes()), byteOffset=0
                ),
            )
            # An accessor without a buffer view must not have an offset either.
            accessors.append(self._accessor(table, True, bufferView=None, byteOffset=None, sparse=sparse))
        return accessors

    def joined(self) -> bytes:
        """The binary chunk's content."""
        return b"".join(self.chunks)

    def _append(self, data: bytes) -> None:
        padding = -len(data) % 4
        self.chunks += [data, b"\0" * padding]
        self.size += len(data) + padding

    def _accessor(self, table: NDArray[Any], bounds: bool, **where: Any) -> int:
        accessor = gltf.Accessor(
            componentType=COMPONENT_TYPES[table.dtype],
            count=len(table),
            type=ELEMENT_TYPES[table.shape[1]],
            min=table.min(axis=0).tolist() if bounds else None,
            max=table.max(axis=0).tolist() if bounds else None,
            **where,
        )
        self.document.accessors.append(accessor)
        return len(self.document.accessors) - 1


def _add_mesh(document: gltf.GLTF2, buffer: _Buffer, mesh: BundleMesh, material: int, dense: bool) -> None:
    """One mesh of one primitive; its targets' names go where three.js, Babylon and Blender look for them."""
    index_type = np.uint16 if len(mesh.vertices) <= 65535 else np.uint32
    attributes = gltf.Attributes(
        POSITION=buffer.add_accessor(mesh.vertices, bounds=True),
        NORMAL=buffer.add_accessor(mesh.normals),
        TANGENT=buffer.add_accessor(mesh.tangents),
        TEXCOORD_0=buffer.add_accessor(mesh.uv),
        JOINTS_0=buffer.add_accessor(mesh.joint_indices),
        WEIGHTS_0=buffer.add_accessor(mesh.joint_weights),
    )
    indices = mesh.triangles.reshape(-1).astype(index_type)
    primitive = gltf.Primitive(
        attributes=attributes,
        indices=buffer.add_accessor(indices, gltf.ELEMENT_ARRAY_BUFFER),
        material=material,
        targets=_add_targets(buffer, mesh.targets, dense),
    )
    names = list(mesh.targets)
    document.meshes.append(
        gltf.Mesh(
            name=mesh.name,
            primitives=[primitive],
            weights=[0.0] * len(names),
            extras={"targetNames": names} if names else {},
        )
    )


def _add_targets(buffer: _Buffer, targets: Mapping[str, MorphTarget], dense: bool) -> list[gltf.Attributes]:
    """Each target as two accessors.

    Sparse where that is smaller.  A target that moves nothing here becomes one sparse zero that all such
    targets share: a target with neither buffer view nor sparse part breaks several readers.
    """
    added = []
    nothing: gltf.Attributes | None = None
    for target in targets.values():
        moved = np.flatnonzero(np.any(target.position != 0, axis=1) | np.any(target.normal != 0, axis=1))
        if dense or len(moved) * 26 > len(target.position) * 24:
            pair = [buffer.add_accessor(table, bounds=True) for table in (target.position, target.normal)]
            added.append(gltf.Attributes(POSITION=pair[0], NORMAL=pair[1]))
        elif len(moved) > 0:
            pair = buffer.add_sparse_accessors([target.position, target.normal], moved)
            added.append(gltf.Attributes(POSITION=pair[0], NORMAL=pair[1]))
        else:
            if nothing is None:
                (zero,) = buffer.add_sparse_accessors([target.position], np.zeros(1, np.int64))
                nothing = gltf.Attributes(POSITION=zero, NORMAL=zero)
            added.append(nothing)
    return added


def _add_skeleton(document: gltf.GLTF2, buffer: _Buffer, bundle: Bundle) -> int:
    """Joint nodes 0..J-1 (joint 0 is the root) and the one skin; returns the skin's index."""
    positions = np.array([joint.position for joint in bundle.joints], np.float32)
    for index, joint in enumerate(bundle.joints):
        offset = positions[index] - (positions[joint.parent] if joint.parent >= 0 else 0)
        children = [child for child, other in enumerate(bundle.joints) if other.parent == index]
        document.nodes.append(gltf.Node(name=joint.name, translation=offset.tolist(), children=children))
    inverse_bind = np.tile(np.eye(4, dtype=np.float32), (len(positions), 1, 1))
    inverse_bind[:, 3, :3] = -positions  # column-major storage: the translation is the last column
    document.skins.append(
        gltf.Skin(
            name="head",
            skeleton=0,
            joints=list(range(len(bundle.joints))),
            inverseBindMatrices=buffer.add_accessor(inverse_bind.reshape(-1, 16), target=None),
        )
    )
    return len(document.skins) - 1


def _add_materials(document: gltf.GLTF2, buffer: _Buffer, materials: tuple[Material, ...]) -> None:
    document.samplers = [
        gltf.Sampler(
            magFilter=gltf.LINEAR, minFilter=gltf.LINEAR_MIPMAP_LINEAR, wrapS=gltf.REPEAT, wrapT=gltf.REPEAT
        )
    ]
    texture_index: dict[str, int] = {}

    def reference(texture: Texture | None) -> int | None:
        if texture is None:
            return None
        if texture.name not in texture_index:
            view = buffer.add_view(texture.data)
            document.images.append(
                gltf.Image(name=texture.name, mimeType=texture.media_type, bufferView=view)
            )
            document.textures.append(gltf.Texture(sampler=0, source=len(document.images) - 1))
            texture_index[texture.name] = len(document.textures) - 1
        return texture_index[texture.name]

    for material in materials:
        base, orm = reference(material.base_color), reference(material.orm)
        normal = reference(material.normal)
        document.materials.append(
            gltf.Material(
                name=material.name,
                pbrMetallicRoughness=gltf.PbrMetallicRoughness(
                    baseColorFactor=list(material.base_color_factor),
                    roughnessFactor=material.roughness_factor,
                    metallicFactor=material.metallic_factor,
                    baseColorTexture=None if base is None else gltf.TextureInfo(index=base),
                    metallicRoughnessTexture=None if orm is None else gltf.TextureInfo(index=orm),
                ),
                normalTexture=None if normal is None else gltf.NormalMaterialTexture(index=normal, scale=1.0),
                occlusionTexture=None if orm is None else gltf.OcclusionTextureInfo(index=orm, strength=1.0),
                alphaMode=material.alpha_mode,
                alphaCutoff=material.alpha_cutoff if material.alpha_mode == gltf.MASK else None,
                doubleSided=material.double_sided,
                extensions=_material_extensions(material, reference(material.specular)),
            )
        )


def _material_extensions(material: Material, specular: int | None) -> dict[str, Any]:
    extensions: dict[str, Any] = {}
    if material.ior != 1.5:
        extensions[IOR] = {"ior": material.ior}
    if specular is not None or material.specular_factor != 1.0:
        extensions[SPECULAR] = {"specularFactor": material.specular_factor}
        if specular is not None:
            extensions[SPECULAR]["specularTexture"] = {"index": specular}
    if material.clearcoat > 0:
        extensions[CLEARCOAT] = {
            "clearcoatFactor": material.clearcoat,
            "clearcoatRoughnessFactor": material.clearcoat_roughness,
        }
    return extensions
