"""Numbers as text: one way of writing each kind, wherever it stands in a report."""

import math
from collections.abc import Sequence
from typing import SupportsFloat

from calibrant.figures.names import shortened

__all__ = [
    "chance",
    "count",
    "in_percent",
    "in_sentence",
    "interval",
    "noise",
    "number",
    "on_scale",
    "percents",
    "rows_in_words",
    "unit_of",
]


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


def on_scale(value: float, scale: float) -> str:
    """Text of `value` with the decimals that show numbers of the size of `scale` in four digits.

    Examples
    --------
    >>> on_scale(-12.5906, 1200.0), on_scale(0.5, 12.0), on_scale(3e-7, 2e-6)
    ('-13', '0.50', '0.000000300')
    """
    if not math.isfinite(value) or not math.isfinite(scale) or scale == 0:
        return number(value)
    decimals = min(12, max(0, 3 - math.floor(math.log10(abs(scale)))))
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"


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


def rows_in_words(n: int) -> str:
    """Return a number of rows in words.

    Examples
    --------
    >>> rows_in_words(1), rows_in_words(1705)
    ('1 row', '1,705 rows')
    """
    return f"{count(n)} row{'' if n == 1 else 's'}"


def unit_of(counts: Sequence[Sequence[float]], n: int) -> str:
    """What the counts of `n` rows in a matrix are: rows, or sums of the weights of these.

    Examples
    --------
    >>> unit_of([[3.0, 1.0], [0.0, 4.0]], 8), unit_of([[2.5, 1.0], [0.0, 4.5]], 8)
    ('Rows', 'Weight')
    """
    cells = [cell for row in counts for cell in row]
    whole = all(float(cell).is_integer() for cell in cells)
    return "Rows" if whole and math.fsum(cells) == n else "Weight"


def percents(low: float, high: float) -> str:
    r"""Text of an interval of shares in [0, 1] as percent with one decimal; "none" of NaN.

    Examples
    --------
    >>> percents(0.8, 0.8456), percents(math.nan, math.nan)
    ('80.0 to 84.6\xa0%', 'none')
    """
    if math.isnan(low) or math.isnan(high):
        return "none"
    return f"{100 * low:.1f} to {in_percent(high)}"


def in_sentence(name: str, *, at_most: int = 40) -> str:
    """Name of a class or a group as it stands in a sentence: cut where it is long.

    One with other letters than ASCII is kept apart from the sentence, so that a name that is
    written from right to left does not turn its neighbours round.

    Examples
    --------
    >>> in_sentence("a name that is long", at_most=8)
    'a name …'
    """
    short = shortened(name, at_most)
    if name.isascii():
        return short
    return f"\N{FIRST STRONG ISOLATE}{short}\N{POP DIRECTIONAL ISOLATE}"


def noise(floor: float | None, high: float | None = None) -> str:
    """Text of a noise floor and, in brackets, its 95th percentile; nothing without a floor.

    Examples
    --------
    >>> noise(0.01123, 0.0164), noise(0.01123), noise(None)
    ('0.0112 (0.0164)', '0.0112', '')
    """
    if floor is None:
        return ""
    return number(floor) if high is None else f"{number(floor)} ({number(high)})"


def chance(p_value: float | None) -> str:
    """Text of a p value with three decimals, or nothing when there is none.

    Examples
    --------
    >>> chance(0.0456), chance(2e-5), chance(None)
    ('0.046', '<.001', '')
    """
    return "" if p_value is None else "<.001" if p_value < 0.001 else f"{p_value:.3f}"


def interval(low: float | None, high: float | None) -> str:
    """Text of an interval, or nothing when there is none.

    Examples
    --------
    >>> interval(0.25, 0.5), interval(None, None)
    ('0.2500 to 0.5000', '')
    """
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"
