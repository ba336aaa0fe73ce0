"""Pictures of synthetic heads for training: random camera, light and background, with hair or without, or in clay."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from torch import Tensor

from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe import Garment, dress
from dreamhead.render.camera import Cameras, random_cameras, to_clip
from dreamhead.render.light import Lights, ambient_light, random_lights
from dreamhead.render.rasterize import Rasterizer, rasterizer
from dreamhead.render.rasterize_warp import (
    draw_opaque,
    draw_with_opacity,
    empty_keys,
    key_triangles,
    screen_positions,
)
from dreamhead.render.scene import HeadBuffers, Maps, head_buffers, render_head
from dreamhead.render.shade import linear_to_srgb, srgb_to_linear
from dreamhead.world.attributes import Attributes
from dreamhead.world.captions import caption, shape_caption
from dreamhead.world.dataset import View
from dreamhead.world.eye import PartMaps, eye_maps
from dreamhead.world.mouth import mouth_maps
from dreamhead.world.skin import SkinMaps
from dreamhead.world.vocabulary import HAIR_COLOURS

CLAY_SHARE = 0.25
HAIR_SHARE = 0.5  # of the textured views show grown hair; the rest only what is painted on the skin
VIEW_SIZE, EYE_SIZE, MOUTH_SIZE = 256, 128, 128
TARGET = (0.0, -0.005, 0.0)  # metres
HAIR_SAMPLES = 2  # a pixel's coverage by hair is the mean of 2 x 2
CLAY = (0.42, 0.42, 0.42)
HAT_COLOURS = {"sailors_cap": (0.60, 0.59, 0.56), "beanie": (0.10, 0.05, 0.04)}


class ViewRenderer:
    """Draws a sample's views; give it to `build_dataset` as render_views."""

    def __init__(self, head: HeadModel, count: int = 2, size: int = VIEW_SIZE) -> None:
        self.head, self.count, self.size = head, count, size
        self._backend: Rasterizer = rasterizer("auto", "cpu")
        self._buffers: HeadBuffers = head_buffers(head.parts, None)
        self._mouth = _part_maps(mouth_maps(MOUTH_SIZE))

    def __call__(
        self, maps: SkinMaps, attributes: Attributes, identity: NDArray[np.float32], rng: np.random.Generator
    ) -> list[View]:
        """`count` views with captions of their own; the first is textured."""
        generator = torch.Generator().manual_seed(int(rng.integers(1 << 62)))
        resting = self.head.neutral(identity)
        vertices = torch.from_numpy(np.ascontiguousarray(resting, np.float32))
        textured = {
            "skin": _skin_maps(maps),
            "eye": _part_maps(eye_maps(attributes, EYE_SIZE, int(rng.integers(1 << 31)))),
            "mouth": self._mouth,
        }
        clay_colour = torch.tensor(CLAY)
        clay = {name: Maps(clay_colour) for name in textured}
        garments: list[Garment] | None = None
        views = []
        for number in range(self.count):
            plain = number > 0 and rng.random() < CLAY_SHARE * self.count / max(self.count - 1, 1)
            hairy = not plain and rng.random() < HAIR_SHARE and _wears(attributes)
            if hairy and garments is None:
                garments = _dressed(self.head, attributes, identity, resting)
            view = _random_view(rng, generator)
            lights = random_lights(1, generator)
            background = _random_background(rng, self.size)
            with torch.no_grad():
                picture = render_head(
                    self._backend,
                    self._buffers,
                    vertices,
                    view,
                    self.size,
                    clay if plain else textured,
                    lights,
                    background,
                ).image[0]
                if hairy and garments:
                    picture = _with_garments(
                        picture, garments, vertices, self._buffers, view, lights, self.size
                    )
            image = (linear_to_srgb(picture.clamp(0, 1)) * 255 + 0.5).to(torch.uint8).permute(1, 2, 0).numpy()
            views.append(
                View(
                    image,
                    shape_caption(attributes, rng) if plain else caption(attributes, rng),
                    plain,
                    hairy,
                    float(view.azimuth_deg[0]),
                    float(view.elevation_deg[0]),
                )
            )
        return views


# ---------------------------------------------------------------------------------------------------------------


def _plane(values: NDArray[np.float32]) -> Tensor:
    return (
        torch.from_numpy(np.ascontiguousarray(values, np.float32))
        .reshape(*values.shape[:2], -1)
        .permute(2, 0, 1)
    )


def _skin_maps(maps: SkinMaps) -> Maps:
    return Maps(
        _plane(maps.albedo), _plane(maps.normal), _plane(maps.roughness), _plane(maps.specular), scatter=True
    )


def _part_maps(maps: PartMaps) -> Maps:
    return Maps(_plane(maps.albedo), None, _plane(maps.roughness), _plane(maps.specular))


def _random_view(rng: np.random.Generator, generator: torch.Generator) -> Cameras:
    """Mostly from the front, within 60 degrees; the whole head, or closer to the face."""
    reach = 60.0 if rng.random() < 0.3 else 32.0
    close = rng.random() < 0.25
    return random_cameras(
        1,
        generator,
        target=TARGET if not close else (0.0, 0.0, 0.02),
        height=(0.22, 0.27) if close else (0.30, 0.37),
        azimuth_deg=(-reach, reach),
        elevation_deg=(-10.0, 18.0),
    )


