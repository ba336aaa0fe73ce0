"""The head as it stands between stages: its carved vertices, and how its eyes and a like synthetic head look."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dreamhead.cache import cache_folder
from dreamhead.head.asset import HeadAsset
from dreamhead.head.geometry import triangulate, vertex_normals
from dreamhead.head.model import Floats, HeadModel
from dreamhead.render.shade import linear_to_srgb
from dreamhead.stages.context import Context
from dreamhead.world.attributes import Attributes
from dreamhead.world.eye import eye_maps
from dreamhead.world.ground import skin_surface
from dreamhead.world.skin import generate


def carved_vertices(asset: HeadAsset, head: HeadModel) -> Floats:
    """T = T(beta) + V_d n (DreamFace eq. 4): (V, 3) metres."""
    assert asset.identity is not None and asset.displacement is not None
    vertices = head.neutral(asset.identity)
    skin = next(part for part in head.parts if part.name == "skin")
    normals = vertex_normals(vertices, triangulate(skin.faces))
    return (vertices + normals * asset.displacement[:, None]).astype(np.float32)


def eye_albedo(asset: HeadAsset, size: int) -> Tensor:
    """(1, 3, size, size) sRGB: the eye's colour map."""
    maps = eye_maps(recalled(asset), size, seed=0)
    return linear_to_srgb(torch.from_numpy(np.ascontiguousarray(maps.albedo))).permute(2, 0, 1)[None].float()


def world_albedo(asset: HeadAsset, context: Context, size: int) -> Tensor:
    """(1, 3, size, size) sRGB: the skin of a synthetic head with the attributes that the sentence recalled."""
    surface = skin_surface(context.head, size, cache_folder())
    maps = generate(surface, recalled(asset), context.seed)
    return linear_to_srgb(torch.from_numpy(maps.albedo)).permute(2, 0, 1)[None].to(context.device)


def recalled(asset: HeadAsset) -> Attributes:
    """The attributes that `select` kept with the wardrobe."""
    return Attributes.from_json(asset.wardrobe["attributes"])
