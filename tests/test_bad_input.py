"""Bad input on the real stages: one clear error, the right exit code, and what was finished stays intact.

The cheap stages run in this process on the smallest settings; what is damaged is always a copy.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from dreamhead import assets, checkpoint, pipeline, record
from tests.toys import call

PROMPT = "an elderly sailor"
SETTINGS = (
    "select.candidates=2",
    "select.lights=1",
    "select.captions=60",
    "select.rounds=0",
    "carve.steps=2",
    "paint_latent.steps=1",
    "paint_image.steps=1",
    "upscale.size=64",
    "upscale.detail_size=64",
    "run.threads=1",
)
EMBEDDED = Path(__file__).parents[1] / "assets" / "priors" / "embedded"
MEGABYTE = 1_000_000


def make(out: Path, *more: object, prompt: str = PROMPT) -> subprocess.CompletedProcess[str]:
    """`dreamhead make` on the smallest settings."""
    known = [value for value in SETTINGS if value.partition(".")[0] in pipeline.sections()]
    chosen = [word for value in known for word in ("--set", value)]
    return call("make", "-o", out, "--profile", "embedded", *chosen, *more, "--", prompt)


def refused(finished: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """The command failed with one error that says all the words, and nothing on stdout."""
    said = " ".join(finished.stderr.split())
    assert finished.returncode == code, finished.stderr
    assert finished.stdout == "" and said.count("error:") == 1 and "Traceback" not in said, said
    assert "this is a bug" not in said
    for word in words:
        assert word in said, said


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below, but for what says who works here and what libraries printed."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("lock", "run.log", "job.json")
    }


def results(out: Path) -> dict[str, bytes]:
    """What the stages made, without times and memory."""
    return {name: data for name, data in contents(out).items() if name.endswith(".safetensors")}


def states(out: Path) -> dict[str, str]:
    """Stage -> state, as `dreamhead status` tells it."""
    finished = call("status", out, "--json")
    assert finished.returncode == 0, finished.stderr
    return {row["stage"]: row["state"] for row in json.loads(finished.stdout)["stages"]}


def remade(finished: subprocess.CompletedProcess[str]) -> list[str]:
    """The stages that a run with --json made."""
    assert finished.returncode == 0, finished.stderr
    events = [json.loads(line) for line in finished.stdout.splitlines()]
    return [event["stage"] for event in events if event["event"] == "stage_started"]


@contextmanager
def pipeline_up_to(stage: str) -> Iterator[None]:
    """The real pipeline, ending after a stage, so that `resume` can finish it cheaply."""
    with pytest.MonkeyPatch.context() as patch:
        number = pipeline.stage_names().index(stage)
        patch.setattr(pipeline, "STAGES", pipeline.STAGES[: number + 1])
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run up to `decode` that every case copies and none touches."""
    out = tmp_path_factory.mktemp("made") / "out"
    assert make(out, "--until", "decode").returncode == 0
    return out


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


# ---- prompts


@pytest.mark.parametrize("prompt", ["", " \n\t ", "\x07\x1b", "\u200b\ufeff", "\u200d\ufe0f"])
def test_a_prompt_of_nothing_is_refused(tmp_path: Path, prompt: str) -> None:
    refused(make(tmp_path / "out", prompt=prompt), 2, "the prompt is empty", "an elderly sailor")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "prompt",
    [
        "an old sailor with a grey beard " * 157,
        "bell\x07, \x1b[31mred\x1b[0m and a\nnew line",
        "🧔🏽‍♂️🧙",
        "\udcff\udcfe broken bytes",
        "年老的水手",
    ],
    ids=["5000 characters", "control characters", "emoji", "not UTF-8", "Chinese"],
)
def test_unusual_prompts_make_a_head(tmp_path: Path, prompt: str) -> None:
    finished = make(tmp_path / "out", "--until", "select", prompt=prompt)
    assert finished.returncode == 0, finished.stderr
    assert not {"\x07", "\x1b"} & set(finished.stderr)
    assert states(tmp_path / "out")["select"] == "fresh"
    kept = json.loads((tmp_path / "out" / ".dreamhead" / "job.json").read_text())["prompt"]
    assert len(kept) > 1 and not {"\x07", "\x1b", "\n", "\udcff"} & set(kept)


