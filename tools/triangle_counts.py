"""How many vertices and triangles the built-in head's parts and every worn item have, for the reference."""

from __future__ import annotations

import numpy as np

from dreamhead.head.geometry import render_mesh, triangulate
from dreamhead.head.load import load_head
from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe import DEFAULT_CHOICE, ITEMS
from dreamhead.head.wardrobe.dress import GROWN, _grown
from dreamhead.head.wardrobe.store import Arrays, remembered
from dreamhead.head.wardrobe.surface import surface_of

BUDGET = 25_000  # triangles of hair: cards and the cap under them
BARE = {"hair": "bald", "brows": "none"}


def head_tables() -> list[str]:
    """Lines of Markdown: a table of the parts, one of the hairstyles, one of everything else."""
    head = load_head("builtin")
    lines = [
        "## Parts",
        "",
        "Corners are vertices as a renderer needs them, split where the chart is cut.",
        "",
        "| part | material | vertices | corners | quads | triangles |",
        "|---|---|---|---|---|---|",
    ]
    total = np.zeros(4, np.int64)
    for part in head.parts:
        quads = int((part.faces[:, 2] != part.faces[:, 3]).sum())
        counts = np.array(
            [
                len(np.unique(part.faces)),
                len(render_mesh(part).source),
                quads,
                len(triangulate(part.faces)),
            ]
        )
        total += counts
        lines.append(f"| {part.name} | {part.material} | {' | '.join(f'{count:,}' for count in counts)} |")
    lines.append(f"| all | | {' | '.join(f'{count:,}' for count in total)} |")
    worn = worn_triangles(head)
    lines += [
        "",
        "## Hair",
        "",
        f"On the default head; the budget of cards and cap together is {BUDGET:,} triangles.",
        "",
        "| style | hair | cap | together |",
        "|---|---|---|---|",
    ]
    for name, counts in worn["hair"].items():
        hair, cap = counts.get("hair", 0), counts.get("hair_cap", 0)
        lines.append(f"| {name} | {hair:,} | {cap:,} | {hair + cap:,} |")
    lines += ["", "## Other things worn", "", "| slot | item | triangles |", "|---|---|---|"]
    for slot, items in worn.items():
        if slot != "hair":
            lines += [f"| {slot} | {name} | {sum(counts.values()):,} |" for name, counts in items.items()]
    most = {slot: max(sum(counts.values()) for counts in items.values()) for slot, items in worn.items()}
    lines += [
        "",
        f"The most that one head can have is {int(total[3]) + sum(most.values()):,} triangles: "
        + ", ".join(f"{slot} {count:,}" for slot, count in {"parts": int(total[3]), **most}.items())
        + ".",
    ]
    return lines


def worn_triangles(head: HeadModel) -> dict[str, dict[str, dict[str, int]]]:
    """Slot -> item -> mesh -> triangles, on the default head, items that have any mesh."""

    def grow() -> Arrays:
        surface = surface_of(head, np.zeros(len(head.slider_names), np.float32), head.mean)
        found: Arrays = {}
        for slot, items in ITEMS.items():
            for name in items:
                meshes = _grown(surface, DEFAULT_CHOICE | BARE | {slot: name}, 0, 1.0, GROWN)
                for mesh, cards in meshes.items():
                    if mesh != "lashes" or slot == "lashes":
                        found[f"{slot}/{name}/{mesh}"] = np.array(len(cards.triangles))
        return found

    out: dict[str, dict[str, dict[str, int]]] = {}
    for key, count in remembered(f"triangle counts {head.revision}", grow).items():
        slot, name, mesh = key.split("/")
        out.setdefault(slot, {}).setdefault(name, {})[mesh] = int(count)
    return out
