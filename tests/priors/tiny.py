"""Writes tiny random checkpoints in the real libraries' own layouts, for tests of every loader.

`write_studio(folder)` writes a whole studio profile and returns the model settings that point at it.
"""

from __future__ import annotations

import json
from pathlib import Path

import open_clip
import torch
from diffusers import AutoencoderKL, AutoencoderTiny, DDIMScheduler, PNDMScheduler, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact
from transformers import BertConfig, BertModel, CLIPTextConfig, CLIPTextModel

TEXT_WIDTH = 32


def write_studio(folder: Path, sample_size: int = 16) -> dict[str, str]:
    """All studio models under `folder`; returns settings for resolve_profile("studio", settings)."""
    write_stable_diffusion(folder / "generic", sample_size=sample_size)
    write_stable_diffusion(folder / "texture", sample_size=sample_size, mask=True)
    write_map_decoders(folder / "maps", folder / "texture" / "vae")
    write_open_clip(folder / "scorer")
    write_rrdb(folder / "upscaler" / "RealESRGAN_x4plus.pth")
    return {
        "scorer": str(folder / "scorer"),
        "generic": str(folder / "generic"),
        "texture": str(folder / "texture"),
        "maps": str(folder / "maps"),
        "upscaler": str(folder / "upscaler" / "RealESRGAN_x4plus.pth"),
    }


def write_stable_diffusion(
    folder: Path, sample_size: int = 16, mask: bool = False, prediction: str = "epsilon", seed: int = 0
) -> None:
    """A Stable Diffusion 1.5 folder: CLIP tokenizer and text encoder, U-Net, AutoencoderKL of f8, scheduler.

    mask: one more input channel, as DreamFace's texture model has.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        write_clip_tokenizer(folder / "tokenizer")
        clip_text().save_pretrained(folder / "text_encoder")
        unet(5 if mask else 4, TEXT_WIDTH, sample_size).save_pretrained(folder / "unet")
        autoencoder_kl().save_pretrained(folder / "vae")
    schedule = {
        "num_train_timesteps": 1000,
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "prediction_type": prediction,
        "steps_offset": 1,
        "set_alpha_to_one": False,
    }
    if prediction == "epsilon":
        PNDMScheduler(**schedule, skip_prk_steps=True).save_pretrained(folder / "scheduler")
    else:
        DDIMScheduler(**schedule, clip_sample=False).save_pretrained(folder / "scheduler")
    classes = {
        "scheduler": ["diffusers", "PNDMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    (folder / "model_index.json").write_text(
        json.dumps({"_class_name": "StableDiffusionPipeline", **classes})
    )


def write_clip_tokenizer(folder: Path) -> None:
    """CLIP's own byte-pair tokenizer in transformers' files, from the vocabulary in open_clip's package."""
    folder.mkdir(parents=True, exist_ok=True)
    source = open_clip.SimpleTokenizer()
    names = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
    vocabulary = {names.get(word, word): index for word, index in source.encoder.items()}
    merges = [" ".join(pair) for pair, _ in sorted(source.bpe_ranks.items(), key=lambda item: item[1])]
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    special = {
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
    }
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 77, "do_lower_case": True, **special}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "special_tokens_map.json").write_text(json.dumps(special))


def clip_text() -> CLIPTextModel:
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=49408,
            hidden_size=TEXT_WIDTH,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            projection_dim=TEXT_WIDTH,
        )
    )


def unet(in_channels: int, text_width: int, sample_size: int) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=sample_size,
        in_channels=in_channels,
        out_channels=4,
        layers_per_block=1,
        block_out_channels=(16, 32),
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=text_width,
        attention_head_dim=4,
        norm_num_groups=8,
    )


def autoencoder_kl() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 8, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=8,
        scaling_factor=0.18215,
    )


def write_map_decoders(folder: Path, autoencoder: Path) -> None:
    """Three copies of an autoencoder's decoder, without its encoder."""
    tensors = load_file(autoencoder / "diffusion_pytorch_model.safetensors")
    decoder = {k: v for k, v in tensors.items() if not k.startswith(("encoder.", "quant_conv."))}
    for name in ("specular", "roughness", "normal"):
        target = folder / f"decoder_{name}"
        target.mkdir(parents=True, exist_ok=True)
        (target / "config.json").write_bytes((autoencoder / "config.json").read_bytes())
        save_file(decoder, target / "diffusion_pytorch_model.safetensors")


