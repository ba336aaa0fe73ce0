"""Stage 2: vertex displacement, detail normals and a refined identity by distillation (DreamFace section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from scipy.spatial import cKDTree
from torch import Tensor

from dreamhead.config import CarveConfig
from dreamhead.distill.fit import fit
from dreamhead.distill.schedule import falling, uniform
from dreamhead.distill.target import distillation_target, pull
from dreamhead.head.asset import HeadAsset
from dreamhead.head.model import HeadModel
from dreamhead.render.light import random_lights
from dreamhead.render.scene import HeadBuffers, Maps, render_head
from dreamhead.render.shade import linear_to_srgb
from dreamhead.render.surface import vertex_normals
from dreamhead.stages.context import Context
from dreamhead.stages.easel import conditions, easel, random_colour, random_noise

VERSION = 1
NAME = "carve"
CLAY = 0.55  # linear grey of the shaded renders
SMOOTHING_PASSES = 6


@dataclass(frozen=True)
class Ground:
    """What does not change while carving."""

    start: Tensor  # (V, 3) the selected head
    basis: Tensor  # (K, V, 3)
    selected: Tensor  # (K,) beta*
    limits: Tensor  # (K, 2)
    weight: Tensor  # (V,) where displacement is allowed: 0 at lips, lids and inside
    smoother: Tensor  # (V, V) sparse: one pass of averaging with the neighbours
    mirrored: Tensor | None  # (V,) each vertex's mirror image


def run(asset: HeadAsset, config: CarveConfig, context: Context) -> HeadAsset:
    """Adds displacement (V,) and detail_normal (H, W, 3), and refines identity (K,)."""
    assert asset.identity is not None
    generic = context.priors.generic
    stand = easel(context)
    ground = prepare(context.head, asset.identity, stand.buffers, config, context.device)
    identity = ground.selected.clone().requires_grad_(True)
    displacement = torch.zeros(len(ground.start), device=context.device, requires_grad=True)  # millimetres
    slopes = torch.zeros(2, config.normal_size, config.normal_size, device=context.device, requires_grad=True)
    text, null = conditions(generic, context.prompt, config.prompt)
    size = generic.sample_size * generic.latent_scale
    clay = Maps(albedo=torch.full((3,), CLAY, device=context.device))
    optimizer = torch.optim.Adam(
        [
            {"params": [identity], "lr": config.identity_rate},
            {"params": [displacement], "lr": config.displacement_rate_mm},
            {"params": [slopes], "lr": config.normal_rate},
        ],
        betas=(0.9, 0.99),
    )

    def step(index: int, generator: torch.Generator) -> None:
        count = len(generic.alphas_cumprod)
        if config.form == "sds":
            t = uniform(config.t_min, config.t_max, count, generator)
        else:
            t = falling(index, config.steps, config.t_max, config.t_min, count)
        vertices = carved(ground, identity, displacement, stand.buffers)
        view = stand.random_view(config.batch, config.arc_deg, generator)
        skin = Maps(albedo=clay.albedo, normal=tangent_normals(slopes))
        rendered = render_head(
            stand.backend, stand.buffers, vertices, view, size, {"skin": skin, "eye": clay},
            random_lights(config.batch, generator, context.device), background=random_colour(generator),
        ).image  # fmt: skip
        seen = generic.encode_image(linear_to_srgb(rendered).clamp(0, 1))
        goal = distillation_target(
            generic, seen, random_noise(seen, generator), t, text, null, config.guidance, config.form
        )
        loss = pull(seen, goal) + regularisation(ground, config, identity, displacement, slopes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        constrain(ground, config, identity, displacement, slopes)

    fit(
        {"identity": identity, "displacement": displacement, "slopes": slopes}, optimizer, step, config.steps,
        seed=context.seed, name=NAME, work=context.work, progress=context.progress, stopping=context.stopping,
    )  # fmt: skip
    with torch.no_grad():
        relief = smooth(ground, displacement) / 1000
        normal = functional.normalize(tangent_normals(slopes), dim=0).permute(1, 2, 0)
    return asset.changed(
        identity=identity.detach().cpu().numpy(),
        displacement=relief.cpu().numpy(),
        detail_normal=normal.cpu().numpy(),
    )


def prepare(
    head: HeadModel, identity: np.ndarray, buffers: HeadBuffers, config: CarveConfig, device: str
) -> Ground:
    """The head's constants on the device."""
    skin = {part.name: part for part in head.parts}["skin"]
    outside = np.zeros(len(head.mean), np.float32)
    outside[np.unique(skin.faces)] = 1
    masks = head.masks
    weight = (
        outside
        * (1 - masks["lips"])
        * (1 - masks["lids"])
        * (1 - masks["ears"])
        * np.maximum(masks["face"], masks["scalp"])
    )
    mirrored = None
    if config.symmetric:
        _, nearest = cKDTree(head.mean).query(head.mean * np.array([-1, 1, 1], np.float32))
        mirrored = torch.from_numpy(nearest).to(device)
    return Ground(
        torch.from_numpy(head.neutral(identity)).to(device),
        torch.from_numpy(np.ascontiguousarray(head.identity_basis)).to(device),
        torch.from_numpy(identity.copy()).to(device),
        torch.from_numpy(head.slider_limits.copy()).to(device),
        torch.from_numpy(weight).to(device),
        neighbour_average(buffers.faces.long(), len(head.mean)).to(device),
        mirrored,
    )