# ---- settings


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--until", "crave"), ("unknown stage 'crave'", "did you mean 'carve'?")),
        (("--profile", "embeded"), ("unknown profile 'embeded'", "did you mean 'embedded'?")),
        (("--set", "crave.steps=3"), ("unknown section 'crave' in crave.steps=3", "did you mean 'carve'?")),
        (("--set", "carve.stesp=3"), ("'carve.stesp' (value '3')", "did you mean 'carve.steps'?")),
        (("--set", "carve.steps=-3"), ("carve.steps=-3 is out of range", "from 0 to 5000")),
        (("--set", "upscale.size=1e9"), ("upscale.size=1e9 is out of range", "from 64 to 8192")),
        (("--set", "carve.steps=2.5"), ("carve.steps=2.5 is not a whole number",)),
        (("--set", "carve.guidance=nan"), ("carve.guidance=nan is not a finite number",)),
        (("--set", "carve.steps"), ("'carve.steps' has no value", "stage.key=value")),
        (("--set", "paint_latent.form=sdss"), ("paint_latent.form=sdss", "did you mean 'sds'?")),
        (("--set", "rig.steps=1"), ("'rig.steps' (value '1')", "rig has no settings")),
        (("--set", "models.scorre=x"), ("'models.scorre'", "did you mean 'models.scorer'?")),
        (("--set", "head.model=gollum"), ("head.model=gollum is not one of its values",)),
        (("--seed", "-1"), ("seed -1 is out of range",)),
    ],
)
def test_wrong_settings_name_what_was_meant(
    tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    refused(make(tmp_path / "out", *arguments), 2, *words)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_garment_is_refused(copy: Path) -> None:
    before = results(copy)
    finished = make(copy, "--set", "select.hair=mohowk", "--until", "select")
    refused(finished, 2, "select.hair=mohowk is not an item", "did you mean 'mohawk'?")
    assert results(copy) == before


# ---- output paths


def test_an_output_path_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    refused(make(tmp_path / "out"), 2, "out is not a folder")
    refused(make(tmp_path / "out" / "below"), 2, "cannot write to", "Not a directory")
    assert contents(tmp_path) == {"out": b"mine"}


def test_an_output_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "diary.txt").write_text("mine")
    refused(make(tmp_path / "notes"), 2, "not an output folder of dreamhead (it holds 'diary.txt')")
    refused(call("resume", tmp_path / "notes"), 2, "is not an output folder of dreamhead")
    assert contents(tmp_path) == {"notes/diary.txt": b"mine"}


