"""FBX 7.4 binary as a tree of nodes: their records, compressed arrays, and the file's head and foot.

The layout is not published by its owner; it is as the Blender Foundation's notes describe it
(code.blender.org, "FBX binary file format specification").
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Value = bool | int | float | str | bytes | np.int64 | NDArray[Any]

MAGIC = b"Kaydara FBX Binary  \0\x1a\0"
VERSION = 7400
# Readers that check a file's foot check it against its time and id: these three belong together.
CREATION_TIME = "1970-01-01 10:00:00:000"
FILE_ID = bytes.fromhex("28b32aebb624ccc2bfc8b02aa92bfcf1")
FOOT_ID = bytes.fromhex("fabcab09d0c8d466b176fb831cf7267e")
LAST_BYTES = bytes.fromhex("f85a8c6adef5d97eece90ce3758f290b")
RECORD = struct.Struct("<IIIB")  # where the record ends, number of values, their bytes, bytes of the name
LIST_END = bytes(RECORD.size)
ARRAY_HEAD = struct.Struct("<III")  # elements, 1 when compressed, bytes
ARRAY_CODES = {
    np.dtype(np.float32): b"f",
    np.dtype(np.float64): b"d",
    np.dtype(np.int32): b"i",
    np.dtype(np.int64): b"l",
}
SMALL_ARRAY = 128  # bytes below which compression is not worth a reader's while
COMPRESSION = 1  # of zlib: level 6 takes four times as long and saves 5 %


@dataclass(frozen=True)
class Node:
    """A named record.  Values keep their kind in the file: int is 32 bits, np.int64 (an object's id) 64."""

    name: str
    values: tuple[Value, ...] = ()
    children: tuple[Node, ...] = ()


def node(name: str, *values: Value, children: Iterable[Node] = ()) -> Node:
    """A node with its values in line."""
    return Node(name, values, tuple(children))


def properties(*rows: tuple[Value, ...]) -> Node:
    """Typed settings of an object; a row is name, type, subtype, flags, and then its values."""
    return node("Properties70", children=[node("P", *row) for row in rows])


def object_name(name: str, kind: str) -> str:
    """How an object of a class is named: in binary files the class comes last."""
    return f"{name}\0\x01{kind}"


def file_bytes(top: Iterable[Node]) -> bytes:
    """The whole file; the same nodes give the same bytes.  Nodes by the name of FileId and CreationTime are
    the caller's to write, with the values above."""
    out = bytearray(MAGIC + struct.pack("<I", VERSION))
    for one in top:
        _append(out, one)
    out += LIST_END + FOOT_ID + bytes(4)
    out += bytes(16 - len(out) % 16)
    out += struct.pack("<I", VERSION) + bytes(120) + LAST_BYTES
    return bytes(out)


def _append(out: bytearray, one: Node) -> None:
    """Appends a record; where it ends is filled in last.  A node without values is a list, be it empty."""
    start, name = len(out), one.name.encode()
    out += bytes(RECORD.size)
    out += name
    values_start = len(out)
    for value in one.values:
        _append_value(out, value)
    values_size = len(out) - values_start
    for child in one.children:
        _append(out, child)
    if one.children or not one.values:
        out += LIST_END
    RECORD.pack_into(out, start, len(out), len(one.values), values_size, len(name))


def _append_value(out: bytearray, value: Value) -> None:
    if isinstance(value, np.ndarray):
        content = np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<"), copy=False).tobytes()
        packed = zlib.compress(content, COMPRESSION) if len(content) > SMALL_ARRAY else content
        head = ARRAY_HEAD.pack(value.size, int(packed is not content), len(packed))
        out += ARRAY_CODES[value.dtype] + head + packed
    elif isinstance(value, str):
        encoded = value.encode()
        out += b"S" + struct.pack("<I", len(encoded)) + encoded
    elif isinstance(value, bytes):
        out += b"R" + struct.pack("<I", len(value)) + value
    elif isinstance(value, bool):
        out += b"C" + struct.pack("<?", value)
    elif isinstance(value, np.int64):
        out += b"L" + struct.pack("<q", value)
    elif isinstance(value, int):
        out += b"I" + struct.pack("<i", value)
    else:
        out += b"D" + struct.pack("<d", value)
