"""The 52 ARKit expressions on FLAME, which has none of them by name.

Each of the built-in head's targets, carried to FLAME's surface, is fitted by FLAME's own expression directions and
the turning of its jaw in those that move the jaw (ridge regression, a few Gauss-Newton steps for the rotation).
Where that explains less than LEAST_EXPLAINED of the motion, or moves the other side of the face too in an expression
of one side, the carried displacement itself is taken.  Eyes turn by FLAME's own joints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from dreamhead.head.flame.source import JOINTS, FlameSource
from dreamhead.head.model import ARKIT_NAMES, Floats

Points = NDArray[np.float64]

JAW = 2  # of FLAME's joints
LEAST_EXPLAINED = 0.6  # of a target's squared displacement
JAW_NAMES = ("jawOpen", "jawForward", "jawLeft", "jawRight", "mouthClose", "mouthFunnel", "tongueOut")
SIDE_LEAK = 0.25  # of its own side's mean motion that an expression of one side may move the other by
MIDDLE = 5e-3  # metres from the middle plane that belong to neither side
NOISE = 1e-3  # metres by which a vertex may miss; expression coefficients are drawn from N(0, 1)
JAW_SPREAD = 0.2  # radians, of the jaw's rotation
STEPS = 4
MOVED = 1e-4  # metres: a target that moves nothing more is left as it is


@dataclass(frozen=True)
class Fit:
    """An expression in FLAME's terms."""

    coefficients: Points  # (E,)
    jaw: Points  # (3,) axis times radians
    explained: float  # share of the target's squared displacement
    displacement: Floats  # (V, 3) what is used: the fit's, or the carried target's
    carried: bool  # whether it is the carried target's


def fit_expressions(
    source: FlameSource, wanted: Mapping[str, Points], rows: NDArray[np.integer[Any]]
) -> dict[str, Fit]:
    """{ARKit name: Fit} for targets (V, 3) compared at the vertices `rows`."""
    expressions = source.expressions[:, rows].reshape(len(source.expressions), -1)
    fits = {}
    for name in ARKIT_NAMES:
        target = wanted[name]
        goal = target[rows].ravel()
        total = np.square(goal).sum()
        if np.abs(goal).max(initial=0.0) < MOVED:
            blank = np.zeros(len(expressions)), np.zeros(3)
            fits[name] = Fit(*blank, 1.0, target.astype(np.float32), True)
            continue
        coefficients, jaw = _solved(source, expressions, goal, rows, name in JAW_NAMES)
        displacement = posed(source, coefficients, jaw)
        explained = float(1 - np.square(displacement[rows].ravel() - goal).sum() / total)
        carried = explained < LEAST_EXPLAINED or _leaks(name, source.template, displacement)
        used = target if carried else displacement
        fits[name] = Fit(coefficients, jaw, explained, used.astype(np.float32), carried)
    return fits


def posed(source: FlameSource, coefficients: Points, jaw: Points) -> Points:
    """(V, 3) displacement of the default identity by expression coefficients (E,) and the jaw's rotation."""
    shaped = source.template + np.tensordot(coefficients, source.expressions, 1)
    joints = source.joint_regressor @ source.template
    rotations = np.tile(np.eye(3), (JOINTS, 1, 1))
    rotations[JAW] = Rotation.from_rotvec(jaw).as_matrix()
    feature = (rotations[1:] - np.eye(3)).ravel()
    bent = shaped + np.tensordot(feature, source.pose_directions, 1)
    return skinned(source, bent, joints, rotations) - source.template


def skinned(source: FlameSource, vertices: Points, joints: Points, rotations: Points) -> Points:
    """Linear blend skinning: vertices (V, 3), resting joints (5, 3), rotations (5, 3, 3) in the parents' frames."""
    world = np.zeros((JOINTS, 3, 4))
    for joint, parent in enumerate(source.parents):
        local = np.concatenate(
            [rotations[joint], (joints[joint] - rotations[joint] @ joints[joint])[:, None]], 1
        )
        if parent < 0:
            world[joint] = local
        else:
            world[joint, :, :3] = world[parent, :, :3] @ local[:, :3]
            world[joint, :, 3] = world[parent, :, :3] @ local[:, 3] + world[parent, :, 3]
    homogeneous = np.concatenate([vertices, np.ones((len(vertices), 1))], 1)
    moved = np.einsum("jrc,vc->vjr", world, homogeneous)
    return np.einsum("vj,vjr->vr", source.weights, moved)


def _leaks(name: str, template: Points, displacement: Points) -> bool:
    """Whether an expression of one side moves the other: a jaw named by a side moves both."""
    side = 1.0 if name.endswith("Left") else -1.0 if name.endswith("Right") else 0.0
    if not side or name in JAW_NAMES or name.startswith(("mouthLeft", "mouthRight")):
        return False
    motion, across = np.linalg.norm(displacement, axis=1), side * (template[:, 0] - template[:, 0].mean())
    return bool(motion[across < -MIDDLE].mean() > SIDE_LEAK * motion[across > MIDDLE].mean())


def _solved(
    source: FlameSource, expressions: Points, goal: Points, rows: NDArray[np.integer[Any]], with_jaw: bool
) -> tuple[Points, Points]:
    """Coefficients and, if asked, jaw rotation that come nearest to the goal, by Gauss-Newton from rest."""
    count = len(expressions)
    parameters = np.zeros(count + 3)
    prior = NOISE**2 / np.concatenate([np.ones(count), np.full(3, JAW_SPREAD**2)])
    step = 1e-3
    for _ in range(STEPS):
        here = posed(source, parameters[:count], parameters[count:])[rows].ravel()
        jaw = []
        for axis in range(3):
            ahead = parameters.copy()
            ahead[count + axis] += step
            jaw.append((posed(source, ahead[:count], ahead[count:])[rows].ravel() - here) / step)
        design = np.concatenate([expressions, np.stack(jaw)])
        residual = goal - here
        if not with_jaw:
            design[count:] = 0
        system = design @ design.T + np.diag(prior)
        parameters = parameters + np.linalg.solve(system, design @ residual - prior * parameters)
    return parameters[:count], parameters[count:]
