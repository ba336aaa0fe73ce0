"""Where skin ends and is moist: the inner corners and rims of the eyes."""

from __future__ import annotations

import numpy as np

from dreamhead.world.arrays import Array, floats
from dreamhead.world.ground import Ground, Layers
from dreamhead.world.masks import smooth

# Linear: a moist pale pink, whatever the skin's colour; greyer than it looks, as the light in the corner is red.
_CONJUNCTIVA = floats([0.42, 0.34, 0.335])


def moisten_eye_corners(ground: Ground, layers: Layers) -> None:
    """Paints the rim's inner side and the inner corner, smooth and wet; statues and metal have none."""
    attributes = ground.attributes
    flesh = 1.0 - min(1.0, 1.5 * max(attributes.stone, attributes.metal, attributes.bark))
    wet = flesh * np.clip(ground.masks["wet"] + 0.6 * _inner_corner(ground), 0, 1)
    colour = _CONJUNCTIVA * floats([1.0, 1.0 + 0.25 * attributes.undead, 1.0 + 0.25 * attributes.undead])
    if attributes.creature:  # a creature's flesh takes after its skin
        colour = 0.6 * colour + 0.4 * layers.albedo.mean(0)
    layers.paint(0.85 * wet, colour)
    layers.roughness = layers.roughness * (1 - wet) + 0.22 * wet
    layers.specular = layers.specular * (1 - wet) + 0.5 * wet


def _inner_corner(ground: Ground) -> Array:
    """The last few millimetres before the corner on the nose's side, inside the lash line."""
    rings = ground.rings
    towards_nose = smooth(-rings["eye_cos"], 0.86, 0.97)
    return towards_nose * smooth(rings["eye_ring"], 3.7, 4.4)
