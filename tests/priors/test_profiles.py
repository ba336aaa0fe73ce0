"""Which profile is taken, from which files, and what loads without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from dreamhead.errors import MissingModelError, UsageError
from dreamhead.priors import profiles
from dreamhead.priors.profiles import Priors, read_profile, resolve_profile


def test_auto_needs_cuda_for_studio(studio: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "cuda_present", lambda: True)
    assert resolve_profile("auto", studio).name == "studio"
    monkeypatch.setattr(profiles, "cuda_present", lambda: False)
    monkeypatch.setattr(profiles.Profile, "missing", lambda self: {})
    chosen = resolve_profile("auto", studio)
    assert chosen.name == "embedded" and "no CUDA" in chosen.reason


def test_auto_needs_all_files_for_studio(
    studio: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "cuda_present", lambda: True)
    whole = profiles.Profile.missing
    monkeypatch.setattr(
        profiles.Profile, "missing", lambda self: {} if self.name == "embedded" else whole(self)
    )
    settings = {k: v for k, v in studio.items() if k != "texture"} | {"folder": str(tmp_path)}
    chosen = resolve_profile("auto", settings)
    assert chosen.name == "embedded" and "texture" in chosen.reason


def test_a_named_profile_without_its_files_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match="scorer") as caught:
        resolve_profile("studio", {"folder": str(tmp_path)})
    assert "models pull scorer" in caught.value.tip
    assert caught.value.exit_code == 5


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UsageError, match="laptop"):
        resolve_profile("laptop", {})
    with pytest.raises(UsageError, match="txture") as caught:
        resolve_profile("studio", {"txture": "x"})
    assert "texture" in caught.value.tip


def test_every_role_loads_from_settings(studio: dict[str, str]) -> None:
    priors = Priors(resolve_profile("studio", studio), "cpu")
    latents = torch.zeros(1, 4, 8, 8)
    assert priors.scorer.encode_text(["an orc"]).shape == (1, 32)
    assert (
        priors.generic.predict_noise(latents, torch.tensor([1]), priors.generic.encode_text([""])).shape
        == latents.shape
    )
    assert priors.texture.sample_size == 16 and priors.texture is priors.texture
    assert set(priors.maps.decode_maps(latents)) == {"specular", "roughness", "normal"}
    assert priors.upscaler.scale == 4
    assert priors.restorer is None
    assert {r.role: r.revision for r in priors.records}["upscaler"] == priors.upscaler.revision


def test_a_revision_follows_the_bytes(studio: dict[str, str], tmp_path: Path) -> None:
    before = Priors(resolve_profile("studio", studio), "cpu").records
    other = tmp_path / "RealESRGAN_x4plus.pth"
    other.write_bytes(Path(studio["upscaler"]).read_bytes() + b"\0")
    after = Priors(resolve_profile("studio", studio | {"upscaler": str(other)}), "cpu").records
    changed = {b.role for b, a in zip(before, after, strict=True) if b.revision != a.revision}
    assert changed == {"upscaler"}


def test_profiles_settings_are_settings_of_the_stages(studio: dict[str, str]) -> None:
    from dreamhead import pipeline, settings

    for name in ("embedded", "studio"):
        profile = read_profile(name, studio if name == "studio" else {})
        checked = settings.check_overrides(profile.settings, pipeline.sections())
        assert checked["paint_latent.form"] == ("x0" if name == "embedded" else "sds")


def test_records_need_no_torch(studio: dict[str, str]) -> None:
    code = (
        "import sys\n"
        "from dreamhead.priors.profiles import Priors, read_profile, resolve_profile\n"
        f"print(len(Priors(resolve_profile('studio', {studio!r}), 'cpu').records), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["5", "False"]
