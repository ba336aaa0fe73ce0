"""Every knob: a frozen dataclass per stage, in stage order; defaults are DreamFace's where it states them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _number(default: float, low: float, high: float) -> Any:
    """A field that takes numbers from low to high."""
    return field(default=default, metadata={"range": (low, high)})


def _choice(*choices: str) -> Any:
    """A field that takes one of these words, the first when none is given."""
    return field(default=choices[0], metadata={"choices": choices})


@dataclass(frozen=True)
class HeadConfig:
    """The head model: the profile's own, the built-in one, or one read from files of the user's."""

    model: str = _choice("auto", "builtin", "ict", "flame")
    folder: str = field(default="", metadata={"path": True})  # of ict or flame; else $DREAMHEAD_ICT, _FLAME


@dataclass(frozen=True)
class SelectConfig:
    """Candidate selection (DreamFace section 4.1).  Slots: "auto", or an item of head/wardrobe by name."""

    candidates: int = _number(1024, 1, 1_000_000)
    image_size: int = _number(224, 32, 512)
    lights: int = _number(10, 1, 32)  # each of the three views under each of them
    direct_weight: float = _number(0.5, 0.0, 10.0)  # lambda_d
    relative_weight: float = _number(1.0, 0.0, 10.0)  # lambda_r
    captions: int = _number(6000, 1, 100_000)  # synthetic captions to recall from
    caption_weight: float = _number(1.0, 0.0, 10.0)  # 0: pictures alone, as in the paper
    rounds: int = _number(2, 0, 20)  # of refinement; 0: the paper's one draw
    keep: int = _number(6, 1, 64)  # best candidates that a round starts from
    children: int = _number(12, 1, 512)  # new candidates a round
    spread: float = _number(0.15, 0.0, 2.0)  # deviation of a child's sliders, first round
    hair: str = "auto"
    beard: str = "auto"
    brows: str = "auto"
    lashes: str = "auto"
    headwear: str = "auto"
    glasses: str = "auto"
    patch: str = "auto"
    earrings: str = "auto"


@dataclass(frozen=True)
class CarveConfig:
    """Geometry carving by score distillation (DreamFace section 4.2)."""

    steps: int = _number(300, 0, 5000)
    form: str = _choice("sds", "x0")
    guidance: float = _number(100.0, 0.0, 200.0)
    t_max: float = _number(0.98, 0.0, 1.0)
    t_min: float = _number(0.02, 0.0, 1.0)
    batch: int = _number(1, 1, 16)
    arc_deg: float = _number(45.0, 0.0, 180.0)  # cameras left and right of the front
    identity_rate: float = _number(0.02, 0.0, 1.0)
    displacement_rate_mm: float = _number(0.02, 0.0, 1.0)
    normal_rate: float = _number(0.01, 0.0, 1.0)
    identity_weight: float = _number(1.0, 0.0, 1e6)  # |beta - beta*|^2
    laplacian_weight: float = _number(1.0, 0.0, 1e6)
    map_weight: float = _number(1.0, 0.0, 1e6)
    displacement_limit_mm: float = _number(3.0, 0.0, 20.0)
    normal_size: int = _number(512, 16, 2048)
    symmetric: bool = False  # keep the carving mirrored about the middle of the face
    prompt: str = "{prompt}"  # what the generic model is asked for


@dataclass(frozen=True)
class PaintLatentConfig:
    """Texture latent by dual-path distillation (DreamFace section 5.2.1)."""

    steps: int = _number(200, 0, 5000)
    start: str = _choice("zeros", "sample", "world")
    sample_steps: int = _number(20, 1, 1000)
    sample_guidance: float = _number(7.5, 0.0, 200.0)
    form: str = _choice("sds", "x0")
    optimizer: str = _choice("adamw", "sgd")
    rate: float = _number(0.05, 0.0, 10.0)
    generic_guidance: float = _number(100.0, 0.0, 200.0)
    texture_guidance: float = _number(7.5, 0.0, 200.0)
    generic_weight: float = _number(1.0, 0.0, 1e3)  # lambda_g
    texture_weight: float = _number(3.0, 0.0, 1e3)  # lambda_tau
    t_max: float = _number(0.98, 0.0, 1.0)
    t_min: float = _number(0.0, 0.0, 1.0)
    batch: int = _number(1, 1, 16)
    arc_deg: float = _number(45.0, 0.0, 180.0)
    symmetric: bool = False  # mirror the latent after every step
    generic_prompt: str = "{prompt}"
    texture_prompt: str = "a diffuse texture map of {prompt} in UV space"


@dataclass(frozen=True)
class PaintImageConfig:
    """The same through the decoder, on lit renders (DreamFace section 5.2.2)."""

    steps: int = _number(200, 0, 5000)
    form: str = _choice("sds", "x0")
    optimizer: str = _choice("adamw", "sgd")
    rate: float = _number(0.05, 0.0, 10.0)
    generic_guidance: float = _number(100.0, 0.0, 200.0)
    texture_guidance: float = _number(7.5, 0.0, 200.0)
    generic_weight: float = _number(1.0, 0.0, 1e3)
    texture_weight: float = _number(3.0, 0.0, 1e3)
    t_max: float = _number(0.98, 0.0, 1.0)
    t_min: float = _number(0.0, 0.0, 1.0)
    batch: int = _number(1, 1, 16)
    arc_deg: float = _number(45.0, 0.0, 180.0)
    symmetric: bool = False
    anchor: float = _number(0.0, 0.0, 1.0)  # to the colours drawn for the sentence
    generic_prompt: str = "{prompt}"
    texture_prompt: str = "a diffuse texture map of {prompt} in UV space"


@dataclass(frozen=True)
class DecodeConfig:
    """Physically based maps from the latent (DreamFace section 5.3)."""

    normal_strength: float = _number(1.0, 0.0, 4.0)


@dataclass(frozen=True)
class UpscaleConfig:
    """Restoration and super-resolution to the final map size (DreamFace section 5.3)."""

    size: int = _number(4096, 64, 8192)
    detail: float = _number(1.0, 0.0, 2.0)  # strength of the drawn detail
    detail_size: int = _number(1024, 64, 8192)  # texels a side that it is drawn at
    pores: float = _number(1.0, 0.0, 4.0)  # strength of the added pores


@dataclass(frozen=True)
class RigConfig:
    """Morph targets, joints and weights on the carved head."""


@dataclass(frozen=True)
class PackageConfig:
    """Exporters, pictures and manifest."""

    preview_size: int = _number(1024, 64, 4096)


@dataclass(frozen=True)
class RunConfig:
    """The machine, not the head: never part of a fingerprint."""

    device: str = _choice("auto", "cpu", "cuda")
    threads: int = _number(0, 0, 256)  # 0: the cores at hand, at most 4
