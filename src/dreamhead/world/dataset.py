"""Builds and reads the data that the embedded priors learn from: maps, captions and views of synthetic heads.

Layout of a folder (shards appear one by one; a shard's .npz is there only when the shard is whole):

    dataset.json          seed, size, view_size, head name and revision, slider names, count, shard size
    shard-0000.json       a list with one record a sample:
                            seed, attributes (world.attributes.Attributes.from_json), captions (several, of the
                            whole head), and views: [{caption, clay, hair, azimuth_deg, elevation_deg}]
    shard-0000.npz        albedo (N, S, S, 3) uint8 sRGB; specular, roughness (N, S, S) uint8;
                          normal (N, S, S, 3) uint8, (n + 1) / 2, OpenGL; identity (N, K) float32;
                          views (M, W, W, 3) uint8 sRGB; view_sample (M,) int32: the sample a view shows

Read it with `iterate(folder)` (one sample at a time, any number of shards, none loaded twice) or
`read_shard(path)` for a whole shard.  A view that is `clay` shows the plain grey head, and its caption says
only what its shape shows; `hair` says whether grown hair is on it, or only what is painted on the skin.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import DamagedFileError, UsageError
from dreamhead.head.model import HeadModel
from dreamhead.record import atomic_file, write_bytes
from dreamhead.world.attributes import Attributes, identity_vector, sample
from dreamhead.world.captions import caption
from dreamhead.world.ground import skin_surface
from dreamhead.world.pigment import srgb_from_linear
from dreamhead.world.skin import SkinMaps, generate

Bytes = NDArray[np.uint8]
SHARD_SIZE = 25
CAPTIONS_PER_SAMPLE = 6
FORMAT = 1


@dataclass(frozen=True)
class View:
    """A picture of a head with its own caption.  image (W, W, 3) uint8 sRGB."""

    image: Bytes
    caption: str
    clay: bool
    hair: bool
    azimuth_deg: float
    elevation_deg: float


@dataclass(frozen=True)
class Sample:
    """One head of the data set; arrays as in the shard, without the first axis."""

    albedo: Bytes
    specular: Bytes
    roughness: Bytes
    normal: Bytes
    identity: NDArray[np.float32]
    attributes: Attributes
    captions: tuple[str, ...]
    views: tuple[View, ...]


RenderViews = Callable[[SkinMaps, Attributes, NDArray[np.float32], np.random.Generator], list[View]]


def build_dataset(
    folder: Path,
    head: HeadModel,
    count: int,
    seed: int,
    size: int = 512,
    render_views: RenderViews | None = None,
    view_size: int = 256,
    shard_size: int = SHARD_SIZE,
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> None:
    """Writes `count` samples; shards that are there already are kept, so a stopped build goes on.

    render_views draws a sample's pictures (see dreamhead.train.views); without it there are none.
    UsageError when the folder holds a data set made with other settings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _settle(folder, head, seed, size, view_size, shard_size)
    surface = skin_surface(head, size, cache=folder)
    for number in range(-(-count // shard_size)):
        first, last = number * shard_size, min((number + 1) * shard_size, count)
        path = folder / f"shard-{number:04d}.npz"
        if path.exists() and _samples_in(path) >= last - first:
            progress(last, count, "kept")
            continue
        records: list[dict[str, Any]] = []
        arrays: dict[str, list[NDArray[Any]]] = {name: [] for name in _ARRAYS}
        for index in range(first, last):
            rng = np.random.default_rng([seed, index])
            attributes = sample(rng)
            identity = identity_vector(attributes, head.slider_names, head.macros)
            skin_seed = int(rng.integers(1 << 31))
            maps = generate(surface, attributes, skin_seed)
            views = render_views(maps, attributes, identity, rng) if render_views else []
            texts = list(dict.fromkeys(caption(attributes, rng) for _ in range(CAPTIONS_PER_SAMPLE)))
            _append(arrays, maps, identity, views, index - first)
            records.append(_record(attributes, skin_seed, texts, views))
            progress(index + 1, count, texts[0])
        _write_shard(path, records, arrays, view_size)


def shards(folder: Path) -> list[Path]:
    """The whole shards of a data set so far, in order."""
    return sorted(folder.glob("shard-*.npz"))


def iterate(folder: Path) -> Iterator[Sample]:
    """Every sample, shard by shard.  UsageError when there is none."""
    paths = shards(folder)
    if not paths:
        raise UsageError(f"There is no data set in {folder}.", "Build one first.")
    for path in paths:
        yield from read_shard(path)


def read_shard(path: Path) -> list[Sample]:
    """The samples of one shard; DamagedFileError when its two files do not belong together."""
    records = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in _ARRAYS}
    if len(records) != len(arrays["albedo"]):
        raise DamagedFileError(f"{path} holds {len(arrays['albedo'])} samples, its record {len(records)}.")
    out = []
    for index, record in enumerate(records):
        pictures = arrays["views"][arrays["view_sample"] == index]
        views = tuple(View(image, **facts) for image, facts in zip(pictures, record["views"], strict=True))
        out.append(
            Sample(
                albedo=arrays["albedo"][index],
                specular=arrays["specular"][index],
                roughness=arrays["roughness"][index],
                normal=arrays["normal"][index],
                identity=arrays["identity"][index],
                attributes=Attributes.from_json(record["attributes"]),
                captions=tuple(record["captions"]),
                views=views,
            )
        )
    return out


def encoded_maps(maps: SkinMaps) -> dict[str, Bytes]:
    """A skin's maps as bytes: albedo sRGB, the others linear, normals (n + 1) / 2."""
    return {
        "albedo": _to_bytes(srgb_from_linear(maps.albedo)),
        "specular": _to_bytes(maps.specular),
        "roughness": _to_bytes(maps.roughness),
        "normal": _to_bytes(maps.normal * 0.5 + 0.5),
    }


# ---------------------------------------------------------------------------------------------------------------

_ARRAYS = ("albedo", "specular", "roughness", "normal", "identity", "views", "view_sample")


def _to_bytes(values: NDArray[np.floating]) -> Bytes:
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def _append(
    arrays: Mapping[str, list[NDArray[Any]]],
    maps: SkinMaps,
    identity: NDArray[np.float32],
    views: list[View],
    index: int,
) -> None:
    for name, image in encoded_maps(maps).items():
        arrays[name].append(image)
    arrays["identity"].append(identity.astype(np.float32))
    for view in views:
        arrays["views"].append(view.image)
        arrays["view_sample"].append(np.asarray(index, np.int32))


def _record(attributes: Attributes, seed: int, texts: list[str], views: list[View]) -> dict[str, Any]:
    facts = ("caption", "clay", "hair", "azimuth_deg", "elevation_deg")
    return {
        "seed": seed,
        "attributes": attributes.to_json(),
        "captions": texts,
        "views": [{name: getattr(view, name) for name in facts} for view in views],
    }


def _samples_in(path: Path) -> int:
    """How many a shard holds: the last one of a smaller data set is not whole."""
    return len(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))


