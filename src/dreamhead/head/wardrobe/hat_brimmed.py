"""Hats with a peak or a brim: baseball cap, cowboy hat, top hat, wizard hat."""

from __future__ import annotations

import numpy as np

from dreamhead.head.wardrobe.shell import Fit, Floats, Hat, Sheet, ball, fitted, folded, sheet, swept
from dreamhead.head.wardrobe.surface import Surface

FELT = 0.22  # cm, thickness of a brim


def baseball_cap(surface: Surface) -> Hat:
    """Six panels, a button, a curved bill."""
    fit = fitted(surface, (9.2, 10.0), (1.2, -9.0), gap=0.35, roomy=0.045, smoothing=3.0)
    rows = [fit.row(row, 0.15) for row in (0, 0.07, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.93)]
    rows += [fit.row(1.0, 0.14), fit.row(1.12, 0.07), fit.row(1.0, 0.0)]
    button = ball(fit.row(0)[0] + 0.2 * fit.up, 0.55, "band", squash=np.array([1.0, 0.5, 1.0]))
    bill = visor(fit, half_angle_deg=64.0, depth=6.6, drop=1.3, arch=1.5)
    return Hat([sheet([rows], "crown", centre=fit.centre), button, bill], fit.press, fit.covers)


def top_hat(surface: Surface) -> Hat:
    """A tall waisted cylinder of silk with a curled brim and a ribbon."""
    fit = fitted(surface, (9.6, 10.0), (6.6, -9.0), gap=0.35, smoothing=4.0)
    height = max(13.0, fit.top + 2.0)

    def wall(share: float) -> Floats:
        waist = 0.45 - 0.35 * np.sin(np.pi * min(share, 0.8) / 0.8) + 0.5 * share**3
        return fit.wall(share * height, waist, roundness=0.25 * share)

    side = [wall(share) for share in (0.0, 0.1, 0.22, 0.35, 0.5, 0.65, 0.8, 0.92, 0.99)]
    rim = [fit.wall(height, 0.92, roundness=0.25), fit.wall(height + 0.1, 0.7, roundness=0.25)]
    lid = [fit.wall(height + 0.1, 0.3, scale=scale, roundness=0.25) for scale in (0.9, 0.6, 0.3)]
    crown = sheet(
        [[fit.wall(height + 0.1, scale=0.0), *lid[::-1], *rim[::-1], *side[::-1]]], "crown", centre=fit.base
    )
    ribbon = [fit.wall(h, 0.55 - 0.35 * np.sin(np.pi * h / height / 0.8)) for h in (3.3, 3.2, 1.6, 0.1)]
    brim = _brim(fit, 4.6, curl=2.2, dip=0.7)
    return Hat([crown, sheet([ribbon], "band", centre=fit.base), brim], fit.press, fit.covers)


def cowboy_hat(surface: Surface) -> Hat:
    """A creased crown, pinched in front, and a wide brim rolled up at the sides."""
    fit = fitted(surface, (9.3, 10.0), (4.4, -9.0), gap=0.35, smoothing=4.0)
    top = fit.top + 0.7
    angle = fit.signed
    pinch = 0.9 * np.exp(-(((np.abs(angle) - 0.62) / 0.34) ** 2))
    side = [
        fit.ring(share * top, _roomy(fit, share * top, fit.girth * taper + 0.55 - pinch * share**2))
        for share, taper in ((0.0, 1.0), (0.2, 1.0), (0.4, 0.99), (0.6, 0.96), (0.8, 0.91), (0.95, 0.86))
    ]
    across = np.abs(np.sin(angle))  # 1 at the sides, 0 in front and at the back
    lid = []
    for scale, ridge in ((0.80, 2.2), (0.66, 2.3), (0.5, 1.5), (0.32, 0.55), (0.15, 0.15), (0.0, 0.1)):
        lift = top + 0.15 + ridge * (0.55 + 0.45 * across) + 0.5 * np.cos(angle) * scale
        lid.append(fit.ring(lift, scale * fit.girth - scale * pinch))
    crown = sheet([[*lid[::-1], *side[::-1]]], "crown", centre=fit.base)
    ribbon = [fit.ring(h, _roomy(fit, h, fit.girth + 0.66)) for h in (1.9, 1.8, 1.0, 0.1)]
    brim = _brim(fit, 8.2, curl=5.2, dip=1.7)
    return Hat([crown, sheet([ribbon], "band", centre=fit.base), brim], fit.press, fit.covers)


