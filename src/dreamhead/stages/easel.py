"""What the distillation stages share: the head ready to draw, random views of it, and prompts as conditions."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dreamhead.priors.protocols import Denoiser
from dreamhead.render.camera import Cameras, random_cameras
from dreamhead.render.rasterize import Rasterizer, rasterizer
from dreamhead.render.scene import HeadBuffers, head_buffers
from dreamhead.stages.context import Context


@dataclass(frozen=True)
class Easel:
    """A head's triangles on a device and the point that cameras look at."""

    backend: Rasterizer
    buffers: HeadBuffers
    target: Tensor  # (3,) metres

    def random_view(self, count: int, arc_deg: float, generator: torch.Generator) -> Cameras:
        """Cameras on an arc of +-arc_deg around the front (DreamFace section 4.2)."""
        return random_cameras(
            count, generator, target=self.target, azimuth_deg=(-arc_deg, arc_deg), device=self.target.device
        )


def easel(context: Context) -> Easel:
    """The context's head, skin and eyes only."""
    target = framing_target(context)
    buffers = head_buffers(context.head.parts, device=context.device)
    return Easel(rasterizer("auto", context.device), buffers, target.to(context.device))


def framing_target(context: Context) -> Tensor:
    """(3,) the middle of the head from chin to crown: what a portrait camera looks at."""
    head = context.head
    above_neck = head.mean[head.masks["neck"] < 0.5]
    low, high = above_neck.min(0), above_neck.max(0)
    return torch.tensor([0.0, float(low[1] + high[1]) / 2, float(low[2] + high[2]) / 2])


def conditions(denoiser: Denoiser, prompt: str, template: str) -> tuple[Tensor, Tensor]:
    """The prompt in its template, and the empty prompt, as text conditions (1, L, D) each."""
    text = denoiser.encode_text([template.replace("{prompt}", prompt), ""])
    return text[:1], text[1:]


def random_noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """Standard normal noise in the shape of a tensor."""
    return torch.randn(like.shape, generator=generator, device=generator.device).to(like)


def random_colour(generator: torch.Generator) -> Tensor:
    """(3,) a background colour, linear."""
    return torch.rand(3, generator=generator, device=generator.device)


def make_optimizer(parameter: Tensor, name: str, rate: float) -> torch.optim.Optimizer:
    """AdamW as FaceG2E's texture stage has it, or plain gradient steps."""
    if name == "sgd":
        return torch.optim.SGD([parameter], lr=rate)
    return torch.optim.AdamW([parameter], lr=rate, betas=(0.9, 0.99), eps=1e-15)


def mirror(latent: Tensor) -> None:
    """Replace a latent by the mean of itself and its mirror image, in place."""
    with torch.no_grad():
        latent.copy_(0.5 * (latent + latent.flip(-1)))
