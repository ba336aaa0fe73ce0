"""A bundle's surfaces as FBX knows them: Phong materials, and the pictures that they need."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

from dreamhead.export.bundle import Bundle, Material, Texture
from dreamhead.export.fbx_nodes import Node, Value, node, object_name, properties
from dreamhead.export.textures import JPEG, Bytes8, Picture, flipped_green, png_texture

UV_SET = "UVMap"
FOUR_PERCENT = 0.25  # the SpecularFactor that readers take for a reflection of 4 % head on
SAMPLE = 64  # pixels to a side that an average is taken over
# Slots of a material.  Phong has none for roughness, and programs disagree on which of its own to read for it, so
# ORM hangs on a slot of its own.  Opacity is not in TransparencyFactor, which Blender takes for glass.
COLOUR, NORMAL, OPACITY, ORM = "DiffuseColor", "NormalMap", "TransparentColor", "ORM"


@dataclass(frozen=True)
class FbxMaterial:
    """A material with the pictures in its slots."""

    material: Material
    slots: Mapping[str, Texture]
    roughness: float  # averages, for readers that do not read ORM
    metalness: float


def fbx_materials(bundle: Bundle, directx_normals: bool) -> tuple[FbxMaterial, ...]:
    """The bundle's materials in order.  Pictures that FBX needs and glTF does not are made here:

    NAME_normal_dx with green flipped, NAME_albedo_black of thin mirrors, and NAME_opacity, which holds the
    colour's alpha in grey and in alpha, because some programs read a transparency map's alpha and others its
    colour.
    """
    return tuple(_fbx_material(material, directx_normals) for material in bundle.materials)


def derived_textures(bundle: Bundle) -> tuple[Texture, ...]:
    """The PNG files besides those of the bundle that an FBX file with textures beside it refers to."""
    own = {
        texture.name
        for one in bundle.materials
        for texture in (one.base_color, one.normal, one.orm)
        if texture
    }
    found = {
        texture.name: texture
        for one in fbx_materials(bundle, directx_normals=True)
        for texture in one.slots.values()
        if texture.name not in own
    }
    return tuple(found.values())


def file_name(texture: Texture) -> str:
    """The name that an embedded picture goes by; readers tell its kind by the ending."""
    return f"{texture.name}.{'jpg' if texture.media_type == JPEG else 'png'}"


def is_thin_mirror(material: Material) -> bool:
    """Whether a surface is a reflection alone, which glTF says as a metal that hardly covers.

    To Phong that is a white veil, so its colour becomes black, and its shine is left.
    """
    return material.alpha_mode == "BLEND" and material.metallic_factor == 1.0 and material.orm is None


def material_node(one: FbxMaterial, identity: np.int64) -> Node:
    """The Material object.  Shininess is how FBX readers derive roughness: 100 is a mirror, 0 is matt."""
    material = one.material
    red, green, blue, alpha = material.base_color_factor
    shininess = (10.0 * (1.0 - one.roughness)) ** 2
    rows: list[tuple[Value, ...]] = [
        ("ShadingModel", "KString", "", "", "phong"),
        ("MultiLayer", "bool", "", "", 0),
        ("AmbientColor", "Color", "", "A", 0.0, 0.0, 0.0),
        ("EmissiveColor", "Color", "", "A", 0.0, 0.0, 0.0),
        ("EmissiveFactor", "Number", "", "A", 0.0),
        ("DiffuseColor", "Color", "", "A", red, green, blue),
        ("DiffuseFactor", "Number", "", "A", 1.0),
        ("SpecularColor", "Color", "", "A", 1.0, 1.0, 1.0),
        ("SpecularFactor", "Number", "", "A", FOUR_PERCENT * material.specular_factor),
        ("ShininessExponent", "Number", "", "A", shininess),
        ("Shininess", "double", "Number", "", shininess),
        ("ReflectionColor", "Color", "", "A", 1.0, 1.0, 1.0),
        ("ReflectionFactor", "Number", "", "A", one.metalness),
        ("TransparentColor", "Color", "", "A", 1.0, 1.0, 1.0),
        ("TransparencyFactor", "Number", "", "A", 1.0 - alpha),
        ("Opacity", "double", "Number", "", alpha),
    ]
    if ORM in one.slots:
        rows.append((ORM, "Color", "", "AU", 1.0, 1.0, 1.0))
    return node(
        "Material",
        identity,
        object_name(material.name, "Material"),
        "",
        children=[
            node("Version", 102),
            node("ShadingModel", "phong"),
            node("MultiLayer", 0),
            properties(*rows),
        ],
    )


def video_node(texture: Texture, identity: np.int64, path: str, embed: bool) -> Node:
    """The picture itself, or where it lies."""
    content = [node("Content", texture.data)] if embed else []
    return node(
        "Video",
        identity,
        object_name(texture.name, "Video"),
        "Clip",
        children=[
            node("Type", "Clip"),
            properties(("Path", "KString", "XRefUrl", "", path)),
            node("UseMipMap", 0),
            node("Filename", path),
            node("RelativeFilename", path),
            *content,
        ],
    )


def texture_node(texture: Texture, identity: np.int64, path: str) -> Node:
    """The use that a material makes of a picture."""
    return node(
        "Texture",
        identity,
        object_name(texture.name, "Texture"),
        "",
        children=[
            node("Type", "TextureVideoClip"),
            node("Version", 202),
            node("TextureName", object_name(texture.name, "Texture")),
            properties(
                ("UVSet", "KString", "", "", UV_SET),
                ("UseMaterial", "bool", "", "", 1),
                ("UseMipMap", "bool", "", "", 1),
            ),
            node("Media", object_name(texture.name, "Video")),
            node("FileName", path),
            node("RelativeFilename", path),
            node("ModelUVTranslation", 0.0, 0.0),
            node("ModelUVScaling", 1.0, 1.0),
            node("Texture_Alpha_Source", "Alpha_Black" if texture.name.endswith("_opacity") else "None"),
            node("Cropping", 0, 0, 0, 0),
        ],
    )


def _fbx_material(material: Material, directx_normals: bool) -> FbxMaterial:
    slots = {}
    roughness, metalness = material.roughness_factor, material.metallic_factor
    if material.base_color is not None:
        slots[COLOUR] = material.base_color
        if is_thin_mirror(material):
            slots[COLOUR], metalness = _black(material.base_color), 0.0
        if material.alpha_mode != "OPAQUE":
            slots[OPACITY] = _opacity(material)
    if material.normal is not None:
        slots[NORMAL] = _directx(material.normal) if directx_normals else material.normal
    if material.orm is not None:
        slots[ORM] = material.orm
        _, green, blue = _average(material.orm)
        roughness, metalness = roughness * green, metalness * blue
    return FbxMaterial(material, slots, roughness, metalness)


def _black(colour: Texture) -> Texture:
    pixels = _pixels(colour, "RGBA").copy()
    pixels[..., :3] = 0
    return png_texture(f"{colour.name}_black", pixels)


def _directx(normal: Texture) -> Texture:
    return png_texture(f"{normal.name}_dx", flipped_green(_pixels(normal, "RGB")))


def _opacity(material: Material) -> Texture:
    assert material.base_color is not None
    alpha = _pixels(material.base_color, "RGBA")[..., 3]
    return png_texture(f"{material.name}_opacity", np.stack([alpha, alpha], axis=-1))


def _average(texture: Texture) -> tuple[float, float, float]:
    """The picture's mean colour in 0..1, from a small copy."""
    with Image.open(io.BytesIO(texture.data)) as image:
        image.draft("RGB", (SAMPLE, SAMPLE))  # decodes a JPEG at an eighth of its size
        red, green, blue = np.asarray(image.convert("RGB")).reshape(-1, 3).mean(axis=0) / 255
    return float(red), float(green), float(blue)


def _pixels(texture: Texture, mode: str) -> Bytes8:
    with Image.open(io.BytesIO(texture.data)) as image:
        pixels: Picture = np.asarray(image.convert(mode))
    return pixels
