"""Every knob: a frozen dataclass per stage, in stage order; defaults are DreamFace's where it states them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SelectConfig:
    """Candidate selection (DreamFace section 4.1)."""

    direct_weight: float = field(default=0.5, metadata={"range": (0.0, 10.0)})  # lambda_d
    relative_weight: float = field(default=1.0, metadata={"range": (0.0, 10.0)})  # lambda_r
    keep: int = field(default=6, metadata={"range": (1, 64)})  # best of the bank that refinement starts from
    rounds: int = field(default=2, metadata={"range": (0, 20)})  # refinement rounds around the best
    children: int = field(default=12, metadata={"range": (1, 512)})  # candidates a round
    image_size: int = field(default=128, metadata={"range": (32, 512)})
    hair: str = "auto"
    brows: str = "auto"
    beard: str = "auto"
    headwear: str = "auto"


@dataclass(frozen=True)
class CarveConfig:
    """Geometry carving by score distillation (DreamFace section 4.2)."""

    steps: int = field(default=300, metadata={"range": (0, 5000)})
    guidance: float = field(default=4.0, metadata={"range": (0.0, 200.0)})


@dataclass(frozen=True)
class PaintLatentConfig:
    """Texture latent by dual-path distillation (DreamFace section 5.2)."""

    steps: int = field(default=200, metadata={"range": (0, 5000)})


@dataclass(frozen=True)
class PaintImageConfig:
    """The same through the decoder, in image space (DreamFace section 5.2)."""

    steps: int = field(default=200, metadata={"range": (0, 5000)})


@dataclass(frozen=True)
class DecodeConfig:
    """Physically based maps from the latent (DreamFace section 5.3)."""


@dataclass(frozen=True)
class UpscaleConfig:
    """Restoration and super-resolution to the final map size (DreamFace section 5.3)."""

    size: int = field(default=4096, metadata={"range": (256, 8192)})


@dataclass(frozen=True)
class RigConfig:
    """Morph targets, joints and weights on the carved head."""


@dataclass(frozen=True)
class PackageConfig:
    """Exporters, pictures and manifest."""

    preview_size: int = field(default=1024, metadata={"range": (64, 4096)})
