"""Each gate passes a sound bundle and fails one that is wrong in just its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dreamhead.check import gates
from dreamhead.check.read_glb import ReadHead, ReadMesh, read_glb
from dreamhead.check.verdict import require_passed
from dreamhead.errors import EXIT_GATE, GateError
from dreamhead.export.bundle import BundleMesh, MorphTarget
from dreamhead.export.fbx import fbx_bytes
from dreamhead.export.usd import usdc_bytes
from dreamhead.export.usdz import packed, usdz_bytes
from dreamhead.record import write_json
from tests.export import samples


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.written(tmp_path_factory.mktemp("out") / "bundle")


@pytest.fixture(scope="module")
def head(folder: Path) -> ReadHead:
    return read_glb(folder / "head.glb")


def test_a_sound_bundle_passes_all(folder: Path) -> None:
    results = gates.run_gates(folder)
    assert [result.gate for result in results if result.passed is False] == []
    assert [result.gate for result in results] == [
        "readable",
        *gates.HEAD_GATES,
        "head.fbx",
        "head.usdz",
        *gates.TEXTURE_GATES,
        "gltf-validator",
        "usd-validation",
    ]


def with_attribute(
    head: ReadHead, mesh: str, key: str, change: Callable[[np.ndarray], np.ndarray]
) -> ReadHead:
    def changed(one: ReadMesh) -> ReadMesh:
        if one.name != mesh:
            return one
        return replace(one, attributes={**one.attributes, key: change(one.attributes[key].copy())})

    return replace(head, meshes=tuple(changed(one) for one in head.meshes))


def with_targets(head: ReadHead, mesh: str, change: Callable[[dict], dict]) -> ReadHead:
    def changed(one: ReadMesh) -> ReadMesh:
        return replace(one, targets=change(dict(one.targets))) if one.name == mesh else one

    return replace(head, meshes=tuple(changed(one) for one in head.meshes))


def scaled(name: str, factor: float) -> Callable[[dict], dict]:
    return lambda table: {**table, name: tuple(part * np.float32(factor) for part in table[name])}


def with_nan(table: np.ndarray) -> np.ndarray:
    table[0, 0] = np.nan
    return table


def with_infinity(table: dict) -> dict:
    position, normal = table["tongueOut"]
    return {**table, "tongueOut": (np.full_like(position, np.inf), normal)}


def renamed(old: str, new: str) -> Callable[[dict], dict]:
    return lambda table: {new if name == old else name: pair for name, pair in table.items()}


def reordered(table: dict) -> dict:
    return dict(sorted(table.items()))


def everywhere(table: dict) -> dict:
    position, normal = table["browInnerUp"]
    return {**table, "browInnerUp": (position + np.float32(0.001), normal)}


def swapped(one: str, two: str) -> Callable[[dict], dict]:
    return lambda table: {**table, one: table[two], two: table[one]}


def turned_inside_out(head: ReadHead, mesh: str) -> ReadHead:
    head = with_attribute(head, mesh, "NORMAL", lambda table: -table)
    meshes = [
        replace(one, triangles=one.triangles[:, ::-1]) if one.name == mesh else one for one in head.meshes
    ]
    return replace(head, meshes=tuple(meshes))


FAULTS: list[tuple[str, Callable[[ReadHead], ReadHead], str]] = [
    ("finite", lambda h: with_attribute(h, "skin", "NORMAL", with_nan), "skin NORMAL"),
    ("finite", lambda h: with_targets(h, "tongue", with_infinity), "tongue tongueOut"),
    ("names", lambda h: with_targets(h, "skin", renamed("jawOpen", "JawOpen")), "52 ARKit names"),
    ("names", lambda h: with_targets(h, "tongue", reordered), "tongue"),
    ("names", lambda h: with_targets(h, "tongue", renamed("viseme_aa", "aa")), "tongue and skin"),
    ("names", lambda h: with_targets(h, "skin", lambda table: {}), "the skin has no targets"),
    ("names", lambda h: replace(h, joint_names=h.joint_names[::-1]), "joints are"),
    ("weights", lambda h: with_attribute(h, "skin", "WEIGHTS_0", lambda t: t * 1.01), "sum to 1"),
    ("weights", lambda h: with_attribute(h, "eye_left", "JOINTS_0", lambda t: t + 6), "names joint"),
    ("uv", lambda h: with_attribute(h, "skin", "TEXCOORD_0", lambda t: t + 0.5), "skin spans"),
    (
        "targets",
        lambda h: with_targets(h, "skin", scaled("mouthRollLower", 0)),
        "mouthRollLower moves nothing",
    ),
    ("targets", lambda h: with_targets(h, "skin", scaled("jawOpen", 10)), "jawOpen moves a vertex"),
    ("targets", lambda h: with_targets(h, "skin", everywhere), "browInnerUp moves 100%"),
    ("sides", lambda h: with_targets(h, "skin", swapped("jawLeft", "jawRight")), "jawLeft"),
    (
        "sides",
        lambda h: with_targets(h, "skin", swapped("mouthSmileLeft", "mouthSmileRight")),
        "mouthSmileLeft",
    ),
    ("sides", lambda h: replace(h, joint_positions=h.joint_positions * [-1, 1, 1]), "eyeLeft"),
    ("outward", lambda h: with_attribute(h, "skin", "NORMAL", lambda t: -t), "skin's triangles"),
    ("outward", lambda h: turned_inside_out(h, "eye_right"), "eye_right faces inwards"),
    ("scale", lambda h: with_attribute(h, "skin", "POSITION", lambda t: t * 100), "m tall"),
    ("scale", lambda h: replace(h, joint_positions=h.joint_positions * [1, 1, -1]), "in front"),
]


@pytest.mark.parametrize(("gate", "break_it", "says"), FAULTS, ids=[f"{g}: {s}" for g, _, s in FAULTS])
def test_head_gate_fails(head: ReadHead, gate: str, break_it: Callable, says: str) -> None:
    assert gates.judge(gate, gates.HEAD_GATES[gate], head).passed
    result = gates.judge(gate, gates.HEAD_GATES[gate], break_it(head))
    assert result.passed is False
    assert says in result.detail


def edited(folder: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    path = folder / f"{name}.png"
    pixels = np.asarray(Image.open(path)).copy()
    Image.fromarray(change(pixels)).save(path)


def set_texels(value: tuple[int, int, int], rows: int) -> Callable[[np.ndarray], np.ndarray]:
    def change(pixels: np.ndarray) -> np.ndarray:
        pixels[:rows] = value
        return pixels

    return change


@pytest.mark.parametrize(
    ("gate", "name", "change", "says"),
    [
        ("map sizes", "skin_roughness", lambda p: p[:8, :8], "skin_roughness is 8 x 8"),
        ("map sizes", "skin_albedo", lambda p: p[:8], "32 x 8"),
        ("map sizes", "skin_displacement", lambda p: (p // 256).astype(np.uint8), "skin_displacement is L"),
        ("normal map", "skin_normal_dx", lambda p: 255 - p, "changes red or blue"),
        (
            "normal map",
            "skin_normal_dx",
            lambda p: np.dstack([p[..., 0], p[..., 0], p[..., 2]]),
            "flip green",
        ),
    ],
)
def test_texture_gate_fails(tmp_path: Path, gate: str, name: str, change: Callable, says: str) -> None:
    textures = samples.written(tmp_path / "bundle") / "textures"
    assert gates.judge(gate, gates.TEXTURE_GATES[gate], textures).passed
    edited(textures, name, change)
    result = gates.judge(gate, gates.TEXTURE_GATES[gate], textures)
    assert result.passed is False
    assert says in result.detail


@pytest.mark.parametrize(("value", "says"), [((128, 128, 90), "inwards"), ((128, 128, 160), "not unit")])
def test_normal_map_gate_reads_the_vectors(tmp_path: Path, value: tuple[int, int, int], says: str) -> None:
    textures = samples.written(tmp_path / "bundle") / "textures"
    for name in ("skin_normal", "skin_normal_dx"):
        green = 255 - value[1] if name.endswith("dx") else value[1]
        edited(textures, name, set_texels((value[0], green, value[2]), rows=4))
    result = gates.judge("normal map", gates.TEXTURE_GATES["normal map"], textures)
    assert result.passed is False
    assert says in result.detail


def test_missing_and_cut_files_fail(tmp_path: Path) -> None:
    folder = samples.written(tmp_path / "bundle")
    (folder / "textures" / "skin_orm.png").unlink()
    content = (folder / "head.glb").read_bytes()
    (folder / "head.glb").write_bytes(content[: len(content) // 2])
    failed = {result.gate for result in gates.run_gates(folder) if result.passed is False}
    assert {"readable", "map sizes"} <= failed


def test_the_verdict_is_exit_4(tmp_path: Path) -> None:
    write_json(tmp_path / "manifest.json", {"gates": [{"gate": "uv", "passed": None, "detail": "not run"}]})
    require_passed(tmp_path)
    write_json(
        tmp_path / "manifest.json", {"gates": [{"gate": "uv", "passed": False, "detail": "skin spans 2"}]}
    )
    with pytest.raises(GateError, match="skin spans 2") as caught:
        require_passed(tmp_path)
    assert caught.value.exit_code == EXIT_GATE


def failures_with(folder: Path, usdz: bytes) -> dict[str, str]:
    (folder / "head.usdz").write_bytes(usdz)
    return {result.gate: result.detail for result in gates.run_gates(folder) if result.passed is False}


def test_a_usdz_of_another_head_fails(tmp_path: Path) -> None:
    folder = samples.written(tmp_path / "bundle")
    head = samples.bundle()
    skin = replace(head.meshes[0], vertices=head.meshes[0].vertices + np.float32(1e-5))
    moved = replace(head, meshes=(skin, *head.meshes[1:]))
    failed = failures_with(folder, usdz_bytes(moved))
    assert failed == {"head.usdz": "1 differences from head.glb; skin: POSITION is 1e-05 away"}


def test_a_usdz_without_a_picture_fails(tmp_path: Path) -> None:
    folder = samples.written(tmp_path / "bundle")
    head = samples.bundle()
    failed = failures_with(folder, packed({"head.usdc": usdc_bytes(head)}))
    assert list(failed) == ["usd-validation"] and "AssetNotInPackage" in failed["usd-validation"]


def test_a_usdz_that_is_cut_fails(tmp_path: Path) -> None:
    folder = samples.written(tmp_path / "bundle")
    content = (folder / "head.usdz").read_bytes()
    assert list(failures_with(folder, content[: len(content) // 2])) == ["head.usdz", "usd-validation"]


def without_order(mesh: BundleMesh) -> BundleMesh:
    return replace(mesh, targets=dict(sorted(mesh.targets.items())))


def smiling_less(mesh: BundleMesh) -> BundleMesh:
    smile = mesh.targets["mouthSmileLeft"]
    less = MorphTarget(np.float32(0.9) * smile.position, smile.normal)
    return replace(mesh, targets={**mesh.targets, "mouthSmileLeft": less})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without_order, "skin: 74 targets, not the same 74"),
        (smiling_less, "skin: mouthSmileLeft is 0.25 mm away"),
        (lambda mesh: replace(mesh, uv=1 - mesh.uv), "skin: TEXCOORD_0"),
        (lambda mesh: replace(mesh, name="face"), "meshes are face, mouth_bag"),
        (lambda mesh: replace(mesh, joint_indices=mesh.joint_indices + 1), "skin: a weight"),
    ],
)
def test_an_fbx_of_another_head_fails(
    tmp_path: Path, change: Callable[[BundleMesh], BundleMesh], says: str
) -> None:
    folder = samples.written(tmp_path / "bundle")
    head = samples.bundle()
    other = replace(head, meshes=(change(head.meshes[0]), *head.meshes[1:]))
    (folder / "head.fbx").write_bytes(fbx_bytes(other))
    failed = [result for result in gates.run_gates(folder) if result.passed is False]
    assert [result.gate for result in failed] == ["head.fbx"]
    assert says in failed[0].detail


def test_an_fbx_that_is_cut_or_gone_fails(tmp_path: Path) -> None:
    folder = samples.written(tmp_path / "bundle")
    content = (folder / "head.fbx").read_bytes()
    (folder / "head.fbx").write_bytes(content[: len(content) // 2])
    assert [result.gate for result in gates.run_gates(folder) if result.passed is False] == ["head.fbx"]
    (folder / "head.fbx").unlink()
    assert [result.gate for result in gates.run_gates(folder) if result.passed is False] == ["head.fbx"]
