"""A head model of a few hundred vertices that keeps HeadModel's whole contract, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dreamhead.head.model import ARKIT_NAMES, JOINT_NAMES, Floats, Landmarks, Licence, Part

RADIUS = 0.1  # metres
ROWS, COLUMNS = 17, 32  # pole to pole, around
SLIT_ROW = 10  # the mouth: this row is doubled for the columns that face forward
SLIT_COLUMNS = range(-3, 4)
LIP_GAP = 0.0001
JAW_ANGLE = 0.3


@dataclass(frozen=True)
class SmallHead:
    """A sphere with a closed mouth slit and its bag, two eyes, upper teeth and a tongue."""

    name: str = "small"
    revision: str = "1"
    licence: Licence = field(default_factory=lambda: Licence("MIT", "dreamhead", "these tests"))
    slider_names: tuple[str, ...] = ("wide",)
    slider_limits: Floats = field(default_factory=lambda: np.array([[-1, 1]], np.float32))
    macros: dict[str, Floats] = field(default_factory=dict)
    fields: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        vertices, parts, groups = _build()
        basis = vertices[None] * np.array([0.2, 0, 0], np.float32)
        owner = np.empty(len(vertices), object)
        for name, index in groups.items():
            owner[index] = name
        lower = _lower_face(vertices) * np.isin(owner, ["skin", "mouth_bag"])
        lower[groups["lip_lower"]] = 1
        lower[groups["lip_upper"]] = 0
        lower[groups["bag_lower"]], lower[groups["bag_upper"]] = 1, 0
        weights = np.zeros((len(vertices), len(JOINT_NAMES)), np.float32)
        neck = np.clip(-(vertices[:, 1] + 0.05) / 0.05, 0, 1)
        weights[:, 3] = lower * (1 - neck)
        weights[:, 1] = neck
        weights[:, 2] = 1 - weights[:, 1] - weights[:, 3]
        for name, joint in (("eye_left", 4), ("eye_right", 5), ("tongue", 3), ("teeth_upper", 2)):
            weights[groups[name]] = np.eye(len(JOINT_NAMES), dtype=np.float32)[joint]
        ones = np.zeros(len(vertices), np.float32)
        landmark = Landmarks(np.zeros((1, 3), np.int32), np.full((1, 3), 1 / 3, np.float32))
        for key, value in {
            "mean": vertices,
            "identity_basis": basis,
            "parts": parts,
            "groups": groups,
            "lower": lower.astype(np.float32),
            "joint_weights": weights,
            "landmarks_478": landmark,
            "landmarks_68": landmark,
            "masks": {name: ones for name in ("face", "scalp", "lips", "lids", "ears", "neck")},
        }.items():
            object.__setattr__(self, key, value)

    def neutral(self, identity: Floats) -> Floats:
        return (self.mean + np.tensordot(identity, self.identity_basis, 1)).astype(np.float32)

    def expressions(self, identity: Floats) -> dict[str, Floats]:
        """jawOpen turns the lower face, eyeLook an eye; the rest are bumps, on the side of their name."""
        vertices = self.neutral(identity)
        skin = np.zeros((len(vertices), 1), bool)
        skin[self.groups["skin"]] = True
        skin[self.groups["lip_upper"]] = skin[self.groups["lip_lower"]] = False
        tongue = self.groups["tongue"]
        normals = vertices / np.linalg.norm(vertices, axis=1, keepdims=True)
        jaw = self.joint_positions(identity)[3]
        out = {}
        for number, name in enumerate(ARKIT_NAMES):
            side = 1 if name.endswith("Left") else -1 if name.endswith("Right") else 0
            if name.startswith("eyeLook"):
                out[name] = _turn_eye(vertices, self.groups["eye_left" if side > 0 else "eye_right"], name)
            elif name == "jawOpen":
                opened = _turned(vertices, jaw, JAW_ANGLE) - vertices
                out[name] = self.lower[:, None] * opened
                out[name][tongue] = opened[tongue]
            elif name in ("jawLeft", "jawRight"):
                out[name] = self.lower[:, None] * np.array([0.008 * side, 0, 0])
            elif name == "tongueOut":
                out[name] = np.zeros_like(vertices)
                out[name][tongue] = [0, 0, 0.03]
            else:
                centre = np.array([0.05 * side, 0.06 - 0.0022 * number, 0.08])
                bump = np.exp(-np.sum((vertices - centre) ** 2, axis=1) / 0.02**2)
                bump[bump < 1e-3] = 0
                bump *= np.clip(1 + 20 * side * vertices[:, 0], 0, 1)
                out[name] = 0.004 * bump[:, None] * normals * skin
        return {name: delta.astype(np.float32) for name, delta in out.items()}

    def joint_positions(self, identity: Floats) -> Floats:
        eye = self.neutral(identity)[self.groups["eye_left"]].mean(axis=0)
        rows = [[0, -0.15, 0], [0, -0.1, 0], [0, -0.02, 0], [0, -0.01, 0.02], eye, eye * [-1, 1, 1]]
        return np.array(rows, np.float32)


def _build() -> tuple[Floats, tuple[Part, ...], dict[str, np.ndarray]]:
    points: list[np.ndarray] = []
    grid = np.zeros((ROWS, COLUMNS), np.int64)
    for row in range(ROWS):
        polar = np.pi * (row + 0.5) / ROWS
        for column in range(COLUMNS):
            around = 2 * np.pi * column / COLUMNS  # 0 looks along +Z, the quarter turn along +X
            grid[row, column] = len(points)
            points.append(
                RADIUS
                * np.array([np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)])
            )
    upper = np.array([grid[SLIT_ROW, column % COLUMNS] for column in SLIT_COLUMNS])
    inner = upper[1:-1]
    lower = np.r_[upper[0], np.arange(len(inner)) + len(points), upper[-1]]
    points += [points[index] - [0, LIP_GAP, 0] for index in inner]
    bag_upper = np.arange(len(upper)) + len(points)
    points += [points[index] * np.array([0.9, 1, 0.8]) + [0, 0.01, 0] for index in upper]
    bag_lower = np.arange(len(upper)) + len(points)
    points += [points[index] * np.array([0.9, 1, 0.8]) - [0, 0.01, 0] for index in lower]
    below = grid.copy()
    for column, index in zip(SLIT_COLUMNS, lower, strict=True):
        below[SLIT_ROW, column % COLUMNS] = index
    faces, uv_faces = [], []
    uv = np.stack(
        np.meshgrid(np.linspace(0.02, 0.98, COLUMNS + 1), np.linspace(0.02, 0.98, ROWS), indexing="xy"), -1
    )
    corner = np.arange(ROWS * (COLUMNS + 1)).reshape(ROWS, COLUMNS + 1)
    for row in range(ROWS - 1):
        top = below if row == SLIT_ROW else grid
        for column in range(COLUMNS):
            # The seam is at the back: texture columns start half a turn from the front.
            a, b = (column + COLUMNS // 2) % COLUMNS, (column + COLUMNS // 2 + 1) % COLUMNS
            faces.append([top[row, a], grid[row + 1, a], grid[row + 1, b], top[row, b]])
            uv_faces.append(
                [
                    corner[row, column],
                    corner[row + 1, column],
                    corner[row + 1, column + 1],
                    corner[row, column + 1],
                ]
            )
    parts = [Part("skin", "skin", _ints(faces), uv.reshape(-1, 2).astype(np.float32), _ints(uv_faces))]
    skin = np.unique(faces)
    strips = [(upper, bag_upper), (bag_upper, bag_lower), (bag_lower, lower)]
    bag_faces, bag_uv, bag_uv_faces = [], [], []
    for number, (one, two) in enumerate(strips):
        base = len(bag_uv)
        for side in range(2):
            bag_uv += [[0.1 + 0.05 * k, 0.1 + 0.1 * number + 0.08 * side] for k in range(len(one))]
        for k in range(len(one) - 1):
            quad = [one[k], two[k], two[k + 1], one[k + 1]]
            bag_faces.append(list(dict.fromkeys(quad)) + [quad[-1]] * (4 - len(set(quad))))
            n = len(one)
            bag_uv_faces.append([base + k, base + n + k, base + n + k + 1, base + k + 1])
    parts.append(
        Part("mouth_bag", "mouth", _ints(bag_faces), np.array(bag_uv, np.float32), _ints(bag_uv_faces))
    )
    groups = {"skin": skin, "mouth_bag": np.r_[bag_upper, bag_lower]}
    groups |= {"bag_upper": bag_upper, "bag_lower": bag_lower}
    groups |= {"lip_upper": inner, "lip_lower": lower[1:-1]}
    blobs = {
        "eye_left": ("eye", [0.035, 0.03, 0.075], 0.012),
        "eye_right": ("eye", [-0.035, 0.03, 0.075], 0.012),
        "teeth_upper": ("mouth", [0, -0.025, 0.06], 0.008),
        "tongue": ("mouth", [0, -0.04, 0.06], 0.008),
    }
    for name, (material, centre, radius) in blobs.items():
        cube, cube_faces = _octahedron()
        groups[name] = np.arange(len(cube)) + len(points)
        blob_faces = _ints(cube_faces + len(points))
        points += list(cube * radius + centre)
        blob_uv = (0.5 + 0.3 * cube[:, :2] + 0.1 * cube[:, 2:]).astype(np.float32)
        parts.append(Part(name, material, blob_faces, blob_uv, _ints(cube_faces)))
    return np.array(points, np.float32), tuple(parts), groups


def _octahedron() -> tuple[np.ndarray, np.ndarray]:
    points = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], np.float64)
    triangles = [[4, 0, 2], [4, 2, 1], [4, 1, 3], [4, 3, 0], [5, 2, 0], [5, 1, 2], [5, 3, 1], [5, 0, 3]]
    return points, np.array([[*t, t[-1]] for t in triangles])


def _ints(values: object) -> np.ndarray:
    return np.asarray(values, np.int32)


def _lower_face(vertices: Floats) -> np.ndarray:
    below = np.clip(-(vertices[:, 1] + 0.02) / 0.02, 0, 1)
    return below * np.clip(vertices[:, 2] / 0.05, 0, 1)


def _turned(vertices: Floats, pivot: Floats, angle: float, axis: int = 0) -> np.ndarray:
    one, two = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[one, one] = matrix[two, two] = np.cos(angle)
    matrix[one, two], matrix[two, one] = -np.sin(angle), np.sin(angle)
    return (vertices - pivot) @ matrix.T + pivot


def _turn_eye(vertices: Floats, eye: np.ndarray, name: str) -> np.ndarray:
    left = name.endswith("Left")
    if "Up" in name or "Down" in name:
        axis, angle = 0, 0.4 if "Down" in name else -0.4
    else:
        axis, angle = 1, 0.4 if ("Out" in name) == left else -0.4
    delta = np.zeros(vertices.shape)
    delta[eye] = _turned(vertices[eye], vertices[eye].mean(axis=0), angle, axis) - vertices[eye]
    return delta
