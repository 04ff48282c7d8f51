"""Rows of clusters that are good or bad as a whole."""

import numpy as np
import pytest
from scipy import stats


@pytest.fixture(scope="session")
def clustered():
    r"""Columns of calibrated rows of such clusters by seed; too sure where `times` is more than 1.

    With scores s and effects u of variance v a probit that is right for each cluster states
    :math:`\Phi(s)` over all of them.
    """

    def drawn(seed, n_clusters=40, size=8, effect=0.6, times=1.0):
        rng = np.random.default_rng(seed)
        scores = rng.normal(0, 0.6, (n_clusters, 1)) + rng.normal(0, 0.6, (n_clusters, size))
        effects = rng.normal(0, effect, (n_clusters, 1))
        chance = stats.norm.cdf(scores * np.sqrt(1 + effect**2) + effects)
        return {
            "probs": stats.norm.cdf(times * scores.ravel()),
            "labels": (rng.random(scores.shape) < chance).ravel().astype(int),
            "clusters": np.arange(n_clusters * size) // size,
        }

    return drawn
