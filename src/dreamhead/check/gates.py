"""The gates that a finished bundle must pass; each looks at the files alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dreamhead.check.compare import differences
from dreamhead.check.read_fbx import read_fbx
from dreamhead.check.read_glb import ReadHead, read_glb
from dreamhead.check.read_usd import read_usd, usd_findings
from dreamhead.check.validator import validate
from dreamhead.errors import DamagedFileError
from dreamhead.head.correctives import HALF_BLINKS, JAW_JOINT
from dreamhead.head.model import ARKIT_NAMES, JOINT_NAMES

STILL_BY_DESIGN = ("viseme_sil", *HALF_BLINKS, JAW_JOINT)  # a corrective may have nothing to mend
LEAST_MOTION = 1e-4  # metres that every other target must reach somewhere
MOST_MOTION = 0.08
LEAST_STILL_SHARE = 0.2  # of the skin's corners that a target must leave alone
SIDE_RATIO = 2.0  # a Left target moves the left half this many times more than the right
MOST_TURNED_SHARE = 0.05  # of a mesh's triangles that may face against their normals (bent hair cards)
HEAD_HEIGHT = (0.15, 0.6)  # metres, all meshes together
UNIT_SLACK = 0.05  # of a normal map's vectors, which 8 bits round
GLB_NAME = "head.glb"
FBX_NAME = "head.fbx"
USDZ_NAME = "head.usdz"
SKIN_MODES = {  # file -> Pillow's mode for its depth and channels
    "skin_albedo": "RGB",
    "skin_normal": "RGB",
    "skin_normal_dx": "RGB",
    "skin_specular": "L",
    "skin_roughness": "L",
    "skin_orm": "RGB",
    "skin_displacement": "I;16",
}


@dataclass(frozen=True)
class GateResult:
    """passed is None when the gate could not run here; detail says what was seen."""

    gate: str
    passed: bool | None
    detail: str

    def as_json(self) -> dict[str, Any]:
        """For the manifest."""
        return asdict(self)


class _Refused(Exception):
    """A gate's reason to fail."""


def run_gates(folder: Path) -> list[GateResult]:
    """Every gate on the bundle in folder, in a fixed order; a file that cannot be read fails its gates."""
    results = []
    try:
        head: ReadHead | None = read_glb(folder / GLB_NAME)
    except DamagedFileError as error:
        head = None
        results.append(GateResult("readable", False, error.message))
    if head is not None:
        results.append(GateResult("readable", True, f"{len(head.meshes)} meshes"))
        results += [judge(name, gate, head) for name, gate in HEAD_GATES.items()]
        results.append(same_head_gate(folder / FBX_NAME, read_fbx, head))
        results.append(same_head_gate(folder / USDZ_NAME, read_usd, head))
    results += [judge(name, gate, folder / "textures") for name, gate in TEXTURE_GATES.items()]
    results.append(validator_gate(folder / GLB_NAME))
    results.append(usd_validation_gate(folder / USDZ_NAME))
    return results


def judge(name: str, gate: Callable[[Any], str], subject: Any) -> GateResult:
    """One gate's result; a missing mesh, joint or file is a failure, not an error."""
    try:
        return GateResult(name, True, gate(subject))
    except _Refused as refusal:
        return GateResult(name, False, str(refusal))
    except (KeyError, OSError) as error:
        return GateResult(name, False, f"missing: {error}")


def finite(head: ReadHead) -> str:
    """No NaN and no infinity anywhere."""
    count = 0
    for mesh in head.meshes:
        tables = [*mesh.attributes.items()]
        tables += [(name, table) for name, pair in mesh.targets.items() for table in pair]
        for name, table in tables:
            _require(bool(np.isfinite(table).all()), f"{mesh.name} {name} holds NaN or infinity")
            count += table.size
    return f"{count} numbers"


def names(head: ReadHead) -> str:
    """The joints in order; the 52 first on every mesh that has targets, and the same list on all of them."""
    _require(head.joint_names == JOINT_NAMES, f"joints are {', '.join(head.joint_names)}")
    lists = {mesh.name: tuple(mesh.targets) for mesh in head.meshes if mesh.targets}
    _require("skin" in lists, "the skin has no targets")
    for mesh, found in lists.items():
        _require(found[: len(ARKIT_NAMES)] == ARKIT_NAMES, f"{mesh} does not start with the 52 ARKit names")
        _require(found == lists["skin"], f"{mesh} and skin name different targets")
    return f"{len(lists['skin'])} targets on {len(lists)} of {len(head.meshes)} meshes"


