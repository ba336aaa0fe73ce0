"""Where hair grows under each hairstyle and beard, as the skin's painter needs it: regions of scalp and face."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dreamhead.world.arrays import Array
from dreamhead.world.masks import smooth

# How closely each style covers the scalp: 0 bare skin, 0.7 a shorn head.
SCALP_COVER: Mapping[str, float] = {
    "bald": 0.0, "buzz": 0.7, "short": 1.0, "crew": 0.9, "side_part": 1.0, "slicked_back": 1.0, "pompadour": 1.0,
    "undercut": 1.0, "bowl": 1.0, "long": 1.05, "parted": 1.05, "bob": 1.05, "fringe": 1.05, "wavy": 1.05,
    "curly": 1.05, "long_curly": 1.05, "afro": 1.1, "twists": 1.0, "dreadlocks": 0.9, "box_braids": 0.8,
    "cornrows": 0.75, "bun": 1.0, "top_knot": 1.0, "ponytail": 1.0, "pigtails": 1.0, "braid": 1.0, "braids": 1.0,
    "mohawk": 1.0, "spiky": 1.0, "pixie": 1.0, "shaggy": 1.05, "mullet": 1.05, "receding": 0.9, "balding": 0.85,
    "tonsure": 0.9,
}  # fmt: skip
SHORN_SIDES = ("undercut", "mohawk", "crew")
BEARD_LENGTH: Mapping[str, float] = {
    "stubble": 0.55, "moustache": 0.8, "handlebar": 0.8, "walrus": 0.9, "goatee": 0.9, "van_dyke": 0.9,
    "soul_patch": 0.7, "boxed": 0.85, "beard": 1.0, "long_beard": 1.0, "chin_curtain": 0.95, "sideburns": 0.9,
}  # fmt: skip


def scalp_region(style: str, scalp: Array, position: Array) -> tuple[Array, Array]:
    """(hair, shorn), each (N,) in 0..1: where the style has hair, and how much of it is only shorn.

    scalp (N,) is the mask of the whole scalp; position (N, 3) centimetres on the default head.
    """
    x, y, z = np.abs(position[:, 0]), position[:, 1], position[:, 2]
    shorn = np.full(len(scalp), float(style == "buzz"), np.float32)
    if style in SHORN_SIDES:
        narrow = 1.6 if style == "mohawk" else 4.2
        shorn = smooth(x, narrow, narrow + 0.9) if style == "mohawk" else 1 - smooth(y - 0.35 * x, 6.0, 8.0)
        return scalp * (1 - (0.75 if style == "mohawk" else 0.3) * shorn), shorn
    if style == "receding":
        corner = np.exp(-0.5 * (((x - 4.0) / 1.5) ** 2 + ((z - 6.8) / 2.2) ** 2)) * (y > 6)
        return scalp * (1 - smooth(corner, 0.15, 0.6)) * (1 - 0.25 * smooth(y, 11.0, 13.0)), shorn
    if style == "balding":
        return scalp * (1 - 0.97 * smooth(y + 0.12 * z, 6.2, 8.6)), 0.5 + 0 * shorn
    if style == "tonsure":
        crown = np.hypot(x / 5.2, (z + 1.5) / 5.6)
        return scalp * np.where(y > 6, smooth(crown, 0.85, 1.05), 1.0).astype(np.float32), shorn
    return scalp, shorn


def beard_region(kind: str, masks: Mapping[str, Array], position: Array) -> Array:
    """(N,) 0..1: where hair of this kind grows on the face.  masks hold `beard` and `moustache`."""
    x, y = np.abs(position[:, 0]), position[:, 1]
    beard, moustache = masks["beard"], masks["moustache"]
    jaw_only = beard * (1 - np.clip(2 * moustache, 0, 1))
    if kind in ("moustache", "handlebar", "walrus"):
        return moustache
    if kind == "goatee":
        return jaw_only * (1 - smooth(x, 1.7, 2.5)) * smooth(-y, 4.6, 5.2)
    if kind == "van_dyke":
        return np.maximum(moustache, jaw_only * (1 - smooth(x, 2.7, 3.4)))
    if kind == "soul_patch":
        return jaw_only * (1 - smooth(x, 0.6, 1.0)) * (1 - smooth(-y, 5.8, 6.4))
    if kind == "chin_curtain":
        return jaw_only * np.maximum(smooth(-y, 6.0, 6.9), smooth(x, 4.2, 5.2))
    if kind == "sideburns":
        return jaw_only * smooth(x, 3.2, 4.4)
    return beard
