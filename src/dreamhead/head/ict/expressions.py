"""The 52 ARKit expressions from ICT-FaceKit's: renamed, merged where it has halves, and completed.

It has all but tongueOut, browInnerUp and cheekPuff in halves, and eyeLook shapes that move the lids alone: the
eyeballs are turned by joints here.  tongueOut is made on its tongue.  Units inside are centimetres.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from dreamhead.errors import UsageError
from dreamhead.head.builtin.anatomy import smoothstep
from dreamhead.head.model import ARKIT_NAMES, Floats, Ints

Points = NDArray[np.float64]

MERGED = ("browInnerUp", "cheekPuff")
STILL, MOVING = (
    5e-5,
    4e-4,
)  # metres: scans differ a little everywhere; below the first a vertex rests, above the
# second it moves as measured, and fades between
LID_CLEARANCE = 1.5e-4  # metres between a closed lid and the eyeball
RIM_UNDER = 2.5e-4  # metres by which the rims of the sheet stay apart where the lids meet
LID_REACH = 7e-3  # metres of the upper lid over which it is drawn down to close
LID_SLACK = 2e-4  # metres that a lid's edge may lie in the ball at rest and still count as outside
LID_DEPTH = 2e-3  # metres: what ends deeper is not a lid's outside
TONGUE_JAW = 0.55  # of jawOpen in tongueOut
TONGUE_LIP = 0.3  # of mouthLowerDown in it, both sides
REACH = 2.0  # cm that the tip comes to lie before the lower lip
DROP = 2.0  # cm that it hangs below the lip's edge
TONGUE_FLAT = 0.55  # of its height that it keeps once outside
ROOTED = 0.9  # cm from the floor of the mouth over which the tongue comes free
ROOT_SHARE = 0.85  # of the tongue's length, tip to root, that moves
LOWER_LIP_MIDDLE, LOWER_LIP_EDGE = 66, 57  # of the 68 landmarks


def arkit_name(name: str) -> str:
    """The model's name as Apple spells it: browDown_L -> browDownLeft."""
    for short, long in (("_L", "Left"), ("_R", "Right")):
        if name.endswith(short):
            return name.removesuffix(short) + long
    return name


def arkit_expressions(
    source: Mapping[str, Floats], vertices: Floats, tongue: Ints, floor: Ints, landmarks_68: Ints
) -> dict[str, Floats]:
    """{ARKit name: (V, 3)} metres in ARKIT_NAMES' order, without the turning of the eyeballs.

    source: the model's names -> (V, 3) metres; vertices (V, 3) metres; tongue its vertices, floor those that it
    shares with the gums.  UsageError when a shape is missing.
    """
    named = {arkit_name(name): values for name, values in source.items()}
    for name in MERGED:
        halves = [named.get(f"{name}{side}") for side in ("Left", "Right")]
        if halves[0] is not None and halves[1] is not None:
            named[name] = halves[0] + halves[1]
    missing = [name for name in ARKIT_NAMES if name not in named and name != "tongueOut"]
    if missing:
        raise UsageError(
            f"the ICT-FaceKit folder has no shape for {', '.join(missing)}",
            "unpack the folder again, all of it",
        )
    named["tongueOut"] = tongue_out(named, vertices, tongue, floor, landmarks_68)
    return {name: settled(named[name]) for name in ARKIT_NAMES}


def settled(displacement: Floats) -> Floats:
    """(V, 3) metres without the noise of the scans."""
    length = np.linalg.norm(displacement, axis=1, keepdims=True)
    return (displacement * smoothstep(length, STILL, MOVING)).astype(np.float32)


def clear_of_eyes(
    displacement: Floats, vertices: Floats, skin: Ints, shell: Points, center: Points
) -> Floats:
    """A blink (V, 3) metres with what would end inside the eyeball pushed out along its radius.

    skin: vertices that may be pushed, those that rest on or outside the ball; shell (N, 3) the eyeball's points.
    """
    arms = shell - center
    lengths = np.linalg.norm(arms, axis=1)
    tree = cKDTree(arms / lengths[:, None])

    def clearance(points: Points) -> tuple[Points, Points, Points]:
        arm = points - center
        distance = np.linalg.norm(arm, axis=1)
        direction = arm / distance[:, None]
        _, near = tree.query(direction, k=4)
        radius = lengths[near].max(1)
        return distance - radius, direction, radius

    rest = vertices[skin].astype(np.float64)
    resting, _, _ = clearance(rest)
    posed = rest + displacement[skin]
    left, direction, radius = clearance(posed)
    moved = np.linalg.norm(displacement[skin], axis=1) > MOVING
    inside = moved & (resting > -LID_SLACK) & (left < LID_CLEARANCE) & (left > -LID_DEPTH)
    pushed = center + direction * (radius + LID_CLEARANCE)[:, None]
    out = displacement.copy()
    out[skin[inside]] = (pushed - rest)[inside]
    return out


