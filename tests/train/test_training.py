"""Every trainer takes two steps on invented data and writes a checkpoint that the ordinary loader reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from dreamhead.errors import DreamheadError, MissingModelError, UsageError
from dreamhead.priors.diffusion import load_autoencoder, load_denoiser, load_text
from dreamhead.priors.maps import load_map_decoder
from dreamhead.priors.scorer import load_scorer
from dreamhead.priors.store import map_folders
from dreamhead.priors.upscaler import load_upscaler
from dreamhead.train import autoencoder, denoiser, map_decoders, scorer, text_tower, things, upscaler
from dreamhead.train.card import read_card
from dreamhead.train.denoiser import Kind, Phase, component_folders
from dreamhead.train.examples import load_maps
from dreamhead.world.captions import corpus
from tests.train.fake import write_dataset


def quiet(done: int, total: int, note: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_dataset(folder)
    return folder


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    """A profile's folder with a text tower and an autoencoder."""
    folder = tmp_path_factory.mktemp("profile")
    words = ["a", "an", "old", "young", "sailor", "orc", "face", "of", "the", "with", "woman", "man"]
    tokenizer = text_tower.train_tokenizer([" ".join(words)] * 3, size=200)
    tower = text_tower.BertModel(text_tower.bert_config(len(tokenizer)), add_pooling_layer=False)
    text_tower.save(folder / "text", tower, tokenizer)
    things.train_thing("autoencoder", folder, data, quiet, steps=2, minutes=1)
    return folder


def test_the_autoencoder_writes_a_card_and_unit_latents(profile: Path) -> None:
    card = read_card(profile / "cards" / "autoencoder.json")
    assert card.steps == 2 and card.stopped_by == "steps" and card.parameters > 300_000
    assert card.quality["psnr_views_db"] > 0
    model = load_autoencoder(profile / "autoencoder", device="cpu", dtype=torch.float32)
    assert (model.latent_channels, model.scale) == (4, 8) and model.factor > 0


def test_image_loss_is_zero_for_the_same_picture_and_sees_colour() -> None:
    image = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    assert autoencoder.image_loss(image, image) == 0
    grey = torch.full_like(image, 0.1)
    purple = torch.tensor([0.1, 0.0, 0.1]).view(1, 3, 1, 1)
    lighter = torch.full((1, 3, 1, 1), 0.1 * 2 / 3)
    assert autoencoder.image_loss(image + purple, image) > autoencoder.image_loss(image + lighter, image)
    assert autoencoder.image_loss(image + grey, image) > 0


def test_the_scorer_is_read_back(profile: Path, data: Path) -> None:
    card = scorer.train(profile / "scorer", data, steps=2, minutes=1, batch=4)
    model = load_scorer(profile / "scorer", text_tower=profile / "text", revision="", device="cpu")
    assert model.encode_text(["an old orc"]).shape == (1, 128)
    assert model.encode_image(torch.rand(2, 3, 64, 64)).shape == (2, 128)
    assert 0 <= card.quality["picture_to_text_r1"] <= 1
    stored = load_file(profile / "scorer" / "open_clip_model.safetensors")
    assert not any(
        name.startswith(scorer.TEXT_TOWER) for name in stored
    )  # the tower is stored once, in its folder


@pytest.mark.parametrize("source", [denoiser.VIEWS, denoiser.TEXTURE], ids=lambda kind: kind.thing)
def test_a_denoiser_is_read_back(
    profile: Path, data: Path, source: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(denoiser, "SAMPLE_PROMPTS", ("an old orc",))
    kind = Kind(
        source.thing,
        source.purpose,
        64,
        source.load,
        (Phase(4, 0.5, 2), Phase(8, 1.0, 2)),
        (16, 32),
        source.template,
    )
    card = denoiser.train(kind, profile / kind.thing, data, steps=2, minutes=1)
    model = load_denoiser(
        component_folders(profile / kind.thing), revision="", device="cpu", dtype=torch.float32
    )
    assert (model.sample_size, model.latent_scale) == (8, 8)
    noise = model.predict_noise(torch.zeros(1, 4, 8, 8), torch.tensor([500]), model.encode_text(["an orc"]))
    assert torch.isfinite(noise).all()
    assert card.parameters < 4_000_000
    assert (data / "sheets" / f"{kind.thing}.png").is_file()


def test_map_decoders_are_read_back(profile: Path, data: Path) -> None:
    card = map_decoders.train(profile / "maps", data, steps=2, minutes=1, batch=1)
    maps = load_map_decoder(map_folders(profile / "maps"), revision="", device="cpu").decode_maps(
        torch.zeros(1, 4, 8, 8)
    )
    assert maps["normal"].shape == (1, 3, 64, 64)
    assert card.quality["normal_error_deg"] > 0


def test_the_upscaler_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (8, 256, 256, 3)).astype(np.uint8)
    monkeypatch.setattr(upscaler, "fine_maps", lambda *arguments: pictures)
    card = upscaler.train(tmp_path, tmp_path, steps=2, minutes=1, batch=2)
    network = load_upscaler(tmp_path / upscaler.FILE_NAME, revision="", device="cpu")
    assert network.scale == 8
    assert network.upscale(torch.rand(1, 3, 16, 16)).shape == (1, 3, 128, 128)
    assert card.quality["psnr_bicubic_db"] > 0


