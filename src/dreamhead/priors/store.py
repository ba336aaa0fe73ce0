"""Model files on disk: where they are, what they hash to, how the studio ones are had.  Imports no torch."""

from __future__ import annotations

import hashlib
import json
import sys
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dreamhead.assets import asset_path
from dreamhead.cache import cache_folder, keep
from dreamhead.errors import DamagedFileError, DreamheadError, MissingModelError, UsageError
from dreamhead.record import file_sha256

Progress = Callable[[int, int, str], None]
DENOISER_PARTS = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")
MAP_NAMES = ("specular", "roughness", "normal")
PICKLED = (".pth", ".pt", ".ckpt", ".bin")  # endings of weights that are pickles


@dataclass(frozen=True)
class ModelRecord:
    """Where a loaded model came from, for fingerprints and the manifest."""

    role: str
    path: str
    revision: str  # SHA-256 over its files
    licence: str


@dataclass(frozen=True)
class RemoteModel:
    """A studio model: its folder under the models folder, where it is had, what it hashes to."""

    role: str
    folder: str
    licence: str
    repository: str = ""  # on the Hugging Face hub
    url: str = ""  # of a single file
    patterns: tuple[str, ...] = ()  # the repository's files to fetch
    sha256: Mapping[str, str] = field(
        default_factory=dict
    )  # file in the folder -> hash, where one is published
    how: str = ""  # what to do when it cannot be downloaded


_SD_FILES = (
    "model_index.json",
    "unet/config.json",
    "unet/diffusion_pytorch_model.fp16.safetensors",
    "vae/config.json",
    "vae/diffusion_pytorch_model.fp16.safetensors",
    "text_encoder/config.json",
    "text_encoder/model.fp16.safetensors",
    "tokenizer/*",
    "scheduler/scheduler_config.json",
)

# The original runwayml/stable-diffusion-v1-5 was taken down in September 2024; this is its keeper.
STUDIO_MODELS: tuple[RemoteModel, ...] = (
    RemoteModel(
        role="scorer",
        folder="scorer",
        licence="MIT",
        repository="timm/vit_large_patch14_clip_224.openai",
        patterns=("open_clip_config.json", "open_clip_model.safetensors"),
    ),
    RemoteModel(
        role="generic",
        folder="generic",
        licence="CreativeML-OpenRAIL-M",
        repository="stable-diffusion-v1-5/stable-diffusion-v1-5",
        patterns=_SD_FILES,
        sha256={
            "unet/diffusion_pytorch_model.fp16.safetensors": (
                "c83908253f9a64d08c25fc90874c9c8aef9a329ce1ca5fb909d73b0c83d1ea21"
            )
        },
    ),
    RemoteModel(
        role="texture",
        folder="texture",
        licence="CreativeML-OpenRAIL-M",
        how="fine-tune it on UV maps, or name a diffusers folder with --set models.texture=FOLDER",
    ),
    RemoteModel(
        role="maps",
        folder="maps",
        licence="CreativeML-OpenRAIL-M",
        how="fine-tune them on UV maps, or name their folder with --set models.maps=FOLDER",
    ),
    RemoteModel(
        role="upscaler",
        folder="upscaler",
        licence="BSD-3-Clause",
        url="https://github.com/xinntao/Real-ESRGAN/releases/download/v0.1.0/RealESRGAN_x4plus.pth",
        sha256={"RealESRGAN_x4plus.pth": "4fa0d38905f75ac06eb49a7951b426670021be3018265fd191d2125df9d682f1"},
    ),
    RemoteModel(
        role="restorer",
        folder="restorer",
        licence="Apache-2.0",
        url="https://github.com/wzhouxiff/RestoreFormerPlusPlus/releases/download/v1.0.0/RestoreFormer.ckpt",
        sha256={"RestoreFormer.ckpt": "4a193c716bc27cc0533d1b9307100c671e7b584ffa3ba6648182fea4b3228dff"},
    ),
)


def assets_folder() -> Path:
    """The folder of what ships.  Raises MissingModelError when it is not there."""
    return asset_path(".")


def models_folder(settings: Mapping[str, str]) -> Path:
    """Where studio models live: the setting `folder`, or `models` in the user's cache."""
    return Path(settings["folder"]).expanduser() if settings.get("folder") else cache_folder("models")


def map_folders(folder: Path) -> dict[str, Path]:
    """Where each of MAP_NAMES has its decoder in a folder of them."""
    return {name: folder / f"decoder_{name}" for name in MAP_NAMES}


def cuda_present() -> bool:
    """Whether a CUDA driver with at least one device answers, asked without importing torch."""
    import ctypes

    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(name)
    except OSError:
        return False
    count = ctypes.c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0


# ---- hashes


def file_hash(path: Path) -> str:
    """SHA-256 of a file in hex.  Remembered by path, size and time of change."""
    facts = path.stat()
    key = f"{path.resolve()}|{facts.st_size}|{facts.st_mtime_ns}"
    if key not in _hashes:
        _hashes.update(_stored_hashes())
    if key not in _hashes:
        _hashes[key] = file_sha256(path)
        if facts.st_size >= _WORTH_STORING:
            _store_hash(key, _hashes[key])
    return _hashes[key]


