"""The folder's reader: a folder that is not ICT-FaceKit's is one clear error."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dreamhead.errors import DamagedFileError, MissingModelError, UsageError
from dreamhead.head.ict.source import IDENTITIES, NEUTRAL, TABLE, face_folder, read_source
from dreamhead.head.load import load_head
from dreamhead.head.obj import read_obj, read_obj_vertices

CUBE = """# a quad and a triangle
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0.5
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl M_Face
f 1/1/1 2/2/1 3/3/1 4/4/1
f 1/1 2/2 3/3
"""


def test_read_obj(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text(CUBE)
    mesh = read_obj(tmp_path / "a.obj")
    np.testing.assert_array_equal(mesh.vertices[3], [0, 1, 0.5])
    assert mesh.faces.tolist() == [[0, 1, 2, 3], [0, 1, 2, 2]]
    assert mesh.uv_faces.tolist() == [[0, 1, 2, 3], [0, 1, 2, 2]]
    assert mesh.materials == ("M_Face",) and mesh.material_of_face.tolist() == [0, 0]
    np.testing.assert_array_equal(read_obj_vertices(tmp_path / "a.obj"), mesh.vertices)


@pytest.mark.parametrize("line", ["f 1/1 2/2 9/3", "f 1/1 2/2", "f 1 2 3", "v 1 2", "v 0 0 nan"])
def test_a_damaged_mesh_is_one_error(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.obj").write_text(CUBE + line + "\n" if line[0] == "f" else line + "\n" + CUBE)
    with pytest.raises(DamagedFileError, match=r"a\.obj"):
        read_obj(tmp_path / "a.obj")


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match="no folder"):
        face_folder(tmp_path / "missing")
    with pytest.raises(UsageError, match="generic_neutral_mesh"):
        face_folder(tmp_path)
    (tmp_path / "FaceXModel").mkdir()
    (tmp_path / "FaceXModel" / NEUTRAL).write_text(CUBE)
    assert face_folder(tmp_path) == tmp_path / "FaceXModel"
    with pytest.raises(UsageError, match=TABLE):
        read_source(tmp_path / "FaceXModel")


def test_a_mesh_of_another_topology(tmp_path: Path) -> None:
    for name in (NEUTRAL, *(f"{name}.obj" for name in IDENTITIES)):
        (tmp_path / name).write_text(CUBE)
    (tmp_path / TABLE).write_text('{"idx_to_landmark_verts": [9]}')
    with pytest.raises(DamagedFileError, match="68"):
        read_source(tmp_path)


def test_load_head_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DREAMHEAD_ICT", raising=False)
    with pytest.raises(MissingModelError, match="ict head model needs its files"):
        load_head("ict")
    with pytest.raises(UsageError, match="generic_neutral_mesh"):
        load_head("ict", str(tmp_path))
    monkeypatch.setenv("DREAMHEAD_ICT", str(tmp_path / "nowhere"))
    with pytest.raises(MissingModelError, match="nowhere"):
        load_head("ict")
    with pytest.raises(UsageError, match="no head model named 'metahuman'"):
        load_head("metahuman")
    with pytest.raises(UsageError, match="no folder"):
        load_head("builtin", str(tmp_path))
