"""Fit the built-in head to random identities of ICT-FaceKit: how much of a likeness sliders and modes reach.

    python tools/fit_identities.py FaceXModel [--count 50] [--seed 2026] [--json] [--choose-modes 20]

Each identity has coefficients drawn from N(0, 1).  Sliders within their limits and a similarity are fitted to
the identity's face (Gauss-Newton on point-to-plane distances).  The error is the distance from every vertex of
ICT's narrow face to the fitted skin, lips and lids solved, in mm.  Prints a table: with the named sliders
alone, and with the modes.  --choose-modes prints the waves for modes.py, chosen on other identities.
"""

from __future__ import annotations

import argparse
import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from ict_reference import NARROW_FACE, Reference, random_people, read_reference
from numpy.typing import NDArray
from scipy.optimize import lsq_linear
from surface_distance import Closest, SurfaceIndex, best_similarity

from dreamhead.head.builtin import generate
from dreamhead.head.builtin.identity import CREATURE_SLIDERS, NAMED_SLIDERS, SLIDER_NAMES, slider_limits
from dreamhead.head.builtin.modes import wave_field
from dreamhead.head.builtin.surface import build_surface, skin_vertices
from dreamhead.head.geometry import triangulate

Points = NDArray[np.float64]

ROUNDS = 9  # Gauss-Newton steps, the last EXACT on the head with lips and lids solved
EXACT = 3
THINNING = 3  # every third point is fitted; all are measured
PRIOR = 0.02  # weight of slider values against squared cm, summed over points
FACING = 0.3  # least cosine between the normals of points taken as corresponding
TRAINING_SEED, TRAINING_COUNT = 7, 36
HIGHEST_WAVES = (4, 6, 4)


@dataclass
class Fit:
    """One fitted identity: sliders (K,), and the similarity that takes the head to the reference."""

    values: Points
    scale: float = 1.0
    rotation: Points = field(default_factory=lambda: np.eye(3))
    shift: Points = field(default_factory=lambda: np.zeros(3))

    def to_head(self, points: Points) -> Points:
        """Reference points (n, 3) in the head's frame."""
        return (points - self.shift) @ self.rotation / self.scale


