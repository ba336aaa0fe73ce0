"""The benchmark's three ways of finding what a pixel sees agree."""

from tools.bench import compare

from dreamhead.render.camera import cameras
from dreamhead.render.scene import head_buffers
from tests.render.shapes import sphere


def test_three_ways_see_the_same_triangles():
    vertices, part = sphere(12, 24)
    faces = head_buffers([part], ("skin",)).faces
    view = cameras(33.0, 12.0, target=(0, 0, 0), height=0.25)
    measures = compare(vertices, faces, 48, view)
    assert [one.name for one in measures] == ["warp", "torch", "embree"]
    assert all(one.seconds > 0 and one.agreement > 0.99 for one in measures)
