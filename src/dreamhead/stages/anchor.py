"""Hold a painted map to the colours that were drawn for the sentence, and leave it its own structure."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from dreamhead.head.model import Floats

ANCHOR_MM = 10.0  # deviation of the low-pass: broader than this, colour is held; finer, it is the painting's
FACTOR_LIMIT = 4.0
DARKEST = 1e-3


def anchored(painted: Floats, drawn: Floats, strength: float, texel_mm: float) -> Floats:
    """The painted map (H, W, 3) with its broad colours moved to those of the drawn one, both linear.

    strength 0 leaves the painting, 1 gives it the drawn map's low frequencies; between, the geometric mean.
    """
    if strength == 0:
        return painted
    deviation = (ANCHOR_MM / texel_mm, ANCHOR_MM / texel_mm, 0)
    wanted, there = (
        gaussian_filter(np.maximum(image, DARKEST), deviation, mode="nearest", truncate=3.0)
        for image in (drawn, painted)
    )
    factor = np.clip(wanted / there, 1 / FACTOR_LIMIT, FACTOR_LIMIT) ** np.float32(strength)
    return np.clip(painted * factor, 0, 1).astype(np.float32)
