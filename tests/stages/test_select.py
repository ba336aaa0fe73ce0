"""The select stage on the models that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dreamhead.config import SelectConfig
from dreamhead.errors import UsageError
from dreamhead.head.asset import HeadAsset
from dreamhead.head.load import load_head
from dreamhead.priors.profiles import Priors, read_profile
from dreamhead.stages import select
from dreamhead.stages.context import Context
from dreamhead.world.attributes import Attributes
from dreamhead.world.recall import captioned_heads

FEW = {"rounds": 1, "children": 2}


def context(work: Path, prompt: str, seed: int = 0) -> Context:
    """The embedded profile's scorer on the built-in head."""
    priors = Priors(read_profile("embedded", {}), "cpu")
    return Context(
        prompt=prompt, seed=seed, device="cpu", head=load_head("builtin"), priors=priors, out=work, work=work,
        progress=lambda done, total, note: None, stopping=lambda: False,
    )  # fmt: skip


def config(**values: object) -> SelectConfig:
    """The embedded profile's settings, with few refinements."""
    shipped = {
        key.partition(".")[2]: value
        for key, value in read_profile("embedded", {}).settings.items()
        if key.startswith("select.")
    }
    return SelectConfig(**{**shipped, **FEW, **values})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def sailor(tmp_path_factory: pytest.TempPathFactory) -> HeadAsset:
    return select.run(HeadAsset(), config(), context(tmp_path_factory.mktemp("select"), "an elderly sailor"))


def test_the_sentence_is_read(sailor: HeadAsset) -> None:
    recalled = Attributes.from_json(sailor.wardrobe["attributes"])
    assert recalled.years > 55 and recalled.archetype == "sailor"
    assert sailor.wardrobe["headwear"] == "sailors_cap" and sailor.wardrobe["beard"] == "beard"
    assert sailor.identity is not None and np.isfinite(sailor.identity).all()


def test_what_it_builds_on_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or every newcomer would wait for it: rebuild with `rm -r assets/recall assets/candidates; make banks`."""
    monkeypatch.setenv("DREAMHEAD_CACHE", str(tmp_path / "cache"))
    select.run(HeadAsset(), config(), context(tmp_path, "a man"))
    assert not (tmp_path / "cache" / "recall").exists() and not (tmp_path / "cache" / "candidates").exists()


def test_another_seed_is_another_head(sailor: HeadAsset, tmp_path: Path) -> None:
    again = select.run(HeadAsset(), config(), context(tmp_path, "an elderly sailor"))
    other = select.run(HeadAsset(), config(), context(tmp_path, "an elderly sailor", seed=5))
    assert sailor.identity is not None and again.identity is not None and other.identity is not None
    assert np.array_equal(again.identity, sailor.identity)
    assert not np.array_equal(other.identity, sailor.identity)


def test_a_slot_can_be_set(tmp_path: Path) -> None:
    given = config(hair="bun", beard="none", headwear="crown", glasses="round", candidates=4)
    asset = select.run(HeadAsset(), given, context(tmp_path, "an elderly sailor with no hat"))
    chosen = {slot: asset.wardrobe[slot] for slot in ("hair", "beard", "headwear", "glasses", "patch")}
    assert chosen == {
        "hair": "bun",
        "beard": "none",
        "headwear": "crown",
        "glasses": "round",
        "patch": "none",
    }
    with pytest.raises(UsageError, match=r"select\.hair=mulet") as caught:
        select.run(HeadAsset(), config(hair="mulet"), context(tmp_path, "an elderly sailor"))
    assert "mullet" in str(caught.value.tip)


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("an elderly sailor without a hat", {"headwear": "none", "beard": "beard"}),
        ("a clean-shaven bald sailor", {"beard": "none", "hair": "bald"}),
        ("an old woman in round glasses", {"glasses": "round", "headwear": "none"}),
        ("a king", {"headwear": "crown"}),
        (
            "a young woman with freckles",
            {"headwear": "none", "glasses": "none", "patch": "none", "earrings": "none"},
        ),
    ],
)
def test_the_sentence_says_what_is_worn(tmp_path: Path, sentence: str, wanted: dict[str, str]) -> None:
    asset = select.run(HeadAsset(), config(candidates=64, rounds=0), context(tmp_path, sentence))
    assert {slot: asset.wardrobe[slot] for slot in wanted} == wanted


@pytest.mark.slow
def test_held_out_captions_are_read(tmp_path: Path) -> None:
    """The figures of docs/decisions/0003: most captions do not mention most traits."""
    given = context(tmp_path, "")
    regressor = select.caption_regressor(given.priors.scorer, config(), given)
    heads = captioned_heads(800, 99)
    embeddings = select.encoded(given.priors.scorer, [text for _, text in heads], given)
    read = [regressor.attributes(text, vector) for (_, text), vector in zip(heads, embeddings, strict=True)]
    right = {
        name: float(
            np.mean([getattr(a, name) == getattr(b, name) for a, (b, _) in zip(read, heads, strict=True)])
        )
        for name in ("creature", "beard", "sex", "hair", "hair_colour", "eyes", "headwear", "lipstick")
    }
    years = np.array([[a.years, b.years] for a, (b, _) in zip(read, heads, strict=True)])
    explained = 1 - ((years[:, 0] - years[:, 1]) ** 2).sum() / ((years[:, 1] - years[:, 1].mean()) ** 2).sum()
    print(
        {name: round(share, 3) for name, share in right.items()},
        "years explained",
        round(float(explained), 3),
    )
    assert right["creature"] > 0.9 and right["sex"] > 0.85 and right["beard"] > 0.75 and explained > 0.5
