"""One finished picture: a subject in the studio, supersampled: soft skin, wet eyes, strand-lit hair, metal, glass.

Skin: diffuse light is blurred per channel on the picture, red farthest (d'Eon et al. 2007, GPU Gems 3,
chapter 14, in screen space).  Tone curve: Khronos PBR Neutral.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch import Tensor

from dreamhead.render.camera import Cameras, to_clip
from dreamhead.render.drawing import (
    ATTRIBUTES,
    OVERLAYS,
    Samples,
    Subject,
    SubjectItem,
    draw,
    draw_over,
    looked_up,
    normalised,
    samples_of,
)
from dreamhead.render.rasterize_warp import key_triangles
from dreamhead.render.refraction import Disc, bent, disc_behind
from dreamhead.render.shade import linear_to_srgb, perturbed_normals, srgb_to_linear
from dreamhead.render.shaders import SHADERS, Lighting, Points
from dreamhead.render.studio import StudioSet, Visibility, shadow_map, soft_light

SCATTER_METRES = ((0.0016, 0.0007, 0.0004), (0.0042, 0.0014, 0.0006))  # blur of the two diffuse lobes
WET_REFLECTANCE = 0.03  # of water head on
BAND = 64  # rows of pixels finished at once
SCATTER_SHARE = 0.65  # of the narrow lobe


def portrait(
    subject: Subject,
    visibility: Visibility,
    view: Cameras,
    studio: StudioSet,
    size: tuple[int, int],
    samples: int = 2,
) -> NDArray[np.float32]:
    """One camera's picture (height, width, 4): tone-mapped linear colour times coverage, and the coverage.

    samples: a pixel is the mean of samples x samples.
    """
    height, width = size
    grid = (height * samples, width * samples)
    clip = to_clip(subject.positions, view, width / height)[0]
    keys, screen = draw(subject, clip, grid, samples)
    seen = key_triangles(keys).reshape(-1)
    lighting = _lighting(subject, visibility, view, studio)
    attributes = torch.cat((subject.attributes, lighting.soft.at_vertex, visibility.openness()[:, None]), 1)
    covered = clip.new_zeros(grid[0] * grid[1], 1)
    colour = clip.new_zeros(grid[0] * grid[1], 3)
    light = clip.new_zeros(grid[0] * grid[1], 3)
    pending: list[tuple[Tensor, Tensor]] = []
    for part in (one for one in subject.items if one.item.kind not in OVERLAYS):
        for run in samples_of(subject, part, seen, screen, attributes, grid[1]):
            covered[run.places] = run.values[:, ATTRIBUTES["presence"]]
            points = _points(part, run, lighting)
            diffuse, shine = SHADERS[part.item.kind](points, lighting)
            if part.item.kind == "skin":
                light[run.places] = diffuse
                colour[run.places] = shine
                pending.append((run.places, points.albedo))
            else:
                colour[run.places] = points.albedo * diffuse + shine
    if pending:
        places, albedo = (torch.cat(column) for column in zip(*pending, strict=True))
        pixels_per_metre = _pixels_per_metre(view, height)
        soft = _scatter(light, places, grid, samples, pixels_per_metre)
        colour[places] += albedo * soft[_pixel_of(places, grid[1], samples, width)]
    for part in (one for one in subject.items if one.item.kind in OVERLAYS):
        before = draw_over(subject, part, keys, screen)
        disc = disc_behind(subject, part, attributes) if part.item.index > 1 else None
        for run in samples_of(subject, part, before, screen, attributes, grid[1]):
            if disc is not None:
                sample_metres = 1 / (_pixels_per_metre(view, height) * samples)
                _bend(colour, part, run, disc, sample_metres, lighting)
            _lay_over(colour, covered, part, run, lighting)
    picture = clip.new_empty(height, width, 4)
    for top in range(0, height, BAND):
        rows = slice(top, min(top + BAND, height))
        band = slice(rows.start * samples * grid[1], rows.stop * samples * grid[1])
        values = torch.cat((tone_map(colour[band]) * covered[band], covered[band]), 1)
        picture[rows] = _averaged(values, rows.stop - rows.start, width, samples)
    return picture.cpu().numpy()


def _bend(
    colour: Tensor, part: SubjectItem, run: Samples, disc: Disc, sample_metres: float, lighting: Lighting
) -> None:
    """What is seen through a dome, in place of what stands straight behind it."""
    seen, share = bent(disc, run, lighting.eye, part.item.index, sample_metres)
    points = _points(replace(disc.behind, normal=None, surface=None), seen, lighting)
    diffuse, _ = SHADERS["eye"](replace(points, roughness=torch.ones_like(points.roughness)), lighting)
    colour[run.places] += share * (points.albedo * diffuse - colour[run.places])


def _lay_over(colour: Tensor, covered: Tensor, part: SubjectItem, run: Samples, lighting: Lighting) -> None:
    """Something see-through over what is drawn: tinted by its opacity, its mirror image added.

    Glass mirrors by Fresnel whatever its tint; a wet film's opacity is the share that it mirrors head on.
    """
    points = _points(part, run, lighting)
    diffuse, shine = SHADERS[part.item.kind](points, lighting)
    opacity = torch.ones_like(diffuse[:, :1]) if part.opacity is None else looked_up(part.opacity, run)[:, :1]
    if part.item.kind == "wet":
        aslant = 1 - (points.smooth * points.view).sum(1, keepdim=True).clamp(0, 1)
        opacity = (opacity * (1 + aslant**5 / WET_REFLECTANCE)).clamp(max=1)
        shine = shine * opacity
    behind = covered[run.places]
    through = colour[run.places] * behind * (1 - opacity)
    visible = (1 - (1 - behind) * (1 - opacity)).clamp(min=0.02)
    colour[run.places] = (through + opacity * points.albedo * diffuse + shine) / visible
    covered[run.places] = visible


def tone_map(colour: Tensor) -> Tensor:
    """Linear scene colour (N, 3) -> display 0..1: true below 0.8, highlights rolled off and desaturated.

    Khronos PBR Neutral tone mapper, but its dark end darkens without the offset's gain in saturation, which
    turns creases that no highlight reaches orange.
    """
    start, desaturation = 0.8 - 0.04, 0.15
    low = colour.amin(1, keepdim=True)
    offset = torch.where(low < 0.08, low - 6.25 * low * low, torch.full_like(low, 0.04))
    bright = colour.amax(1, keepdim=True).clamp(min=1e-6)
    colour = (colour * (1 - offset / bright)).clamp(min=0)
    peak = colour.amax(1, keepdim=True)
    span = 1 - start
    new_peak = 1 - span * span / (peak + span - start)
    scaled = colour * (new_peak / peak.clamp(min=1e-6))
    fade = 1 - 1 / (desaturation * (peak - new_peak) + 1)
    return torch.where(peak < start, colour, scaled * (1 - fade) + new_peak * fade)


def _lighting(subject: Subject, visibility: Visibility, view: Cameras, studio: StudioSet) -> Lighting:
    axes = view.axes[0]
    directions = tuple(normalised(axes.new_tensor(lamp.direction)) @ axes for lamp in studio.lamps)
    return Lighting(
        studio,
        axes,
        view.position[0],
        directions,
        tuple(
            shadow_map(subject, direction, lamp.shadow_size)
            for direction, lamp in zip(directions, studio.lamps, strict=True)
        ),
        soft_light(studio, visibility, axes),
    )


_DEFAULT_ROUGHNESS = {
    "skin": 0.5,
    "eye": 0.08,
    "hair": 0.45,
    "cloth": 0.85,
    "mouth": 0.28,
    "glass": 0.05,
    "wet": 0.05,
    "shade": 1.0,
}


def _points(part: SubjectItem, found: Samples, lighting: Lighting) -> Points:
    values = found.values
    smooth = normalised(values[:, ATTRIBUTES["normal"]])
    position = values[:, ATTRIBUTES["position"]]
    view = normalised(lighting.eye - position)
    if part.item.kind in ("hair", "cloth", "glass"):  # seen from both sides
        facing = (smooth * view).sum(1, keepdim=True)
        smooth = torch.where(facing < 0, -smooth, smooth)
    tangent = values[:, ATTRIBUTES["tangent"]]
    along = normalised(tangent[:, :3])
    strand = normalised(torch.linalg.cross(smooth, along))
    normal = smooth
    if part.normal is not None:
        mapped = looked_up(part.normal, found) * 2 - 1
        signed = torch.cat((tangent[:, :3], torch.where(tangent[:, 3:] < 0, -1.0, 1.0)), 1)
        normal = perturbed_normals(smooth, signed, mapped)
    roughness = torch.full_like(position[:, 0], _DEFAULT_ROUGHNESS[part.item.kind])
    reflectance = torch.full_like(roughness, 0.04)
    if part.surface is not None:
        surface = looked_up(part.surface, found)
        roughness = surface[:, 0]
        if surface.shape[1] > 1:
            reflectance = surface[:, 1] * 0.08
    albedo = srgb_to_linear(looked_up(part.albedo, found)[:, :3])
    return Points(
        position,
        normal,
        smooth,
        strand,
        view,
        albedo,
        roughness,
        reflectance,
        looked_up(part.metalness, found)[:, 0] if part.metalness is not None else None,
        values[:, 13:16],
        values[:, 16],
    )


def _scatter(light: Tensor, places: Tensor, grid: tuple[int, int], samples: int, scale: float) -> Tensor:
    """Diffuse light of the skin's samples -> (H * W, 3) blurred over the skin's pixels; scale in pixels/metre."""
    height, width = grid[0] // samples, grid[1] // samples
    present = light.new_zeros(grid[0] * grid[1], 1)
    present[places] = 1.0
    total = _averaged(light, height, width, samples).cpu().numpy()
    mask = _averaged(present, height, width, samples)[..., 0].cpu().numpy()
    out = np.zeros((height, width, 3), np.float32)
    for channel in range(3):
        for share, widths in zip((SCATTER_SHARE, 1 - SCATTER_SHARE), SCATTER_METRES, strict=True):
            sigma = widths[channel] * scale
            blurred = gaussian_filter(total[..., channel], sigma, mode="nearest", truncate=3.0)
            weight = gaussian_filter(mask, sigma, mode="nearest", truncate=3.0)
            out[..., channel] += share * blurred / np.maximum(weight, 1e-4)
    return torch.from_numpy(out.reshape(-1, 3)).to(light.device)


def _averaged(values: Tensor, height: int, width: int, samples: int) -> Tensor:
    """(H * s * W * s, C) -> (H, W, C)."""
    return values.reshape(height, samples, width, samples, -1).mean((1, 3))


def _pixel_of(places: Tensor, grid_width: int, samples: int, width: int) -> Tensor:
    row, column = places // grid_width, places % grid_width
    return (row // samples) * width + column // samples


def _pixels_per_metre(view: Cameras, height: int) -> float:
    extent = 2 * float(view.distance[0]) * float(torch.tan(torch.deg2rad(view.fov_deg[0]) / 2))
    return height / extent


def display(picture: Tensor) -> NDArray[np.uint8]:
    """Linear display colour (H, W, 3) -> sRGB bytes."""
    return (linear_to_srgb(picture).clamp(0, 1) * 255 + 0.5).to(torch.uint8).numpy()
