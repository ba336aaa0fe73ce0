"""Super-resolution and restoration in tiles, by networks that spandrel knows (Real-ESRGAN, RestoreFormer)."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import torch
from spandrel import ImageModelDescriptor, ModelLoader, UnsupportedModelError
from torch import Tensor
from torch.nn import functional

from dreamhead.errors import DamagedFileError
from dreamhead.priors.weights import compute_dtype, read_tensors

_OTHER = "use a Real-ESRGAN checkpoint"


class TiledUpscaler:
    """A spandrel network as an Upscaler; see load_upscaler.

    Memory stays bounded on large images: a tile is run with `context` more pixels around it, which are
    thrown away, and neighbours are cross-faded over `blend` pixels, so no seam shows even where the network
    sees further.
    """

    def __init__(
        self,
        network: ImageModelDescriptor,
        revision: str,
        tile: int = 256,
        context: int = 16,
        blend: int = 16,
    ) -> None:
        self.revision = revision
        self.scale = network.scale
        self.tile = tile
        self.context = context
        self.blend = blend
        self._network = network

    @torch.no_grad()
    def upscale(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in 0..1 -> (B, 3, scale*H, scale*W) in 0..1, float32."""
        # The edge is mirrored outwards: a network's own zeros would darken it.
        margin = min(self.context, *(side - 1 for side in images.shape[-2:]))
        padded = functional.pad(images, (margin,) * 4, mode="reflect")
        inner = _scaled((margin, -margin), self.scale) if margin else slice(None)
        return self._upscale(padded)[..., inner, inner]

    def _upscale(self, images: Tensor) -> Tensor:
        height, width = images.shape[-2:]
        if max(height, width) <= self.tile + 4 * self.context:
            return self._run(images)
        total = images.new_zeros(len(images), 3, height * self.scale, width * self.scale, dtype=torch.float32)
        weights = images.new_zeros(1, 1, height * self.scale, width * self.scale, dtype=torch.float32)
        for top, bottom in self._spans(height):
            for left, right in self._spans(width):
                piece, rows, columns = self._run_tile(images, (top, bottom), (left, right))
                weight = self._ramp(rows, height)[:, None] * self._ramp(columns, width)[None, :]
                place = (..., _scaled(rows, self.scale), _scaled(columns, self.scale))
                total[place] += piece * weight.to(piece)
                weights[place] += weight.to(piece)
        return total / weights

    def _spans(self, length: int) -> list[tuple[int, int]]:
        """The tiles' cores along one side; they meet without overlap and cover it."""
        count = -(-length // self.tile)
        edges = [round(i * length / count) for i in range(count + 1)]
        return list(pairwise(edges))

    def _run_tile(
        self, images: Tensor, rows: tuple[int, int], columns: tuple[int, int]
    ) -> tuple[Tensor, tuple[int, int], tuple[int, int]]:
        """Upscale one core grown by half the blend; returns it and the spans it covers in input pixels."""
        height, width = images.shape[-2:]
        half = self.blend // 2
        kept_rows = (max(rows[0] - half, 0), min(rows[1] + half, height))
        kept_columns = (max(columns[0] - half, 0), min(columns[1] + half, width))
        top, bottom = max(kept_rows[0] - self.context, 0), min(kept_rows[1] + self.context, height)
        left, right = max(kept_columns[0] - self.context, 0), min(kept_columns[1] + self.context, width)
        output = self._run(images[..., top:bottom, left:right])
        inner_rows = _scaled((kept_rows[0] - top, kept_rows[1] - top), self.scale)
        inner_columns = _scaled((kept_columns[0] - left, kept_columns[1] - left), self.scale)
        return output[..., inner_rows, inner_columns], kept_rows, kept_columns

    def _ramp(self, span: tuple[int, int], length: int) -> Tensor:
        """Weights along one side of a tile, in output pixels: 1 inside, falling towards its neighbours."""
        size = (span[1] - span[0]) * self.scale
        blend = self.blend * self.scale
        steps = torch.arange(size, dtype=torch.float32) + 0.5
        rising = (steps / blend).clamp(max=1) if span[0] > 0 else torch.ones(size)
        falling = (steps.flip(0) / blend).clamp(max=1) if span[1] < length else torch.ones(size)
        return rising * falling

    def _run(self, images: Tensor) -> Tensor:
        device = self._network.device
        inputs = images.to(device=device, dtype=torch.float32, memory_format=torch.channels_last)
        # Only the convolutions run in the fast type: the picture they correct keeps its 24 bits.
        fast = compute_dtype(str(device))
        with torch.autocast(device.type, fast, enabled=fast != torch.float32):
            output = self._network(inputs)
        return output.to(device=images.device, dtype=torch.float32)


def load_upscaler(path: Path, *, revision: str, device: str) -> TiledUpscaler:
    """An upscaler (or a restorer of scale 1) from a checkpoint file that spandrel knows by its tensors.

    Raises MissingModelError, DamagedFileError.
    """
    tensors = read_tensors(path)
    try:
        network = ModelLoader().load_from_state_dict(tensors)
    except UnsupportedModelError as error:
        raise DamagedFileError(f"{path} is no upscaler that spandrel knows", _OTHER) from error
    except RuntimeError as error:
        raise DamagedFileError(f"{path} does not fit its architecture: {error}", _OTHER) from error
    if not isinstance(network, ImageModelDescriptor) or network.input_channels != 3:
        raise DamagedFileError(f"{path} does not map an RGB image to an RGB image", _OTHER)
    network.to(device).eval()
    network.model.requires_grad_(False).to(memory_format=torch.channels_last)
    return TiledUpscaler(network, revision)


def _scaled(span: tuple[int, int], scale: int) -> slice:
    return slice(span[0] * scale, span[1] * scale)
