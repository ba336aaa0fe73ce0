"""How a clear dome bends the view of the flat disc behind it: an iris under its cornea.

Seen straight, an iris lies deep and turns to a line from the side; through the cornea it comes forward and stays in
view.  Snell's law where the line of sight meets the dome, then on to the disc's plane.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dreamhead.render.drawing import ATTRIBUTES, Samples, Subject, SubjectItem, normalised

RIM = (0.90, 0.99)  # share of the dome's radius over which it ceases to bend: there it meets the ball
UNDER = 0.85  # share of the dome's radius inside which what lies behind it is the disc


@dataclass(frozen=True)
class Disc:
    """What lies behind a dome, taken as flat, and how its texture lies on it."""

    behind: SubjectItem
    centre: Tensor  # (3,) on the plane
    axis: Tensor  # (3,) unit, outwards
    rim: float  # metres from the axis to the dome's edge
    to_uv: Tensor  # (4, 2) for (x, y, z, 1)
    soft: Tensor  # (3,) baked soft light
    openness: float


def disc_behind(subject: Subject, dome: SubjectItem, attributes: Tensor) -> Disc | None:
    """The disc of the nearest eye behind a dome; None where there is none.

    attributes (V, 17): the subject's, then soft light and openness.
    """
    eyes = [part for part in subject.items if part.item.kind == "eye"]
    if not eyes:
        return None
    shell = subject.positions[dome.vertices]
    middle = shell.mean(0)
    behind = min(
        eyes, key=lambda part: float((subject.positions[part.vertices].mean(0) - middle).square().sum())
    )
    axis = normalised(subject.normals[dome.vertices].mean(0)[None])[0]
    rim = float(_aside(shell - middle, axis).max())
    rows = attributes[behind.vertices]
    offset = rows[:, ATTRIBUTES["position"]] - middle
    near = (_aside(offset, axis) < UNDER * rim) & ((offset @ axis).abs() < rim)
    if int(near.sum()) < 4:
        return None
    rows = rows[near]
    points = rows[:, ATTRIBUTES["position"]]
    # (2, 3) in the plane only: along the axis the disc is too thin to tell how its texture runs
    across = torch.linalg.svd(axis[None]).Vh[1:]
    local = torch.cat(((points - middle) @ across.T, torch.ones_like(points[:, :1])), 1)
    found = torch.linalg.lstsq(local.double(), rows[:, ATTRIBUTES["uv"]].double()).solution.to(points.dtype)
    gradient = across.T @ found[:2]
    to_uv = torch.cat((gradient, found[2:] - middle[None] @ gradient))
    soft, openness = rows[:, 13:16].mean(0), float(rows[:, 16].mean())
    return Disc(behind, points.mean(0), axis, rim, to_uv, soft, openness)


def bent(
    disc: Disc, dome: Samples, eye: Tensor, index: float, sample_metres: float
) -> tuple[Samples, Tensor]:
    """Where lines of sight through the dome's samples meet the disc, and the share (N, 1) of what is bent.

    eye (3,) the camera; index of refraction behind the dome; sample_metres: what a sample spans.
    The samples carry the disc's position, normal, texture, soft light and openness.
    """
    entry = dome.values[:, ATTRIBUTES["position"]]
    normal = normalised(dome.values[:, ATTRIBUTES["normal"]])
    sight = normalised(entry - eye)
    into = refracted(sight, normal, index)
    depth = ((disc.centre - entry) @ disc.axis) / (into @ disc.axis).clamp(max=-0.05)
    met = entry + depth.clamp(min=0)[:, None] * into
    values = dome.values.clone()
    values[:, ATTRIBUTES["position"]] = met
    values[:, ATTRIBUTES["normal"]] = disc.axis
    values[:, ATTRIBUTES["uv"]] = torch.cat((met, torch.ones_like(met[:, :1])), 1) @ disc.to_uv
    values[:, 13:16] = disc.soft
    values[:, 16] = disc.openness
    spread = float(torch.linalg.matrix_norm(disc.to_uv[:3], 2)) * sample_metres
    levels = torch.full_like(dome.levels, float(torch.log2(torch.tensor(spread))))
    low, high = RIM
    aside = _aside(entry - disc.centre, disc.axis) / disc.rim
    ramp = ((high - aside) / (high - low)).clamp(0, 1)
    facing = ((normal * -sight).sum(1) > 0) & (depth > 0)
    return Samples(dome.places, values, levels), (ramp * ramp * (3 - 2 * ramp) * facing)[:, None]


def refracted(sight: Tensor, normal: Tensor, index: float) -> Tensor:
    """Unit directions (N, 3) inside a medium of that index; sight goes in against the outward normals (N, 3)."""
    cosine = -(sight * normal).sum(1, keepdim=True).clamp(-1, 0)
    inner = torch.sqrt(1 - (1 - cosine**2) / index**2)
    return normalised(sight / index + (cosine / index - inner) * normal)


def _aside(offset: Tensor, axis: Tensor) -> Tensor:
    """(N,) distance from the axis of points (N, 3) relative to a point on it."""
    return (offset - (offset @ axis)[:, None] * axis).norm(dim=1)
