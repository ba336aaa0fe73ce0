"""The one training loop: a step function called until its steps or its minutes are used up."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Budget:
    """How long to train.  The learning rate follows whichever limit is nearer its end."""

    steps: int
    minutes: float


@dataclass(frozen=True)
class Spent:
    """How long a training took, and which limit ended it."""

    steps: int
    seconds: float
    stopped_by: str


def train_loop(budget: Budget, step: Callable[[int, float], float], progress: Progress) -> Spent:
    """Call step(index, fraction done) -> loss until the budget is used up.  Raises on a loss that is not finite."""
    started = time.monotonic()
    running = math.nan
    for index in range(budget.steps):
        elapsed = time.monotonic() - started
        fraction = max(index / budget.steps, elapsed / (60 * budget.minutes))
        if fraction >= 1:
            return Spent(index, elapsed, "minutes")
        loss = step(index, fraction)
        if not math.isfinite(loss):
            raise FloatingPointError(f"the loss became {loss} at step {index}")
        running = loss if math.isnan(running) else 0.98 * running + 0.02 * loss
        if index % 20 == 0:
            progress(index, budget.steps, f"loss {running:.4f}, {100 * fraction:.0f} %")
    progress(budget.steps, budget.steps, f"loss {running:.4f}")
    return Spent(budget.steps, time.monotonic() - started, "steps")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Start torch's own generator, from which libraries draw a new network's weights, and put it back after."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def cosine_rate(peak: float, index: int, fraction: float, warmup: int = 100) -> float:
    """A learning rate that rises over `warmup` steps and falls on a half cosine to 2 % of its peak."""
    rising = min(1.0, (index + 1) / warmup)
    return peak * rising * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(fraction, 1.0))))


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set every group's learning rate, times the group's own `scale` where it has one."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("scale", 1.0)


def follow(average: nn.Module, model: nn.Module, index: int, decay: float = 0.999) -> None:
    """Move an exponential moving average towards the model; quicker at first."""
    rate = 1 - min(decay, (1 + index) / (10 + index))
    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), rate)
        for kept, new in zip(average.buffers(), model.buffers(), strict=True):
            kept.copy_(new)


def descend(
    optimizer: torch.optim.Optimizer, loss: Tensor, parameters: Iterable[Tensor], limit: float = 1.0
) -> float:
    """One optimiser step on a loss, gradients clipped to a norm of `limit`; returns the loss as a number."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, limit)
    optimizer.step()
    return float(loss.detach())


def placed(model: nn.Module, device: str) -> nn.Module:
    """The model on a device, channels last; past diffusers' own `to`, which warns."""
    return nn.Module.to(nn.Module.to(model, device=device), memory_format=torch.channels_last)
