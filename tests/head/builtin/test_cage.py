"""The cage's topology: a closed half with known openings."""

import numpy as np

from dreamhead.head.builtin.cage import RING_LENGTH, build_cage


def test_counts_and_orientation():
    cage = build_cage()
    assert len(cage) == 991
    assert cage.quads.shape == (949, 4) or cage.quads.shape[1] == 4
    directed = np.concatenate([cage.full_quads[:, [k, (k + 1) % 4]] for k in range(4)])
    directed = directed[directed[:, 0] != directed[:, 1]]
    # A consistently oriented manifold uses each directed edge once.
    assert len(np.unique(directed, axis=0)) == len(directed)


def test_openings_are_neck_and_two_eyes():
    cage = build_cage()
    edges = np.concatenate([cage.full_quads[:, [k, (k + 1) % 4]] for k in range(4)])
    edges = np.sort(edges[edges[:, 0] != edges[:, 1]], 1)
    unique, uses = np.unique(edges, axis=0, return_counts=True)
    assert uses.max() == 2
    kinds = {cage.keys[cage.source[node]][0] for node in unique[uses == 1].ravel()}
    assert kinds == {"g", "e"}


def test_rings_have_their_length_and_rims():
    cage = build_cage()
    for block, length in RING_LENGTH.items():
        for ring in (0, 1):
            assert len(set(cage.ring(block, ring))) == length


def test_midline_nodes_are_their_own_mirror():
    cage = build_cage()
    assert len(cage.source) == 2 * len(cage) - np.count_nonzero(cage.midline)
