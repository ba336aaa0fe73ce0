"""Write docs/reference from the code: the command line, settings, exit codes, events, model cards, head."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import typer.main

from dreamhead import errors, pipeline
from dreamhead.cli import app
from dreamhead.console import EVENT_VERSION, EVENTS
from dreamhead.head.wardrobe.items import ITEMS

sys.path.insert(0, str(Path(__file__).parent))
from triangle_counts import head_tables

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "Written by `make docs` from the code; do not edit.\n"


def main() -> None:
    """Write every page; with --check, fail when one is not as the code has it."""
    check = "--check" in sys.argv[1:]
    for name, text in pages().items():
        path = FOLDER / name
        if check and (not path.is_file() or path.read_text(encoding="utf-8") != text):
            sys.exit(f"docs/reference/{name} is out of date: run `make docs`")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """File name -> Markdown."""
    return {
        "command-line.md": command_line_page(),
        "settings.md": settings_page(),
        "exit-codes.md": exit_codes_page(),
        "events.md": events_page(),
        "models.md": models_page(),
        "wardrobe.md": wardrobe_page(),
        "head.md": head_page(),
    }


def head_page() -> str:
    """What the built-in head and all that it can wear are made of."""
    lines = [
        "# The built-in head",
        "",
        NOTE,
        "How long it takes to make is [measured](../bench.md); its expressions are compared in",
        "[Expressions](expressions.md).",
        "",
        *head_tables(),
    ]
    return "\n".join(lines) + "\n"


def wardrobe_page() -> str:
    """What there is to wear, and the words that ask for it."""
    lines = [
        "# The wardrobe",
        "",
        NOTE,
        "`--set select.SLOT=ITEM` puts an item on whatever the sentence says; `auto` is the default. Left alone,",
        "a slot is filled in this order: what the sentence names; nothing, where it refuses; what it asks for in",
        'general ("a hat"); what the regression recalls; what its people are known by; what the text tower finds;',
        "nothing.",
        "",
    ]
    for slot, items in ITEMS.items():
        lines += [
            f"## `select.{slot}`",
            "",
            "| item | what it is | asked for by | expected of |",
            "|---|---|---|---|",
        ]
        for item in items.values():
            lines.append(
                f"| `{item.name}` | {item.description} | {', '.join(item.names)} | {', '.join(item.wearers)} |"
            )
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def models_page() -> str:
    """The cards of the models that ship."""
    lines = [
        "# The models that ship",
        "",
        NOTE,
        "From `assets/priors/embedded/cards/`, which `dreamhead train` writes.",
        "",
    ]
    for path in sorted((Path(__file__).parents[1] / "assets/priors/embedded/cards").glob("*.json")):
        card = json.loads(path.read_text(encoding="utf-8"))
        quality = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in card["quality"].items())
        lines += [
            f"## {card['thing']}",
            "",
            f"{card['purpose']}. {card['format']}, {card['parameters']:,} parameters, {card['bytes']:,} bytes, "
            f"{card['licence']}.",
            "",
            f"- data: {card['data']}",
            f"- made by: `{card['command']}`, {card['steps']} steps, {card['seconds']:.0f} s on {card['machine']}",
            f"- measured: {quality}",
            *([f"- note: {card['notes']}"] if card["notes"] else []),
            "",
        ]
    return "\n".join(lines)


def command_line_page() -> str:
    """Every command with its arguments and options."""
    lines = ["# The command line", "", NOTE]
    top = typer.main.get_command(app)
    for path, command in _commands(top, "dreamhead"):
        lines += [f"## `{path}`", "", (command.help or "").strip(), ""]
        rows = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            lines += ["| | default | |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def settings_page() -> str:
    """Every knob of every stage, for --set and --config."""
    lines = [
        "# Settings",
        "",
        NOTE,
        "`--set carve.steps=100`, or in a TOML file given with `--config`: `[carve]` and under it `steps = 100`.",
        "`models.ROLE=PATH` takes a model file or folder in place of the profile's own.",
        "",
    ]
    for section, kind in pipeline.sections().items():
        lines += [f"## `{section}`", "", (kind.__doc__ or "").strip(), ""]
        specs = dataclasses.fields(kind)
        lines += ["| setting | default | values |", "|---|---|---|"] if specs else ["No settings.", ""]
        lines += [f"| `{section}.{spec.name}` | `{_default(spec)}` | {_values(spec)} |" for spec in specs]
        lines += [""] if specs else []
    return "\n".join(lines)


def exit_codes_page() -> str:
    """Every exit code and the errors that lead to it."""
    lines = ["# Exit codes", "", NOTE, "| code | name | errors |", "|---|---|---|"]
    kinds = [errors.DreamheadError, *errors.DreamheadError.__subclasses__()]
    codes = {name: code for name, code in vars(errors).items() if name.startswith("EXIT_")}
    for name, code in sorted(codes.items(), key=lambda pair: pair[1]):
        about = [
            f"`{kind.__name__}`: {(kind.__doc__ or '').splitlines()[0]}"
            for kind in kinds
            if kind.exit_code == code
        ]
        lines.append(
            f"| {code} | {name.removeprefix('EXIT_').lower().replace('_', ' ')} | {' '.join(about)} |"
        )
    return "\n".join(
        [
            *lines,
            "",
            "Never 137 to 140: farms try again on those.  75 can be resumed; a second Ctrl-C gives 130.",
            "",
        ]
    )


def events_page() -> str:
    """The JSON events of --json."""
    lines = [
        "# Events",
        "",
        NOTE,
        f'With `--json` stdout holds one JSON object a line, each with `"version": {EVENT_VERSION}` and `"event"`.',
        "",
        "| event | carries |",
        "|---|---|",
        *(f"| `{name}` | {facts} |" for name, facts in EVENTS.items()),
        "",
    ]
    return "\n".join(lines)


def _commands(command: Any, path: str) -> list[tuple[str, Any]]:
    inner = getattr(command, "commands", {})
    return [(path, command)] + [
        found for name, sub in inner.items() for found in _commands(sub, f"{path} {name}")
    ]


def _parameter(parameter: Any) -> str:
    shown = (
        ", ".join(f"`{name}`" for name in getattr(parameter, "opts", []))
        if parameter.param_type_name == "option"
        else ""
    )
    shown = shown or f"`{parameter.metavar or parameter.name.upper()}`"
    default = "" if parameter.default in (None, False) or parameter.required else f"`{parameter.default}`"
    return f"| {shown} | {default} | {getattr(parameter, 'help', None) or ''} |"


def _default(spec: dataclasses.Field[Any]) -> str:
    value = spec.default if spec.default is not dataclasses.MISSING else spec.default_factory()  # type: ignore[misc]
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _values(spec: dataclasses.Field[Any]) -> str:
    if "choices" in spec.metadata:
        return ", ".join(f"`{choice}`" for choice in spec.metadata["choices"])
    if "range" in spec.metadata:
        low, high = spec.metadata["range"]
        return f"{spec.type}, {low} to {high}"
    return str(spec.type).replace("|", "or")


if __name__ == "__main__":
    main()