def test_a_link_to_nowhere_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to(tmp_path / "gone")
    refused(make(tmp_path / "out"), 2, "out is not a folder")


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """mounted(options) puts a tmpfs at a new folder."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options: str) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("this machine does not let root mount a tmpfs")
        return folder

    yield mount
    if os.path.ismount(folder):
        subprocess.run(["umount", folder], check=True)


def test_a_folder_that_cannot_be_written(mounted: Callable[[str], Path]) -> None:
    refused(make(mounted("ro,size=1m") / "out"), 2, "cannot write to", "Read-only file system")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere; the read-only disk stands for it")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    refused(make(tmp_path / "out"), 2, "cannot write to", "Permission denied")
    tmp_path.chmod(0o755)


# ---- a full disk


def test_a_full_disk_then_room_again(made: Path, mounted: Callable[[str], Path]) -> None:
    out = mounted("size=3m") / "out"
    with pipeline_up_to("decode"):
        refused(make(out), 1, "the disk is full", f"make room, then: dreamhead resume {out}")
        reached = states(out)
        assert reached["select"] == reached["carve"] == "fresh" and reached["decode"] == "missing"
        assert not [path for path in out.rglob("*") if ".aside-" in path.name], "nothing half-written"
        finished_before = results(out)
        subprocess.run(["mount", "-o", "remount,size=64m", out.parent], check=True)
        again = remade(call("resume", out, "--json"))
    assert again == [stage for stage, state in reached.items() if state != "fresh"]
    whole = {name: data for name, data in results(made).items() if "/work/" not in name}
    assert results(out) == whole
    assert all(whole[name] == data for name, data in finished_before.items() if "/work/" not in name)


def test_a_limit_on_files_then_none(made: Path, tmp_path: Path) -> None:
    """The same where nothing may be mounted: no file may grow beyond 2 MB."""
    out = tmp_path / "out"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGABYTE, before[1]))
    try:
        finished = make(out, "--until", "decode")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    refused(finished, 1, "a file may not grow so large here", f"make room, then: dreamhead resume {out}")
    assert states(out)["carve"] == "fresh"
    assert not [path for path in out.rglob("*") if ".aside-" in path.name], "nothing half-written"
    with pipeline_up_to("decode"):
        assert "carve" not in remade(call("resume", out, "--json"))
    assert results(out) == {name: data for name, data in results(made).items() if "/work/" not in name}


# ---- checkpoints


def flip(path: Path, foreign: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-len(content) // 3] ^= 1
    path.write_bytes(content)


def cut(path: Path, foreign: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def exchange(path: Path, foreign: Path) -> None:
    shutil.copy(foreign, path)


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same stages of another head."""
    out = tmp_path_factory.mktemp("another") / "out"
    assert make(out, "--until", "carve", "--seed", "5", prompt="a green-skinned orc").returncode == 0
    return out


@pytest.mark.parametrize("harm", [flip, cut, exchange])
@pytest.mark.parametrize(
    "file", ["01-select/asset.safetensors", "02-carve/asset.safetensors", "02-carve/stage.json"]
)
def test_a_damaged_checkpoint_is_named_and_made_again(
    copy: Path, another: Path, file: str, harm: Callable[[Path, Path], None]
) -> None:
    whole, stage = results(copy), file.split("/")[0][3:]
    harm(copy / ".dreamhead" / file, another / ".dreamhead" / file)
    foreign_record = harm is exchange and file.endswith(".json")
    told = states(copy)
    assert told.pop(stage) == ("stale" if foreign_record else "damaged")
    assert set(told.values()) == {"fresh", "missing"}, "only the harmed stage is doubted"
    refused(call("preview", copy), 1, f"stage {stage} is", "dreamhead resume")
    with pipeline_up_to("decode"):
        finished = call("resume", copy)
    assert finished.returncode == 0, finished.stderr
    named = f"warning: the checkpoint of {stage} is damaged and is made again:"
    assert foreign_record or (named in finished.stderr and file in finished.stderr)
    assert results(copy) == whole


def test_a_whole_foreign_checkpoint_is_not_trusted(copy: Path, another: Path) -> None:
    whole = results(copy)
    shutil.rmtree(copy / ".dreamhead" / "02-carve")
    shutil.copytree(another / ".dreamhead" / "02-carve", copy / ".dreamhead" / "02-carve")
    assert states(copy)["carve"] == "stale"
    with pipeline_up_to("decode"):
        assert remade(call("resume", copy, "--json")) == ["carve"]
    assert results(copy) == whole


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_not_loaded(copy: Path, value: float) -> None:
    """Even where every hash of the checkpoint fits."""
    whole, folder = results(copy), copy / ".dreamhead" / "02-carve"
    tensors = load_file(folder / checkpoint.ASSET_FILE)
    tensors["displacement"][7] = value
    save_file(tensors, folder / checkpoint.ASSET_FILE)
    values = record.read_json(folder / checkpoint.RECORD_FILE)
    values["files"][checkpoint.ASSET_FILE] = record.file_sha256(folder / checkpoint.ASSET_FILE)
    values["digest"] = checkpoint._digest(values)
    record.write_json(folder / checkpoint.RECORD_FILE, values)
    with pipeline_up_to("decode"):
        finished = call("resume", copy)
    assert finished.returncode == 0, finished.stderr
    assert "carve is damaged and is made again" in finished.stderr
    assert "displacement holds 1 values that are NaN" in " ".join(finished.stderr.split())
    assert results(copy) == whole


