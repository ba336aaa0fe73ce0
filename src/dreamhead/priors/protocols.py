"""What the stages ask of a pretrained model, whatever its size or library.  Imports no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dreamhead.priors.store import ModelRecord

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Denoiser", "MapDecoder", "ModelRecord", "Scorer", "Upscaler"]


class Scorer(Protocol):
    """A text-image scorer (CLIP).  Embeddings are unit vectors."""

    revision: str

    def encode_text(self, texts: list[str]) -> Tensor:
        """N texts -> (N, D)."""
        ...

    def encode_image(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) sRGB in 0..1, any size -> (B, D).  Differentiable."""
        ...


class Denoiser(Protocol):
    """A text-conditional latent diffusion model.  Its own weights never receive a gradient."""

    revision: str
    latent_channels: int
    latent_scale: int  # image pixels per latent pixel
    sample_size: int  # latent pixels a side it was trained at
    alphas_cumprod: Tensor  # (T,)

    def encode_text(self, prompts: list[str]) -> Tensor:
        """N prompts -> (N, L, D); the empty prompt is the null condition."""
        ...

    def encode_image(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) sRGB in 0..1 -> (B, C, h, w), scaled to unit variance.  Differentiable."""
        ...

    def decode(self, latents: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, 3, H, W) sRGB in 0..1, not clamped.  Differentiable."""
        ...

    def predict_noise(self, latents: Tensor, t: Tensor, text: Tensor) -> Tensor:
        """(B, C, h, w) at steps t (B,) under text (B, L, D) -> the noise in them, without gradient."""
        ...


class MapDecoder(Protocol):
    """Decodes a texture latent into the maps that a photograph does not show (DreamFace section 5.2)."""

    revision: str

    def decode_maps(self, latents: Tensor) -> dict[str, Tensor]:
        """(B, C, h, w) -> specular (B,1,H,W), roughness (B,1,H,W) in 0..1, normal (B,3,H,W) unit vectors."""
        ...


class Upscaler(Protocol):
    """Super-resolves images."""

    revision: str
    scale: int

    def upscale(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..1 -> (B, 3, scale*H, scale*W)."""
        ...
