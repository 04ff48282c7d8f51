"""Too few rows or clusters for a difference to have an interval, in the words of an evaluation."""

from calibrant.comparison.pair import Pair
from calibrant.metrics.binned.evidence import FEWEST as FEWEST_ROWS
from calibrant.metrics.inference.blocks import FEWEST_CLUSTERS
from calibrant.metrics.intervals import FEWEST

__all__ = ["SEVERAL", "too_few", "too_few_for_bins", "too_few_for_noise", "too_few_units"]

SEVERAL = 1 + 1e-9  # effective rows or clusters, up to which they are one
ROUNDING = 1e-9


def too_few(n_effective: float, *, clustered: bool) -> str:
    """Why so few effective rows, or clusters, tell no spread; empty where they do.

    With fewer than two, Student's quantile has less than one degree of freedom, and the ends it
    gives say nothing.

    Examples
    --------
    >>> too_few(1.2, clustered=False)
    'the weights leave fewer than two effective rows'
    >>> too_few(2.0, clustered=False)
    ''
    """
    what = "cluster" if clustered else "row"
    if not n_effective > SEVERAL:
        return f"one {what} tells nothing of the spread"
    if not n_effective > FEWEST:
        return f"the weights leave fewer than two effective {what}s"
    return ""


def too_few_for_bins(pair: Pair) -> str:
    """Why rows or clusters are too few for an error in bins; empty where they do.

    They are as many as the interval of one such error takes.
    """
    if pair.units is None and pair.n_effective < FEWEST_ROWS - ROUNDING:
        return f"fewer than {FEWEST_ROWS:g} effective rows"
    return _too_few_clusters(pair)


def too_few_for_noise(pair: Pair) -> str:
    """Why rows or clusters are too few for an error without bins; empty where they do."""
    return too_few_units(pair)


def too_few_units(pair: Pair) -> str:
    """Why rows or clusters are too few for a number that is no mean over rows; empty where they do.

    A mean has Student's interval from two clusters on. What else moves with the rows is linear in
    them to first order only, and fewer than ten clusters move it by more than that.
    """
    return too_few(pair.n_effective, clustered=pair.units is not None) or _too_few_clusters(pair)


def _too_few_clusters(pair: Pair) -> str:
    if pair.units is None or pair.n_effective >= FEWEST_CLUSTERS - ROUNDING:
        return ""
    number = f"{pair.n_effective:.1f} of equal weight"
    return f"too few clusters, {number}: fewer than {FEWEST_CLUSTERS}"
