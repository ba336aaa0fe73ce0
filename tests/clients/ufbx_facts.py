"""Writes down what ufbx reads in an FBX file: FILE OUT.npz.

The numbers as they are in the file (centimetres).  The Python binding frees elements that others still refer to, and
crashes: so nothing is collected here, everything that it hands out is kept, and the process ends without tidying up.
"""

import gc
import json
import os
import sys

import numpy as np
import ufbx

KEPT: list = []


def main(path: str, out: str) -> None:
    gc.disable()
    scene = kept(ufbx.load_file(path))
    facts: dict = {
        "warnings": [warning.description for warning in scene.metadata.warnings],
        "unit_metres": scene.settings.unit_meters,
        "axes": [scene.settings.axes.right, scene.settings.axes.up, scene.settings.axes.front],
        "bones": [kept(bone).name for bone in kept(scene.bones)],
        "meshes": [],
        "links": {},
    }
    tables: dict = {}
    for mesh in kept(scene.meshes):
        kept(mesh)
        facts["meshes"].append(mesh.name)
        facts[mesh.name] = mesh_facts(mesh, tables)
    for material in kept(scene.materials):
        kept(material)
        facts["links"][material.name] = {
            kept(use).material_prop: kept(use.texture).name for use in kept(material.textures)
        }
    np.savez(out, facts=np.array(json.dumps(facts)), **tables)


def mesh_facts(mesh: ufbx.Mesh, tables: dict) -> dict:
    name = mesh.name
    tables[f"{name}/points"] = vectors(mesh.vertices)
    tables[f"{name}/counts"] = np.array([face.num_indices for face in mesh.faces])
    tables[f"{name}/corners"] = np.array(list(mesh.vertex_indices))
    for kind in ("normal", "tangent", "bitangent"):
        attribute = getattr(mesh, f"vertex_{kind}")
        tables[f"{name}/{kind}"] = vectors(attribute.values)[np.array(list(attribute.indices))]
    uv = np.array([[one.x, one.y] for one in mesh.vertex_uv.values])
    tables[f"{name}/uv"] = uv[np.array(list(mesh.vertex_uv.indices))]
    keys = []
    for deformer in map(kept, kept(mesh.blend_deformers)):
        for channel in map(kept, kept(deformer.channels)):
            shape = kept(channel.target_shape)
            keys.append(channel.name)
            tables[f"{name}/key/{channel.name}/index"] = np.array(list(shape.offset_vertices))
            tables[f"{name}/key/{channel.name}/position"] = vectors(shape.position_offsets)
            tables[f"{name}/key/{channel.name}/normal"] = vectors(shape.normal_offsets)
    clusters = []
    for skin in map(kept, kept(mesh.skin_deformers)):
        for cluster in map(kept, kept(skin.clusters)):
            bone = kept(cluster.bone_node).name
            clusters.append(bone)
            tables[f"{name}/cluster/{bone}/index"] = np.array(list(cluster.vertices))
            tables[f"{name}/cluster/{bone}/weight"] = np.array(list(cluster.weights))
            for which in ("geometry_to_bone", "bind_to_world"):
                matrix = getattr(cluster, which)
                tables[f"{name}/cluster/{bone}/{which}"] = np.array(matrix)  # its columns
    return {"keys": keys, "clusters": clusters, "smooth": sorted({bool(one) for one in mesh.face_smoothing})}


def kept(one):
    """The same, never freed."""
    KEPT.append(one)
    return one


def vectors(rows: ufbx.Vec3List) -> np.ndarray:
    return np.array([[one.x, one.y, one.z] for one in rows]).reshape(-1, 3)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
    os._exit(0)
