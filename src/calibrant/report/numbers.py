"""Numbers as text: one way of writing each kind, wherever it stands in a report."""

import math
from typing import SupportsFloat

__all__ = ["count", "in_percent", "interval", "number", "percents"]


def number(value: float) -> str:
    """Text of `value` with four decimals, or four digits where those would hide it.

    Examples
    --------
    >>> number(0.71234), number(0.00001234), number(1234.5678)
    ('0.7123', '1.234e-05', '1,235')
    >>> number(math.inf), number(math.nan)
    ('infinite', 'not defined')
    """
    if math.isnan(value):
        return "not defined"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if value == 0 or 1e-3 <= abs(value) < 100:
        return f"{value:.4f}"
    return f"{value:.4g}" if abs(value) < 1e-3 else f"{value:,.0f}"


def in_percent(share: float) -> str:
    r"""Text of a share in [0, 1] as percent with one decimal.

    Examples
    --------
    >>> in_percent(0.8123)
    '81.2\xa0%'
    """
    return number(share) if math.isnan(share) else f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def count(n: SupportsFloat) -> str:
    """Text of a number of rows; weights that are not whole keep two decimals.

    Examples
    --------
    >>> count(1705), count(12.25)
    ('1,705', '12.25')
    """
    rows = float(n)
    return f"{rows:,.0f}" if rows.is_integer() else f"{rows:,.2f}"


def percents(low: float, high: float) -> str:
    r"""Text of an interval of shares in [0, 1] as percent with one decimal.

    Examples
    --------
    >>> percents(0.8, 0.8456)
    '80.0 to 84.6\xa0%'
    """
    return f"{100 * low:.1f} to {in_percent(high)}"


def interval(low: float | None, high: float | None) -> str:
    """Text of an interval, or nothing when there is none.

    Examples
    --------
    >>> interval(0.25, 0.5), interval(None, None)
    ('0.2500 to 0.5000', '')
    """
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"
