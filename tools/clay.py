"""Clay pictures of the built-in head: turntable, close-ups, expressions, wire frame and UV chart.

    python tools/clay.py OUT [--views turntable ear eye mouth profile bust] [--pose eyeBlinkLeft=1 jawOpen=0.4]
        [--slider NAME=VALUE ...] [--size 480] [--wire] [--chart]

Writes OUT/<view>.png, OUT/chart.png.  Grey matte skin, ivory teeth: shapes with nothing to hide behind.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from dreamhead.head.builtin.model import build_head
from dreamhead.head.geometry import part_normals, render_mesh
from dreamhead.head.model import SEE_THROUGH, Floats, HeadModel
from dreamhead.head.pose import morph
from dreamhead.render.camera import cameras
from dreamhead.render.drawing import DrawItem, MapCache, subject
from dreamhead.render.portrait import display, portrait
from dreamhead.render.rasterize_warp import WarpRasterizer
from dreamhead.render.studio import SETS, bake_visibility

Bytes = NDArray[np.uint8]

GREYS = {"skin": (168, 160, 152), "eye": (205, 205, 205), "mouth": (190, 170, 160)}
BACKDROP = (0.11, 0.115, 0.125)
# view -> panels (azimuth, elevation, target in metres, height seen in metres)
Panel = tuple[float, float, tuple[float, float, float], float]
VIEWS: dict[str, tuple[Panel, ...]] = {
    "turntable": tuple((azimuth, 4.0, (0.0, -0.02, 0.0), 0.39) for azimuth in (0, 35, 90, 140, 180, 270)),
    "bust": tuple((azimuth, 24.0, (0.0, -0.09, 0.0), 0.30) for azimuth in (0, 45, 90, 135, 180)),
    "profile": ((90.0, 0.0, (0.0, 0.0, 0.05), 0.25), (78.0, 0.0, (0.0, -0.02, 0.08), 0.16)),
    "face": ((0.0, 0.0, (0.0, -0.005, 0.08), 0.19), (38.0, 0.0, (0.0, -0.005, 0.08), 0.19)),
    "ear": tuple((azimuth, 3.0, (0.075, 0.006, 0.0), 0.085) for azimuth in (10, 55, 90, 125, 160, 178)),
    "eye": (
        (8.0, 0.0, (0.031, 0.036, 0.095), 0.055),
        (50.0, 0.0, (0.031, 0.036, 0.09), 0.055),
        (-35.0, -5.0, (0.026, 0.036, 0.095), 0.05),
        (0.0, 0.0, (0.018, 0.033, 0.095), 0.022),
        (8.0, 40.0, (0.031, 0.036, 0.095), 0.05),
        (8.0, -40.0, (0.031, 0.036, 0.095), 0.05),
    ),
    "nose": (
        (0.0, 0.0, (0.0, 0.0, 0.11), 0.075),
        (40.0, 0.0, (0.01, -0.005, 0.11), 0.075),
        (0.0, -45.0, (0.0, -0.005, 0.11), 0.07),
        (75.0, 0.0, (0.01, 0.0, 0.11), 0.075),
    ),
    "mouth": (
        (0.0, 0.0, (0.0, -0.03, 0.11), 0.08),
        (45.0, 0.0, (0.01, -0.03, 0.1), 0.08),
        (0.0, -25.0, (0.0, -0.03, 0.11), 0.08),
    ),
}


def clay_items(head: HeadModel, vertices: Floats, wire: bool = False) -> list[DrawItem]:
    """Every opaque part with a grey map in place of its own; wire draws the skin's quads over it."""
    normals = part_normals(vertices, head.parts)
    items = []
    for part in head.parts:
        if part.material in SEE_THROUGH:
            continue
        mesh = render_mesh(part)
        grey = np.full((8, 8, 3), GREYS.get(part.material, (190, 170, 160)), np.uint8)
        if part.name.startswith("teeth"):
            grey[:] = (222, 216, 200)
        elif part.name.startswith("eye"):
            grey = _eye_map(grey)
        elif wire and part.name == "skin":
            grey = _chart_map(part.uv, part.uv_faces, 4096, fill=GREYS["skin"], line=(40, 40, 60))
        items.append(
            DrawItem(
                vertices[mesh.source],
                normals[mesh.source],
                mesh.uv,
                mesh.triangles,
                grey,
                roughness=np.full((8, 8), 140, np.uint8),
                specular=np.full((8, 8), 90, np.uint8),
                kind={"skin": "cloth", "eye": "eye"}.get(part.material, "mouth"),
                name=part.name,
            )
        )
    return items


