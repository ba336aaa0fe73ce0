import numpy as np
from scipy.ndimage import gaussian_filter

from dreamhead.stages.anchor import anchored

DRAWN = np.broadcast_to(np.float32([0.30, 0.20, 0.15]), (64, 64, 3))


def painting() -> np.ndarray:
    """Too light and too red, with fine structure."""
    rows = np.arange(64)[:, None, None]
    return (
        np.float32([0.45, 0.22, 0.15]) * (1 + 0.2 * np.sin(rows * np.pi / 2)) * np.ones((64, 64, 1))
    ).astype(np.float32)


def test_broad_colour_is_the_drawn_one() -> None:
    held = anchored(painting(), DRAWN, 1.0, texel_mm=4.0)
    np.testing.assert_allclose(gaussian_filter(held, (6, 6, 0))[16:-16], DRAWN[16:-16], rtol=0.02)


def test_fine_structure_stays_the_painting() -> None:
    plain, held = painting(), anchored(painting(), DRAWN, 1.0, texel_mm=4.0)
    shape = [image[20:40, 30, 0] / image[20:40, 30, 0].mean() for image in (plain, held)]
    np.testing.assert_allclose(shape[0], shape[1], rtol=0.02)


def test_strength_goes_from_nothing_to_all() -> None:
    assert np.array_equal(anchored(painting(), DRAWN, 0.0, 4.0), painting())
    half = anchored(painting(), DRAWN, 0.5, 4.0)[20:40].mean()
    assert anchored(painting(), DRAWN, 1.0, 4.0)[20:40].mean() < half < painting()[20:40].mean()
