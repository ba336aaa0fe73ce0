"""Pickles of arrays are read; whatever else a pickle asks for is refused, and nothing in it runs."""

from __future__ import annotations

import os
import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csc_matrix, csr_matrix

from dreamhead.errors import DamagedFileError
from dreamhead.head.flame.unpickle import ForbiddenPickleError, read_pickle
from tests.head.flame.files import write_pickle


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_arrays_survive_every_protocol(tmp_path: Path, protocol: int) -> None:
    grid = np.arange(12, dtype=np.float64).reshape(3, 4)
    value = {
        "f": np.arange(6, dtype=np.uint32).reshape(2, 3),
        "grid": np.asfortranarray(grid),
        "name": "lbs",
        "n": 3,
    }
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(value, protocol))
    found = read_pickle(tmp_path / "a.pkl")
    assert found["f"].dtype == np.uint32 and found["f"].tolist() == [[0, 1, 2], [3, 4, 5]]
    np.testing.assert_array_equal(found["grid"], grid)
    assert found["name"] == "lbs" and found["n"] == 3


@pytest.mark.parametrize("kind", [csc_matrix, csr_matrix])
def test_sparse_matrices_become_plain(tmp_path: Path, kind: type) -> None:
    dense = np.array([[0.0, 2.0, 0.0], [1.0, 0.0, 3.0]])
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"J": kind(dense)}, 2))
    np.testing.assert_array_equal(read_pickle(tmp_path / "a.pkl")["J"], dense)


def test_chumpy_arrays_become_plain(tmp_path: Path) -> None:
    write_pickle(tmp_path / "a.pkl", {"v_template": np.eye(3), "f": np.eye(2)})
    found = read_pickle(tmp_path / "a.pkl")
    np.testing.assert_array_equal(found["v_template"], np.eye(3))
    assert type(found["v_template"]) is np.ndarray


class _Gadget:
    """Asks for a call when it is unpickled, as malicious files do."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call


def test_a_call_of_the_shell_is_refused_and_does_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for protocol in range(6):
        (tmp_path / "a.pkl").write_bytes(pickle.dumps({"v": _Gadget(os.system, f"touch {mark}")}, protocol))
        with pytest.raises(ForbiddenPickleError, match="system"):
            read_pickle(tmp_path / "a.pkl")
        assert not mark.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"c__builtin__\ngetattr\n(S'a'\nS'b'\ntR.",
        b"csubprocess\nPopen\n(S'true'\ntR.",
        b"(S'true'\nios\nsystem\n.",  # INST
        b"Pid\n.",  # a persistent id
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",  # STACK_GLOBAL
        b"cnumpy.f2py.crackfortran\nmyeval\n(S'1'\ntR.",
        b"cnumpy.core.multiarray\n_reconstruct\n(cos\nsystem\n(I0\ntS'b'\ntR.",
    ],
)
def test_gadgets_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(ForbiddenPickleError, match="refused"):
        read_pickle(tmp_path / "a.pkl")


def test_harmless_classes_are_refused_too(tmp_path: Path) -> None:
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"v": Counter("a")}))
    with pytest.raises(ForbiddenPickleError, match=r"collections\.Counter"):
        read_pickle(tmp_path / "a.pkl")


def test_what_is_admitted_cannot_be_changed(tmp_path: Path) -> None:
    # BUILD with slots on the class itself: setattr(Chumpy, "array", ...)
    content = b"(cchumpy.ch\nCh\n(NC\x00" + b"(dS'array'\nS'x'\nstb."
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(DamagedFileError):
        read_pickle(tmp_path / "a.pkl")
    write_pickle(tmp_path / "b.pkl", {"v_template": np.eye(3)})
    np.testing.assert_array_equal(read_pickle(tmp_path / "b.pkl")["v_template"], np.eye(3))


@pytest.mark.parametrize("content", [b"", b"not a pickle", b"\x80\x04K\x01.", pickle.dumps(np.eye(3))[:-20]])
def test_damaged_files_are_one_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pkl").write_bytes(content)
    with pytest.raises(DamagedFileError):
        read_pickle(tmp_path / "a.pkl")


def test_a_sparse_matrix_that_points_outside_is_damaged(tmp_path: Path) -> None:
    matrix = csc_matrix(np.eye(3))
    matrix.indices = matrix.indices + 7
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"J": matrix}, 2))
    with pytest.raises(DamagedFileError, match="sparse"):
        read_pickle(tmp_path / "a.pkl")
