"""Stage `package`: what the head wears, the files of the bundle, its pictures, its gates and its manifest."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dreamhead import __version__
from dreamhead.check.gates import FBX_NAME, GLB_NAME, USDZ_NAME, run_gates
from dreamhead.config import PackageConfig
from dreamhead.errors import InterruptedRun
from dreamhead.export.assemble import assemble
from dreamhead.export.fbx import fbx_bytes
from dreamhead.export.glb import glb_bytes
from dreamhead.export.manifest import GENERATED, manifest
from dreamhead.export.manifest import NAME as MANIFEST_NAME
from dreamhead.export.materials import (
    Surface,
    eye_surface,
    garment_surface,
    mouth_surface,
    part_maps_in_bytes,
    shell_surfaces,
    skin_surface,
)
from dreamhead.export.textures import check_skin_maps
from dreamhead.export.usdz import usdz_bytes
from dreamhead.head.asset import HeadAsset
from dreamhead.head.load import load_head
from dreamhead.head.model import Licence
from dreamhead.head.wardrobe import DEFAULT_CHOICE, DEFAULT_COLOURS, Garment, dress
from dreamhead.record import write_bytes, write_json
from dreamhead.render.picture import draw_expressions, draw_preview
from dreamhead.render.rasterize import rasterizer
from dreamhead.stages.context import Context
from dreamhead.stages.occlusion import mouth_occlusion, skin_occlusion
from dreamhead.stages.pictures import draw_items, expression_items
from dreamhead.world.attributes import Attributes
from dreamhead.world.carried import carried_maps
from dreamhead.world.eye import eye_maps, wet_all_over
from dreamhead.world.mouth import mouth_maps
from dreamhead.world.vocabulary import EYE_COLOURS

VERSION = 6
TEXTURES = "textures"
PART_MAP_SIZE = 2048  # of the eye and mouth maps
PART_KINDS = {  # material -> how a picture shades it
    "skin": "skin",
    "eye": "eye",
    "mouth": "mouth",
    "cornea": "wet",
    "tear": "wet",
    "occlusion": "shade",
}


def run(asset: HeadAsset, config: PackageConfig, context: Context) -> HeadAsset:
    """Writes head.glb, head.fbx, head.usdz, textures/, two pictures and manifest.json under context.out.

    The asset goes on as it came.  A gate that fails is marked in the manifest and does not stop the stage:
    `dreamhead.check.verdict.require_passed` turns it into the run's exit code.
    """
    assert asset.identity is not None and asset.vertices is not None
    check_skin_maps(asset.maps)
    steps = Steps(context, 9)
    steps.next("wardrobe")
    choice, colours = worn(asset.wardrobe)
    years = attributes_of(asset.wardrobe).years
    garments = dress(context.head, asset.identity, asset.vertices, choice, colours, context.seed, years=years)
    steps.next("textures")
    surfaces = make_surfaces(asset, garments, context)
    write_textures(surfaces, context.out / TEXTURES)
    surfaces = [replace(surface, files={}) for surface in surfaces]  # 180 MB that nothing reads again
    steps.next("head.glb")
    licences = bundle_licences(context, garments)
    metadata = glb_metadata(context, licences)
    bundle = assemble(context.head, asset, garments, [surface.material for surface in surfaces], metadata)
    write_bytes(context.out / GLB_NAME, glb_bytes(bundle))
    steps.next(FBX_NAME)
    write_bytes(context.out / FBX_NAME, fbx_bytes(bundle))
    steps.next(USDZ_NAME)
    write_bytes(context.out / USDZ_NAME, usdz_bytes(bundle))
    steps.next("pictures")
    kinds = PART_KINDS | {one.name: one.material for one in garments}
    write_picture(
        context.out / "preview.png",
        draw_preview(draw_items(bundle, surfaces, kinds, {}), config.preview_size),
    )
    steps.next("expressions")
    panel = config.preview_size * 9 // 32
    write_picture(
        context.out / "expressions.png",
        draw_expressions(expression_items(bundle, surfaces, kinds), panel=panel),
    )
    steps.next("gates")
    results = run_gates(context.out)
    steps.next("manifest")
    files = sorted(path for path in context.out.rglob("*") if path.is_file())
    write_json(
        context.out / MANIFEST_NAME,
        manifest(
            prompt=context.prompt,
            seed=context.seed,
            run=context.record,
            head=context.head,
            models=context.priors.records,
            licences=licences,
            wardrobe=asset.wardrobe,
            files={path.relative_to(context.out).as_posix(): path for path in files},
            gates=[result.as_json() for result in results],
        ),
    )
    return asset


@dataclass
class Steps:
    """Reports the steps of the stage; between two of them it stops when asked to."""

    context: Context
    count: int
    done: int = 0

    def next(self, note: str) -> None:
        """InterruptedRun when the user asked to stop: the stage is short and starts over."""
        if self.context.stopping():
            raise InterruptedRun("stopped in package")
        self.context.progress(self.done, self.count, note)
        self.done += 1


def worn(wardrobe: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """The wardrobe's item for each slot and linear colours; `dress` fills in what is missing."""
    colours = wardrobe.get("colours", {})
    return (
        {slot: wardrobe[slot] for slot in DEFAULT_CHOICE if slot in wardrobe},
        {slot: colours[slot] for slot in DEFAULT_COLOURS if slot in colours},
    )