def write_bert_diffusion(folder: Path, prediction: str = "v_prediction", seed: int = 0) -> None:
    """The embedded profile's kind of folder: BERT text encoder, AutoencoderTiny, v-prediction."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        write_bert(folder / "text_encoder")
        (folder / "tokenizer").mkdir(parents=True, exist_ok=True)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (folder / "tokenizer" / name).write_bytes((folder / "text_encoder" / name).read_bytes())
        unet(4, TEXT_WIDTH, 16).save_pretrained(folder / "unet")
        AutoencoderTiny(
            encoder_block_out_channels=(8, 8, 8, 8),
            decoder_block_out_channels=(8, 8, 8, 8),
            num_encoder_blocks=(1, 1, 1, 1),
            num_decoder_blocks=(1, 1, 1, 1),
            latent_channels=4,
            scaling_factor=0.9,
            shift_factor=0.1,
        ).save_pretrained(folder / "vae")
    DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type=prediction,
        clip_sample=False,
    ).save_pretrained(folder / "scheduler")


def write_bert(folder: Path, words: str = "a an old young sailor orc with green skin the face of") -> None:
    """A small BERT with a WordPiece tokenizer of these words and the letters."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{c}" for c in letters)]
    names += [word for word in dict.fromkeys(words.split()) if word not in letters]
    core = Tokenizer(models.WordPiece({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    core.normalizer = normalizers.BertNormalizer(lowercase=True)
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=16,
    )
    tokenizer.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(names),
        hidden_size=TEXT_WIDTH,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=16,
        use_attention_mask=True,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)


def write_open_clip(folder: Path, seed: int = 0) -> None:
    """A ViT-L-14-shaped open_clip folder, small: the same layout, kinds of layers and vocabulary."""
    config = {
        "embed_dim": 32,
        "quick_gelu": True,
        "vision_cfg": {"image_size": 28, "layers": 2, "width": 32, "head_width": 16, "patch_size": 14},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 4, "layers": 2},
    }
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = open_clip.CLIP(**config)
    _save_open_clip(folder, config, {k: v.contiguous() for k, v in model.state_dict().items()})


def write_open_clip_bert(folder: Path, text: Path, seed: int = 0) -> None:
    """The embedded profile's kind of scorer: a small ResNet, its text tower in a folder of its own."""
    config = {
        "embed_dim": 32,
        "custom_text": True,
        "vision_cfg": {
            "image_size": 32,
            "layers": [1, 1, 1, 1],
            "width": 8,
            "head_width": 8,
            "patch_size": None,
        },
        "text_cfg": {
            "hf_model_name": "text",
            "hf_tokenizer_name": "text",
            "hf_model_pretrained": True,
            "hf_proj_type": "linear",
            "hf_pooler_type": "mean_pooler",
            "context_length": 16,
        },
    }
    local = {k: v for k, v in config.items() if k != "custom_text"}
    local["text_cfg"] = config["text_cfg"] | {"hf_model_name": str(text), "hf_tokenizer_name": str(text)}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = open_clip.CustomTextCLIP(**local)
    tensors = {
        k: v.contiguous() for k, v in model.state_dict().items() if not k.startswith("text.transformer.")
    }
    _save_open_clip(folder, config, tensors)


def _save_open_clip(folder: Path, config: dict, tensors: dict[str, torch.Tensor]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    preprocess = {"mean": list(open_clip.OPENAI_DATASET_MEAN), "std": list(open_clip.OPENAI_DATASET_STD)}
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": config, "preprocess_cfg": preprocess})
    )
    save_file(tensors, folder / "open_clip_model.safetensors")


def write_rrdb(path: Path, features: int = 8, growth: int = 32, seed: int = 0) -> None:
    """A Real-ESRGAN x4 file (RRDB network) as released: a .pth of names such as body.0.rdb1.conv1."""
    widths = {"conv_first": (3, features), "conv_body": (features, features)}
    for dense in ("rdb1", "rdb2", "rdb3"):
        for i in range(5):
            out = growth if i < 4 else features
            widths[f"body.0.{dense}.conv{i + 1}"] = (features + i * growth, out)
    widths |= {name: (features, features) for name in ("conv_up1", "conv_up2", "conv_hr")}
    widths["conv_last"] = (features, 3)
    chance = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, (inputs, outputs) in widths.items():
        tensors[f"{name}.weight"] = (
            torch.randn(outputs, inputs, 3, 3, generator=chance) * (9 * inputs) ** -0.5
        )
        tensors[f"{name}.bias"] = torch.zeros(outputs)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"params_ema": tensors}, path)


def write_compact(path: Path, scale: int = 4, seed: int = 0) -> None:
    """A compact Real-ESRGAN network in safetensors."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = SRVGGNetCompact(num_feat=8, num_conv=2, upscale=scale)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(network.state_dict(), path)
