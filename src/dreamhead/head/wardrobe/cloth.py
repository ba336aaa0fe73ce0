"""What hats, glasses and ornaments are made of: which rows of a texture each sheet wears, and the paint on them.

Channels: dye (how much of the chosen colour, 1 = 255), own (H, W, 3) sRGB of the parts whose colour is their
own, across and along (slopes, 0 = 128), roughness, metalness where something is metal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.wardrobe.materials import srgb_bytes
from dreamhead.head.wardrobe.store import Arrays, remembered
from dreamhead.head.wardrobe.weave import (
    Floats,
    brushed,
    felt,
    fine_weave,
    grain,
    hammered,
    knitted,
    leather,
    line,
    twill,
)

Bytes = NDArray[np.uint8]
Bands = Mapping[str, tuple[float, float]]

SIZE = 1024
SMALL = 256  # of glasses and jewellery
NAVY = (0.010, 0.012, 0.024)  # linear RGB
GOLD = (0.83, 0.53, 0.14)
SILVER = (0.72, 0.72, 0.74)
BLACK = (0.008, 0.008, 0.009)
BROWN_LEATHER = (0.085, 0.036, 0.014)
RUBY = (0.32, 0.006, 0.016)
PEARL = (0.78, 0.74, 0.68)
EMERALD = (0.010, 0.22, 0.075)
RUBBER = (0.62, 0.60, 0.55)


@dataclass(frozen=True)
class Paint:
    """One band's surface; arrays are (h, w) or broadcast to it."""

    dye: Floats | float = 1.0
    own: Floats | float = 0.0  # (h, w, 3) or 0
    height: Floats | float = 0.0  # in texels
    roughness: Floats | float = 0.85
    metalness: Floats | float = 0.0


Painter = Callable[[Floats, Floats], Paint]  # u, v (h, w) in 0..1 within the band


def bands(item: str) -> Bands:
    """The rows (0 top .. 1) of the item's texture that each band takes."""
    return {name: (low, high) for name, (low, high, _) in _CLOTHS[item].items()}


def painted_cloth(item: str) -> Arrays:
    """The painted channels of a hat, of glasses or of an ornament."""
    return remembered(f"cloth {item}", lambda: _painted(_CLOTHS[item], SMALL if item in _SMALL else SIZE))


def _painted(layout: Mapping[str, tuple[float, float, Painter]], size: int) -> Arrays:
    dye, height, roughness, metalness = (np.zeros((size, size)) for _ in range(4))
    own = np.zeros((size, size, 3))
    for low, high, paint in layout.values():
        rows = slice(round(low * size), round(high * size))
        v, u = np.mgrid[rows, 0:size].astype(np.float64)
        v = (v + 0.5 - rows.start) / (rows.stop - rows.start)
        one = paint((u + 0.5) / size, v)
        dye[rows], height[rows] = one.dye, one.height
        roughness[rows], metalness[rows], own[rows] = one.roughness, one.metalness, one.own
    slope_v, slope_u = np.asarray(np.gradient(height, axis=0)), np.asarray(np.gradient(height, axis=1))
    channels = {
        "dye": np.round(255 * np.clip(dye, 0, 1)).astype(np.uint8),
        "own": srgb_bytes(own),
        "across": _signed_bytes(-slope_u),
        "along": _signed_bytes(slope_v),
        "roughness": np.round(255 * np.clip(roughness, 0.04, 1)).astype(np.uint8),
    }
    if metalness.any():
        channels["metalness"] = np.round(255 * metalness).astype(np.uint8)
    return channels


def _signed_bytes(slope: Floats) -> Bytes:
    return np.round(128 + 127 * np.clip(slope, -0.7, 0.7)).astype(np.uint8)


def _of(colour: tuple[float, float, float], amount: Floats | float, like: Floats) -> Floats:
    """(h, w, 3) a colour of its own, scaled."""
    return np.broadcast_to(np.asarray(amount, np.float64), like.shape)[..., None] * np.asarray(colour)


def _ribbed(u: Floats, v: Floats) -> Paint:
    height = knitted(u, v, 72, 63)
    fold = 1 - 0.45 * line(v, 1.0, 0.018)  # dark where body and cuff meet
    return Paint((0.3 + 0.7 * height) * fold * grain(u, v, 3, 0.06), height=5 * height, roughness=0.92)


