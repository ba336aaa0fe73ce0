"""The bytes of FBX records, known answers first, and back through our own reader."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from dreamhead.check.fbx_records import records
from dreamhead.export.fbx_nodes import Value, file_bytes, node, properties

HEAD = b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", 7400)


def test_the_smallest_record() -> None:
    content = file_bytes([node("AB", 7)])
    record = struct.pack("<IIIB", 27 + 13 + 2 + 5, 1, 5, 2) + b"AB" + b"I" + struct.pack("<i", 7)
    assert content[: len(HEAD)] == HEAD
    assert content[len(HEAD) :].startswith(record + bytes(13))


def test_the_foot_ends_where_it_should() -> None:
    for length in range(32):
        content = file_bytes([node("A", "x" * length)])
        assert len(content[: -4 - 120 - 16]) % 16 == 0
        assert content[-140:-136] == struct.pack("<I", 7400)
        assert content[-136:-16] == bytes(120)


def test_a_long_array_is_compressed_and_a_short_one_is_not() -> None:
    long, short = np.arange(1000, dtype=np.float64), np.arange(3, dtype=np.int32)
    content = file_bytes([node("L", long), node("S", short)])
    start = content.index(b"L" + b"d") + 2
    elements, packed, size = struct.unpack_from("<III", content, start)
    assert (elements, packed) == (1000, 1)
    assert zlib.decompress(content[start + 12 : start + 12 + size]) == long.tobytes()
    start = content.index(b"S" + b"i") + 2
    assert struct.unpack_from("<III", content, start) == (3, 0, 12)
    assert content[start + 12 : start + 24] == short.tobytes()


@pytest.mark.parametrize(
    ("value", "code"),
    [(True, b"C"), (-5, b"I"), (np.int64(1) << 40, b"L"), (0.1, b"D"), ("é “x”", b"S"), (b"\0\xff", b"R")],
)
def test_scalars_keep_their_kind(value: Value, code: bytes) -> None:
    content = file_bytes([node("N", value)])
    assert content[len(HEAD) + 14 : len(HEAD) + 15] == code
    assert records(content).child("N").values == (value,)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64])
@pytest.mark.parametrize("count", [0, 5, 500])
def test_arrays_come_back(dtype: type, count: int) -> None:
    table = np.arange(count).astype(dtype)
    (back,) = records(file_bytes([node("N", table)])).child("N").values
    assert back.dtype == dtype
    np.testing.assert_array_equal(back, table)


def test_a_tree_comes_back() -> None:
    tree = node(
        "Top", "a", children=[properties(("P", "int", "", "A", 1), ("Q", "x", "", "", 2.0, 3.0)), node("E")]
    )
    back = records(file_bytes([tree, node("Next")]))
    assert [one.name for one in back.children] == ["Top", "Next"]
    assert back.child("Top").properties() == {"P": (1,), "Q": (2.0, 3.0)}
    assert back.child("Top").child("E").children == ()


def test_every_cut_file_is_refused() -> None:
    content = file_bytes([node("Top", np.arange(100.0), children=[node("In", "text", b"raw", 1, 2.0)])])
    end = content.index(bytes(13) + bytes.fromhex("fabcab09"))
    for length in range(end + 13):
        if length != len(HEAD):  # a file without any record
            with pytest.raises(ValueError):
                records(content[:length])


def test_one_flipped_bit_in_an_array_is_refused() -> None:
    content = bytearray(file_bytes([node("N", np.random.default_rng(0).random(100))]))
    content[400] ^= 1
    with pytest.raises(ValueError, match="damaged"):
        records(bytes(content))
