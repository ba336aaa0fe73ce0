"""Trains the text-image scorer: a small CLIP whose text side is the frozen text tower (Radford et al. 2021)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from open_clip.tokenizer import HFTokenizer
from torch import Tensor, nn
from torch.nn import functional

from dreamhead.priors.diffusion import quiet_transformers
from dreamhead.priors.scorer import TEXT_TOWER, ClipScorer, load_scorer
from dreamhead.record import write_json
from dreamhead.train.card import Card, card_of
from dreamhead.train.examples import Pictures, as_tensor, load_views
from dreamhead.train.loop import (
    Budget,
    Progress,
    cosine_rate,
    descend,
    seeded,
    set_rate,
    train_loop,
)
from dreamhead.train.text_tower import LENGTH
from dreamhead.train.weights import save_half

THING = "scorer"
IMAGE_SIZE = 64
CONFIG: dict[str, Any] = {
    "embed_dim": 128,
    "vision_cfg": {
        "image_size": IMAGE_SIZE,
        "layers": [1, 1, 1, 1],
        "width": 16,
        "head_width": 16,
        "patch_size": None,
    },
    "text_cfg": {
        "hf_model_name": "../text",
        "hf_tokenizer_name": "../text",
        "hf_model_pretrained": True,
        "hf_proj_type": "linear",
        "hf_pooler_type": "mean_pooler",
        "context_length": LENGTH,
    },
}
PREPROCESS = {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}


def train(
    out: Path,
    data: Path,
    seed: int = 0,
    minutes: float = 12.0,
    steps: int = 6_000,
    device: str = "cpu",
    progress: Progress = lambda done, total, note: None,
    batch: int = 128,
) -> Card:
    """Write an open_clip folder to `out`; the text tower must be in the folder `text` beside it."""
    views = load_views(data, size=IMAGE_SIZE)
    model, tokenizer = build(out.parent / "text", seed)
    model.to(device)
    model.text.transformer.requires_grad_(False).eval()
    states = _pooled_captions(model, tokenizer, views)
    centre = torch.cat(states).mean(0)
    images = as_tensor(views.images)
    rows = views.rows(False)
    batch = min(batch, len(rows))
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, weight_decay=0.2)
    rng = np.random.default_rng(seed)
    chance = torch.Generator().manual_seed(seed)
    model.visual.train()

    def step(index: int, fraction: float) -> float:
        set_rate(optimizer, cosine_rate(1.5e-3, index, fraction))
        drawn = rng.choice(rows, batch, replace=False)
        captions = torch.stack([states[i][rng.integers(len(states[i]))] for i in drawn])
        shaken = captions + 0.05 * captions.std() * torch.randn(captions.shape, generator=chance)
        pictures = disturbed(images[torch.from_numpy(drawn)], chance).to(device)
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            seen = model.visual(pictures)
        seen = functional.normalize(seen.float(), dim=-1)
        read = functional.normalize(model.text.proj(shaken.to(device)), dim=-1)
        scores = model.logit_scale.exp().clamp(max=60) * seen @ read.T
        goal = soft_targets(captions - centre).to(device)
        loss = -0.5 * (
            (goal * scores.log_softmax(1)).sum(1).mean() + (goal * scores.T.log_softmax(1)).sum(1).mean()
        )
        return descend(optimizer, loss, parameters)

    spent = train_loop(Budget(steps, minutes), step, progress)
    save(out, model.eval())
    return card_of(
        THING,
        purpose="scores how well a picture of a head fits a text; chooses the identity and the wardrobe",
        format="open_clip folder; its text tower is a transformers folder of its own",
        data=f"{len(rows)} views of the synthetic world at 64²",
        seed=seed,
        spent=spent,
        modules=[model.visual, model.text.proj],
        out=out,
        quality=measure(out, views),
        notes="knows only what the synthetic world shows and names",
    )


def build(text: Path, seed: int) -> tuple[Any, HFTokenizer]:
    """An untrained model on the given text tower, and the tower's tokenizer."""
    local = {"hf_model_name": str(text.resolve()), "hf_tokenizer_name": str(text.resolve())}
    with seeded(seed), quiet_transformers():
        model = open_clip.CustomTextCLIP(**(CONFIG | {"text_cfg": CONFIG["text_cfg"] | local})).float()
    return model, HFTokenizer(str(text.resolve()), context_length=LENGTH, local_files_only=True)


