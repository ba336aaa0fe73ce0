"""Strong random identities in every expression: what breaks, how badly and where.

    python tools/identity_report.py [--count 200] [--seed 11] [--workers 1] [--json] [--write FILE.md]
        [--pictures FOLDER] [--sheet FILE.jpg]

Each identity has every slider and mode drawn from N(0, 0.5), macros of age, sex, weight and childhood and a
regional set added by chance, all clamped.  Poses: the neutral, the 52 ARKit expressions at weight 1 (mouthClose
on top of jawOpen, as it is meant) and a smile of both sides.  Measured, mm: exterior faces turned against the
default head in the same pose, lids in the eyeball and across each other, lips in each other, the resting lips'
seam, teeth before the skin in the neutral and smiles.  --write keeps the table, --pictures draws the worst cases in
clay one by one, --sheet the worst of all on one small picture.
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from clay import VIEWS, Panel, clay_items, clay_row
from head_checks import HeadChecks, PoseReport, posed_deltas
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.identity import CREATURE_SLIDERS, MACROS, SLIDER_NAMES, clamped, macro_direction
from dreamhead.head.builtin.model import build_head
from dreamhead.head.builtin.surface import build_surface

Points = NDArray[np.float64]

DEPTHS = ("lid_depth", "lid_overlap", "lip_depth", "teeth_depth")
TOLERANCE_MM = {"lid_depth": 0.3, "lid_overlap": 0.3, "lip_depth": 0.3, "teeth_depth": 0.0}
INVERTED_SHARE = 0.002
SEAM_MM = 0.3
SHEET_CASES, SHEET_COLUMNS, SHEET_TILE = 8, 2, 240
HEADER = """# Strong identities

Written by `python tools/identity_report.py --write docs/reference/strong-identities.md --sheet
docs/images/worst-cases.jpg`; do not edit.  Each identity has every slider and mode drawn from N(0, 0.5), age, sex and
weight, a regional set and one time in six childhood added by chance, within the limits; each is posed in all 52
expressions (`mouthClose` on top of `jawOpen`) and a whole smile.  A face counts as inverted when it looks away from
where it looks on the default head in the same pose.

![The worst cases](../images/worst-cases.jpg)

"""


@dataclass(frozen=True)
class Case:
    """One identity in one pose."""

    identity: int
    pose: str
    found: PoseReport


def strong_identity(rng: np.random.Generator) -> Points:
    """(K,) far out, within the limits; one in six is a child."""
    values = rng.normal(0, 0.5, len(SLIDER_NAMES))
    values[[SLIDER_NAMES.index(name) for name in CREATURE_SLIDERS]] = 0  # people have no tusks
    for name in ("age", "masculine", "fat", "thin"):
        values += rng.uniform(-0.3, 1) * macro_direction(name)
    if rng.random() < 1 / 6:
        values += rng.uniform(0.3, 1) * macro_direction(str(rng.choice(["child", "baby"])))
    region = str(rng.choice([name for name in MACROS if name.startswith("region_")]))
    return clamped(values + rng.uniform(0, 1) * macro_direction(region))


def strong_identities(count: int, seed: int) -> Points:
    """(count, K)."""
    rng = np.random.default_rng(seed)
    return np.stack([strong_identity(rng) for _ in range(count)])


def measure_all(identities: Points, workers: int) -> tuple[list[Case], list[float]]:
    """As measure, spread over processes."""
    if workers <= 1:
        return measure(0, identities)
    chunks = np.array_split(np.arange(len(identities)), workers)
    with ProcessPoolExecutor(workers) as pool:
        done = [pool.submit(measure, int(chunk[0]), identities[chunk]) for chunk in chunks if len(chunk)]
        results = [future.result() for future in done]
    return [case for cases, _ in results for case in cases], [seam for _, seams in results for seam in seams]


def measure(first: int, identities: Points) -> tuple[list[Case], list[float]]:
    """Every identity, numbered from `first`, in every pose, and each one's seam gap in mm."""
    checks = HeadChecks()
    cases, seams = [], []
    for number, values in enumerate(identities, first):
        g = generate.generator(values)
        neutral = generate.neutral_vertices(g)
        seams.append(checks.lip_gap(neutral))
        poses = {"neutral": np.zeros_like(neutral)} | posed_deltas(generate.expression_deltas(g))
        for name, delta in poses.items():
            teeth = name == "neutral" or name.startswith("mouthSmile")
            cases.append(Case(number, name, checks.pose(g, name, neutral + delta, teeth)))
    return cases, seams


def summary(cases: list[Case], seams: list[float]) -> dict[str, Any]:
    """The figures that the project asks for, and the worst cases of each."""
    surface = build_surface()
    faces = int((~surface.inner).sum())
    inverted = np.array([case.found.inverted for case in cases]) / faces
    result: dict[str, Any] = {
        "identities": len(seams),
        "poses": len(cases) // len(seams),
        "faces": faces,
        "inverted_share_mean": round(float(inverted.mean()), 6),
        "inverted_share_worst": round(float(inverted.max()), 5),
        "inverted_cases_beyond": int((inverted > INVERTED_SHARE).sum()),
        "lip_gap_mm": round(max(seams), 3),
    }
    for name in DEPTHS:
        depths = np.array([getattr(case.found, name) for case in cases])
        result[f"{name}_mm"] = round(float(depths.max()), 3)
        result[f"{name}_cases_beyond"] = int((depths > TOLERANCE_MM[name]).sum())
    return result


