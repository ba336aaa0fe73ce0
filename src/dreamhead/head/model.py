"""What every head model offers: the interface that stages, world, wardrobe and exporters rely on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_ARKIT_NAMES = (
    "eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft "
    "eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight "
    "jawForward jawLeft jawRight jawOpen mouthClose mouthFunnel mouthPucker mouthLeft mouthRight "
    "mouthSmileLeft mouthSmileRight mouthFrownLeft mouthFrownRight mouthDimpleLeft mouthDimpleRight "
    "mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper "
    "mouthPressLeft mouthPressRight mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight "
    "browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff "
    "cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight tongueOut"
)
ARKIT_NAMES: tuple[str, ...] = tuple(_ARKIT_NAMES.split())
JOINT_NAMES: tuple[str, ...] = ("root", "neck", "head", "jaw", "eyeLeft", "eyeRight")
SEE_THROUGH = ("cornea", "occlusion", "tear")  # materials of thin shells that hide nothing
JOINT_PARENTS: tuple[int, ...] = (-1, 0, 1, 2, 2, 2)


@dataclass(frozen=True)
class Licence:
    """Who made a thing and on what terms it may be used; goes into every manifest."""

    name: str  # SPDX identifier
    holder: str
    source: str
    note: str = ""


@dataclass(frozen=True)
class Part:
    """A piece of the head with a material of its own.

    faces index the model's vertices; a triangle repeats its last index.  Parts may share vertices
    (skin and mouth bag meet at the lips).  uv_faces index uv; UV origin top left, range 0-1.

    Names: skin, mouth_bag, teeth_upper, teeth_lower, gums_upper, gums_lower, tongue, and of either eye
    (eye_left, ...) eye, cornea, eye_occlusion, lacrimal.  A head may lack any but skin and eyes.
    """

    name: str
    material: str  # skin, mouth, eye, cornea, occlusion, tear: parts of one material share one texture set
    faces: Ints  # (F, 4)
    uv: Floats  # (U, 2)
    uv_faces: Ints  # (F, 4)


@dataclass(frozen=True)
class Landmarks:
    """Points on the surface that stay with it: each a triangle's vertices and barycentric weights."""

    vertices: Ints  # (N, 3)
    weights: Floats  # (N, 3), rows sum to 1


class HeadModel(Protocol):
    """A parametric head.  Metres, +Y up, the face looks along +Z, +X is the subject's left.

    Identity is a vector of K sliders, each about -1..1 with 0 the default.  `identity_basis` is the
    derivative at the default, for optimisers; `neutral` is the exact mesh, its lips and lids solved.
    """

    name: str
    revision: str  # changes when any number of the model changes
    licence: Licence
    slider_names: tuple[str, ...]
    slider_limits: Floats  # (K, 2)
    # name -> (K,) direction in slider space: age, masculine, fat, child; other heads than the built-in one
    # have its sliders' names here too, as far as their own can express them
    macros: Mapping[str, Floats]
    mean: Floats  # (V, 3) = neutral(zeros(K))
    # (V, 3) where each vertex lies on the built-in base head, for which textures and wardrobe are authored
    canonical: Floats
    identity_basis: Floats  # (K, V, 3)
    parts: tuple[Part, ...]
    joint_weights: Floats  # (V, J), rows sum to 1, at most 4 above zero
    landmarks_478: Landmarks  # MediaPipe face mesh
    landmarks_68: Landmarks  # Multi-PIE
    masks: Mapping[str, Floats]  # face, scalp, lips, lids, ears, neck: (V,) in 0..1
    fields: Mapping[str, Floats]  # smooth semantic coordinates (V,): mouth_ring, eye_ring, ...; may be empty

    def neutral(self, identity: Floats) -> Floats:
        """(K,) -> (V, 3) vertices of the resting head."""
        ...

    def expressions(self, identity: Floats) -> dict[str, Floats]:
        """(K,) -> {ARKit name: (V, 3) displacement at weight 1}, the 52 in ARKIT_NAMES' order."""
        ...

    def joint_positions(self, identity: Floats) -> Floats:
        """(K,) -> (J, 3) rest positions of JOINT_NAMES."""
        ...
