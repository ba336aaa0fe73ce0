"""What the wardrobe's tests share: the head, some identities, dressed heads."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.load import load_head
from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe.surface import Surface, surface_of


@pytest.fixture(scope="session")
def head() -> HeadModel:
    return load_head("builtin")


@pytest.fixture(scope="session")
def zero(head: HeadModel) -> np.ndarray:
    return np.zeros(len(head.slider_names), np.float32)


@pytest.fixture(scope="session")
def strong(head: HeadModel) -> np.ndarray:
    """A strong random identity."""
    draw = np.random.default_rng(5).uniform(-1, 1, len(head.slider_names))
    return np.clip(draw, *head.slider_limits.T).astype(np.float32)


@pytest.fixture(scope="session")
def default_surface(head: HeadModel, zero: np.ndarray) -> Surface:
    return surface_of(head, zero, head.mean)


@pytest.fixture(scope="session")
def strong_surface(head: HeadModel, strong: np.ndarray) -> Surface:
    return surface_of(head, strong, head.neutral(strong))