# ---- model files


class Trap:
    """Something that a pickle would call when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.marker,))


def generic_model(folder: Path) -> Path:
    """The embedded generic model as one diffusers folder; returns its U-Net's weights."""
    parts = {"unet": "views/unet", "scheduler": "views/scheduler", "vae": "autoencoder"}
    for part, source in {**parts, "text_encoder": "text", "tokenizer": "text"}.items():
        shutil.copytree(EMBEDDED / source, folder / part)
    return folder / "unet" / "diffusion_pytorch_model.safetensors"


def map_decoders(folder: Path) -> Path:
    """A copy of the map decoders; returns the weights of one."""
    shutil.copytree(EMBEDDED / "maps", folder)
    return folder / "decoder_normal" / "diffusion_pytorch_model.safetensors"


MODELS = {"generic": (generic_model, "carve"), "maps": (map_decoders, "decode")}


def poison(path: Path, value: float) -> None:
    tensors = load_file(path)
    name = max(tensors, key=lambda key: tensors[key].size)
    tensors[name].flat[3] = value
    save_file(tensors, path)


def poison_nan(path: Path) -> None:
    poison(path, np.nan)


def poison_inf(path: Path) -> None:
    poison(path, np.inf)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def write_words(path: Path) -> None:
    path.write_text("<html>not found</html>")


def pickle_instead(path: Path) -> None:
    torch.save({"weight": torch.zeros(2)}, path.with_suffix(".bin"))
    path.unlink()


@pytest.mark.parametrize(
    ("harm", "code", "words"),
    [
        (poison_nan, 1, ("holds NaN or Inf",)),
        (poison_inf, 1, ("holds NaN or Inf",)),
        (truncate, 1, ("is not a readable safetensors file",)),
        (write_words, 1, ("is not a readable safetensors file",)),
        (
            pickle_instead,
            5,
            ("is missing", "diffusion_pytorch_model.bin is there: convert it to safetensors"),
        ),
        (Path.unlink, 5, ("is missing",)),
    ],
)
@pytest.mark.parametrize("role", MODELS)
def test_damaged_weights_are_named(
    copy: Path, tmp_path: Path, role: str, harm: Callable[[Path], None], code: int, words: tuple[str, ...]
) -> None:
    before = results(copy)
    build, stage = MODELS[role]
    path = build(tmp_path / "model")
    harm(path)
    finished = make(copy, "--set", f"models.{role}={tmp_path / 'model'}", "--until", stage)
    refused(finished, code, *words, str(path))
    assert results(copy) == before, "what was there stays until something new is finished"


def test_a_model_folder_of_something_else(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"\xff\xd8\xff")
    before = results(copy)
    for role, missing in (("generic", "unet"), ("maps", "decoder_specular")):
        finished = make(copy, "--set", f"models.{role}={tmp_path / 'photos'}")
        refused(finished, 5, f"models.{role}=", f"photos/{missing} is missing")
    refused(make(copy, "--set", f"models.upscaler={tmp_path / 'nowhere'}"), 5, "nowhere is missing")
    assert results(copy) == before


def test_a_pickle_is_never_run(copy: Path, tmp_path: Path) -> None:
    weights, marker = tmp_path / "upscaler.pth", tmp_path / "the pickle ran"
    weights.write_bytes(pickle.dumps({"params": Trap(marker)}))
    finished = make(copy, "--set", f"models.upscaler={weights}", "--until", "upscale")
    refused(finished, 1, "upscaler.pth is damaged, or holds more than tensors and was refused")
    assert not marker.exists()


# ---- files that ship


@pytest.fixture
def without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """without(name): an installation whose assets lack that file."""

    def remove(name: str) -> None:
        shutil.copytree(EMBEDDED.parents[1], tmp_path / "installed" / "assets")
        (tmp_path / "installed" / "assets" / name).unlink()
        monkeypatch.setattr(
            assets, "__file__", str(tmp_path / "installed" / "src" / "dreamhead" / "assets.py")
        )

    return remove


