"""Which painted texture each garment wears, coloured."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe import cap, face_hair
from dreamhead.head.wardrobe.atlas import fine_atlas, strand_atlas
from dreamhead.head.wardrobe.hairstyles import hairstyle_at, hairstyles
from dreamhead.head.wardrobe.materials import decal_maps, hair_maps
from dreamhead.head.wardrobe.store import Arrays, remembered
from dreamhead.head.wardrobe.surface import Surface, surface_of
from dreamhead.head.wardrobe.whiskers import facial_hair

Colour = NDArray[np.floating]
Maps = dict[str, NDArray[np.uint8]]


def maps_of(
    head: HeadModel, name: str, item: str, colours: Mapping[str, Colour], years: float, *, halve: bool
) -> Maps:
    """The maps of the garment called name for an item of its slot at an age; halve for half the size."""
    paint, colour = _LOOKS[name]
    painted = paint(head, item, years)
    if halve:
        painted = {channel: _halved(image) for channel, image in painted.items()}
    aged = {**colours, "brows": face_hair.brow_colour(np.asarray(colours["brows"]), years)}
    return colour(painted, item, aged)


def _strands(head: HeadModel, item: str, years: float) -> Arrays:
    style = hairstyles()[item]
    if style.shells:
        return _on_default(head, f"fuzz {item}", lambda surface: cap.paint_fuzz(surface, 3, style.region))
    return strand_atlas()


def _scalp(head: HeadModel, item: str, years: float) -> Arrays:
    style = hairstyle_at(item, years)
    label = f"scalp {style.cap} {style.region} {style.long}"  # styles that share a cap share its texture
    return _on_default(head, label, lambda surface: cap.paint_scalp(surface, 4, style))


def _whiskers(head: HeadModel, item: str, years: float) -> Arrays:
    kind = facial_hair()[item]

    def paint(surface: Surface) -> Arrays:
        return cap.paint_face(surface, kind.mask, cap.WHISKERS_WINDOW, 5, **vars(kind.shadow))

    return _on_default(head, f"whiskers {item}", paint)


def _brow_tint(head: HeadModel, item: str, years: float) -> Arrays:
    shape = face_hair.brow_shape(item, years)

    def paint(surface: Surface) -> Arrays:
        return cap.paint_face(
            surface,
            lambda home: face_hair.brow_mask(home, shape),
            cap.BROW_WINDOW,
            6,
            count=700,
            length=14,
            tint=shape.tint,
            grain=0.5,
        )

    return _on_default(head, f"brows {shape}", paint)


def _on_default(head: HeadModel, label: str, paint: Callable[[Surface], Arrays]) -> Arrays:
    """A texture painted on the default head, remembered."""

    def build() -> Arrays:
        return paint(surface_of(head, np.zeros(len(head.slider_names), np.float32), head.mean))

    return remembered(f"{label} {head.name} {head.revision}", build)


def _halved(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Half the size, each texel the mean of four."""
    total = np.full((image.shape[0] // 2, image.shape[1] // 2, *image.shape[2:]), 2, np.uint16)
    for y in (0, 1):
        for x in (0, 1):
            total += image[y::2, x::2]
    return (total >> 2).astype(np.uint8)


_LOOKS: dict[
    str, tuple[Callable[[HeadModel, str, float], Arrays], Callable[[Arrays, str, Mapping[str, Colour]], Maps]]
] = {
    "hair": (
        _strands,
        lambda painted, item, colours: (
            decal_maps(painted, 0.8 * colours["hair"])
            if hairstyles()[item].shells
            else hair_maps(painted, colours["hair"])
        ),
    ),
    "hair_cap": (_scalp, lambda painted, item, colours: decal_maps(painted, 0.8 * colours["hair"])),
    "beard": (
        lambda head, item, years: strand_atlas(),
        lambda painted, item, colours: hair_maps(painted, colours["beard"]),
    ),
    "beard_shadow": (_whiskers, lambda painted, item, colours: decal_maps(painted, 1.0 * colours["beard"])),
    "brows": (
        lambda head, item, years: fine_atlas(),
        lambda painted, item, colours: hair_maps(painted, colours["brows"], 0.8),
    ),
    "brows_tint": (_brow_tint, lambda painted, item, colours: decal_maps(painted, 0.9 * colours["brows"])),
    "lashes": (
        lambda head, item, years: fine_atlas(),
        lambda painted, item, colours: hair_maps(painted, 0.3 * colours["brows"], 0.5),
    ),
}
