"""The skin of a finished head has the colour that was drawn for the sentence, whatever the models were trained on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dreamhead import models, pipeline, settings
from dreamhead.cache import cache_folder
from dreamhead.head.asset import HeadAsset
from dreamhead.job import Job
from dreamhead.stages import decode, paint_image, paint_latent, upscale
from dreamhead.stages.context import Context
from dreamhead.world.attributes import Attributes
from dreamhead.world.ground import skin_surface
from dreamhead.world.skin import SkinMaps, generate
from tests.measures import difference, lab, reduced, srgb_to_linear

SIZE = 256
FAST = {
    "paint_latent.steps": "6",
    "paint_image.steps": "3",
    "upscale.size": str(SIZE),
    "upscale.detail_size": str(SIZE),
}
SKINS = {
    "a very dark-skinned man": Attributes(sex="male", melanin=1.0),
    "a pale woman": Attributes(melanin=0.02, blood=0.3),
    "a green orc": Attributes(sex="male", creature="green"),
    "a woman with blue skin": Attributes(creature="blue"),
}
BARE = ("lip", "lid", "lid_lower", "brow", "scalp", "beard", "lid_rim")


@pytest.mark.parametrize("prompt", SKINS)
def test_finished_skin_has_the_drawn_colour(prompt: str, tmp_path: Path) -> None:
    job = Job(
        prompt,
        0,
        "embedded",
        "",
        1,
        settings.parse_overrides([f"{k}={v}" for k, v in FAST.items()], pipeline.sections()),
    )
    loaded = models.Loader(job)
    context = Context(
        prompt=prompt, seed=0, device=loaded.device, head=loaded.head, priors=loaded.priors,
        out=tmp_path, work=tmp_path, progress=lambda done, total, note: None, stopping=lambda: False,
    )  # fmt: skip
    attributes = SKINS[prompt].changed(hair="bald")
    surface = skin_surface(context.head, SIZE, cache_folder())
    drawn = generate(surface, attributes, context.seed, masks=True)
    got = finished(attributes, context, job)
    where = skin_only(drawn)
    change = difference(lab(drawn.albedo[where].mean(0)), lab(got[where].mean(0)))
    print(f"{prompt}: {change:.1f}")
    assert change < 2.0


def finished(attributes: Attributes, context: Context, job: Job) -> np.ndarray:
    """(SIZE, SIZE, 3) linear: the albedo after upscale, of a head with the default shape."""
    head = context.head
    flat = np.zeros((SIZE, SIZE, 3), np.float32)
    flat[..., 2] = 1
    asset = HeadAsset(
        identity=np.zeros(len(head.slider_names), np.float32), displacement=np.zeros(len(head.mean), np.float32),
        detail_normal=flat, wardrobe={"attributes": json.loads(json.dumps(attributes.to_json()))},
    )  # fmt: skip
    values = models.stage_settings(job, pipeline.sections())
    kinds = {stage.name: stage.config for stage in pipeline.STAGES}
    for stage, name in (
        (paint_latent, "paint_latent"),
        (paint_image, "paint_image"),
        (decode, "decode"),
        (upscale, "upscale"),
    ):
        asset = stage.run(asset, settings.config_for(name, values, kinds[name]), context)
    return reduced(srgb_to_linear(asset.maps["albedo"] / 255.0), SIZE)


def skin_only(maps: SkinMaps) -> np.ndarray:
    """(H, W): the front of the face but for lips, lids and what is covered by hair."""
    return (
        (maps.masks["face"] > 0.5)
        & (np.max([maps.masks[name] for name in BARE], 0) < 0.1)
        & (maps.masks["neck"] < 0.2)
    )