def test_the_text_tower_imitates_its_teacher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class WordCounter:
        """A teacher that embeds a text by the letters in it."""

        def embed(self, texts: list[str]) -> np.ndarray:
            counts = np.array(
                [[text.count(chr(97 + i % 26)) + 0.1 * (i % 7) for i in range(384)] for text in texts]
            )
            return (counts / np.linalg.norm(counts, axis=1, keepdims=True)).astype(np.float32)

    monkeypatch.setattr(text_tower, "load_teacher", WordCounter)
    monkeypatch.setattr(text_tower, "common_words", lambda teacher, count: ["apple", "bridge"])
    settings = text_tower.Settings(texts=60, batch=32)
    card = text_tower.train(tmp_path, tmp_path, steps=2, minutes=1, settings=settings)
    assert card.quality["unknown_token_share"] < 0.2
    encoder, tokenizer = load_text(tmp_path, tmp_path)
    tokens = tokenizer(["an apple"], padding="max_length", return_tensors="pt")
    assert encoder(**tokens).last_hidden_state.shape == (1, text_tower.LENGTH, text_tower.WIDTH)


def test_a_vocabulary_is_the_same_every_time() -> None:
    texts = sorted(set(corpus(np.random.default_rng(0), 300)))
    first, second = (text_tower.train_tokenizer(texts, size=900).get_vocab() for _ in range(2))
    assert first == second
    assert [first[name] for name in text_tower.SPECIAL] == [0, 1, 2, 3, 4]
    assert len(first) > 500 and any(name.startswith("##") and len(name) > 3 for name in first)


def test_two_trainings_from_one_seed_are_equal(profile: Path, data: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        autoencoder.train(tmp_path / name, data, seed=3, steps=2, minutes=5)
    weights = "diffusion_pytorch_model.safetensors"
    assert (tmp_path / "first" / weights).read_bytes() == (tmp_path / "second" / weights).read_bytes()


def test_held_out_heads_are_kept_apart(data: Path) -> None:
    pictures = load_maps(data, size=64)["albedo"]
    assert set(pictures.rows(True)).isdisjoint(pictures.rows(False))
    assert len(pictures.rows(True)) == 1 and pictures.images.shape == (6, 64, 64, 3)


def test_the_registry_says_what_is_missing(tmp_path: Path, data: Path) -> None:
    with pytest.raises(UsageError, match="hair"):
        things.train_thing("hair", tmp_path, data, quiet)
    with pytest.raises(MissingModelError, match="views builds on"):
        things.train_thing("views", tmp_path, data, quiet)
    with pytest.raises(UsageError, match="cannot go on"):
        things.train_thing("scorer", tmp_path, data, quiet, resume=True)
    with pytest.raises(MissingModelError, match="no weights of autoencoder"):
        things.train_thing("autoencoder", tmp_path, data, quiet, resume=True)
    with pytest.raises(UsageError, match="no data set"):
        things.train_thing("autoencoder", tmp_path, tmp_path / "empty", quiet)


def test_a_training_goes_on_and_its_card_says_so(profile: Path, data: Path, tmp_path: Path) -> None:
    shutil.copytree(profile, tmp_path, dirs_exist_ok=True)
    weights = tmp_path / "autoencoder" / "diffusion_pytorch_model.safetensors"
    before = load_file(weights)
    card = things.train_thing("autoencoder", tmp_path, data, quiet, resume=True, seed=7, steps=1, minutes=1.5)
    after = load_file(weights)
    nearest = max(float((after[key].float() - before[key].float()).abs().max()) for key in before)
    assert 0 < nearest < 0.01, "one small step from where it was, not a fresh start"
    assert read_card(tmp_path / "cards" / "autoencoder.json") == card
    assert card.command == "dreamhead train autoencoder --seed 7 --minutes 1.5 --steps 1 --resume"


def test_a_loss_that_is_not_finite_is_one_error(
    profile: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autoencoder, "image_loss", lambda guess, truth: guess.sum() * float("nan"))
    with pytest.raises(DreamheadError, match="the training of autoencoder failed: the loss became nan"):
        things.train_thing("autoencoder", tmp_path, data, quiet, steps=2)
    assert not (tmp_path / "cards").exists()