def disturbed(images: Tensor, generator: torch.Generator) -> Tensor:
    """(B, 3, H, W) in 0..1 -> normalised; mirrored, turned, scaled, shifted, partly covered; other light and noise.

    A thousand pictures would otherwise be learnt by heart.
    """
    count, _, height, width = images.shape

    def drawn(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=generator)

    angle, size = torch.deg2rad(drawn(-12, 12)), drawn(0.7, 1.1)
    mirrored = torch.where(drawn(0, 1) < 0.5, -1.0, 1.0)
    across = torch.stack([mirrored * angle.cos() * size, -angle.sin() * size, drawn(-0.15, 0.15)], 1)
    down = torch.stack([mirrored * angle.sin() * size, angle.cos() * size, drawn(-0.15, 0.15)], 1)
    grid = functional.affine_grid(
        torch.stack([across, down], 1), [count, 3, height, width], align_corners=False
    )
    moved = functional.grid_sample(images * 2 - 1, grid, padding_mode="border", align_corners=False)
    exposure = drawn(0.75, 1.25).view(-1, 1, 1, 1)
    tint = 0.04 * torch.randn(count, 3, 1, 1, generator=generator)
    noise = 0.04 * torch.randn(moved.shape, generator=generator)
    return _covered(moved * exposure + tint + noise, generator)


def _covered(images: Tensor, generator: torch.Generator) -> Tensor:
    """The images, half of them with a random rectangle made grey."""
    height, width = images.shape[-2:]
    out = images.clone()
    for image in out:
        if torch.rand((), generator=generator) < 0.5:
            top, left = (int(torch.randint(0, side, (), generator=generator)) for side in (height, width))
            tall, wide = (
                int(torch.randint(4, side // 3, (), generator=generator)) for side in (height, width)
            )
            image[:, top : top + tall, left : left + wide] = 0
    return out


def soft_targets(captions: Tensor) -> Tensor:
    """(B, D) centred caption states -> (B, B) rows that sum to 1: mostly the own caption, partly its likes.

    Captions that say nearly the same are no mistakes for each other.
    """
    likeness = functional.normalize(captions, dim=-1)
    return 0.8 * torch.eye(len(captions)) + 0.2 * functional.softmax(20 * likeness @ likeness.T, 1)


def save(out: Path, model: nn.Module) -> None:
    """Write the open_clip folder, without the text tower's weights."""
    out.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": CONFIG | {"custom_text": True}, "preprocess_cfg": PREPROCESS}
    write_json(out / "open_clip_config.json", config)
    tensors = {k: v for k, v in model.state_dict().items() if not k.startswith(TEXT_TOWER)}
    save_half(tensors, out / "open_clip_model.safetensors")


def measure(folder: Path, views: Pictures) -> dict[str, float]:
    """Retrieval among up to 64 kept-out pictures, both ways, with the weights as written.

    Once with any of a picture's captions, many of which ("a guy") fit other pictures too; once with coloured
    pictures only and each one's longest caption.
    """
    scorer = load_scorer(folder, text_tower=folder.parent / "text", revision="", device="cpu")
    rows = views.rows(True)
    coloured = np.array([i for i in rows if len(views.captions[i]) > 1])
    rng = np.random.default_rng(0)
    plain = _retrieval(scorer, views, rows, lambda captions: str(rng.choice(captions)))
    long = _retrieval(scorer, views, coloured, lambda captions: max(captions, key=len))
    return plain | {f"long_captions_{name}": value for name, value in long.items()}


def _retrieval(
    scorer: ClipScorer, views: Pictures, rows: NDArray[np.int64], choose: Callable[[tuple[str, ...]], str]
) -> dict[str, float]:
    rng = np.random.default_rng(0)
    first, fifth, back, used = [], [], [], 0
    for _ in range(8):
        drawn = rng.permutation(rows)[:64]
        used = len(drawn)
        with torch.no_grad():
            seen = scorer.encode_image(as_tensor(views.images[drawn]))
            read = scorer.encode_text([choose(views.captions[i]) for i in drawn])
        scores = seen @ read.T
        truth = torch.arange(used)
        first.append((scores.argmax(1) == truth).float().mean())
        back.append((scores.argmax(0) == truth).float().mean())
        fifth.append((scores.topk(min(5, used), 1).indices == truth[:, None]).any(1).float().mean())
    return {
        "among": float(used),
        "picture_to_text_r1": round(float(torch.stack(first).mean()), 3),
        "picture_to_text_r5": round(float(torch.stack(fifth).mean()), 3),
        "text_to_picture_r1": round(float(torch.stack(back).mean()), 3),
    }


@torch.no_grad()
def _pooled_captions(model: Any, tokenizer: HFTokenizer, views: Pictures) -> list[Tensor]:
    """For each picture the tower's pooled states of its captions, (captions, WIDTH)."""
    texts = sorted({caption for captions in views.captions for caption in captions})
    known: dict[str, Tensor] = {}
    for start in range(0, len(texts), 512):
        part = texts[start : start + 512]
        tokens = tokenizer(part)
        mask = (tokens != 0).long()
        states = model.text.transformer(input_ids=tokens, attention_mask=mask)
        known.update(zip(part, model.text.pooler(states, mask), strict=True))
    return [torch.stack([known[caption] for caption in captions]) for captions in views.captions]
