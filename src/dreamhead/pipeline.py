"""The stages in order, and what is done with them: plan, run, skip, resume, status.  Imports no torch."""

from __future__ import annotations

import ast
import dataclasses
import errno
import importlib
import importlib.metadata
import importlib.util
import platform
import shlex
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dreamhead import __version__, checkpoint, config, memory, models, record, settings
from dreamhead.checkpoint import Inputs
from dreamhead.errors import DamagedFileError, DreamheadError, InterruptedRun, UsageError
from dreamhead.freshness import StageState, examine, stage_folder, work_folder
from dreamhead.head.asset import HeadAsset
from dreamhead.interrupt import stop_on_signals
from dreamhead.job import NO_SPACE, Job, open_output, save_job, state_folder
from dreamhead.lock import locked
from dreamhead.stages.context import Context

Tell = Callable[..., None]  # tell("stage_started", stage="carve", ...): what happens, for the console


@dataclass(frozen=True)
class Stage:
    """A step of the pipeline.  Its module holds VERSION, raised when results change, and run()."""

    name: str
    config: type
    roles: tuple[str, ...] = ()  # the models that its result depends on
    module: str = ""

    @property
    def module_name(self) -> str:
        return self.module or f"dreamhead.stages.{self.name}"


STAGES: tuple[Stage, ...] = (
    Stage("select", config.SelectConfig, ("head", "scorer")),
    Stage("carve", config.CarveConfig, ("head", "generic")),
    Stage("paint_latent", config.PaintLatentConfig, ("head", "generic", "texture")),
    Stage("paint_image", config.PaintImageConfig, ("head", "generic", "texture")),
    Stage("decode", config.DecodeConfig, ("head", "maps")),
    Stage("upscale", config.UpscaleConfig, ("head", "upscaler", "restorer")),
    Stage("rig", config.RigConfig, ("head",)),
    Stage("package", config.PackageConfig, ("head",)),
)


def sections() -> dict[str, type]:
    """The sections that settings may name, with the dataclass of each."""
    stages = {stage.name: stage.config for stage in STAGES}
    return {"head": config.HeadConfig} | stages | {"run": config.RunConfig}


def stage_names() -> list[str]:
    """The stages' names in order."""
    return [stage.name for stage in STAGES]


def check_stage(name: str) -> str:
    """UsageError, with the nearest name, when there is no such stage."""
    if name not in stage_names():
        raise UsageError(f"unknown stage {name!r}", settings.did_you_mean(name, stage_names()))
    return name


def plan(out: Path, job: Job, until: str | None = None) -> list[StageState]:
    """What a run would find, stage by stage.  Writes nothing; a missing model is a reason, not an error."""
    revisions = models.revisions_or_missing(job)
    states = []
    inputs, content = None, ""
    for number, stage in enumerate(_through(until), 1):
        inputs = _inputs(stage, job, revisions, inputs.fingerprint if inputs else "")
        state, content = examine(out, number, inputs, content)
        states.append(state)
    return states


def run(
    out: Path,
    job: Job,
    tell: Tell,
    until: str | None = None,
    from_stage: str | None = None,
    hush: Callable[[Path], AbstractContextManager[object]] = nullcontext,
) -> None:
    """Bring out in line with the job, doing again only what is not fresh.

    until: the last stage to run.  from_stage: do this stage and those after it again.  hush: entered with the
    path of a log, where it may send what libraries print.  Raises LockedError when another process works
    there, InterruptedRun when asked to stop, and what the stages raise.
    """
    todo = _through(until)
    revisions = models.revisions(job)
    state = state_folder(out)
    try:
        open_output(out)
        with (
            locked(state / "lock"),
            stop_on_signals(lambda signal: tell("stopping", signal=signal)) as stopping,
            hush(state / "run.log"),
        ):
            record.remove_leftovers(state)
            save_job(out, job)
            if from_stage:
                _discard_from(out, from_stage)
            _run_stages(out, job, todo, revisions, tell, stopping)
            if todo == list(STAGES):
                shutil.rmtree(state / "work", ignore_errors=True)
    except InterruptedRun as error:
        raise InterruptedRun(error.message, f"go on with: dreamhead resume {_quoted(out)}") from error
    except OSError as error:
        raise _full_disk(error, out) from error