def _cuff(u: Floats, v: Floats) -> Paint:
    height = knitted(u, v, 72, 27)
    fold = 1 - 0.45 * line(v, 0.0, 0.04)
    return Paint((0.3 + 0.7 * height) * fold * grain(u, v, 4, 0.06), height=5 * height, roughness=0.92)


def _cotton(u: Floats, v: Floats) -> Paint:
    weave = fine_weave(u, v, 256, 150)
    seam = 1 - 0.3 * line(v, 1.0, 0.03)
    return Paint((0.85 + 0.12 * weave) * seam * grain(u, v, 4, 0.02), height=0.6 * weave, roughness=0.88)


def _corded_band(u: Floats, v: Floats) -> Paint:
    weave = fine_weave(u, v, 256, 50)
    cord = line(v, 0.16, 0.06)
    twist = cord * (0.65 + 0.35 * np.cos(2 * np.pi * (110 * u + 2.6 * (v - 0.16) / 0.2)))
    base = (0.8 + 0.3 * weave) * (1 - np.clip(2 * cord, 0, 1))
    own = _of(NAVY, base, u) + _of((0.55, 0.33, 0.07), twist, u)
    return Paint(0.0, own, 0.6 * weave + 3 * twist, 0.8 - 0.4 * cord)


def _patent(u: Floats, v: Floats) -> Paint:
    return Paint(0.0, _of(NAVY, 1.0, u), 0.0, 0.28)


def _wool(u: Floats, v: Floats) -> Paint:
    weave = twill(u, v, 190, 150)
    nap = felt(u, v, 7)
    dye = (0.70 + 0.18 * weave + 0.16 * nap) * grain(u, v, 8, 0.07)
    return Paint(dye, height=1.1 * weave + 1.2 * nap, roughness=0.95)


def _metal(u: Floats, v: Floats) -> Paint:
    """Polished, with the small dents and the duller hollows of handwork."""
    dents = hammered(u, v, 12)
    return Paint(0.92 + 0.08 * dents, height=1.4 * dents, roughness=0.24 + 0.10 * (1 - dents), metalness=1.0)


def _iron(u: Floats, v: Floats) -> Paint:
    dents, streaks = hammered(u, v, 14), brushed(u, v, 15)
    worn = 0.55 + 0.28 * dents + 0.17 * streaks
    return Paint(worn, height=2.4 * dents + 0.5 * streaks, roughness=0.36 + 0.22 * (1 - worn), metalness=1.0)


def _dark_iron(u: Floats, v: Floats) -> Paint:
    dents, streaks = hammered(u, v, 16), brushed(u, v, 17)
    worn = 0.42 + 0.2 * dents + 0.2 * streaks
    return Paint(worn, height=1.4 * dents + 0.5 * streaks, roughness=0.42, metalness=1.0)


def _gem(colour: tuple[float, float, float]) -> Painter:
    return lambda u, v: Paint(0.0, _of(colour, 0.75 + 0.5 * (1 - v), u), 0.0, 0.06)


def _own_metal(colour: tuple[float, float, float], roughness: float = 0.26) -> Painter:
    def paint(u: Floats, v: Floats) -> Paint:
        return Paint(0.0, _of(colour, 0.94 + 0.06 * hammered(u, v, 18), u), 0.0, roughness, 1.0)

    return paint


def _twilled(u: Floats, v: Floats) -> Paint:
    weave = twill(u, v, 220, 110)
    seams = line(v, 0.12, 0.012) + line(v, 0.88, 0.012)
    return Paint(
        (0.78 + 0.2 * weave) * (1 - 0.25 * seams) * grain(u, v, 21, 0.03), height=weave - seams, roughness=0.9
    )


def _tail(u: Floats, v: Floats) -> Paint:
    weave = twill(u, v, 24, 90)
    return Paint((0.72 + 0.2 * weave) * grain(u, v, 22, 0.04), height=weave, roughness=0.9)


def _felted(seed: int) -> Painter:
    def paint(u: Floats, v: Floats) -> Paint:
        nap = felt(u, v, seed)
        return Paint((0.80 + 0.2 * nap) * grain(u, v, seed + 1, 0.05), height=1.0 * nap, roughness=0.94)

    return paint