def attributes_of(wardrobe: Mapping[str, Any]) -> Attributes:
    """The attributes that `select` recalled, or plain ones with the eyes nearest to the wardrobe's colour."""
    if "attributes" in wardrobe:
        return Attributes.from_json(wardrobe["attributes"])
    wanted = np.asarray(wardrobe.get("colours", {}).get("eyes", EYE_COLOURS["brown"]))
    nearest = min(EYE_COLOURS, key=lambda name: float(np.square(wanted - EYE_COLOURS[name]).sum()))
    return Attributes(eyes=nearest)


def make_surfaces(asset: HeadAsset, garments: Sequence[Garment], context: Context) -> list[Surface]:
    """Skin, eye, mouth, what lies over the eyes, then each garment."""
    backend = rasterizer("auto", "cpu")
    size = asset.maps["albedo"].shape[0]
    small = min(size, PART_MAP_SIZE)
    mouth = part_maps_in_bytes(
        carried_maps(mouth_maps(small, context.seed), context.head, load_head("builtin"), "mouth")
    )
    mouth["occlusion"] = mouth_occlusion(context.head, asset, backend, small)
    shells = shell_surfaces(context.head.parts)
    has_cornea = any(surface.material.name == "cornea" for surface in shells)
    painted = eye_maps(attributes_of(asset.wardrobe), small, context.seed)
    eye = part_maps_in_bytes(painted if has_cornea else wet_all_over(painted))
    del painted  # 130 MB of floats, before the skin's own
    return [
        skin_surface(asset.maps, skin_occlusion(context.head, asset, backend, size)),
        eye_surface(eye, has_cornea),
        mouth_surface(mouth),
        *shells,
        *(garment_surface(garment) for garment in garments),
    ]


def write_textures(surfaces: Sequence[Surface], folder: Path) -> None:
    """textures/NAME.png for every surface."""
    folder.mkdir(parents=True, exist_ok=True)
    for surface in surfaces:
        for name, content in surface.files.items():
            write_bytes(folder / f"{name}.png", content)


def write_picture(path: Path, pixels: NDArray[np.uint8]) -> None:
    """A small PNG: Pillow's slow, tight compression."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    write_bytes(path, stream.getvalue())


def bundle_licences(context: Context, garments: Sequence[Garment]) -> dict[str, Licence]:
    """Part of the bundle -> its terms; the models' own are listed with the models."""
    return {
        "head model": context.head.licence,
        "textures": GENERATED,
        **{garment.name: garment.licence for garment in garments},
    }


def glb_metadata(context: Context, licences: Mapping[str, Licence]) -> dict[str, Any]:
    """What travels inside head.glb when it leaves its folder."""
    return {
        "dreamhead": __version__,
        "prompt": context.prompt,
        "seed": context.seed,
        "head": f"{context.head.name} {context.head.revision}",
        "licences": {name: f"{one.name}, {one.holder}" for name, one in licences.items()},
        "models": {record.role: record.licence for record in context.priors.records},
    }