class Fitter:
    """The linear head (mean, basis) with what a Gauss-Newton step needs; cm."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.surface = build_surface()
        self.triangles = triangulate(self.surface.quads.astype(np.int32)).astype(np.int64)
        tables = generate.read_tables()
        self.mean = self._exact(np.zeros(len(SLIDER_NAMES)))
        self.basis = np.stack([skin_vertices(self.surface, rows) for rows in tables.fields[0]])
        self.limits = slider_limits()
        self.face = np.arange(NARROW_FACE.start, NARROW_FACE.stop)
        self.start = self._start()

    def fit(self, person: Points, free: NDArray[np.bool_]) -> Fit:
        """Fit the sliders that are free (K,) to a person (V, 3)."""
        fit = Fit(np.zeros(len(SLIDER_NAMES)), *self.start)
        normals = vertex_normals(person, self.reference.triangles)
        points = person[self.face[::THINNING]]
        facing = normals[self.face[::THINNING]]
        for step in range(ROUNDS):
            exact = step >= ROUNDS - EXACT
            skin = self._exact(fit.values) if exact else self._linear(fit.values)
            self._step(fit, skin, points, facing, free)
        return fit

    def errors(self, fit: Fit, person: Points) -> Points:
        """(n,) mm from each vertex of the narrow face to the fitted head."""
        index = SurfaceIndex(self._exact(fit.values), self.triangles)
        found = index.closest(fit.to_head(person[self.face]))
        return 10 * fit.scale * found.distance

    def rows(
        self, fit: Fit, skin: Points, points: Points, facing: Points, basis: Points
    ) -> tuple[Points, Points]:
        """Point-to-plane rows (n, K + 7) of the basis (K, V, 3) and the similarity, and residuals (n,)."""
        index = SurfaceIndex(skin, self.triangles)
        local = fit.to_head(points)
        found = index.closest(local)
        normal = index.normals[found.triangle]
        kept = ((facing @ fit.rotation) * normal).sum(1) > FACING
        found = Closest(found.point[kept], found.distance[kept], found.triangle[kept], found.weights[kept])
        normal, local = normal[kept], local[kept]
        weight = 1 / np.sqrt(1 + (found.distance / 0.3) ** 2)  # far points may have no counterpart
        corners = self.triangles[found.triangle]
        sliders = np.zeros((len(local), len(basis)))
        for corner in range(3):
            share = (found.weights[:, corner] * weight)[:, None] * normal
            sliders += np.einsum("knc,nc->nk", basis[:, corners[:, corner]], share)
        similarity = -weight[:, None] * np.concatenate(
            [np.cross(local, normal), normal, (local * normal).sum(1, keepdims=True)], 1
        )
        residual = weight * ((local - found.point) * normal).sum(1)
        return np.concatenate([sliders, similarity], 1), residual

    def _step(self, fit: Fit, skin: Points, points: Points, facing: Points, free: NDArray[np.bool_]) -> None:
        jacobian, residual = self.rows(fit, skin, points, facing, self.basis[free])
        count = int(free.sum())
        ridge = np.sqrt(PRIOR) * np.eye(count, count + 7)
        lhs = np.concatenate([jacobian, ridge])
        rhs = np.concatenate([residual, -np.sqrt(PRIOR) * fit.values[free]])
        low = np.concatenate([self.limits[free, 0] - fit.values[free], np.full(7, -np.inf)])
        high = np.concatenate([self.limits[free, 1] - fit.values[free], np.full(7, np.inf)])
        _, triangular = np.linalg.qr(np.concatenate([lhs, rhs[:, None]], 1))[0:2]
        solved = lsq_linear(
            triangular[:-1, :-1], triangular[:-1, -1], (np.minimum(low, -1e-9), np.maximum(high, 1e-9))
        ).x
        fit.values[free] = np.clip(fit.values[free] + solved[:count], *self.limits[free].T)
        self._turn(fit, solved[count:])

    def _turn(self, fit: Fit, change: Points) -> None:
        """Move the points by a small rotation, shift and growth, as part of the similarity."""
        rotation = small_rotation(change[:3])
        growth = 1 + change[6]
        # local' = growth * rotation @ local + shift, so the inverse goes into head -> reference
        fit.shift = fit.shift - fit.scale / growth * fit.rotation @ rotation.T @ change[3:6]
        fit.rotation = fit.rotation @ rotation.T
        fit.scale = fit.scale / growth

    def _linear(self, values: Points) -> Points:
        return self.mean + np.tensordot(values, self.basis, 1)

    def _exact(self, values: Points) -> Points:
        return generate.neutral_vertices(generate.generator(values))[: self.surface.vertex_count]

    def _start(self) -> tuple[float, Points, Points]:
        """The similarity between the default head and the reference's neutral."""
        index = SurfaceIndex(self.mean, self.triangles)
        points = self.reference.neutral[self.face[::THINNING]]
        scale, rotation, shift = 1.0, np.eye(3), np.zeros(3)
        for _ in range(20):
            found = index.closest((points - shift) @ rotation / scale)
            scale, rotation, shift = best_similarity(found.point, points)
        return scale, rotation, shift


def table(fitter: Fitter, people: Points) -> dict[str, Any]:
    """Mean error of every person, mm: sliders alone and with modes."""
    named = np.array([name in NAMED_SLIDERS for name in SLIDER_NAMES])
    everyone = np.array([name not in CREATURE_SLIDERS for name in SLIDER_NAMES])
    named &= everyone
    result: dict[str, Any] = {
        "people": len(people),
        "sliders": int(named.sum()),
        "modes": int((everyone & ~named).sum()),
    }
    for name, free in (("sliders_mm", named), ("all_mm", everyone)):
        means = []
        for coefficients in people:
            person = fitter.reference.person(coefficients)
            means.append(round(float(fitter.errors(fitter.fit(person, free), person).mean()), 3))
        result[name] = means
        result[f"median_{name}"] = round(float(np.median(means)), 3)
    return result