def weights(head: ReadHead) -> str:
    """Skin weights are not negative, sum to 1 and name joints that exist."""
    worst = 0.0
    for mesh in head.meshes:
        values, joints = mesh.attributes["WEIGHTS_0"], mesh.attributes["JOINTS_0"]
        error = float(np.abs(values.sum(axis=1) - 1).max())
        _require(bool((values >= 0).all()), f"{mesh.name} has a negative weight")
        _require(error < 1e-4, f"{mesh.name}: weights sum to 1 within {error:.2g} only")
        _require(int(joints.max()) < len(head.joint_names), f"{mesh.name} names joint {joints.max()}")
        worst = max(worst, error)
    return f"sums within {worst:.1g} of 1"


def uv(head: ReadHead) -> str:
    """Texture coordinates lie in 0..1."""
    for mesh in head.meshes:
        table = mesh.attributes["TEXCOORD_0"]
        low, high = float(table.min()), float(table.max())
        _require(low >= -1e-6 and high <= 1 + 1e-6, f"{mesh.name} spans {low:.3f}..{high:.3f}")
    return "inside 0..1"


def targets(head: ReadHead) -> str:
    """Every target moves something, nothing absurdly far, and leaves part of the skin alone."""
    skin = head.mesh("skin")
    smallest, smallest_name = np.inf, ""
    for name in skin.targets:
        lengths = [np.linalg.norm(mesh.targets[name][0], axis=1) for mesh in head.meshes if mesh.targets]
        reach = max(float(length.max()) for length in lengths)
        still = float(np.mean(np.linalg.norm(skin.targets[name][0], axis=1) < 1e-6))
        if name not in STILL_BY_DESIGN:
            _require(reach >= LEAST_MOTION, f"{name} moves nothing (at most {1000 * reach:.3f} mm)")
            if reach < smallest:
                smallest, smallest_name = reach, name
        _require(reach <= MOST_MOTION, f"{name} moves a vertex by {1000 * reach:.0f} mm")
        _require(still >= LEAST_STILL_SHARE, f"{name} moves {1 - still:.0%} of the skin")
    return f"least: {smallest_name}, {1000 * smallest:.1f} mm"


def sides(head: ReadHead) -> str:
    """+X is the subject's left: eyes, jawLeft and every Left/Right pair agree."""
    joints = dict(zip(head.joint_names, head.joint_positions, strict=True))
    _require(joints["eyeLeft"][0] > joints["eyeRight"][0], "eyeLeft is not on +X")
    skin = head.mesh("skin")
    across = skin.attributes["POSITION"][:, 0]
    pairs = 0
    for name in ARKIT_NAMES:
        sign = 1 if name.endswith("Left") else -1 if name.endswith("Right") else 0
        delta = skin.targets[name][0]
        if name in ("jawLeft", "jawRight", "mouthLeft", "mouthRight"):
            _require(sign * float(delta[:, 0].sum()) > 0, f"{name} moves the face to the other side")
        elif sign != 0:
            length = np.linalg.norm(delta, axis=1)
            own, other = float(length[sign * across > 0].sum()), float(length[sign * across < 0].sum())
            _require(own >= SIDE_RATIO * other, f"{name} moves its own side {own:.3g}, the other {other:.3g}")
            pairs += 1
    return f"{pairs} one-sided targets"


def outward(head: ReadHead) -> str:
    """Triangles face the way their normals do, and the eyeballs' away from their centres."""
    for mesh in head.meshes:
        points, normals = mesh.attributes["POSITION"], mesh.attributes["NORMAL"]
        corners = points[mesh.triangles]
        facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        along = np.einsum("tc,tc->t", facing, normals[mesh.triangles].sum(axis=1))
        share = float(np.mean(along < 0))
        _require(
            share <= MOST_TURNED_SHARE, f"{share:.0%} of {mesh.name}'s triangles face against their normals"
        )
    joints = dict(zip(head.joint_names, head.joint_positions, strict=True))
    for name, joint in (("eye_left", "eyeLeft"), ("eye_right", "eyeRight")):
        eye = head.mesh(name).attributes
        away = np.einsum("nc,nc->n", eye["POSITION"] - joints[joint], eye["NORMAL"])
        _require(bool((away > 0).all()), f"{name} faces inwards")
    return f"at most {MOST_TURNED_SHARE:.0%} turned"


