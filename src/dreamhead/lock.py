"""The lock that keeps two processes out of one output folder."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dreamhead.errors import LockedError


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold path, a file that says who holds it; LockedError when another process does.

    The operating system drops the lock when its holder dies, so a stale file never blocks anyone.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise LockedError(
                f"{path.parent.parent} is in use by {_holder(path)}",
                "wait for it to finish, or stop it and run the command again",
            ) from error
        since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        record = {"host": socket.gethostname(), "pid": os.getpid(), "since": since}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(record).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _holder(path: Path) -> str:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return f"process {record['pid']} on {record['host']} since {record['since']}"
    except (ValueError, KeyError, TypeError, OSError):
        return "another process"
