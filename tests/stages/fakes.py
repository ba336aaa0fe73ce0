"""A context whose models have known answers: the prompt is a number, and the denoisers want that number everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from dreamhead.head.asset import HeadAsset
from dreamhead.head.load import load_head
from dreamhead.stages.context import Context
from dreamhead.world.attributes import Attributes
from tests.distill.gaussian import GaussianDenoiser


class WideGaussian(GaussianDenoiser):
    """The same on larger latents."""

    sample_size = 24


def context(
    work: Path, prompt: str = "0.8", seed: int = 0, stopping: Callable[[], bool] = lambda: False
) -> Context:
    """A context on the built-in head."""
    work.mkdir(parents=True, exist_ok=True)
    priors = SimpleNamespace(generic=WideGaussian(), texture=WideGaussian())
    return Context(
        prompt=prompt, seed=seed, device="cpu", head=load_head("builtin"), priors=priors, out=work, work=work,
        progress=lambda done, total, note: None, stopping=stopping,
    )  # fmt: skip


def selected() -> HeadAsset:
    """What `select` hands on, for the default head."""
    head = load_head("builtin")
    identity = np.zeros(len(head.slider_names), np.float32)
    return HeadAsset(identity=identity, wardrobe={"attributes": Attributes().to_json()})


def carved() -> HeadAsset:
    """What `carve` hands on when it changed nothing."""
    flat = np.zeros((32, 32, 3), np.float32)
    flat[..., 2] = 1
    return selected().changed(
        displacement=np.zeros(len(load_head("builtin").mean), np.float32), detail_normal=flat
    )
