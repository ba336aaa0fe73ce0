"""The records of a binary FBX file: a tree of names, values and arrays."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

MAGIC = b"Kaydara FBX Binary  \0\x1a\0"
VERSIONS = (7100, 7499)  # what has 32 bit records and numbered objects
RECORD = struct.Struct("<IIIB")
SCALARS = {"C": "<?", "Y": "<h", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}
ARRAYS = {"f": "<f4", "d": "<f8", "i": "<i4", "l": "<i8", "b": "|b1"}


@dataclass(frozen=True)
class Record:
    """A name, its values (numbers, text, bytes, arrays) and the records inside it."""

    name: str
    values: tuple[Any, ...]
    children: tuple[Record, ...]

    def all(self, name: str) -> list[Record]:
        """The records of a name inside this one."""
        return [child for child in self.children if child.name == name]

    def child(self, name: str) -> Record:
        """The first of them; KeyError when there is none."""
        for one in self.children:
            if one.name == name:
                return one
        raise KeyError(f"{self.name or 'the file'} has no {name}")

    def properties(self) -> dict[str, tuple[Any, ...]]:
        """The object's typed settings by name."""
        return {row.values[0]: row.values[4:] for row in self.child("Properties70").children}


def records(content: bytes) -> Record:
    """A file's records inside one without a name.  ValueError when it is no binary FBX 7, or is cut short."""
    if not content.startswith(MAGIC):
        raise ValueError("it does not begin as binary FBX")
    (version,) = _unpack("<I", content, len(MAGIC))
    if not VERSIONS[0] <= version <= VERSIONS[1]:
        raise ValueError(f"its version is {version}")
    children, _ = _list(content, len(MAGIC) + 4, len(content))
    return Record("", (), children)


def _list(content: bytes, start: int, end: int) -> tuple[tuple[Record, ...], int]:
    """Records from start up to the empty one that ends a list, and where that was; none when start is end."""
    found: list[Record] = []
    if start == end:
        return (), start
    while start < end:
        record_end, value_count, values_size, name_size = _unpack(RECORD.format, content, start)
        start += RECORD.size
        if record_end == 0:
            return tuple(found), start
        if not start < record_end <= end:
            raise ValueError(f"a record at byte {start} ends at {record_end}, of {end}")
        name = content[start : start + name_size].decode()
        start += name_size
        values = tuple(_values(content, start, value_count, start + values_size))
        children, start = _list(content, start + values_size, record_end)
        if start != record_end:
            raise ValueError(f"{name} ends at {start}, not at {record_end}")
        found.append(Record(name, values, children))
    raise ValueError(f"the list that ends at byte {end} has no last record")


def _values(content: bytes, start: int, count: int, end: int) -> Iterator[Any]:
    for _ in range(count):
        code = chr(content[start])
        start += 1
        if code in SCALARS:
            (value,) = _unpack(SCALARS[code], content, start)
            start += struct.calcsize(SCALARS[code])
            yield value
        elif code in ARRAYS:
            elements, packed, size = _unpack("<III", content, start)
            start += 12
            data = content[start : start + size]
            start += size
            yield np.frombuffer(_inflated(data) if packed else data, ARRAYS[code], elements)
        elif code in "SR":
            (size,) = _unpack("<I", content, start)
            start += 4
            data = content[start : start + size]
            if len(data) != size:
                raise ValueError("a text or picture is cut short")
            start += size
            yield data.decode() if code == "S" else data
        else:
            raise ValueError(f"a value is of an unknown kind {code!r}")
    if start != end:
        raise ValueError(f"values end at byte {start}, not at {end}")


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(f"an array is damaged: {error}") from error


def _unpack(layout: str, content: bytes, start: int) -> tuple[Any, ...]:
    try:
        return struct.unpack_from(layout, content, start)
    except struct.error as error:
        raise ValueError(f"it is cut short at byte {start}") from error
