"""Specular, roughness and normal from a texture latent: copies of the image decoder (DreamFace 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from dreamhead.errors import MissingModelError
from dreamhead.priors.diffusion import WEIGHTS, Autoencoder, build_autoencoder, fill
from dreamhead.priors.store import MAP_NAMES
from dreamhead.priors.weights import HOW_TO_LIST, read_config, safetensors_in


class LatentMapDecoder:
    """Three image decoders as a MapDecoder; see load_map_decoder."""

    def __init__(self, decoders: Mapping[str, Autoencoder], revision: str) -> None:
        self.revision = revision
        self._decoders = decoders

    def decode_maps(self, latents: Tensor) -> dict[str, Tensor]:
        """(B, C, h, w) -> specular (B,1,H,W), roughness (B,1,H,W) in 0..1, normal (B,3,H,W) unit vectors."""
        maps = {}
        for name, decoder in self._decoders.items():
            image = decoder.decode(latents)
            if name == "normal":
                maps[name] = functional.normalize(image * 2 - 1, dim=1)
            else:
                maps[name] = image.mean(1, keepdim=True).clamp(0, 1)
        return maps


def load_map_decoder(files: Mapping[str, Path], *, revision: str, device: str) -> LatentMapDecoder:
    """Decoders from diffusers autoencoder folders, one per name in MAP_NAMES; their encoders may be left out.

    They run in float32: a bfloat16 normal map shows steps.  Raises MissingModelError, DamagedFileError.
    """
    decoders = {}
    for name in MAP_NAMES:
        if not files[name].is_dir():
            raise MissingModelError(f"the {name} decoder {files[name]} is missing", HOW_TO_LIST)
        model = build_autoencoder(read_config(files[name] / "config.json"))
        fill(model, safetensors_in(files[name], WEIGHTS), may_lack=("encoder.", "quant_conv."))
        decoders[name] = Autoencoder(model, device, torch.float32)
    return LatentMapDecoder(decoders, revision)
