"""The differentiable picture of a head that the optimisation loops and the training views use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

from dreamhead.errors import UsageError
from dreamhead.head.model import SEE_THROUGH, Part
from dreamhead.render.antialias import Outline, antialias, outline
from dreamhead.render.camera import Cameras, to_clip
from dreamhead.render.light import Lights, ambient_light
from dreamhead.render.rasterize import Fragments, Rasterizer, interpolate_covered, rasterize
from dreamhead.render.shade import ggx, lambert, perturbed_normals, scattered
from dreamhead.render.surface import uv_tangents, vertex_normals
from dreamhead.render.texture import sample

LOOP_PARTS = ("skin", "eye_left", "eye_right")  # what a loop's small picture needs to show


@dataclass(frozen=True)
class HeadBuffers:
    """Triangles of some of a head's parts, ready to draw; vertices are the head model's own."""

    faces: Tensor  # (F, 3) int32 into the model's vertices
    uv: Tensor  # (U, 2), origin top left
    uv_faces: Tensor  # (F, 3) int32 into uv
    material_of_face: Tensor  # (F,) int64 into materials
    materials: tuple[str, ...]
    outline: Outline


@dataclass(frozen=True)
class Rendering:
    """Pictures of B views."""

    image: Tensor  # (B, C, H, W): linear colour, or the texture's own channels
    mask: Tensor  # (B, 1, H, W) antialiased coverage in 0..1
    fragments: Fragments


@dataclass(frozen=True)
class Maps:
    """A material's textures.  A (C,) colour stands for a constant texture."""

    albedo: Tensor  # (C, h, w) or (C,): linear colour, or a latent
    normal: Tensor | None = None  # (3, h, w) OpenGL tangent-space vectors, not necessarily unit
    roughness: Tensor | None = None  # (1, h, w) or (1,)
    specular: Tensor | None = None  # (1, h, w) or (1,), 0.5 = 4 % reflectance
    scatter: bool = False  # soft red terminator


def head_buffers(
    parts: Iterable[Part], names: Iterable[str] | None = LOOP_PARTS, device: str | torch.device = "cpu"
) -> HeadBuffers:
    """The named parts (None: all but see-through ones) of a head model as triangles.

    Raises: UsageError when a named part is not there.
    """
    available = {part.name: part for part in parts}
    solid = tuple(name for name, part in available.items() if part.material not in SEE_THROUGH)
    chosen = solid if names is None else tuple(names)
    missing = [name for name in chosen if name not in available]
    if missing:
        raise UsageError(f"the head has no part {missing[0]!r}", f"its parts are {', '.join(available)}")
    materials = tuple(dict.fromkeys(available[name].material for name in chosen))
    faces, uv_faces, uv, material = [], [], [], []
    offset = 0
    for name in chosen:
        part = available[name]
        triangles, uv_triangles = triangulated(part.faces, part.uv_faces)
        faces.append(triangles)
        uv_faces.append(uv_triangles + offset)
        uv.append(part.uv)
        material.append(np.full(len(triangles), materials.index(part.material)))
        offset += len(part.uv)
    corners = torch.from_numpy(np.concatenate(faces).astype(np.int32)).to(device)
    return HeadBuffers(
        corners,
        torch.from_numpy(np.concatenate(uv).astype(np.float32)).to(device),
        torch.from_numpy(np.concatenate(uv_faces).astype(np.int32)).to(device),
        torch.from_numpy(np.concatenate(material)).to(device),
        materials,
        outline(corners),
    )