def require_fresh(out: Path, job: Job, through: str) -> None:
    """DreamheadError naming the first stage up to `through` that is not fresh."""
    for row in plan(out, job, through):
        if row.state != "fresh":
            raise DreamheadError(
                f"stage {row.stage} is {row.state}: {'; '.join(row.reasons)}",
                f"finish it with: dreamhead resume {_quoted(out)}",
            )


def load_asset(out: Path, job: Job, through: str) -> HeadAsset:
    """The asset as it was after a stage; DreamheadError unless every stage up to it is fresh."""
    require_fresh(out, job, through)
    asset = HeadAsset()
    for number, stage in enumerate(_through(through), 1):
        asset = checkpoint.load(stage_folder(out, number, stage.name), asset)
    return asset


def run_record(out: Path, job: Job, before: str) -> dict[str, Any]:
    """The run up to a stage, for the manifest."""
    stages = {}
    for number, stage in enumerate(STAGES[: stage_names().index(before)], 1):
        stages[stage.name] = checkpoint.read(stage_folder(out, number, stage.name))
    return {
        "profile": job.profile,
        "profile_reason": job.profile_reason,
        "settings": dict(job.overrides),
        "threads": job.threads,
        "versions": versions(),
        "stages": stages,
    }


def versions() -> dict[str, str]:
    """Versions of what results depend on, read without importing any of it."""
    found = {"dreamhead": __version__, "python": platform.python_version()}
    for name in (
        "numpy",
        "torch",
        "diffusers",
        "transformers",
        "open_clip_torch",
        "spandrel",
        "warp-lang",
        "numba",
    ):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def stage_version(stage: Stage) -> int:
    """The VERSION that a stage's module states, read from its source: importing it would import torch."""
    spec = importlib.util.find_spec(stage.module_name)
    if spec is None or spec.origin is None:
        raise DreamheadError(
            f"the module {stage.module_name} of stage {stage.name} is missing", "install dreamhead again"
        )
    for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if (
            isinstance(target, ast.Name)
            and target.id == "VERSION"
            and isinstance(node, ast.Assign | ast.AnnAssign)
        ):
            return int(ast.literal_eval(node.value)) if node.value is not None else 1
    return 1


def _run_stages(
    out: Path,
    job: Job,
    todo: Sequence[Stage],
    revisions: Mapping[str, str],
    tell: Tell,
    stopping: Callable[[], bool],
) -> None:
    loaded = models.Loader(job)
    asset, content, inputs = HeadAsset(), "", None
    for number, stage in enumerate(todo, 1):
        if stopping():
            raise InterruptedRun(f"stopped before {stage.name}")
        inputs = _inputs(stage, job, revisions, inputs.fingerprint if inputs else "")
        state, found = examine(out, number, inputs, content)
        if state.state == "fresh":
            try:
                asset = checkpoint.load(stage_folder(out, number, stage.name), asset)
            except DamagedFileError as error:
                state = dataclasses.replace(state, state="damaged", reasons=(error.message,))
            else:
                tell("stage_skipped", stage=stage.name, index=number, count=len(todo), seconds=state.seconds)
                content = found
                continue
        if state.state == "damaged":
            tell(
                "warning",
                message=f"the checkpoint of {stage.name} is damaged and is made again: {state.reasons[0]}",
            )
        tell("stage_started", stage=stage.name, index=number, count=len(todo), reasons=list(state.reasons))
        asset, values = _run_stage(out, job, number, stage, inputs, asset, content, loaded, tell, stopping)
        content = values["content"]
        tell("stage_finished", stage=stage.name, seconds=values["seconds"], peak_mb=values["peak_mb"])


