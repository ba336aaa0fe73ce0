"""What the pictures of a bundle show: its own meshes and maps at rest and in expressions, as engines play them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from dreamhead.export.bundle import Bundle, BundleMesh
from dreamhead.export.materials import EYE_IOR, Surface
from dreamhead.head.correctives import with_driven
from dreamhead.render.drawing import DrawItem

SHEET_MAP_SIZE = 2048
# Label -> weights.  At rest first: the camera of the sheet is set by it.
EXPRESSION_SHEET: Mapping[str, Mapping[str, float]] = {
    "at rest": {},
    "eyeBlink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    "eyeBlink, half": {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5},
    "eyeWide, browInnerUp": {"eyeWideLeft": 1.0, "eyeWideRight": 1.0, "browInnerUp": 1.0},
    "eyeSquint, browDown": {
        "eyeSquintLeft": 1.0,
        "eyeSquintRight": 1.0,
        "browDownLeft": 1.0,
        "browDownRight": 1.0,
    },
    "eyeLook to the left, jawLeft": {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0, "jawLeft": 1.0},
    "mouthSmile": {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0},
    "mouthFrown": {"mouthFrownLeft": 1.0, "mouthFrownRight": 1.0},
    "mouthPucker": {"mouthPucker": 1.0},
    "mouthFunnel": {"mouthFunnel": 1.0},
    "mouthUpperUp, noseSneer": {
        "mouthUpperUpLeft": 1.0,
        "mouthUpperUpRight": 1.0,
        "noseSneerLeft": 1.0,
        "noseSneerRight": 1.0,
    },
    "jawOpen": {"jawOpen": 1.0},
    "cheekPuff": {"cheekPuff": 1.0},
    "tongueOut": {"tongueOut": 1.0},
    "viseme_O": {"viseme_O": 1.0},
}


def draw_items(
    bundle: Bundle, surfaces: Sequence[Surface], kinds: Mapping[str, str], weights: Mapping[str, float]
) -> list[DrawItem]:
    """The bundle's meshes in an expression, half-blinks driven by its blinks, ready to draw.

    kinds: material name -> how a picture shades it.  Items of one material share its map arrays.
    """
    maps_of = {surface.material.name: surface.maps for surface in surfaces}
    return [_item(mesh, maps_of[mesh.material], kinds[mesh.material], weights) for mesh in bundle.meshes]


def expression_items(
    bundle: Bundle, surfaces: Sequence[Surface], kinds: Mapping[str, str]
) -> dict[str, list[DrawItem]]:
    """Label -> items, for every expression of the sheet; its panels are small, and so are their maps."""
    small = [replace(surface, maps=_reduced(surface.maps)) for surface in surfaces]
    return {label: draw_items(bundle, small, kinds, weights) for label, weights in EXPRESSION_SHEET.items()}


def _reduced(maps: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """8-bit maps of at most SHEET_MAP_SIZE, each texel the mean of those it stands for."""
    out = {}
    for name, pixels in maps.items():
        factor = -(-pixels.shape[0] // SHEET_MAP_SIZE)
        if pixels.dtype == np.uint8:
            out[name] = np.array(Image.fromarray(pixels).reduce(factor)) if factor > 1 else pixels
    return out


def _item(
    mesh: BundleMesh, maps: Mapping[str, np.ndarray], kind: str, weights: Mapping[str, float]
) -> DrawItem:
    vertices, normals = mesh.vertices, mesh.normals
    if mesh.targets:
        for name, weight in with_driven(weights).items():
            vertices = vertices + np.float32(weight) * mesh.targets[name].position
            normals = normals + np.float32(weight) * mesh.targets[name].normal
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return DrawItem(
        vertices=vertices,
        normals=(normals / np.maximum(length, 1e-9)).astype(np.float32),
        uv=mesh.uv,
        triangles=mesh.triangles,
        albedo=maps["albedo"],
        normal=maps.get("normal"),
        roughness=maps.get("roughness"),
        specular=maps.get("specular"),
        metalness=maps.get("metalness"),
        kind=kind,
        index=EYE_IOR if mesh.material == "cornea" else 1.0,
        name=mesh.name,
    )
