"""The manifest names every file and every term, and what differs between runs stays in one place."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dreamhead.export.manifest import GENERATED, manifest
from tests.export.small_head import SmallHead


@dataclass(frozen=True)
class Model:
    role: str = "scorer"
    path: str = "assets/scorer"
    revision: str = "abc"
    licence: str = "MIT"


def made(folder: Path, seconds: float = 1.5, gates: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    (folder / "head.glb").write_bytes(b"glTF")
    stage = {
        "fingerprint": "f00",
        "inputs": {"version": 2, "config": {"steps": 3}, "prompt": "a sailor"},
        "seconds": seconds,
        "peak_mb": 700,
        "finished": f"2026-01-01T00:00:0{int(seconds)}Z",
    }
    return manifest(
        prompt="a sailor",
        seed=5,
        run={
            "profile": "embedded",
            "profile_reason": "no GPU",
            "versions": {"torch": "2"},
            "stages": {"carve": stage},
        },
        head=SmallHead(),
        models=[Model()],
        licences={"textures": GENERATED},
        wardrobe={"hair": "short"},
        files={"head.glb": folder / "head.glb"},
        gates=gates,
    )


def test_contents(tmp_path: Path) -> None:
    found = made(tmp_path)
    json.dumps(found, allow_nan=False)
    assert (found["prompt"], found["seed"]) == ("a sailor", 5)
    assert found["profile"] == {"name": "embedded", "why": "no GPU"}
    assert found["files"] == {"head.glb": {"sha256": hashlib.sha256(b"glTF").hexdigest(), "bytes": 4}}
    assert found["models"] == [
        {"role": "scorer", "path": "assets/scorer", "revision": "abc", "licence": "MIT"}
    ]
    assert found["licences"]["textures"]["name"] == "MIT"
    assert found["head"] == {"model": "small", "revision": "1"}
    assert {"torch", "pillow", "pygltflib"} <= set(found["versions"])
    assert found["stages"]["carve"] == {"fingerprint": "f00", "version": 2, "config": {"steps": 3}}
    assert found["timing"]["carve"] == {"seconds": 1.5, "peak_mb": 700, "finished": "2026-01-01T00:00:01Z"}


def test_runs_differ_in_their_timing_only(tmp_path: Path) -> None:
    one, two = made(tmp_path, 1.5), made(tmp_path, 2.5)
    assert one.pop("timing") != two.pop("timing")
    assert one == two


def test_passed_means_no_gate_failed(tmp_path: Path) -> None:
    def gate(passed: bool | None) -> dict[str, Any]:
        return {"gate": "uv", "passed": passed, "detail": ""}

    assert made(tmp_path, gates=(gate(True), gate(None)))["passed"] is True
    assert made(tmp_path, gates=(gate(True), gate(False)))["passed"] is False