def neighbour_average(faces: Tensor, count: int) -> Tensor:
    """(V, V) sparse: half a vertex's own value, half the mean of its neighbours'; identity where there are none."""
    pairs = torch.cat([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).cpu()
    pairs = torch.unique(torch.cat([pairs, pairs.flip(1)]), dim=0)
    degree = torch.bincount(pairs[:, 0], minlength=count)
    weights = 0.5 / degree[pairs[:, 0]].float()
    own = torch.arange(count)
    values = torch.cat([weights, torch.where(degree > 0, 0.5, 1.0)])
    places = torch.cat([pairs, torch.stack([own, own], 1)]).T
    return torch.sparse_coo_tensor(places, values, (count, count), check_invariants=True).coalesce()


def smooth(ground: Ground, displacement: Tensor) -> Tensor:
    """The displacement (V,) in millimetres as it is applied: smoothed, and faded where it must be zero."""
    values = displacement[:, None]
    for _ in range(SMOOTHING_PASSES):
        values = torch.sparse.mm(ground.smoother, values)
    return values[:, 0] * ground.weight


def carved(ground: Ground, identity: Tensor, displacement: Tensor, buffers: HeadBuffers) -> Tensor:
    """T = T(beta) + V_d n (DreamFace eq. 4), with T(beta) linear about the selected head: (V, 3)."""
    shaped = ground.start + torch.einsum("k,kvc->vc", identity - ground.selected, ground.basis)
    normals = vertex_normals(shaped.detach(), buffers.faces)
    return shaped + normals * (smooth(ground, displacement) / 1000)[:, None]


def tangent_normals(slopes: Tensor) -> Tensor:
    """Slopes (2, H, W) -> tangent-space normals (3, H, W), not unit."""
    return torch.cat([slopes, torch.ones_like(slopes[:1])])


def regularisation(
    ground: Ground, config: CarveConfig, identity: Tensor, displacement: Tensor, slopes: Tensor
) -> Tensor:
    """L_sha + L_geo + L_map (DreamFace eq. 7)."""
    shape = (identity - ground.selected).square().sum()
    moved = smooth(ground, displacement)
    laplacian = 2 * (moved[:, None] - torch.sparse.mm(ground.smoother, moved[:, None]))
    across, down = slopes.diff(dim=2), slopes.diff(dim=1)
    second = across.diff(dim=2).square().sum() + down.diff(dim=1).square().sum()
    first = across.square().sum() + down.square().sum()
    return (
        config.identity_weight * shape
        + config.laplacian_weight * laplacian.square().sum()
        + config.map_weight * (second + first)
    )


def constrain(
    ground: Ground, config: CarveConfig, identity: Tensor, displacement: Tensor, slopes: Tensor
) -> None:
    """Keep every parameter in its range and, if asked, mirrored; in place."""
    with torch.no_grad():
        identity.copy_(identity.clamp(ground.limits[:, 0], ground.limits[:, 1]))
        displacement.clamp_(-config.displacement_limit_mm, config.displacement_limit_mm)
        slopes.clamp_(-1, 1)
        if ground.mirrored is not None:
            displacement.copy_(0.5 * (displacement + displacement[ground.mirrored]))
            flipped = slopes.flip(2) * torch.tensor([-1.0, 1.0], device=slopes.device)[:, None, None]
            slopes.copy_(0.5 * (slopes + flipped))