@pytest.mark.parametrize(
    "name",
    [
        "priors/embedded/profile.json",
        "priors/embedded/scorer/open_clip_model.safetensors",
        "priors/embedded/text/tokenizer.json",
        "priors/embedded/views/unet/config.json",
        "priors/embedded/views/unet/diffusion_pytorch_model.safetensors",
    ],
)
def test_a_missing_shipped_file_is_named(tmp_path: Path, without: Callable[[str], None], name: str) -> None:
    without(name)
    refused(make(tmp_path / "out", "--until", "carve"), 5, Path(name).name, "missing")


# ---- the cache


@pytest.mark.parametrize("trouble", ["damaged", pytest.param("not writable", marks=pytest.mark.slow)])
def test_a_cache_in_trouble_only_costs_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    cache, first, second = (tmp_path / name for name in ("cache", "first", "second"))
    monkeypatch.setenv("DREAMHEAD_CACHE", str(cache))
    assert make(first, "--until", "paint_latent").returncode == 0
    kept = [path for path in cache.rglob("*") if path.is_file()]
    assert {path.parent.name for path in kept} >= {"cache", "recall", "candidates"}
    if trouble == "damaged":
        for path in kept:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        monkeypatch.setenv("DREAMHEAD_CACHE", str(first / ".dreamhead" / "job.json"))
    finished = make(second, "--until", "paint_latent")
    assert finished.returncode == 0, finished.stderr
    assert results(second) == results(first)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["head/house.npz", "head/skin_uv.npz", "world/archetypes.toml", "priors/embedded/upscaler"]
)
def test_an_installation_that_lacks_a_file(tmp_path: Path, name: str) -> None:
    """A copy of the package in a process of its own, with an empty cache."""
    source = EMBEDDED.parents[2]
    shutil.copytree(source / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(source / "assets", tmp_path / "assets")
    lacking = tmp_path / "assets" / name
    shutil.rmtree(lacking) if lacking.is_dir() else lacking.unlink()
    variables = {"PYTHONPATH": str(tmp_path / "src"), "DREAMHEAD_CACHE": str(tmp_path / "cache")}
    settings = [word for value in SETTINGS for word in ("--set", value)]
    command = [sys.executable, "-m", "dreamhead", "make", PROMPT, "-o", str(tmp_path / "out"), *settings]
    finished = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **variables}, capture_output=True, text=True, timeout=600
    )
    refused(finished, 5, lacking.name, "missing")


@pytest.mark.slow
def test_the_last_stage_on_a_full_disk(mounted: Callable[[str], Path], tmp_path: Path) -> None:
    """The installed command in a process of its own; the bundle appears whole or not at all."""
    settings = [word for value in (*SETTINGS, "package.preview_size=64") for word in ("--set", value)]
    command = Path(sys.executable).with_name("dreamhead")
    out = mounted("size=200m") / "out"
    options: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 900}
    made = subprocess.run(
        [command, "make", PROMPT, "-o", out, "--until", "rig", "--quiet", *settings], **options
    )
    assert made.returncode == 0, made.stderr
    full = shutil.disk_usage(out).used + 2**20
    subprocess.run(["mount", "-o", f"remount,size={full}", out.parent], check=True)
    finished = subprocess.run([command, "resume", out], **options)
    refused(finished, 1, "the disk is full", f"make room, then: dreamhead resume {out}")
    assert [path.name for path in out.iterdir()] == [".dreamhead"], "nothing half-written"
    assert states(out)["rig"] == "fresh"
    subprocess.run(["mount", "-o", "remount,size=200m", out.parent], check=True)
    assert subprocess.run([command, "resume", out, "--quiet"], **options).returncode == 0
    assert set(states(out).values()) == {"fresh"}
    assert (out / "head.glb").is_file() and (out / "manifest.json").is_file()
