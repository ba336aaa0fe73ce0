"""The prompt matters: directions measured on maps and mesh, not with the project's own scorer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dreamhead.head.load import load_head
from tests.heads import FAST, made
from tests.measures import Measures, measure

PLAIN = "a man"
Check = Callable[[Measures, Measures], bool]


def hue_near(hue: float, reach: float = 45.0) -> Check:
    """The face's mean colour has this hue."""
    return lambda got, plain: abs((got.hue_deg - hue + 180) % 360 - 180) < reach and got.saturation > 0.25


PROMPTS: dict[str, Check] = {
    "a very dark-skinned african woman": lambda got, plain: got.luminance < 0.6 * plain.luminance,
    "a pale vampire with white skin": lambda got, plain: got.luminance > 1.1 * plain.luminance,
    "a green-skinned orc": hue_near(110),
    "a woman with blue skin": hue_near(225),
    "a demon with bright red skin": hue_near(5, 25),
    "a wrinkled ninety year old grandmother": lambda got, plain: got.wrinkles > 1.15 * plain.wrinkles,
    "a baby with smooth skin": lambda got, plain: got.wrinkles < plain.wrinkles,
    "a very old bearded sailor": lambda got, plain: got.wrinkles > 1.1 * plain.wrinkles,
    "a fat man with a wide round face": lambda got, plain: got.width > 1.03 * plain.width,
    "a gaunt man with a long narrow face": lambda got, plain: got.width < 0.97 * plain.width,
    "a man with a thick black beard": lambda got, plain: got.lower_darkness < 0.9 * plain.lower_darkness,
    "a pale man with heavy dark stubble": lambda got, plain: got.lower_darkness < 0.97 * plain.lower_darkness,
}


def directions(folder: Path, values: tuple[str, ...]) -> dict[str, bool]:
    """Which prompts went the way they should, printed with what was measured."""
    head = load_head("builtin")
    plain = measure(made(PLAIN, folder / "plain", values=values), head)
    print(f"{PLAIN}: {plain}")
    right = {}
    for index, (prompt, check) in enumerate(PROMPTS.items()):
        got = measure(made(prompt, folder / str(index), values=values), head)
        right[prompt] = check(got, plain)
        print(f"{'right' if right[prompt] else 'WRONG'} {prompt}: {got}")
    return right


def test_prompts_steer_small_heads(tmp_path: Path) -> None:
    right = directions(tmp_path, FAST)
    assert sum(right.values()) >= 10, [prompt for prompt, good in right.items() if not good]


@pytest.mark.slow
def test_prompts_steer_full_heads(tmp_path: Path) -> None:
    right = directions(tmp_path, ("package.preview_size=256",))
    assert sum(right.values()) >= 10, [prompt for prompt, good in right.items() if not good]