def _write_shard(
    path: Path, records: list[dict[str, Any]], arrays: Mapping[str, list[NDArray[Any]]], view_size: int
) -> None:
    stacked = {name: np.stack(values) for name, values in arrays.items() if values}
    stacked.setdefault("views", np.zeros((0, view_size, view_size, 3), np.uint8))
    stacked.setdefault("view_sample", np.zeros(0, np.int32))
    write_bytes(path.with_suffix(".json"), json.dumps(records).encode())
    with atomic_file(path) as stream:
        np.savez(stream, **stacked)  # type: ignore[arg-type]


def _settle(folder: Path, head: HeadModel, seed: int, size: int, view_size: int, shard_size: int) -> None:
    """Writes dataset.json, or checks that it says the same."""
    settings = {
        "format": FORMAT,
        "seed": seed,
        "size": size,
        "view_size": view_size,
        "shard_size": shard_size,
        "head": head.name,
        "head_revision": head.revision,
        "slider_names": list(head.slider_names),
    }
    path = folder / "dataset.json"
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))
        changed = [name for name, value in settings.items() if there.get(name) != value]
        if changed:
            raise UsageError(
                f"{folder} holds a data set with another {', '.join(changed)}.",
                "Choose another folder, or empty it.",
            )
        return
    write_bytes(path, json.dumps(settings, indent=1).encode())
