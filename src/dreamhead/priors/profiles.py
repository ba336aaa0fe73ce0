"""Profiles: which checkpoints a run uses, as data.  Imports no torch; models load on first use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dreamhead.assets import asset_path
from dreamhead.errors import DamagedFileError, MissingModelError, UsageError
from dreamhead.priors.store import (
    DENOISER_PARTS,
    PICKLED,
    ModelRecord,
    cuda_present,
    map_folders,
    models_folder,
    revision_of,
)
from dreamhead.settings import did_you_mean

if TYPE_CHECKING:
    from dreamhead.priors.protocols import Denoiser, MapDecoder, Scorer, Upscaler

PROFILE_NAMES = ("auto", "embedded", "studio")
ROLES = ("scorer", "generic", "texture", "maps", "upscaler")
OPTIONAL_ROLES = ("restorer",)
SETTING_NAMES = ("folder", "scorer.architecture", *ROLES, *OPTIONAL_ROLES)


@dataclass(frozen=True)
class ModelFiles:
    """The files of one role's model.  component -> file or folder; a single one is called `model`."""

    files: Mapping[str, Path]
    licence: str
    architecture: str = ""  # open_clip's name, for a scorer given as a bare checkpoint file

    def missing(self) -> list[Path]:
        """The components that are not there."""
        return [path for path in self.files.values() if not path.exists()]


@dataclass(frozen=True)
class Profile:
    """Everything that differs between a laptop and a studio, and nothing but data."""

    name: str
    head: str  # name of the head model whose chart the texture model knows
    models: Mapping[str, ModelFiles]  # by role
    settings: Mapping[
        str, Any
    ]  # "stage.key" -> value: what suits models of this size, below what the user sets
    reason: str = ""  # why this profile was taken, for the first line printed

    def missing(self) -> dict[str, Path]:
        """role -> its first missing file, for the roles that a run needs."""
        return {role: files.missing()[0] for role, files in self.models.items() if files.missing()}


def resolve_profile(name: str, settings: Mapping[str, str]) -> Profile:
    """The profile to run.  `auto` is studio when a CUDA device and all studio files are there, else embedded.

    settings: SETTING_NAMES -> text; a role's setting is a file or folder to take in place of the profile's
    own, `folder` is where studio models live.  Files are looked for, not read.
    Raises UsageError for an unknown name or setting, MissingModelError when a named profile lacks a file.
    """
    if name not in PROFILE_NAMES:
        raise UsageError(f"unknown profile {name!r}", did_you_mean(name, PROFILE_NAMES))
    for key in settings:
        if key not in SETTING_NAMES:
            known = [f"models.{each}" for each in SETTING_NAMES]
            raise UsageError(
                f"unknown model setting 'models.{key}' (value {settings[key]!r})",
                did_you_mean(f"models.{key}", known),
            )
    if name == "auto":
        return _automatic(settings)
    profile = read_profile(name, settings)
    absent = profile.missing()
    if absent:
        role, path = next(iter(absent.items()))
        if role in settings:
            raise MissingModelError(
                f"models.{role}={settings[role]}: {path} is missing",
                "name the folder or file of a whole model",
            )
        raise MissingModelError(
            f"the {name} profile's {role} model is missing: {path}", _how_to_get(name, role)
        )
    return replace(profile, reason=f"profile {name}: asked for")


