"""The text-image scorer: an open_clip model from local files (CLIP, Radford et al. 2021; DreamFace 4.1)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import open_clip
import torch
from open_clip.tokenizer import HFTokenizer
from torch import Tensor, nn
from torch.nn import functional

from dreamhead.errors import MissingModelError, UsageError
from dreamhead.priors.diffusion import quiet_transformers
from dreamhead.priors.weights import check_tokenizer, load_whole, read_config, read_tensors, safetensors_in

TEXT_TOWER = "text.transformer."  # where a model's tensors of the text tower begin
_OTHER = "check that the checkpoint and the architecture belong together"


class ClipScorer:
    """An open_clip model as a Scorer; see load_scorer."""

    def __init__(
        self,
        model: Any,
        tokenize: Callable[[list[str]], Tensor],
        image_size: int,
        mean: tuple[float, ...],
        std: tuple[float, ...],
        revision: str,
        device: str,
    ) -> None:
        self.revision = revision
        self.image_size = image_size
        self._model = model.to(device).eval().requires_grad_(False)
        self._tokenize = tokenize
        self._mean = torch.tensor(mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(std, device=device).view(1, 3, 1, 1)
        self._device = device

    def encode_text(self, texts: list[str]) -> Tensor:
        """N texts -> (N, D) unit vectors."""
        with torch.no_grad():
            return self._model.encode_text(self._tokenize(texts).to(self._device), normalize=True).float()

    def encode_image(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) sRGB in 0..1, any size -> (B, D) unit vectors.  Differentiable.

        The shorter side is scaled to the model's size (bicubic, antialiased), then the middle is taken.
        """
        height, width = images.shape[-2:]
        scale = self.image_size / min(height, width)
        size = (max(self.image_size, round(height * scale)), max(self.image_size, round(width * scale)))
        if size != (height, width):
            images = functional.interpolate(images, size=size, mode="bicubic", antialias=True)
        top, left = (size[0] - self.image_size) // 2, (size[1] - self.image_size) // 2
        images = images[..., top : top + self.image_size, left : left + self.image_size]
        return self._model.encode_image((images - self._mean) / self._std, normalize=True).float()


def load_scorer(
    path: Path, architecture: str = "", text_tower: Path | None = None, *, revision: str, device: str
) -> ClipScorer:
    """A scorer from local files alone.

    path: an open_clip folder (open_clip_config.json + open_clip_model.safetensors), or a checkpoint file
    together with open_clip's name of its architecture ("ViT-L-14-quickgelu").  text_tower: the transformers
    folder of a model whose text side is one; without it, the configuration's name is looked for in `path`.
    Raises MissingModelError, DamagedFileError, UsageError.
    """
    if path.is_file() or architecture:
        if not path.is_file():
            raise MissingModelError(
                f"scorer checkpoint {path} is missing", "give the path of the file itself"
            )
        config, checkpoint, preprocess = _named_config(architecture), path, {}
    else:
        whole = read_config(path / "open_clip_config.json")
        config, preprocess = dict(whole["model_cfg"]), whole.get("preprocess_cfg", {})
        checkpoint = safetensors_in(path, "open_clip_model")
    tensors = read_tensors(checkpoint)
    tokenize, text = _text_side(config, tensors, path, text_tower)
    model = _build(config | {"text_cfg": text})
    tower_apart = bool(text.get("hf_model_pretrained"))  # in a folder of its own
    load_whole(model, tensors, checkpoint, (TEXT_TOWER,) if tower_apart else (), _OTHER)
    size = config["vision_cfg"]["image_size"]
    return ClipScorer(
        model.float(),
        tokenize,
        image_size=size if isinstance(size, int) else size[0],
        mean=tuple(preprocess.get("mean", open_clip.OPENAI_DATASET_MEAN)),
        std=tuple(preprocess.get("std", open_clip.OPENAI_DATASET_STD)),
        revision=revision,
        device=device,
    )


def _named_config(architecture: str) -> dict[str, Any]:
    config = open_clip.get_model_config(architecture) if architecture else None
    if config is None:
        raise UsageError(
            f"unknown scorer architecture {architecture!r}",
            "for a checkpoint file, set models.scorer.architecture to open_clip's name: ViT-L-14-quickgelu",
        )
    return config


def _text_side(
    config: dict[str, Any], tensors: dict[str, Tensor], path: Path, text_tower: Path | None
) -> tuple[Callable[[list[str]], Tensor], dict[str, Any]]:
    """The tokenizer, and the text configuration with the tower's name rewritten to a local folder."""
    text = dict(config["text_cfg"])
    if "hf_model_name" not in text:
        length = text.get("context_length", 77)
        return open_clip.SimpleTokenizer(context_length=length), text
    folder = text_tower or path / text["hf_model_name"]
    if not (folder / "config.json").is_file():
        raise MissingModelError(
            f"the scorer's text tower {folder} is missing", "no network is used to fetch one"
        )
    read_tensors(safetensors_in(folder, "model"))  # finite, or refused
    check_tokenizer(folder)
    text["hf_model_name"] = text["hf_tokenizer_name"] = str(folder.resolve())
    text["hf_model_pretrained"] = not any(name.startswith(TEXT_TOWER) for name in tensors)
    tokenizer = HFTokenizer(
        str(folder.resolve()), context_length=text["context_length"], local_files_only=True
    )
    return tokenizer, text


def _build(config: dict[str, Any]) -> nn.Module:
    rest = {key: value for key, value in config.items() if key != "custom_text"}
    custom = config.get("custom_text") or "hf_model_name" in config["text_cfg"]
    with quiet_transformers():
        return open_clip.CustomTextCLIP(**rest) if custom else open_clip.CLIP(**rest)
