"""Headwear of metal: crown and open helmet."""

from __future__ import annotations

import numpy as np

from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.shell import (
    LEFT,
    Fit,
    Floats,
    Hat,
    Sheet,
    ball,
    fitted,
    folded,
    placed,
    resampled,
    rounded,
    sheet,
    swept,
)
from dreamhead.head.wardrobe.surface import Surface

PEAKS = 8
CROWN_COLUMNS = 16 * PEAKS


def crown(surface: Surface) -> Hat:
    """A gold circlet of eight points with gems, open at the top."""
    fit = fitted(surface, (10.4, 9.6), (8.0, -8.8), gap=0.25, smoothing=4.0)
    around = np.linspace(0, 2 * np.pi, CROWN_COLUMNS, endpoint=False)
    wave = 0.5 + 0.5 * np.cos(PEAKS * around)
    edge = 2.6 + 1.2 * wave + 2.4 * wave**4

    def ring(height: float, extra: float) -> Floats:
        reach = fit.reach_at(0.0)
        reach = 0.6 * reach + 0.4 * np.maximum(reach, reach.mean())
        return resampled(fit.ring(height, reach + 0.3 + extra + 0.11 * height), CROWN_COLUMNS)

    foot, tall = ring(0.0, 0.0), ring(10.0, 0.0)
    wall = [foot + (tall - foot) * (edge * share / 10.0)[:, None] for share in (0.0, 0.15, 0.4, 0.7, 1.0)]
    flat = resampled(fit.flat, CROWN_COLUMNS)
    body = sheet([folded(wall, -0.2 * flat)], "metal", centre=fit.base)
    rims = [
        swept(
            ring(height, 0.12),
            resampled(fit.flat, CROWN_COLUMNS),
            rounded(0.42, 0.42, 6, 2.0),
            "metal",
            closed=True,
        )
        for height in (0.25, 2.05)
    ]
    tips = [
        ball(foot[k] + (tall - foot)[k] * (edge[k] + 0.25) / 10.0 - 0.1 * flat[k], 0.36, "metal")
        for k in range(0, CROWN_COLUMNS, CROWN_COLUMNS // PEAKS)
    ]
    gems = []
    for index in range(2 * PEAKS):
        k = index * CROWN_COLUMNS // (2 * PEAKS)
        squash = 1 - 0.45 * np.abs(flat[k])
        gems.append(
            ball(
                ring(1.15, 0.12)[k],
                0.52 if index % 2 == 0 else 0.36,
                "gem" if index % 2 == 0 else "pearl",
                squash=squash,
            )
        )
    return Hat(
        [body, *rims, *tips, *gems], fit.press_band(-0.2, 2.2), lambda points: np.zeros(len(points), bool)
    )


def helmet(surface: Surface) -> Hat:
    """A riveted iron cap with a browband, crossed ribs and a nose guard."""
    fit = fitted(surface, (8.6, 10.2), (-0.6, -9.0), gap=0.5, roomy=0.05, smoothing=4.5)
    rows = [
        fit.row(row, 0.12) for row in (0, 0.06, 0.13, 0.22, 0.32, 0.42, 0.52, 0.62, 0.72, 0.82, 0.92, 1.0)
    ]
    dome = sheet([folded(rows, -0.22 * fit.flat)], "plate", centre=fit.centre)
    band = [
        fit.row(row, extra)
        for row, extra in ((0.86, 0.13), (0.862, 0.36), (0.93, 0.42), (1.0, 0.40), (1.1, 0.3), (1.0, 0.02))
    ]
    count = len(fit.around)
    ribs = [_rib(fit, column, (column + count // 2) % count) for column in (0, count // 4)]
    return Hat(
        [dome, sheet([band], "band", centre=fit.centre), *ribs, *_rivets(fit), _nose_guard(surface, fit)],
        fit.press,
        fit.covers,
    )


def _rib(fit: Fit, start: int, stop: int) -> Sheet:
    """A strap of iron from the band over the top to the band on the other side."""
    rows = np.linspace(0.88, 0.0, 14)
    one = [fit.row(float(row), 0.14)[start] for row in rows]
    other = [fit.row(float(row), 0.14)[stop] for row in rows[-2::-1]]
    path = np.stack([*one, *other])
    across = np.broadcast_to(unit(np.cross(fit.flat[start], fit.up)), path.shape)
    return swept(path, across, rounded(1.9, 0.5, 10, 3.5), "band")


def _rivets(fit: Fit) -> list[Sheet]:
    """Small domes along the band."""
    ring = fit.row(0.935, 0.42)
    step = 4
    return [
        ball(ring[k], 0.26, "rivet", squash=1 - 0.4 * np.abs(fit.flat[k]))
        for k in range(step // 2, len(ring), step)
    ]


def _nose_guard(surface: Surface, fit: Fit) -> Sheet:
    """A plate down the bridge of the nose, clear of the skin."""
    home = np.array(
        [(0.0, y, z) for y, z in ((8.4, 10.6), (6.5, 10.6), (4.9, 10.7), (3.4, 11.2), (2.1, 12.0))]
    )
    path = placed(surface, home)
    path[:, 0] = path[:, 0].mean()
    middle = np.stack([np.interp(np.linspace(0, 4, 17), np.arange(5), path[:, k]) for k in range(3)], axis=1)
    for offset in (-0.6, 0.0, 0.6):  # wide enough that its edges clear the wings of the bridge
        side = middle + np.array([offset, 0.0, 0.0])
        for _ in range(3):
            depth = surface.distance.distance(side)
            middle[:, 2] += np.maximum(0.45 - depth, 0)
            side[:, 2] = middle[:, 2]
    smooth = np.concatenate(
        [middle[:1], 0.25 * middle[:-2] + 0.5 * middle[1:-1] + 0.25 * middle[2:], middle[-1:]]
    )
    smooth[:, 2] = np.maximum(smooth[:, 2], middle[:, 2] - 0.1) + 0.1
    start = fit.row(0.93, 0.3)[0]
    path = np.concatenate([start[None], smooth])
    scale = np.interp(np.linspace(0, 1, len(path)), [0, 0.3, 0.75, 1.0], [1.3, 0.85, 1.15, 1.0])
    return swept(path, np.broadcast_to(LEFT, path.shape), rounded(1.7, 0.3, 10, 3.5), "band", scale=scale)
