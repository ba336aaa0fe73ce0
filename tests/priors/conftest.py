"""Tiny checkpoints, written once for all tests of the priors."""

from __future__ import annotations

from pathlib import Path

import pytest

import tests.priors.tiny as tiny


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings that point the studio profile at tiny random checkpoints."""
    return tiny.write_studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="session")
def bert_diffusion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A diffusers folder with a BERT text encoder, AutoencoderTiny and v-prediction."""
    folder = tmp_path_factory.mktemp("bert")
    tiny.write_bert_diffusion(folder)
    return folder