def _random_background(rng: np.random.Generator, size: int) -> Tensor:
    """(3, H, W) linear: grey or tinted, plain or a gradient."""
    grey = rng.uniform(0.01, 0.9) ** 1.5
    colour = grey * (1 + (rng.random() < 0.5) * rng.uniform(-0.4, 0.4, 3))
    ramp = np.linspace(1, rng.uniform(0.4, 1.2), size)[None, :, None]
    plane = np.broadcast_to(colour[:, None, None] * ramp, (3, size, size))
    return torch.from_numpy(np.clip(plane, 0, 1).astype(np.float32))


def _wears(attributes: Attributes) -> bool:
    return (
        attributes.hair != "bald"
        or attributes.headwear != "none"
        or attributes.beard not in ("none", "stubble")
    )


def _dressed(
    head: HeadModel, attributes: Attributes, identity: NDArray[np.float32], resting: NDArray[np.float32]
) -> list[Garment]:
    colour = HAIR_COLOURS[attributes.hair_colour]
    choice = {"hair": attributes.hair, "beard": attributes.beard, "headwear": attributes.headwear}
    colours = {
        "hair": colour,
        "beard": colour,
        "brows": colour,
        "headwear": HAT_COLOURS.get(attributes.headwear, HAT_COLOURS["beanie"]),
    }
    garments = dress(head, identity, resting, choice, colours, seed=0, detail="low")
    shown = [garment for garment in garments if garment.slot in ("hair", "beard", "headwear")]
    return [garment for garment in shown if not (attributes.beard == "stubble" and garment.slot == "beard")]


def _with_garments(
    picture: Tensor,
    garments: list[Garment],
    vertices: Tensor,
    buffers: HeadBuffers,
    view: Cameras,
    lights: Lights,
    size: int,
) -> Tensor:
    """(3, H, W) -> the same with hair and hat drawn over, each pixel by its share of visible strands."""
    grid = (size * HAIR_SAMPLES, size * HAIR_SAMPLES)
    keys = empty_keys(1, grid, torch.device("cpu"))[0]
    draw_opaque(keys, screen_positions(to_clip(vertices, view), grid)[0], buffers.faces, 0)
    first = buffers.faces.shape[0]
    screens, starts = [], []
    for garment in garments:
        screen = screen_positions(to_clip(torch.from_numpy(garment.vertices), view), grid)[0]
        faces = torch.from_numpy(np.ascontiguousarray(garment.triangles))
        opacity = torch.from_numpy(np.ascontiguousarray(garment.maps["albedo"][..., 3]))
        if garment.alpha_mode == "OPAQUE":
            draw_opaque(keys, screen, faces, first)
        else:
            draw_with_opacity(keys, screen, faces, first, torch.from_numpy(garment.uv), opacity, HAIR_SAMPLES)
        screens.append(screen)
        starts.append(first)
        first += len(faces)
    seen = key_triangles(keys).reshape(-1).long()
    colour = torch.zeros(seen.numel(), 4)
    for garment, screen, start in zip(garments, screens, starts, strict=True):
        places = torch.nonzero((seen >= start) & (seen < start + garment.triangle_count)).reshape(-1)
        if places.numel():
            colour[places, :3] = _shaded(garment, screen, seen[places] - start, places, grid[1], view, lights)
            colour[places, 3] = 1.0
    layer = functional.avg_pool2d(colour.reshape(1, *grid, 4).permute(0, 3, 1, 2), HAIR_SAMPLES)[0]
    return picture * (1 - layer[3:]) + layer[:3]


def _shaded(
    garment: Garment,
    screen: Tensor,
    triangle: Tensor,
    places: Tensor,
    width: int,
    view: Cameras,
    lights: Lights,
) -> Tensor:
    """(N, 3) linear colours of a garment at samples of the grid."""
    corners = torch.from_numpy(garment.triangles).long()[triangle]
    x, y = (places % width).float() + 0.5, torch.div(places, width, rounding_mode="floor").float() + 0.5
    a, b, c = (screen[corners[:, corner]] for corner in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    area = torch.where(area.abs() < 1e-9, torch.full_like(area, 1e-9), area)
    second = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (y - a[:, 1]) * (c[:, 0] - a[:, 0])) / area
    third = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])) / area
    weights = torch.stack((1 - second - third, second, third), 1).clamp(0, 1)[..., None]
    uv = (torch.from_numpy(garment.uv)[corners] * weights).sum(1)
    normal = functional.normalize((torch.from_numpy(garment.normals)[corners] * weights).sum(1), dim=-1)
    image = garment.maps["albedo"]
    column = (uv[:, 0] * image.shape[1]).long().clamp(0, image.shape[1] - 1)
    row = (uv[:, 1] * image.shape[0]).long().clamp(0, image.shape[0] - 1)
    albedo = srgb_to_linear(torch.from_numpy(image[row.numpy(), column.numpy(), :3].astype(np.float32) / 255))
    facing = (normal * view.backward[0]).sum(-1, keepdim=True)
    normal = torch.where(facing < 0, -normal, normal)
    direction, strength = lights.direction[0, 0], lights.colour[0, 0]
    cosine = ((normal @ direction) * 0.75 + 0.25).clamp(min=0)[:, None]
    half = functional.normalize(direction + view.backward[0], dim=0)
    shine = (normal @ half).clamp(min=0)[:, None] ** 24 * (0.02 + 0.25 * albedo)
    return albedo * (ambient_light(lights.ambient[0], normal) + cosine * strength) + shine * strength
