"""The picture evidence of a head model: neutral, close-ups, eight identities and eight dressed characters.

    python tools/evidence.py OUT [--model builtin|ict|flame] [--folder FOLDER] [--size 300] [--sheets NAME ...]

Writes OUT/<model>-<sheet>.jpg for the sheets turntable, closeups, identities and characters.  Skin is clay; eyes,
mouth, lashes and brows wear their own maps, and characters also their skin as the synthetic world paints it.
Poses are played as an engine plays them: blinks with their half-way correctives.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from cast import CHARACTERS, IDENTITIES
from clay import BACKDROP, Bytes, clay_items
from PIL import Image, ImageDraw, ImageFont

from dreamhead.cache import cache_folder
from dreamhead.export.materials import EYE_IOR, part_maps_in_bytes, shell_surfaces
from dreamhead.head.correctives import half_blinks, with_driven
from dreamhead.head.geometry import part_normals, render_mesh
from dreamhead.head.load import load_head
from dreamhead.head.model import JOINT_NAMES, SEE_THROUGH, Floats, HeadModel
from dreamhead.head.pose import morph
from dreamhead.head.wardrobe import Garment, carry, dress
from dreamhead.head.wardrobe.dress import GROWN
from dreamhead.render.camera import cameras
from dreamhead.render.drawing import DrawItem, MapCache, subject
from dreamhead.render.portrait import display, portrait
from dreamhead.render.rasterize_warp import WarpRasterizer
from dreamhead.render.studio import SETS, bake_visibility
from dreamhead.stages.package import PART_KINDS
from dreamhead.world.attributes import Attributes, identity_vector
from dreamhead.world.carried import carried_maps
from dreamhead.world.eye import eye_maps, wet_all_over
from dreamhead.world.ground import skin_surface
from dreamhead.world.mouth import mouth_maps
from dreamhead.world.skin import generate
from dreamhead.world.vocabulary import HAIR_COLOURS

MOST_BYTES = 150_000  # of a sheet
SKIN_SIZE, EYE_SIZE, MOUTH_SIZE = 1024, 512, 1024
SEED = 3
NAKED = {"hair": "bald"}
BLINK = {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}
SNARL = {
    "mouthUpperUpLeft": 0.8,
    "mouthUpperUpRight": 0.8,
    "mouthLowerDownLeft": 0.8,
    "mouthLowerDownRight": 0.8,
}
WIDE = {"jawOpen": 0.75} | {name: 0.35 for name in SNARL}


@dataclass(frozen=True)
class Panel:
    """A camera: what it looks at, from where, and how many metres of it fill the panel."""

    label: str
    place: str  # bust, head, face, eye, eyes, nose, mouth, ear
    height: float  # 0: all of the bust and what it wears
    azimuth: float = 0.0
    elevation: float = 0.0
    pose: Mapping[str, float] = field(default_factory=dict)


TURNTABLE = tuple(Panel(f"{azimuth}°", "bust", 0.0, azimuth, 4.0) for azimuth in range(0, 360, 45))
CLOSE_UPS = (
    Panel("eyes", "eyes", 0.088),
    Panel("half blink", "eyes", 0.088, pose={name: 0.5 for name in BLINK}),
    Panel("blink", "eyes", 0.088, pose=BLINK),
    Panel("profile", "face", 0.22, 90.0),
    Panel("eye", "eye", 0.046, 32.0, 2.0),
    Panel("half blink", "eye", 0.046, 32.0, 2.0, {name: 0.5 for name in BLINK}),
    Panel("blink", "eye", 0.046, 32.0, 2.0, BLINK),
    Panel("eye from the side", "eye", 0.046, 80.0),
    Panel("lips", "mouth", 0.08, 20.0),
    Panel("mouth open", "mouth", 0.1, 10.0, 8.0, WIDE),
    Panel("teeth bared", "mouth", 0.08, 12.0, 0.0, SNARL),
    Panel("tongueOut", "mouth", 0.1, 32.0, 4.0, {"tongueOut": 1.0}),
    Panel("ear", "ear", 0.088, 85.0, 2.0),
    Panel("ear", "ear", 0.088, 40.0, 2.0),
    Panel("ear from behind", "ear", 0.088, 152.0, 2.0),
    Panel("nose", "nose", 0.085, 25.0, -35.0),
)
PERSON = (Panel("", "head", 0.31, 18.0, 3.0), Panel("", "head", 0.31, 66.0, 3.0))


class Sitter:
    """One identity of a head, with what it wears, ready to be posed and drawn."""

    def __init__(
        self,
        head: HeadModel,
        identity: Floats,
        choice: Mapping[str, str],
        colours: Mapping[str, Any],
        years: float = GROWN,
    ) -> None:
        self.head, self.identity = head, identity
        self.rest = head.neutral(identity)
        self.joints = head.joint_positions(identity)
        self.garments = dress(head, identity, self.rest, choice, colours, SEED, years=years) if choice else []
        self._targets: dict[str, Floats] = {}

    def posed(self, weights: Mapping[str, float]) -> Floats:
        """(V, 3) vertices in a pose, blinks with their correctives."""
        if not weights:
            return self.rest
        if not self._targets:
            own = self.head.expressions(self.identity)
            self._targets = own | half_blinks(self.head, self.rest, own, self.joints)
        return morph(self.rest, self._targets, with_driven(weights))

    @property
    def bust_height(self) -> float:
        """Metres that show the bust and all that it wears."""
        return float(np.ptp(self._extent)) * 1.08

    @property
    def _extent(self) -> Floats:
        """(2,) the lowest and highest y."""
        heights = np.concatenate([self.rest[:, 1], *(worn.vertices[:, 1] for worn in self.garments)])
        return np.array([heights.min(), heights.max()])

    def place(self, name: str) -> Floats:
        """(3,) metres: what a panel looks at, on the resting head."""
        rest, mask = self.rest, self.head.masks
        marks = self.head.landmarks_68
        points = np.einsum("nk,nkc->nc", marks.weights, rest[marks.vertices])
        eyes = self.joints[[JOINT_NAMES.index("eyeLeft"), JOINT_NAMES.index("eyeRight")]]
        mouth, face = points[48:].mean(0), points.mean(0)
        ears = rest[(mask["ears"] > 0.5) & (rest[:, 0] > 0)]
        middle = 0.5 * (eyes[0] + eyes[1])
        front = np.array([0.0, 0.0, 0.012])
        return {
            "bust": np.array([0.0, self._extent.mean(), middle[2] - 0.075]),
            "head": np.array([0.0, middle[1] - 0.025, middle[2] - 0.075]),
            "face": np.array([0.0, face[1] + 0.012, face[2]]),
            "eyes": middle + front,
            "eye": eyes[0] + front,
            "mouth": mouth + np.array([0.0, -0.008, -0.006]),
            "nose": points[27:36].mean(0) - np.array([0.0, 0.012, 0.0]),
            "ear": 0.5 * (ears.min(0) + ears.max(0)),
        }[name]


def items_of(
    sitter: Sitter,
    vertices: Floats,
    maps: Mapping[str, Mapping[str, Bytes]],
    painted: Mapping[str, Bytes] | None,
) -> list[DrawItem]:
    """A sitter in a pose: clay where no maps are given, see-through shells and worn things after what is solid.

    maps: material -> albedo and so on; painted: the skin's maps, or None for clay.
    """
    items = []
    for item in clay_items(sitter.head, vertices):
        part = next(part for part in sitter.head.parts if part.name == item.name)
        if part.material in maps:
            item = replace(item, **maps[part.material])
        elif part.name == "skin" and painted is not None:
            item = replace(item, **painted, kind="skin")
        items.append(item)
    normals = part_normals(vertices, sitter.head.parts)
    for part in sitter.head.parts:
        if part.material in SEE_THROUGH and part.material in maps:
            mesh = render_mesh(part)
            items.append(
                DrawItem(
                    vertices[mesh.source],
                    normals[mesh.source],
                    mesh.uv,
                    mesh.triangles,
                    **maps[part.material],
                    kind=PART_KINDS[part.material],
                    index=EYE_IOR if part.material == "cornea" else 1.0,
                    name=part.name,
                )
            )
    return items + [_worn_item(garment, sitter.rest, vertices) for garment in sitter.garments]


def _worn_item(garment: Garment, rest: Floats, vertices: Floats) -> DrawItem:
    moved = garment.vertices if vertices is rest else garment.vertices + carry(garment, rest, vertices)
    known = ("normal", "roughness", "metalness")
    return DrawItem(
        moved.astype(np.float32),
        garment.normals,
        garment.uv,
        garment.triangles,
        garment.maps["albedo"],
        **{name: garment.maps[name] for name in known if name in garment.maps},
        kind=garment.material,
        name=garment.name,
    )


def own_maps(head: HeadModel, attributes: Attributes) -> dict[str, dict[str, Bytes]]:
    """Material -> maps of the eyeball, of what lies over it, and of the mouth."""
    shells = shell_surfaces(head.parts)
    eye = eye_maps(attributes, EYE_SIZE, SEED)
    has_cornea = any(surface.material.name == "cornea" for surface in shells)
    bytes_of_eye = part_maps_in_bytes(eye if has_cornea else wet_all_over(eye))
    mouth = carried_maps(mouth_maps(MOUTH_SIZE, SEED), head, load_head("builtin"), "mouth")
    return {"eye": bytes_of_eye, "mouth": part_maps_in_bytes(mouth)} | {
        surface.material.name: dict(surface.maps) for surface in shells
    }


def skin_maps(head: HeadModel, attributes: Attributes) -> dict[str, Bytes]:
    """The skin as the synthetic world paints it for these attributes."""
    surface = skin_surface(head, SKIN_SIZE, cache_folder())
    return part_maps_in_bytes(generate(surface, attributes, SEED))


def draw_panels(
    sitter: Sitter,
    panels: Sequence[Panel],
    size: int,
    maps: Mapping[str, Mapping[str, Bytes]],
    painted: Mapping[str, Bytes] | None = None,
) -> list[Bytes]:
    """(size, size, 3) each; panels of one pose share what is baked for it."""
    device = "cpu"
    WarpRasterizer(device)
    cache = MapCache(device)
    ready: dict[str, tuple[Any, Any]] = {}
    backdrop = torch.tensor(BACKDROP)
    pictures = []
    for panel in panels:
        key = str(sorted(panel.pose.items()))
        if key not in ready:
            whole = subject(items_of(sitter, sitter.posed(panel.pose), maps, painted), cache)
            ready[key] = whole, bake_visibility(whole)
        whole, visibility = ready[key]
        view = cameras(
            panel.azimuth,
            panel.elevation,
            target=sitter.place(panel.place).tolist(),
            height=panel.height or sitter.bust_height,
            fov_deg=14.0,
        )
        picture = torch.from_numpy(portrait(whole, visibility, view, SETS["portrait"], (size, size)))
        pictures.append(_labelled(display(picture[..., :3] + (1 - picture[..., 3:]) * backdrop), panel.label))
    return pictures


def identity_of(head: HeadModel, words: Mapping[str, float]) -> Floats:
    """(K,) the sliders that words (macros or sliders of the built-in head) mean on this head, within its limits."""
    values = np.zeros(len(head.slider_names), np.float32)
    for name, amount in words.items():
        if name in head.macros:
            values += np.float32(amount) * np.asarray(head.macros[name], np.float32)
        elif name in head.slider_names:
            values[head.slider_names.index(name)] += amount
    return np.clip(values, head.slider_limits[:, 0], head.slider_limits[:, 1]).astype(np.float32)


def turntable(head: HeadModel, size: int) -> Bytes:
    """Eight views of the neutral."""
    sitter = Sitter(head, np.zeros(len(head.slider_names), np.float32), {}, {})
    return sheet(draw_panels(sitter, TURNTABLE, size, own_maps(head, Attributes(eyes="grey"))), 4)


def closeups(head: HeadModel, size: int) -> Bytes:
    """The neutral's eyes, mouth, ear and nose, with lashes and brows."""
    sitter = Sitter(head, np.zeros(len(head.slider_names), np.float32), NAKED, {"brows": (0.05, 0.045, 0.04)})
    return sheet(draw_panels(sitter, CLOSE_UPS, size, own_maps(head, Attributes(eyes="hazel"))), 4)


