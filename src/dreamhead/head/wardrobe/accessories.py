"""Everything worn that is not hair: headwear, glasses, eye patch and earrings as meshes bound to a head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from dreamhead.head.wardrobe.cloth import bands, painted_cloth
from dreamhead.head.wardrobe.glasses import FRAMES, glasses
from dreamhead.head.wardrobe.groom import Cards, joined
from dreamhead.head.wardrobe.hat import HATS
from dreamhead.head.wardrobe.materials import cloth_maps, halved, lens_maps
from dreamhead.head.wardrobe.ornaments import earrings, eye_patch
from dreamhead.head.wardrobe.shell import NEIGHBOURS, Bools, Hat, Press, Sheet
from dreamhead.head.wardrobe.surface import Surface

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Maps = dict[str, NDArray[np.uint8]]

# Slot -> the garments it may add.
ACCESSORIES: Mapping[str, tuple[str, ...]] = {
    "headwear": ("headwear",),
    "glasses": ("glasses", "lenses"),
    "patch": ("patch",),
    "earrings": ("earrings",),
}
# Points of the default head (cm) whose nearest vertices move with the skull and with the neck alone.
SKULL = np.array([(7.0, 8.5, 0.0), (-7.0, 8.5, 0.0), (0.0, 9.0, -9.0)])
NECK = np.array([(0.0, 9.0, -9.0), (3.5, -11.5, -5.0), (-3.5, -11.5, -5.0)])  # the first on the skull
BAND_MARGIN = 0.004  # of the texture's height, kept free at the ends of a band


@dataclass(frozen=True)
class Worn:
    """The accessories of one head."""

    meshes: dict[str, Cards]  # garment name -> mesh
    presses: tuple[Press, ...]  # what they do to hair, in this order
    covered: Bools  # (V,) skin that nobody sees under them

    def press(self, paths: Floats) -> tuple[Floats, Bools]:
        """Hair paths (N, ..., 3) under everything worn -> pressed paths, which of them stay (N,)."""
        stays = np.ones(len(paths), bool)
        for press in self.presses:
            paths, kept = press(paths)
            stays &= kept.any(tuple(range(1, kept.ndim)))
        return paths, stays


def accessories(surface: Surface, worn: Mapping[str, str]) -> Worn:
    """What this head wears in the slots of ACCESSORIES; "none" adds nothing."""
    meshes: dict[str, Cards] = {}
    presses: list[Press] = []
    covered = np.zeros(len(surface.home), bool)
    if worn["headwear"] != "none":
        hat = HATS[worn["headwear"]](surface)
        meshes["headwear"] = _hat_mesh(surface, hat, worn["headwear"])
        presses.append(hat.press)
        covered |= hat.covers(surface.vertices)
    if worn["glasses"] != "none":
        pair = glasses(surface, worn["glasses"])
        ids, weights = _riding(surface, SKULL)
        meshes["glasses"] = _bound(pair.frame, bands(_cloth_of("glasses", worn["glasses"])), ids, weights)
        meshes["lenses"] = _bound(pair.lenses, {"lens": (0.0, 1.0)}, ids, weights)
    if worn["patch"] != "none":
        sheets, press = eye_patch(surface)
        meshes["patch"] = _bound(sheets, bands("eye_patch"), *_riding(surface, SKULL))
        presses.append(press)
    if worn["earrings"] != "none":
        layout = bands("jewellery")
        hung = earrings(surface, worn["earrings"])
        meshes["earrings"] = joined(
            [_bound([sheet], layout, root.triangles[0], root.weights[0]) for sheet, root in hung]
        )
    return Worn(meshes, tuple(presses), covered)


def accessory_maps(name: str, item: str, colour: NDArray[np.floating], *, halve: bool) -> Maps:
    """The maps of the garment called name (of ACCESSORIES) in a linear RGB colour; halve for half the size."""
    if name == "lenses":
        frame = FRAMES[item]
        return lens_maps(frame.lens, frame.shade)
    painted = painted_cloth(_cloth_of(name, item))
    if halve:
        painted = {channel: halved(image) for channel, image in painted.items()}
    return cloth_maps(painted, colour)


def carried_over(cards: Cards, home: Floats, here: Floats) -> Cards:
    """A mesh made on the default head (home: its skin (N, 3)), moved and sized to another (here: the same
    vertices): by the best affine map, and what that leaves by the nearest skin."""
    padded = np.column_stack([home, np.ones(len(home))])
    affine, *_ = np.linalg.lstsq(padded, here, rcond=None)
    left = here - padded @ affine
    _, near = cKDTree(home).query(cards.vertices, k=3 * NEIGHBOURS)
    moved = np.column_stack([cards.vertices, np.ones(len(cards.vertices))]) @ affine + left[near].mean(1)
    normals = cards.normals @ np.linalg.inv(affine[:3]).T
    return replace(cards, vertices=moved, normals=normals / np.linalg.norm(normals, axis=1, keepdims=True))


def _cloth_of(name: str, item: str) -> str:
    """The painted cloth of a garment."""
    if name in ("glasses", "lenses"):
        return "wire" if FRAMES[item].metal else "acetate"
    return {"patch": "eye_patch", "earrings": "jewellery"}.get(name, item)


def _hat_mesh(surface: Surface, hat: Hat, item: str) -> Cards:
    """Stiff on the skull; where cloth lies on the neck it moves with that, where it lies on the face with the skin."""
    layout = bands(item)
    ids, weights = _riding(surface, SKULL)
    parts = []
    for sheet in hat.sheets:
        part = _bound([sheet], layout, ids, weights)
        if hat.on_skin and sheet.band == hat.on_skin:
            roots = surface.nearest(_at_home(surface, sheet.vertices))
            part = replace(part, root_vertices=roots.triangles, root_weights=roots.weights)
        elif hat.on_neck is not None:
            share = hat.on_neck(_at_home(surface, sheet.vertices))[:, None]
            neck_ids, _ = _riding(surface, NECK)
            mixed = np.concatenate([1 - share, 0.5 * share, 0.5 * share], axis=1)
            part = replace(part, root_vertices=np.tile(neck_ids, (len(mixed), 1)), root_weights=mixed)
        parts.append(part)
    return joined(parts)


def _bound(
    sheets: Sequence[Sheet], layout: Mapping[str, tuple[float, float]], ids: Ints, weights: Floats
) -> Cards:
    """Sheets as one mesh with its place in the texture, all of it riding on one triple of vertices."""
    parts = []
    for sheet in sheets:
        top, bottom = layout[sheet.band]
        rows = top + BAND_MARGIN + (bottom - top - 2 * BAND_MARGIN) * np.clip(sheet.uv[:, 1], 0, 1)
        count = len(sheet.vertices)
        parts.append(
            Cards(
                sheet.vertices,
                sheet.normals,
                np.column_stack([sheet.uv[:, 0], rows]),
                sheet.triangles,
                np.tile(ids, (count, 1)),
                np.tile(weights, (count, 1)),
            )
        )
    return joined(parts)


def _riding(surface: Surface, points: Floats) -> tuple[Ints, Floats]:
    """The skin vertices nearest to three points of the default head, weighted alike."""
    skin = np.unique(surface.triangles)
    _, near = cKDTree(surface.home[skin]).query(points)
    return skin[near], np.full(3, 1 / 3)


def _at_home(surface: Surface, points: Floats) -> Floats:
    """Points (N, 3) around this head -> where they would be around the default one."""
    skin = np.unique(surface.triangles)
    _, near = cKDTree(surface.vertices[skin]).query(points, k=NEIGHBOURS)
    return points - (surface.vertices[skin] - surface.home[skin])[near].mean(1)
