"""One finished picture: a subject in the studio, supersampled: soft skin, wet eyes, strand-lit hair, metal, glass.

Skin: diffuse light is blurred per channel on the picture, red farthest (d'Eon et al. 2007, GPU Gems 3,
chapter 14, in screen space).  Hair: two shifted highlights along the strand (Kajiya and Kay 1989; Marschner
et al. 2003).  Tone curve: Khronos PBR Neutral.
"""

from __future__ import annotations

from dataclasses import dataclass

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
from dreamhead.render.light import ambient_light
from dreamhead.render.rasterize_warp import key_triangles
from dreamhead.render.shade import ggx, linear_to_srgb, perturbed_normals, scattered, srgb_to_linear
from dreamhead.render.studio import Lamp, Shadow, SoftLight, StudioSet, Visibility, shadow_map, soft_light

SCATTER_METRES = ((0.0016, 0.0007, 0.0004), (0.0042, 0.0014, 0.0006))  # blur of the two diffuse lobes
LAMP_SPREAD = 0.08  # what a lamp's width adds to the GGX alpha of what mirrors it
WET_REFLECTANCE = 0.03  # of water head on
THROUGH_EYE = 0.16  # share of the soft light
BETWEEN_WALLS = 0.10  # share of the soft light inside the mouth
WET_EYE, ROUGH_EYE = 0.18, 0.35  # roughness at which an eyeball mirrors fully, and no more
BAND = 64  # rows of pixels finished at once
SCATTER_SHARE = 0.65  # of the narrow lobe


@dataclass(frozen=True)
class Lighting:
    """A studio set ready for one camera."""

    studio: StudioSet
    axes: Tensor  # (3, 3) camera axes
    eye: Tensor  # (3,) camera position
    directions: tuple[Tensor, ...]  # of the lamps, in the world
    shadows: tuple[Shadow, ...]
    soft: SoftLight


@dataclass(frozen=True)
class Points:
    """Samples of one item, ready to shade."""

    position: Tensor  # (N, 3)
    normal: Tensor  # (N, 3) with the normal map
    smooth: Tensor  # (N, 3) without
    strand: Tensor  # (N, 3) where the image's rows run: the root-to-tip direction of hair
    view: Tensor  # (N, 3) towards the camera
    albedo: Tensor  # (N, 3) linear
    roughness: Tensor  # (N,)
    reflectance: Tensor  # (N,) at normal incidence
    metalness: Tensor | None  # (N,); None where nothing is metal
    soft: Tensor  # (N, 3) baked soft light
    openness: Tensor  # (N,)


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
            diffuse, shine = _SHADERS[part.item.kind](points, lighting)
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
        for run in samples_of(subject, part, before, screen, attributes, grid[1]):
            _lay_over(colour, covered, part, run, lighting)
    picture = clip.new_empty(height, width, 4)
    for top in range(0, height, BAND):
        rows = slice(top, min(top + BAND, height))
        band = slice(rows.start * samples * grid[1], rows.stop * samples * grid[1])
        values = torch.cat((tone_map(colour[band]) * covered[band], covered[band]), 1)
        picture[rows] = _averaged(values, rows.stop - rows.start, width, samples)
    return picture.cpu().numpy()


def _lay_over(colour: Tensor, covered: Tensor, part: SubjectItem, run: Samples, lighting: Lighting) -> None:
    """Something see-through over what is drawn: tinted by its opacity, its mirror image added.

    Glass mirrors by Fresnel whatever its tint; a wet film's opacity is the share that it mirrors head on.
    """
    points = _points(part, run, lighting)
    diffuse, shine = _SHADERS[part.item.kind](points, lighting)
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

    Khronos PBR Neutral tone mapper.
    """
    start, desaturation = 0.8 - 0.04, 0.15
    low = colour.amin(1, keepdim=True)
    offset = torch.where(low < 0.08, low - 6.25 * low * low, torch.full_like(low, 0.04))
    colour = (colour - offset).clamp(min=0)
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


SCATTER = (0.20, 0.08, 0.05)  # how far past the terminator red, green and blue light go on open skin
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


def _lamps(points: Points, lighting: Lighting) -> list[tuple[Lamp, Tensor, Tensor]]:
    """Each lamp with its direction and the colour that reaches the samples (N, 3)."""
    out = []
    lifted = points.position + points.smooth * 0.0008
    inside = (points.openness * 4).clamp(0, 1)  # no lamp reaches deep into nostrils and mouth
    for lamp, direction, shadow in zip(
        lighting.studio.lamps, lighting.directions, lighting.shadows, strict=True
    ):
        lit = shadow.lit(lifted, lamp.shadow_radius, lamp.taps) * inside
        out.append((lamp, direction, lit[:, None] * direction.new_tensor(lamp.colour)))
    return out


def _fine_soft(points: Points, lighting: Lighting) -> Tensor:
    """Baked soft light, varied by the fine normals as an open surface's would be."""
    coefficients = lighting.soft.harmonics
    fine = ambient_light(coefficients, points.normal)
    coarse = ambient_light(coefficients, points.smooth)
    return points.soft * (fine / coarse.clamp(min=1e-3)).clamp(0.4, 1.8)


