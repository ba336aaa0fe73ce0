"""Trains a text-conditional latent denoiser: once on rendered views, once on UV albedo maps (DreamFace 5.1).

v-prediction (Salimans and Ho 2022), an average of the weights, captions dropped for guidance, and noise on
the text states so that unheard words land near heard ones.  Training may begin on small pictures, which cost
little.  The schedule ends in pure noise (Lin et al. 2024): Stable Diffusion's own leaves 0.07 of the signal,
from which a model of 64² latents reads the mean colour, never learns to take it from the text, and then
samples mud.  Large smooth pictures show through much noise, so the larger the latent, the more of the steps
are drawn from the noisy end (Hoogeboom et al. 2023).
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor, nn

from dreamhead.distill.target import sample
from dreamhead.priors.diffusion import LatentDenoiser, fill, load_autoencoder, load_denoiser, load_text
from dreamhead.record import write_json
from dreamhead.train.card import Card, card_of
from dreamhead.train.examples import Pictures, as_tensor, contact_sheet, load_maps, load_views, reduced
from dreamhead.train.loop import (
    Budget,
    Progress,
    cosine_rate,
    descend,
    follow,
    placed,
    seeded,
    set_rate,
    train_loop,
)
from dreamhead.train.text_tower import WIDTH
from dreamhead.train.weights import WEIGHTS_FILE, save_diffusers

SCHEDULE: dict[str, Any] = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "v_prediction",
    "clip_sample": False,
    "set_alpha_to_one": True,
    "timestep_spacing": "trailing",
    "rescale_betas_zero_snr": True,
}
SAVE_EVERY = 250  # steps; a stopped training leaves its last weights to `resume` from
DROPPED = 0.12  # share of captions replaced by the empty one
TEXT_NOISE = 0.1  # deviations of the text states
SAMPLE_PROMPTS = (
    "an elderly sailor",
    "a young woman with freckles and red hair",
    "a green-skinned orc",
    "a pale vampire",
    "a dark-skinned man with a grey beard",
    "a chubby baby",
    "a robot with metal plates",
    "a clown with white make-up and red lips",
    "a blue alien",
    "a very old wizard with a white beard",
    "a red demon with yellow eyes",
    "a zombie",
    "a woman with purple eye shadow and red lipstick",
    "a dirty miner",
    "a lizardman with green scales",
    "a tanned man with a moustache",
)


@dataclass(frozen=True)
class Phase:
    """Train on latents of this size until this fraction of the budget.

    noisiness: steps are drawn with a density proportional to t to this power.
    """

    size: int
    until: float
    batch: int
    noisiness: float = 0.0


@dataclass(frozen=True)
class Kind:
    """One of the two denoisers."""

    thing: str
    purpose: str
    pixels: int  # a side of its full-size pictures
    load: Callable[[Path, int], Pictures]
    phases: tuple[Phase, ...]
    channels: tuple[int, ...]  # of each level of the U-Net, each half the size of the one before
    template: str = ""  # a second way of asking, for a share of the captions


VIEWS = Kind(
    "views",
    "denoises rendered views of heads: the generic model of both distillation stages",
    256,
    lambda data, size: load_views(data, size),
    (Phase(16, 0.5, 32), Phase(32, 1.0, 16, 0.5)),
    (32, 64, 128),
)
TEXTURE = Kind(
    "texture",
    "denoises albedo maps in the head's UV layout",
    512,
    lambda data, size: load_maps(data, size=size)["albedo"],
    (Phase(64, 1.0, 8, 0.5),),
    (16, 32, 64, 96, 128),
    "a diffuse texture map of {} in UV space",
)


def train_views(out: Path, data: Path, **options: Any) -> Card:
    """The denoiser of rendered views; see train."""
    return train(VIEWS, out, data, **options)


def train_texture(out: Path, data: Path, **options: Any) -> Card:
    """The denoiser of albedo maps; see train."""
    return train(TEXTURE, out, data, **options)


def train(
    kind: Kind,
    out: Path,
    data: Path,
    seed: int = 0,
    minutes: float = 22.0,
    steps: int = 20_000,
    device: str = "cpu",
    progress: Progress = lambda done, total, note: None,
    resume: bool = False,
) -> Card:
    """Write `out`/unet and `out`/scheduler in diffusers' format.

    The folders `autoencoder` and `text` beside `out` must be trained before.  resume: go on from the weights
    in `out`, at full size alone.
    """
    pictures = kind.load(data, kind.pixels)
    progress(0, steps, f"{len(pictures.images)} pictures; encoding")
    latents = encode_pictures(
        pictures, out.parent / "autoencoder", [phase.size for phase in kind.phases], device
    )
    states, null = encode_captions(pictures, out.parent / "text", kind.template)
    model = build(seed, kind.phases[-1].size, kind.channels)
    phases = kind.phases
    if resume:
        fill(model, out / "unet" / WEIGHTS_FILE)
        phases = phases[-1:]
    placed(model, device)
    average = copy.deepcopy(model)
    rows = pictures.rows(False)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, betas=(0.9, 0.99), weight_decay=0.01)
    rng = np.random.default_rng(seed)
    chance = torch.Generator().manual_seed(seed)
    scheduler: Any = DDIMScheduler(**SCHEDULE)
    alphas: Tensor = scheduler.alphas_cumprod

    def step(index: int, fraction: float) -> float:
        set_rate(optimizer, cosine_rate(6e-4 if resume else 8e-4, index, fraction))
        phase = next(p for p in phases if fraction < p.until or p is phases[-1])
        drawn = rng.choice(rows, phase.batch)
        clean = latents[phase.size][torch.from_numpy(drawn)].float()
        text = torch.stack([states[i][rng.integers(len(states[i]))] for i in drawn]).float()
        text = text + TEXT_NOISE * torch.randn(text.shape, generator=chance)
        dropped = torch.rand(len(text), generator=chance) < DROPPED
        text = torch.where(dropped[:, None, None], null, text)
        t = drawn_times(len(clean), phase.noisiness, len(alphas), chance)
        noise = torch.randn(clean.shape, generator=chance)
        alpha = alphas[t].view(-1, 1, 1, 1)
        noisy = alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
        velocity = alpha.sqrt() * noise - (1 - alpha).sqrt() * clean
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            guess = model(noisy.to(device), t.to(device), text.to(device)).sample
        loss = (guess.float() - velocity.to(device)).square().mean()
        value = descend(optimizer, loss, parameters)
        follow(average, model, index, decay=0.998)
        if index % SAVE_EVERY == SAVE_EVERY - 1:
            save(out, average)
        return value

    spent = train_loop(Budget(steps, minutes), step, progress)
    save(out, average.cpu())
    denoiser = load_denoiser(component_folders(out), revision="", device="cpu", dtype=torch.float32)
    quality = measure(denoiser, latents[kind.phases[-1].size], states, null, pictures.rows(True))
    contact_sheet(samples(denoiser, SAMPLE_PROMPTS), 4, data / "sheets" / f"{kind.thing}.png")
    return card_of(
        kind.thing,
        purpose=kind.purpose,
        format="diffusers UNet2DConditionModel, v-prediction",
        data=f"{len(rows)} pictures of the synthetic world, trained at latent sizes {[p.size for p in kind.phases]}",
        seed=seed,
        spent=spent,
        modules=[model],
        out=out,
        quality=quality,
        resumed=resume,
    )


def drawn_times(count: int, noisiness: float, steps: int, chance: torch.Generator) -> Tensor:
    """(count,) whole time steps below `steps`, of a density that grows with t to the power of noisiness."""
    share = torch.rand(count, generator=chance) ** (1 / (1 + noisiness))
    return (share * steps).long().clamp(max=steps - 1)


def build(seed: int, sample_size: int, channels: tuple[int, ...]) -> Any:
    """The untrained U-Net, about 4 million parameters.  Attention where a level is 8² and between the halves.

    Enough levels to reach 8² or 4²: the smallest must see the picture's edges to know where it is.
    """
    attentive = [sample_size >> level == 8 for level in range(len(channels))]
    with seeded(seed):
        model: Any = UNet2DConditionModel(
            sample_size=sample_size,
            in_channels=4,
            out_channels=4,
            layers_per_block=1,
            block_out_channels=channels,
            down_block_types=tuple("CrossAttnDownBlock2D" if a else "DownBlock2D" for a in attentive),
            up_block_types=tuple("CrossAttnUpBlock2D" if a else "UpBlock2D" for a in reversed(attentive)),
            cross_attention_dim=WIDTH,
            attention_head_dim=4,
            norm_num_groups=16,
        )
    nn.init.zeros_(model.conv_out.weight)
    nn.init.zeros_(model.conv_out.bias)
    model.set_attn_processor(
        AttnProcessor()
    )  # plain products: a quarter faster than the fused kernel on a CPU
    return model


@torch.no_grad()
def encode_pictures(
    pictures: Pictures, autoencoder: Path, sizes: list[int], device: str
) -> dict[int, Tensor]:
    """Latents of every picture at each latent size, float16, scaled to unit variance."""
    encoder = load_autoencoder(autoencoder, device=device, dtype=torch.float32)
    latents: dict[int, list[Tensor]] = {size: [] for size in sizes}
    for image in pictures.images:
        for size in sizes:
            small = as_tensor(reduced(image, size * encoder.scale)[None])
            with torch.autocast(
                torch.device(device).type, torch.bfloat16
            ):  # half the time, an error of 0.3 %
                latents[size].append(encoder.encode(small.to(device)).half().cpu())
    return {size: torch.cat(parts) for size, parts in latents.items()}


@torch.no_grad()
def encode_captions(pictures: Pictures, text: Path, template: str) -> tuple[list[Tensor], Tensor]:
    """For each picture its captions' token states (captions, L, WIDTH), and the empty prompt's (1, L, WIDTH)."""
    encoder, tokenizer = load_text(text, text)
    captions = [[*own, template.format(own[0])] if template else list(own) for own in pictures.captions]
    texts = sorted({"", *(caption for own in captions for caption in own)})
    known: dict[str, Tensor] = {}
    for start in range(0, len(texts), 256):
        part = texts[start : start + 256]
        tokens = tokenizer(part, padding="max_length", truncation=True, return_tensors="pt")
        states = encoder(tokens.input_ids, attention_mask=tokens.attention_mask).last_hidden_state
        known.update(zip(part, states.half(), strict=True))
    return [torch.stack([known[c] for c in own]) for own in captions], known[""][None].float()


def save(out: Path, model: Any) -> None:
    """Write the U-Net and the scheduler."""
    (out / "scheduler").mkdir(parents=True, exist_ok=True)
    config = {"_class_name": "UNet2DConditionModel"} | {
        k: v for k, v in dict(model.config).items() if k[0] != "_"
    }
    save_diffusers(out / "unet", config, model.state_dict())
    schedule = {"_class_name": "DDIMScheduler"} | SCHEDULE
    write_json(out / "scheduler" / "scheduler_config.json", schedule)


def component_folders(out: Path) -> dict[str, Path]:
    """The parts of a denoiser in `out`, which shares its text tower and autoencoder with its neighbour."""
    beside = out.parent
    return {
        "unet": out / "unet",
        "scheduler": out / "scheduler",
        "vae": beside / "autoencoder",
        "text_encoder": beside / "text",
        "tokenizer": beside / "text",
    }


def measure(
    denoiser: LatentDenoiser, latents: Tensor, states: list[Tensor], null: Tensor, rows: np.ndarray
) -> dict[str, float]:
    """Mean squared noise error on kept-out pictures, with the right caption, another's, and none.

    The right caption should explain more than another's: the difference is what the model reads from text.
    """
    chance = torch.Generator().manual_seed(0)
    rows = rows[:16]
    clean = latents[torch.from_numpy(rows)].float()
    right = torch.stack([states[i][0] for i in rows]).float()
    errors = {"right": 0.0, "wrong": 0.0, "none": 0.0}
    for t in (500, 800, 950):
        noise = torch.randn(clean.shape, generator=chance)
        alpha = denoiser.alphas_cumprod[t]
        noisy = alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
        steps = torch.full((len(clean),), t)
        asked = {"right": right, "wrong": right.roll(1, 0), "none": null.expand_as(right)}
        for name, text in asked.items():
            errors[name] += float((denoiser.predict_noise(noisy, steps, text) - noise).square().mean()) / 3
    return {f"noise_error_{name}_caption": round(value, 5) for name, value in errors.items()}


def samples(
    denoiser: LatentDenoiser, prompts: tuple[str, ...], guidance: float = 3.5, seed: int = 0
) -> Tensor:
    """(N, 3, H, W) pictures in 0..1 of the prompts, by 12 deterministic steps."""
    pictures = []
    null = denoiser.encode_text([""])
    chance = torch.Generator().manual_seed(seed)
    for prompt in prompts:
        size = denoiser.sample_size
        noise = torch.randn(1, denoiser.latent_channels, size, size, generator=chance)
        latents = sample(denoiser, noise, denoiser.encode_text([prompt]), null, guidance, 12)
        with torch.no_grad():
            pictures.append(denoiser.decode(latents).clamp(0, 1))
    return torch.cat(pictures)
