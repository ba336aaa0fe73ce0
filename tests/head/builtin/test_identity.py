"""Sliders: names, limits, directions that mean what they say, and strong random heads that hold together."""

import numpy as np
import pytest

from dreamhead.errors import UsageError
from dreamhead.head.builtin import generate
from dreamhead.head.builtin.surface import build_surface


def one(builtin, name, value=1.0):
    identity = np.zeros(len(builtin.slider_names), np.float32)
    identity[builtin.slider_names.index(name)] = value
    return identity


def width(vertices, low, high):
    band = (vertices[:, 1] > low) & (vertices[:, 1] < high)
    return np.ptp(vertices[band, 0])


def test_slider_table(builtin):
    count = len(builtin.slider_names)
    assert count == 47
    assert builtin.slider_limits.shape == (count, 2)
    assert (builtin.slider_limits[:, 0] < 0).all() and (builtin.slider_limits[:, 1] > 0).all()
    assert set(builtin.macros) == {"age", "masculine", "fat", "child"}
    for direction in builtin.macros.values():
        assert direction.shape == (count,) and np.count_nonzero(direction) > 5
        assert (direction >= builtin.slider_limits[:, 0]).all()
        assert (direction <= builtin.slider_limits[:, 1]).all()


def test_widths_go_where_they_should(builtin):
    wide = builtin.neutral(one(builtin, "head_width"))
    assert width(wide, 0.05, 0.08) > width(builtin.mean, 0.05, 0.08) + 0.005
    mouth = builtin.landmarks_68
    corners = mouth.vertices[[48, 54], 0]
    stretched = builtin.neutral(one(builtin, "mouth_width"))
    assert stretched[corners[1], 0] - stretched[corners[0], 0] > np.diff(builtin.mean[corners, 0])[0] + 0.004
    fat, thin = (builtin.neutral(sign * builtin.macros["fat"]) for sign in (1, -0.5))
    assert width(fat, -0.05, -0.03) > width(thin, -0.05, -0.03) + 0.01


def test_wrong_identity_is_refused(builtin):
    with pytest.raises(UsageError, match="47"):
        builtin.neutral(np.zeros(3, np.float32))
    bad = np.zeros(47, np.float32)
    bad[0] = np.nan
    with pytest.raises(UsageError):
        builtin.expressions(bad)


def test_basis_is_the_derivative(builtin):
    rng = np.random.default_rng(4)
    identity = rng.normal(0, 0.02, 47).astype(np.float32)
    exact = builtin.neutral(identity) - builtin.mean
    linear = np.tensordot(identity, builtin.identity_basis, 1)
    assert np.abs(exact - linear).max() < 2e-4
    assert np.linalg.norm(exact - linear) < 0.05 * np.linalg.norm(exact)


def test_thirty_strong_heads_hold_together(builtin):
    surface = build_surface()
    rng = np.random.default_rng(0)
    visible = surface.quads[~surface.inner]
    low, high = builtin.slider_limits.T

    def normals(vertices):
        corners = vertices[visible]
        cross = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
        return cross / np.linalg.norm(cross, axis=1, keepdims=True)

    rest = normals(builtin.mean.astype(np.float64))
    turned = []
    for _ in range(30):
        identity = rng.normal(0, 0.5, 47)
        for name, span in (("masculine", (-1, 1)), ("age", (0, 1)), ("fat", (-0.3, 1))):
            identity += rng.uniform(*span) * builtin.macros[name]
        vertices = builtin.neutral(np.clip(identity, low, high))
        assert np.isfinite(vertices).all()
        assert 0.15 < np.ptp(vertices[:, 1]) < 0.4
        turned.append(int(((normals(vertices.astype(np.float64)) * rest).sum(1) < 0).sum()))
    assert np.median(turned) <= 2
    assert max(turned) <= 60, turned  # of 6016 visible faces


def test_lips_meet_and_lids_clear_at_the_extremes(builtin):
    rng = np.random.default_rng(1)
    low, high = builtin.slider_limits.T
    surface = build_surface()
    contact = surface.cage.ring("m", 5)
    for _ in range(8):
        g = generate.generator(np.clip(rng.normal(0, 0.6, 47), low, high))
        skin = generate.neutral_vertices(g)[: surface.vertex_count]
        gap = skin[contact[8:], 1] - skin[contact[:7][::-1], 1]
        assert np.abs(gap).max() < 0.06
        assert gap.min() > -0.02
        margin = skin[surface.cage.ring("e", 4)]
        assert g.rest.eye.clearance(margin).min() > -0.02
