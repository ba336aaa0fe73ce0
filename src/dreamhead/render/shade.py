"""Shading of surface points: tangent-space normals, matte and skin-like diffuse light, GGX highlights, sRGB.

Everything works on N points at once; directions are unit vectors away from the surface, colours are linear.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as functional
from torch import Tensor

SCATTER_WIDTH = (0.30, 0.10, 0.06)  # how far red, green and blue light wrap past the terminator in skin


def perturbed_normals(normals: Tensor, tangents: Tensor, mapped: Tensor) -> Tensor:
    """Normals (N, 3), tangents (N, 4) with the bitangent's sign, mapped (N, 3) OpenGL normals -> (N, 3)."""
    along = tangents[:, :3]
    along = functional.normalize(along - normals * (along * normals).sum(-1, keepdim=True), dim=-1, eps=1e-12)
    upward = torch.linalg.cross(normals, along) * tangents[:, 3:]
    world = along * mapped[:, :1] + upward * mapped[:, 1:2] + normals * mapped[:, 2:]
    return functional.normalize(world, dim=-1, eps=1e-12)


def lambert(cosine: Tensor) -> Tensor:
    """Cosine to the light -> light returned by a white matte surface."""
    return cosine.clamp(min=0)


def scattered(cosine: Tensor, width: Tensor | tuple[float, ...] = SCATTER_WIDTH) -> Tensor:
    """Cosine (N,) -> (N, 3): light past the terminator, red furthest, as skin does; width 0 is Lambert.

    Wrapped diffuse light (GPU Gems 1, chapter 16) to a power chosen so that both the light facing the lamp
    and the sphere's total stay a matte surface's: the integral of ((c + w) / (1 + w)) ** p over the sphere is
    2 pi (1 + w) / (p + 1), which is pi for p = 1 + 2 w.
    """
    wrap = torch.as_tensor(width, dtype=cosine.dtype, device=cosine.device)
    return ((cosine[:, None] + wrap) / (1 + wrap)).clamp(min=1e-6) ** (1 + 2 * wrap)


def ggx(normals: Tensor, view: Tensor, light: Tensor, roughness: Tensor, reflectance: Tensor) -> Tensor:
    """Highlight (N,) of a directional light of colour 1, the cosine included.

    roughness (N,) perceptual (alpha is its square); reflectance (N,) at normal incidence, 0.04 for skin.
    GGX with the height-correlated Smith term (Heitz 2014), Schlick's Fresnel, as glTF's appendix B.
    """
    half = functional.normalize(view + light, dim=-1, eps=1e-12)
    n_l = (normals * light).sum(-1).clamp(min=0)
    n_v = (normals * view).sum(-1).clamp(min=1e-3)
    n_h = (normals * half).sum(-1).clamp(0, 1)
    v_h = (view * half).sum(-1).clamp(0, 1)
    alpha2 = roughness.clamp(min=0.03) ** 4
    distribution = alpha2 / (math.pi * (n_h**2 * (alpha2 - 1) + 1) ** 2)
    masking = n_l * torch.sqrt(n_v**2 * (1 - alpha2) + alpha2) + n_v * torch.sqrt(
        n_l**2 * (1 - alpha2) + alpha2
    )
    fresnel = reflectance + (1 - reflectance) * (1 - v_h) ** 5
    # A light of colour 1 gives a white matte surface 1, so its irradiance is pi.
    return distribution * fresnel * (0.5 / masking.clamp(min=1e-6)) * n_l * math.pi


def linear_to_srgb(colour: Tensor) -> Tensor:
    """Linear -> sRGB; values below 0 become 0, those above 1 stay above; gradients stay finite."""
    bright = 1.055 * colour.clamp(min=0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(colour <= 0.0031308, 12.92 * colour.clamp(min=0), bright)


def srgb_to_linear(colour: Tensor) -> Tensor:
    """sRGB -> linear; values below 0 become 0."""
    bright = ((colour.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4
    return torch.where(colour <= 0.04045, colour.clamp(min=0) / 12.92, bright)