def identities(head: HeadModel, size: int) -> Bytes:
    """Eight people in clay, two views each."""
    maps = own_maps(head, Attributes(eyes="grey"))
    pictures = []
    for label, words in IDENTITIES.items():
        sitter = Sitter(head, identity_of(head, words), {}, {})
        pictures += draw_panels(sitter, [replace(PERSON[0], label=label), PERSON[1]], size, maps)
    return sheet(pictures, 4)


def characters(head: HeadModel, size: int) -> Bytes:
    """Eight dressed people in colour, two views each."""
    pictures = []
    for label, one in CHARACTERS.items():
        person = one.attributes
        identity = identity_vector(person, head.slider_names, head.macros)
        identity = np.clip(identity, head.slider_limits[:, 0], head.slider_limits[:, 1]).astype(np.float32)
        hair = HAIR_COLOURS[person.hair_colour]
        colours = {"hair": hair, "beard": hair, "brows": [0.8 * value for value in hair]}
        sitter = Sitter(head, identity, one.choice, colours, person.years)
        panels = [replace(shot, place="bust", height=0.0) for shot in PERSON]
        panels[0] = replace(panels[0], label=label)
        pictures += draw_panels(sitter, panels, size, own_maps(head, person), skin_maps(head, person))
    return sheet(pictures, 4)


