"""How fast the rasterizer is: triangles per second of Warp, of the torch reference and of embree ray casting.

python -m dreamhead.render.bench [SIZE] prints a table; trimesh and embreex come with the `test` extra.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dreamhead.render.camera import Cameras, cameras, to_clip
from dreamhead.render.rasterize import rasterizer

REPEATS = 7


@dataclass(frozen=True)
class Measure:
    """One way of finding what each pixel sees."""

    name: str
    seconds: float  # the best of the repeats
    agreement: float  # share of pixels that see the same triangle as Warp's


def compare(
    vertices: Tensor, faces: Tensor, size: int, view: Cameras, torch_repeats: int = 1
) -> list[Measure]:
    """Warp first, then the torch reference and embree, each on one view (vertices (V, 3), faces (F, 3))."""
    clip = to_clip(vertices, view)
    warp, reference = rasterizer("warp"), rasterizer("torch")
    seen = warp.rasterize(clip, faces, (size, size)).triangle[0].numpy()
    warp_seconds, _ = _best(lambda: warp.rasterize(clip, faces, (size, size)), REPEATS)
    torch_seconds, drawn = _best(lambda: reference.rasterize(clip, faces, (size, size)), torch_repeats)
    caster, origins, directions = _rays(vertices, faces, size, view)
    embree_seconds, hit = _best(lambda: caster.intersects_first(origins, directions), REPEATS)
    return [
        Measure("warp", warp_seconds, 1.0),
        Measure("torch", torch_seconds, float((drawn.triangle[0].numpy() == seen).mean())),
        Measure("embree", embree_seconds, float((np.reshape(hit, (size, size)) == seen).mean())),
    ]


def _best(action: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """The least seconds of several runs, and the last result."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = action()
        times.append(time.perf_counter() - start)
    return min(times), result


def _rays(vertices: Tensor, faces: Tensor, size: int, view: Cameras) -> tuple[Any, Any, Any]:
    """trimesh's embree caster for the mesh, and a ray through each pixel's centre."""
    import trimesh
    from trimesh.ray.ray_pyembree import RayMeshIntersector

    mesh = trimesh.Trimesh(vertices.numpy(), faces.numpy(), process=False)
    place = (torch.arange(size) + 0.5) / size * 2 - 1
    tangent = torch.tan(torch.deg2rad(view.fov_deg[0]) / 2)
    y, x = torch.meshgrid(-place * tangent, place * tangent, indexing="ij")
    rays = torch.stack((x, y, -torch.ones_like(x)), -1).reshape(-1, 3) @ view.axes[0]
    origins = view.position.expand(rays.shape[0], 3)
    return RayMeshIntersector(mesh), origins.numpy(), rays.numpy()


def _main() -> None:
    from dreamhead.head.load import load_head
    from dreamhead.render.scene import head_buffers

    size = int(sys.argv[1]) if len(sys.argv) > 1 else 512
    torch.set_num_threads(1)
    head = load_head("builtin")
    faces = head_buffers(head.parts, None).faces
    view = cameras(20.0, 5.0, target=(0.0, 0.0, 0.0), height=0.34)
    measures = compare(torch.from_numpy(head.mean), faces, size, view)
    print(f"{len(faces)} triangles, {size} x {size} pixels, one view, one thread\n")
    print("| | ms | triangles/s | times Warp's | same triangle |\n|---|---|---|---|---|")
    for one in measures:
        rate, ratio = len(faces) / one.seconds, one.seconds / measures[0].seconds
        cells = f"{one.seconds * 1e3:.1f} | {rate:,.0f} | {ratio:.1f} | {one.agreement:.2%}"
        print(f"| {one.name} | {cells} |")


if __name__ == "__main__":
    _main()
