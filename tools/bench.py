"""`make bench`: seconds and memory of every stage, the denoiser's share and floor, the rasterizer's speed, the head's.

    python tools/bench.py [--prompt TEXT] [--size N] [--skip-stages] [--head] [-- any options of `dreamhead make`]

Prints Markdown.  Nothing is cached: the run goes to a temporary folder.
"""

from __future__ import annotations

import argparse
import functools
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import trimesh
from torch.utils.flop_counter import FlopCounterMode

from dreamhead import models, pipeline, settings
from dreamhead.head.load import load_builtin, load_head
from dreamhead.job import Job, default_threads
from dreamhead.render.camera import Cameras, cameras, to_clip
from dreamhead.render.rasterize import rasterizer
from dreamhead.render.scene import head_buffers

REPEATS = 5
LOOPS = ("carve", "paint_latent", "paint_image")


@dataclass
class Spent:
    """Time inside the denoiser's U-Net during one stage."""

    calls: int = 0
    seconds: float = 0.0


def main() -> None:
    """Run both benchmarks and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prompt", default="an elderly sailor")
    parser.add_argument("--profile", default="auto")
    parser.add_argument("--size", type=int, default=512, help="pixels of the rasterizer's picture")
    parser.add_argument("--set", action="append", default=[], metavar="STAGE.KEY=VALUE")
    parser.add_argument("--skip-stages", action="store_true")
    parser.add_argument("--head", action="store_true", help="only how long the built-in head takes to make")
    chosen = parser.parse_args()
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}\n"
    )
    if chosen.head:
        bench_head()
        return
    if not chosen.skip_stages:
        bench_stages(chosen.prompt, chosen.profile, chosen.set)
    bench_rasterizer(chosen.size)


def bench_stages(prompt: str, profile: str, pairs: list[str]) -> None:
    """One whole run: per stage seconds, peak memory and the denoiser's share."""
    overrides = settings.parse_overrides(pairs, pipeline.sections())
    name, reason = models.resolve(profile, overrides)
    threads = settings.run_config(overrides).threads or default_threads()
    job = Job(prompt, 0, name, reason, threads, overrides)
    spent = {stage: Spent() for stage in pipeline.stage_names()}
    shapes: dict[str, tuple[Any, ...]] = {}
    models.Loader = functools.partial(TimedLoader, spent=spent, shapes=shapes)  # type: ignore[assignment,misc]
    rows: list[dict[str, Any]] = []

    def tell(event: str, **facts: Any) -> None:
        if event == "stage_started":
            TimedLoader.stage = facts["stage"]
        if event == "stage_finished":
            rows.append(facts)

    with tempfile.TemporaryDirectory() as folder:
        pipeline.run(Path(folder) / "out", job, tell)
    print(f"`{prompt}`, {reason}, {threads} threads\n")
    print("| stage | seconds | peak MB | U-Net calls | U-Net share |\n|---|---|---|---|---|")
    for row in rows:
        inside = spent[row["stage"]]
        share = f"{inside.seconds / row['seconds']:.0%}" if inside.calls else ""
        print(
            f"| {row['stage']} | {row['seconds']:.1f} | {row['peak_mb']} | {inside.calls or ''} | {share} |"
        )
    total = sum(row["seconds"] for row in rows)
    print(f"| all | {total:.1f} | {max(row['peak_mb'] for row in rows)} | | |\n")
    biggest = max(rows, key=lambda row: row["seconds"])
    print(f"Biggest cost: {biggest['stage']}, {biggest['seconds'] / total:.0%} of the run.")
    for role, (denoiser, arguments) in shapes.items():
        report_floor(role, denoiser, arguments)
    print()


