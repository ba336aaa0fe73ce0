"""The command line: parse, call one function, print.  Imports no torch until a stage runs."""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from dreamhead import __version__, models, pipeline, record, settings
from dreamhead.check.verdict import require_passed
from dreamhead.console import Console, bundle_files, failure, hushed_libraries, open_console
from dreamhead.errors import EXIT_FAILED, EXIT_INTERRUPTED_TWICE, DreamheadError
from dreamhead.job import Job, check_output, check_seed, clean_prompt, default_threads, load_job, state_folder

app = typer.Typer(
    help="A sentence in, a rigged head out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
models_app = typer.Typer(
    help="The model files of the studio profile.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(models_app, name="models")

OutArgument = Annotated[Path, typer.Argument(metavar="OUT", help="An output folder of `dreamhead make`.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Events as JSON, one object a line, on stdout.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
ProfileOption = Annotated[str, typer.Option(help="auto, embedded (CPU, offline) or studio (GPU).")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="STAGE.KEY=VALUE",
        help="Change a setting; repeatable. models.ROLE=PATH names a model.",
    ),
]
ConfigOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Settings from a TOML file; --set wins.")
]


def main() -> None:
    """Entry point of the `dreamhead` command."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    app(prog_name="dreamhead")


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        print(f"dreamhead {__version__}")
        raise typer.Exit()


@app.command()
def make(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="A sentence that describes the head.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="The folder to write to.")],
    seed: Annotated[int, typer.Option(help="Another seed, another head.")] = 0,
    profile: ProfileOption = "auto",
    until: Annotated[str | None, typer.Option(metavar="STAGE", help="Stop after this stage.")] = None,
    set_: SetOption = None,
    config: ConfigOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would run and why; write nothing.")
    ] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a head from a sentence.  Run again, it does only what changed."""
    with _answering(json, quiet, out) as console:
        sections = pipeline.sections()
        overrides = settings.read_config_file(config, sections) if config else {}
        overrides |= settings.parse_overrides(set_ or [], sections)
        cleaned = clean_prompt(prompt)
        check_seed(seed)
        if until:
            pipeline.check_stage(until)
        check_output(out)
        name, reason = models.resolve(profile, overrides)
        threads = settings.run_config(overrides).threads or default_threads()
        job = Job(cleaned, seed, name, reason, threads, overrides)
        if dry_run:
            _tell_plan(console, out, job, until)
        else:
            _run(console, out, job, until=until)


@app.command()
def resume(
    out: OutArgument,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="STAGE", help="Do this stage and all after it again.")
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Go on with a run that was stopped, killed or damaged."""
    with _answering(json, quiet, out) as console:
        job = load_job(out)
        if from_:
            pipeline.check_stage(from_)
        _run(console, out, job, from_stage=from_)


@app.command()
def status(out: OutArgument, json: JsonOption = False) -> None:
    """Say for every stage whether it is fresh, stale, missing or damaged, and why."""
    with _answering(json, False, None) as console:
        _tell_plan(console, out, load_job(out), None)


@app.command()
def preview(
    out: OutArgument,
    size: Annotated[
        int | None, typer.Option(help="Pixels a side of each picture, kept for later runs.")
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make the pictures again, and with them the bundle that lists them."""
    with _answering(json, quiet, out) as console:
        job = load_job(out)
        if size is not None:
            chosen = settings.parse_overrides([f"package.preview_size={size}"], pipeline.sections())
            job = replace(job, overrides={**job.overrides, **chosen})
        *_, before, pictures = pipeline.stage_names()  # the last stage draws them
        pipeline.require_fresh(out, job, before)
        _run(console, out, job, from_stage=pictures)


@app.command()
def train(
    thing: Annotated[
        str,
        typer.Argument(metavar="THING", help="data, a model's name, or all: both data sets and every model."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The profile's folder; the shipped one if not given.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="The folder of the data sets; one in the user's cache if not given.")
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(help="Heads in each data set; if not given, 900 in `world`, 3000 in `faces`."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the training; the data sets have seeds of their own.")] = 0,
    minutes: Annotated[float | None, typer.Option(help="Stop a training after this long.")] = None,
    steps: Annotated[int | None, typer.Option(help="Stop a training after this many steps.")] = None,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on from the weights that are there: autoencoder, views, texture, map_decoders.",
        ),
    ] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Build the data sets of synthetic heads and train the embedded profile's models on them."""
    with _answering(json, quiet, None) as console:
        from dreamhead import training

        options = training.Options(out, data, count, seed, minutes, steps, device, resume)
        training.run(thing, options, console.tell)


@app.command()
def doctor(json: JsonOption = False) -> None:
    """Check this machine: versions, memory, CUDA, the files that ship, the models."""
    from dreamhead.doctor import examine

    with _answering(json, False, None) as console:
        rows = examine()
        console.tell("rows", rows=rows)
        if any(row["verdict"] == "bad" for row in rows):
            raise typer.Exit(EXIT_FAILED)


@models_app.command("list")
def models_list(set_: SetOption = None, json: JsonOption = False) -> None:
    """List the studio models: where they are expected and where they come from."""
    from dreamhead.priors.store import list_models

    with _answering(json, False, None) as console:
        console.tell("rows", rows=list_models(_model_settings(set_)))


@models_app.command("pull")
def models_pull(
    roles: Annotated[
        list[str] | None, typer.Argument(metavar="[ROLE]...", help="All that can be had when none is named.")
    ] = None,
    set_: SetOption = None,
    json: JsonOption = False,
) -> None:
    """Download studio models and verify them."""
    from dreamhead.priors.store import pull_models

    with _answering(json, False, None) as console:

        def progress(done: int, total: int, note: str) -> None:
            console.tell("stage_progress", stage="pull", done=done, total=total, note=note)

        folders = pull_models(roles or [], _model_settings(set_), progress)
        console.tell("rows", rows=[{"folder": str(folder)} for folder in folders])


@models_app.command("verify")
def models_verify(set_: SetOption = None, json: JsonOption = False) -> None:
    """Hash the studio models that are present against the published hashes."""
    from dreamhead.priors.store import verify_models

    with _answering(json, False, None) as console:
        verdicts = verify_models(_model_settings(set_))
        console.tell("rows", rows=[{"role": role, "verdict": verdict} for role, verdict in verdicts.items()])


def _run(
    console: Console, out: Path, job: Job, until: str | None = None, from_stage: str | None = None
) -> None:
    started = time.monotonic()
    console.tell(
        "run_started",
        prompt=job.prompt,
        seed=job.seed,
        profile=job.profile,
        reason=job.profile_reason,
        out=str(out),
        threads=job.threads,
        stages=pipeline.stage_names(),
    )
    pipeline.run(out, job, console.tell, until=until, from_stage=from_stage, hush=hushed_libraries)
    console.tell(
        "run_finished", out=str(out), seconds=round(time.monotonic() - started, 1), files=bundle_files(out)
    )
    if until is None and (out / "manifest.json").is_file():
        require_passed(out)


def _tell_plan(console: Console, out: Path, job: Job, until: str | None) -> None:
    console.tell("plan", out=str(out), stages=[asdict(row) for row in pipeline.plan(out, job, until)])


def _model_settings(set_: list[str] | None) -> dict[str, str]:
    return settings.model_settings(settings.parse_overrides(set_ or [], pipeline.sections()))


@contextmanager
def _answering(as_json: bool, quiet: bool, out: Path | None) -> Iterator[Console]:
    """Open the console and turn every error into one message and an exit code."""
    console = open_console(as_json, quiet)
    try:
        yield console
    except DreamheadError as error:
        console.tell("failed", **failure(error))
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_INTERRUPTED_TWICE) from None
    except (typer.Exit, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 the last resort: whatever it is becomes one message and a log
        log = _write_log(out)
        unexpected = DreamheadError(
            f"unexpected {type(error).__name__}: {error}", f"this is a bug; the details are in {log}"
        )
        console.tell("failed", **failure(unexpected))
        raise typer.Exit(EXIT_FAILED) from None
    finally:
        console.close()


def _write_log(out: Path | None) -> Path:
    """The current exception's traceback, kept beside the checkpoints or in the temporary folder."""
    name = f"error-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.log"
    folders = [Path(tempfile.gettempdir())]
    if out is not None and state_folder(out).is_dir():
        folders.insert(0, state_folder(out))
    for folder in folders:
        try:
            record.write_bytes(folder / name, traceback.format_exc().encode("utf-8", "backslashreplace"))
        except OSError:
            continue
        return folder / name
    traceback.print_exc()
    return Path("the lines above")
