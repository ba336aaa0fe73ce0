"""A text-conditional latent diffusion model from a diffusers folder (Rombach et al. 2022; DreamFace 5.1)."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, DDPMScheduler, UNet2DConditionModel
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from dreamhead.errors import MissingModelError, UsageError
from dreamhead.priors.store import DENOISER_PARTS
from dreamhead.priors.weights import (
    FETCH_AGAIN,
    HOW_TO_LIST,
    check_tokenizer,
    compute_dtype,
    load_whole,
    read_config,
    read_tensors,
    safetensors_in,
)

WEIGHTS = "diffusion_pytorch_model"  # the stem of every weights file of diffusers
_AUTOENCODERS = {"AutoencoderKL": AutoencoderKL, "AutoencoderTiny": AutoencoderTiny}


class Autoencoder:
    """A diffusers autoencoder whose latents are scaled to unit variance.

    Work that is differentiated runs in the fast number type; without gradient the decoder runs in float32,
    since bfloat16 keeps only 8 bits of a colour.
    """

    def __init__(self, model: nn.Module, device: str, dtype: torch.dtype) -> None:
        config: Any = model.config
        self.latent_channels = int(config.latent_channels)
        self.scale = 2 ** (len(config.block_out_channels) - 1)
        self.factor = float(config.scaling_factor)
        self.shift = float(getattr(config, "shift_factor", None) or 0.0)
        self._exact: Any = _placed(model, device, torch.float32)
        self._fast: Any = self._exact
        if dtype != torch.float32:
            self._fast = _placed(copy.deepcopy(model), device, dtype)

    def encode(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) sRGB in 0..1 -> (B, C, h, w) float32.  A KL encoder gives its mean."""
        model = self._choose(images)
        encoded = model.encode((images * 2 - 1).to(model.dtype))
        latents = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded.latents
        return (latents.float() - self.shift) * self.factor

    def decode(self, latents: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, 3, H, W) sRGB in 0..1 in float32, not clamped."""
        model = self._choose(latents)
        sample = model.decode((latents / self.factor + self.shift).to(model.dtype)).sample
        return sample.float() / 2 + 0.5

    def _choose(self, value: Tensor) -> Any:
        return self._fast if torch.is_grad_enabled() and value.requires_grad else self._exact


class LatentDenoiser:
    """A diffusers U-Net, autoencoder and text encoder as a Denoiser; see load_denoiser."""

    def __init__(
        self,
        unet: nn.Module,
        autoencoder: Autoencoder,
        text_encoder: nn.Module,
        tokenizer: Any,
        scheduler: Any,
        revision: str,
        device: str,
        dtype: torch.dtype,
    ) -> None:
        self.revision = revision
        self.latent_channels = autoencoder.latent_channels
        self.latent_scale = autoencoder.scale
        self.alphas_cumprod: Tensor = scheduler.alphas_cumprod.to(device=device, dtype=torch.float32)
        self._prediction = scheduler.config.prediction_type
        self._unet: Any = _placed(unet, device, dtype)
        self.sample_size = int(self._unet.config.sample_size)
        self._mask_channels = int(self._unet.config.in_channels) - self.latent_channels
        self._autoencoder = autoencoder
        self._text_encoder: Any = _placed(text_encoder, device, torch.float32)
        self._tokenizer = tokenizer
        self._device = device

    def encode_text(self, prompts: list[str]) -> Tensor:
        """N prompts -> (N, L, D) float32; the empty prompt is the null condition.  A long prompt is cut."""
        config = self._text_encoder.config
        length = min(int(self._tokenizer.model_max_length), int(config.max_position_embeddings))
        tokens = self._tokenizer(
            prompts, padding="max_length", truncation=True, max_length=length, return_tensors="pt"
        ).to(self._device)
        # As in diffusers' own pipelines: only encoders that say so read the mask (CLIP was trained without).
        mask = tokens.attention_mask if getattr(config, "use_attention_mask", False) else None
        with torch.no_grad():
            return self._text_encoder(tokens.input_ids, attention_mask=mask).last_hidden_state.float()

    def encode_image(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) sRGB in 0..1 -> (B, C, h, w), scaled to unit variance.  Differentiable."""
        return self._autoencoder.encode(images)

    def decode(self, latents: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, 3, H, W) sRGB in 0..1, not clamped.  Differentiable."""
        return self._autoencoder.decode(latents)

    @torch.no_grad()
    def predict_noise(self, latents: Tensor, t: Tensor, text: Tensor) -> Tensor:
        """(B, C, h, w) at steps t (B,) under text (B, L, D) -> the noise in them, float32, without gradient.

        A U-Net with one more input channel (DreamFace's texture model) is given a mask of ones: all of the
        map is wanted.
        """
        inputs = latents
        if self._mask_channels:
            mask = latents.new_ones(len(latents), self._mask_channels, *latents.shape[-2:])
            inputs = torch.cat([latents, mask], dim=1)
        inputs = inputs.to(self._unet.dtype, memory_format=torch.channels_last)
        output = self._unet(inputs, t, encoder_hidden_states=text.to(self._unet.dtype)).sample.float()
        if self._prediction == "epsilon":
            return output
        return noise_from_velocity(output, latents, self.alphas_cumprod[t].view(-1, 1, 1, 1))


def noise_from_velocity(velocity: Tensor, noisy: Tensor, alpha: Tensor) -> Tensor:
    """eps = sqrt(alpha) v + sqrt(1 - alpha) x_t, alpha the cumulative product (Salimans and Ho 2022)."""
    return alpha.sqrt() * velocity + (1 - alpha).sqrt() * noisy


def load_denoiser(
    files: Mapping[str, Path], *, revision: str, device: str, dtype: torch.dtype | None = None
) -> LatentDenoiser:
    """A denoiser from local folders, one per name in DENOISER_PARTS: no network, safetensors only.

    The text encoder is what its own configuration says (CLIP, BERT); the prediction type is the scheduler's.
    Raises MissingModelError, DamagedFileError, UsageError.
    """
    for name in DENOISER_PARTS:
        if not files[name].is_dir():
            raise MissingModelError(f"the model's {name} folder {files[name]} is missing", HOW_TO_LIST)
    dtype = dtype or compute_dtype(device)
    schedule = read_config(files["scheduler"] / "scheduler_config.json")
    scheduler: Any = DDPMScheduler.from_config(schedule)
    if scheduler.config.prediction_type not in ("epsilon", "v_prediction"):
        raise UsageError(
            f"prediction type {scheduler.config.prediction_type!r} is not supported",
            "epsilon or v_prediction",
        )
    autoencoder = load_autoencoder(files["vae"], device=device, dtype=dtype)
    unet = UNet2DConditionModel.from_config(read_config(files["unet"] / "config.json"))
    fill(unet, safetensors_in(files["unet"], WEIGHTS))
    spare = int(unet.config.in_channels) - autoencoder.latent_channels
    if spare not in (0, 1) or int(unet.config.out_channels) != autoencoder.latent_channels:
        raise UsageError(
            f"{files['unet']} takes {unet.config.in_channels} channels, "
            f"the autoencoder has {autoencoder.latent_channels}",
            "the U-Net and the autoencoder must belong together",
        )
    text_encoder, tokenizer = load_text(files["text_encoder"], files["tokenizer"])
    if int(unet.config.cross_attention_dim) != int(text_encoder.config.hidden_size):
        raise UsageError(
            f"{files['unet']} reads text of width {unet.config.cross_attention_dim}, "
            f"{files['text_encoder']} writes {text_encoder.config.hidden_size}",
            "the U-Net and the text encoder must belong together",
        )
    return LatentDenoiser(unet, autoencoder, text_encoder, tokenizer, scheduler, revision, device, dtype)


def load_autoencoder(folder: Path, *, device: str, dtype: torch.dtype) -> Autoencoder:
    """An AutoencoderKL or AutoencoderTiny folder as an Autoencoder."""
    model = build_autoencoder(read_config(folder / "config.json"))
    fill(model, safetensors_in(folder, WEIGHTS))
    return Autoencoder(model, device, dtype)


def build_autoencoder(config: dict[str, Any]) -> Any:
    """The untrained autoencoder that a diffusers configuration names.  Raises UsageError for another."""
    name = config.get("_class_name", "AutoencoderTiny" if "num_decoder_blocks" in config else "AutoencoderKL")
    if name not in _AUTOENCODERS:
        raise UsageError(
            f"autoencoder class {name!r} is not supported", f"use one of {', '.join(_AUTOENCODERS)}"
        )
    if name == "AutoencoderTiny":  # it writes this itself and warns when it is given back
        config = {key: value for key, value in config.items() if key != "block_out_channels"}
    return _AUTOENCODERS[name].from_config(config)


def fill(model: nn.Module, path: Path, may_lack: tuple[str, ...] = ()) -> None:
    """Load a weights file into a model, every tensor of both but those whose name starts as in `may_lack`."""
    load_whole(model, _renamed(read_tensors(path)), path, may_lack, FETCH_AGAIN)


# Stable Diffusion's own autoencoder files keep the attention names of diffusers before 0.18.
_OLD_NAMES = {".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0."}


def _renamed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    renamed = {}
    for name, tensor in tensors.items():
        if ".mid_block.attentions." in name:
            for old, new in _OLD_NAMES.items():
                name = name.replace(old, new)
            if name.endswith(".weight") and ".to_" in name and tensor.ndim == 4:  # once 1x1 convolutions
                tensor = tensor[:, :, 0, 0]
        renamed[name] = tensor
    return renamed


def _placed(model: nn.Module, device: str, dtype: torch.dtype) -> Any:
    """The model ready for inference.  Past diffusers' own `to`, which warns about every cast."""
    placed = nn.Module.to(model, device=device, dtype=dtype)
    return nn.Module.to(placed, memory_format=torch.channels_last).eval().requires_grad_(False)


def load_text(encoder: Path, tokenizer: Path) -> tuple[Any, Any]:
    """A text encoder (CLIP, BERT: what its configuration says) and its tokenizer, from local folders."""
    kind = read_config(encoder / "config.json").get("model_type")
    weights = safetensors_in(encoder, "model")
    read_tensors(weights)  # finite, or refused
    check_tokenizer(tokenizer)
    options: dict[str, Any] = {"add_pooling_layer": False} if kind == "bert" else {}
    if weights.name.endswith(".fp16.safetensors"):
        options["variant"] = "fp16"
    with quiet_transformers():
        model = AutoModel.from_pretrained(
            encoder, local_files_only=True, use_safetensors=True, dtype=torch.float32, **options
        )
        return model, AutoTokenizer.from_pretrained(tokenizer, local_files_only=True)


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers from printing its loading bars and reports, and put its settings back."""
    verbosity, bars = transformers_logging.get_verbosity(), transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        if bars:
            transformers_logging.enable_progress_bar()
