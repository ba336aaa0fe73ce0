"""The scorer's loader on tiny checkpoints, against open_clip's own output."""

from __future__ import annotations

import json
from pathlib import Path

import open_clip
import pytest
import torch
from safetensors.torch import load_file, save_file

from dreamhead.errors import DamagedFileError, MissingModelError, UsageError
from dreamhead.priors.scorer import ClipScorer, load_scorer
from tests.priors import tiny


@pytest.fixture(scope="module")
def folder(studio: dict[str, str]) -> Path:
    return Path(studio["scorer"])


def load(path: Path, architecture: str = "", text_tower: Path | None = None) -> ClipScorer:
    return load_scorer(path, architecture, text_tower, revision="test", device="cpu")


def test_embeddings_equal_open_clips_own(folder: Path) -> None:
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    model.eval()
    scorer = load(folder)
    image = torch.rand(2, 3, 28, 28, generator=torch.Generator().manual_seed(0))
    normalize = preprocess.transforms[-1]
    with torch.no_grad():
        wanted = model.encode_image(normalize(image), normalize=True)
        words = model.encode_text(open_clip.tokenize(["an orc", "a sailor"]), normalize=True)
    torch.testing.assert_close(scorer.encode_image(image), wanted, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(scorer.encode_text(["an orc", "a sailor"]), words, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(scorer.encode_text(["an orc"]).norm(dim=1), torch.ones(1))


def test_any_size_is_taken_and_differentiated(folder: Path) -> None:
    scorer = load(folder)
    image = torch.rand(1, 3, 60, 40).requires_grad_(True)
    scorer.encode_image(image)[0, 0].backward()
    assert image.grad is not None and image.grad.abs().sum() > 0


def test_a_large_picture_scores_like_its_reduction(folder: Path) -> None:
    scorer = load(folder)
    small = torch.rand(1, 3, 28, 28, generator=torch.Generator().manual_seed(1))
    large = small.repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert (scorer.encode_image(small) * scorer.encode_image(large)).sum() > 0.99


def test_a_named_architecture_with_a_checkpoint_file(tmp_path: Path) -> None:
    config = {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 28, "layers": 1, "width": 32, "head_width": 16, "patch_size": 14},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
    }
    (tmp_path / "dreamhead-test.json").write_text(json.dumps(config))
    open_clip.add_model_config(tmp_path)
    model = open_clip.create_model("dreamhead-test")
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, tmp_path / "weights.safetensors")
    scorer = load(tmp_path / "weights.safetensors", "dreamhead-test")
    assert scorer.encode_text(["an orc"]).shape == (1, 16)
    with pytest.raises(UsageError, match="no-such-model"):
        load(tmp_path / "weights.safetensors", "no-such-model")


def test_a_text_tower_in_a_folder_of_its_own(tmp_path: Path, bert_diffusion: Path) -> None:
    text = bert_diffusion / "text_encoder"
    tiny.write_open_clip_bert(tmp_path / "scorer", text)
    scorer = load(tmp_path / "scorer", text_tower=text)
    assert scorer.encode_text(["an old sailor", "orc"]).shape == (2, 32)
    padded = scorer.encode_text(["orc", "a young orc with green skin"])[:1]
    torch.testing.assert_close(padded, scorer.encode_text(["orc"]), atol=1e-5, rtol=1e-4)
    with pytest.raises(MissingModelError, match="text tower"):
        load(tmp_path / "scorer")


def test_damage_is_named(tmp_path: Path) -> None:
    tiny.write_open_clip(tmp_path)
    weights = tmp_path / "open_clip_model.safetensors"
    whole = load_file(weights)
    save_file(whole | {"logit_scale": torch.tensor(float("inf"))}, weights)
    with pytest.raises(DamagedFileError, match="logit_scale"):
        load(tmp_path)
    save_file({k: v for k, v in whole.items() if k != "visual.proj"}, weights)
    with pytest.raises(DamagedFileError, match=r"tensor 'visual\.proj' is missing"):
        load(tmp_path)
    save_file(whole | {"visual.spare": torch.zeros(1)}, weights)
    with pytest.raises(DamagedFileError, match=r"tensor 'visual\.spare' is unexpected"):
        load(tmp_path)
    save_file(whole | {"visual.proj": torch.zeros(2, 2)}, weights)
    with pytest.raises(DamagedFileError, match=r"does not fit its configuration"):
        load(tmp_path)
    weights.write_bytes(b"not a checkpoint")
    with pytest.raises(DamagedFileError, match="safetensors"):
        load(tmp_path)
    weights.unlink()
    with pytest.raises(MissingModelError, match="open_clip_model"):
        load(tmp_path)
