"""The thin-plate fill: exact at handles, blind beyond its reach, linear along evenly spaced rows."""

import numpy as np

from dreamhead.head.builtin.cage import build_cage
from dreamhead.head.builtin.fill import active_nodes, fill, fill_metric, fill_near
from dreamhead.head.builtin.generate import read_tables


def test_constant_is_reproduced():
    metric = fill_metric(read_tables().points)
    handles = np.nonzero(active_nodes())[0][::40]
    filled = fill(metric, handles, np.full((len(handles), 1), 3.0))
    assert np.allclose(filled[active_nodes()], 3.0, atol=1e-2)
    assert (filled[~active_nodes()] == 0).all()


def test_handles_keep_their_values_and_far_nodes_stay():
    points = read_tables().points
    cage = build_cage()
    handles = np.array([cage.index["g", 0, 24], cage.index["g", 1, 23]])
    values = np.array([[1.0, 2.0], [0.5, 0.0]])
    filled = fill_near(fill_metric(points), handles, values, reach=3.0)
    assert np.allclose(filled[handles], values)
    far = np.linalg.norm(points - points[handles[0]], axis=1) > 6
    assert (filled[far] == 0).all()