def clay_row(items: list[DrawItem], panels: tuple[Panel, ...], size: int, device: str = "cpu") -> Bytes:
    """(rows * size, columns * size, 3): the panels, three to a row."""
    WarpRasterizer(device)
    whole = subject(items, MapCache(device))
    visibility = bake_visibility(whole)
    backdrop = torch.tensor(BACKDROP)
    pictures = []
    for azimuth, elevation, target, height in panels:
        view = cameras(azimuth, elevation, target=target, height=height, fov_deg=14.0, device=device)
        picture = torch.from_numpy(portrait(whole, visibility, view, SETS["portrait"], (size, size)))
        pictures.append(display(picture[..., :3] + (1 - picture[..., 3:]) * backdrop))
    columns = min(3, len(pictures))
    while len(pictures) % columns:
        pictures.append(np.zeros_like(pictures[0]))
    rows = [np.concatenate(pictures[k : k + columns], 1) for k in range(0, len(pictures), columns)]
    return np.concatenate(rows)


def _eye_map(grey: Bytes) -> Bytes:
    """A dark pupil and a grey iris, so that the gaze reads."""
    y, x = np.mgrid[0:256, 0:256]
    radius = np.hypot(x - 127.5, y - 127.5) / 256
    image = np.full((256, 256, 3), grey[0, 0], np.uint8)
    image[radius < 0.151] = (130, 130, 130)
    image[radius < 0.055] = (30, 30, 30)
    return image


def _chart_map(
    uv: Floats, uv_faces: NDArray[np.int32], size: int, fill: tuple[int, ...], line: tuple[int, ...]
) -> Bytes:
    image = Image.new("RGB", (size, size), fill)
    draw = ImageDraw.Draw(image)
    for face in uv_faces:
        corners = [tuple(point) for point in uv[face] * size]
        draw.line([*corners, corners[0]], fill=line, width=max(size // 2048, 1))
    return np.asarray(image)


def _pairs(texts: list[str]) -> dict[str, float]:
    return {name: float(value) for name, value in (text.split("=") for text in texts)}


def main() -> None:
    """Draw what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--views", nargs="*", default=list(VIEWS), choices=[*VIEWS, []])
    parser.add_argument("--pose", nargs="*", default=[])
    parser.add_argument("--slider", nargs="*", default=[])
    parser.add_argument("--size", type=int, default=480)
    parser.add_argument("--suffix", default="")
    parser.add_argument("--wire", action="store_true")
    parser.add_argument("--chart", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    head = build_head()
    identity = np.zeros(len(head.slider_names), np.float32)
    for name, value in _pairs(options.slider).items():
        identity += value * head.macros[name] if name in head.macros else 0
        if name in head.slider_names:
            identity[head.slider_names.index(name)] += value
    pose = _pairs(options.pose)
    vertices = head.neutral(identity)
    if pose:
        vertices = morph(vertices, head.expressions(identity), pose)
    items = clay_items(head, vertices, options.wire)
    for name in options.views:
        image = clay_row(items, VIEWS[name], options.size)
        Image.fromarray(image).save(options.out / f"{name}{options.suffix}.png")
    if options.chart:
        skin = head.parts[0]
        image = _chart_map(skin.uv, skin.uv_faces, 1400, (255, 255, 255), (30, 60, 120))
        Image.fromarray(image).save(options.out / f"chart{options.suffix}.png")


if __name__ == "__main__":
    main()