def _run_stage(
    out: Path,
    job: Job,
    number: int,
    stage: Stage,
    inputs: Inputs,
    before: HeadAsset,
    upstream_content: str,
    loaded: models.Loader,
    tell: Tell,
    stopping: Callable[[], bool],
) -> tuple[HeadAsset, dict[str, Any]]:
    """Run one stage, publish its files, write its checkpoint; returns the asset and the checkpoint's record."""
    work = _fresh_work(out, number, stage.name, inputs, upstream_content)
    bundle = work / "bundle"
    memory.forget_peak()
    started = time.monotonic()
    context = Context(
        prompt=job.prompt,
        seed=job.seed,
        device=loaded.device,
        head=loaded.head,
        priors=loaded.priors,
        out=bundle,
        work=work,
        progress=lambda done, total, note: tell(
            "stage_progress", stage=stage.name, done=done, total=total, note=note
        ),
        stopping=stopping,
        record=run_record(out, job, stage.name),
    )
    values = settings.config_for(stage.name, models.stage_settings(job, sections()), stage.config)
    try:
        after = importlib.import_module(stage.module_name).run(before, values, context)
        checkpoint.check_asset(after, stage.name)
        products = {path: record.file_sha256(bundle / path) for path in _files_in(bundle)}
        _publish(bundle, out, products, _products_before(out, number, stage.name))
    finally:
        shutil.rmtree(bundle, ignore_errors=True)
    seconds = time.monotonic() - started
    facts = {
        "seconds": round(seconds, 3),
        "peak_mb": memory.peak_mb(),
        "device": loaded.device,
        "threads": job.threads,
        "versions": versions(),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    folder = stage_folder(out, number, stage.name)
    saved = checkpoint.save(
        folder, inputs, before, after, upstream_content=upstream_content, products=products, facts=facts
    )
    shutil.rmtree(work)
    # what went through JSON goes on from there, as it would after a resume
    return HeadAsset.restored(after.tensors(), saved["asset"]), saved


def _inputs(stage: Stage, job: Job, revisions: Mapping[str, str], upstream: str) -> Inputs:
    return Inputs(
        stage=stage.name,
        version=stage_version(stage),
        prompt=job.prompt,
        seed=job.seed,
        config=dataclasses.asdict(
            settings.config_for(stage.name, models.stage_settings(job, sections()), stage.config)
        ),
        models={role: revisions[role] for role in stage.roles if role in revisions},
        upstream=upstream,
    )


def _publish(bundle: Path, out: Path, products: Mapping[str, str], old: Mapping[str, str]) -> None:
    """Move a stage's finished files into the user's folder, and remove those that it no longer writes."""
    for name in products:
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (bundle / name).replace(target)
    for name in set(old) - set(products):
        (out / name).unlink(missing_ok=True)


def _products_before(out: Path, number: int, name: str) -> dict[str, str]:
    try:
        return dict(checkpoint.read(stage_folder(out, number, name))["products"])
    except (FileNotFoundError, DamagedFileError):
        return {}


def _discard_from(out: Path, stage: str) -> None:
    names = stage_names()
    for number in range(names.index(stage) + 1, len(names) + 1):
        record.discard_folder(stage_folder(out, number, names[number - 1]))
    shutil.rmtree(state_folder(out) / "work", ignore_errors=True)


def _fresh_work(out: Path, number: int, name: str, inputs: Inputs, upstream_content: str) -> Path:
    """The stage's scratch folder, without those of other inputs and without files of an unfinished bundle."""
    work = work_folder(out, number, name, inputs, upstream_content)
    for other in work.parent.glob(f"{number:02d}-{name}-*"):
        if other != work:
            shutil.rmtree(other)
    if work.is_dir():
        record.remove_leftovers(work)
    shutil.rmtree(work / "bundle", ignore_errors=True)
    (work / "bundle").mkdir(parents=True)
    return work


def _through(until: str | None) -> list[Stage]:
    if until is None:
        return list(STAGES)
    return list(STAGES[: stage_names().index(check_stage(until)) + 1])


def _files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _full_disk(error: OSError, out: Path) -> Exception:
    """A full disk or a limit on files is the user's to mend; any other error of the system is passed on."""
    if error.errno not in NO_SPACE:
        return error
    what = "a file may not grow so large here" if error.errno == errno.EFBIG else "the disk is full"
    return DreamheadError(
        f"{what}: {error.filename or out}", f"make room, then: dreamhead resume {_quoted(out)}"
    )


def _quoted(out: Path) -> str:
    return shlex.quote(str(out))
