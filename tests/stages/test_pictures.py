"""A picture plays a bundle's targets as an engine does: correctives follow what drives them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dreamhead.export.bundle import MorphTarget
from dreamhead.stages.pictures import draw_items
from tests.export.samples import bundle, surfaces

KINDS = {"skin": "skin", "eye": "eye", "mouth": "mouth"}


def moved_by(weights: dict[str, float]) -> float:
    """How far +X the skin moves whose left blink moves nothing and whose corrective moves it by 1."""
    made = bundle()
    skin = next(mesh for mesh in made.meshes if mesh.targets)
    still = MorphTarget(np.zeros_like(skin.vertices), np.zeros_like(skin.normals))
    along = MorphTarget(np.zeros_like(skin.vertices) + np.float32([1, 0, 0]), np.zeros_like(skin.normals))
    targets = {name: along if name == "eyeBlinkHalfLeft" else still for name in skin.targets}
    meshes = tuple(replace(mesh, targets=targets) if mesh is skin else mesh for mesh in made.meshes)
    items = draw_items(replace(made, meshes=meshes), surfaces(), KINDS, weights)
    item = items[[mesh.name for mesh in made.meshes].index(skin.name)]
    shift = item.vertices - skin.vertices
    assert np.ptp(shift, axis=0).max() < 1e-6
    return float(shift[0, 0])


def test_half_blinks_are_driven_by_the_blink() -> None:
    assert moved_by({}) == 0
    assert abs(moved_by({"eyeBlinkLeft": 0.5}) - 1) < 1e-6
    assert abs(moved_by({"eyeBlinkLeft": 0.25}) - 0.75) < 1e-6
    assert abs(moved_by({"eyeBlinkLeft": 1.0})) < 1e-6
    assert moved_by({"eyeBlinkRight": 0.5}) == 0
