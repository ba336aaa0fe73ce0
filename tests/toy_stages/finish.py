"""A toy last stage: it writes files for the user."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import numpy as np

from dreamhead.head.asset import HeadAsset
from dreamhead.record import write_json
from dreamhead.stages.context import Context

VERSION = 1


@dataclass(frozen=True)
class FinishConfig:
    """megabytes: size of the first file.  second: whether there are two, TOY_PAUSE seconds apart.

    gate: what a gate of the manifest says, "" for no manifest.
    """

    megabytes: int = 0
    second: bool = True
    gate: str = ""


def run(asset: HeadAsset, config: FinishConfig, context: Context) -> HeadAsset:
    """Writes head.glb and textures/skin.txt."""
    assert asset.displacement is not None
    (context.out / "head.glb").write_bytes(asset.displacement.tobytes() + bytes(config.megabytes * 1_000_000))
    time.sleep(float(os.environ.get("TOY_PAUSE", "0")))
    (context.out / "textures").mkdir()
    if config.second:
        (context.out / "textures" / "skin.txt").write_text(
            f"{context.prompt} {sorted(context.record['stages'])}"
        )
    if config.gate:
        gates = [{"gate": "toy", "passed": config.gate == "passed", "detail": config.gate}]
        write_json(context.out / "manifest.json", {"gates": gates})
    return asset.changed(vertices=np.outer(asset.displacement, [1, 2, 3]).astype(np.float32))
