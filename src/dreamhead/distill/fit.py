"""fit: the one optimisation loop, with mid-way checkpoints, progress, finite checks and early stop."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dreamhead.errors import DreamheadError, InterruptedRun
from dreamhead.record import load_loop_state, save_loop_state

StepFunction = Callable[[int, torch.Generator], None]


def fit(
    parameters: Mapping[str, Tensor],
    optimizer: torch.optim.Optimizer,
    step: StepFunction,
    steps: int,
    *,
    seed: int,
    name: str,
    work: Path,
    progress: Callable[[int, int, str], None],
    stopping: Callable[[], bool],
    checkpoint_every: int = 20,
) -> None:
    """Run `step(i, generator)` for i in range(steps); each call zeroes, fills and applies the gradients.

    The generator of step i depends on (seed, name, i) alone, so a resumed loop draws what an
    uninterrupted one would.  parameters are updated in place.  Raises InterruptedRun after saving
    when stopping() turns true, DreamheadError when a parameter stops being finite.
    """
    first = _restore(parameters, optimizer, work, name)
    device = next(iter(parameters.values())).device
    for index in range(first, steps):
        if stopping():
            _save(parameters, optimizer, work, name, index)
            raise InterruptedRun(f"stopped in {name} at step {index} of {steps}")
        step(index, step_generator(seed, name, index, device))
        if index % 10 == 9 or index == steps - 1:
            _check_finite(parameters, name, index)
        progress(index + 1, steps, name)
        if checkpoint_every and (index + 1) % checkpoint_every == 0 and index + 1 < steps:
            _save(parameters, optimizer, work, name, index + 1)


def step_generator(seed: int, name: str, index: int, device: torch.device | str) -> torch.Generator:
    """A generator whose stream is fixed by (seed, name, index)."""
    digest = hashlib.sha256(f"{seed}/{name}/{index}".encode()).digest()
    return torch.Generator(device=device).manual_seed(int.from_bytes(digest[:8], "little") % 2**63)


def _check_finite(parameters: Mapping[str, Tensor], name: str, index: int) -> None:
    for key, value in parameters.items():
        if not torch.isfinite(value).all():
            raise DreamheadError(
                f"{name} diverged: {key} is not finite after step {index + 1}",
                f"lower its rate or guidance with --set {name}.KEY=VALUE (docs/reference/settings.md)",
            )


def _save(
    parameters: Mapping[str, Tensor], optimizer: torch.optim.Optimizer, work: Path, name: str, index: int
) -> None:
    tensors = {f"parameter.{key}": value.detach().cpu().numpy() for key, value in parameters.items()}
    for slot, state in optimizer.state_dict()["state"].items():
        for key, value in state.items():
            array = value.detach().cpu().numpy() if isinstance(value, Tensor) else np.asarray(value)
            tensors[f"optimizer.{slot}.{key}"] = array
    save_loop_state(work, name, index, tensors)


def _restore(
    parameters: Mapping[str, Tensor], optimizer: torch.optim.Optimizer, work: Path, name: str
) -> int:
    saved = load_loop_state(work, name)
    if saved is None:
        return 0
    index, tensors = saved
    with torch.no_grad():
        for key, value in parameters.items():
            value.copy_(torch.from_numpy(tensors[f"parameter.{key}"]))
    state: dict[int, dict[str, Tensor]] = {}
    for key, array in tensors.items():
        if key.startswith("optimizer."):
            _, slot, entry = key.split(".", 2)
            state.setdefault(int(slot), {})[entry] = torch.from_numpy(np.array(array))
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    return index