def _mirrored(points: Points, lighting: Lighting, strength: float = 1.0) -> Tensor:
    """Soft surroundings mirrored by a rough surface: blurred radiance times Fresnel and openness."""
    cosine = (points.normal * points.view).sum(1, keepdim=True)
    reflected = 2 * cosine * points.normal - points.view
    radiance = ambient_light(lighting.soft.harmonics, reflected)
    grazing = (1 - cosine.clamp(0, 1)) ** 5
    smoothness = (1 - points.roughness[:, None]).clamp(min=0)
    fresnel = points.reflectance[:, None] + (smoothness - points.reflectance[:, None]).clamp(min=0) * grazing
    return radiance * fresnel * points.openness[:, None] ** 1.5 * strength


def _shade_skin(points: Points, lighting: Lighting) -> tuple[Tensor, Tensor]:
    light = _fine_soft(points, lighting)
    shine = _mirrored(points, lighting)
    # In a crease the skin around stops what would have come through from behind it.
    width = points.openness[:, None] ** 2 * light.new_tensor(SCATTER)
    for _, direction, reaching in _lamps(points, lighting):
        fine = (points.normal * direction).sum(1)
        light = light + scattered(fine, width) * reaching
        broad = ggx(
            points.normal, points.view, direction, _seen_by_lamp(points.roughness), points.reflectance
        )
        tight = ggx(
            points.normal, points.view, direction, _seen_by_lamp(points.roughness * 0.62), points.reflectance
        )
        shine = shine + (0.7 * broad + 0.3 * tight)[:, None] * reaching
    return light, shine


def _seen_by_lamp(roughness: Tensor) -> Tensor:
    """Roughness whose highlight is as wide as a broad lamp's (Karis 2013, "Real Shading in Unreal Engine 4")."""
    return torch.sqrt(roughness**2 + LAMP_SPREAD)


def _shade_matte(points: Points, lighting: Lighting) -> tuple[Tensor, Tensor]:
    light = _fine_soft(points, lighting)
    shine = _mirrored(points, lighting)
    for _, direction, reaching in _lamps(points, lighting):
        cosine = (points.normal * direction).sum(1).clamp(min=0)
        light = light + cosine[:, None] * reaching
        shine = (
            shine
            + ggx(points.normal, points.view, direction, points.roughness, points.reflectance)[:, None]
            * reaching
        )
    return light, shine


def _shade_worn(points: Points, lighting: Lighting) -> tuple[Tensor, Tensor]:
    """Cloth and leather as a matte surface; metal has no diffuse light and mirrors in its own colour."""
    light, shine = _shade_matte(points, lighting)
    if points.metalness is None:
        return light, shine
    metal = points.metalness[:, None]
    cosine = (points.normal * points.view).sum(1, keepdim=True).clamp(0, 1)
    reflected = normalised(2 * cosine * points.normal - points.view)
    sharp = lighting.studio.radiance(reflected @ lighting.axes.T)
    blurred = ambient_light(lighting.soft.harmonics, reflected).clamp(min=0)
    blur = points.roughness[:, None].clamp(0, 1)
    mirror = (sharp * (1 - blur) + blurred * blur) * points.openness[:, None]
    for _, direction, reaching in _lamps(points, lighting):
        wide = _seen_by_lamp(points.roughness)
        mirror = mirror + (
            ggx(points.normal, points.view, direction, wide, torch.ones_like(points.roughness))[:, None]
            * reaching
        )
    tint = points.albedo + (1 - points.albedo) * (1 - cosine) ** 5
    return light * (1 - metal), shine * (1 - metal) + mirror * tint * metal


def _shade_glass(points: Points, lighting: Lighting) -> tuple[Tensor, Tensor]:
    """A clear or tinted lens: little light of its own, a sharp mirror image by Fresnel."""
    light, _ = _shade_matte(points, lighting)
    cosine = (points.smooth * points.view).sum(1, keepdim=True).clamp(0, 1)
    reflected = normalised(2 * cosine * points.smooth - points.view)
    mirror = lighting.studio.radiance(reflected @ lighting.axes.T)
    for lamp, direction in zip(lighting.studio.lamps, lighting.directions, strict=True):
        if lamp.window > 0:
            mirror = mirror + _window(reflected, direction, lighting.axes, lamp.window) * 3.0
    return light, mirror * (0.04 + 0.96 * (1 - cosine) ** 5)


