"""Whether a finished bundle passed its gates, as its manifest has it.  Imports nothing heavy."""

from __future__ import annotations

from pathlib import Path

from dreamhead.errors import GateError
from dreamhead.record import read_json


def require_passed(out: Path) -> None:
    """GateError naming the gates that the bundle in out failed; FileNotFoundError when it has no manifest."""
    failed = [gate for gate in read_json(out / "manifest.json")["gates"] if gate["passed"] is False]
    if failed:
        reasons = "; ".join(f"{gate['gate']}: {gate['detail']}" for gate in failed)
        raise GateError(
            f"the head in {out} was written but failed {len(failed)} of its gates: {reasons}",
            "look at the pictures and at manifest.json; another --seed often helps",
        )
