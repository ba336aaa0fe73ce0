"""Whole runs with heads read from files: small, through every stage, to a bundle that passes its gates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dreamhead import models, pipeline, record, settings
from dreamhead.check.validator import node_modules
from dreamhead.errors import UsageError
from dreamhead.head.builtin.model import build_head
from dreamhead.job import Job
from tests.head.flame.files import make_files
from tests.head.ict.conftest import ict_folder  # noqa: F401 - a fixture
from tests.heads import FAST, make


def whole_run(name: str, folder: Path, out: Path) -> dict[str, object]:
    """The manifest of a small run, its gates looked at."""
    values = (*FAST, f"head.model={name}", f"head.folder={folder}", "select.candidates=12")
    make("an old sailor with a short grey beard", out, values=values)
    manifest = record.read_json(out / "manifest.json")
    failed = [gate for gate in manifest["gates"] if gate["passed"] is False]
    assert not failed
    if node_modules() is not None:
        assert next(gate for gate in manifest["gates"] if gate["gate"] == "gltf-validator")["passed"] is True
    assert manifest["head"]["model"] == name
    preview = np.asarray(Image.open(out / "preview.png").convert("L"), np.float64)
    assert preview.std() > 20
    return manifest


@pytest.mark.slow
def test_ict_makes_a_whole_bundle(ict_folder: Path, tmp_path: Path) -> None:  # noqa: F811
    manifest = whole_run("ict", ict_folder, tmp_path / "out")
    assert "USC Institute for Creative Technologies" in str(manifest)


@pytest.mark.slow
def test_flame_makes_a_whole_bundle(tmp_path: Path) -> None:
    make_files(tmp_path / "flame", build_head())
    manifest = whole_run("flame", tmp_path / "flame", tmp_path / "out")
    assert "Max-Planck" in str(manifest)


def test_another_heads_chart_is_not_the_texture_models() -> None:
    def values(*pairs: str) -> dict[str, object]:
        overrides = settings.parse_overrides(pairs, pipeline.sections())
        job = Job("a man", 0, "embedded", "", 1, overrides)
        return models.stage_settings(job, pipeline.sections())

    assert values()["paint_latent.texture_weight"] > 0  # type: ignore[operator]
    assert values("head.model=builtin") | {"head.model": ""} == values() | {"head.model": ""}
    other = values("head.model=ict")
    assert other["paint_latent.texture_weight"] == other["paint_image.texture_weight"] == 0
    assert other["paint_latent.start"] == "world"
    assert values("head.model=ict", "paint_image.texture_weight=2")["paint_image.texture_weight"] == 2


def test_a_wrong_head_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"head\.model"):
        settings.parse_overrides(["head.model=metahuman"], pipeline.sections())
    overrides = settings.parse_overrides(["head.model=ict", f"head.folder={tmp_path}"], pipeline.sections())
    with pytest.raises(UsageError, match="FaceXModel"):
        models.revisions(Job("a man", 0, "embedded", "", 1, overrides))
