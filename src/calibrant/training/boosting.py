"""Boosting as every baseline uses it: its settings, and the round that it is read at."""

from typing import Final

import numpy as np
from jaxtyping import Float64

__all__ = ["BOOSTING", "best_round"]

# One choice for all tables, made on other splits than those it is judged on. Any gain counts,
# whatever the unit of the score; 1,000 rounds are rarely reached.
BOOSTING: Final = {
    "learning_rate": 0.05,
    "max_leaf_nodes": 16,
    "max_iter": 1_000,
    "early_stopping": True,
    "n_iter_no_change": 15,
    "tol": 0.0,
}


def best_round(scores: Float64[np.ndarray, " round"]) -> tuple[int, str]:
    """Round of the greatest of `scores` and how it came about, in words, without a full stop.

    Parameters
    ----------
    scores : Float64[ndarray, "round"]
        Greater is better; the first is that of no round at all, and is never chosen.

    Examples
    --------
    >>> best_round(np.array([-3.0, -2.0, -1.0, -1.5]))
    (2, 'Gradient boosting, rate 0.05, 16 leaves, stopped after 2 rounds')
    """
    rounds = 1 + int(np.argmax(scores[1:]))
    rate, leaves = BOOSTING["learning_rate"], BOOSTING["max_leaf_nodes"]
    many = "1 round" if rounds == 1 else f"{rounds} rounds"
    return rounds, f"Gradient boosting, rate {rate:g}, {leaves} leaves, stopped after {many}"