def revision_of(files: Mapping[str, Path]) -> str:
    """One SHA-256 over files and folders by name: it changes when any byte or name of theirs does.

    A folder counts with all its files; hidden ones are left out.
    """
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        for inner in model_files(path):
            label = name if inner == path else f"{name}/{inner.relative_to(path).as_posix()}"
            digest.update(f"{label}\0{file_hash(inner)}\n".encode())
    return digest.hexdigest()


def model_files(path: Path) -> list[Path]:
    """The files of a model, sorted: the path itself, or everything in the folder that is not hidden.

    Raises MissingModelError when there is nothing.
    """
    if path.is_file():
        return [path]
    inside = sorted(
        p for p in path.rglob("*") if p.is_file() and not any(q.startswith(".") for q in p.parts[-2:])
    )
    if not inside:
        raise MissingModelError(
            f"no model file at {path}", "`dreamhead models list` shows what is expected where"
        )
    return inside


# ---- the commands behind `dreamhead models`


def list_models(settings: Mapping[str, str]) -> list[dict[str, str]]:
    """One row per studio model: role, state (present, missing), path, source, licence."""
    rows = []
    for model in STUDIO_MODELS:
        path = models_folder(settings) / model.folder
        rows.append(
            {
                "role": model.role,
                "state": "present" if path.is_dir() and any(path.iterdir()) else "missing",
                "path": str(path),
                "source": model.repository or model.url or model.how,
                "licence": model.licence,
            }
        )
    return rows


def pull_models(roles: Iterable[str], settings: Mapping[str, str], progress: Progress) -> list[Path]:
    """Download the named studio models (all that can be had when none is named) and verify them.

    Raises UsageError for an unknown role or one that cannot be downloaded.
    """
    known = {model.role: model for model in STUDIO_MODELS}
    wanted = list(roles) or [m.role for m in STUDIO_MODELS if m.repository or m.url]
    for role in wanted:
        if role not in known:
            raise UsageError(f"unknown model {role!r}", f"use one of {', '.join(known)}")
        if not (known[role].repository or known[role].url):
            raise UsageError(f"the {role} model cannot be downloaded", known[role].how)
    folders = []
    for done, role in enumerate(wanted):
        progress(done, len(wanted), role)
        folders.append(_pull(known[role], models_folder(settings) / known[role].folder))
    progress(len(wanted), len(wanted), "")
    verify_models(settings, wanted)
    return folders


def verify_models(settings: Mapping[str, str], roles: Iterable[str] = ()) -> dict[str, str]:
    """Hash the studio models that are present: role -> "verified", "no published hash" or "missing".

    Raises DamagedFileError for a file whose hash is not the published one.
    """
    wanted = set(roles)
    verdicts = {}
    for model in STUDIO_MODELS:
        if wanted and model.role not in wanted:
            continue
        folder = models_folder(settings) / model.folder
        if not folder.is_dir() or not any(folder.iterdir()):
            verdicts[model.role] = "missing"
            continue
        for name, expected in model.sha256.items():
            check_hash(folder / name, expected)
        verdicts[model.role] = "verified" if model.sha256 else "no published hash"
    return verdicts


def check_hash(path: Path, expected: str) -> None:
    """Raise DamagedFileError unless the SHA-256 is `expected`, MissingModelError without the file."""
    if not path.is_file():
        raise MissingModelError(f"model file {path} is missing", "run `dreamhead models pull`")
    found = file_sha256(path)  # not from memory: a bit that flips on the disk changes neither size nor time
    if found != expected:
        raise DamagedFileError(
            f"{path} has SHA-256 {found}, expected {expected}",
            "delete the file and run `dreamhead models pull`",
        )


# ---- helpers

_WORTH_STORING = 1 << 20  # bytes; smaller files hash faster than the cache is read
_hashes: dict[str, str] = {}


def _hash_cache() -> Path:
    return cache_folder("hashes.json")


def _stored_hashes() -> dict[str, str]:
    try:
        stored = json.loads(_hash_cache().read_text())
    except (OSError, ValueError):  # none yet, or damaged: the hashes are computed again
        return {}
    return {str(k): str(v) for k, v in stored.items()} if isinstance(stored, dict) else {}


def _store_hash(key: str, value: str) -> None:
    """Add one hash to the cache file."""
    keep(_hash_cache(), json.dumps({**_stored_hashes(), key: value}, indent=0, sort_keys=True).encode())


def _pull(model: RemoteModel, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if model.repository:
            from huggingface_hub import snapshot_download

            snapshot_download(model.repository, allow_patterns=list(model.patterns), local_dir=folder)
        else:
            _pull_file(model.url, folder)
    except OSError as error:  # the hub's and urllib's own errors are kinds of it
        source, why = model.repository or model.url, str(error).partition("\n")[0]
        raise DreamheadError(
            f"the {model.role} model cannot be downloaded from {source}: {why}",
            f"try `dreamhead models pull {model.role}` again, or put its files into {folder}",
        ) from error
    return folder


def _pull_file(url: str, folder: Path) -> None:
    target = folder / url.rsplit("/", 1)[1]
    if not target.is_file():
        aside = target.with_name(f"{target.name}.part")
        urllib.request.urlretrieve(url, aside)
        aside.replace(target)
