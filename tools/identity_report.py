"""Strong random identities in every expression: what breaks, how badly and where.

    python tools/identity_report.py [--count 200] [--seed 11] [--workers 1] [--json] [--pictures FOLDER]

Each identity has every slider and mode drawn from N(0, 0.5), macros of age, sex, weight and childhood and a
regional set added by chance, all clamped.  Poses: the neutral, the 52 ARKit expressions at weight 1 (mouthClose
on top of jawOpen, as it is meant) and a smile of both sides.  Measured, mm: exterior faces turned against the
default head in the same pose, lids in the eyeball and across each other, lips in each other, the resting lips'
seam, teeth before the skin in the neutral and smiles.  --pictures draws the worst cases in clay.
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
from head_checks import HeadChecks, PoseReport, posed_deltas
from numpy.typing import NDArray

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.identity import MACROS, SLIDER_NAMES, clamped, macro_direction
from dreamhead.head.builtin.surface import build_surface

Points = NDArray[np.float64]

DEPTHS = ("lid_depth", "lid_overlap", "lip_depth", "teeth_depth")
TOLERANCE_MM = {"lid_depth": 0.3, "lid_overlap": 0.3, "lip_depth": 0.3, "teeth_depth": 0.0}
INVERTED_SHARE = 0.002
SEAM_MM = 0.3


@dataclass(frozen=True)
class Case:
    """One identity in one pose."""

    identity: int
    pose: str
    found: PoseReport


def strong_identity(rng: np.random.Generator) -> Points:
    """(K,) far out, within the limits; one in six is a child."""
    values = rng.normal(0, 0.5, len(SLIDER_NAMES))
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


def print_report(result: dict[str, Any], cases: list[Case], seconds: float) -> None:
    """Markdown: the figures, the worst cases, and the poses that fail most."""
    print(f"{result['identities']} identities in {result['poses']} poses, {seconds:.0f} s\n")
    print("| measure | found | asked |\n|---|---|---|")
    share = 100 * result["inverted_share_mean"]
    print(f"| inverted exterior faces, mean | {share:.4f} % | {100 * INVERTED_SHARE} % |")
    beyond = result["inverted_cases_beyond"]
    print(f"| ... worst case | {100 * result['inverted_share_worst']:.3f} % ({beyond} cases beyond) | |")
    print(f"| widest seam of resting lips | {result['lip_gap_mm']:.3f} mm | {SEAM_MM} mm |")
    for name in DEPTHS:
        beyond = result[f"{name}_cases_beyond"]
        found = f"{result[f'{name}_mm']:.3f} mm ({beyond} of {len(cases)} cases beyond)"
        print(f"| {name.replace('_', ' ')}, worst | {found} | {TOLERANCE_MM[name]} mm |")
    for name in ("inverted", *DEPTHS):
        rows = worst(cases, name, 5)
        if rows:
            print(f"\nWorst {name.replace('_', ' ')}:")
        for case in rows:
            print(f"- identity {case.identity}, {case.pose}: {getattr(case.found, name):.3g}")
        limit = TOLERANCE_MM.get(name, INVERTED_SHARE * result["faces"])
        failing = [case.pose for case in cases if getattr(case.found, name) > limit]
        if failing:
            counts = sorted(((failing.count(pose), pose) for pose in set(failing)), reverse=True)
            print("  beyond: " + ", ".join(f"{pose} {count}" for count, pose in counts))


def draw(identities: Points, cases: list[Case], folder: Path, each: int = 2) -> None:
    """FOLDER/<measure>-<rank>.png: the worst cases in clay, face, three-quarter and close-up of the mouth."""
    from clay import VIEWS, clay_items, clay_row
    from PIL import Image

    from dreamhead.head.builtin.model import build_head

    folder.mkdir(parents=True, exist_ok=True)
    head = build_head()
    panels = (*VIEWS["face"], VIEWS["mouth"][1])
    for name in ("inverted", *DEPTHS):
        for rank, case in enumerate(worst(cases, name, each), 1):
            g = generate.generator(identities[case.identity])
            posed = generate.neutral_vertices(g)
            if case.pose != "neutral":
                posed = posed + posed_deltas(generate.expression_deltas(g))[case.pose]
            items = clay_items(head, (posed * 0.01).astype(np.float32))
            image = Image.fromarray(clay_row(items, panels, 420))
            image.save(folder / f"{name}-{rank}-{case.identity}-{case.pose}.png")


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    start = time.perf_counter()
    identities = strong_identities(arguments.count, arguments.seed)
    cases, seams = measure_all(identities, arguments.workers)
    result = summary(cases, seams)
    if arguments.json:
        print(json.dumps(result))
    else:
        print_report(result, cases, time.perf_counter() - start)
    if arguments.pictures:
        draw(identities, cases, arguments.pictures)


if __name__ == "__main__":
    main()
