"""Two files that say the same head agree; every kind of disagreement is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dreamhead.check.compare import differences
from dreamhead.check.read_glb import ReadHead, ReadMesh, read_glb
from dreamhead.export.glb import glb_bytes
from tests.export import samples


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> ReadHead:
    path = tmp_path_factory.mktemp("glb") / "head.glb"
    path.write_bytes(glb_bytes(samples.bundle()))
    return read_glb(path)


def with_skin(head: ReadHead, change: Callable[[ReadMesh], ReadMesh]) -> ReadHead:
    return replace(head, meshes=(change(head.meshes[0]), *head.meshes[1:]))


def with_attribute(head: ReadHead, key: str, change: Callable[[Any], Any]) -> ReadHead:
    return with_skin(
        head, lambda skin: replace(skin, attributes={**skin.attributes, key: change(skin.attributes[key])})
    )


def with_target(head: ReadHead, name: str, row: int, change: float) -> ReadHead:
    skin = head.meshes[0]
    pair = [table.copy() for table in skin.targets[name]]
    pair[row][0] += change
    targets = {**skin.targets, name: (pair[0], pair[1])}
    return with_skin(head, lambda one: replace(one, targets=targets))


def test_the_same(head: ReadHead) -> None:
    assert differences(head, head) == []


def test_unused_rows_and_other_diagonals_do_not_matter(head: ReadHead) -> None:
    def padded(skin: ReadMesh) -> ReadMesh:
        longer = {key: np.concatenate([table, table[:1]]) for key, table in skin.attributes.items()}
        targets = {
            name: tuple(np.concatenate([t, t[:1]]) for t in pair) for name, pair in skin.targets.items()
        }
        return replace(skin, attributes=longer, targets=targets, triangles=np.roll(skin.triangles, 1, axis=1))  # type: ignore[arg-type]

    assert differences(with_skin(head, padded), head) == []


def test_the_same_weights_in_fewer_slots(head: ReadHead) -> None:
    def narrow(skin: ReadMesh) -> ReadMesh:
        used = {key: skin.attributes[key][:, :3] for key in ("JOINTS_0", "WEIGHTS_0")}
        assert not skin.attributes["WEIGHTS_0"][:, 3].any()
        return replace(skin, attributes={**skin.attributes, **used})

    assert differences(with_skin(head, narrow), head) == []


@pytest.mark.parametrize(
    ("key", "change", "said"),
    [
        ("POSITION", lambda table: table * np.float32(1.001), "POSITION"),
        ("NORMAL", lambda table: -table, "NORMAL"),
        ("TEXCOORD_0", lambda table: 1 - table, "TEXCOORD_0"),
        ("WEIGHTS_0", lambda table: table[:, ::-1], "weight"),
        ("JOINTS_0", lambda table: (table + 1) % 6, "weight"),
    ],
)
def test_rows(head: ReadHead, key: str, change: Callable[[Any], Any], said: str) -> None:
    (text,) = differences(with_attribute(head, key, change), head)
    assert text.startswith("skin: ") and said in text


@pytest.mark.parametrize("row", [0, 1])
def test_targets(head: ReadHead, row: int) -> None:
    (text,) = differences(with_target(head, "jawOpen", row, 1e-4), head)
    assert text.startswith("skin: jawOpen")


def test_names(head: ReadHead) -> None:
    backwards = with_skin(head, lambda skin: replace(skin, targets=dict(reversed(skin.targets.items()))))
    assert differences(backwards, head) == ["skin: 74 targets, not the same 74"]
    (text,) = differences(replace(head, meshes=head.meshes[1:]), head)
    assert text.startswith("meshes are mouth_bag")
    (text,) = differences(replace(head, joint_names=head.joint_names[::-1]), head)
    assert text.startswith("joints are eyeRight")
    (text,) = differences(with_skin(head, lambda skin: replace(skin, material="mouth")), head)
    assert text == "skin: its material is mouth, not skin"


def test_joints(head: ReadHead) -> None:
    (text,) = differences(replace(head, joint_positions=head.joint_positions + np.float32(0.001)), head)
    assert text == "a joint is 1 mm away, its bind pose 0 mm"


def test_triangles(head: ReadHead) -> None:
    (text,) = differences(with_skin(head, lambda one: replace(one, triangles=one.triangles[:-1])), head)
    assert "triangles" in text


def test_metadata(head: ReadHead) -> None:
    assert differences(replace(head, extras={**head.extras, "seed": 4}), head) == ["seed is 4, not 3"]
