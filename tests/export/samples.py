"""A finished small bundle for the tests of writers and gates."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from dreamhead.config import RigConfig
from dreamhead.export.assemble import assemble
from dreamhead.export.bundle import Bundle
from dreamhead.export.fbx import fbx_bytes
from dreamhead.export.glb import glb_bytes
from dreamhead.export.materials import Surface, eye_surface, mouth_surface, skin_surface
from dreamhead.export.usdz import usdz_bytes
from dreamhead.head.asset import HeadAsset
from dreamhead.stages import rig
from dreamhead.stages.context import Context
from tests.export.small_head import SmallHead

SIZE = 32


def context_of(head: Any, out: Path = Path(), **values: Any) -> Context:
    """A context for stages that load no model."""
    nothing: Callable[..., None] = lambda *_: None
    settings = {"prompt": "an elder “sailor”", "seed": 3, "device": "cpu", "priors": None, "work": out}
    settings |= {"progress": nothing, "stopping": lambda: False}
    return Context(head=head, out=out, **{**settings, **values})


def skin_maps(size: int = SIZE) -> dict[str, np.ndarray]:
    """Maps as `upscale` leaves them, all different."""
    rng = np.random.default_rng(0)
    tilted = rng.uniform(-0.3, 0.3, (size, size, 2))
    normal = np.dstack([tilted, np.sqrt(1 - (tilted**2).sum(-1))])
    return {
        "albedo": rng.integers(0, 256, (size, size, 3), dtype=np.uint8),
        "normal": np.round(127.5 + 127.5 * normal).astype(np.uint8),
        "specular": rng.integers(60, 120, (size, size), dtype=np.uint8),
        "roughness": rng.integers(90, 160, (size, size), dtype=np.uint8),
        "displacement": rng.integers(0, 65536, (size, size)).astype(np.uint16),
    }


def rigged(head: SmallHead | None = None, displacement: float = 0.001) -> HeadAsset:
    """The small head after `rig`, carved all over by displacement metres."""
    head = head or SmallHead()
    asset = HeadAsset(
        identity=np.zeros(1, np.float32),
        displacement=np.full(len(head.mean), displacement, np.float32),
        maps=skin_maps(),
    )
    return rig.run(asset, RigConfig(), context_of(head))


def surfaces() -> list[Surface]:
    """Skin, eye and mouth."""
    maps = skin_maps()
    plain = {name: maps[name] for name in ("albedo", "normal", "roughness")}
    open_sky = np.full((SIZE, SIZE), 255, np.uint8)
    return [skin_surface(maps, open_sky), eye_surface(plain), mouth_surface(plain)]


def bundle() -> Bundle:
    """The small head as a bundle without garments."""
    head = SmallHead()
    materials = [surface.material for surface in surfaces()]
    return assemble(head, rigged(head), [], materials, {"prompt": "an elder “sailor”", "seed": 3})


def written(folder: Path) -> Path:
    """The head's files and textures/ as `package` would leave them; returns the folder."""
    (folder / "textures").mkdir(parents=True)
    for surface in surfaces():
        for name, content in surface.files.items():
            (folder / "textures" / f"{name}.png").write_bytes(content)
    head = bundle()
    (folder / "head.glb").write_bytes(glb_bytes(head))
    (folder / "head.fbx").write_bytes(fbx_bytes(head))
    (folder / "head.usdz").write_bytes(usdz_bytes(head))
    return folder
