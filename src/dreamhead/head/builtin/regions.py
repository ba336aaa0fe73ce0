"""Semantic coordinates and masks carried from the cage to every vertex of the base head."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.builtin.anatomy import EYE_CENTER, smoothstep
from dreamhead.head.builtin.cage import (
    BUST_ROWS,
    LID_MARGIN_MIDDLE_RING,
    MOUTH_CORNER,
    RING_COUNT,
    RINGS,
    ROWS,
    Cage,
)
from dreamhead.head.builtin.eyes import EYE_VERTEX_DEG
from dreamhead.head.builtin.generate import part_slices
from dreamhead.head.builtin.surface import Surface, carry
from dreamhead.head.model import Floats

Points = NDArray[np.float64]

MASK_NAMES = ("face", "scalp", "lips", "lids", "ears", "neck", "bust")
FIELD_NAMES = (
    "mouth_ring", "eye_ring", "nostril_ring", "ear_ring", "mouth_angle", "eye_sin", "eye_cos", "eye_angle"
)  # fmt: skip
RING_DEPTH = {("e", LID_MARGIN_MIDDLE_RING): 4.5}  # rings whose number is not their depth
CRANIUM_CENTER = np.array([0.0, 4.0, 0.8])
# Azimuth about the cranium's centre in degrees (0 front, 180 back) -> height of the hairline, cm.
HAIRLINE = np.array(
    [(0, 10.3), (22, 10.7), (36, 10.5), (46, 9.2), (56, 7.0), (66, 5.2), (71, 3.6), (75, 1.4), (80, 0.6),
     (84, 3.4), (97, 4.2), (106, 2.4), (116, -1.2), (135, -4.2), (160, -5.2), (180, -5.4)]
)  # fmt: skip


def fields(surface: Surface, points: Points) -> dict[str, Floats]:
    """Smooth coordinates (V,) on the skin, 0 elsewhere, from the default half cage (N, 3).

    mouth_ring 0..10 (vermilion border near 2.7-3.1, contact 5, bag behind), mouth_angle -1 lower middle ..
    1 upper middle; eye_ring 0..7 (lid 1.6-2.6, lash line near 3.85, margin 4), eye_sin and eye_cos of the
    angle about the eye (up, and away from the nose); nostril_ring 0..4; ear_ring 0..9.
    eye_angle: degrees from the gaze axis on the eyeballs, 180 elsewhere.
    """
    names, values = _cage_fields(surface.cage, points)
    on_skin = carry(surface, values)
    slices = part_slices()
    count = slices["tongue"].stop
    result = {name: np.zeros(count, np.float32) for name in names}
    for column, name in enumerate(names):
        result[name][slices["skin"]] = on_skin[:, column]
    result["eye_angle"] = np.full(count, 180.0, np.float32)
    for part in ("eye_left", "eye_right"):
        result["eye_angle"][slices[part]] = EYE_VERTEX_DEG
    return result


def masks(surface: Surface, vertices: Points, coordinates: dict[str, Floats]) -> dict[str, Floats]:
    """MASK_NAMES: (V,) in 0..1, from the base head's vertices (V, 3) cm.

    lids end at the margin's back edge; the neck goes on down to the hem, bust is its part below the collar.
    """
    skin = np.zeros(len(vertices))
    skin[part_slices()["skin"]] = 1
    mouth, eye, ear = (coordinates[name].astype(float) for name in ("mouth_ring", "eye_ring", "ear_ring"))
    ears = smoothstep(ear, 0.4, 1.6) * skin
    neck = neck_share(vertices) * skin * (1 - ears)
    azimuth = np.degrees(np.arctan2(np.abs(vertices[:, 0]), vertices[:, 2] - CRANIUM_CENTER[2]))
    above = vertices[:, 1] - np.interp(azimuth, HAIRLINE[:, 0], HAIRLINE[:, 1])
    scalp = smoothstep(above, -0.6, 0.6) * skin * (1 - ears)
    bag = smoothstep(mouth, 5.2, 6.2)
    frontal = smoothstep(-azimuth, -88, -70) * smoothstep(vertices[:, 1], -9.0, -7.6)
    face = frontal * skin * (1 - scalp) * (1 - ears) * (1 - bag) * (1 - neck)
    result = {
        "face": face,
        "scalp": scalp,
        "lips": smoothstep(mouth, 2.6, 3.15) * (1 - bag) * skin,
        "lids": smoothstep(eye, 1.2, 2.4) * (1 - smoothstep(eye, 4.4, 4.9)) * skin,
        "ears": ears,
        "neck": neck,
        "bust": np.zeros(len(vertices)),
    }
    result["bust"][part_slices()["skin"]] = bust_share(surface)
    return {name: values.astype(np.float32) for name, values in result.items()}


def neck_share(vertices: Points) -> Points:
    """(V,) 0 on the head, 1 low on the neck: across a plane from under the chin up to the hairline."""
    border = np.interp(vertices[:, 2], [-8.0, 0.0, 6.5, 9.0], [-4.2, -6.0, -9.2, -10.6])
    return smoothstep(border - vertices[:, 1], -1.2, 3.8)


def bust_share(surface: Surface) -> Points:
    """(skin V,) 0 on the neck, 1 on the shoulders and under the hem, by the cage's rows."""
    rows = np.zeros(len(surface.cage))
    for node, (kind, _, second) in enumerate(surface.cage.keys):
        rows[node] = {"h": BUST_ROWS, "g": -second}.get(kind, -ROWS)
    return np.clip(carry(surface, smoothstep(rows, -1.5, 2.8)[:, None])[:, 0], 0, 1)


def _cage_fields(cage: Cage, points: Points) -> tuple[list[str], Points]:
    columns = {name: np.zeros(len(cage)) for name in ("mouth_ring", "eye_ring", "nostril_ring", "ear_ring")}
    for block, name in zip("mena", columns, strict=True):
        for node, (kind, ring, _) in enumerate(cage.keys):
            if kind == block:
                columns[name][node] = RING_DEPTH.get((kind, ring), ring)
    columns["mouth_angle"] = np.zeros(len(cage))
    places = (np.arange(15) - MOUTH_CORNER) / MOUTH_CORNER
    for ring in range(RING_COUNT["m"] + 1):
        columns["mouth_angle"][cage.ring("m", ring)] = places
    columns["eye_sin"], columns["eye_cos"] = np.zeros(len(cage)), np.zeros(len(cage))
    for ring in (0, *RINGS["e"]):
        nodes = cage.ring("e", ring)
        offset = points[nodes] - EYE_CENTER
        angle = np.arctan2(offset[:, 1], offset[:, 0])
        columns["eye_sin"][nodes], columns["eye_cos"][nodes] = np.sin(angle), np.cos(angle)
    return list(columns), np.stack(list(columns.values()), 1)