def _starry(u: Floats, v: Floats) -> Paint:
    """Felt with golden stars and moons."""
    nap = felt(u, v, 31)
    rng = np.random.default_rng(32)
    gold = np.zeros_like(u)
    for index in range(26):
        at_u, at_v = (index * 0.381966) % 1.0, 0.36 + 0.58 * rng.random()
        size = (0.020 if index % 3 else 0.028) * rng.uniform(0.8, 1.2)
        du = (u - at_u + 0.5) % 1.0 - 0.5
        x, y = du / size * (0.35 + 0.8 * at_v), (v - at_v) / size / 1.25
        radius, angle = np.hypot(x, y), np.arctan2(x, -y)
        if index % 5 == 0:
            shape = (radius < 1) & (np.hypot(x - 0.45, y) > 0.82)
        else:
            shape = radius < 0.42 + 0.58 * np.abs(((angle / (2 * np.pi) * 5) % 1.0) - 0.5) ** 1.5 * 2.8
        gold = np.maximum(gold, shape.astype(np.float64))
    dye = (0.80 + 0.2 * nap) * grain(u, v, 33, 0.05) * (1 - gold)
    own = _of((0.62, 0.42, 0.10), gold * (0.85 + 0.15 * nap), u)
    return Paint(dye, own, nap + 1.5 * gold, 0.94 - 0.45 * gold)


def _strap(u: Floats, v: Floats) -> Paint:
    hide = leather(u, v, 41)
    stitches = (line(v, 0.18, 0.03) + line(v, 0.82, 0.03)) * (np.cos(2 * np.pi * 120 * u) > -0.2)
    own = _of(BROWN_LEATHER, (0.7 + 0.5 * hide) * (1 - 0.4 * stitches), u) + _of(
        (0.35, 0.25, 0.12), 0.6 * stitches, u
    )
    return Paint(0.0, own, 1.5 * hide + stitches, 0.55)


def _black_strap(u: Floats, v: Floats) -> Paint:
    hide = leather(u, v, 42)
    return Paint(0.75 + 0.25 * hide, height=1.0 * hide, roughness=0.52)


def _patch(u: Floats, v: Floats) -> Paint:
    hide = leather(4 * u % 1.0, v, 43)
    stitch = line(v, 0.40, 0.012) * (np.cos(2 * np.pi * 46 * u) > -0.3)
    return Paint((0.75 + 0.3 * hide) * (1 + 1.2 * stitch), height=1.6 * hide + 2 * stitch, roughness=0.48)


def _ribbon(u: Floats, v: Floats) -> Paint:
    cord = 0.5 + 0.5 * np.cos(2 * np.pi * 260 * u)
    return Paint(0.0, _of(BLACK, 0.8 + 0.8 * cord, u), 0.8 * cord, 0.42)


def _plush(u: Floats, v: Floats) -> Paint:
    """Silk plush, brushed around."""
    sheen = brushed(u, v, 51)
    return Paint(0.82 + 0.18 * sheen, height=0.7 * sheen, roughness=0.42)


def _panels(u: Floats, v: Floats) -> Paint:
    """Cotton twill in six panels with double seams and eyelets."""
    weave = twill(u, v, 230, 150)
    place = (6 * u + 0.5) % 1.0 - 0.5
    wide = np.clip(v, 0.12, 1)
    seam = np.exp(-((place * wide / 0.012) ** 2))
    stitches = np.exp(-(((np.abs(place) * wide - 0.035) / 0.008) ** 2)) * (np.cos(2 * np.pi * 90 * v) > -0.3)
    hole = np.exp(-((np.hypot((np.abs(place) - 0.5) / 0.55, (v - 0.45) * 1.6) / 0.032) ** 4))
    edge = line(v, 0.93, 0.008) * (np.cos(2 * np.pi * 150 * u) > -0.3)
    dye = (
        (0.80 + 0.18 * weave)
        * (1 - 0.35 * seam - 0.25 * stitches - 0.25 * edge)
        * (1 - 0.75 * hole)
        * grain(u, v, 61, 0.03)
    )
    return Paint(dye, height=0.7 * weave - 2.2 * seam + stitches, roughness=0.88)


def _bill(u: Floats, v: Floats) -> Paint:
    weave = twill(u, v, 110, 130)
    rows = sum(line(v, at, 0.006) for at in (0.10, 0.17, 0.24, 0.31, 0.38))
    stitches = rows * (np.cos(2 * np.pi * 70 * u) > -0.3)
    return Paint(
        (0.80 + 0.18 * weave) * (1 - 0.25 * stitches), height=0.7 * weave - 1.2 * rows, roughness=0.88
    )


