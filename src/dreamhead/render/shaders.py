"""How each kind of surface takes light: soft skin, wet eyes and mouths, strand-lit hair, cloth, metal and glass.

Hair: two shifted highlights along the strand (Kajiya and Kay 1989; Marschner et al. 2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dreamhead.render.drawing import normalised
from dreamhead.render.light import ambient_light
from dreamhead.render.shade import ggx, scattered
from dreamhead.render.studio import Lamp, Shadow, SoftLight, StudioSet

LAMP_SPREAD = 0.08  # what a lamp's width adds to the GGX alpha of what mirrors it
THROUGH_EYE = 0.16  # share of the soft light
EVEN_DEPTH = 0.58  # exponent of how much of the soft light reaches a strand: below 1 for what shines through
SLEEK = 0.52  # 1 - roughness of hair that shines as these highlights do
PASSED_ON = 0.7  # of the light, from strand to strand, times their colour
THROUGH_HAIR = 0.0025  # metres of hair that light passes
BETWEEN_WALLS = 0.10  # share of the soft light inside the mouth
WET_EYE, ROUGH_EYE = 0.18, 0.35  # roughness at which an eyeball mirrors fully, and no more
PAST_TERMINATOR = (0.20, 0.08, 0.05)  # how far past the terminator red, green and blue light go on open skin


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


def _lamps(
    points: Points, lighting: Lighting, *, lift: float = 0.0008, towards: float = 0.0
) -> list[tuple[Lamp, Tensor, Tensor]]:
    """Each lamp with its direction and the colour that reaches the samples (N, 3).

    lift and towards: metres along the normal and to the lamp from which it is looked whether it is in the way.
    """
    out = []
    lifted = points.position + points.smooth * lift
    inside = (points.openness * 4).clamp(0, 1)  # no lamp reaches deep into nostrils and mouth
    for lamp, direction, shadow in zip(
        lighting.studio.lamps, lighting.directions, lighting.shadows, strict=True
    ):
        lit = shadow.lit(lifted + towards * direction, lamp.shadow_radius, lamp.taps) * inside
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
    width = points.openness[:, None] ** 2 * light.new_tensor(PAST_TERMINATOR)
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


def _shade_painted(points: Points, lighting: Lighting) -> tuple[Tensor, Tensor]:
    """What is painted on a surface: the surface mirrors, the paint does not."""
    light, _ = _shade_matte(points, lighting)
    return light, torch.zeros_like(light)


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
    """Strands that light runs along and passes between: a thin layer of them shades what lies under it little."""
    around = ambient_light(lighting.soft.harmonics, points.smooth).clamp(min=1e-3)
    light = around * (points.soft / around).clamp(0, 1) ** EVEN_DEPTH
    shine = torch.zeros_like(points.albedo)
    brightest = points.albedo.amax(1, keepdim=True).clamp(min=1e-3)
    lean = ((points.normal - points.smooth) * torch.linalg.cross(points.strand, points.smooth)).sum(1)
    shared = normalised(points.normal + points.smooth)
    for _, direction, reaching in _lamps(points, lighting, lift=0.001, towards=THROUGH_HAIR):
        wrapped = ((shared @ direction) * 0.65 + 0.35).clamp(min=0)
        light = light + wrapped[:, None] * reaching
        first = _strand_highlight(points, direction, -0.08 + 0.1 * lean, 60.0)
        second = _strand_highlight(points, direction, 0.12 + 0.16 * lean, 14.0)
        tinted = points.albedo / brightest**0.5
        shine = shine + (0.12 * first[:, None] + 0.18 * second[:, None] * tinted) * reaching
    polish = ((1 - points.roughness) / SLEEK).clamp(0, 1.5) * points.openness**EVEN_DEPTH
    return light * (1 + PASSED_ON * points.albedo), shine * polish[:, None]


def _strand_highlight(points: Points, direction: Tensor, shift: Tensor, exponent: float) -> Tensor:
    strand = normalised(points.strand + points.smooth * shift[:, None])
    half = normalised(points.view + direction)
    cosine = (strand * half).sum(1)
    facing = ((points.smooth @ direction) + 0.25).clamp(0, 1)
    return (1 - cosine * cosine).clamp(min=0) ** (exponent / 2) * facing


SHADERS = {
    "skin": _shade_skin,
    "eye": _shade_eye,
    "hair": _shade_hair,
    "cloth": _shade_worn,
    "glass": _shade_glass,
    "mouth": _shade_mouth,
    "wet": _shade_wet,
    "shade": _shade_painted,
}
