"""The head's separate parts: their names in order, their fixed meshes, and where an identity has them.

Eyes, teeth, gums and tongue are moved whole; tear lines and lid shades are made anew on every pose.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin import lid_shells
from dreamhead.head.builtin.anatomy import EYE_CENTER, Eye
from dreamhead.head.builtin.arch import LOWER, UPPER
from dreamhead.head.builtin.eyes import cornea, eyeball
from dreamhead.head.builtin.gums import gums, palate
from dreamhead.head.builtin.lid_shells import Shell
from dreamhead.head.builtin.part_mesh import PartMesh, joined, mirrored
from dreamhead.head.builtin.surface import build_surface
from dreamhead.head.builtin.teeth import teeth
from dreamhead.head.builtin.tongue import tongue

Points = NDArray[np.float64]

# Boxes of the mouth's map (u0, v0, u1, v1), the bag's disc first.
BAG_BOX = (0.0, 0.0, 0.42, 0.42)
TONGUE_BOX, PALATE_BOX = (0.42, 0.0, 0.85, 0.42), (0.85, 0.0, 1.0, 0.42)
GUMS_UPPER_BOX, GUMS_LOWER_BOX = (0.0, 0.42, 0.5, 0.61), (0.5, 0.42, 1.0, 0.61)
TEETH_UPPER_BOX, TEETH_LOWER_BOX = (0.0, 0.61, 1.0, 0.805), (0.0, 0.805, 1.0, 1.0)
ON_JAW = ("teeth_lower", "gums_lower", "tongue")
IN_EYE = {"eye_left": 1, "eye_right": -1, "cornea_left": 1, "cornea_right": -1}
ON_LIDS = {"eye_occlusion_left": 1, "eye_occlusion_right": -1, "lacrimal_left": 1, "lacrimal_right": -1}
MATERIALS = {  # the rest are "mouth"
    "eye_left": "eye",
    "eye_right": "eye",
    "cornea_left": "cornea",
    "cornea_right": "cornea",
    "eye_occlusion_left": "occlusion",
    "eye_occlusion_right": "occlusion",
    "lacrimal_left": "tear",
    "lacrimal_right": "tear",
}
_MOUTH_CENTER = np.array([0, -3.5, 9.0])
_SHELLS = {
    "eye_occlusion": (lid_shells.shade_shell, lid_shells.shade_points),
    "lacrimal": (lid_shells.tear_shell, lid_shells.tear_points),
}


@cache
def part_meshes() -> dict[str, PartMesh]:
    """The separate parts of the default head, in vertex order, with their place in the material's map.

    See-through parts come in the order in which they lie over the eye.  Those on the lids have no
    place of their own yet: their vertices are zero until `on_lids` sets them.
    """
    return {
        "eye_left": eyeball(1),
        "eye_right": eyeball(-1),
        "cornea_left": cornea(1),
        "cornea_right": cornea(-1),
        **{name: _shell_mesh(name) for name in ON_LIDS},
        "teeth_upper": teeth(UPPER, TEETH_UPPER_BOX),
        "teeth_lower": teeth(LOWER, TEETH_LOWER_BOX),
        "gums_upper": joined([gums(UPPER, GUMS_UPPER_BOX), palate(UPPER, PALATE_BOX)]),
        "gums_lower": gums(LOWER, GUMS_LOWER_BOX),
        "tongue": tongue(TONGUE_BOX),
    }


def in_eye(name: str, eye: Eye) -> Points:
    """(V, 3) cm: an eyeball or cornea at rest in an identity's eye."""
    side = np.array([float(IN_EYE[name]), 1, 1])
    return (part_meshes()[name].vertices - EYE_CENTER * side) * eye.scale + eye.center * side


def in_mouth(vertices: Points, scale: float, offset: Points) -> Points:
    """(V, 3) cm: the default mouth's points scaled about its middle and moved."""
    return (vertices - _MOUTH_CENTER) * scale + _MOUTH_CENTER + offset


def on_lids(name: str, skin: Points, eye: Eye) -> Points:
    """(V, 3) cm: a tear line or lid shade on posed skin (S, 3); eye is the left one."""
    _, points = _SHELLS[name.rpartition("_")[0]]
    if ON_LIDS[name] > 0:
        return points(skin, eye)
    reflection = np.array([-1.0, 1, 1])
    return points(skin[build_surface().mirror] * reflection, eye) * reflection


def lid_roots(name: str) -> NDArray[np.int64]:
    """(V,) the skin vertex beside each point of a tear line or lid shade."""
    roots = _shell(name).roots
    return roots if ON_LIDS[name] > 0 else build_surface().mirror[roots]


def _shell(name: str) -> Shell:
    return _SHELLS[name.rpartition("_")[0]][0]()


def _shell_mesh(name: str) -> PartMesh:
    shell = _shell(name)
    mesh = PartMesh(np.zeros((len(shell.uv), 3)), shell.faces, shell.uv, shell.faces.copy())
    return mesh if ON_LIDS[name] > 0 else mirrored(mesh)
