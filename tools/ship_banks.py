"""`make banks`: solve the caption regression and embed the candidates for the shipped scorer, into assets/.

`select` would make both on first use and keep them in the user's cache; shipped, nobody waits.  Run it again after
the scorer, the head, the captions or the embedded profile's select settings changed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "assets"
KINDS = ("recall", "candidates")


def main() -> None:
    """Replace assets/recall and assets/candidates."""
    for kind in KINDS:
        shutil.rmtree(ASSETS / kind, ignore_errors=True)
    with tempfile.TemporaryDirectory() as cache:
        os.environ["DREAMHEAD_CACHE"] = cache  # where `select` keeps what it had to make
        run_select(Path(cache))
        for kind in KINDS:
            shutil.copytree(Path(cache) / kind, ASSETS / kind)
            for path in (ASSETS / kind).iterdir():
                print(path.relative_to(ASSETS.parent), path.stat().st_size, "bytes")


def run_select(work: Path) -> None:
    """The select stage, as `make` would run it."""
    from dreamhead import models, pipeline, settings
    from dreamhead.head.asset import HeadAsset
    from dreamhead.job import Job
    from dreamhead.stages import select
    from dreamhead.stages.context import Context

    job = Job("a person", 0, "embedded", "", 1, {})
    loaded = models.Loader(job)
    values = settings.config_for(
        "select", models.stage_settings(job, pipeline.sections()), pipeline.STAGES[0].config
    )
    context = Context(
        prompt=job.prompt, seed=0, device=loaded.device, head=loaded.head, priors=loaded.priors,
        out=work, work=work, progress=lambda done, total, note: None, stopping=lambda: False,
    )  # fmt: skip
    select.run(HeadAsset(), values, context)


if __name__ == "__main__":
    main()
