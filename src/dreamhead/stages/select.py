"""Stage 1: the identity and the wardrobe that fit the sentence best (DreamFace section 4.1)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from dreamhead.cache import cache_folder, keep
from dreamhead.config import SelectConfig
from dreamhead.errors import DamagedFileError, InterruptedRun
from dreamhead.head.asset import HeadAsset
from dreamhead.head.model import Floats
from dreamhead.priors.protocols import Scorer
from dreamhead.priors.store import assets_folder
from dreamhead.record import array_bytes, fingerprint, load_arrays
from dreamhead.stages.candidates import ANCHOR_TEXT, Bank, CandidateCamera, embed_candidates, scores
from dreamhead.stages.context import Context
from dreamhead.stages.wear import checked_settings, item_descriptions, suggestions, wardrobe
from dreamhead.world.archetypes import archetypes_revision
from dreamhead.world.attributes import identity_vector
from dreamhead.world.recall import VERSION as RECALL_VERSION
from dreamhead.world.recall import Regressor, captioned_heads, columns, fit_regressor
from dreamhead.world.wording import read_wishes

log = logging.getLogger(__name__)
VERSION = 4
BANK_SEED = 20240607
TEXT_BATCH = 256


@dataclass(frozen=True)
class Candidate:
    """A head and how well it fits."""

    score: float
    told: float  # cosine of its caption to the sentence
    identity: Floats  # (K,)


def run(asset: HeadAsset, config: SelectConfig, context: Context) -> HeadAsset:
    """Sets identity (K,) and wardrobe: slots, colours and the attributes that the sentence recalled."""
    head, scorer = context.head, context.priors.scorer
    settings = checked_settings(config)
    wishes = read_wishes(context.prompt)
    sentence = wishes.affirmed or context.prompt
    query, anchor_text, *descriptions = encoded(
        scorer, [sentence, ANCHOR_TEXT, *item_descriptions()], context
    )
    attributes = caption_regressor(scorer, config, context).attributes(
        sentence, query, np.random.default_rng([context.seed, 2])
    )
    camera = CandidateCamera(head, scorer, config.image_size, config.lights, context.device)
    bank = candidate_bank(camera, config, context)

    def judged(identity: Floats, embedding: Floats, told: float) -> Candidate:
        fit = scores(
            embedding[None], bank.anchor, query, anchor_text, config.direct_weight, config.relative_weight
        )
        return Candidate(float(fit[0]) + config.caption_weight * told, told, identity)

    told = bank.captions @ query  # how near each candidate's own caption comes to the sentence
    pool = [
        judged(identity, embedding, float(closeness))
        for identity, embedding, closeness in zip(bank.identities, bank.embeddings, told, strict=True)
    ]
    rng = np.random.default_rng([context.seed, 1])
    if config.caption_weight > 0:  # what the sentence itself was read to mean, varied by the seed
        recalled = identity_vector(attributes, head.slider_names, head.macros)
        for _ in range(config.keep):
            varied = clipped(recalled + config.spread * rng.normal(size=len(recalled)), context)
            pool.append(judged(varied, camera.embed(varied), 1.0))
    for index in range(config.rounds):
        pool = sorted(pool, key=lambda candidate: -candidate.score)[: config.keep]
        for child in range(config.children):
            if context.stopping():
                raise InterruptedRun("stopped in select")
            first, second = (pool[i] for i in rng.integers(len(pool), size=2))
            spread = config.spread * 0.5**index * rng.normal(size=len(first.identity))
            identity = clipped(0.5 * (first.identity + second.identity) + spread, context)
            pool.append(judged(identity, camera.embed(identity), 0.5 * (first.told + second.told)))
            context.progress(index * config.children + child + 1, config.rounds * config.children, "refining")
    best = max(pool, key=lambda candidate: candidate.score)
    suggested = suggestions(query, np.stack(descriptions), bank.captions)
    return asset.changed(identity=best.identity, wardrobe=wardrobe(attributes, wishes, suggested, settings))


def encoded(scorer: Scorer, texts: list[str], context: Context) -> Floats:
    """Texts -> (N, D) unit embeddings."""
    rows = []
    for index in range(0, len(texts), TEXT_BATCH):
        if context.stopping():
            raise InterruptedRun("stopped in select")
        with torch.no_grad():
            rows.append(scorer.encode_text(texts[index : index + TEXT_BATCH]).float().cpu().numpy())
    return np.concatenate(rows)


def caption_regressor(scorer: Scorer, config: SelectConfig, context: Context) -> Regressor:
    """The regression from sentences to attributes for this scorer's text embeddings."""

    def solve() -> dict[str, Floats]:
        context.progress(0, 2, "captions")
        heads = captioned_heads(config.captions, BANK_SEED)
        embeddings = encoded(scorer, [text for _, text in heads], context)
        context.progress(1, 2, "captions")
        fitted = fit_regressor(heads, embeddings)
        return {"weights": fitted.weights, "means": fitted.means, "low": fitted.low, "high": fitted.high}

    source = [
        RECALL_VERSION,
        scorer.revision,
        config.captions,
        BANK_SEED,
        list(columns()),
        archetypes_revision(),
    ]
    return Regressor(**kept("recall", source, solve))


def candidate_bank(camera: CandidateCamera, config: SelectConfig, context: Context) -> Bank:
    """The candidates with their pictures' and captions' embeddings."""
    head = context.head
    heads = captioned_heads(config.candidates, BANK_SEED)
    identities = np.stack(
        [clipped(identity_vector(a, head.slider_names, head.macros), context) for a, _ in heads]
    )

    def progress(done: int, total: int, note: str) -> None:
        if context.stopping():
            raise InterruptedRun("stopped in select")
        context.progress(done, total, note)

    def embed() -> dict[str, Floats]:
        embeddings, anchor = embed_candidates(camera, identities, progress)
        captions = encoded(camera.scorer, [text for _, text in heads], context)
        return {"embeddings": embeddings, "anchor": anchor, "captions": captions}

    drawn = [np.round(identities.astype(float), 3).tolist(), [text for _, text in heads]]
    source = [camera.scorer.revision, head.revision, config.image_size, config.lights, fingerprint(drawn)]
    return Bank(identities=identities, **kept("candidates", source, embed))


def kept(kind: str, source: list[Any], make: Callable[[], dict[str, Floats]]) -> dict[str, Floats]:
    """Arrays that depend on `source` alone: shipped with the package, kept in the cache, or made now and kept.

    They are kept in half precision, and a fresh result is rounded and laid out the same (sums depend on the order
    in memory), so that it does not matter which.
    """
    name = f"{fingerprint(source)[:16]}.safetensors"
    shipped, stored = assets_folder() / kind / name, cache_folder(kind, name)
    half = load_arrays(shipped) if shipped.is_file() else _stored(stored)
    if half is None:
        half = {key: np.ascontiguousarray(value, np.float16) for key, value in make().items()}
        keep(stored, array_bytes(half))
    return {key: value.astype(np.float32) for key, value in half.items()}


def _stored(path: Path) -> dict[str, Floats] | None:
    """The arrays of a cache file, or None when there is none that can be read."""
    if not path.is_file():
        return None
    try:
        return load_arrays(path)
    except DamagedFileError as error:
        log.warning("%s; making it again", error.message)
        return None


def clipped(identity: NDArray[np.floating], context: Context) -> Floats:
    """An identity within the head model's limits."""
    limits = context.head.slider_limits
    return np.clip(identity, limits[:, 0], limits[:, 1]).astype(np.float32)
