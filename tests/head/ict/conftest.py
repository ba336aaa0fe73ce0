"""The real ICT-FaceKit data where it is: $DREAMHEAD_ICT, or the archive beside the checkout; else the tests skip."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from dreamhead.head.builtin.model import BuiltinHead
from dreamhead.head.ict.model import build_ict
from dreamhead.head.ict.source import IctSource, face_folder, read_source
from dreamhead.head.linear import LinearHead

ARCHIVE = Path(__file__).parents[4] / "shared" / "ict" / "FaceXModel.tar.xz"


@pytest.fixture(scope="session")
def ict_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("DREAMHEAD_ICT")
    if given:
        return face_folder(Path(given))
    if not ARCHIVE.is_file():
        pytest.skip(
            f"ICT-FaceKit is not here: set DREAMHEAD_ICT to its FaceXModel folder, or put it in {ARCHIVE}"
        )
    folder = tmp_path_factory.mktemp("ict")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return face_folder(folder)


@pytest.fixture(scope="session")
def source(ict_folder: Path) -> IctSource:
    return read_source(ict_folder)


@pytest.fixture(scope="session")
def ict(source: IctSource, builtin: BuiltinHead) -> LinearHead:
    return build_ict(source, builtin, "test")
