"""Reads a pickle of arrays without running anything in it: a restricted unpickler and stand-ins for its classes.

FLAME is distributed as pickles of numpy arrays, SciPy sparse matrices and chumpy arrays.  Nothing of those
libraries is called: only what is named here is admitted, and each name stands for a function or class of this file.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dreamhead.errors import DamagedFileError

Array = NDArray[np.float64]
_KINDS = "biufSUVO?"  # O: an array of objects, each of them restricted as everything else is
_NDARRAY = "numpy.ndarray"  # a name, not a class: nothing can be made from it but through _array


class ForbiddenPickleError(DamagedFileError):
    """A pickle that asks for something other than arrays."""


def read_pickle(path: Path) -> dict[str, Any]:
    """The dictionary of a pickle: arrays as numpy arrays (chumpy's and sparse ones made plain), text and numbers.

    ForbiddenPickleError, naming what it asked for, when the pickle holds anything else; DamagedFileError when it
    cannot be read.  Nothing that the file names is imported or called.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedFileError(f"cannot read {path}: {error.strerror}") from error
    value = plain(unpickled(content, str(path)))
    if not isinstance(value, dict):
        raise DamagedFileError(
            f"{path} holds no dictionary of arrays", "give the model as its makers ship it"
        )
    return value


def unpickled(content: bytes, name: str) -> Any:
    """The object of a pickle, its arrays still stand-ins.  name: for the error."""
    try:
        return _Restricted(io.BytesIO(content), encoding="latin1").load()
    except ForbiddenPickleError as error:
        raise ForbiddenPickleError(
            f"{name} is refused: it asks for {error.message}, and a model needs only arrays",
            "get the file from its makers again",
        ) from error
    except (
        pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError,
        OverflowError, MemoryError, UnicodeDecodeError,
    ) as error:  # fmt: skip
        raise DamagedFileError(f"{name} is not a pickle of arrays: {error}", "get the file again") from error


def plain(value: Any) -> Any:
    """Stand-ins as numpy arrays, inside dictionaries and lists too."""
    if isinstance(value, Sparse):
        return value.dense()
    if isinstance(value, Chumpy):
        return value.array()
    if isinstance(value, np.ndarray) and value.dtype == object:
        return plain(value.item()) if value.size == 1 else [plain(item) for item in value.ravel()]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


class _Sealed(type):
    """A class that a pickle cannot change."""

    def __setattr__(cls, name: str, value: Any) -> None:
        raise ForbiddenPickleError(f"a change of {cls.__name__}")


class _StandIn(metaclass=_Sealed):
    """An object that keeps the state it was pickled with, and does nothing."""

    state: dict[str, Any]

    def __new__(cls, *_: Any) -> _StandIn:
        made = super().__new__(cls)
        made.state = {}
        return made

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple):  # (dict, slots)
            state = {key: item for part in state if isinstance(part, dict) for key, item in part.items()}
        if not isinstance(state, dict):
            raise TypeError("an array's state is not a dictionary")
        self.state = state


class Chumpy(_StandIn):
    """chumpy.Ch and its kin: an array under `x`, or a choice `idxs` out of another under `a`."""

    def array(self) -> Array:
        """Its value.  TypeError for one that would have to be computed."""
        if "x" in self.state:
            return np.asarray(plain(self.state["x"]), np.float64)
        if "a" in self.state and "idxs" in self.state:
            chosen = np.asarray(plain(self.state["a"]), np.float64).ravel()[np.asarray(self.state["idxs"])]
            shape = self.state.get("preferred_shape")
            return chosen if shape is None else chosen.reshape(shape)
        raise DamagedFileError(
            "a chumpy array of the model is computed, not stored", "get a plain model file"
        )


class Sparse(_StandIn):
    """A SciPy sparse matrix by its data, indices and pointers."""

    by_rows = False

    def dense(self) -> Array:
        """(N, M).  DamagedFileError when its indices point outside."""
        state = {key.lstrip("_"): item for key, item in self.state.items()}
        try:
            rows, columns = (int(size) for size in state["shape"])
            data, indices, pointers = (np.asarray(state[key]) for key in ("data", "indices", "indptr"))
            lines, across = (rows, columns) if self.by_rows else (columns, rows)
            if len(pointers) != lines + 1 or pointers[-1] != len(data) or rows * columns > 1 << 26:
                raise ValueError("its pointers do not fit its shape")
            line = np.repeat(np.arange(lines), np.diff(pointers))
            if len(indices) and not 0 <= indices.min() <= indices.max() < across:
                raise ValueError("an index points outside")
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedFileError(f"a sparse matrix of the model is damaged: {error}") from error
        out = np.zeros((rows, columns))
        np.add.at(out, (line, indices) if self.by_rows else (indices, line), data)
        return out


