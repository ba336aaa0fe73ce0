"""A head model that is all arrays: identity and expressions as displacements, joints that follow the identity.

Both read models, ICT-FaceKit and FLAME, end as one of these; it is what the cache keeps of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from dreamhead.errors import DamagedFileError, UsageError
from dreamhead.head.model import ARKIT_NAMES, JOINT_NAMES, Floats, Landmarks, Licence, Part

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Turn:
    """A joint's rotation that belongs to an expression: the axis times radians."""

    joint: str
    vector: tuple[float, float, float]


@dataclass(eq=False)
class LinearHead:
    """A HeadModel; see there for shapes.  Metres."""

    name: str
    revision: str
    licence: Licence
    slider_names: tuple[str, ...]
    slider_limits: Floats
    macros: Mapping[str, Floats]
    mean: Floats
    identity_basis: Floats
    parts: tuple[Part, ...]
    joint_weights: Floats
    landmarks_478: Landmarks
    landmarks_68: Landmarks
    masks: Mapping[str, Floats]
    fields: Mapping[str, Floats]
    canonical: Floats
    displacements: Mapping[str, Floats]  # ARKit name -> (V, 3), the same for every identity
    turns: Mapping[str, tuple[Turn, ...]]  # ARKit name -> what turns besides, about this identity's joints
    joints: Floats  # (J, 3) of the default
    joint_basis: Floats  # (K, J, 3)
    # what is known of the fits: a word of the built-in head -> the share of its displacement that the sliders
    # express; an expression -> the share that the model's own directions express, where they were fitted
    words_explained: Mapping[str, float] = field(default_factory=dict)
    expressions_explained: Mapping[str, float] = field(default_factory=dict)

    def neutral(self, identity: Floats) -> Floats:
        """(K,) -> (V, 3) metres."""
        return (self.mean + np.tensordot(self._checked(identity), self.identity_basis, 1)).astype(np.float32)

    def joint_positions(self, identity: Floats) -> Floats:
        """(K,) -> (J, 3) metres."""
        return (self.joints + np.tensordot(self._checked(identity), self.joint_basis, 1)).astype(np.float32)

    def expressions(self, identity: Floats) -> dict[str, Floats]:
        """(K,) -> {ARKit name: (V, 3)} metres, in ARKIT_NAMES' order."""
        vertices, joints = self.neutral(identity), self.joint_positions(identity)
        found = {}
        for name in ARKIT_NAMES:
            delta = self.displacements[name].astype(np.float32)
            for turn in self.turns.get(name, ()):
                column = JOINT_NAMES.index(turn.joint)
                arm = vertices - joints[column]
                turned = arm @ Rotation.from_rotvec(turn.vector).as_matrix().T - arm
                delta = delta + (self.joint_weights[:, column : column + 1] * turned).astype(np.float32)
            found[name] = delta
        return found

    def _checked(self, identity: Floats) -> Floats:
        values = np.asarray(identity, np.float32)
        if values.shape != (len(self.slider_names),) or not np.isfinite(values).all():
            raise UsageError(
                f"an identity of the {self.name} head is {len(self.slider_names)} finite numbers; "
                f"got shape {values.shape}",
                "Start from zeros(len(head.slider_names)).",
            )
        return values


_PLAIN = ("slider_limits", "mean", "identity_basis", "joint_weights", "canonical", "joints", "joint_basis")
_GROUPS = ("macros", "masks", "fields", "displacements")
_MARKS = ("landmarks_478", "landmarks_68")


def packed(head: LinearHead) -> Arrays:
    """Every number of the head by a flat name; text as JSON bytes."""
    facts = {
        "name": head.name,
        "revision": head.revision,
        "licence": vars(head.licence),
        "slider_names": head.slider_names,
        "parts": [[part.name, part.material] for part in head.parts],
        "turns": {name: [[t.joint, *t.vector] for t in turns] for name, turns in head.turns.items()},
        "words_explained": dict(head.words_explained),
        "expressions_explained": dict(head.expressions_explained),
        "groups": {group: list(getattr(head, group)) for group in _GROUPS},
    }
    arrays: Arrays = {"facts": np.frombuffer(json.dumps(facts).encode(), np.uint8)}
    arrays |= {name: getattr(head, name) for name in _PLAIN}
    for group in _GROUPS:
        arrays |= {f"{group}.{name}": values for name, values in getattr(head, group).items()}
    for name in _MARKS:
        marks: Landmarks = getattr(head, name)
        arrays |= {f"{name}.vertices": marks.vertices, f"{name}.weights": marks.weights}
    for part in head.parts:
        arrays |= {
            f"part.{part.name}.faces": part.faces,
            f"part.{part.name}.uv": part.uv,
            f"part.{part.name}.uv_faces": part.uv_faces,
        }
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> LinearHead:
    """The inverse of packed.  DamagedFileError when something is missing."""
    try:
        facts = json.loads(arrays["facts"].tobytes())
        groups: dict[str, Any] = {
            group: {name: arrays[f"{group}.{name}"] for name in names}
            for group, names in facts["groups"].items()
        }
        marks: dict[str, Any] = {
            name: Landmarks(arrays[f"{name}.vertices"], arrays[f"{name}.weights"]) for name in _MARKS
        }
        parts = tuple(
            Part(name, material, *(arrays[f"part.{name}.{kind}"] for kind in ("faces", "uv", "uv_faces")))
            for name, material in facts["parts"]
        )
        turns = {
            name: tuple(Turn(joint, (x, y, z)) for joint, x, y, z in rows)
            for name, rows in facts["turns"].items()
        }
        plain: dict[str, Any] = {name: arrays[name] for name in _PLAIN}
        return LinearHead(
            name=facts["name"],
            revision=facts["revision"],
            licence=Licence(**facts["licence"]),
            slider_names=tuple(facts["slider_names"]),
            parts=parts,
            turns=turns,
            words_explained=facts["words_explained"],
            expressions_explained=facts["expressions_explained"],
            **plain,
            **groups,
            **marks,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise DamagedFileError(
            f"the cached head is damaged: {error}", "it is read again from its folder"
        ) from error
