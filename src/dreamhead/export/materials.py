"""The surfaces of a bundle: from maps in memory to texture files and the materials that use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dreamhead.export.bundle import Floats, Material, Texture
from dreamhead.export.textures import (
    PNG,
    Bytes8,
    Picture,
    encode_all,
    jpeg_texture,
    packed_orm,
    skin_pictures,
    specular_texture,
)
from dreamhead.head.model import Part
from dreamhead.head.wardrobe.garment import Garment
from dreamhead.head.wardrobe.materials import srgb_bytes
from dreamhead.world.eye import PartMaps
from dreamhead.world.eye_shells import cornea_maps, occlusion_maps, tear_maps

SKIN_IOR = 1.5  # so that the specular texture's alpha 1 is 4 %
EYE_IOR = 1.376  # cornea
MOUTH_IOR = 1.4  # wet
WET_ROUGHNESS = 0.04
SHELL_MAP_SIZE = 512


@dataclass(frozen=True)
class Surface:
    """A material, the PNG files in textures/ that it comes from, and the maps themselves."""

    material: Material
    files: Mapping[str, bytes]  # name without ending -> content
    maps: Mapping[str, Picture]  # albedo, normal, roughness, ... -> 8 bit pixels


def skin_surface(maps: Mapping[str, Picture], occlusion: Bytes8) -> Surface:
    """The skin's seven files.  Inside model files albedo and ORM are JPEG: 12 MB where PNG takes 45."""
    pictures = skin_pictures(maps, occlusion)
    files = encode_all(pictures)
    material = Material(
        "skin",
        base_color=jpeg_texture("skin_albedo", pictures["skin_albedo"]),
        normal=Texture("skin_normal", PNG, files["skin_normal"]),
        orm=jpeg_texture("skin_orm", pictures["skin_orm"]),
        specular=specular_texture("skin_specular", pictures["skin_specular"]),
        ior=SKIN_IOR,
    )
    return Surface(material, files, maps)


def eye_surface(maps: Mapping[str, Bytes8], cornea: bool = False) -> Surface:
    """The eyeball, under a clear wet coat where no cornea lies before it.  maps: as for plain_surface."""
    if cornea:
        return plain_surface("eye", maps, ior=EYE_IOR)
    return plain_surface("eye", maps, ior=EYE_IOR, clearcoat=1.0, clearcoat_roughness=0.03)


def shell_surfaces(parts: Iterable[Part]) -> list[Surface]:
    """The see-through surfaces over the eyes, those that some part of the head is made of.

    Wet ones are thin mirrors: a metal whose coverage is the share that water or cornea reflects.  glTF
    scales a blended surface's highlights by its coverage, so a clear dielectric would lose its own.
    """
    used = {part.material for part in parts}
    made = {"cornea": cornea_maps, "occlusion": occlusion_maps, "tear": tear_maps}
    surfaces = []
    for name, maps in made.items():
        if name not in used:
            continue
        albedo = alpha_bytes(*maps(SHELL_MAP_SIZE))
        wet = name != "occlusion"
        key = f"{name}_albedo"
        files = encode_all({key: albedo})
        material = Material(
            name,
            base_color=Texture(key, PNG, files[key]),
            roughness_factor=WET_ROUGHNESS if wet else 1.0,
            metallic_factor=1.0 if wet else 0.0,
            specular_factor=1.0 if wet else 0.0,
            alpha_mode="BLEND",
        )
        surfaces.append(Surface(material, files, {"albedo": albedo}))
    return surfaces


def mouth_surface(maps: Mapping[str, Bytes8]) -> Surface:
    """Teeth, gums, tongue and the mouth's inside.  maps: as for plain_surface."""
    return plain_surface("mouth", maps, ior=MOUTH_IOR)


def garment_surface(garment: Garment) -> Surface:
    """A garment's own maps and the way it is drawn."""
    return plain_surface(
        garment.name,
        garment.maps,
        alpha_mode=garment.alpha_mode,
        alpha_cutoff=garment.alpha_cutoff,
        double_sided=garment.double_sided,
    )


def part_maps_in_bytes(maps: PartMaps) -> dict[str, Bytes8]:
    """Maps as `world` makes them (float, linear) -> 8 bit: albedo sRGB, normal and the rest linear."""
    return {
        "albedo": srgb_bytes(maps.albedo),
        "normal": np.round(127.5 + 127.5 * maps.normal).astype(np.uint8),
        "roughness": np.round(255 * maps.roughness).astype(np.uint8),
        "specular": np.round(255 * maps.specular).astype(np.uint8),
    }


def alpha_bytes(colour: Floats, coverage: Floats) -> Bytes8:
    """A linear colour (3,) and a coverage (H, W) in 0..1 -> (H, W, 4) sRGB with alpha."""
    pixels = np.empty((*coverage.shape, 4), np.uint8)
    pixels[..., :3] = srgb_bytes(np.asarray(colour, np.float32))
    pixels[..., 3] = np.round(255 * coverage)
    return pixels


def plain_surface(name: str, maps: Mapping[str, Bytes8], **settings: Any) -> Surface:
    """A material with base colour, normal and ORM textures.

    maps: albedo (H, W, 3 or 4) sRGB, roughness (H, W), and where there are any normal (H, W, 3), occlusion
    and metalness (H, W).
    """
    pictures: dict[str, Picture] = {f"{name}_albedo": maps["albedo"]}
    if "normal" in maps:
        pictures[f"{name}_normal"] = maps["normal"]
    pictures[f"{name}_roughness"] = maps["roughness"]
    pictures[f"{name}_orm"] = packed_orm(
        maps.get("occlusion", 255), maps["roughness"], maps.get("metalness", 0)
    )
    files = encode_all(pictures)

    def texture(kind: str) -> Texture | None:
        key = f"{name}_{kind}"
        return Texture(key, PNG, files[key]) if key in files else None

    if "metalness" in maps:
        settings["metallic_factor"] = 1.0
    material = Material(
        name, base_color=texture("albedo"), normal=texture("normal"), orm=texture("orm"), **settings
    )
    return Surface(material, files, maps)
