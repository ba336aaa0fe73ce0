"""Plan, run, skip, resume: what is fresh stays, what changed is made again, and the bytes are the same."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from dreamhead import checkpoint, models, pipeline, record
from dreamhead.errors import DreamheadError, UsageError
from dreamhead.job import Job, state_folder
from tests.toys import REVISIONS, use_toys

REAL_STAGES = pipeline.STAGES
JOB = Job("a sailor", 1, "embedded", "toys", 1)


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    use_toys(monkeypatch.setattr)


class Events(list[tuple[str, dict[str, Any]]]):
    """Keeps what the pipeline tells."""

    def tell(self, event: str, **facts: Any) -> None:
        self.append((event, facts))

    def stages(self, event: str) -> list[str]:
        return [facts["stage"] for name, facts in self if name == event]


def ran(out: Path, job: Job = JOB, **options: Any) -> list[str]:
    """Run and return the stages that ran."""
    events = Events()
    pipeline.run(out, job, events.tell, **options)
    return events.stages("stage_started")


def states(out: Path, job: Job = JOB) -> dict[str, str]:
    return {row.stage: row.state for row in pipeline.plan(out, job)}


def reasons(out: Path, stage: str, job: Job = JOB) -> str:
    return next("; ".join(row.reasons) for row in pipeline.plan(out, job) if row.stage == stage)


def changed(**overrides: Any) -> Job:
    return dataclasses.replace(
        JOB, overrides={key.replace("__", "."): value for key, value in overrides.items()}
    )


def result(out: Path) -> dict[str, bytes]:
    """Every byte that a user or the next stage reads; times and memory are not part of it."""
    files = {str(p.relative_to(out)): p for p in sorted(out.rglob("*")) if p.is_file()}
    return {
        name: path.read_bytes()
        for name, path in files.items()
        if name.endswith((".safetensors", ".glb", ".txt"))
    }


def test_a_run_writes_everything_and_leaves_no_scratch(tmp_path: Path) -> None:
    assert ran(tmp_path / "out") == ["draw", "grow", "finish"]
    assert states(tmp_path / "out") == {"draw": "fresh", "grow": "fresh", "finish": "fresh"}
    assert (tmp_path / "out" / "textures" / "skin.txt").read_text() == "a sailor ['draw', 'grow']"
    names = sorted(p.name for p in state_folder(tmp_path / "out").iterdir())
    assert names == ["01-draw", "02-grow", "03-finish", "job.json", "lock"]


def test_a_second_run_does_nothing(tmp_path: Path) -> None:
    ran(tmp_path)
    before = {
        p: p.stat().st_mtime_ns
        for p in tmp_path.rglob("*")
        if p.is_file() and p.name not in ("job.json", "lock")
    }
    assert ran(tmp_path) == []
    assert before == {p: p.stat().st_mtime_ns for p in before}


def test_until_then_resume_equals_one_run(tmp_path: Path) -> None:
    assert ran(tmp_path / "a", until="draw") == ["draw"]
    assert states(tmp_path / "a") == {"draw": "fresh", "grow": "missing", "finish": "missing"}
    assert ran(tmp_path / "a") == ["grow", "finish"]
    ran(tmp_path / "b")
    assert result(tmp_path / "a") == result(tmp_path / "b")


def test_seed_and_prompt_matter(tmp_path: Path) -> None:
    ran(tmp_path / "a")
    ran(tmp_path / "b", dataclasses.replace(JOB, seed=2))
    ran(tmp_path / "c", dataclasses.replace(JOB, prompt="an orc"))
    heads = {(tmp_path / name / "head.glb").read_bytes() for name in "abc"}
    assert len(heads) == 3


@pytest.mark.parametrize(
    ("job", "redone", "said"),
    [
        (
            dataclasses.replace(JOB, prompt="an orc"),
            ["draw", "grow", "finish"],
            'prompt "a sailor" → "an orc"',
        ),
        (dataclasses.replace(JOB, seed=2), ["draw", "grow", "finish"], "seed 1 → 2"),
        (changed(draw__count=5), ["draw", "grow", "finish"], "draw.count 4 → 5"),
        (changed(grow__steps=11), ["grow", "finish"], "grow.steps 10 → 11"),
        (changed(finish__second=False), ["finish"], "finish.second True → False"),
        (changed(run__threads=3, run__device="cpu"), [], ""),
    ],
)
def test_what_changed_is_named_and_redone(tmp_path: Path, job: Job, redone: list[str], said: str) -> None:
    ran(tmp_path)
    plan = pipeline.plan(tmp_path, job)
    assert [row.stage for row in plan if row.state == "stale"] == redone
    if redone:
        assert said in reasons(tmp_path, redone[0], job)
        later = redone[1:]
        assert all(
            "an earlier stage changed" in reasons(tmp_path, s, job) or "→" in reasons(tmp_path, s, job)
            for s in later
        )
    assert ran(tmp_path, job) == redone
    ran(tmp_path.parent / "anew", job)
    assert result(tmp_path) == result(tmp_path.parent / "anew")
    shutil.rmtree(tmp_path.parent / "anew")


def test_a_new_model_or_stage_version_makes_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran(tmp_path)
    monkeypatch.setattr(models, "revisions_or_missing", lambda job: {**REVISIONS, "generic": "g2"})
    assert states(tmp_path) == {"draw": "fresh", "grow": "stale", "finish": "stale"}
    assert reasons(tmp_path, "grow") == "model generic"
    monkeypatch.setattr(models, "revisions_or_missing", lambda job: {**REVISIONS, "generic": models.MISSING})
    assert reasons(tmp_path, "grow") == "model generic is missing"
    monkeypatch.setattr(models, "revisions_or_missing", lambda job: REVISIONS)
    monkeypatch.setattr(
        pipeline, "stage_version", lambda stage: {"draw": 3, "grow": 1, "finish": 2}[stage.name]
    )
    assert reasons(tmp_path, "finish") == "version 1 → 2"
    assert states(tmp_path)["grow"] == "fresh"


def test_every_stage_states_its_version() -> None:
    assert all(pipeline.stage_version(stage) >= 1 for stage in REAL_STAGES)
    nameless = dataclasses.replace(pipeline.STAGES[0], module="tests.toys")
    with pytest.raises(DreamheadError, match=r"the module tests\.toys of stage draw states no VERSION"):
        pipeline.stage_version(nameless)


def test_from_stage_does_it_and_the_rest_again(tmp_path: Path) -> None:
    ran(tmp_path)
    before = result(tmp_path)
    assert ran(tmp_path, from_stage="grow") == ["grow", "finish"]
    assert result(tmp_path) == before


def test_a_moved_folder_goes_on(tmp_path: Path) -> None:
    ran(tmp_path / "here", until="grow")
    moved = (tmp_path / "here").rename(tmp_path / "there")
    assert ran(moved) == ["finish"]
    for path in state_folder(moved).rglob("*.json"):
        assert str(tmp_path) not in path.read_text()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [cut, flip, Path.unlink])
@pytest.mark.parametrize(
    ("file", "stage"),
    [
        (".dreamhead/01-draw/asset.safetensors", "draw"),
        (".dreamhead/02-grow/asset.safetensors", "grow"),
        (".dreamhead/02-grow/stage.json", "grow"),
        ("head.glb", "finish"),
        ("textures/skin.txt", "finish"),
    ],
)
def test_damage_is_named_and_mended(
    tmp_path: Path, file: str, stage: str, harm: Callable[[Path], None]
) -> None:
    ran(tmp_path)
    whole = result(tmp_path)
    harm(tmp_path / file)
    assert states(tmp_path)[stage] == "damaged"
    assert Path(file).name in reasons(tmp_path, stage)
    with pytest.raises(DreamheadError, match=f"stage {stage} is damaged"):
        pipeline.load_asset(tmp_path, JOB, "finish")
    events = Events()
    pipeline.run(tmp_path, JOB, events.tell)
    assert events.stages("stage_started") == [stage], (
        "the same result came back, so later stages are still good"
    )
    assert any(name == "warning" and stage in facts["message"] for name, facts in events)
    assert result(tmp_path) == whole


def test_a_foreign_checkpoint_is_not_taken(tmp_path: Path) -> None:
    other = dataclasses.replace(JOB, seed=2)
    ran(tmp_path / "a")
    ran(tmp_path / "b", other)
    foreign, own = (state_folder(tmp_path / name) / "02-grow" for name in "ba")
    shutil.copy(foreign / checkpoint.ASSET_FILE, own)
    assert states(tmp_path / "a")["grow"] == "damaged"
    shutil.rmtree(own)
    shutil.copytree(foreign, own)
    assert states(tmp_path / "a") == {"draw": "fresh", "grow": "stale", "finish": "fresh"}
    assert ran(tmp_path / "a") == ["grow"]


def test_numbers_that_are_not_finite_are_not_loaded(tmp_path: Path) -> None:
    ran(tmp_path)
    folder = state_folder(tmp_path) / "01-draw"
    tensors = load_file(folder / checkpoint.ASSET_FILE)
    tensors["identity"][1] = np.nan
    save_file(tensors, folder / checkpoint.ASSET_FILE)
    values = json.loads((folder / checkpoint.RECORD_FILE).read_text())
    values["files"][checkpoint.ASSET_FILE] = record.file_sha256(folder / checkpoint.ASSET_FILE)
    values["content"] = checkpoint.content_of(values)
    values["digest"] = checkpoint._digest(values)
    (folder / checkpoint.RECORD_FILE).write_text(json.dumps(values))
    events = Events()
    pipeline.run(tmp_path, JOB, events.tell)
    assert "identity holds 1 values that are NaN" in next(
        facts["message"] for name, facts in events if name == "warning"
    )
    assert np.isfinite(pipeline.load_asset(tmp_path, JOB, "finish").identity).all()  # type: ignore[arg-type]


def test_a_rebuilt_stage_with_another_result_makes_the_next_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(tmp_path)
    import tests.toy_stages.grow as grow

    original = grow.run
    monkeypatch.setattr(
        grow,
        "run",
        lambda asset, *rest: (new := original(asset, *rest)).changed(displacement=new.displacement + 1),
    )
    (state_folder(tmp_path) / "02-grow" / checkpoint.ASSET_FILE).unlink()
    assert ran(tmp_path) == ["grow", "finish"]


def test_a_stage_that_writes_less_takes_its_old_files_away(tmp_path: Path) -> None:
    ran(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    ran(tmp_path, changed(finish__second=False))
    assert not (tmp_path / "textures" / "skin.txt").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("trouble", ["bug", "full", "nan"])
def test_a_failing_stage_leaves_what_was_there(tmp_path: Path, trouble: str) -> None:
    ran(tmp_path)
    before = result(tmp_path)
    job = changed(grow__trouble=trouble)
    expected = ZeroDivisionError if trouble == "bug" else DreamheadError
    with pytest.raises(expected):
        ran(tmp_path, job)
    after = {name: content for name, content in result(tmp_path).items() if "/work/" not in name}
    assert after == before, "the old head stays until a new one is finished"
    assert states(tmp_path, job)["grow"] == "stale"
    assert states(tmp_path) == {"draw": "fresh", "grow": "fresh", "finish": "fresh"}


def test_unknown_stage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown stage 'groww'") as caught:
        ran(tmp_path / "out", until="groww")
    assert "grow" in caught.value.tip
    assert not (tmp_path / "out").exists()


def test_plan_of_nothing_writes_nothing(tmp_path: Path) -> None:
    assert set(states(tmp_path / "out").values()) == {"missing"}
    assert not (tmp_path / "out").exists()
