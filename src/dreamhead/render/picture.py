"""The two pictures a newcomer sees first: preview.png (five views) and expressions.png (a labelled grid)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dreamhead.errors import UsageError
from dreamhead.render.camera import Cameras, cameras
from dreamhead.render.drawing import DrawItem, MapCache, Subject, subject
from dreamhead.render.portrait import display, portrait
from dreamhead.render.rasterize_warp import WarpRasterizer
from dreamhead.render.studio import SETS, StudioSet, Visibility, bake_visibility

Bytes = NDArray[np.uint8]

GAP_COLOUR = (16, 16, 18)
LABEL_COLOUR = (226, 226, 230)


@dataclass(frozen=True)
class Shot:
    """A camera on the head.  close: 0 shows the whole bust, 1 the face from brow to chin."""

    azimuth_deg: float
    elevation_deg: float
    close: float


PREVIEW_HERO = Shot(28.0, 3.0, 0.80)
PREVIEW_SHOTS = (Shot(0.0, 2.0, 0.0), Shot(42.0, 4.0, 0.0), Shot(90.0, 2.0, 0.0), Shot(180.0, 4.0, 0.0))
EXPRESSION_SHOT = Shot(12.0, 1.0, 0.55)


def draw_preview(items: Sequence[DrawItem], size: int = 1024, device: str = "cpu") -> Bytes:
    """A close-up beside front, three-quarter, profile and back -> (size, about 1.7 size, 3) sRGB.

    items: everything the head has and wears, in any order.  Raises: UsageError for items that cannot be drawn.
    """
    WarpRasterizer(device)
    head = subject(items, MapCache(device))
    visibility = bake_visibility(head)
    studio = SETS["portrait"]
    gap = max(size // 170, 1)
    half = (size - gap) // 2
    small_width = round(half * 0.94)
    hero_width = round(size * 0.80)
    canvas = _canvas(size, hero_width + 2 * (gap + small_width))
    canvas[:, :hero_width] = _panel(head, visibility, studio, PREVIEW_HERO, (size, hero_width))
    for index, shot in enumerate(PREVIEW_SHOTS):
        top = (index // 2) * (size - half)
        left = hero_width + gap + (index % 2) * (small_width + gap)
        picture = _panel(head, visibility, studio, shot, (half, small_width))
        canvas[top : top + half, left : left + small_width] = picture
    return canvas


def draw_expressions(
    poses: Mapping[str, Sequence[DrawItem]], columns: int = 5, panel: int = 288, device: str = "cpu"
) -> Bytes:
    """A labelled grid: label -> the posed items (same items and maps, other vertices and normals).

    All panels look from one camera, set by the first pose.  Panels are `panel` pixels wide.
    Raises: UsageError when there is nothing to draw.
    """
    if not poses:
        raise UsageError("there are no expressions to draw", "pass at least one pose")
    WarpRasterizer(device)
    cache = MapCache(device)
    studio = SETS["portrait"].with_shadows(0.5)
    size = (round(panel * 1.16), panel)
    gap = max(panel // 96, 1)
    rows = -(-len(poses) // columns)
    canvas = _canvas(rows * (size[0] + gap) - gap, columns * (size[1] + gap) - gap)
    view: Cameras | None = None
    for index, (label, items) in enumerate(poses.items()):
        head = subject(items, cache)
        if view is None:
            view = _camera(head, EXPRESSION_SHOT)
        visibility = bake_visibility(head, count=20, map_size=128)
        top, left = (index // columns) * (size[0] + gap), (index % columns) * (size[1] + gap)
        picture = _shot(head, visibility, studio, view, size)
        canvas[top : top + size[0], left : left + size[1]] = _labelled(picture, label)
    return canvas


def _panel(
    head: Subject, visibility: Visibility, studio: StudioSet, shot: Shot, size: tuple[int, int]
) -> Bytes:
    return _shot(head, visibility, studio, _camera(head, shot), size)


def _shot(
    head: Subject, visibility: Visibility, studio: StudioSet, view: Cameras, size: tuple[int, int]
) -> Bytes:
    picture = torch.from_numpy(portrait(head, visibility, view, studio, size))
    backdrop = _backdrop(studio, size)
    return display(picture[..., :3] + (1 - picture[..., 3:]) * backdrop)


def _camera(head: Subject, shot: Shot) -> Cameras:
    """A long lens framed on the skin and what stands out above it."""
    skin = torch.cat([head.positions[part.vertices] for part in head.items if part.item.kind == "skin"])
    eyes = [head.positions[part.vertices].mean(0) for part in head.items if part.item.kind == "eye"]
    top = max(float(skin[:, 1].max()), float(head.positions[:, 1].max()))
    low, high = skin.amin(0), skin.amax(0)
    height = top - float(low[1])
    face = torch.stack(eyes).mean(0) if eyes else (low + high) / 2 + (high - low) * 0.15
    bust_target = low.new_tensor(
        [float(low[0] + high[0]) / 2, float(low[1]) + height * 0.52, float(low[2] + high[2]) / 2]
    )
    face_target = torch.stack((face[0], face[1] - 0.028, face[2] * 0.45))
    target = bust_target + (face_target - bust_target) * shot.close
    extent = height * 1.14 + (0.20 - height * 1.14) * shot.close
    return cameras(
        shot.azimuth_deg,
        shot.elevation_deg,
        target=target.tolist(),
        height=extent,
        fov_deg=14.0,
        device=str(target.device),
    )


def _backdrop(studio: StudioSet, size: tuple[int, int]) -> torch.Tensor:
    """(H, W, 3) linear: a pool of light behind the head that falls off to the corners, finely dithered."""
    height, width = size
    y = torch.linspace(-1, 1, height)[:, None]
    x = torch.linspace(-1, 1, width)[None] * width / height
    distance = torch.sqrt((x * 0.85) ** 2 + (y + 0.18) ** 2)
    fall = torch.exp(-((distance / 0.95) ** 2))[..., None]
    colour = torch.tensor(studio.backdrop_edge) * (1 - fall) + torch.tensor(studio.backdrop_centre) * fall
    generator = torch.Generator().manual_seed(0)
    return colour * (1 + 0.02 * (torch.rand(height, width, 1, generator=generator) - 0.5))


def _canvas(height: int, width: int) -> Bytes:
    return np.full((height, width, 3), GAP_COLOUR, np.uint8)


def _labelled(picture: Bytes, label: str) -> Bytes:
    image = Image.fromarray(picture)
    size = max(picture.shape[1] // 17, 9)
    font = ImageFont.load_default(size)
    place = (picture.shape[1] / 2, picture.shape[0] - size * 0.55)
    ImageDraw.Draw(image).text(place, label, fill=LABEL_COLOUR, font=font, anchor="ms")
    return np.asarray(image)
