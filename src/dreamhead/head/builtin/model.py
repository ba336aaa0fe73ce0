"""The built-in head as a HeadModel: everything fixed is an array, identities are generated on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dreamhead.errors import UsageError
from dreamhead.head.builtin import generate, identity, landmarks, layout, regions, weights
from dreamhead.head.builtin.revision import head_revision
from dreamhead.head.builtin.surface import build_surface
from dreamhead.head.model import Floats, Landmarks, Licence, Part

__all__ = ["BuiltinHead", "build_head", "head_revision"]

METRES = 0.01  # in a centimetre
BASIS_STEP = 0.05  # slider step of the finite differences
LICENCE = Licence(
    name="MIT",
    holder="the dreamhead authors; handle tables measured on ICT-FaceKit, (c) 2020 USC Institute for Creative "
    "Technologies",
    source="assets/head; https://github.com/ICT-VGL/ICT-FaceKit",
    note="Topology, UV, parts, sliders and default are dreamhead's own; the tables of cage handles and "
    "expression displacements are measurements on the ICT-FaceKit light model (MIT).",
)


def _limits() -> Floats:
    return identity.slider_limits().astype(np.float32)


def _macros() -> Mapping[str, Floats]:
    return {name: identity.macro_direction(name).astype(np.float32) for name in identity.MACROS}


@dataclass(eq=False)
class BuiltinHead:
    """A HeadModel; see there for shapes.  Metres."""

    revision: str
    mean: Floats
    identity_basis: Floats
    parts: tuple[Part, ...]
    joint_weights: Floats
    landmarks_478: Landmarks
    landmarks_68: Landmarks
    masks: Mapping[str, Floats]
    fields: Mapping[str, Floats]
    name: str = "builtin"
    licence: Licence = LICENCE
    slider_names: tuple[str, ...] = identity.SLIDER_NAMES
    slider_limits: Floats = field(default_factory=_limits)
    macros: Mapping[str, Floats] = field(default_factory=_macros)
    canonical: Floats = field(init=False)  # the base head, for which textures and wardrobe are authored

    def __post_init__(self) -> None:
        self.canonical = (generate.neutral_vertices(generate.base_generator()) * METRES).astype(np.float32)

    def neutral(self, identity: Floats) -> Floats:
        """(K,) -> (V, 3) metres, lips and lids solved."""
        values = _checked(identity)
        if not values.any():
            return self.mean.copy()
        return (generate.neutral_vertices(generate.generator(values)) * METRES).astype(np.float32)

    def expressions(self, identity: Floats) -> dict[str, Floats]:
        """(K,) -> {ARKit name: (V, 3)} metres, in ARKIT_NAMES' order."""
        deltas = generate.expression_deltas(generate.generator(_checked(identity)))
        return {name: (delta * METRES).astype(np.float32) for name, delta in deltas.items()}

    def joint_positions(self, identity: Floats) -> Floats:
        """(K,) -> (J, 3) metres."""
        rest = generate.generator(_checked(identity)).rest
        return (weights.joint_positions(rest) * METRES).astype(np.float32)


def build_head() -> BuiltinHead:
    """Generate the built-in head from the shipped tables.  Raises MissingModelError when one is missing."""
    surface, default = build_surface(), generate.default_generator()
    vertices = generate.neutral_vertices(default)
    base = generate.base_generator()
    authored = generate.neutral_vertices(base)
    coordinates = regions.fields(surface, base.rest.points)
    return BuiltinHead(
        revision=head_revision(),
        mean=(vertices * METRES).astype(np.float32),
        identity_basis=_identity_basis(),
        parts=layout.build_parts(),
        joint_weights=weights.joint_weights(base, authored),
        landmarks_478=landmarks.face_mesh_478(surface, authored, coordinates),
        landmarks_68=landmarks.multi_pie_68(surface, authored, coordinates),
        masks=regions.masks(surface, authored, coordinates),
        fields=coordinates,
    )


def _identity_basis() -> Floats:
    """(K, V, 3) central differences of neutral() at the default, metres per unit of slider."""
    count = len(identity.SLIDER_NAMES)
    rows = []
    for slider in range(count):
        step = np.zeros(count)
        step[slider] = BASIS_STEP
        ahead = generate.neutral_vertices(generate.generator(step))
        behind = generate.neutral_vertices(generate.generator(-step))
        rows.append((ahead - behind) * (METRES / (2 * BASIS_STEP)))
    return np.stack(rows).astype(np.float32)


def _checked(values: Floats) -> Floats:
    count = len(identity.SLIDER_NAMES)
    array = np.asarray(values)
    if array.shape != (count,) or not np.isfinite(array).all():
        raise UsageError(
            f"an identity of the built-in head is {count} finite numbers; got shape {array.shape}",
            tip="Start from zeros(len(head.slider_names)).",
        )
    return array
