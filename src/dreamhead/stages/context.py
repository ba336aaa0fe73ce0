"""What a stage may use besides its asset and config."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dreamhead.head.model import HeadModel
    from dreamhead.priors.profiles import Priors


@dataclass(frozen=True)
class Context:
    """The run around a stage.

    head and priors are loaded once per process, on first use.  work is the stage's scratch folder,
    where a long loop keeps its mid-stage checkpoint.  progress(done, total, note) reports; stopping()
    says that the user asked to stop, and the loop then saves and raises InterruptedRun.  Files written
    under out appear in the user's folder together, when the stage has finished.  record is the run so far,
    for the manifest: {"profile", "profile_reason", "settings", "versions", "stages": {name: its stage.json}}.
    """

    prompt: str
    seed: int
    device: str
    head: HeadModel
    priors: Priors
    out: Path
    work: Path
    progress: Callable[[int, int, str], None]
    stopping: Callable[[], bool]
    record: Mapping[str, Any] = field(default_factory=dict)
