"""Small heads for the tests: the real pipeline with few steps and small maps, run in this process."""

from __future__ import annotations

from pathlib import Path

from dreamhead import models, pipeline, settings
from dreamhead.head.asset import HeadAsset
from dreamhead.job import Job, clean_prompt

FAST = (
    "select.rounds=1",
    "select.children=4",
    "carve.steps=4",
    "paint_latent.steps=6",
    "paint_image.steps=3",
    "upscale.size=512",
    "package.preview_size=96",
)


def make(
    prompt: str,
    out: Path,
    *,
    seed: int = 0,
    profile: str = "embedded",
    until: str | None = None,
    values: tuple[str, ...] = FAST,
) -> Job:
    """Run the pipeline with these settings; returns the job."""
    overrides = settings.parse_overrides(values, pipeline.sections())
    name, reason = models.resolve(profile, overrides)
    job = Job(clean_prompt(prompt), seed, name, reason, 2, overrides)
    pipeline.run(out, job, lambda event, **facts: None, until)
    return job


def made(
    prompt: str, out: Path, *, seed: int = 0, until: str = "rig", values: tuple[str, ...] = FAST
) -> HeadAsset:
    """The asset of a run up to a stage."""
    return pipeline.load_asset(out, make(prompt, out, seed=seed, until=until, values=values), until)
