import numpy as np

from dreamhead.stages.candidates import scores


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def test_score_is_the_papers_sum_of_cosines() -> None:
    rng = np.random.default_rng(0)
    embeddings, anchor, text, anchor_text = (
        unit(rng.normal(size=s)).astype(np.float32) for s in ((5, 8), 8, 8, 8)
    )
    got = scores(embeddings, anchor, text, anchor_text, 0.5, 2.0)
    difference, wanted = embeddings - anchor, text - anchor_text
    relative = (unit(difference) * unit(wanted)).sum(-1)
    np.testing.assert_allclose(got, 0.5 * embeddings @ text + 2.0 * relative, rtol=1e-5)


def test_the_candidate_that_moves_as_the_text_does_wins() -> None:
    anchor, anchor_text = np.eye(4, dtype=np.float32)[:2]
    text = unit(anchor_text + np.array([0, 0, 0.5, 0], np.float32))
    towards = unit(anchor + np.array([0, 0, 0.3, 0], np.float32))
    away = unit(anchor + np.array([0, 0, -0.3, 0], np.float32))
    got = scores(np.stack([away, towards, anchor]), anchor, text, anchor_text, 0.0, 1.0)
    assert got.argmax() == 1 and got.argmin() == 0 and np.isfinite(got).all()
