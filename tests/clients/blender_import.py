"""Imports a file into Blender (the bpy wheel) and writes down what Blender made of it: FILE OUT.npz IMPORTER POSE.

IMPORTER is python (import_scene.fbx), native (wm.fbx_import) or usd (wm.usd_import).  POSE is JSON:
{"targets": {name: weight}, "joints": {name: 3x3 rotation}}.  Everything goes out in metres with Y up.  Run by
bpy's own Python; nothing of dreamhead is imported.
"""

import json
import sys

import bpy
import numpy as np
from mathutils import Matrix


def main(path: str, out: str, importer: str, pose: dict) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    importers = {
        "python": bpy.ops.import_scene.fbx,
        "native": bpy.ops.wm.fbx_import,
        "usd": bpy.ops.wm.usd_import,
    }
    importers[importer](filepath=path)
    facts: dict = {"meshes": [], "version": bpy.app.version_string}
    tables: dict = {}
    (armature,) = [one for one in bpy.data.objects if one.type == "ARMATURE"]
    facts["joints"] = [bone.name for bone in armature.data.bones]
    facts["parents"] = [bone.parent.name if bone.parent else None for bone in armature.data.bones]
    heads = [armature.matrix_world @ bone.head_local for bone in armature.data.bones]
    tables["joints"] = y_up(np.array(heads))
    facts["images"] = {one.name: [*one.size, one.packed_file is not None] for one in bpy.data.images}
    meshes = [one for one in bpy.data.objects if one.type == "MESH"]
    for item in meshes:
        facts["meshes"].append(item.name)
        facts[item.name] = mesh_facts(item, tables)
    strike(armature, meshes, pose)
    graph = bpy.context.evaluated_depsgraph_get()
    for item in meshes:
        moved = item.evaluated_get(graph)
        tables[f"{item.name}/posed"] = in_world(moved, vectors(moved.data.vertices, "co"))
    np.savez(out, facts=np.array(json.dumps(facts)), **tables)


def mesh_facts(item: bpy.types.Object, tables: dict) -> dict:
    mesh = item.data
    tables[f"{item.name}/points"] = in_world(item, vectors(mesh.vertices, "co"))
    tables[f"{item.name}/counts"] = numbers(mesh.polygons, "loop_total")
    tables[f"{item.name}/corners"] = numbers(mesh.loops, "vertex_index")
    tables[f"{item.name}/normals"] = turned(item, vectors(mesh.corner_normals, "vector"))
    uv = np.empty(2 * len(mesh.loops), np.float32)
    mesh.uv_layers[0].data.foreach_get("uv", uv)
    tables[f"{item.name}/uv"] = uv.reshape(-1, 2)
    weights = np.zeros((len(mesh.vertices), len(item.vertex_groups)))
    for vertex in mesh.vertices:
        for group in vertex.groups:
            weights[vertex.index, group.group] = group.weight
    tables[f"{item.name}/weights"] = weights
    keys = list(mesh.shape_keys.key_blocks) if mesh.shape_keys else []
    for key in keys[1:]:
        tables[f"{item.name}/key/{key.name}"] = in_world(item, vectors(key.data, "co"))
    return {
        "groups": [group.name for group in item.vertex_groups],
        "keys": [key.name for key in keys[1:]],
        "material": mesh.materials[0].name,
        "links": material_links(mesh.materials[0]),
    }


def material_links(material: bpy.types.Material) -> dict:
    """Input of the surface -> name of the picture that reaches it."""
    found = {}
    for link in material.node_tree.links:
        if link.from_node.type == "TEX_IMAGE":
            through = link.to_node.type == "NORMAL_MAP"
            found["Normal" if through else link.to_socket.name] = link.from_node.image.name
    return found


def strike(armature: bpy.types.Object, meshes: list, pose: dict) -> None:
    """Bones rest turned in Blender, so a rotation of the scene's axes has to be brought into each bone's own."""
    for name, rows in pose["joints"].items():
        rest = armature.data.bones[name].matrix_local.to_3x3()
        armature.pose.bones[name].matrix_basis = (rest.inverted() @ Matrix(rows) @ rest).to_4x4()
    for item in meshes:
        keys = item.data.shape_keys.key_blocks if item.data.shape_keys else {}
        for name, weight in pose["targets"].items():
            if name in keys:
                keys[name].value = weight
    bpy.context.view_layer.update()


def vectors(rows: bpy.types.bpy_prop_collection, key: str) -> np.ndarray:
    table = np.empty(3 * len(rows), np.float32)
    rows.foreach_get(key, table)
    return table.reshape(-1, 3)


def numbers(rows: bpy.types.bpy_prop_collection, key: str) -> np.ndarray:
    table = np.empty(len(rows), np.int32)
    rows.foreach_get(key, table)
    return table


def in_world(item: bpy.types.Object, points: np.ndarray) -> np.ndarray:
    matrix = np.array(item.matrix_world)
    return y_up(points.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3])


def turned(item: bpy.types.Object, directions: np.ndarray) -> np.ndarray:
    moved = directions.astype(np.float64) @ np.array(item.matrix_world)[:3, :3].T
    return y_up(moved / np.linalg.norm(moved, axis=1, keepdims=True))


def y_up(table: np.ndarray) -> np.ndarray:
    """Blender's up is Z and its front -Y."""
    return np.stack([table[:, 0], table[:, 2], -table[:, 1]], axis=1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4]))
