"""One code path: the studio profile on tiny random checkpoints in the real layouts, through all eight stages."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.heads import make
from tests.priors.tiny import write_studio

SOURCE = Path(__file__).parents[1] / "src" / "dreamhead"
STEPS = (
    "head.model=builtin",
    "select.candidates=3",
    "select.captions=40",
    "select.lights=1",
    "select.image_size=64",
    "select.rounds=1",
    "select.children=2",
    "carve.steps=2",
    "carve.normal_size=64",
    "paint_latent.steps=2",
    "paint_image.steps=2",
    "upscale.size=512",
    "package.preview_size=96",
)


def test_all_stages_on_stable_diffusion_open_clip_and_real_esrgan(tmp_path: Path) -> None:
    models = write_studio(tmp_path / "models")
    values = (*STEPS, *(f"models.{role}={path}" for role, path in models.items()))
    out = tmp_path / "out"
    make("an elderly sailor", out, profile="studio", values=values)
    manifest = json.loads((out / "manifest.json").read_text())
    assert (
        manifest["profile"]["name"] == "studio"
        if isinstance(manifest["profile"], dict)
        else manifest["profile"] == "studio"
    )
    assert (out / "head.glb").stat().st_size > 100_000
    assert (out / "textures" / "skin_albedo.png").is_file() and (out / "preview.png").is_file()


def test_no_stage_asks_which_profile_it_runs() -> None:
    for folder in ("stages", "distill"):
        for path in (SOURCE / folder).glob("*.py"):
            found = re.findall(r"embedded|studio(?!_lights)|profile\.name", path.read_text())
            assert not found, f"{path.name} mentions {found}"
