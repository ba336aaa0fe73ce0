"""A bundle made small for augmented reality: 2048² maps, the 52 expressions and no motion that nobody sees."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image

from dreamhead.export.bundle import Bundle, BundleMesh, Material, MorphTarget, Texture
from dreamhead.export.textures import JPEG, PNG
from dreamhead.head.model import ARKIT_NAMES

SIZE = 2048  # pixels of the largest maps: Apple's advice for AR Quick Look
OTHER_SIZE = 1024  # of the maps whose source is no larger than SIZE: eyes, mouth, hair
AR_QUALITY = 90
SEEN_METRES = 1e-4  # a target that moves a point less leaves it where it is
SHADED_MESH = "skin"  # the one whose targets keep their normals


def ar_bundle(bundle: Bundle) -> Bundle:
    """The bundle for a usdz of about 10 MB.

    Maps shrink to SIZE, those of SIZE or less to OTHER_SIZE, and become JPEG unless they have alpha; one that
    would not get smaller stays as it is.  Equal maps are kept once.  Targets are the 52, without what moves
    less than SEEN_METRES, and with normals on the skin alone.  A specular map goes: usdz does not use it.
    """
    smaller: dict[bytes, Texture] = {}

    def shrunk(texture: Texture) -> Texture:
        if texture.data not in smaller:
            smaller[texture.data] = smaller_texture(texture)
        return smaller[texture.data]

    return replace(
        bundle,
        meshes=tuple(_lighter_mesh(mesh) for mesh in bundle.meshes),
        materials=tuple(_with_textures(material, shrunk) for material in bundle.materials),
    )


def smaller_texture(texture: Texture) -> Texture:
    """A texture in fewer pixels and bytes: box-filtered, for that is what a map's texels are averages of."""
    with Image.open(io.BytesIO(texture.data)) as picture:
        width = max(picture.size)
        factor = -(-width // (SIZE if width > SIZE else OTHER_SIZE))
        pixels = picture.reduce(factor) if factor > 1 else picture.copy()
    has_alpha = pixels.mode in ("LA", "RGBA")
    stream = io.BytesIO()
    if has_alpha:
        pixels.save(stream, "PNG")
    else:
        pixels.save(stream, "JPEG", quality=AR_QUALITY, subsampling=0)
    content = stream.getvalue()
    if len(content) >= len(texture.data):
        return texture
    return Texture(texture.name, PNG if has_alpha else JPEG, content)


def _with_textures(material: Material, change: Callable[[Texture], Texture]) -> Material:
    return replace(
        material,
        specular=None,
        base_color=material.base_color and change(material.base_color),
        normal=material.normal and change(material.normal),
        orm=material.orm and change(material.orm),
    )


def _lighter_mesh(mesh: BundleMesh) -> BundleMesh:
    targets = {name: target for name, target in mesh.targets.items() if name in ARKIT_NAMES}
    keeps_normals = mesh.name == SHADED_MESH
    return replace(
        mesh, targets={name: _lighter_target(target, keeps_normals) for name, target in targets.items()}
    )


def _lighter_target(target: MorphTarget, keeps_normals: bool) -> MorphTarget:
    seen = np.linalg.norm(target.position, axis=1, keepdims=True) >= SEEN_METRES
    kept = np.float32(keeps_normals)
    return MorphTarget(np.where(seen, target.position, 0), np.where(seen, kept * target.normal, 0))
