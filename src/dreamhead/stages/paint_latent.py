"""Stage 3: the texture latent, by dual-path distillation in latent space (DreamFace section 5.2.1)."""

from __future__ import annotations

import torch
from torch import Tensor

from dreamhead.config import PaintLatentConfig
from dreamhead.distill.fit import fit, step_generator
from dreamhead.distill.schedule import falling
from dreamhead.distill.target import distillation_target, pull, sample
from dreamhead.head.asset import HeadAsset
from dreamhead.priors.protocols import Denoiser
from dreamhead.render.scene import Maps, render_head
from dreamhead.stages.context import Context
from dreamhead.stages.easel import conditions, easel, make_optimizer, mirror, random_colour, random_noise
from dreamhead.stages.surface import carved_vertices, eye_albedo, world_albedo

VERSION = 2
NAME = "paint_latent"
COVERAGE_FLOOR = 0.25  # a texel seen by less than this share of a pixel moves less than a whole step


def run(asset: HeadAsset, config: PaintLatentConfig, context: Context) -> HeadAsset:
    """Adds latent (C, h, w): the generic model judges rendered views of it, the texture model the map itself."""
    generic, texture = context.priors.generic, context.priors.texture
    latent = start(asset, config, context).requires_grad_(True)
    stand = easel(context)
    vertices = torch.from_numpy(carved_vertices(asset, context.head)).to(context.device)
    with torch.no_grad():
        eye = generic.encode_image(eye_albedo(asset, generic.latent_scale * 8).to(context.device))[0]
    view_text, view_null = conditions(generic, context.prompt, config.generic_prompt)
    map_text, map_null = conditions(texture, context.prompt, config.texture_prompt)
    optimizer = make_optimizer(latent, config.optimizer, config.rate)

    def step(index: int, generator: torch.Generator) -> None:
        t = falling(index, config.steps, config.t_max, config.t_min, len(generic.alphas_cumprod))
        background = flat_latent(generic, random_colour(generator))
        view = stand.random_view(config.batch, config.arc_deg, generator)
        maps = {"skin": Maps(albedo=latent), "eye": Maps(albedo=eye)}
        rendered = render_head(
            stand.backend, stand.buffers, vertices, view, generic.sample_size, maps, background=background
        ).image
        goal = distillation_target(
            generic,
            rendered,
            random_noise(rendered, generator),
            t,
            view_text,
            view_null,
            config.generic_guidance,
            config.form,
        )
        (gradient,) = torch.autograd.grad(pull(rendered, goal), latent, retain_graph=config.form == "x0")
        if config.form == "x0":  # a target is a place, so a texel moves by the mean of what its pixels ask
            (coverage,) = torch.autograd.grad(rendered.sum() / len(rendered), latent)
            gradient = gradient / (coverage + COVERAGE_FLOOR)
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
    return asset.changed(latent=latent.detach().cpu().numpy())


def start(asset: HeadAsset, config: PaintLatentConfig, context: Context) -> Tensor:
    """(C, h, w): zeros, a sample of the texture model, or the encoded map of a synthetic head like the prompt's."""
    texture = context.priors.texture
    shape = (1, texture.latent_channels, texture.sample_size, texture.sample_size)
    if config.start == "world":
        image = world_albedo(asset, context, texture.sample_size * texture.latent_scale)
        with torch.no_grad():
            return texture.encode_image(image)[0]
    if config.start == "sample":
        generator = step_generator(context.seed, NAME, -1, context.device)
        noise = torch.randn(shape, generator=generator, device=context.device)
        text, null = conditions(texture, context.prompt, config.texture_prompt)
        return sample(texture, noise, text, null, config.sample_guidance, config.sample_steps)[0]
    return torch.zeros(shape[1:], device=context.device)


def flat_latent(denoiser: Denoiser, colour: Tensor) -> Tensor:
    """(C,) the latent of an even colour (3,)."""
    with torch.no_grad():
        side = 8 * denoiser.latent_scale
        return denoiser.encode_image(colour.view(1, 3, 1, 1).expand(1, 3, side, side)).mean((0, 2, 3))
