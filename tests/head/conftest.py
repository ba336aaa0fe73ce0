"""The built-in head, generated once for all tests of this folder."""

from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.builtin.model import BuiltinHead, build_head
from dreamhead.head.model import Floats


@pytest.fixture(scope="session")
def builtin() -> BuiltinHead:
    return build_head()


@pytest.fixture(scope="session")
def targets(builtin: BuiltinHead) -> dict[str, Floats]:
    return builtin.expressions(np.zeros(len(builtin.slider_names), np.float32))


@pytest.fixture(scope="session")
def mirror(builtin: BuiltinHead) -> np.ndarray:
    """(V,) each vertex's partner, by the parts' own construction."""
    from dreamhead.head.builtin.generate import part_slices
    from dreamhead.head.builtin.surface import build_surface

    partner = np.full(len(builtin.mean), -1)
    partner[: build_surface().vertex_count] = build_surface().mirror
    slices = part_slices()
    left, right = np.arange(len(partner))[slices["eye_left"]], np.arange(len(partner))[slices["eye_right"]]
    partner[left], partner[right] = right, left
    return partner