def worst(cases: list[Case], measure_name: str, count: int) -> list[Case]:
    """The worst cases of a measure, one an identity."""
    ordered = sorted(cases, key=lambda case: -getattr(case.found, measure_name))
    chosen: dict[int, Case] = {}
    for case in ordered:
        if getattr(case.found, measure_name) > 0:
            chosen.setdefault(case.identity, case)
    return list(chosen.values())[:count]


def report(result: dict[str, Any], cases: list[Case]) -> str:
    """Markdown: the figures, the worst cases, and the poses that fail most."""
    lines = [f"{result['identities']} identities in {result['poses']} poses.", ""]
    lines += ["| measure | found | asked |", "|---|---|---|"]
    share = 100 * result["inverted_share_mean"]
    lines.append(f"| inverted exterior faces, mean | {share:.4f} % | {100 * INVERTED_SHARE} % |")
    beyond = result["inverted_cases_beyond"]
    worst_share = 100 * result["inverted_share_worst"]
    lines.append(f"| ... worst case | {worst_share:.3f} % ({beyond} of {len(cases)} cases beyond) | |")
    lines.append(f"| widest seam of resting lips | {result['lip_gap_mm']:.3f} mm | {SEAM_MM} mm |")
    for name in DEPTHS:
        beyond = result[f"{name}_cases_beyond"]
        found = f"{result[f'{name}_mm']:.3f} mm ({beyond} of {len(cases)} cases beyond)"
        lines.append(f"| {name.replace('_', ' ')}, worst | {found} | {TOLERANCE_MM[name]} mm |")
    for name in ("inverted", *DEPTHS):
        rows = worst(cases, name, 5)
        if rows:
            unit = "faces" if name == "inverted" else "mm"
            lines += ["", f"Worst {name.replace('_', ' ')}, {unit}:", ""]
        for case in rows:
            lines.append(f"- identity {case.identity}, `{case.pose}`: {getattr(case.found, name):.3g}")
        limit = TOLERANCE_MM.get(name, INVERTED_SHARE * result["faces"])
        failing = [case.pose for case in cases if getattr(case.found, name) > limit]
        if failing:
            counts = sorted(((failing.count(pose), pose) for pose in set(failing)), reverse=True)
            lines += ["", "Beyond: " + ", ".join(f"{pose} {count}" for count, pose in counts)]
    return "\n".join(lines) + "\n"


def draw(identities: Points, cases: list[Case], folder: Path, each: int = 2) -> None:
    """FOLDER/<measure>-<rank>.png: the worst cases in clay, face, three-quarter and close-up of the mouth."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("inverted", *DEPTHS):
        for rank, case in enumerate(worst(cases, name, each), 1):
            image = _clay(identities, case, (*VIEWS["face"], VIEWS["mouth"][1]), 420)
            image.save(folder / f"{name}-{rank}-{case.identity}-{case.pose}.png")


def draw_sheet(identities: Points, cases: list[Case], path: Path) -> None:
    """One small JPEG: the cases with most inverted faces and the deepest lips, each as a face and its mouth."""
    chosen = worst(cases, "inverted", 6)
    chosen += [case for case in worst(cases, "lip_depth", 4) if case not in chosen][
        : SHEET_CASES - len(chosen)
    ]
    tiles = []
    for case in chosen:
        tile = _clay(identities, case, (VIEWS["face"][1], VIEWS["mouth"][1]), SHEET_TILE)
        found = f"{case.found.inverted} faces, lips {case.found.lip_depth:.2f} mm"
        ImageDraw.Draw(tile).text((6, 4), f"{case.identity} {case.pose}: {found}", fill=(235, 235, 235))
        tiles.append(tile)
    rows = -(-len(tiles) // SHEET_COLUMNS)
    width, height = 2 * SHEET_TILE, SHEET_TILE
    sheet = Image.new("RGB", (SHEET_COLUMNS * width, rows * height))
    for number, tile in enumerate(tiles):
        sheet.paste(tile, (number % SHEET_COLUMNS * width, number // SHEET_COLUMNS * height))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=82)


def _clay(identities: Points, case: Case, panels: tuple[Panel, ...], size: int) -> Image.Image:
    g = generate.generator(identities[case.identity])
    posed = generate.neutral_vertices(g)
    if case.pose != "neutral":
        posed = posed + posed_deltas(generate.expression_deltas(g))[case.pose]
    return Image.fromarray(
        clay_row(clay_items(build_head(), (posed * 0.01).astype(np.float32)), panels, size)
    )


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the table as Markdown")
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="JPEG of the worst cases")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    start = time.perf_counter()
    identities = strong_identities(arguments.count, arguments.seed)
    cases, seams = measure_all(identities, arguments.workers)
    result = summary(cases, seams)
    text = report(result, cases)
    if arguments.json:
        print(json.dumps(result))
    else:
        print(f"{text}\n{time.perf_counter() - start:.0f} s")
    if arguments.write:
        arguments.write.write_text(HEADER + text)
    if arguments.pictures:
        draw(identities, cases, arguments.pictures)
    if arguments.sheet:
        draw_sheet(identities, cases, arguments.sheet)


if __name__ == "__main__":
    main()
