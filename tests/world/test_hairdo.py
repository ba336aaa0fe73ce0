import numpy as np

from dreamhead.head.wardrobe import ITEMS
from dreamhead.world.attributes import Attributes
from dreamhead.world.hair_phrases import hair_facts
from dreamhead.world.hairdo import beard_chances, colour_chances, drawn, style_chances
from dreamhead.world.scalp import BEARD_LENGTH, SCALP_COVER, beard_region, scalp_region
from dreamhead.world.vocabulary import BEARDS, HAIR_COLOURS, HAIR_STYLES

LONG = ("long", "parted", "wavy", "fringe", "long_curly", "ponytail", "bun", "braid", "braids", "box_braids")


def test_the_world_knows_every_item_of_the_wardrobe() -> None:
    assert set(HAIR_STYLES) == set(ITEMS["hair"]) and set(BEARDS) == set(ITEMS["beard"])
    assert set(SCALP_COVER) == set(HAIR_STYLES) and set(BEARD_LENGTH) == set(BEARDS) - {"none"}
    for style in HAIR_STYLES:
        for beard in BEARDS:
            about = {fact.about for fact in hair_facts(Attributes(sex="male", hair=style, beard=beard))}
            assert {"hair", "beard"} <= about


def test_chances_sum_to_one_and_name_known_kinds() -> None:
    for sex in ("female", "male"):
        for years in (0.5, 8.0, 25.0, 50.0, 80.0):
            for melanin in (0.1, 0.7, 1.0):
                styles = style_chances(sex, years, melanin)
                assert abs(sum(styles.values()) - 1) < 1e-6 and set(styles) <= set(HAIR_STYLES)
                colours = colour_chances(years, melanin)
                assert abs(sum(colours.values()) - 1) < 1e-6 and set(colours) <= set(HAIR_COLOURS)
                assert abs(sum(beard_chances(sex, years).values()) - 1) < 1e-6


def test_hair_follows_sex_and_age() -> None:
    woman, man = style_chances("female", 24.0, 0.2), style_chances("male", 24.0, 0.2)
    assert sum(woman.get(name, 0) for name in LONG) > 0.65
    assert sum(man.get(name, 0) for name in LONG) < 0.15
    old = style_chances("male", 78.0, 0.2)
    assert sum(old.get(name, 0) for name in ("bald", "balding", "receding")) > 0.45
    assert set(style_chances("female", 0.5, 0.2)) <= {"bald", "buzz"}
    grey = {
        years: sum(colour_chances(years, 0.2)[name] for name in ("grey", "white")) for years in (30.0, 78.0)
    }
    assert grey[30.0] < 0.01 and grey[78.0] > 0.85


def test_the_same_random_number_draws_the_same() -> None:
    chances = style_chances("female", 24.0, 0.2)
    assert drawn(chances, np.random.default_rng(5)) == drawn(chances, np.random.default_rng(5))
    assert len({drawn(chances, np.random.default_rng(seed)) for seed in range(40)}) > 6


def test_styles_bare_the_scalp_where_they_should() -> None:
    places = np.array(
        [[0, 12, 0], [7, 3, -1], [4, 9.5, 6.8]], np.float32
    )  # crown, side, corner of the forehead
    whole = np.ones(3, np.float32)
    balding, receding, mohawk = (
        scalp_region(name, whole, places)[0] for name in ("balding", "receding", "mohawk")
    )
    assert balding[0] < 0.1 < balding[1]
    assert receding[2] < 0.3 < receding[0]
    assert mohawk[0] > 0.9 > 0.3 > mohawk[1]


def test_beards_grow_where_they_are_named_for() -> None:
    places = np.array([[0, -6.4, 11], [5.5, -4.0, 6], [0, -2, 11.5]], np.float32)  # chin, cheek, lip
    masks = {"beard": np.ones(3, np.float32), "moustache": np.float32([0, 0, 1])}
    assert np.argmax(beard_region("goatee", masks, places)) == 0
    assert np.argmax(beard_region("sideburns", masks, places)) == 1
    assert np.argmax(beard_region("walrus", masks, places)) == 2