def _wrap(u: Floats, v: Floats) -> Paint:
    weave = fine_weave(u, v, 300, 230)
    threads = brushed(v, u, 71)
    return Paint(
        (0.78 + 0.12 * weave + 0.12 * threads) * grain(u, v, 72, 0.04),
        height=0.5 * weave + threads,
        roughness=0.8,
    )


def _soft(u: Floats, v: Floats) -> Paint:
    weave = fine_weave(u, v, 340, 210)
    return Paint((0.86 + 0.10 * weave) * grain(u, v, 81, 0.03), height=0.4 * weave, roughness=0.78)


def _hide(u: Floats, v: Floats) -> Paint:
    hide = leather(u, v, 91)
    return Paint(
        (0.74 + 0.26 * hide) * grain(u, v, 92, 0.10), height=1.6 * hide, roughness=0.6 + 0.1 * (1 - hide)
    )


def _braid(u: Floats, v: Floats) -> Paint:
    turns = np.cos(2 * np.pi * (90 * u + 2 * np.abs(v - 0.5)))
    own = _of((0.030, 0.013, 0.006), 0.8 + 0.5 * turns, u)
    return Paint(0.0, own, 2 * turns, 0.6)


def _acetate(u: Floats, v: Floats) -> Paint:
    return Paint(0.94 + 0.06 * grain(u, v, 95, 0.4), height=0.0, roughness=0.16)


def _dyed_metal(u: Floats, v: Floats) -> Paint:
    return Paint(0.97, height=0.0, roughness=0.22, metalness=1.0)


def _rubber(u: Floats, v: Floats) -> Paint:
    return Paint(0.0, _of(RUBBER, 1.0, u), 0.0, 0.3)


def _frames(paint: Painter) -> dict[str, tuple[float, float, Painter]]:
    return {
        "frame": (0.0, 0.4, paint),
        "temple": (0.4, 0.7, paint),
        "wire": (0.7, 0.85, _own_metal(SILVER)),
        "pad": (0.85, 1.0, _rubber),
    }


_CLOTHS: Mapping[str, Mapping[str, tuple[float, float, Painter]]] = {
    "beanie": {"body": (0.0, 0.7, _ribbed), "cuff": (0.7, 1.0, _cuff)},
    "sailors_cap": {"crown": (0.0, 0.6, _cotton), "band": (0.6, 0.8, _corded_band), "visor": (0.8, 1.0, _patent)},
    "hood": {"hood": (0.0, 0.6, _wool), "cowl": (0.6, 1.0, _wool)},
    "crown": {"metal": (0.0, 0.7, _metal), "gem": (0.7, 0.85, _gem(RUBY)), "pearl": (0.85, 1.0, _gem(PEARL))},
    "helmet": {
        "plate": (0.0, 0.55, _iron), "band": (0.55, 0.9, _dark_iron), "rivet": (0.9, 1.0, _own_metal(GOLD, 0.34)),
    },
    "headband": {"band": (0.0, 0.7, _twilled), "tail": (0.7, 1.0, _tail)},
    "wizard_hat": {
        "crown": (0.0, 0.6, _starry), "band": (0.6, 0.7, _strap), "brim": (0.7, 0.93, _felted(35)),
        "buckle": (0.93, 1.0, _own_metal(GOLD)),
    },
    "turban": {"wrap": (0.0, 0.84, _wrap), "gem": (0.84, 0.92, _gem(EMERALD)), "gold": (0.92, 1.0, _own_metal(GOLD))},
    "cowboy_hat": {"crown": (0.0, 0.55, _hide), "band": (0.55, 0.65, _braid), "brim": (0.65, 1.0, _hide)},
    "top_hat": {"crown": (0.0, 0.6, _plush), "band": (0.6, 0.75, _ribbon), "brim": (0.75, 1.0, _plush)},
    "baseball_cap": {"crown": (0.0, 0.62, _panels), "band": (0.62, 0.68, _tail), "visor": (0.68, 1.0, _bill)},
    "headscarf": {"scarf": (0.0, 0.6, _soft), "cowl": (0.6, 1.0, _soft)},
    "acetate": _frames(_acetate),
    "wire": _frames(_dyed_metal),
    "eye_patch": {"patch": (0.0, 0.7, _patch), "strap": (0.7, 1.0, _black_strap)},
    "jewellery": {"metal": (0.0, 0.7, _dyed_metal), "gem": (0.7, 1.0, _gem((0.80, 0.82, 0.88)))},
}  # fmt: skip
_SMALL = ("acetate", "wire", "jewellery")
