"""Whether two files of a bundle say the same head."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.check.read_glb import ReadHead, ReadMesh

METRES = 1e-6  # apart, at most, for points, deltas and joints
UNITLESS = 1e-5  # for normals, uv and weights
SAME_METADATA = ("dreamhead", "prompt", "seed")


def differences(found: ReadHead, reference: ReadHead) -> list[str]:
    """What differs, in words; nothing when both say the same.

    Compared: joints, meshes, materials and targets by name and in order; then every row that a triangle uses.
    Not compared: tangents, which not every format has, triangles' diagonals, and how pictures are encoded.
    """
    if found.joint_names != reference.joint_names or found.joint_parents != reference.joint_parents:
        return [f"joints are {', '.join(found.joint_names)}, not {', '.join(reference.joint_names)}"]
    seen = []
    for key in SAME_METADATA:
        if found.extras.get(key) != reference.extras.get(key):
            seen.append(f"{key} is {found.extras.get(key)!r}, not {reference.extras.get(key)!r}")
    joints = _furthest(found.joint_positions, reference.joint_positions)
    bind = _furthest(found.inverse_bind, reference.inverse_bind)
    if max(joints, bind) > METRES:
        seen.append(f"a joint is {1000 * joints:.3g} mm away, its bind pose {1000 * bind:.3g} mm")
    names, expected = ([mesh.name for mesh in head.meshes] for head in (found, reference))
    if names != expected:
        return [*seen, f"meshes are {', '.join(names)}, not {', '.join(expected)}"]
    for one, other in zip(found.meshes, reference.meshes, strict=True):
        seen += [f"{one.name}: {text}" for text in _mesh_differences(one, other, len(reference.joint_names))]
    return seen


def _mesh_differences(found: ReadMesh, reference: ReadMesh, joint_count: int) -> Iterator[str]:
    if found.material != reference.material:
        yield f"its material is {found.material}, not {reference.material}"
    if list(found.targets) != list(reference.targets):
        yield f"{len(found.targets)} targets, not the same {len(reference.targets)}"
        return
    rows, expected = (np.unique(mesh.triangles) for mesh in (found, reference))
    if len(found.triangles) != len(reference.triangles):
        yield f"{len(found.triangles)} triangles, not {len(reference.triangles)}"
        return
    if len(rows) != len(expected):
        yield f"{len(rows)} rows, not {len(expected)}"
        return
    for key, bound in (("POSITION", METRES), ("NORMAL", UNITLESS), ("TEXCOORD_0", UNITLESS)):
        distance = _furthest(found.attributes[key][rows], reference.attributes[key][expected])
        if distance > bound:
            yield f"{key} is {distance:.2g} away"
    weights = _furthest(
        _dense_weights(found, joint_count)[rows], _dense_weights(reference, joint_count)[expected]
    )
    if weights > UNITLESS:
        yield f"a weight is {weights:.2g} away"
    for name, (position, normal) in reference.targets.items():
        moved = _furthest(found.targets[name][0][rows], position[expected])
        turned = _furthest(found.targets[name][1][rows], normal[expected])
        if moved > METRES or turned > UNITLESS:
            yield f"{name} is {1000 * moved:.2g} mm away, its normals {turned:.2g}"


def _dense_weights(mesh: ReadMesh, joint_count: int) -> NDArray[np.float64]:
    """(N, J); what a joint is named for twice adds up."""
    joints, weights = mesh.attributes["JOINTS_0"], mesh.attributes["WEIGHTS_0"]
    dense = np.zeros((len(joints), joint_count))
    np.add.at(dense, (np.arange(len(joints))[:, None], joints), weights)
    return dense


def _furthest(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(np.abs(one - other).max(initial=0))
