"""Weights that hang together with what came out: what a row counts, and how many tell as much."""

import numpy as np
from jaxtyping import Float64

__all__ = ["row_weight", "rows_behind"]

PRIOR = 1  # rows of the usual weight, added to those of either outcome
Sums = Float64[np.ndarray, " group"]


def row_weight(w: Sums, ww: Sums, usual: Sums) -> Sums:
    """Sum of squared weights over that of weights, of rows of one outcome.

    Few rows of an outcome do not tell what the next would weigh: one of the `usual` weight is added
    to as many as there are of their own, by Kish's number.
    """
    return (w + PRIOR * usual) / (w**2 / np.where(ww > 0, ww, 1) + PRIOR)


def rows_behind(share: float, came: float, rest: float, weight: float) -> float:
    r"""Effective number of rows behind a weighted proportion.

    Parameters
    ----------
    share : float
        Of weight that came, p in [0, 1].
    came, rest : float
        Sums of squared weights of the rows that came, and of those that did not.
    weight : float
        Sum of all weights, above 0.

    Returns
    -------
    float
        :math:`p (1 - p)` over the variance of the share, which is
        :math:`((1 - p)^2 \sum_{came} w^2 + p^2 \sum_{rest} w^2) / (\sum w)^2`, with both sums told
        by `row_weight`. Where weights have nothing to do with what came it is Kish's
        :math:`(\sum w)^2 / \sum w^2`, and so it is where all or none came.

    References
    ----------
    .. [1] Korn, Graubard. "Confidence Intervals for Proportions with Small Expected Number of
       Positive Counts Estimated From Survey Data." Survey Methodology 24, 1998: the number that
       the variance tells. Kish. "Survey Sampling", 1965.

    Examples
    --------
    >>> rows_behind(0.5, 4.0, 4.0, 8.0)  # eight rows of weight 1
    8.0
    >>> both = 40 * 10.0 + 400 * 1  # forty rows of weight 10 came, four hundred of weight 1 did not
    >>> round(rows_behind(0.5, 40 * 10.0**2, 400 * 1.0**2, both)), round(both**2 / 4400)
    (147, 145)
    """
    usual = (came + rest) / weight
    if not 0 < share < 1:
        return weight / usual
    of = np.array([share, 1 - share])
    row = row_weight(of * weight, np.array([came, rest]), np.array([usual, usual]))
    return share * (1 - share) * weight / float((of * row) @ (1 - of) ** 2)