def choose_modes(fitter: Fitter, count: int) -> list[tuple[str, int, int, int]]:
    """The waves that explain most of what the named sliders leave, found one by one on training identities."""
    named = np.array([name in NAMED_SLIDERS for name in SLIDER_NAMES])
    waves = [
        (axis, *counts)
        for axis in "xyz"
        for counts in itertools.product(*(range(highest + 1) for highest in HIGHEST_WAVES))
        if sum(counts) <= 8 and not (axis == "x" and counts[0] == 0)
    ]
    points = generate.read_tables().points
    fields = np.stack([skin_vertices(fitter.surface, wave_field(*wave)(points, {})) for wave in waves])
    basis = np.concatenate([fitter.basis[named], fields])
    quadratics = []
    for coefficients in random_people(TRAINING_COUNT, TRAINING_SEED):
        person = fitter.reference.person(coefficients)
        fit = fitter.fit(person, named)
        normals = vertex_normals(person, fitter.reference.triangles)
        chosen = fitter.face[::THINNING]
        skin = fitter._exact(fit.values)
        jacobian, residual = fitter.rows(fit, skin, person[chosen], normals[chosen], basis)
        quadratics.append((jacobian.T @ jacobian, jacobian.T @ residual))
    sliders, candidates = int(named.sum()), np.arange(len(waves))
    always = np.concatenate([np.arange(sliders), np.arange(len(basis), len(basis) + 7)])
    picked: list[int] = []
    for _ in range(count):
        gains = np.zeros(len(waves))
        used = np.concatenate([always, sliders + np.array(picked, int)])
        for hessian, gradient in quadratics:
            inner = hessian[np.ix_(used, used)] + PRIOR * np.eye(len(used))
            across = hessian[np.ix_(used, sliders + candidates)]
            reduced = np.linalg.solve(inner, np.concatenate([across, gradient[used, None]], 1))
            slope = gradient[sliders + candidates] - across.T @ reduced[:, -1]
            curvature = np.diag(hessian)[sliders + candidates] + PRIOR - (across * reduced[:, :-1]).sum(0)
            gains += slope**2 / np.maximum(curvature, 1e-6)
        gains[picked] = -1
        picked.append(int(gains.argmax()))
        print(waves[picked[-1]], round(float(gains.max()), 2), flush=True)
    return [waves[number] for number in picked]


def vertex_normals(vertices: Points, triangles: NDArray[np.int64]) -> Points:
    """(V, 3) unit normals."""
    corners = vertices[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.zeros_like(vertices)
    for corner in range(3):
        np.add.at(total, triangles[:, corner], normals)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-20)


def small_rotation(vector: Points) -> Points:
    """(3, 3) rotation by |vector| radians about vector (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def main() -> None:
    """Print the table, or the chosen waves."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="the unpacked FaceXModel folder")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    parser.add_argument("--choose-modes", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    fitter = Fitter(read_reference(arguments.folder))
    if arguments.choose_modes:
        for wave in choose_modes(fitter, arguments.choose_modes):
            print(f"    {wave!r},".replace("'", '"'))
        return
    result = table(fitter, random_people(arguments.count, arguments.seed))
    if arguments.json:
        print(json.dumps(result))
        return
    print("| person | sliders, mm | with modes, mm |\n|---|---|---|")
    for number, (alone, both) in enumerate(zip(result["sliders_mm"], result["all_mm"], strict=True), 1):
        print(f"| {number} | {alone:.2f} | {both:.2f} |")
    print(f"| **median** | {result['median_sliders_mm']:.2f} | {result['median_all_mm']:.2f} |")


if __name__ == "__main__":
    main()
