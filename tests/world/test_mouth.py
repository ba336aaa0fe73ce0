from __future__ import annotations

import numpy as np

from dreamhead.head.model import HeadModel
from dreamhead.world.mouth import mouth_maps


def test_parts_have_their_colours_through_their_own_uv(head: HeadModel) -> None:
    maps = mouth_maps(256)
    means = {}
    for part in head.parts:
        if part.material == "mouth":
            column, row = (np.clip((part.uv * 256).astype(int), 0, 255)).T
            means[part.name] = maps.albedo[row, column].mean(0)
    for side in ("upper", "lower"):
        teeth, gums = means[f"teeth_{side}"], means[f"gums_{side}"]
        assert teeth[1] > 2 * gums[1]  # ivory against pink
        assert gums[0] > 2 * gums[1]
    assert means["tongue"][0] > 2 * means["tongue"][1]
    assert np.allclose(np.linalg.norm(maps.normal, axis=-1), 1, atol=1e-4)
    assert maps.albedo.min() >= 0 and maps.albedo.max() <= 1
