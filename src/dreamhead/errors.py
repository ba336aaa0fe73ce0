"""The one tree of errors; each knows its exit code and what the user can do next."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PARTIAL = 3  # some heads of a batch failed; nothing raises it before there is `batch`
EXIT_GATE = 4
EXIT_MISSING = 5
EXIT_LOCKED = 11
EXIT_INTERRUPTED = 75
EXIT_INTERRUPTED_TWICE = 130


class DreamheadError(Exception):
    """Something went wrong that the user can act on.

    message: what was wrong and the value seen.  tip: what to do about it.
    """

    exit_code = EXIT_FAILED

    def __init__(self, message: str, tip: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.tip = tip


class UsageError(DreamheadError):
    """A prompt, option, config key or path that cannot be used as given."""

    exit_code = EXIT_USAGE


class GateError(DreamheadError):
    """The bundle was written, but a gate it must pass failed."""

    exit_code = EXIT_GATE


class MissingModelError(DreamheadError):
    """A model file, asset or optional package that is not there."""

    exit_code = EXIT_MISSING


class DamagedFileError(DreamheadError):
    """A file whose content is not what its record says, or is not finite."""


class LockedError(DreamheadError):
    """Another process holds the output folder."""

    exit_code = EXIT_LOCKED


class InterruptedRun(DreamheadError):
    """The run stopped at a safe point with its state saved; `resume` goes on from there."""

    exit_code = EXIT_INTERRUPTED