class SparseRows(Sparse):
    """A matrix in compressed rows."""

    by_rows = True


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A function that a pickle may call, and cannot change."""

    function: Callable[..., Any]

    def __call__(self, *arguments: Any) -> Any:
        return self.function(*arguments)


def _array(kind: Any, shape: Any, code: Any) -> NDArray[Any]:
    """numpy's _reconstruct: an empty array that its state fills."""
    if kind != _NDARRAY or tuple(shape) != (0,):
        raise ForbiddenPickleError("an array of an unusual kind")
    return np.empty((0,), np.int8)


def _from_buffer(content: Any, kind: Any, shape: Any, order: str, axes: Any = None) -> NDArray[Any]:
    """numpy's _frombuffer, in which newer pickles keep an array's bytes."""
    if not isinstance(content, bytes | bytearray) or not isinstance(kind, np.dtype) or kind.hasobject:
        raise ForbiddenPickleError("an array of an unusual kind")
    flat = np.frombuffer(content, kind)
    if order == "K" and axes is not None:
        return flat.reshape(shape, order="C").transpose(axes)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _dtype(code: Any, *_: Any) -> np.dtype[Any]:
    """numpy.dtype, plain numbers and text only."""
    if not isinstance(code, str | bytes):
        raise ForbiddenPickleError("an array of an unusual type")
    text = code.decode("latin1") if isinstance(code, bytes) else code
    if text.lstrip("<>=|")[:1] not in _KINDS:
        raise ForbiddenPickleError(f"an array of type {text!r}")
    return np.dtype(text)


def _scalar(kind: np.dtype[Any], content: Any) -> Any:
    """numpy's scalar."""
    raw = content.encode("latin1") if isinstance(content, str) else content
    return np.frombuffer(raw, kind)[0]


def _rebuilt(kind: Any, base: Any, state: Any) -> Any:
    """copyreg's _reconstructor, for stand-ins alone."""
    if not (isinstance(kind, type) and issubclass(kind, _StandIn)):
        raise ForbiddenPickleError("an object of an unusual kind")
    return kind()


def _encoded(text: str, encoding: str) -> bytes:
    """_codecs.encode, in which Python 3 writes bytes for older readers."""
    if encoding != "latin1":
        raise ForbiddenPickleError(f"the encoding {encoding!r}")
    return text.encode("latin1")


_ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): _Admitted(_dtype),
    ("copy_reg", "_reconstructor"): _Admitted(_rebuilt),
    ("copyreg", "_reconstructor"): _Admitted(_rebuilt),
    ("__builtin__", "object"): "object",
    ("builtins", "object"): "object",
    ("_codecs", "encode"): _Admitted(_encoded),
}
for _module in ("numpy.core.multiarray", "numpy._core.multiarray"):
    _ADMITTED[_module, "_reconstruct"] = _Admitted(_array)
    _ADMITTED[_module, "scalar"] = _Admitted(_scalar)
for _module in ("numpy.core.numeric", "numpy._core.numeric"):
    _ADMITTED[_module, "_frombuffer"] = _Admitted(_from_buffer)
for _name, _kind in (("csc", Sparse), ("csr", SparseRows)):
    for _module in ("scipy.sparse", f"scipy.sparse.{_name}", f"scipy.sparse._{_name}"):
        _ADMITTED[_module, f"{_name}_matrix"] = _kind
for _module, _class in (("chumpy", "Ch"), ("chumpy.ch", "Ch"), ("chumpy.reordering", "Select")):
    _ADMITTED[_module, _class] = Chumpy


class _Restricted(pickle.Unpickler):
    """Finds the names above and nothing else."""

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        """What stands for a name.  ForbiddenPickleError for any other."""
        if (module, name) not in _ADMITTED:
            raise ForbiddenPickleError(f"{module}.{name}")
        return _ADMITTED[module, name]

    def persistent_load(self, pid: Any) -> Any:
        """No pickle of arrays points outside itself."""
        raise ForbiddenPickleError("something outside the file")
