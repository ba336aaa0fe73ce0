"""Every kind of wrong setting has one clear error that names key, value and the nearest name."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from dreamhead import config, pipeline, settings
from dreamhead.errors import UsageError
from tests.toy_stages.draw import DrawConfig

SECTIONS = {"draw": DrawConfig, "run": config.RunConfig}


def parsed(*pairs: str) -> dict[str, Any]:
    return settings.parse_overrides(pairs, SECTIONS)


def test_every_type_is_read() -> None:
    overrides = parsed(
        "draw.count=7",
        "draw.scale = 2.5",
        "draw.style=wild",
        "draw.mirrored=true",
        "draw.limits=0.5,2",
        "draw.extra=1e-3",
    )
    assert settings.config_for("draw", overrides, DrawConfig) == DrawConfig(
        7, 2.5, "wild", True, (0.5, 2.0), 1e-3
    )
    assert settings.config_for("draw", parsed("draw.extra=none"), DrawConfig) == DrawConfig()


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("draw.count", "has no value"),
        ("count=3", "unknown setting 'count'"),
        ("drav.count=3", "unknown section 'drav' in drav.count=3.*did you mean 'draw'"),
        ("draw.cuont=3", "unknown setting 'draw.cuont' .value '3'.*did you mean 'draw.count'"),
        ("draw.count=many", "draw.count=many is not a number"),
        ("draw.count=2.5", "draw.count=2.5 is not a whole number"),
        ("draw.count=0", "draw.count=0 is out of range.*from 1 to 64"),
        ("draw.scale=nan", "not a finite number"),
        ("draw.scale=inf", "not a finite number"),
        ("draw.scale=-1", "out of range"),
        ("draw.style=plane", "draw.style=plane is not one of.*did you mean 'plain'"),
        ("draw.mirrored=perhaps", "not true or false"),
        ("draw.limits=1", "does not hold 2 values"),
        ("draw.limits=1,2,3", "does not hold 2 values"),
        ("run.device=tpu", "run.device=tpu is not one of"),
        ("models.scorer=", "is not a path"),
    ],
)
def test_wrong_settings(pair: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(pair)
    import re

    assert re.search(said, f"{caught.value.message} {caught.value.tip}"), (
        caught.value.message,
        caught.value.tip,
    )


def test_config_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[draw]\ncount = 7\nlimits = [0.5, 2]\nmirrored = true\n[models]\n"scorer.architecture" = "ViT-B-32"\n'
    )
    overrides = settings.read_config_file(path, SECTIONS)
    assert overrides == {
        "draw.count": 7,
        "draw.limits": [0.5, 2.0],
        "draw.mirrored": True,
        "models.scorer.architecture": "ViT-B-32",
    }
    assert settings.model_settings(overrides) == {"scorer.architecture": "ViT-B-32"}


@pytest.mark.parametrize(
    "text", ["seed = 3", "[draw]\ncount = true", "[draw\n", "[draw]\ncount = [1]", "[nothing]\na = 1"]
)
def test_wrong_config_files(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(UsageError):
        settings.read_config_file(path, SECTIONS)


def test_config_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        settings.read_config_file(tmp_path / "none.toml", SECTIONS)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not valid TOML"):
        settings.read_config_file(tmp_path / "binary", SECTIONS)


def test_model_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parsed("models.scorer=some/model.safetensors")["models.scorer"] == str(
        tmp_path / "some/model.safetensors"
    )


def test_every_real_knob_accepts_its_default_and_refuses_what_lies_outside() -> None:
    for section, kind in pipeline.sections().items():
        for spec in dataclasses.fields(kind):
            key = f"{section}.{spec.name}"
            default = getattr(kind(), spec.name)
            text = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
            checked = settings.check_overrides({key: text}, pipeline.sections())
            assert settings.config_for(section, checked, kind) == kind(), key
            if "range" in spec.metadata:
                with pytest.raises(UsageError, match="out of range"):
                    settings.check_overrides({key: str(spec.metadata["range"][1] + 1)}, pipeline.sections())
