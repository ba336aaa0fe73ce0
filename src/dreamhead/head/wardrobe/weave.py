"""Heights 0..1 of woven, knitted, felted, hammered and tanned surfaces, as functions of u and v in 0..1."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

Floats = NDArray[np.float64]

TILE = 512  # texels a side of a noise that repeats


def knitted(u: Floats, v: Floats, ribs: int, rows: int) -> Floats:
    """Ribs of stitches."""
    rib = 0.5 + 0.5 * np.cos(2 * np.pi * ribs * u)
    stitch = 0.5 + 0.5 * np.cos(2 * np.pi * (rows * v + 0.25 * np.cos(4 * np.pi * ribs * u)))
    return rib * (0.6 + 0.4 * stitch)


def fine_weave(u: Floats, v: Floats, across: int, down: int) -> Floats:
    """Plain weave of so many threads."""
    return 0.5 + 0.25 * np.cos(2 * np.pi * across * u) + 0.25 * np.cos(2 * np.pi * down * v)


def twill(u: Floats, v: Floats, across: int, down: int) -> Floats:
    """Slanting ribs, broken where threads cross."""
    slant = 0.5 + 0.5 * np.cos(2 * np.pi * (across * u + 0.5 * down * v))
    return slant * (0.75 + 0.25 * np.cos(2 * np.pi * down * v))


def felt(u: Floats, v: Floats, seed: int) -> Floats:
    """Matted fibres."""
    return _level(0.6 * _sampled(seed, 1.2, 2 * u, 2 * v) + 0.4 * _sampled(seed + 1, 5.0, 2 * u, 2 * v))


def leather(u: Floats, v: Floats, seed: int) -> Floats:
    """Pebbled grain with worn patches."""
    pebbles = 1 - np.abs(_sampled(seed, 2.6, 2 * u, 2 * v))
    return _level(0.7 * np.clip(pebbles, -1, 1) + 0.3 * _sampled(seed + 1, 14.0, u, v))


def hammered(u: Floats, v: Floats, seed: int) -> Floats:
    """Shallow dents."""
    return _level(_sampled(seed, 7.0, u, v) + 0.35 * _sampled(seed + 1, 26.0, u, v))


def brushed(u: Floats, v: Floats, seed: int) -> Floats:
    """Streaks along u."""
    return _level(
        _sampled(seed, 1.2, _there_and_back(0.05, u), v)
        + 0.5 * _sampled(seed + 1, 3.0, _there_and_back(0.1, u), v)
    )


def grain(u: Floats, v: Floats, seed: int, amount: float) -> Floats:
    """About 1, uneven by amount."""
    return 1 + amount * _sampled(seed, 6.0, u, v)


def line(v: Floats, at: float, width: float) -> Floats:
    """1 at v = at, fading over width."""
    return np.exp(-(((v - at) / width) ** 2))


def _there_and_back(amount: float, u: Floats) -> Floats:
    """u slowed down so that a streak is long, without a step where u ends."""
    return amount * (1 - np.abs(2 * u - 1))


def _level(height: Floats) -> Floats:
    return np.clip(0.5 + 0.25 * height, 0, 1)


def _sampled(seed: int, size: float, u: Floats, v: Floats) -> Floats:
    """Noise of unit deviation with spots size texels wide, repeating over 0..1 in both directions."""
    place = np.stack([(v * TILE).ravel(), (u * TILE).ravel()])
    return map_coordinates(_noise(seed, size), place, order=1, mode="grid-wrap").reshape(u.shape)


@cache
def _noise(seed: int, size: float) -> Floats:
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=(TILE, TILE)), size, mode="wrap")
    return noise / noise.std()
