from dataclasses import replace

import numpy as np
import pytest

from dreamhead.errors import UsageError
from dreamhead.render.picture import draw_expressions, draw_preview
from tests.render.shapes import sphere_item


@pytest.fixture(scope="module")
def items():
    eye = sphere_item("eye", radius=0.02)
    front = replace(eye, vertices=eye.vertices + np.array([0.03, 0.03, 0.085], np.float32))
    albedo = np.full((8, 8, 3), (200, 130, 100), np.uint8)
    return [sphere_item(albedo=albedo), front]


def test_preview_shows_the_head_five_times(items):
    picture = draw_preview(items, 160)
    assert picture.shape[0] == 160 and picture.dtype == np.uint8 and 250 < picture.shape[1] < 300
    skin = (picture[..., 0].astype(int) - picture[..., 2]) > 12
    hero, small = skin[:, :128], skin[:, 130:]
    assert hero.mean() > 0.2
    for rows in (slice(0, 79), slice(81, 160)):
        for columns in (slice(0, 74), slice(76, 150)):
            assert small[rows, columns].mean() > 0.08


def test_preview_is_the_same_every_time(items):
    assert np.array_equal(draw_preview(items, 96), draw_preview(items, 96))


def test_expressions_are_a_labelled_grid_from_one_camera(items):
    moved = [replace(one, vertices=one.vertices + np.float32(0.01)) for one in items]
    sheet = draw_expressions({"at rest": items, "jawOpen": items, "moved": moved, "x": items}, 3, 96)
    height = round(96 * 1.16)
    assert sheet.shape == (2 * height + 1, 3 * 96 + 2, 3)
    rest, jaw, other = (sheet[:height, left : left + 96] for left in (0, 97, 194))
    assert np.array_equal(rest[:90], jaw[:90])  # the same pose
    assert not np.array_equal(rest[90:], jaw[90:])  # another label
    assert np.abs(rest[:90].astype(int) - other[:90]).mean() > 1  # the camera stayed, the head moved


def test_nothing_to_draw_is_refused():
    with pytest.raises(UsageError):
        draw_expressions({})