def wizard_hat(surface: Surface) -> Hat:
    """A tall crumpled cone, its tip bent, a wide soft brim, a strap with a buckle."""
    fit = fitted(surface, (9.6, 10.0), (5.0, -9.0), gap=0.35, smoothing=4.0)
    height = fit.top + 21.0
    rng = np.random.default_rng(11)
    phases = rng.uniform(0, 2 * np.pi, (4, 3))
    rows = []
    for share in np.concatenate([np.linspace(0, 0.92, 25), [0.965, 0.99, 1.0]]):
        lift = share * height
        cone = fit.girth * (1 - share) ** 1.12 + 0.5 * (1 - share)
        cone = (1 - share) * cone + share * cone.mean()
        folds = sum(
            np.sin((k + 2) * fit.around + phases[k, 0] + (3 + 2 * k) * share * phases[k, 1]) for k in range(3)
        )
        crumple = 1 + np.clip(share - 0.18, 0, 1) * 0.16 * folds * (1 - share)
        sag = 1 + 0.07 * np.sin(17 * share + 1.0) * np.clip((share - 0.25) * 4, 0, 1)  # rings of slack
        bent = np.clip((share - 0.45) / 0.55, 0, 1)
        drift = bent**2 * np.array([2.8, 0.0, -6.5]) - bent**2.2 * 5.0 * fit.up
        rows.append(fit.ring(lift, _roomy(fit, lift, cone * crumple * sag), drift))
    cone_sheet = sheet([rows[::-1]], "crown", centre=fit.base)
    strap = [fit.ring(h, _roomy(fit, h, _reach_of(fit, rows, h) + 0.16)) for h in (3.0, 2.85, 1.5, 0.15, 0.0)]
    front = fit.ring(1.5, _roomy(fit, 1.5, _reach_of(fit, rows, 1.5) + 0.3))[0]
    brim = _brim(fit, 7.8, curl=0.6, dip=1.0, wave=0.9)
    return Hat(
        [cone_sheet, sheet([strap], "band", centre=fit.base), brim, _buckle(front, fit)],
        fit.press,
        fit.covers,
    )


def visor(
    fit: Fit, half_angle_deg: float = 62.0, depth: float = 4.2, drop: float = 1.9, arch: float = 0.0
) -> Sheet:
    """A stiff peak swept forwards and down from the front of the band; depth, drop and the arch's fall in cm."""
    limit = np.radians(half_angle_deg)
    angle = np.linspace(-limit, limit, 41)
    ring = fit.row(1.0, 0.25)
    rim = np.stack([np.interp(angle, fit.around, ring[:, k], period=2 * np.pi) for k in range(3)], axis=1)
    share = angle / limit
    reach = (1 - share[:, None] ** 4) * np.cos(share * np.pi / 2)[:, None] ** 0.5
    out = np.stack([0.45 * np.sin(angle), 0 * angle, np.cos(0.5 * angle)], axis=1)
    down = np.array([0.0, 1.0, 0.0])
    rows = [
        rim
        + 0.25 * fit.up
        + t * depth * reach * out
        - (t**1.4 * drop + t * arch * share[:, None] ** 2) * reach * down
        for t in np.linspace(0, 1, 8)
    ]
    return sheet(
        [folded(rows, np.array([0.0, -0.18, 0.0]))], "visor", centre=rim.mean(0) - 4 * down, closed=False
    )


def _reach_of(fit: Fit, rows: list[Floats], height: float) -> Floats:
    """(A,) reach of a stack of rings at a height above the plane."""
    stack = np.stack(rows)
    heights = fit.height(stack)
    reach = ((stack - fit.base) * fit.flat).sum(-1)
    return np.array([np.interp(height, h, r) for h, r in zip(heights.T, reach.T, strict=True)])


def _roomy(fit: Fit, height: float, reach: Floats) -> Floats:
    """A reach (A,) made at least as wide as the head needs at that height."""
    return np.maximum(reach, fit.reach_at(height) + 0.15)


def _brim(fit: Fit, width: float, *, curl: float, dip: float, wave: float = 0.0) -> Sheet:
    """A felt brim width cm wide: its sides curl up, its front and back dip, its edge waves; cm."""
    sides = np.sin(fit.around) ** 2
    wavy = wave * np.sin(3 * fit.around + 0.7) + 0.5 * wave * np.sin(5 * fit.around + 2.0)
    rows = [fit.row(1.0, 0.02), fit.wall(0.06, 0.3)]
    for t in (0.12, 0.3, 0.5, 0.7, 0.87, 1.0):
        lift = 0.06 + curl * sides * t**2.4 - dip * (1 - sides) * t**1.5 + wavy * t**2
        rows.append(fit.wall(lift, 0.45 + width * t - 0.35 * curl * sides * t**3))
    return sheet([folded(rows, -FELT * fit.up)], "brim", centre=fit.base - 30 * fit.up)


def _buckle(front: Floats, fit: Fit) -> Sheet:
    """A square metal frame at the front of a strap."""
    right = np.array([1.0, 0.0, 0.0])
    ahead = np.cross(right, fit.up)
    corner = np.array([(-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1)], float)
    path = front + 0.1 * ahead + 1.5 * corner[:, :1] * right + 1.35 * corner[:, 1:] * fit.up
    profile = 0.2 * np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)], float)
    return swept(path, np.broadcast_to(ahead, path.shape), profile, "buckle", closed=True)