class TimedLoader(models.Loader):
    """Loads what models.Loader does, with a stopwatch around predict_noise."""

    stage = ""

    def __init__(self, job: Job, spent: dict[str, Spent], shapes: dict[str, tuple[Any, ...]]) -> None:
        super().__init__(job)
        for role in ("generic", "texture"):
            denoiser = getattr(self.priors, role)
            denoiser.predict_noise = self._timed(role, denoiser, denoiser.predict_noise, spent, shapes)

    def _timed(
        self,
        role: str,
        denoiser: Any,
        original: Callable[..., Any],
        spent: dict[str, Spent],
        shapes: dict[str, tuple[Any, ...]],
    ) -> Callable[..., Any]:
        def predict_noise(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            result = original(*arguments, **named)
            spent[self.stage].seconds += time.perf_counter() - started
            spent[self.stage].calls += 1
            shapes.setdefault(role, (original, (*arguments, *named.values())))
            return result

        return predict_noise


def report_floor(role: str, predict_noise: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """A U-Net call against what its multiplications alone would take at the rate of a large matrix product."""
    counter = FlopCounterMode(display=False)
    with counter:
        predict_noise(*arguments)
    work = counter.get_total_flops()
    seconds = best(lambda: predict_noise(*arguments))
    rate = matrix_rate(torch.float32)
    fast = max(rate, matrix_rate(torch.bfloat16))
    print(
        f"{role} U-Net, input {tuple(arguments[0].shape)}: {work / 1e9:.2f} GFLOP, {seconds * 1e3:.1f} ms a call; "
        f"floor {work / fast * 1e3:.1f} ms at the {fast / 1e9:.0f} GFLOP/s of a large matrix product."
    )


def matrix_rate(dtype: torch.dtype, size: int = 1024) -> float:
    """FLOP/s of a square matrix product, the best of several."""
    left, right = torch.ones(2, size, size, dtype=dtype)
    return 2 * size**3 / best(lambda: left @ right)


@dataclass(frozen=True)
class Measure:
    """One way of finding what each pixel sees."""

    name: str
    seconds: float  # the best of some repeats
    agreement: float  # share of pixels that see the same triangle as Warp's


def bench_head() -> None:
    """The built-in head generated, read back from its cache, and one identity of it solved; seconds."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        head = load_builtin(Path(folder))
        cold = time.perf_counter() - started
        cached = best(lambda: load_builtin(Path(folder)), 3)
    fresh = iter(
        np.linspace(0.2, 0.8, 20, dtype=np.float32)
    )  # the head remembers the identity it solved last

    def identity() -> np.ndarray:
        return next(fresh) * np.asarray(head.macros["age"], np.float32)

    rows = {
        "generated (first start)": cold,
        "read from the cache": cached,
        "one identity, lips and lids solved": best(lambda: head.neutral(identity()), 3),
        "one identity and its 52 expressions": best(lambda: head.expressions(identity()), 3),
    }
    print("The built-in head\n\n| | seconds |\n|---|---|")
    for name, seconds in rows.items():
        print(f"| {name} | {seconds:.2f} |")


def bench_rasterizer(size: int) -> None:
    """The same view of the default head by Warp, by the torch reference and by Embree's ray caster."""
    torch.set_num_threads(default_threads())
    head = load_head("builtin")
    faces = head_buffers(head.parts, None).faces
    middle = [0.0, float(head.mean[:, 1].mean()), float(head.mean[:, 2].mean())]
    measures = compare(
        torch.from_numpy(head.mean), faces, size, cameras(20.0, target=middle, height=0.35), repeats=REPEATS
    )
    print(f"Rasterizer, {len(faces)} triangles at {size}²\n")
    print("| | ms | million triangles/s | times Warp's | same triangle |\n|---|---|---|---|---|")
    for one in measures:
        rate, ratio = len(faces) / one.seconds / 1e6, one.seconds / measures[0].seconds
        print(f"| {one.name} | {one.seconds * 1e3:.1f} | {rate:.3g} | {ratio:.1f} | {one.agreement:.2%} |")


def compare(
    vertices: torch.Tensor, faces: torch.Tensor, size: int, view: Cameras, repeats: int = 1
) -> list[Measure]:
    """Warp, the torch reference (run once: it is slow) and Embree on one view; vertices (V, 3), faces (F, 3)."""
    clip = to_clip(vertices, view)
    mesh = trimesh.Trimesh(vertices.numpy(), faces.numpy(), process=False)
    caster = trimesh.ray.ray_pyembree.RayMeshIntersector(mesh)
    origins, directions = rays(view, size)

    def drawn(name: str) -> np.ndarray:
        return rasterizer(name).rasterize(clip, faces, (size, size)).triangle.reshape(-1).numpy()

    ways: dict[str, tuple[Callable[[], np.ndarray], int]] = {
        "warp": (lambda: drawn("warp"), repeats),
        "torch": (lambda: drawn("torch"), 1),
        "embree": (lambda: caster.intersects_first(origins, directions), repeats),
    }
    seen = drawn("warp")
    return [
        Measure(name, best(draw, times), float((draw() == seen).mean()))
        for name, (draw, times) in ways.items()
    ]


def rays(view: Cameras, size: int) -> tuple[np.ndarray, np.ndarray]:
    """One ray per pixel of a view, by unprojecting the pixel centres."""
    matrix = torch.linalg.inv(view.world_to_clip()[0].double()).numpy()
    at = (np.arange(size) + 0.5) * 2 / size - 1
    x, y = np.meshgrid(at, -at)
    ends = [
        np.stack([x, y, np.full_like(x, z), np.ones_like(x)], axis=-1).reshape(-1, 4) @ matrix.T
        for z in (-1, 1)
    ]
    near, far = (end[:, :3] / end[:, 3:] for end in ends)
    direction = far - near
    return near, direction / np.linalg.norm(direction, axis=1, keepdims=True)


def best(action: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Seconds of the quickest of some runs; where there are several, one more before them to warm up."""
    if repeats > 1:
        action()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()
