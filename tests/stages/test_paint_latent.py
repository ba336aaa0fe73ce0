from pathlib import Path

import numpy as np
import pytest

from dreamhead.config import PaintLatentConfig
from dreamhead.errors import InterruptedRun
from dreamhead.stages import paint_latent
from tests.stages.fakes import carved, context

PLAIN = {
    "generic_prompt": "{prompt}",
    "texture_prompt": "{prompt}",
    "generic_guidance": 1.0,
    "texture_guidance": 1.0,
}
X0 = PaintLatentConfig(
    steps=30, form="x0", optimizer="sgd", rate=0.25, generic_weight=1.0, texture_weight=0.5, **PLAIN
)


def test_the_texture_goes_where_both_models_want_it(tmp_path: Path) -> None:
    latent = paint_latent.run(carved(), X0, context(tmp_path)).latent
    assert latent is not None and latent.shape == (1, 24, 24)
    assert np.abs(latent - 0.8).max() < 0.25


def test_views_alone_paint_what_they_see(tmp_path: Path) -> None:
    config = PaintLatentConfig(**{**X0.__dict__, "texture_weight": 0.0, "steps": 40})
    latent = paint_latent.run(carved(), config, context(tmp_path)).latent
    assert latent is not None
    face, unseen = latent[0, 10:15, 10:14], latent[0, 0, :]
    assert np.abs(face - 0.8).max() < 0.25
    assert np.abs(unseen).max() < 1e-6  # the corner of the map lies on no surface


def test_sds_with_adam_moves_the_same_way(tmp_path: Path) -> None:
    config = PaintLatentConfig(
        **{**X0.__dict__, "form": "sds", "optimizer": "adamw", "rate": 0.05, "steps": 40}
    )
    latent = paint_latent.run(carved(), config, context(tmp_path)).latent
    assert latent is not None and latent.mean() > 0.5


def test_stopped_and_resumed_gives_the_same_latent(tmp_path: Path) -> None:
    whole = paint_latent.run(carved(), X0, context(tmp_path / "a", seed=3)).latent
    calls = iter(range(100))
    with pytest.raises(InterruptedRun):
        paint_latent.run(carved(), X0, context(tmp_path / "b", seed=3, stopping=lambda: next(calls) == 11))
    resumed = paint_latent.run(carved(), X0, context(tmp_path / "b", seed=3)).latent
    assert whole is not None and resumed is not None and np.array_equal(whole, resumed)
    other = paint_latent.run(carved(), X0, context(tmp_path / "c", seed=4)).latent
    assert other is not None and not np.array_equal(whole, other)


def test_a_mirrored_latent_is_symmetric(tmp_path: Path) -> None:
    config = PaintLatentConfig(**{**X0.__dict__, "symmetric": True, "steps": 5})
    latent = paint_latent.run(carved(), config, context(tmp_path)).latent
    assert latent is not None
    np.testing.assert_allclose(latent, latent[..., ::-1], atol=1e-6)
