"""Headwear of wrapped or hanging cloth: headband, turban, hood, headscarf."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter

from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.shell import (
    LEFT,
    Bools,
    Floats,
    Hat,
    Sheet,
    ball,
    fitted,
    folded,
    outermost,
    placed,
    resampled,
    rounded,
    sheet,
    swept,
    trimmed,
)
from dreamhead.head.wardrobe.surface import Surface, smoothstep

WRAPS = 6.0  # windings of a turban from its edge to the top
TURBAN_COLUMNS = 120
HOOD_ROOT = (0.0, -8.0, 1.8)  # the side of the neck, from which a hood's folds fan out
NECK_FROM, NECK_TO = -7.0, -11.0  # heights on the default head between which cloth lets go of the head, cm

# The opening of a headscarf around the face: angle about the face's middle in degrees, 0 up, -> (x, y, z) cm.
FACE_OPENING = np.array(
    [
        (0.0, 9.7, 9.9), (2.6, 9.4, 9.6), (4.9, 8.1, 8.2), (6.3, 5.8, 6.0), (6.95, 3.0, 4.4), (6.9, 0.2, 4.4),
        (6.4, -2.4, 4.7), (5.5, -4.9, 5.9), (4.1, -6.6, 7.6), (2.4, -7.9, 8.9), (0.0, -8.5, 9.3),
    ]
)  # fmt: skip


def headband(surface: Surface) -> Hat:
    """A folded strip of cloth around the forehead, knotted at the back with two tails."""
    fit = fitted(surface, (8.1, 10.3), (2.2, -9.0), gap=0.22, smoothing=2.0)
    heights = (2.7, 2.2, 1.5, 0.8, 0.2)
    bulge = (0.10, 0.22, 0.26, 0.24, 0.14)
    rows = [fit.ring(h, fit.reach_at(h) + b) for h, b in zip(heights, bulge, strict=True)]
    back = len(fit.around) // 2
    knot_at = rows[2][back] + 0.35 * fit.flat[back]
    knot = ball(knot_at, 0.95, "band", squash=np.array([0.8, 1.0, 0.6]))
    tails = [_tail(surface, knot_at, side) for side in (-1.0, 1.0)]
    inwards = -0.2 * fit.flat
    band = sheet([[rows[0] + inwards, *folded(rows, inwards)]], "band", centre=fit.base)
    return Hat([band, knot, *tails], fit.press_band(0.2, 2.5), lambda points: np.zeros(len(points), bool))


def turban(surface: Surface) -> Hat:
    """Cloth wound in overlapping bands that cross in front, with a brooch."""
    fit = fitted(surface, (8.8, 10.2), (1.4, -9.0), gap=0.3, smoothing=5.0)
    signed = np.asarray(
        (np.linspace(0, 2 * np.pi, TURBAN_COLUMNS, endpoint=False) + np.pi) % (2 * np.pi) - np.pi
    )
    rows = []
    for row in [*np.linspace(0, 1.0, 40), 1.0]:
        swell = 2.7 * np.sin(np.pi * min(1, 0.10 + 0.92 * row)) ** 0.8 * (1 - 0.25 * row) + 0.35
        climb = WRAPS * row + 1.5 * np.cos(0.5 * signed) ** 2 - 0.35 * np.cos(signed * 3)
        fold = np.abs(np.sin(np.pi * climb)) ** 0.55
        extra = swell * (0.86 + 0.14 * fold) + 0.32 * fold * (row > 0.02)
        rows.append((row, extra))
    lines = []
    for row, extra in rows[:-1]:
        ring = resampled(fit.row(float(row)), TURBAN_COLUMNS)
        lines.append(ring + extra[:, None] * unit(ring - fit.centre))
    inner = resampled(fit.row(1.0, 0.02), TURBAN_COLUMNS)
    lines += [0.5 * (lines[-1] + inner) - 0.35 * fit.up, inner]
    front = lines[30][0] + 0.1 * fit.flat[0]
    gem = ball(front + 0.25 * fit.flat[0], 0.75, "gem", squash=np.array([0.85, 1.1, 0.55]))
    angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)[:, None]
    setting = front + 0.2 * fit.flat[0] + 0.95 * (0.85 * np.cos(angle) * LEFT + 1.1 * np.sin(angle) * fit.up)
    frame = swept(
        setting, np.broadcast_to(fit.flat[0], setting.shape), rounded(0.34, 0.34, 6, 2.0), "gold", closed=True
    )
    return Hat([sheet([lines], "wrap", centre=fit.centre), gem, frame], fit.press, fit.covers)


def hood(surface: Surface) -> Hat:
    """A deep woollen hood on a cowl that lies around the neck."""
    centre = placed(surface, np.array([HOOD_ROOT]))[0]
    turn = np.radians(np.concatenate([np.linspace(64, 100, 9), np.linspace(107, 176, 12)]))
    sides = np.radians(np.linspace(14, 166, 45))
    gap = np.interp(turn, np.radians([64, 90, 125, 180]), [1.0, 1.7, 2.1, 1.3])
    points, direction = _fanned(surface, centre, turn, sides, gap[:, None], 2.4)
    peak = np.exp(-(((turn - np.radians(118)) / 0.42) ** 2))[:, None] * np.sin(sides) ** 6
    points = points + (2.2 * peak)[..., None] * direction
    rim = points[0]
    forward = unit(np.cross(direction[0], LEFT) * -1 + 0.0)
    forward = np.where(forward[:, 2:] < 0, -forward, forward)
    middle = np.sin(sides)[:, None] ** 0.7
    front = [
        rim + reach * middle * forward + lift * middle * direction[0]
        for reach, lift in ((2.4, -0.25), (1.7, 0.12), (0.9, 0.16))
    ]
    back = [
        front[0] - 0.25 * direction[0],
        rim - 0.35 * direction[0],
        points[2] - 0.35 * direction[2],
        points[5] - 0.4 * direction[5],
    ]
    rows = [*points[::-1], *front[::-1], *back]
    cloth = sheet([rows], "hood", centre=centre + np.array([0.0, 6.0, 0.0]), closed=False)
    cowl = _cowl(surface, cloth.vertices, (-10.0, -5.6), room=0.7, spread=0.9, folds=0.45)

    def press(paths: Floats) -> tuple[Floats, Bools]:
        """Only hair rooted near the opening shows; it keeps inside the cloth."""
        root = paths[:, 0]
        opening = np.arctan2(root[..., 1] - centre[1], root[..., 2] - centre[2])
        distance, outward = surface.distance.look(paths)
        excess = np.maximum(distance - 0.5, 0)
        return paths - outward * excess[..., None], opening < turn[0] + np.radians(20)

    return Hat([cloth, cowl], press, lambda points: np.zeros(len(points), bool), _with_neck)


def headscarf(surface: Surface) -> Hat:
    """A soft scarf close around the face and under the chin, wrapped about the neck."""
    half = placed(surface, FACE_OPENING)
    other = half[-2:0:-1] * (-1, 1, 1)
    opening = _pushed_out(surface, _even(np.concatenate([half, other]), 72), 0.22)
    centre = placed(surface, np.array([(0.0, 1.5, 0.5)]))[0]
    back = placed(surface, np.array([(0.0, 3.0, -9.0)]))[0]
    arms = unit(opening - centre)
    pole = unit(back - centre)
    floor = placed(surface, np.array([(0.0, -9.2, 3.0)]))[0, 1]
    shares = np.linspace(0, 1, 22)[1:]
    direction = unit(_slerped(arms, pole, shares))  # (R, A, 3)
    reach = outermost(surface, np.broadcast_to(centre, direction.shape), direction, 0.55)
    down = np.minimum(direction[..., 1], -1e-3)
    reach = np.where(direction[..., 1] < -0.2, np.minimum(reach, (floor - centre[1]) / down), reach)
    reach = _taut(reach, (2.2, 2.4), ("nearest", "wrap"))
    reach[-1] = reach[-2].mean()  # the pole
    points = centre + reach[..., None] * direction
    away = unit(opening - centre)
    rim = [opening - 0.15 * away + 0.1 * _ahead(opening), opening + 0.25 * away + 0.22 * _ahead(opening)]
    rows = [*points[::-1], *rim[::-1], opening - 0.1 * away - 1.0 * _ahead(opening)]
    cloth = trimmed(surface, sheet([rows], "scarf", centre=centre))
    wrap = _cowl(surface, cloth.vertices, (-8.5, -5.0), room=0.5, spread=0.8, folds=0.55)

    def press(paths: Floats) -> tuple[Floats, Bools]:
        return paths, np.zeros(len(paths), bool)

    def covers(points: Floats) -> Bools:
        near = placed(surface, np.array([(0.0, 1.0, 2.0)]))[0]
        return np.asarray((points[:, 2] < near[2] + 2.0) | (points[:, 1] > half[1, 1] + 0.5))

    return Hat([cloth, wrap], press, covers, _with_neck, "scarf")


def _with_neck(points: Floats) -> Floats:
    return 1 - smoothstep(points[:, 1], NECK_TO, NECK_FROM)


def _tail(surface: Surface, start: Floats, side: float) -> Sheet:
    """An end of a knotted band, hanging down the back of the head."""
    steps = np.linspace(0, 1, 10)[:, None]
    path = (
        start
        + steps * np.array([side * 2.2, -7.0, -0.6])
        + np.sin(np.pi * steps) * np.array([side * 0.7, 0.0, -0.6])
    )
    for _ in range(4):
        distance, outward = surface.distance.look(path)
        path = path + np.maximum(0.35 - distance, 0)[:, None] * outward
    scale = np.interp(steps[:, 0], [0, 0.25, 1], [0.6, 1.0, 1.25])
    twist = np.stack(
        [np.cos(0.6 * side * steps[:, 0]), 0 * steps[:, 0], np.sin(0.6 * side * steps[:, 0])], axis=1
    )
    return swept(path, twist, rounded(1.7, 0.16, 8, 3.0), "tail", scale=scale)


def _fanned(
    surface: Surface, centre: Floats, turn: Floats, sides: Floats, gap: Floats, smoothing: float
) -> tuple[Floats, Floats]:
    """Cloth in folds (R, A, 3) that fan out from a line through centre: turn (R,) from the front over the top,
    sides (A,) from the left to the right; with the directions it lies in."""
    fan = np.stack([0 * turn, np.sin(turn), np.cos(turn)], axis=1)[:, None]
    direction = np.cos(sides)[None, :, None] * LEFT + np.sin(sides)[None, :, None] * fan
    reach = outermost(surface, np.broadcast_to(centre, direction.shape), direction, 0.3)
    reach = _taut(reach + gap * np.sin(sides) ** 0.5, (smoothing, smoothing), "nearest")
    return centre + reach[..., None] * direction, direction


def _taut(reach: Floats, sigma: tuple[float, float], mode: str | tuple[str, str]) -> Floats:
    """A reach (R, A) drawn tight: over ears and hollows as stretched cloth goes."""
    for _ in range(8):
        reach = np.maximum(reach, gaussian_filter(reach, sigma, mode=mode))
    return reach


def _cowl(
    surface: Surface,
    above: Floats,
    tops: tuple[float, float],
    *,
    room: float,
    spread: float,
    folds: float,
) -> Sheet:
    """A collar of cloth around the neck: its upper edge at heights tops (front, back) of the default head, over
    what lies above (N, 3); spread is how far its hem stands out, folds how deep it is draped; cm."""
    count = 84
    around = np.linspace(0, 2 * np.pi, count, endpoint=False)
    flat = np.stack([np.sin(around), 0 * around, np.cos(around)], axis=1)
    axis = placed(surface, np.array([(0.0, -9.0, -0.5)]))[0]
    lift = axis[1] + 9.0
    forward = 0.5 + 0.5 * np.cos(around)
    start = tops[0] * forward**2.5 + tops[1] * (1 - forward**2.5) + lift
    stop = np.full(count, -17.2 + lift)
    angle = np.degrees(np.arctan2(above[:, 0] - axis[0], above[:, 2] - axis[2]))
    rows = []
    for share in np.linspace(0, 1, 16):
        height = start + share * (stop - start)
        origins = np.stack([np.full(count, axis[0]), height, np.full(count, axis[2])], axis=1)
        skin = outermost(surface, origins, flat, room * 0.5, nearest=3.0)
        skin = np.minimum(skin, 9.0 + 2.5 * share)  # not the whole breadth of the shoulders
        under = np.zeros(count)
        for k in range(count):
            turned = (angle - np.degrees(around[k]) + 180) % 360 - 180
            close = (np.abs(turned) < 7) & (np.abs(above[:, 1] - height[k]) < 1.0)
            if close.any():
                under[k] = np.hypot(above[close, 0] - axis[0], above[close, 2] - axis[2]).max() + 0.3
        reach = np.maximum(skin + room, under)
        rows.append(np.stack([reach, height], axis=1))
    grid = np.stack(rows)
    reach = grid[..., 0]
    reach = maximum_filter(reach, (3, 9), mode=("nearest", "wrap"))
    reach = np.maximum.accumulate(gaussian_filter(reach, (1.5, 3.0), mode=("nearest", "wrap")), axis=0)
    shares = np.linspace(0, 1, 16)[:, None]
    drape = np.sin(9 * around + 5 * shares + 0.8 * np.sin(3 * around)) * shares + 0.6 * np.sin(
        np.pi * 4.5 * shares + 1.2 * np.cos(around) + 0.5 * np.sin(2 * around)
    ) * np.sin(np.pi * shares)
    reach = reach + spread * shares**2 + folds * (drape + 0.8 * np.sin(np.pi * shares))
    points = [
        np.stack([axis[0] + reach[k] * flat[:, 0], grid[k, :, 1], axis[2] + reach[k] * flat[:, 2]], axis=1)
        for k in range(16)
    ]
    points = _rested(surface, points)
    lip = [points[0] - 0.45 * flat, points[0] - 0.2 * flat + (0, 0.16, 0)]
    hem = _rested(surface, [points[-1] - 0.05 * flat - (0, 0.22, 0), points[-2] - (0, 0.25, 0)], 0.12)
    return sheet([[*lip, *points, *hem]], "cowl", centre=axis - np.array([0.0, 3.0, 0.0]))


def _rested(surface: Surface, rows: list[Floats], room: float = 0.45) -> list[Floats]:
    """Rows (A, 3) of cloth lifted off the skin that they would sink into, smoothly along each row."""
    grid = np.stack(rows)
    for _ in range(5):
        distance, outward = surface.distance.look(grid)
        lift = np.maximum(room - distance, 0)[..., None] * outward
        smooth = gaussian_filter(lift, (0.7, 1.5, 0), mode=("nearest", "wrap", "nearest"))
        grid = grid + np.where(np.abs(lift) > np.abs(smooth), lift, smooth)
    return list(grid)


def _even(ring: Floats, count: int) -> Floats:
    """A closed ring (A, 3) with count points evenly along it."""
    closed = np.concatenate([ring, ring[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    wanted = np.linspace(0, along[-1], count, endpoint=False)
    even = np.stack([np.interp(wanted, along, closed[:, k]) for k in range(3)], axis=1)
    return gaussian_filter(even, (1.2, 0), mode="wrap")


def _pushed_out(surface: Surface, points: Floats, gap: float) -> Floats:
    """Points (N, 3) moved to gap cm from the skin, whichever side of that they are on."""
    for _ in range(6):
        distance, outward = surface.distance.look(points)
        points = points + (gap - distance)[:, None] * outward
    return points


def _ahead(ring: Floats) -> Floats:
    """(3,) which way an opening looks."""
    return unit(np.cross(ring - ring.mean(0), np.roll(ring, -1, 0) - ring).sum(0)) * np.sign(
        np.cross(ring - ring.mean(0), np.roll(ring, -1, 0) - ring).sum(0)[2]
    )


def _slerped(arms: Floats, pole: Floats, shares: Floats) -> Floats:
    """(R, A, 3) unit vectors on the way from arms (A, 3) to a pole (3,)."""
    angle = np.arccos(np.clip(arms @ pole, -1, 1))[None, :, None]
    s = shares[:, None, None]
    return (np.sin((1 - s) * angle) * arms + np.sin(s * angle) * pole) / np.sin(angle)