def scale(head: ReadHead) -> str:
    """Metres, +Y up, the face along +Z."""
    points = np.concatenate([mesh.attributes["POSITION"] for mesh in head.meshes])
    height = float(np.ptp(points[:, 1]))
    _require(HEAD_HEIGHT[0] <= height <= HEAD_HEIGHT[1], f"the head is {height:.3f} m tall")
    joints = dict(zip(head.joint_names, head.joint_positions, strict=True))
    _require(joints["eyeLeft"][2] > joints["head"][2], "the eyes are not in front of the head joint")
    _require(joints["head"][1] > joints["neck"][1], "the head joint is not above the neck")
    return f"{height:.3f} m tall"


def map_sizes(folder: Path) -> str:
    """The seven skin maps are there, square, of one size, with the right depth and channels."""
    sizes = {}
    for name, mode in SKIN_MODES.items():
        with _opened(folder, name) as image:
            _require(image.mode == mode, f"{name} is {image.mode}, not {mode}")
            sizes[name] = image.size
    width, height = sizes["skin_albedo"]
    _require(width == height, f"skin_albedo is {width} x {height}")
    for name, size in sizes.items():
        _require(size == (width, height), f"{name} is {size[0]} x {size[1]}, skin_albedo {width} x {height}")
    return f"{len(sizes)} maps of {width} x {height}"


def normal_map(folder: Path) -> str:
    """The skin's normals are unit vectors looking outwards; the DirectX copy differs in green's sign only."""
    with _opened(folder, "skin_normal") as image, _opened(folder, "skin_normal_dx") as directx:
        bytes_gl, bytes_dx = np.asarray(image), np.asarray(directx)
    _require(bytes_gl.ndim == 3 and bytes_gl.shape == bytes_dx.shape, "the two normal maps differ in shape")
    _require(np.array_equal(bytes_gl[..., ::2], bytes_dx[..., ::2]), "the DirectX copy changes red or blue")
    _require(np.array_equal(bytes_gl[..., 1], 255 - bytes_dx[..., 1]), "the DirectX copy does not flip green")
    inward, wrong, rows = 0, 0, 256
    shortest, longest = (round((255 * (1 + slack)) ** 2) for slack in (-UNIT_SLACK, UNIT_SLACK))
    for start in range(0, len(bytes_gl), rows):  # in strips, to stay small in memory
        doubled = 2 * bytes_gl[start : start + rows].astype(np.int32) - 255  # 255 = 1
        squared = np.einsum("hwc,hwc->hw", doubled, doubled)
        inward += int((doubled[..., 2] <= 0).sum())
        wrong += int(((squared < shortest) | (squared > longest)).sum())
    count = bytes_gl.shape[0] * bytes_gl.shape[1]
    _require(inward == 0, f"{inward} texels look inwards")
    _require(wrong <= count // 1000, f"{wrong} of {count} texels are not unit vectors")
    return f"unit within {UNIT_SLACK} but for {wrong} of {count} texels"


def validator_gate(path: Path) -> GateResult:
    """The Khronos validator finds no error and no warning; it does not run where it is not installed."""
    report = validate(path)
    if report is None:
        return GateResult("gltf-validator", None, "gltf-validator is not installed")
    detail = "; ".join([f"{report.errors} errors, {report.warnings} warnings", *report.messages[:3]])
    return GateResult("gltf-validator", report.errors == 0 and report.warnings == 0, detail)


def usd_validation_gate(path: Path) -> GateResult:
    """USD's own validators find nothing."""
    try:
        findings = usd_findings(path)
    except DamagedFileError as error:
        return GateResult("usd-validation", False, error.message)
    detail = "; ".join([f"{len(findings)} findings", *findings[:3]])
    return GateResult("usd-validation", not findings, detail)


def same_head_gate(path: Path, read: Callable[[Path], ReadHead], head: ReadHead) -> GateResult:
    """A file in another format, called as the gate is, says the head that the glb says: the 52 names in order
    and all others, the skeleton, every point, weight and target."""
    try:
        seen = differences(read(path), head)
    except DamagedFileError as error:
        return GateResult(path.name, False, error.message)
    detail = "; ".join([f"{len(seen)} differences from {GLB_NAME}", *seen[:3]])
    return GateResult(path.name, not seen, detail)


HEAD_GATES: dict[str, Callable[[ReadHead], str]] = {
    "finite": finite,
    "names": names,
    "weights": weights,
    "uv": uv,
    "targets": targets,
    "sides": sides,
    "outward": outward,
    "scale": scale,
}
TEXTURE_GATES: dict[str, Callable[[Path], str]] = {"map sizes": map_sizes, "normal map": normal_map}


def _require(condition: bool, reason: str) -> None:
    if not condition:
        raise _Refused(reason)


def _opened(folder: Path, name: str) -> Image.Image:
    return Image.open(folder / f"{name}.png")
