"""How far each identity slider may go before the resting head breaks.

    python tools/measure_limits.py [--highest 3] [NAME ...]

For every slider, both ways: the largest value, to 0.05, at which no exterior face of the skin is inverted,
lips meet within 0.3 mm, lids clear the eyeball within 0.3 mm and no tooth shows through.  LIMITS in
identity.py stay inside these; what is beyond them is not offered, what is far inside is a choice of taste.
"""

from __future__ import annotations

import argparse

import numpy as np
from head_checks import HeadChecks

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.identity import SLIDER_NAMES, slider_limits

TOLERANCE_MM = 0.3
STEP = 0.05


def main() -> None:
    """Print a Markdown table of measured and shipped limits."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--highest", type=float, default=3.0)
    arguments = parser.parse_args()
    checks, limits = HeadChecks(), slider_limits()
    print("| slider | holds from | to | shipped |\n|---|---|---|---|")
    for number, name in enumerate(SLIDER_NAMES):
        if arguments.names and name not in arguments.names:
            continue
        low, high = (sign * last_good(checks, number, sign, arguments.highest) for sign in (-1, 1))
        beyond = " (beyond)" if limits[number, 0] < low or limits[number, 1] > high else ""
        print(
            f"| {name} | {low:.2f} | {high:.2f} | {limits[number, 0]:g} .. {limits[number, 1]:g}{beyond} |",
            flush=True,
        )


def last_good(checks: HeadChecks, slider: int, sign: int, highest: float) -> float:
    """The largest size of a slider's value that still holds, by bisection."""
    good, bad = 0.0, highest + STEP
    if holds(checks, slider, sign * highest):
        return highest
    while bad - good > STEP:
        middle = 0.5 * (good + bad)
        if holds(checks, slider, sign * middle):
            good = middle
        else:
            bad = middle
    return good


def holds(checks: HeadChecks, slider: int, value: float) -> bool:
    """Whether the resting head holds together at one slider's value."""
    identity = np.zeros(len(SLIDER_NAMES))
    identity[slider] = value
    g = generate.generator(identity)
    vertices = generate.neutral_vertices(g)
    if checks.inverted("neutral", vertices).any() or checks.lip_gap(vertices) > TOLERANCE_MM:
        return False
    found = (
        checks.lid_depth(g, "neutral", vertices),
        checks.lip_depth(vertices),
        checks.teeth_depth(vertices),
    )
    return max(found) <= TOLERANCE_MM


if __name__ == "__main__":
    main()
