"""Measure lids through a blink, and the jaw's joint against jawOpen, on the default head and eight others.

    python tools/motion_checks.py

Prints the Markdown that tools/compare_expressions.py puts into docs/reference/expressions.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.cage import LID_MARGIN_RING, LOWER_LID, UPPER_LID
from dreamhead.head.builtin.identity import SLIDER_NAMES, macro_direction
from dreamhead.head.builtin.model import BuiltinHead, build_head
from dreamhead.head.builtin.surface import build_surface
from dreamhead.head.correctives import driver_weight, half_blinks, jaw_joint, jaw_open_deg
from dreamhead.head.model import JOINT_NAMES, Floats
from dreamhead.head.pose import pose_vertices, rotation

Points = NDArray[np.float64]

IDENTITIES = ("default", "age", "child", "baby", "fat", "thin", "masculine")
REGIONS = ("region_east_asia", "region_west_africa")
WEIGHTS = np.linspace(0, 1, 11)
ON_JAW = 0.8  # of the jaw's weight


@dataclass(frozen=True)
class Blink:
    """mm above the eyeball, the lowest over all weights: visible lids without and with the half-blink, the lids'
    edges with it; and how wide the closed lids' slit is."""

    plain: float
    curved: float
    edges: float
    slit: float


def identity_of(name: str) -> Floats:
    """(K,) the default or a macro at 1."""
    values = np.zeros(len(SLIDER_NAMES)) if name == "default" else macro_direction(name)
    return np.asarray(values, np.float32)


def blink(head: BuiltinHead, identity: Floats) -> Blink:
    """Measure the left eye's blink at eleven weights."""
    surface = build_surface()
    rest = generate.generator(identity).rest
    neutral, expressions = head.neutral(identity), head.expressions(identity)
    bend = half_blinks(head, neutral, expressions, head.joint_positions(identity))["eyeBlinkHalfLeft"]
    lids = np.array([block == "e" for block in surface.cage.block])
    depth = surface.cage.ring_of_quad

    def vertices(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.unique(surface.quads[(lids & chosen)[surface.parent] & surface.left])

    visible = vertices((depth >= 2) & (depth < LID_MARGIN_RING))
    edges = vertices(depth == LID_MARGIN_RING)

    def lowest(points: Floats, chosen: NDArray[np.int64]) -> float:
        clearance = rest.eye.clearance(100.0 * points[chosen].astype(np.float64))
        return 10 * rest.eye.scale * float(clearance.min())

    delta = expressions["eyeBlinkLeft"]
    plain = [neutral + np.float32(weight) * delta for weight in WEIGHTS]
    curved = [
        points + np.float32(driver_weight(float(weight))) * bend
        for weight, points in zip(WEIGHTS, plain, strict=True)
    ]
    ring = surface.cage.ring("e", LID_MARGIN_RING)
    apart = (plain[-1][ring[list(UPPER_LID)]] - plain[-1][ring[list(LOWER_LID)]])[1:-1, 1]
    return Blink(
        min(lowest(points, visible) for points in plain),
        min(lowest(points, visible) for points in curved),
        min(lowest(points, edges) for points in curved),
        1000 * float(np.abs(apart).max()),
    )


def jaw(head: BuiltinHead, identity: Floats) -> tuple[float, float, float, float]:
    """Degrees of the jaw's joint at jawOpen 1; mm between both ways on the jaw's skin: mean and worst of the joint
    alone, worst anywhere with jawOpenJoint."""
    neutral, expressions = head.neutral(identity), head.expressions(identity)
    joints = head.joint_positions(identity)
    degrees = jaw_open_deg(head, neutral, expressions, joints)
    fix = {"jawOpenJoint": jaw_joint(head, neutral, expressions, joints)}
    turn = {"jaw": rotation("x", degrees)}
    wanted = neutral + expressions["jawOpen"]
    errors = [
        1000
        * np.linalg.norm(
            pose_vertices(neutral, fix, {"jawOpenJoint": weight}, head.joint_weights, joints, turn) - wanted,
            axis=1,
        )
        for weight in (0.0, 1.0)
    ]
    skin = slice(0, build_surface().vertex_count)
    on_jaw = head.joint_weights[skin, JOINT_NAMES.index("jaw")] > ON_JAW
    alone = errors[0][skin][on_jaw]
    return degrees, float(alone.mean()), float(alone.max()), float(errors[1].max())


def report(head: BuiltinHead) -> str:
    """Markdown: two tables."""
    lines = [
        "## Through a blink",
        "",
        "Lowest point of the visible lids above the eyeball over the weights 0, 0.1 .. 1 of `eyeBlinkLeft`, mm; the",
        "edges are the margins' own width and their wet inner edge.  Slit: between the closed margins.",
        "",
        "| identity | blink alone | with the half-blink | edges, with it | slit |",
        "|---|---|---|---|---|",
    ]
    names = (*IDENTITIES, *REGIONS)
    for name in names:
        found = blink(head, identity_of(name))
        lines.append(
            f"| {name} | {found.plain:+.2f} | {found.curved:+.2f} | {found.edges:+.2f} | {found.slit:.2f} |"
        )
    lines += [
        "",
        "## The jaw's joint",
        "",
        f"Distance between the joint's pose and `jawOpen` at 1, mm, where the skin follows the jaw by over {ON_JAW}.",
        "",
        "| identity | joint turns | alone, mean | alone, worst | with `jawOpenJoint`, worst |",
        "|---|---|---|---|---|",
    ]
    for name in names:
        degrees, mean, worst, mended = jaw(head, identity_of(name))
        lines.append(f"| {name} | {degrees:.1f}° | {mean:.2f} | {worst:.2f} | {mended:.3f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(report(build_head()))
