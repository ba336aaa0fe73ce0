"""A usdz is a zip that a viewer can map: nothing compressed, everything on a 64-byte boundary, no times."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

from pxr import Sdf

from dreamhead.export.usdz import packed, usdz_bytes
from tests.export import samples


def test_alignment_order_and_content() -> None:
    files = {"head.usdc": b"x" * 100, "textures/ü.png": b"y" * 63, "textures/z.png": b"z"}
    content = packed(files)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.namelist() == list(files) and package.testzip() is None
        for entry in package.infolist():
            assert entry.compress_type == zipfile.ZIP_STORED
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            start = data_start(content, entry.header_offset)
            assert start % 64 == 0
            assert content[start : start + entry.file_size] == files[entry.filename]


def test_every_length_of_name_is_aligned() -> None:
    for length in range(1, 130):
        content = packed({"n" * length: b"x"})
        assert data_start(content, 0) % 64 == 0


def test_usds_own_reader_agrees(tmp_path: Path) -> None:
    path = tmp_path / "head.usdz"
    path.write_bytes(usdz_bytes(samples.bundle()))
    package = Sdf.ZipFile.Open(str(path))
    names = package.GetFileNames()
    assert names[0] == "head.usdc"
    assert {"textures/skin_albedo.jpg", "textures/skin_normal.png", "textures/eye_orm.png"} <= set(names)
    assert not any("specular" in name for name in names)
    for name in names:
        info = package.GetFileInfo(name)
        assert info.dataOffset % 64 == 0 and info.compressionMethod == 0 and not info.encrypted


def data_start(content: bytes, header: int) -> int:
    name_length, extra_length = struct.unpack_from("<HH", content, header + 26)
    return header + 30 + name_length + extra_length
