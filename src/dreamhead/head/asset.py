"""HeadAsset: the one type that travels between stages, and how it is told apart on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class HeadAsset:
    """A head on its way to becoming a bundle.  Fields stay empty until their stage has run.

    Colours are linear unless a map is uint8 (then sRGB for albedo, linear for the rest).
    """

    # select
    identity: NDArray[np.float32] | None = None  # (K,) sliders of the head model
    wardrobe: Mapping[str, Any] = field(default_factory=dict)  # slot -> choice: JSON only
    # carve
    displacement: NDArray[np.float32] | None = None  # (V,) metres along the neutral's vertex normals
    detail_normal: NDArray[np.float32] | None = None  # (H, W, 3) unit tangent-space normals, OpenGL
    # paint_latent, paint_image
    latent: NDArray[np.float32] | None = None  # (C, h, w)
    # paint_image, decode, upscale: albedo (H, W, 3); normal (H, W, 3) as 0..1 colours;
    # specular, roughness, displacement (H, W).  float32 up to decode; uint8 after upscale
    # (displacement uint16, 0.5 = 0 and the full range = 4 mm).
    maps: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    # rig
    vertices: NDArray[np.float32] | None = None  # (V, 3) the carved resting head, metres
    targets: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)  # name -> (V, 3), in order
    joint_positions: NDArray[np.float32] | None = None  # (J, 3)

    def changed(self, **values: Any) -> HeadAsset:
        """A copy with these fields replaced."""
        return replace(self, **values)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Every array by a flat name ("maps.albedo"), as a checkpoint stores them."""
        out: dict[str, NDArray[Any]] = {}
        for spec in fields(self):
            value = getattr(self, spec.name)
            if spec.name in _GROUPS:
                out.update({f"{spec.name}.{key}": array for key, array in value.items()})
            elif isinstance(value, np.ndarray):
                out[spec.name] = value
        return out

    def facts(self) -> dict[str, Any]:
        """What is not an array, as JSON; `order` keeps the order of grouped arrays."""
        return {
            "wardrobe": dict(self.wardrobe),
            "order": {group: list(getattr(self, group)) for group in _GROUPS},
        }

    @staticmethod
    def restored(tensors: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> HeadAsset:
        """The inverse of tensors() and facts()."""
        values: dict[str, Any] = {k: v for k, v in tensors.items() if "." not in k}
        for group, names in facts["order"].items():
            values[group] = {name: tensors[f"{group}.{name}"] for name in names}
        return HeadAsset(wardrobe=dict(facts["wardrobe"]), **values)


_GROUPS = ("maps", "targets")
