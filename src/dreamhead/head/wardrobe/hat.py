"""The pieces of headwear by name, and the two that are made like a plain cap: beanie and sailor's cap."""

from __future__ import annotations

from collections.abc import Callable

from dreamhead.head.wardrobe.hat_brimmed import baseball_cap, cowboy_hat, top_hat, visor, wizard_hat
from dreamhead.head.wardrobe.hat_hard import crown, helmet
from dreamhead.head.wardrobe.hat_wrapped import headband, headscarf, hood, turban
from dreamhead.head.wardrobe.shell import Hat, fitted, sheet
from dreamhead.head.wardrobe.surface import Surface


def beanie(surface: Surface) -> Hat:
    """A knitted cap with a rolled cuff."""
    fit = fitted(surface, (8.4, 10.0), (0.2, -9.0), gap=0.4, roomy=0.07)
    body = [fit.row(row, 0.12) for row in (0, 0.08, 0.16, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.93)]
    cuff = [
        fit.row(row, extra)
        for row, extra in (
            (0.78, 0.1), (0.76, 0.3), (0.765, 0.5), (0.8, 0.62), (0.9, 0.66), (1.0, 0.62), (1.08, 0.48),
            (1.10, 0.18), (1.0, 0.02),
        )
    ]  # fmt: skip
    sheets = [sheet([body], "body", centre=fit.centre), sheet([cuff], "cuff", centre=fit.base - 12 * fit.up)]
    return Hat(sheets, fit.press, fit.covers)


def sailors_cap(surface: Surface) -> Hat:
    """A peaked cap: soft crown, band, visor."""
    fit = fitted(surface, (9.0, 10.0), (3.6, -9.0), gap=0.3, smoothing=4.0)
    crown_rows = [
        fit.row(row, extra)
        for row, extra in (
            (0.0, 0.65), (0.15, 0.75), (0.3, 1.0), (0.45, 1.45), (0.55, 1.95), (0.62, 2.2), (0.67, 2.15),
            (0.71, 1.75), (0.75, 1.0), (0.78, 0.3),
        )
    ]  # fmt: skip
    band = [
        fit.row(row, extra)
        for row, extra in ((0.77, 0.3), (0.80, 0.42), (0.9, 0.44), (1.0, 0.36), (1.0, 0.12), (0.99, 0.02))
    ]
    return Hat(
        [
            sheet([crown_rows], "crown", centre=fit.centre),
            sheet([band], "band", centre=fit.centre),
            visor(fit),
        ],
        fit.press,
        fit.covers,
    )


HATS: dict[str, Callable[[Surface], Hat]] = {
    "beanie": beanie,
    "sailors_cap": sailors_cap,
    "hood": hood,
    "crown": crown,
    "helmet": helmet,
    "headband": headband,
    "wizard_hat": wizard_hat,
    "turban": turban,
    "cowboy_hat": cowboy_hat,
    "top_hat": top_hat,
    "baseball_cap": baseball_cap,
    "headscarf": headscarf,
}
