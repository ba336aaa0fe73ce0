"""Stage 4: the texture latent refined through the decoder, on lit renders (DreamFace section 5.2.2)."""

from __future__ import annotations

import torch

from dreamhead.config import PaintImageConfig
from dreamhead.distill.fit import fit
from dreamhead.distill.schedule import falling
from dreamhead.distill.target import distillation_target, pull
from dreamhead.head.asset import HeadAsset
from dreamhead.render.chart import millimetres_per_unit
from dreamhead.render.light import random_lights
from dreamhead.render.scene import Maps, render_head
from dreamhead.render.shade import linear_to_srgb, srgb_to_linear
from dreamhead.stages.anchor import anchored
from dreamhead.stages.context import Context
from dreamhead.stages.easel import conditions, easel, make_optimizer, mirror, random_colour, random_noise
from dreamhead.stages.surface import carved_vertices, eye_albedo, world_albedo

VERSION = 2
NAME = "paint_image"


def run(asset: HeadAsset, config: PaintImageConfig, context: Context) -> HeadAsset:
    """Refines latent and adds the map albedo (H, W, 3), linear."""
    assert asset.identity is not None and asset.latent is not None and asset.detail_normal is not None
    generic, texture = context.priors.generic, context.priors.texture
    latent = torch.from_numpy(asset.latent.copy()).to(context.device).requires_grad_(True)
    stand = easel(context)
    vertices = torch.from_numpy(carved_vertices(asset, context.head)).to(context.device)
    normal = torch.from_numpy(asset.detail_normal).permute(2, 0, 1).to(context.device)
    eye = Maps(
        albedo=srgb_to_linear(eye_albedo(asset, 128)[0].to(context.device)),
        roughness=torch.tensor([0.1], device=context.device),
    )
    size = generic.sample_size * generic.latent_scale
    view_text, view_null = conditions(generic, context.prompt, config.generic_prompt)
    map_text, map_null = conditions(texture, context.prompt, config.texture_prompt)
    optimizer = make_optimizer(latent, config.optimizer, config.rate)

    def step(index: int, generator: torch.Generator) -> None:
        t = falling(index, config.steps, config.t_max, config.t_min, len(generic.alphas_cumprod))
        view = stand.random_view(config.batch, config.arc_deg, generator)
        lights = random_lights(config.batch, generator, context.device)
        skin = Maps(albedo=srgb_to_linear(texture.decode(latent[None])[0]), normal=normal, scatter=True)
        rendered = render_head(
            stand.backend, stand.buffers, vertices, view, size, {"skin": skin, "eye": eye},
            lights, background=random_colour(generator),
        ).image  # fmt: skip
        seen = generic.encode_image(linear_to_srgb(rendered).clamp(0, 1))
        goal = distillation_target(
            generic,
            seen,
            random_noise(seen, generator),
            t,
            view_text,
            view_null,
            config.generic_guidance,
            config.form,
        )
        (gradient,) = torch.autograd.grad(pull(seen, goal), latent)
        wanted = distillation_target(
            texture, latent[None], random_noise(latent[None], generator), t, map_text, map_null,
            config.texture_guidance, config.form,
        )  # fmt: skip
        (own,) = torch.autograd.grad(pull(latent[None], wanted), latent)
        latent.grad = config.generic_weight * gradient + config.texture_weight * own
        optimizer.step()
        if config.symmetric:
            mirror(latent)

    fit(
        {"latent": latent}, optimizer, step, config.steps, seed=context.seed, name=NAME,
        work=context.work, progress=context.progress, stopping=context.stopping,
    )  # fmt: skip
    with torch.no_grad():
        albedo = srgb_to_linear(texture.decode(latent[None])[0].clamp(0, 1)).permute(1, 2, 0).cpu().numpy()
    if config.anchor > 0:
        side = len(albedo)
        skin_part = next(part for part in context.head.parts if part.name == "skin")
        texel_mm = millimetres_per_unit(skin_part, context.head.neutral(asset.identity)) / side
        drawn = srgb_to_linear(world_albedo(asset, context, side))[0].permute(1, 2, 0).cpu().numpy()
        albedo = anchored(albedo, drawn, config.anchor, texel_mm)
    maps = {**asset.maps, "albedo": albedo}
    return asset.changed(latent=latent.detach().cpu().numpy(), maps=maps)
