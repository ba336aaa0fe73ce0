import pytest

from dreamhead.world.told import told_melanin, told_years


@pytest.mark.parametrize(
    ("sentence", "low", "high"),
    [
        ("an elderly sailor", 70, 86),
        ("an old japanese fisherman", 65, 86),
        ("a very old bearded sailor", 82, 96),
        ("a young man", 18, 30),
        ("a middle aged woman with old scars", 40, 58),
        ("a wrinkled ninety year old grandmother", 90, 90),
        ("a sixty-five year old man", 65, 65),
        ("a 7-year-old girl", 7, 7),
        ("a man in his late forties", 47, 51),
        ("a chubby baby", 0.2, 2),
        ("a young girl", 5, 11),
        ("an old lady", 65, 86),
        ("a woman with a young face", 20, 96),
    ],
)
def test_ages_are_read_by_rule(sentence: str, low: float, high: float) -> None:
    years = told_years(sentence)
    assert years is not None and low <= years[0] <= years[1] <= high


@pytest.mark.parametrize("sentence", ["an orc", "a sailor with old scars", ""])
def test_what_says_no_age_gives_none(sentence: str) -> None:
    assert told_years(sentence) is None


def test_skin_words_bind_to_the_person() -> None:
    assert told_melanin("a woman with black hair") is None
    black, pale = told_melanin("a young black woman"), told_melanin("a pale vampire")
    assert black is not None and black[0] >= 0.75
    assert pale is not None and pale[1] <= 0.1
    assert told_melanin("a man with pale hair") is None
