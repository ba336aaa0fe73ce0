import itertools

import torch

from dreamhead.distill.schedule import falling, noised, uniform


def test_falling_goes_down_in_equal_intervals() -> None:
    values = [falling(i, 50, 0.98, 0.02, 1000) for i in range(50)]
    assert values[0] == 980 and values[-1] == 20
    steps = {a - b for a, b in itertools.pairwise(values)}
    assert steps <= {19, 20}


def test_falling_stays_in_range() -> None:
    assert falling(0, 1, 1.0, 0.0, 1000) == 999
    assert falling(9, 10, 1.0, 0.0, 1000) == 0


def test_uniform_covers_its_range() -> None:
    generator = torch.Generator().manual_seed(0)
    draws = [uniform(0.02, 0.98, 1000, generator) for _ in range(2000)]
    assert min(draws) >= 20 and max(draws) < 980
    assert min(draws) < 40 and max(draws) > 960


def test_noised_keeps_variance() -> None:
    generator = torch.Generator().manual_seed(0)
    clean, noise = torch.randn(2, 10000, generator=generator)
    for alpha in (0.01, 0.5, 0.99):
        assert abs(noised(clean, noise, torch.tensor(alpha)).var().item() - 1) < 0.05
