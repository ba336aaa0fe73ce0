"""dress: what a head wears, as meshes bound to its skin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import UsageError
from dreamhead.head.model import HeadModel
from dreamhead.head.wardrobe import cap, face_hair
from dreamhead.head.wardrobe.accessories import ACCESSORIES, accessories, accessory_maps, carried_over
from dreamhead.head.wardrobe.atlas import ALPHA_CUTOFF
from dreamhead.head.wardrobe.distance import unit
from dreamhead.head.wardrobe.garment import Garment
from dreamhead.head.wardrobe.groom import Cards, Job
from dreamhead.head.wardrobe.hairstyles import hairstyle_at
from dreamhead.head.wardrobe.items import ITEMS, SLOTS
from dreamhead.head.wardrobe.looks import maps_of
from dreamhead.head.wardrobe.store import Arrays, remembered
from dreamhead.head.wardrobe.styles import grow_hair
from dreamhead.head.wardrobe.surface import Surface, surface_of, triangles_of, vertex_normals
from dreamhead.head.wardrobe.whiskers import facial_hair, grow_beard

Floats = NDArray[np.float64]
Colour = NDArray[np.floating]

DEFAULT_CHOICE = {
    "hair": "short",
    "beard": "none",
    "brows": "natural",
    "lashes": "natural",
    **dict.fromkeys(ACCESSORIES, "none"),
}
DEFAULT_COLOURS = {
    "hair": (0.068, 0.038, 0.021),
    "beard": (0.064, 0.035, 0.019),
    "brows": (0.055, 0.030, 0.017),
}
COLOURED = (*DEFAULT_COLOURS, *ACCESSORIES)
PRESSING = ("headwear", "patch")  # slots whose items press hair
GROWN = 30.0  # years of a head whose age is not told
LOW_DENSITY = 0.4
LOW_VARIANTS = 4
BLENDED = (
    "hair_cap",
    "beard_shadow",
    "brows_tint",
    "brows",
    "lashes",
    "lenses",
)  # thin and of one colour: order is no matter
PAINTED = ("hair_cap", "beard_shadow", "brows_tint")  # on the skin


def dress(
    head: HeadModel,
    identity: NDArray[np.float32],
    vertices: NDArray[np.float32],
    choice: Mapping[str, str],
    colours: Mapping[str, Any],
    seed: int,
    detail: str = "full",
    years: float = GROWN,
) -> list[Garment]:
    """The garments of a resting head: identity (K,), vertices (V, 3) metres.

    choice gives an item's name per slot, colours linear RGB per slot but "lashes"; what is missing takes its
    default, an accessory that of the item.  years is the age that brows show.  detail "full" grows everything
    on this head; "low" takes fewer, wider cards grown once on the default head and carries them over.  Opaque
    and masked garments come before blended ones.
    Raises UsageError for an unknown slot, item, colour or detail.
    """
    worn, linear = _checked_choice(choice), _checked_colours(colours)
    if detail == "full":
        meshes = _grown(surface_of(head, identity, vertices), worn, seed, 1.0, years)
    elif detail == "low":
        meshes = _carried(head, vertices, worn, seed, years)
    else:
        raise UsageError(f"unknown wardrobe detail {detail!r}", 'use "full" or "low"')
    garments = [_garment(head, name, cards, worn, linear, detail, years) for name, cards in meshes.items()]
    return sorted(garments, key=lambda garment: (garment.alpha_mode == "BLEND", garment.name == "lenses"))


def _grown(
    surface: Surface, worn: Mapping[str, str], seed: int, density: float, years: float
) -> dict[str, Cards]:
    """Garment name -> mesh, everything grown on this surface."""
    extras = accessories(surface, worn)
    meshes = dict(extras.meshes)
    bare = ~extras.covered

    def job(slot: str) -> Job:
        rng = np.random.default_rng([seed, SLOTS.index(slot)])
        return Job(surface, rng, density, extras.press if extras.presses and slot == "hair" else None)

    hair, beard = worn["hair"], worn["beard"]
    if hair != "bald":
        style = hairstyle_at(hair, years)
        meshes["hair_cap"] = cap.scalp_patch(surface, style.region, bare, 0.02 if style.shells else 0.05)
        meshes["hair"] = (
            cap.fuzz_shells(surface, style.region, bare) if style.shells else grow_hair(style, job("hair"))
        )
    if beard != "none":
        kind = facial_hair()[beard]
        meshes["beard_shadow"] = cap.face_patch(surface, kind.mask, cap.WHISKERS_WINDOW)
        if not kind.painted_only:
            meshes["beard"] = grow_beard(kind, job("beard"))
    if worn["brows"] != "none":
        brow = face_hair.brow_shape(worn["brows"], years)
        meshes["brows_tint"] = cap.face_patch(
            surface, lambda home: face_hair.brow_mask(home, brow), cap.BROW_WINDOW
        )
        meshes["brows"] = face_hair.brows(job("brows"), brow)
    meshes["lashes"] = face_hair.lashes(job("lashes"))
    return {name: cards for name, cards in meshes.items() if len(cards.triangles)}


def _carried(
    head: HeadModel, vertices: NDArray[np.float32], worn: Mapping[str, str], seed: int, years: float
) -> dict[str, Cards]:
    """The low-detail meshes of the default head, each slot remembered, moved onto this head."""
    variant = seed % LOW_VARIANTS
    home, here = 100.0 * head.mean.astype(np.float64), 100.0 * vertices.astype(np.float64)
    skin = triangles_of(np.asarray(next(part for part in head.parts if part.name == "skin").faces, np.int64))
    home_normals, here_normals = vertex_normals(home, skin), vertex_normals(here, skin)
    outer = np.unique(skin)
    meshes: dict[str, Cards] = {}
    for slot, names in _GARMENTS.items():
        plain = {**DEFAULT_CHOICE, "hair": "bald", slot: worn[slot]}
        if slot == "hair":
            plain |= {pressing: worn[pressing] for pressing in PRESSING}
        key = f"low {head.name} {head.revision} {variant} {slot} {sorted(plain.items())}"
        if slot == "brows" and worn[slot] != "none":
            key = f"{key} {face_hair.brow_shape(worn[slot], years)}"
        if slot == "hair" and worn[slot] != "bald":
            key = f"{key} {hairstyle_at(worn[slot], years).layers}"
        stored = remembered(key, partial(_grown_on_default, head, plain, names, variant, years))
        for name in names:
            if f"{name}.vertices" in stored:
                cards = Cards(**{spec.name: stored[f"{name}.{spec.name}"] for spec in fields(Cards)})
                if slot in ACCESSORIES:
                    meshes[name] = carried_over(cards, home[outer], here[outer])
                else:
                    meshes[name] = _moved(cards, home, here, home_normals, here_normals)
    return meshes


def _grown_on_default(
    head: HeadModel, worn: Mapping[str, str], names: tuple[str, ...], seed: int, years: float
) -> Arrays:
    """The named low-detail meshes of the default head, by "name.field"."""
    surface = surface_of(head, np.zeros(len(head.slider_names), np.float32), head.mean)
    grown = _grown(surface, worn, seed, LOW_DENSITY, years)
    return {
        f"{name}.{spec.name}": getattr(grown[name], spec.name)
        for name in names
        if name in grown
        for spec in fields(Cards)
    }


_GARMENTS = {
    **ACCESSORIES,
    "hair": ("hair_cap", "hair"),
    "beard": ("beard_shadow", "beard"),
    "brows": ("brows_tint", "brows"),
    "lashes": ("lashes",),
}


def _moved(cards: Cards, home: Floats, here: Floats, home_normals: Floats, here_normals: Floats) -> Cards:
    """Cards carried from one head to another by smooth root frames, their reach scaled with the head."""
    ids, weights = cards.root_vertices, cards.root_weights

    def frames(vertices: Floats, normals: Floats) -> tuple[Floats, Floats]:
        point = np.einsum("nk,nkc->nc", weights, vertices[ids])
        normal = unit(np.einsum("nk,nkc->nc", weights, normals[ids]))
        edge = vertices[ids[:, 1]] - vertices[ids[:, 0]]
        edge = unit(edge - (edge * normal).sum(1, keepdims=True) * normal)
        return point, np.stack([edge, normal, np.cross(edge, normal)], axis=2)

    before, from_frame = frames(home, home_normals)
    after, to_frame = frames(here, here_normals)
    scale = (
        np.linalg.norm(after - after.mean(0), axis=1).mean()
        / np.linalg.norm(before - before.mean(0), axis=1).mean()
    )

    def turned(vectors: Floats) -> Floats:
        return np.einsum("nij,nj->ni", to_frame, np.einsum("nji,nj->ni", from_frame, vectors))

    moved = after + scale * turned(cards.vertices - before)
    return Cards(moved, turned(cards.normals), cards.uv, cards.triangles, ids, weights)


def _garment(
    head: HeadModel,
    name: str,
    cards: Cards,
    worn: Mapping[str, str],
    colours: Mapping[str, Colour],
    detail: str,
    years: float,
) -> Garment:
    slot = next(slot for slot, names in _GARMENTS.items() if name in names)
    item = ITEMS[slot][worn[slot]]
    extra = slot in ACCESSORIES
    mode = "BLEND" if name in BLENDED else "OPAQUE" if extra else "MASK"
    halve = detail == "low"
    colour = colours.get(slot, item.colour)
    return Garment(
        name=name,
        slot=slot,
        vertices=(cards.vertices / 100).astype(np.float32),
        normals=unit(cards.normals).astype(np.float32),
        uv=np.clip(cards.uv, 0, 1).astype(np.float32),
        triangles=_facing(cards).astype(np.int32),
        root_vertices=cards.root_vertices.astype(np.int32),
        root_weights=cards.root_weights.astype(np.float32),
        maps=accessory_maps(name, item.name, np.asarray(colour), halve=halve)
        if extra
        else maps_of(head, name, item.name, colours, years, halve=halve),
        alpha_mode=mode,
        alpha_cutoff=ALPHA_CUTOFF,
        material=_material(name, extra),
        double_sided=extra or name in ("hair", "beard", "brows", "lashes"),
        licence=item.licence,
    )


def _material(name: str, extra: bool) -> str:
    if name == "lenses":
        return "glass"
    return "shade" if name in PAINTED else "cloth" if extra else "hair"


def _facing(cards: Cards) -> NDArray[np.int64]:
    """Triangles wound so that their faces look the way their normals do."""
    a, b, c = (cards.vertices[cards.triangles[:, k]] for k in range(3))
    wrong = (np.cross(b - a, c - a) * cards.normals[cards.triangles].sum(1)).sum(1) < 0
    return np.where(wrong[:, None], cards.triangles[:, [0, 2, 1]], cards.triangles)


def _checked_choice(choice: Mapping[str, str]) -> dict[str, str]:
    for slot, name in choice.items():
        if slot not in ITEMS:
            raise UsageError(f"unknown wardrobe slot {slot!r}", f"slots are {', '.join(SLOTS)}")
        if name not in ITEMS[slot]:
            raise UsageError(f"no {slot} is called {name!r}", f"choose one of {', '.join(ITEMS[slot])}")
    return {**DEFAULT_CHOICE, **choice}


def _checked_colours(colours: Mapping[str, Any]) -> dict[str, Colour]:
    for slot, colour in colours.items():
        if slot not in COLOURED:
            raise UsageError(f"no wardrobe colour is called {slot!r}", f"give {', '.join(COLOURED)}")
        values = np.asarray(colour, np.float64)
        if values.shape != (3,) or not np.isfinite(values).all() or (values < 0).any() or (values > 1).any():
            raise UsageError(
                f"the {slot} colour {colour!r} is not linear RGB in 0..1", "give three numbers, 0 to 1"
            )
    return {slot: np.asarray(colour, np.float64) for slot, colour in {**DEFAULT_COLOURS, **colours}.items()}
