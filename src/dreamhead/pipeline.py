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
    states, content = [], ""
    for step in _steps(job, models.revisions_or_missing(job), until):
        state, content = examine(out, step.number, step.inputs, content)
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
    steps = _steps(job, models.revisions(job), until)
    models.check_device(job)
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
            _run_steps(_Run(out, job, tell, stopping, models.Loader(job)), steps)
            if len(steps) == len(STAGES):
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
    for statement in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="VERSION")], value=ast.Constant(value=int(version)))
                | ast.AnnAssign(target=ast.Name(id="VERSION"), value=ast.Constant(value=int(version)))
            ):
                return version
    raise DreamheadError(
        f"the module {stage.module_name} of stage {stage.name} states no VERSION",
        "write VERSION = 1 at its top level, and raise it when the stage's results change",
    )


@dataclass(frozen=True)
class _Step:
    """A stage of one job: its place (from 1), its settings, and all that its result depends on."""

    number: int
    stage: Stage
    config: Any
    inputs: Inputs


@dataclass(frozen=True)
class _Run:
    """What all steps of one run share."""

    out: Path
    job: Job
    tell: Tell
    stopping: Callable[[], bool]
    loaded: models.Loader

    def folder(self, step: _Step) -> Path:
        return stage_folder(self.out, step.number, step.stage.name)


def _steps(job: Job, revisions: Mapping[str, str], until: str | None) -> list[_Step]:
    """The stages up to `until`.  Their inputs are known beforehand: each holds the fingerprint of those before."""
    given = models.stage_settings(job, sections())
    steps, upstream = [], ""
    for number, stage in enumerate(_through(until), 1):
        values = settings.config_for(stage.name, given, stage.config)
        inputs = Inputs(
            stage=stage.name,
            version=stage_version(stage),
            prompt=job.prompt,
            seed=job.seed,
            config=dataclasses.asdict(values),
            models={role: revisions[role] for role in stage.roles if role in revisions},
            upstream=upstream,
        )
        steps.append(_Step(number, stage, values, inputs))
        upstream = inputs.fingerprint
    return steps


def _run_steps(run: _Run, steps: Sequence[_Step]) -> None:
    """Load what is fresh and make the rest.

    `content` is checkpoint.content_of the stage before: it tells whether a stage that was made again gave what
    the stages after it were made from.
    """
    asset, content = HeadAsset(), ""
    for step in steps:
        name = step.stage.name
        place = {"stage": name, "index": step.number, "count": len(steps)}
        if run.stopping():
            raise InterruptedRun(f"stopped before {name}")
        state, found = examine(run.out, step.number, step.inputs, content)
        if state.state == "fresh":
            try:
                asset = checkpoint.load(run.folder(step), asset)
            except DamagedFileError as error:
                state = dataclasses.replace(state, state="damaged", reasons=(error.message,))
            else:
                run.tell("stage_skipped", **place, seconds=state.seconds)
                content = found
                continue
        if state.state == "damaged":
            message = f"the checkpoint of {name} is damaged and is made again: {state.reasons[0]}"
            run.tell("warning", message=message)
        run.tell("stage_started", **place, reasons=list(state.reasons))
        asset, saved = _run_step(run, step, asset, content)
        content = saved["content"]
        run.tell("stage_finished", stage=name, seconds=saved["seconds"], peak_mb=saved["peak_mb"])


def _run_step(run: _Run, step: _Step, before: HeadAsset, content: str) -> tuple[HeadAsset, dict[str, Any]]:
    """Run one stage, publish its files, write its checkpoint; returns the asset and the checkpoint's record."""
    name, job, loaded = step.stage.name, run.job, run.loaded
    work = _fresh_work(run.out, step, content)
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
        progress=lambda done, total, note: run.tell(
            "stage_progress", stage=name, done=done, total=total, note=note
        ),
        stopping=run.stopping,
        record=run_record(run.out, job, name),
    )
    try:
        after = importlib.import_module(step.stage.module_name).run(before, step.config, context)
        checkpoint.check_asset(after, name)
        products = {path: record.file_sha256(bundle / path) for path in _files_in(bundle)}
        _publish(bundle, run.out, products, _products_before(run.folder(step)))
    finally:
        shutil.rmtree(bundle, ignore_errors=True)
    facts = {
        "seconds": round(time.monotonic() - started, 3),
        "peak_mb": memory.peak_mb(),
        "device": loaded.device,
        "threads": job.threads,
        "versions": versions(),
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    saved = checkpoint.save(
        run.folder(step),
        step.inputs,
        before,
        after,
        upstream_content=content,
        products=products,
        facts=facts,
    )
    shutil.rmtree(work)
    # what went through JSON goes on from there, as it would after a resume
    return HeadAsset.restored(after.tensors(), saved["asset"]), saved


def _publish(bundle: Path, out: Path, products: Mapping[str, str], old: Mapping[str, str]) -> None:
    """Move a stage's finished files into the user's folder, and remove those that it no longer writes."""
    for name in products:
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (bundle / name).replace(target)
    for name in set(old) - set(products):
        (out / name).unlink(missing_ok=True)


def _products_before(folder: Path) -> dict[str, str]:
    """The files that the checkpoint in this folder says its stage wrote."""
    try:
        return dict(checkpoint.read(folder)["products"])
    except (FileNotFoundError, DamagedFileError):
        return {}


def _discard_from(out: Path, stage: str) -> None:
    names = stage_names()
    for number in range(names.index(stage) + 1, len(names) + 1):
        record.discard_folder(stage_folder(out, number, names[number - 1]))
    shutil.rmtree(state_folder(out) / "work", ignore_errors=True)


def _fresh_work(out: Path, step: _Step, upstream_content: str) -> Path:
    """The stage's scratch folder, without those of other inputs and without files of an unfinished bundle."""
    work = work_folder(out, step.number, step.stage.name, step.inputs, upstream_content)
    for other in work.parent.glob(f"{step.number:02d}-{step.stage.name}-*"):
        if other != work:
            shutil.rmtree(other)
    if work.is_dir():
        record.remove_leftovers(work)
    shutil.rmtree(work / "bundle", ignore_errors=True)
    (work / "bundle").mkdir(parents=True)
    return work


def _through(until: str | None) -> list[Stage]:
    """The stages from the first to `until`, that one too; all of them for None."""
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
