"""A job's settings: read from --set and a TOML file, checked against the config dataclasses."""

from __future__ import annotations

import dataclasses
import difflib
import math
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dreamhead.config import HeadConfig, RunConfig
from dreamhead.errors import UsageError

Overrides = dict[str, Any]  # "carve.steps" -> a JSON value


def parse_overrides(pairs: Iterable[str], sections: Mapping[str, type]) -> Overrides:
    """["carve.steps=20", "models.scorer=PATH"] -> checked overrides."""
    overrides: Overrides = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"--set {pair!r} has no value", "write --set stage.key=value")
        overrides[key.strip()] = text.strip()
    return check_overrides(overrides, sections)


def read_config_file(path: Path, sections: Mapping[str, type]) -> Overrides:
    """A TOML file with one table a stage, [models] and [run] -> checked overrides."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the config file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    overrides: Overrides = {}
    for section, table in content.items():
        if not isinstance(table, dict):
            raise UsageError(
                f"{path}: {section!r} stands outside a table", "write [carve] and under it steps = 20"
            )
        overrides.update({f"{section}.{key}": value for key, value in table.items()})
    return check_overrides(overrides, sections)


def check_overrides(overrides: Mapping[str, Any], sections: Mapping[str, type]) -> Overrides:
    """The overrides with values of their fields' types; UsageError names key, value and nearest name."""
    checked: Overrides = {}
    for key, value in overrides.items():
        section, dot, name = key.partition(".")
        if not dot:
            raise UsageError(f"unknown setting {key!r}", "write stage.key=value, for example carve.steps=20")
        if section == "models":
            checked[key] = _model_setting(key, name, value)
            continue
        if section not in sections:
            raise UsageError(
                f"unknown section {section!r} in {key}={value}", did_you_mean(section, [*sections, "models"])
            )
        checked[key] = _checked_value(key, name, value, sections[section])
    return checked


def config_for(section: str, overrides: Mapping[str, Any], kind: type) -> Any:
    """The section's dataclass with its overrides; they must have been checked."""
    prefix = f"{section}."
    values = {
        key.removeprefix(prefix): tuple(value) if isinstance(value, list) else value
        for key, value in overrides.items()
        if key.startswith(prefix)
    }
    return kind(**values)


def run_config(overrides: Mapping[str, Any]) -> RunConfig:
    """Device and threads."""
    config: RunConfig = config_for("run", overrides, RunConfig)
    return config


def head_config(overrides: Mapping[str, Any]) -> HeadConfig:
    """Head model and its folder."""
    config: HeadConfig = config_for("head", overrides, HeadConfig)
    return config


def model_settings(overrides: Mapping[str, Any]) -> dict[str, str]:
    """Role -> the path or name that the user gave instead of the profile's."""
    return {
        key.removeprefix("models."): str(value)
        for key, value in overrides.items()
        if key.startswith("models.")
    }


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A tip with the nearest known name, or all of them."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(known)


def _model_setting(key: str, role: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"{key}={value!r} is not a path")
    if role.endswith(".architecture"):
        return value  # a name, not a path
    return str(Path(value).expanduser().resolve())


def _checked_value(key: str, name: str, value: Any, kind: type) -> Any:
    specs = {spec.name: spec for spec in dataclasses.fields(kind)}
    if name not in specs:
        section = key.partition(".")[0]
        tip = (
            did_you_mean(key, [f"{section}.{known}" for known in specs])
            if specs
            else f"{section} has no settings"
        )
        raise UsageError(f"unknown setting {key!r} (value {value!r})", tip)
    converted = _converted(key, value, typing.get_type_hints(kind)[name])
    metadata = specs[name].metadata
    if metadata.get("path") and converted:
        converted = str(Path(converted).expanduser().resolve())
    if "choices" in metadata and converted not in metadata["choices"]:
        raise UsageError(
            f"{key}={value} is not one of its values", did_you_mean(str(value), metadata["choices"])
        )
    if "range" in metadata and converted is not None:
        low, high = metadata["range"]
        numbers = converted if isinstance(converted, list) else [converted]
        if not all(low <= number <= high for number in numbers):
            raise UsageError(f"{key}={value} is out of range", f"give a value from {low} to {high}")
    return converted


def _converted(key: str, value: Any, hint: Any) -> Any:
    """value as the type that a field declares: bool, int, float, str, a tuple of one of them, or None."""
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        options = typing.get_args(hint)
        if type(None) in options and (value is None or value in ("none", "None")):
            return None
        return _converted(key, value, next(option for option in options if option is not type(None)))
    if origin is tuple:
        inner = typing.get_args(hint)
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or (Ellipsis not in inner and len(items) != len(inner)):
            count = "" if Ellipsis in inner else f" {len(inner)}"
            raise UsageError(f"{key}={value} does not hold{count} values", "separate them with commas")
        return [_converted(key, item, inner[0]) for item in items]
    if hint is bool:
        truth = {"true": True, "false": False, "1": True, "0": False}.get(str(value).strip().lower())
        if truth is None:
            raise UsageError(f"{key}={value} is not true or false")
        return truth
    if hint is str:
        return str(value)
    return _number(key, value, hint)


def _number(key: str, value: Any, hint: Any) -> int | float:
    if isinstance(value, bool):
        raise UsageError(f"{key}={value} is not a number")
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{key}={value} is not a number") from error
    if not math.isfinite(number):
        raise UsageError(f"{key}={value} is not a finite number")
    if hint is int:
        if number != int(number):
            raise UsageError(f"{key}={value} is not a whole number")
        return int(number)
    return number
