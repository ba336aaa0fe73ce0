"""The data of hairstyles: what ships is whole, and what is wrong is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from dreamhead.errors import DamagedFileError
from dreamhead.head.wardrobe.hairstyles import hairstyle_at, hairstyles
from dreamhead.head.wardrobe.items import ITEMS
from dreamhead.head.wardrobe.whiskers import facial_hair

LAYER = 'layers = [{ count = 10, strips = ["DENSE"] }]'


def written(folder: Path, text: str) -> Path:
    path = folder / "styles.toml"
    path.write_text(text)
    return path


def test_every_hair_item_has_a_style_and_every_style_an_item() -> None:
    assert set(ITEMS["hair"]) == {"bald", *hairstyles()}
    assert len(ITEMS["hair"]) >= 24


def test_every_beard_item_has_its_data() -> None:
    assert set(ITEMS["beard"]) == {"none", *facial_hair()}
    assert len(ITEMS["beard"]) >= 10
    assert facial_hair()["stubble"].painted_only
    assert [name for name, kind in facial_hair().items() if kind.painted_only] == ["stubble"]


def test_a_style_takes_over_what_it_is_like(tmp_path: Path) -> None:
    read = hairstyles(written(tmp_path, f'[one]\ngravity = 3.0\n{LAYER}\n[two]\nlike = "one"\nhug = 0.5\n'))
    assert read["two"].gravity == 3.0
    assert read["two"].hug == 0.5
    assert read["two"].layers == read["one"].layers


def test_each_changes_every_layer(tmp_path: Path) -> None:
    read = hairstyles(written(tmp_path, f"[one]\n{LAYER}\neach = {{ width = 4.0 }}\n"))
    assert [layer.width for layer in read["one"].layers] == [4.0]


@pytest.mark.parametrize(
    "text",
    [
        "[one]\ncolour = 3\n",
        '[one]\nlayers = ["nothing"]\n',
        '[one]\nlayers = [{ strips = ["TINSEL"] }]\n',
        '[one]\nlayers = [{ mesh = "felt" }]\n',
        '[one]\ncomb = "sideways"\n',
        '[one]\nlike = "two"\n[two]\nlike = "one"\n',
        '[one]\nlength = { azimuths = [0, 90], "0" = [1] }\n',
    ],
)
def test_wrong_data_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(DamagedFileError, match="one"):
        hairstyles(written(tmp_path, text))


def test_an_infants_cropped_hair_is_short_and_fine_and_long_hair_stays() -> None:
    grown, infant = hairstyle_at("short", 30.0), hairstyle_at("short", 0.5)
    assert grown == hairstyles()["short"]
    for old, young in zip(grown.layers, infant.layers, strict=True):
        if old.fixed_length is None:
            assert young.lengths < 0.7 * old.lengths
            assert young.width < 0.7 * old.width
    assert infant.cap.solid < grown.cap.solid
    assert hairstyle_at("long", 0.5) == hairstyles()["long"]


def test_a_layer_of_its_own_keeps_to_itself() -> None:
    crew = hairstyles()["crew"]
    assert crew.layers[0].strips == ("FUR",)
    assert crew.layers[0].width > 1
    assert all(layer.width == 0.5 for layer in crew.layers[1:])
