"""Surfaces of the built-in head that the world's tests share."""

from __future__ import annotations

import pytest

from dreamhead.head.load import load_head
from dreamhead.head.model import HeadModel
from dreamhead.world.ground import SkinSurface, skin_surface


@pytest.fixture(scope="session")
def head() -> HeadModel:
    return load_head("builtin")


@pytest.fixture(scope="session")
def surface(head: HeadModel) -> SkinSurface:
    return skin_surface(head, 256)


@pytest.fixture(scope="session")
def surface_512(head: HeadModel) -> SkinSurface:
    return skin_surface(head, 512)
