"""Close a chart's seams: what is painted on both sides of a cut is made to meet."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from dreamhead.head.model import Floats, Part

SAMPLES = 6  # along a seam edge
NEIGHBOURS = 12  # seam samples that a texel listens to
REACH_MM = 30.0  # how far from the cut a correction fades out


def closed_seams(image: Floats, part: Part, texel_mm: float) -> Floats:
    """(H, W, C) with equal values on both sides of the part's cuts; the correction fades out over REACH_MM.

    Models of pictures know nothing of a chart: at its border they see the end of the world, each side its own.
    """
    first, second = seam_points(part)
    if not len(first):
        return image
    size = np.array(image.shape[1::-1], float)
    here, there = first * size - 0.5, second * size - 0.5
    difference = _sampled(image, there) - _sampled(image, here)
    tree = cKDTree(np.concatenate([here, there]))
    correction = np.concatenate([0.5 * difference, -0.5 * difference])
    rows, columns = np.indices(image.shape[:2])
    texels = np.stack([columns, rows], -1).reshape(-1, 2)
    reach = REACH_MM / texel_mm
    distance, near = tree.query(texels, k=min(NEIGHBOURS, len(correction)), distance_upper_bound=reach)
    weight = np.where(np.isfinite(distance), 1 / (1 + distance**2), 0.0)
    padded = np.concatenate(
        [correction, np.zeros((1, correction.shape[1]))]
    )  # of texels that nothing is near
    mean = (padded[near] * weight[..., None]).sum(1) / np.maximum(weight.sum(1), 1e-9)[:, None]
    fade = 1 - np.clip(distance[:, 0] / reach, 0, 1)
    fade = fade * fade * (3 - 2 * fade)
    return (image + (mean * fade[:, None]).reshape(image.shape)).astype(np.float32)


def seam_points(part: Part) -> tuple[Floats, Floats]:
    """Points (N, 2) in UV on one side of every cut, and where the same points of the surface lie on the other."""
    corners, places = np.asarray(part.faces), np.asarray(part.uv_faces)
    vertices = np.concatenate([np.stack([corners[:, k], corners[:, (k + 1) % 4]], 1) for k in range(4)])
    in_chart = np.concatenate([np.stack([places[:, k], places[:, (k + 1) % 4]], 1) for k in range(4)])
    proper = vertices[:, 0] != vertices[:, 1]
    vertices, in_chart = vertices[proper], in_chart[proper]
    turned = vertices[:, 0] > vertices[:, 1]
    vertices[turned], in_chart[turned] = vertices[turned][:, ::-1], in_chart[turned][:, ::-1]
    order = np.lexsort((vertices[:, 1], vertices[:, 0]))
    vertices, in_chart = vertices[order], in_chart[order]
    shared = np.flatnonzero((vertices[1:] == vertices[:-1]).all(1))
    cut = shared[(in_chart[shared] != in_chart[shared + 1]).any(1)]
    along = ((np.arange(SAMPLES) + 0.5) / SAMPLES)[None, :, None]

    def points(edges: np.ndarray) -> Floats:
        ends = np.asarray(part.uv, float)[in_chart[edges]]
        return (ends[:, :1] * (1 - along) + ends[:, 1:] * along).reshape(-1, 2)

    return points(cut), points(cut + 1)


def _sampled(image: Floats, places: np.ndarray) -> np.ndarray:
    """(N, C) values at (column, row) places, between texels."""
    at = [places[:, 1], places[:, 0]]
    return np.stack(
        [map_coordinates(image[..., c], at, order=1, mode="nearest") for c in range(image.shape[2])], 1
    )