class Priors:
    """The models of a profile, each loaded when first asked for and kept."""

    def __init__(self, profile: Profile, device: str) -> None:
        self.profile = profile
        self.device = device

    @cached_property
    def records(self) -> tuple[ModelRecord, ...]:
        """Where every model comes from.  Hashes the files; imports no torch."""
        return tuple(
            ModelRecord(role, _shown(model), revision_of(model.files), model.licence)
            for role, model in self.profile.models.items()
        )

    @cached_property
    def scorer(self) -> Scorer:
        from dreamhead.priors.scorer import load_scorer

        model = self._model("scorer")
        return load_scorer(
            model.files["model"],
            model.architecture,
            model.files.get("text_encoder"),
            revision=self._revision("scorer"),
            device=self.device,
        )

    @cached_property
    def generic(self) -> Denoiser:
        return self._denoiser("generic")

    @cached_property
    def texture(self) -> Denoiser:
        return self._denoiser("texture")

    @cached_property
    def maps(self) -> MapDecoder:
        from dreamhead.priors.maps import load_map_decoder

        return load_map_decoder(
            self._model("maps").files, revision=self._revision("maps"), device=self.device
        )

    @cached_property
    def upscaler(self) -> Upscaler:
        return self._upscaler("upscaler")

    @cached_property
    def restorer(self) -> Upscaler | None:
        """A network of scale 1 that mends textures before they are enlarged, or None."""
        return self._upscaler("restorer") if "restorer" in self.profile.models else None

    def _denoiser(self, role: str) -> Denoiser:
        from dreamhead.priors.diffusion import load_denoiser

        return load_denoiser(self._model(role).files, revision=self._revision(role), device=self.device)

    def _upscaler(self, role: str) -> Upscaler:
        from dreamhead.priors.upscaler import load_upscaler

        return load_upscaler(
            self._model(role).files["model"], revision=self._revision(role), device=self.device
        )

    def _model(self, role: str) -> ModelFiles:
        model = self.profile.models[role]
        if model.missing():
            raise MissingModelError(
                f"the {self.profile.name} profile's {role} model is missing: {model.missing()[0]}",
                _how_to_get(self.profile.name, role),
            )
        return model

    def _revision(self, role: str) -> str:
        return next(record.revision for record in self.records if record.role == role)


# ---- reading the profile files

_WEIGHT_ENDINGS = (".safetensors", *PICKLED)


def _automatic(settings: Mapping[str, str]) -> Profile:
    if not cuda_present():
        chosen, why = "embedded", "no CUDA device was found"
    else:
        absent = read_profile("studio", settings).missing()
        chosen = "embedded" if absent else "studio"
        why = (
            f"the studio {next(iter(absent))} model is missing"
            if absent
            else "CUDA and all its files are here"
        )
    profile = resolve_profile(chosen, settings)
    return replace(profile, reason=f"profile {chosen}: {why}")


def read_profile(name: str, settings: Mapping[str, str]) -> Profile:
    """The profile's file from the assets, with the settings laid over it."""
    path = asset_path(f"priors/{name}/profile.json")
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedFileError(f"{path} is not JSON: {error}", "install dreamhead again") from error
    root = path.parent if name == "embedded" else models_folder(settings)
    models: dict[str, ModelFiles] = {}
    for role, entry in written["models"].items():
        files = {part: root / relative for part, relative in entry["files"].items()}
        model = ModelFiles(_single_file(files), entry["licence"], entry.get("architecture", ""))
        if role in OPTIONAL_ROLES and role not in settings and model.missing():
            continue
        models[role] = model
    for role in (*ROLES, *OPTIONAL_ROLES):
        if role in settings:
            chosen = Path(settings[role]).expanduser()
            models[role] = ModelFiles(
                _files_of(role, chosen), "as its owner states", settings.get("scorer.architecture", "")
            )
    return Profile(
        name=name,
        head=written["head"],
        models=models,
        settings={
            f"{stage}.{key}": value
            for stage, keys in written["settings"].items()
            for key, value in keys.items()
        },
    )


def _files_of(role: str, path: Path) -> dict[str, Path]:
    """The components of a model that the user named by one path."""
    if role in ("generic", "texture"):
        return {part: path / part for part in DENOISER_PARTS}
    if role == "maps":
        return map_folders(path)
    return {"model": path} if role == "scorer" else _single_file({"model": path})


def _single_file(files: dict[str, Path]) -> dict[str, Path]:
    """A folder that holds one bare checkpoint file stands for that file."""
    if set(files) == {"model"} and files["model"].is_dir():
        inside = sorted(p for p in files["model"].iterdir() if p.suffix in _WEIGHT_ENDINGS)
        if len(inside) == 1 and not any(p.suffix == ".json" for p in files["model"].iterdir()):
            return {"model": inside[0]}
    return files


def _shown(model: ModelFiles) -> str:
    """One path to show for a model: its own, or the folder that its parts share."""
    paths = list(model.files.values())
    return str(paths[0] if len(paths) == 1 else paths[0].parent)


def _how_to_get(profile: str, role: str) -> str:
    if profile == "embedded":
        return f"it ships with dreamhead: install again, or rebuild it with `dreamhead train` ({role})"
    return f"run `dreamhead models pull {role}`, or name it with --set models.{role}=PATH"