SHEETS = {
    "turntable": turntable,
    "closeups": closeups,
    "identities": identities,
    "characters": characters,
}


def sheet(pictures: Sequence[Bytes], columns: int) -> Bytes:
    """Panels of one size side by side, row by row."""
    rows = [np.concatenate(pictures[k : k + columns], 1) for k in range(0, len(pictures), columns)]
    return np.concatenate(rows)


def jpeg_within(pixels: Bytes, most: int) -> bytes:
    """A JPEG of at most so many bytes, as good as fits."""
    for quality in range(92, 40, -4):
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=quality, optimize=True)
        if stream.tell() <= most:
            break
    return stream.getvalue()


def _labelled(picture: Bytes, label: str) -> Bytes:
    if not label:
        return picture
    image = Image.fromarray(picture)
    size = max(picture.shape[1] // 19, 9)
    place = (size * 0.6, picture.shape[0] - size * 0.6)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(image).text(place, label, fill=(235, 235, 238), font=font, anchor="ls")
    return np.asarray(image)


def main() -> None:
    """Draws the sheets that were asked for and says how long each took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="builtin", choices=("builtin", "ict", "flame"))
    parser.add_argument("--folder", default="", help="of the model's files")
    parser.add_argument("--size", type=int, default=300, help="pixels of a panel's side")
    parser.add_argument("--sheets", nargs="*", default=list(SHEETS), choices=list(SHEETS))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    head = load_head(asked.model, str(Path(asked.folder).resolve()) if asked.folder else "")
    for name in asked.sheets:
        started = time.perf_counter()
        content = jpeg_within(SHEETS[name](head, asked.size), MOST_BYTES)
        path = asked.out / f"{asked.model}-{name}.jpg"
        path.write_bytes(content)
        print(f"{path}: {len(content) // 1000} kB, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
