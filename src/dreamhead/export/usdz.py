"""Packs a bundle as a usdz file: an uncompressed zip whose files start on 64-byte boundaries (openusd.org/release)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from dreamhead.export.bundle import Bundle
from dreamhead.export.usd import texture_path, usd_textures, usdc_bytes

ALIGNMENT = 64
LOCAL_HEADER_BYTES = 30
EXTRA_HEADER = struct.Struct("<HH")
PADDING_ID = 0x1986  # of the extra field that USD's own writer pads with
OLDEST_DATE = (1980, 1, 1, 0, 0, 0)  # what a zip entry holds when it holds no time


def usdz_bytes(bundle: Bundle) -> bytes:
    """The whole file: the layer first, then its pictures.  The same bundle gives the same bytes."""
    files = {"head.usdc": usdc_bytes(bundle)}
    files |= {texture_path(texture): texture.data for texture in usd_textures(bundle)}
    return packed(files)


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files in order, stored as they are, with no time of their own."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=False) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, OLDEST_DATE)
            entry.create_system = 0
            start = stream.tell() + LOCAL_HEADER_BYTES + len(name.encode()) + EXTRA_HEADER.size
            padding = -start % ALIGNMENT
            entry.extra = EXTRA_HEADER.pack(PADDING_ID, padding) + bytes(padding)
            package.writestr(entry, content)
    return stream.getvalue()
