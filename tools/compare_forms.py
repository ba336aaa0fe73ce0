"""How far the two forms of distillation run off with a profile's own denoiser (docs/decisions/0002).

    python tools/compare_forms.py [PROMPT ...] [--role texture] [--steps 50] [--picture FILE]

From zeros, a latent follows the denoiser alone, at time steps that fall from 0.98 to 0.02.  Prints a Markdown
table of what became of it, the mean over the prompts: the latent's standard deviation, which is 1 for the pictures
that the model learned, the share of decoded colour values that are not inside 0..1, and seconds.  The last row
is the model's own sampling, for comparison.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from dreamhead import models
from dreamhead.distill.fit import step_generator
from dreamhead.distill.schedule import falling
from dreamhead.distill.target import distillation_target, pull, sample
from dreamhead.job import default_threads
from dreamhead.priors.profiles import Priors, resolve_profile
from dreamhead.priors.protocols import Denoiser
from dreamhead.stages.easel import conditions, make_optimizer, random_noise
from dreamhead.train.examples import contact_sheet

PROMPTS = ("an elderly sailor", "a green-skinned orc", "a young woman with freckles and red hair")
T_MAX, T_MIN = 0.98, 0.02
SAMPLE_GUIDANCE, SAMPLE_STEPS = 4.0, 20


@dataclass(frozen=True)
class Way:
    """One way to distil.  rate: of AdamW for sds, the share of the way to the target for x0."""

    form: str
    guidance: float
    optimizer: str
    rate: float


@dataclass(frozen=True)
class Outcome:
    """What became of a latent."""

    image: Tensor  # (1, 3, H, W), not clamped
    deviation: float
    beyond: float  # share of the image's values that are not inside 0..1
    seconds: float


WAYS = (
    Way("sds", 30.0, "adamw", 0.05),
    Way("sds", 7.5, "adamw", 0.05),
    Way("x0", 4.0, "sgd", 0.3),
    Way("x0", 1.5, "sgd", 0.3),
)


def main() -> None:
    """Distil in every way and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("prompts", nargs="*", metavar="PROMPT", default=PROMPTS)
    parser.add_argument("--role", choices=("generic", "texture"), default="texture")
    parser.add_argument("--profile", default="embedded")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--picture", type=Path, metavar="FILE", help="a row for each way, a column a prompt")
    chosen = parser.parse_args()
    models.make_repeatable(default_threads())
    priors = Priors(resolve_profile(chosen.profile, {}), "cpu")
    denoiser: Denoiser = getattr(priors, chosen.role)
    print("| form | guidance | deviation | values beyond 0..1 | seconds |\n|---|---|---|---|---|")
    images = []
    for way in WAYS:
        found = [distilled(denoiser, prompt, way, chosen.steps) for prompt in chosen.prompts]
        images += [one.image for one in found]
        print(row(way.form, way.guidance, found), flush=True)
    found = [sampled(denoiser, prompt) for prompt in chosen.prompts]
    images += [one.image for one in found]
    print(row("sampled", SAMPLE_GUIDANCE, found))
    if chosen.picture:
        contact_sheet(torch.cat(images), len(chosen.prompts), chosen.picture)


def distilled(denoiser: Denoiser, prompt: str, way: Way, steps: int) -> Outcome:
    """A latent that started from zeros and followed the denoiser for so many steps."""
    text, null = conditions(denoiser, prompt, "{prompt}")
    side = denoiser.sample_size
    latent = torch.zeros(1, denoiser.latent_channels, side, side, requires_grad=True)
    optimizer = make_optimizer(latent, way.optimizer, way.rate)

    def work() -> Tensor:
        for index in range(steps):
            t = falling(index, steps, T_MAX, T_MIN, len(denoiser.alphas_cumprod))
            noise = random_noise(latent, step_generator(0, "compare_forms", index, "cpu"))
            goal = distillation_target(denoiser, latent, noise, t, text, null, way.guidance, way.form)
            optimizer.zero_grad()
            pull(latent, goal).backward()
            optimizer.step()
        return latent.detach()

    return outcome(denoiser, work)


def sampled(denoiser: Denoiser, prompt: str) -> Outcome:
    """What the denoiser draws by itself, from noise."""
    text, null = conditions(denoiser, prompt, "{prompt}")
    side = denoiser.sample_size
    like = torch.zeros(1, denoiser.latent_channels, side, side)
    noise = random_noise(like, step_generator(0, "compare_forms", -1, "cpu"))
    return outcome(denoiser, lambda: sample(denoiser, noise, text, null, SAMPLE_GUIDANCE, SAMPLE_STEPS))


def outcome(denoiser: Denoiser, work: Callable[[], Tensor]) -> Outcome:
    """Do the work, time it, and measure the latent (1, C, h, w) that it gives."""
    started = time.perf_counter()
    latent = work()
    seconds = time.perf_counter() - started
    with torch.no_grad():
        image = denoiser.decode(latent)
    beyond = float(((image < 0) | (image > 1)).float().mean())
    return Outcome(image, float(latent.std()), beyond, seconds)


def row(form: str, guidance: float, found: list[Outcome]) -> str:
    """One line of the table: the means over the prompts."""
    deviation, beyond, seconds = (
        sum(getattr(one, name) for one in found) / len(found) for name in ("deviation", "beyond", "seconds")
    )
    return f"| {form} | {guidance:g} | {deviation:.2f} | {100 * beyond:.1f} % | {seconds:.1f} |"


if __name__ == "__main__":
    main()