def triangulated(faces: np.ndarray, uv_faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(F, 4) quads whose triangles repeat the last index -> (T, 3) triangles, and the same of uv_faces."""
    if faces.shape[1] == 3:
        return faces, uv_faces
    quads = faces[:, 3] != faces[:, 2]
    return (
        np.concatenate([faces[:, :3], faces[quads][:, [0, 2, 3]]]),
        np.concatenate([uv_faces[:, :3], uv_faces[quads][:, [0, 2, 3]]]),
    )


def render_head(
    backend: Rasterizer,
    buffers: HeadBuffers,
    vertices: Tensor,
    view: Cameras,
    size: int,
    maps: Mapping[str, Maps],
    lights: Lights | None = None,
    background: Tensor | None = None,
) -> Rendering:
    """B square pictures of the head.

    vertices (V, 3) metres, may ask for gradients.  maps: material -> Maps; every material of the buffers.
    lights None draws the albedo as it is, which is how a latent texture is rendered.  background (C,),
    (C, H, W) or (B, C, H, W), zero by default.  Gradients reach vertices and textures.
    """
    clip = to_clip(vertices, view)
    fragments = rasterize(backend, clip, buffers.faces, (size, size))
    uv = interpolate_covered(buffers.uv, fragments, buffers.uv_faces)
    triangle = fragments.triangle.reshape(-1)[fragments.covered].long()
    material = buffers.material_of_face[triangle]
    if lights is None:
        colour = _gathered(maps, buffers, material, uv, "albedo")
    else:
        colour = _lit(buffers, vertices, view, fragments, maps, lights, material, uv)
    batch, channels = view.count, colour.shape[1]
    plane = _background(background, batch, channels, size, colour)
    with_mask = torch.cat((colour, torch.ones_like(colour[:, :1])), 1)
    flat = torch.cat((plane, torch.zeros_like(plane[..., :1])), -1).reshape(-1, channels + 1)
    image = flat.index_copy(0, fragments.covered, with_mask).reshape(batch, size, size, channels + 1)
    image = antialias(image, fragments, clip, buffers.outline).permute(0, 3, 1, 2)
    return Rendering(image[:, :channels], image[:, channels:], fragments)


def _lit(
    buffers: HeadBuffers,
    vertices: Tensor,
    view: Cameras,
    fragments: Fragments,
    maps: Mapping[str, Maps],
    lights: Lights,
    material: Tensor,
    uv: Tensor,
) -> Tensor:
    """(N, 3) linear colours of the covered pixels."""
    size = fragments.triangle.shape[-1]
    image_of = fragments.covered // (size * size)
    point_normal = torch.cat((vertex_normals(vertices, buffers.faces), vertices), 1)
    interpolated = interpolate_covered(point_normal, fragments, buffers.faces)
    normals = functional.normalize(interpolated[:, :3], dim=-1, eps=1e-12)
    towards = functional.normalize(view.position[image_of] - interpolated[:, 3:], dim=-1)
    if any(maps[name].normal is not None for name in buffers.materials):
        tangents = uv_tangents(vertices, buffers.faces, buffers.uv, buffers.uv_faces)
        along = interpolate_covered(tangents, fragments, buffers.uv_faces)
        along = torch.cat((along[:, :3], torch.sign(along[:, 3:])), 1)
        mapped = _gathered(maps, buffers, material, uv, "normal")
        normals = perturbed_normals(normals, along, mapped)
    albedo = _gathered(maps, buffers, material, uv, "albedo")
    roughness = _gathered(maps, buffers, material, uv, "roughness")[:, 0]
    reflectance = _gathered(maps, buffers, material, uv, "specular")[:, 0] * 0.08
    soft = torch.tensor([maps[name].scatter for name in buffers.materials], device=uv.device)[material]
    setup = image_of if lights.count > 1 else torch.zeros_like(image_of)
    ambient = lights.ambient.expand(view.count, 9, 3)
    counts = torch.bincount(image_of, minlength=view.count).tolist()
    light = torch.cat([ambient_light(ambient[k], part) for k, part in enumerate(normals.split(counts))])
    shine = torch.zeros_like(light)
    for index in range(lights.direction.shape[1]):
        direction, strength = lights.direction[setup, index], lights.colour[setup, index]
        cosine = (normals * direction).sum(-1)
        diffuse = torch.where(soft[:, None], scattered(cosine), lambert(cosine)[:, None])
        light = light + diffuse * strength
        shine = shine + ggx(normals, towards, direction, roughness, reflectance)[:, None] * strength
    return albedo * light + shine


_DEFAULTS = {"normal": (0.0, 0.0, 1.0), "roughness": (0.5,), "specular": (0.5,)}


def _gathered(
    maps: Mapping[str, Maps], buffers: HeadBuffers, material: Tensor, uv: Tensor, name: str
) -> Tensor:
    """(N, C) values of one kind of map at the covered pixels, each from its own material's texture."""
    pieces, places = [], []
    for index, key in enumerate(buffers.materials):
        here = torch.nonzero(material == index).reshape(-1)
        texture = getattr(maps[key], name)
        if texture is None:
            texture = torch.tensor(_DEFAULTS[name], dtype=uv.dtype, device=uv.device)
        pieces.append(sample(texture, uv[here]) if texture.ndim == 3 else texture.expand(here.numel(), -1))
        places.append(here)
    order = torch.cat(places)
    values = torch.cat(pieces)
    return torch.zeros_like(values).index_copy(0, order, values)


def _background(background: Tensor | None, batch: int, channels: int, size: int, like: Tensor) -> Tensor:
    """(B, H, W, C)."""
    if background is None:
        return like.new_zeros(batch, size, size, channels)
    if background.ndim == 1:
        background = background[:, None, None]
    return background.to(like).expand(batch, channels, size, size).permute(0, 2, 3, 1)
