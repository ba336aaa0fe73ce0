"""The cage's topology: a closed half with known openings."""

import itertools

import numpy as np

from dreamhead.head.builtin.cage import RING_LENGTH, build_cage, node_key


def test_counts_and_orientation():
    cage = build_cage()
    assert len(cage) == 1219 and cage.quads.shape[1] == 4
    assert np.count_nonzero(cage.quads[:, 2] == cage.quads[:, 3]) < 0.03 * len(cage.quads)
    directed = np.concatenate([cage.full_quads[:, [k, (k + 1) % 4]] for k in range(4)])
    directed = directed[directed[:, 0] != directed[:, 1]]
    # A consistently oriented manifold uses each directed edge once.
    assert len(np.unique(directed, axis=0)) == len(directed)


def test_the_only_openings_are_the_two_eyes():
    cage = build_cage()
    edges = np.concatenate([cage.full_quads[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = np.sort(edges[edges[:, 0] != edges[:, 1]], 1)
    unique, uses = np.unique(edges, axis=0, return_counts=True)
    assert uses.max() == 2
    kinds = {cage.keys[cage.source[node]][0] for node in unique[uses == 1].ravel()}
    assert kinds == {"e"}


def test_rings_have_their_length_and_rims():
    cage = build_cage()
    for block, length in RING_LENGTH.items():
        for ring in (0, 1):
            assert len(set(cage.ring(block, ring))) == length


def test_midline_nodes_are_their_own_mirror():
    cage = build_cage()
    assert len(cage.source) == 2 * len(cage) - np.count_nonzero(cage.midline)


def test_loops_split_quads_and_keep_their_corners():
    cage = build_cage()
    for block in "wf":
        rim, loop = cage.ring(block, 0), cage.ring(block, 1)
        assert not set(rim) & set(loop)
        assert cage.midline[[rim[0], rim[-1], loop[0], loop[-1]]].all()
        edges = {
            tuple(sorted((a, b))) for quad in cage.quads for a, b in zip(quad, np.roll(quad, 1), strict=True)
        }
        for ring in (rim, loop):
            assert all(tuple(sorted(pair)) in edges for pair in itertools.pairwise(ring))
        assert all(tuple(sorted(pair)) in edges for pair in zip(rim, loop, strict=True))


def test_names_of_nodes():
    assert node_key("g3,-4") == ("g", 3, -4) and node_key("e12,7") == ("e", 12, 7)
