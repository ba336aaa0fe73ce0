"""Stopping politely: the first SIGTERM or Ctrl-C asks, the second Ctrl-C ends the process at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from dreamhead.errors import EXIT_INTERRUPTED_TWICE


@contextmanager
def stop_on_signals(asked: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """Yield stopping(), true once a signal came; asked(signal name) is called for the first one.

    A second SIGTERM changes nothing, farms send several; a second Ctrl-C exits 130 at once, which is safe
    because files appear whole or not at all.  Outside the main thread signals stay as they are.
    """
    received: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and signal.SIGINT in received:
            os._exit(EXIT_INTERRUPTED_TWICE)
        received.append(number)
        if len(received) == 1:
            asked(signal.Signals(number).name)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
