from pathlib import Path

import numpy as np
import torch

from dreamhead.config import CarveConfig
from dreamhead.head.load import load_head
from dreamhead.stages import carve
from tests.stages.fakes import context, selected

FEW = CarveConfig(steps=6, form="x0", guidance=1.0, normal_size=32, symmetric=True)


def test_averaging_keeps_a_constant_and_smooths_a_spike() -> None:
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    average = carve.neighbour_average(faces, 5)
    np.testing.assert_allclose(torch.sparse.mm(average, torch.ones(5, 1)).numpy(), 1, rtol=1e-6)
    spread = torch.sparse.mm(average, torch.tensor([[1.0], [0], [0], [0], [0]]))[:, 0]
    assert spread[0] == 0.5 and spread[1] == 0.25 and spread[4] == 0
    lonely = torch.sparse.mm(average, torch.tensor([[0.0], [0], [0], [0], [7]]))[:, 0]
    assert lonely[4] == 7


def test_brighter_wanted_moves_the_head_within_its_bounds(tmp_path: Path) -> None:
    before = selected()
    after = carve.run(before, FEW, context(tmp_path, prompt="1.0"))
    assert after.displacement is not None and after.detail_normal is not None and after.identity is not None
    head = load_head("builtin")
    assert 0 < np.abs(after.displacement).max() <= FEW.displacement_limit_mm / 1000
    lips = head.masks["lips"] > 0.99
    assert np.abs(after.displacement[lips]).max() < 1e-6
    assert after.detail_normal.shape == (32, 32, 3)
    np.testing.assert_allclose(np.linalg.norm(after.detail_normal, axis=-1), 1, atol=1e-5)
    assert (after.identity >= head.slider_limits[:, 0]).all() and (
        after.identity <= head.slider_limits[:, 1]
    ).all()


def test_symmetric_carving_is_mirrored(tmp_path: Path) -> None:
    after = carve.run(selected(), FEW, context(tmp_path, prompt="-1.0"))
    assert after.detail_normal is not None
    flipped = after.detail_normal[:, ::-1] * np.array([-1, 1, 1], np.float32)
    np.testing.assert_allclose(after.detail_normal, flipped, atol=1e-5)


def test_no_steps_change_nothing(tmp_path: Path) -> None:
    after = carve.run(selected(), CarveConfig(steps=0, normal_size=16), context(tmp_path))
    assert after.displacement is not None and after.detail_normal is not None
    assert not after.displacement.any() and np.allclose(after.detail_normal, [0, 0, 1])
