import pytest
import torch

from dreamhead.render.camera import cameras, random_cameras, to_clip


def pixel(point, view):
    clip = to_clip(torch.tensor([point]), view)[:, 0]
    return (clip[:, 0] / clip[:, 3]).tolist(), (clip[:, 1] / clip[:, 3]).tolist()


def test_azimuth_0_stands_before_the_face_and_90_at_the_subjects_left():
    view = cameras([0.0, 90.0, 0.0], [0.0, 0.0, 90.0], target=(0.0, 1.0, 0.0), height=0.3)
    direction = (view.position - torch.tensor([0.0, 1.0, 0.0])) / view.distance[:, None]
    expected = torch.tensor([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert torch.allclose(direction, expected, atol=1e-6)


def test_the_subjects_left_is_on_the_right_of_the_picture_and_up_is_up():
    view = cameras(0.0, target=(0, 0, 0), height=0.4)
    x, y = pixel([0.05, 0.08, 0.0], view)
    assert x[0] > 0 and y[0] > 0


def test_from_the_subjects_left_the_nose_points_to_the_left_of_the_picture():
    x, _ = pixel([0.0, 0.0, 0.1], cameras(90.0, target=(0, 0, 0), height=0.4))
    assert x[0] < 0


def test_height_is_what_fits_from_top_to_bottom():
    for fov in (5.0, 20.0, 60.0):
        _, y = pixel([0.0, 0.15, 0.0], cameras(0.0, target=(0, 0, 0), height=0.3, fov_deg=fov))
        assert y[0] == pytest.approx(1.0, abs=1e-5)


def test_depth_grows_with_distance_and_stays_within_the_range():
    view = cameras(0.0, target=(0, 0, 0), height=0.4)
    clip = to_clip(torch.tensor([[0.0, 0.0, 0.2], [0.0, 0.0, -0.2]]), view)[0]
    near, far = (clip[:, 2] / clip[:, 3]).tolist()
    assert -1 < near < far < 1


def test_random_cameras_keep_to_their_ranges_and_follow_the_generator():
    draws = [random_cameras(200, torch.Generator().manual_seed(3), target=(0, 0, 0)) for _ in range(2)]
    assert torch.equal(draws[0].azimuth_deg, draws[1].azimuth_deg)
    assert draws[0].azimuth_deg.abs().max() <= 45 and draws[0].azimuth_deg.std() > 20
    assert draws[0].elevation_deg.min() >= -10 and draws[0].elevation_deg.max() <= 20
