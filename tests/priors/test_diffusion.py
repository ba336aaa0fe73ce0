"""A denoiser folder against the raw libraries' own output, and the conversions against known answers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL, AutoencoderTiny, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file

from dreamhead.errors import DamagedFileError, MissingModelError, UsageError
from dreamhead.priors.diffusion import LatentDenoiser, load_denoiser, noise_from_velocity
from dreamhead.priors.store import DENOISER_PARTS
from tests.priors import tiny


def load(folder: Path, dtype: torch.dtype = torch.float32) -> LatentDenoiser:
    files = {name: folder / name for name in DENOISER_PARTS}
    return load_denoiser(files, revision="test", device="cpu", dtype=dtype)


@pytest.fixture(scope="module")
def generic(studio: dict[str, str]) -> LatentDenoiser:
    return load(Path(studio["generic"]))


@pytest.fixture(scope="module")
def texture(studio: dict[str, str]) -> LatentDenoiser:
    return load(Path(studio["texture"]))


@pytest.fixture(scope="module")
def tiny_bert(bert_diffusion: Path) -> LatentDenoiser:
    return load(bert_diffusion)


def test_facts_come_from_the_files(generic: LatentDenoiser) -> None:
    assert (generic.latent_channels, generic.latent_scale, generic.sample_size) == (4, 8, 16)
    assert generic.alphas_cumprod.shape == (1000,)
    assert generic.alphas_cumprod[0] == pytest.approx(1 - 0.00085, abs=1e-5)
    assert generic.alphas_cumprod[-1] == pytest.approx(0.0047, abs=1e-4)  # Stable Diffusion's own schedule


def test_text_equals_the_pipelines_own(generic: LatentDenoiser, studio: dict[str, str]) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(
        studio["generic"], safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )
    wanted, null = pipeline.encode_prompt("an old sailor", "cpu", 1, True)
    ours = generic.encode_text(["an old sailor", ""])
    assert ours.shape == (2, 77, tiny.TEXT_WIDTH)
    torch.testing.assert_close(ours[:1], wanted)
    torch.testing.assert_close(ours[1:], null)


def test_a_long_prompt_is_cut(generic: LatentDenoiser) -> None:
    assert generic.encode_text(["old " * 5000]).shape == (1, 77, tiny.TEXT_WIDTH)


def test_a_padded_bert_prompt_ignores_its_padding(tiny_bert: LatentDenoiser) -> None:
    short = tiny_bert.encode_text(["old sailor", "young orc with green skin"])
    torch.testing.assert_close(short[:1], tiny_bert.encode_text(["old sailor"]), atol=1e-5, rtol=1e-5)


def test_noise_equals_the_raw_unet(generic: LatentDenoiser, studio: dict[str, str]) -> None:
    unet = UNet2DConditionModel.from_pretrained(studio["generic"], subfolder="unet").eval()
    chance = torch.Generator().manual_seed(1)
    latents = torch.randn(2, 4, 16, 16, generator=chance)
    t, text = torch.tensor([10, 900]), generic.encode_text(["an orc", ""])
    with torch.no_grad():
        wanted = unet(latents, t, encoder_hidden_states=text).sample
    torch.testing.assert_close(generic.predict_noise(latents, t, text), wanted, atol=1e-5, rtol=1e-4)


def test_a_mask_channel_is_filled_with_ones(texture: LatentDenoiser, studio: dict[str, str]) -> None:
    unet = UNet2DConditionModel.from_pretrained(studio["texture"], subfolder="unet").eval()
    latents, t = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(2)), torch.tensor([500])
    text = texture.encode_text(["an orc"])
    with torch.no_grad():
        masked = torch.cat([latents, torch.ones(1, 1, 16, 16)], 1)
        wanted = unet(masked, t, encoder_hidden_states=text).sample
    torch.testing.assert_close(texture.predict_noise(latents, t, text), wanted, atol=1e-5, rtol=1e-4)


def test_velocity_of_a_known_mixture_gives_its_noise() -> None:
    chance = torch.Generator().manual_seed(3)
    clean, noise = torch.randn(2, 3, 4, 4, 4, generator=chance).unbind(0)
    alpha = torch.tensor([0.99, 0.5, 0.01]).view(3, 1, 1, 1)
    noisy = alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
    velocity = alpha.sqrt() * noise - (1 - alpha).sqrt() * clean
    torch.testing.assert_close(noise_from_velocity(velocity, noisy, alpha), noise, atol=1e-5, rtol=1e-5)


def test_v_prediction_is_converted(tiny_bert: LatentDenoiser, bert_diffusion: Path) -> None:
    unet = UNet2DConditionModel.from_pretrained(bert_diffusion / "unet").eval()
    latents, t = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(4)), torch.tensor([700])
    text = tiny_bert.encode_text(["an old sailor"])
    with torch.no_grad():
        velocity = unet(latents, t, encoder_hidden_states=text).sample
    wanted = noise_from_velocity(velocity, latents, tiny_bert.alphas_cumprod[700])
    torch.testing.assert_close(tiny_bert.predict_noise(latents, t, text), wanted, atol=1e-5, rtol=1e-4)


def test_latents_are_scaled_as_the_config_says(generic: LatentDenoiser, studio: dict[str, str]) -> None:
    model = AutoencoderKL.from_pretrained(studio["generic"], subfolder="vae").eval()
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        mean = model.encode(image * 2 - 1).latent_dist.mean
        latents = generic.encode_image(image)
        assert latents.shape == (1, 4, 8, 8)
        torch.testing.assert_close(latents, mean * 0.18215, atol=1e-5, rtol=1e-4)
        decoded = generic.decode(latents)
        assert decoded.shape == image.shape
        torch.testing.assert_close(decoded, model.decode(mean).sample / 2 + 0.5, atol=1e-4, rtol=1e-4)


def test_latents_are_shifted_as_the_config_says(tiny_bert: LatentDenoiser, bert_diffusion: Path) -> None:
    model = AutoencoderTiny.from_pretrained(bert_diffusion / "vae").eval()
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(6))
    with torch.no_grad():
        raw = model.encode(image * 2 - 1).latents
        torch.testing.assert_close(tiny_bert.encode_image(image), (raw - 0.1) * 0.9, atol=1e-5, rtol=1e-4)
        wanted = model.decode(raw).sample / 2 + 0.5
        torch.testing.assert_close(tiny_bert.decode((raw - 0.1) * 0.9), wanted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_gradients_pass_the_autoencoder_and_stop_at_the_denoiser(
    studio: dict[str, str], dtype: torch.dtype
) -> None:
    denoiser = load(Path(studio["generic"]), dtype)
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(7)).requires_grad_(True)
    latents = denoiser.encode_image(image)
    noise = denoiser.predict_noise(latents, torch.tensor([300]), denoiser.encode_text(["an orc"]))
    assert noise.dtype == torch.float32 and not noise.requires_grad
    (by_latents,) = torch.autograd.grad(latents.square().sum(), image)
    assert by_latents.abs().sum() > 0
    start = latents.detach().requires_grad_(True)
    (by_image,) = torch.autograd.grad(denoiser.decode(start).square().sum(), start)
    assert by_image.abs().sum() > 0
    assert not any(p.requires_grad or p.grad is not None for p in denoiser._unet.parameters())


def test_an_undifferentiated_decode_is_exact(studio: dict[str, str]) -> None:
    exact, fast = load(Path(studio["generic"])), load(Path(studio["generic"]), torch.bfloat16)
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(8))
    with torch.no_grad():
        assert torch.equal(exact.decode(latents), fast.decode(latents))


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    tiny.write_stable_diffusion(tmp_path)
    shutil.rmtree(tmp_path / "vae")
    with pytest.raises(MissingModelError, match="vae"):
        load(tmp_path)


def test_only_safetensors_are_read(tmp_path: Path) -> None:
    tiny.write_stable_diffusion(tmp_path)
    weights = tmp_path / "unet" / "diffusion_pytorch_model.safetensors"
    torch.save(load_file(weights), weights.with_suffix(".bin"))
    weights.unlink()
    with pytest.raises(MissingModelError) as caught:
        load(tmp_path)
    assert "diffusion_pytorch_model.bin" in caught.value.tip


@pytest.mark.parametrize(
    "part", ["unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model"]
)
def test_a_tensor_that_is_not_finite_is_refused(tmp_path: Path, part: str) -> None:
    tiny.write_stable_diffusion(tmp_path)
    weights = tmp_path / f"{part}.safetensors"
    tensors = load_file(weights)
    name = sorted(tensors)[0]
    tensors[name].view(-1)[0] = float("nan")
    save_file(tensors, weights)
    with pytest.raises(DamagedFileError, match=name):
        load(tmp_path)


def test_a_tensor_too_few_is_named(tmp_path: Path) -> None:
    tiny.write_stable_diffusion(tmp_path)
    weights = tmp_path / "unet" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(weights)
    del tensors["conv_in.weight"]
    save_file(tensors, weights)
    with pytest.raises(DamagedFileError, match=r"conv_in\.weight"):
        load(tmp_path)


def test_an_unknown_prediction_type_is_refused(tmp_path: Path) -> None:
    tiny.write_stable_diffusion(tmp_path)
    path = tmp_path / "scheduler" / "scheduler_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"prediction_type": "sample"}))
    with pytest.raises(UsageError, match="sample"):
        load(tmp_path)


def test_old_attention_names_of_stable_diffusion_are_read(tmp_path: Path) -> None:
    """Stable Diffusion 1.5's own vae file says query, key, value and proj_attn."""
    tiny.write_stable_diffusion(tmp_path)
    wanted = load(tmp_path)
    weights = tmp_path / "vae" / "diffusion_pytorch_model.safetensors"
    new_to_old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    old = {}
    for name, tensor in load_file(weights).items():
        if "attentions" in name:
            for new, former in new_to_old.items():
                name = name.replace(new, former)
        old[name] = tensor
    assert any("proj_attn" in name for name in old)
    save_file(old, weights)
    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(9))
    with torch.no_grad():
        assert torch.equal(load(tmp_path).decode(latents), wanted.decode(latents))
