"""The training loop: when it stops, how the rate falls, what is averaged."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from dreamhead.train.loop import Budget, cosine_rate, follow, seeded, train_loop


def quiet(done: int, total: int, note: str) -> None:
    """Progress that nobody watches."""


def test_stops_after_its_steps() -> None:
    seen: list[float] = []
    spent = train_loop(Budget(4, 10), lambda i, f: seen.append(f) or 1.0, quiet)
    assert spent.steps == 4 and spent.stopped_by == "steps"
    assert seen == pytest.approx([0, 0.25, 0.5, 0.75], abs=0.01)


def test_stops_when_its_minutes_are_over() -> None:
    spent = train_loop(Budget(10**9, 1e-4), lambda i, f: 1.0, quiet)
    assert spent.stopped_by == "minutes" and 0 < spent.steps < 10**9


def test_a_loss_that_is_not_finite_ends_it() -> None:
    with pytest.raises(FloatingPointError, match="step 2"):
        train_loop(Budget(5, 1), lambda i, f: math.nan if i == 2 else 1.0, quiet)


def test_the_rate_rises_and_falls() -> None:
    assert cosine_rate(1.0, 0, 0.0, warmup=10) == pytest.approx(0.1)
    assert cosine_rate(1.0, 50, 0.0, warmup=10) == pytest.approx(1.0)
    assert cosine_rate(1.0, 50, 0.5, warmup=10) == pytest.approx(0.51)
    assert cosine_rate(1.0, 50, 1.0, warmup=10) == pytest.approx(0.02)


def test_the_average_follows() -> None:
    model, average = nn.Linear(1, 1), nn.Linear(1, 1)
    nn.init.ones_(model.weight)
    nn.init.zeros_(average.weight)
    follow(average, model, index=0)
    assert average.weight.item() == pytest.approx(0.9)
    follow(average, model, index=10**6, decay=0.999)
    assert average.weight.item() == pytest.approx(0.9 + 0.1 * 0.001)
    assert not torch.equal(average.weight, model.weight)


def test_a_seed_decides_first_weights_and_leaves_no_trace() -> None:
    before = torch.random.get_rng_state()
    with seeded(3):
        first = nn.Linear(4, 4).weight
    assert torch.equal(torch.random.get_rng_state(), before)
    with seeded(3):
        assert torch.equal(nn.Linear(4, 4).weight, first)
    with seeded(4):
        assert not torch.equal(nn.Linear(4, 4).weight, first)
