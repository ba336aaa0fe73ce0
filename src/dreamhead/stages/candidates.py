"""Head candidates and how well each fits a sentence (DreamFace section 4.1).

A candidate's picture embedding is the mean over the front and both three-quarter views of grey renders under
several lights; its score is lambda_d s_d + lambda_r s_r, direct and relative to the anchors (eq. 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from dreamhead.head.model import Floats, HeadModel
from dreamhead.priors.protocols import Scorer
from dreamhead.render.camera import cameras
from dreamhead.render.clay import clay_pictures
from dreamhead.render.light import Lights, hemisphere_ambient
from dreamhead.render.rasterize import rasterizer
from dreamhead.render.scene import HeadBuffers, head_buffers
from dreamhead.render.shade import linear_to_srgb

ANCHOR_TEXT = "the face"
VIEWS_DEG = (0.0, -45.0, 45.0)
CLAY = 0.55
BACKGROUND = 0.35


@dataclass(frozen=True)
class Bank:
    """Candidates with the embeddings of their pictures and of the captions they were drawn with."""

    identities: Floats  # (N, K)
    embeddings: Floats  # (N, D) unit
    anchor: Floats  # (D,) of the mean head
    captions: Floats  # (N, D) unit


@dataclass(frozen=True)
class CandidateCamera:
    """Renders a head as the scorer judges it."""

    head: HeadModel
    scorer: Scorer
    size: int
    lights: int
    device: str

    def embed(self, identity: Floats) -> Floats:
        """(K,) -> (D,) unit mean embedding over views and lights."""
        images = self.pictures(identity)
        with torch.no_grad():
            mean = self.scorer.encode_image(images).mean(0)
        return functional.normalize(mean, dim=0).cpu().numpy()

    def pictures(self, identity: Floats) -> Tensor:
        """(3 * lights, 3, size, size) sRGB."""
        # the linear shape: a candidate's picture is small, and solving lips and lids exactly costs more than drawing
        vertices = self.head.mean + np.einsum("k,kvc->vc", identity, self.head.identity_basis)
        above = vertices[self.head.masks["neck"] < 0.5]
        centre = [0.0, float(above[:, 1].max() + above[:, 1].min()) / 2, float(above[:, 2].mean())]
        views = cameras(list(VIEWS_DEG), target=centre, height=0.36, device=self.device)
        with torch.no_grad():
            clay = clay_pictures(
                rasterizer("auto", self.device), self._buffers, torch.from_numpy(vertices).to(self.device),
                views, self.size, self._lamps, CLAY, BACKGROUND,
            )  # fmt: skip
            pictures = linear_to_srgb(clay).clamp(0, 1)
        return pictures.reshape(-1, 1, self.size, self.size).expand(-1, 3, -1, -1)

    @cached_property
    def _buffers(self) -> HeadBuffers:
        return head_buffers(self.head.parts, device=self.device)

    @cached_property
    def _lamps(self) -> Lights:
        """Every lamp as a set-up of its own."""
        each = [_light(index, self.lights, self.device) for index in range(self.lights)]
        return Lights(
            *(torch.cat([getattr(one, name) for one in each]) for name in ("direction", "colour", "ambient"))
        )


def embed_candidates(
    camera: CandidateCamera, identities: Floats, progress: Callable[[int, int, str], None]
) -> tuple[Floats, Floats]:
    """Picture embeddings (N, D) of the candidates (N, K), and that of the mean head (D,)."""
    rows = []
    for index, identity in enumerate(identities):
        rows.append(camera.embed(identity))
        progress(index + 1, len(identities), "candidates")
    return np.stack(rows), camera.embed(np.zeros_like(identities[0]))


def scores(
    embeddings: Floats, anchor: Floats, text: Floats, anchor_text: Floats, direct: float, relative: float
) -> Floats:
    """(N, D) picture embeddings against a text (D,): lambda_d s_d + lambda_r s_r (eq. 3), each s a cosine."""
    difference = embeddings - anchor
    length = np.maximum(np.linalg.norm(difference, axis=1), 1e-6)
    wanted = text - anchor_text
    s_relative = difference @ (wanted / max(float(np.linalg.norm(wanted)), 1e-6)) / length
    return (direct * (embeddings @ text) + relative * s_relative).astype(np.float32)


def _light(index: int, count: int, device: str) -> Lights:
    """Directional light `index` of `count`, spread over the front hemisphere, over a weak ambient."""
    azimuth = np.pi * ((index + 0.5) / count - 0.5) * 0.9
    height = 0.35 + 0.25 * np.cos(5 * index)
    direction = torch.tensor([np.sin(azimuth), height, np.cos(azimuth)], dtype=torch.float32)
    ambient = hemisphere_ambient(torch.full((3,), 0.30), torch.full((3,), 0.16))
    return Lights(
        functional.normalize(direction, dim=0)[None, None].to(device),
        torch.full((1, 1, 3), 0.75, device=device),
        ambient[None].to(device),
    )
