"""Peak memory of this process, per stage where the kernel can forget the last peak."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def forget_peak() -> None:
    """Start a new peak measurement (Linux; elsewhere the peak is the process's)."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return


def peak_mb() -> int:
    """Peak resident memory in MB (10^6 bytes) since forget_peak, or since the start of the process."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) * 1024 / 1e6)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6)


def total_mb() -> int:
    """Memory of the machine in MB, 0 when unknown."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next(
        (round(int(line.split()[1]) * 1024 / 1e6) for line in lines if line.startswith("MemTotal")), 0
    )
