"""How far the built-in head's default stands from the neutral of ICT-FaceKit, after similarity alignment.

    python tools/measure_house.py FaceXModel

Prints mean, median and 95th percentile of the surface distance in mm, over the whole head above the neck and
over the face, each aligned on its own.  The project asks for a mean of at least 2.5 mm.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from ict_reference import read_reference
from surface_distance import SurfaceIndex, laid_on

from dreamhead.head.builtin.model import build_head
from dreamhead.head.builtin.surface import build_surface

NECK_HEIGHT = -10.0  # cm: the head above it is compared


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the unpacked FaceXModel folder")
    print(json.dumps(measure(parser.parse_args().folder), indent=1))


def measure(folder: Path) -> dict[str, dict[str, float]]:
    """{region: {mean, median, p95, scale}} in mm."""
    reference = read_reference(folder, identities=False)
    index = SurfaceIndex(reference.neutral, reference.triangles)
    surface, default = build_surface(), build_head()
    vertices = 100.0 * default.mean.astype(np.float64)
    face = default.masks["face"] > 0.5
    outside = np.unique(surface.quads[~surface.inner])
    head = outside[vertices[outside, 1] > NECK_HEIGHT]
    figures = {}
    for name, chosen in (("head", head), ("face", head[face[head]])):
        distance = 10 * index.closest(laid_on(vertices[chosen], index)).distance
        figures[name] = {
            "mean_mm": round(float(distance.mean()), 3),
            "median_mm": round(float(np.median(distance)), 3),
            "p95_mm": round(float(np.percentile(distance, 95)), 3),
        }
    return figures


if __name__ == "__main__":
    main()
