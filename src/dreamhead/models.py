"""What a job loads: its profile, the head model and the priors, and the revisions that fingerprints cover."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from dreamhead import settings
from dreamhead.errors import MissingModelError, UsageError
from dreamhead.head.revision import head_revision
from dreamhead.job import Job

if TYPE_CHECKING:
    from dreamhead.head.model import HeadModel
    from dreamhead.priors.profiles import Priors, Profile

MISSING = "missing"
# The texture model knows one chart, its profile's head's.  On another head's it is not asked, and the map starts
# from the synthetic world, which draws on any.  Nor does a bank of its candidates ship: fewer are drawn on first use.
OTHER_CHART: settings.Overrides = {
    "select.candidates": 256,
    "paint_latent.start": "world",
    "paint_latent.texture_weight": 0.0,
    "paint_image.texture_weight": 0.0,
}


def resolve(asked: str, overrides: dict[str, object]) -> tuple[str, str]:
    """("auto" or a profile's name, settings) -> (profile, why it was taken)."""
    from dreamhead.priors.profiles import resolve_profile

    profile = resolve_profile(asked, settings.model_settings(overrides))
    return profile.name, profile.reason


def revisions(job: Job) -> dict[str, str]:
    """Role -> revision of every model of the job, the head's too; MissingModelError when one is not there."""
    found = revisions_or_missing(job)
    if MISSING in found.values():
        _profile(job)  # raises, saying what to do
        role = next(role for role, revision in found.items() if revision == MISSING)
        raise MissingModelError(f"the {role} model is missing", "run `dreamhead models list`")
    return found


def revisions_or_missing(job: Job) -> dict[str, str]:
    """The same, with "missing" where a model is not there."""
    from dreamhead.priors.profiles import read_profile
    from dreamhead.priors.store import revision_of

    profile = read_profile(job.profile, settings.model_settings(job.overrides))
    found = {"head": head_revision(*head_choice(job, profile))}
    for role, model in profile.models.items():
        found[role] = MISSING if model.missing() else revision_of(model.files)
    return found


def stage_settings(job: Job, sections: Mapping[str, type]) -> settings.Overrides:
    """The settings that a job runs with: its own over its profile's."""
    from dreamhead.priors.profiles import read_profile

    profile = read_profile(job.profile, settings.model_settings(job.overrides))
    name, _ = head_choice(job, profile)
    charted = {} if name == profile.head else OTHER_CHART
    return settings.check_overrides(profile.settings, sections) | charted | dict(job.overrides)


def head_choice(job: Job, profile: Profile) -> tuple[str, str]:
    """Name of the head model and the folder that the user gave for it, or nothing."""
    chosen = settings.head_config(job.overrides)
    return (profile.head if chosen.model == "auto" else chosen.model), chosen.folder


class Loader:
    """The head and priors of a job, loaded once and on first use, with torch made repeatable before."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @cached_property
    def device(self) -> str:
        """Settled from run.device: auto is CUDA for a profile that needs it, where there is one."""
        return prepare_torch(self.job)

    @cached_property
    def head(self) -> HeadModel:
        from dreamhead.head.load import load_head

        return load_head(*head_choice(self.job, _profile(self.job)))

    @cached_property
    def priors(self) -> Priors:
        from dreamhead.priors.profiles import Priors

        return Priors(_profile(self.job), self.device)


def check_device(job: Job) -> None:
    """UsageError when the job asks for CUDA and there is none.  Imports torch only when it asks."""
    if settings.run_config(job.overrides).device == "cuda":
        require_cuda("run.device=cuda")


def require_cuda(asked: str) -> None:
    """UsageError, repeating what was asked, when torch finds no CUDA device."""
    import torch

    if not torch.cuda.is_available():
        raise UsageError(f"{asked}, but torch finds no CUDA device", "run `dreamhead doctor`")


def prepare_torch(job: Job) -> str:
    """make_repeatable, and the device to use."""
    make_repeatable(job.threads)
    check_device(job)
    import torch

    asked = settings.run_config(job.overrides).device
    if asked != "auto":
        return asked
    return "cuda" if job.profile != "embedded" and torch.cuda.is_available() else "cpu"


def make_repeatable(threads: int) -> None:
    """Fix what results depend on besides their inputs: torch's threads and algorithms; and ask no network."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # CUDA sums in one order
    import torch

    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=True)


def _profile(job: Job) -> Profile:
    from dreamhead.priors.profiles import resolve_profile

    return resolve_profile(job.profile, settings.model_settings(job.overrides))
