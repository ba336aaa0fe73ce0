"""Grey clay under one lamp at a time: what a scorer is shown of a head, all lamps in the channels of one picture."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor

from dreamhead.render.antialias import antialias
from dreamhead.render.camera import Cameras, to_clip
from dreamhead.render.light import Lights, ambient_light
from dreamhead.render.rasterize import Rasterizer, interpolate_covered, rasterize
from dreamhead.render.scene import HeadBuffers
from dreamhead.render.shade import ggx, lambert
from dreamhead.render.surface import vertex_normals

GLOSS, REFLECTANCE = 0.5, 0.04  # a plain material: roughness and reflectance at normal incidence


def clay_pictures(
    backend: Rasterizer,
    buffers: HeadBuffers,
    vertices: Tensor,
    view: Cameras,
    size: int,
    lamps: Lights,
    grey: float,
    background: float,
) -> Tensor:
    """(L, B, H, W) linear: the head's B views under each of the L lamps, of which only the red channel counts.

    vertices (V, 3) metres; lamps of L set-ups of one light each; grey: the clay's linear albedo.  What does not
    depend on the lamp (triangles, normals, outlines) is worked out once: `scene.render_head` draws the same
    picture one lamp at a time.  No gradients.
    """
    clip = to_clip(vertices, view)
    fragments = rasterize(backend, clip, buffers.faces, (size, size))
    covered = fragments.covered
    image_of = covered // (size * size)
    point_normal = torch.cat((vertex_normals(vertices, buffers.faces), vertices), 1)
    interpolated = interpolate_covered(point_normal, fragments, buffers.faces)
    normals = functional.normalize(interpolated[:, :3], dim=-1, eps=1e-12)
    towards = functional.normalize(view.position[image_of] - interpolated[:, 3:], dim=-1)
    roughness = torch.full_like(normals[:, 0], GLOSS)
    reflectance = torch.full_like(roughness, REFLECTANCE)
    image = vertices.new_full((view.count * size * size, lamps.count), background)
    colours = []
    for index in range(lamps.count):
        direction, strength = lamps.direction[index], lamps.colour[index, 0, 0]
        ambient = ambient_light(lamps.ambient[index], normals)[:, 0]
        matte = lambert((normals * direction).sum(-1))
        shine = ggx(normals, towards, direction, roughness, reflectance)
        colours.append(grey * (ambient + matte * strength) + shine * strength)
    image[covered] = torch.stack(colours, 1)
    image = image.reshape(view.count, size, size, lamps.count)
    return antialias(image, fragments, clip, buffers.outline).permute(3, 0, 1, 2)
