"""A toy long loop: it saves its state as it goes, and can be told to fail."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass, field

import numpy as np

from dreamhead.assets import asset_path
from dreamhead.errors import InterruptedRun
from dreamhead.head.asset import HeadAsset
from dreamhead.record import load_loop_state, save_loop_state
from dreamhead.stages.context import Context

VERSION = 1


@dataclass(frozen=True)
class GrowConfig:
    """trouble: what goes wrong half-way.  Steps take TOY_PAUSE seconds of the environment."""

    steps: int = field(default=10, metadata={"range": (0, 1000)})
    trouble: str = ""


def run(asset: HeadAsset, config: GrowConfig, context: Context) -> HeadAsset:
    """Adds displacement, a chaotic walk from identity."""
    assert asset.identity is not None
    state = asset.identity.astype(np.float64)
    first = 0
    saved = load_loop_state(context.work, "grow")
    if saved is not None:
        first, state = saved[0], saved[1]["state"]
    for step in range(first, config.steps):
        if context.stopping():
            save_loop_state(context.work, "grow", step, {"state": state})
            raise InterruptedRun(f"stopped in grow at step {step} of {config.steps}")
        state = np.cos(state * 3.7 + step)
        time.sleep(float(os.environ.get("TOY_PAUSE", "0")))
        if step % 3 == 2:
            save_loop_state(context.work, "grow", step + 1, {"state": state})
        context.progress(step + 1, config.steps, "growing")
        if step == config.steps // 2:
            _trouble(config.trouble)
    if config.trouble == "nan":
        state[0] = np.nan
    return asset.changed(displacement=state.astype(np.float32))


def _trouble(kind: str) -> None:
    if kind == "noise":
        print("a library says hello")
        os.write(1, b"and so does its C code\n")
    if kind == "missing":
        asset_path("toys/nothing.npz")
    if kind == "bug":
        raise ZeroDivisionError("a mistake of ours")
    if kind == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "somewhere")
