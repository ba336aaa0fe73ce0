"""Which head model is meant, where its files are, and what its numbers depend on; imports nothing heavy."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

from dreamhead.errors import MissingModelError, UsageError
from dreamhead.head.builtin.revision import head_revision as builtin_revision
from dreamhead.head.ict.source import face_folder

HEAD_NAMES = ("builtin", "ict", "flame")
VARIABLES = {"ict": "DREAMHEAD_ICT", "flame": "DREAMHEAD_FLAME"}
WHERE = {
    "ict": "clone github.com/ICT-VGL/ICT-FaceKit and give its FaceXModel folder: --set head.folder=PATH",
    "flame": "register at flame.is.tue.mpg.de, download a model and give its folder: --set head.folder=PATH",
}
VERSIONS = {"ict": 12, "flame": 5}  # raise one with any change of code that changes a number of that head
SUFFIXES = {"ict": (".obj", ".json"), "flame": (".pkl", ".npz", ".npy", ".obj")}


def head_revision(name: str, folder: str = "") -> str:
    """SHA-256 over all that decides a head model's numbers.  UsageError or MissingModelError, saying what to do."""
    if name not in HEAD_NAMES:
        raise UsageError(f"there is no head model named {name!r}", f"Known: {', '.join(HEAD_NAMES)}.")
    if name == "builtin":
        if folder:
            raise UsageError(
                f"head.folder={folder} is given, but the built-in head has no folder",
                "add --set head.model=ict",
            )
        return builtin_revision()
    source = folder_digest(model_folder(name, folder), SUFFIXES[name])
    return hashlib.sha256(f"{name} {VERSIONS[name]} {source} {builtin_revision()}".encode()).hexdigest()


def model_folder(name: str, folder: str) -> Path:
    """The folder of ict or flame: the given one, or the one that its environment variable names."""
    chosen = folder or os.environ.get(VARIABLES[name], "")
    if not chosen:
        raise MissingModelError(f"the {name} head model needs its files", WHERE[name])
    path = Path(chosen).expanduser()
    if not path.is_dir():
        raise MissingModelError(f"there is no folder {path}", WHERE[name])
    return face_folder(path) if name == "ict" else path


def folder_digest(folder: Path, suffixes: tuple[str, ...]) -> str:
    """SHA-256 over the relative names and bytes of the folder's files with these endings."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in suffixes and path.is_file()):
        status = path.stat()
        content = _file_digest(path, status.st_size, status.st_mtime_ns)
        digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


@cache
def _file_digest(path: Path, size: int, changed: int) -> str:
    """SHA-256 of a file, read once while size and time of change stay."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
