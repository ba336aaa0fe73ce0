"""Garment: a worn mesh bound to the skin, and how it follows the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import UsageError
from dreamhead.head.model import Licence

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

MAX_INFLUENCES = 4
STIFF = 0.06  # metres from its root up to which hair turns with the skin; beyond, it hangs
HANGING = ("hair", "beard")  # slots


@dataclass(frozen=True)
class Garment:
    """A mesh with a material of its own, riding on triples of head vertices (skin triangles; for a hat, a
    wide triple around the skull, so that it moves as one stiff piece).

    Draw BLEND garments after the others, in the order that `dress` gives them.
    """

    name: str  # unique on one head: hair, hair_cap, beard, brows, lashes, headwear, glasses, lenses, ...
    slot: str
    vertices: Floats  # (N, 3) metres
    normals: Floats  # (N, 3) unit
    uv: Floats  # (N, 2) origin top left
    triangles: Ints  # (T, 3)
    root_vertices: Ints  # (N, 3) head vertex ids
    root_weights: Floats  # (N, 3) rows sum to 1
    maps: Mapping[str, NDArray[np.uint8]] = field(
        repr=False
    )  # albedo (H,W,4), normal (H,W,3), roughness (H,W), and metalness (H,W) where something is metal
    alpha_mode: str  # OPAQUE, MASK, BLEND
    alpha_cutoff: float  # for MASK
    material: str  # hair, shade (painted on the skin), cloth (leather and metal too), glass
    double_sided: bool
    licence: Licence

    @property
    def triangle_count(self) -> int:
        """Number of triangles."""
        return len(self.triangles)


def carry(garment: Garment, rest_vertices: NDArray[np.floating], displaced: NDArray[np.floating]) -> Floats:
    """(N, 3) displacement of the garment when the head's vertices (V, 3) move from rest to displaced.

    Each vertex moves rigidly with the frame of its root triangle, but hair farther from its root than STIFF
    is moved along without being turned more; metres.
    """
    if rest_vertices.shape != displaced.shape:
        raise UsageError(
            f"cannot carry a garment from {rest_vertices.shape} to {displaced.shape} vertices",
            "pass the same head at rest and displaced",
        )
    triangles, weights = garment.root_vertices, garment.root_weights.astype(np.float64)
    rest_point, rest_frame = _root_frames(rest_vertices.astype(np.float64), triangles, weights)
    new_point, new_frame = _root_frames(displaced.astype(np.float64), triangles, weights)
    arm = garment.vertices.astype(np.float64) - rest_point
    reach = np.linalg.norm(arm, axis=1, keepdims=True)
    hanging = np.clip(1 - STIFF / np.maximum(reach, STIFF), 0, 1) * (garment.slot in HANGING)
    local = np.einsum("nji,nj->ni", rest_frame, (1 - hanging) * arm)
    moved = np.einsum("nij,nj->ni", new_frame, local) + new_point + hanging * arm
    return (moved - garment.vertices).astype(np.float32)


def joint_weights(garment: Garment, head_weights: NDArray[np.floating]) -> Floats:
    """(V, J) weights of the head -> (N, J) of the garment, rows sum to 1, at most four above zero."""
    mixed = np.einsum("nk,nkj->nj", garment.root_weights, head_weights[garment.root_vertices])
    mixed = np.clip(mixed, 0.0, None)
    if mixed.shape[1] > MAX_INFLUENCES:
        weakest = np.argsort(-mixed, axis=1, kind="stable")[:, MAX_INFLUENCES:]
        np.put_along_axis(mixed, weakest, 0.0, axis=1)
    return (mixed / mixed.sum(1, keepdims=True)).astype(np.float32)


def _root_frames(
    vertices: NDArray[np.float64], triangles: Ints, weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Root points (R, 3) and frames (R, 3, 3) whose columns are edge, normal and their cross product."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    point = weights[:, :1] * a + weights[:, 1:2] * b + weights[:, 2:] * c
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-15)
    edge = (b - a) / np.maximum(np.linalg.norm(b - a, axis=1, keepdims=True), 1e-15)
    return point, np.stack([edge, normal, np.cross(edge, normal)], axis=2)