def _shade_eye(points: Points, lighting: Lighting) -> tuple[Tensor, Tensor]:
    """A wet eyeball; where it is rough (an iris under its cornea) it mirrors nothing."""
    light, _ = _shade_matte(points, lighting)
    light = light * (0.35 + 0.65 * points.openness[:, None])  # the lids' shade, which the coarse bake softens
    # What the white of the eye passes on inside itself, into its corners too.
    light = light + THROUGH_EYE * ambient_light(lighting.soft.harmonics, points.smooth).clamp(min=0)
    cosine = (points.normal * points.view).sum(1, keepdim=True).clamp(0, 1)
    fresnel = 0.03 + 0.97 * (1 - cosine) ** 5
    wet = ((ROUGH_EYE - points.roughness[:, None]) / (ROUGH_EYE - WET_EYE)).clamp(0, 1)
    return light, _mirror_image(points, points.normal, lighting) * fresnel * wet


def _shade_mouth(points: Points, lighting: Lighting) -> tuple[Tensor, Tensor]:
    """Wet flesh and enamel, with a little of the light that the mouth's walls throw at each other."""
    light, shine = _shade_matte(points, lighting)
    between = ambient_light(lighting.soft.harmonics, points.smooth).clamp(min=0)
    return light + BETWEEN_WALLS * (1 - points.openness[:, None]) * between, shine


def _shade_wet(points: Points, lighting: Lighting) -> tuple[Tensor, Tensor]:
    """A film of water: nothing but what it mirrors."""
    return torch.zeros_like(points.albedo), _mirror_image(points, points.smooth, lighting)


def _mirror_image(points: Points, normal: Tensor, lighting: Lighting) -> Tensor:
    """(N, 3) the studio as a perfect mirror shows it, less where lids are in the way."""
    cosine = (normal * points.view).sum(1, keepdim=True).clamp(0, 1)
    reflected = normalised(2 * cosine * normal - points.view)
    mirror = lighting.studio.radiance(reflected @ lighting.axes.T) * 0.8
    for lamp, direction in zip(lighting.studio.lamps, lighting.directions, strict=True):
        if lamp.window > 0:
            mirror = mirror + _window(reflected, direction, lighting.axes, lamp.window) * 16.0
    return mirror * points.openness[:, None].clamp(0.15, 1) ** 0.7


def _window(reflected: Tensor, direction: Tensor, axes: Tensor, half_size: float) -> Tensor:
    """(N, 1): 1 where the mirrored ray meets a square lamp, with a soft edge and a cross bar."""
    right = normalised(torch.linalg.cross(axes[1], direction))
    up = torch.linalg.cross(direction, right)
    depth = (reflected @ direction)[:, None]
    x, y = ((reflected @ axis)[:, None] / depth.clamp(min=1e-3) for axis in (right, up))
    edge = 0.12 * half_size

    def inside(value: Tensor) -> Tensor:
        return ((half_size - value.abs()) / edge).clamp(0, 1)

    return inside(x) * inside(y) * (depth > 0)


def _shade_hair(points: Points, lighting: Lighting) -> tuple[Tensor, Tensor]:
    light = points.soft
    shine = torch.zeros_like(points.albedo)
    for _, direction, reaching in _lamps(points, lighting):
        wrapped = ((points.normal @ direction) * 0.7 + 0.3).clamp(min=0)
        light = light + wrapped[:, None] * reaching
        first = _strand_highlight(points, direction, -0.08, 60.0)
        second = _strand_highlight(points, direction, 0.12, 14.0)
        tint = points.albedo / points.albedo.amax(1, keepdim=True).clamp(min=1e-3)
        shine = (
            shine
            + (
                0.10 * first[:, None]
                + 0.16 * second[:, None] * tint * points.albedo.amax(1, keepdim=True) ** 0.5
            )
            * reaching
        )
    return light, shine * points.openness[:, None]


def _strand_highlight(points: Points, direction: Tensor, shift: float, exponent: float) -> Tensor:
    strand = normalised(points.strand + points.smooth * shift)
    half = normalised(points.view + direction)
    cosine = (strand * half).sum(1)
    facing = ((points.smooth @ direction) + 0.25).clamp(0, 1)
    return (1 - cosine * cosine).clamp(min=0) ** (exponent / 2) * facing


_SHADERS = {
    "skin": _shade_skin,
    "eye": _shade_eye,
    "hair": _shade_hair,
    "cloth": _shade_worn,
    "glass": _shade_glass,
    "mouth": _shade_mouth,
    "wet": _shade_wet,
    "shade": _shade_matte,
}


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
