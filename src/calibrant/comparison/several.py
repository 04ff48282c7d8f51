"""Several comparisons at once: p values that hold for all of them together."""

from collections.abc import Sequence

__all__ = ["holm", "level_of_each"]


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return Holm's adjusted p values; comparisons without one keep none, but count as one.

    The chance of any false alarm among all comparisons is at most the level at which the adjusted
    values are read, however the comparisons depend on each other.

    References
    ----------
    .. [1] Holm. "A Simple Sequentially Rejective Multiple Test Procedure." Scandinavian Journal of
       Statistics 6, 1979.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])  # 3 * .01, then 2 * .03, then no less than the one before
    (0.03, 0.06, 0.06)
    """
    adjusted: list[float | None] = [None] * len(p_values)
    known = sorted((p, k) for k, p in enumerate(p_values) if p is not None)
    least = 0.0
    for rank, (p, k) in enumerate(known):
        least = max(least, min(1.0, (len(p_values) - rank) * p))
        adjusted[k] = least
    return tuple(adjusted)


def level_of_each(level: float, n_pairs: int) -> float:
    """Coverage of every interval so that all together cover at `level`: Bonferroni's.

    Examples
    --------
    >>> round(level_of_each(0.95, 5), 12)
    0.99
    """
    return 1 - (1 - level) / n_pairs