def closed_lids(displacement: Floats, vertices: Floats, margin: Ints, movers: Ints) -> Floats:
    """A blink (V, 3) metres whose upper lid goes the rest of the way: as measured it leaves a slit.

    margin: the rim of the sheet that lies under the lids' edges, all around; movers: vertices that go with it, more
    the nearer they lie.  The corners stay as they are.
    """
    rest = vertices[margin].astype(np.float64)
    posed = rest + displacement[margin]
    inner, outer = rest[np.abs(rest[:, 0]).argmin()], rest[np.abs(rest[:, 0]).argmax()]
    along = (rest[:, 0] - inner[0]) / (outer[0] - inner[0])
    upper = rest[:, 1] > inner[1] + along * (outer[1] - inner[1])
    order = np.argsort(posed[~upper, 0])
    low = posed[~upper][order]
    slit = np.zeros((int(upper.sum()), 3))
    for axis in (1, 2):
        slit[:, axis] = np.interp(posed[upper, 0], low[:, 0], low[:, axis]) - posed[upper, axis]
    open_by = np.maximum(-slit[:, 1] - RIM_UNDER, 0)  # nothing where they meet already
    middle = smoothstep(along[upper], 0.1, 0.3) * smoothstep(-along[upper], -0.97, -0.85)
    slit *= (middle * open_by / np.maximum(-slit[:, 1], 1e-9))[:, None]
    points = vertices[movers].astype(np.float64)
    distance, near = cKDTree(rest[upper]).query(points, k=3)
    weight = 1 / np.maximum(distance, 1e-5)
    wanted = np.einsum("nk,nkc->nc", weight / weight.sum(1, keepdims=True), slit[near])
    other, _ = cKDTree(rest[~upper]).query(points)
    mine = np.clip(
        other / np.maximum(distance[:, 0] + other, 1e-9), 0, 1
    )  # 1 at the upper edge, 0 at the lower
    share = (1 - smoothstep(distance[:, 0], 0.0, LID_REACH)) * smoothstep(mine, 0.4, 0.6)
    out = displacement.copy()
    out[movers] += (share[:, None] * wanted).astype(np.float32)
    return out


def tongue_out(
    named: Mapping[str, Floats], vertices: Floats, tongue: Ints, floor: Ints, landmarks_68: Ints
) -> Floats:
    """(V, 3) metres: the jaw opens a little, and the tongue is laid over lower teeth and lip, its tip hanging."""
    base = TONGUE_JAW * named["jawOpen"].astype(np.float64)
    base += TONGUE_LIP * (named["mouthLowerDownLeft"] + named["mouthLowerDownRight"])
    rest = 100.0 * vertices.astype(np.float64)
    opened = rest + 100.0 * base
    points = rest[tongue]
    tip, root = points[:, 2].max(), points[:, 2].min()
    along = (tip - points[:, 2]) / (tip - root)  # 0 at the tip, 1 at the root
    line = _midline(points, along)
    lip = 0.5 * (opened[landmarks_68[LOWER_LIP_MIDDLE]] + opened[landmarks_68[LOWER_LIP_EDGE]])
    thickness = TONGUE_FLAT * np.ptp(points[np.abs(along - 0.25) < 0.1, 1]) / 2
    lip_top = opened[landmarks_68[LOWER_LIP_MIDDLE], 1] + thickness
    end = np.array([tip - ROOT_SHARE * (tip - root), line(ROOT_SHARE)])  # z, y
    end_opened = opened[tongue][np.abs(along - ROOT_SHARE) < 0.08]
    end += [0.0, end_opened[:, 1].mean() - rest[tongue][np.abs(along - ROOT_SHARE) < 0.08][:, 1].mean()]
    knots = np.array(  # z, y from the tip to where the tongue stays
        [
            (lip[2] + REACH - 0.2, lip_top - DROP - 0.5),
            (lip[2] + 0.75 * REACH, lip_top - 0.35 * DROP),
            (lip[2] + 0.15, lip_top + 0.1),
            (lip[2] - 1.4, lip_top + 0.2),
            end,
        ]
    )
    at = np.array([0.0, 0.14, 0.36, 0.56, ROOT_SHARE])
    curve = PchipInterpolator(at, knots)
    t = np.clip(along, 0, ROOT_SHARE)
    place, slope = curve(t), curve(t, 1)
    tangent = -slope / np.linalg.norm(slope, axis=1, keepdims=True)  # towards the tip, (z, y)
    flattened = 1 - (1 - TONGUE_FLAT) * smoothstep(-along, -0.75, -0.35)
    above = (points[:, 1] - line(along)) * flattened
    laid = np.stack(
        [points[:, 0], place[:, 1] + above * tangent[:, 0], place[:, 0] - above * tangent[:, 1]], 1
    )
    distance, _ = cKDTree(rest[floor]).query(points) if len(floor) else (np.full(len(points), np.inf), None)
    free = smoothstep(np.asarray(distance), 0.0, ROOTED) * smoothstep(-along, -ROOT_SHARE, -0.55)
    opened[tongue] += free[:, None] * (laid - opened[tongue])
    return ((opened - rest) / 100.0).astype(np.float32)


def _midline(points: Points, along: Points) -> PchipInterpolator:
    """Height of the tongue's middle, cm, by its place from tip to root."""
    edges = np.linspace(0, 1, 13)
    centers, heights = [], []
    for low, high in pairwise(edges):
        inside = (along >= low) & (along <= high) & (np.abs(points[:, 0]) < 0.8)
        if inside.any():
            centers.append((low + high) / 2)
            heights.append(0.5 * (points[inside, 1].max() + points[inside, 1].min()))
    return PchipInterpolator([-0.01, *centers, 1.01], [heights[0], *heights, heights[-1]])
