"""The rows that were most wrong: those whose true class was given the least probability."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from calibrant.prediction.base import Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.bundle import Tallies

__all__ = ["WorstRow", "worst_rows"]

LISTED = 12

Told = Callable[[int], tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstRow:
    """A row, what was stated for it, and what came out.

    Attributes
    ----------
    row : str
        How its reader finds it again: its number.
    true, predicted : str
        Names of the classes.
    stated_true, stated_predicted : float
        Probabilities stated for the two.
    loss : float
        Its log loss, in nats.
    values : sequence of (str, str)
        Names of columns and what they hold in this row.
    """

    row: str
    true: str
    predicted: str
    stated_true: float
    stated_predicted: float
    loss: float
    values: Sequence[tuple[str, str]] = ()


def worst_rows(
    rows: Rows | Tallies, told: Told | None = None, *, at_most: int = LISTED
) -> tuple[WorstRow, ...]:
    """Rows of the greatest log loss among those that were decided wrongly, the worst first.

    Parameters
    ----------
    rows : Predictions or others
        Others than predictions with hard labels, tallies among them, have none.
    told : callable, optional
        From the index of a row to its number as its reader knows it, and to its values; else the
        number is its place among `rows`, from 0.
    at_most : int, default 12
        Greatest number of rows.

    Examples
    --------
    >>> import calibrant as cal
    >>> found = worst_rows(cal.predictions(probs=[0.9, 0.2, 0.4], labels=[0, 0, 1]))
    >>> [(one.row, one.true, one.predicted, round(one.stated_true, 4)) for one in found]
    [('0', '0', '1', 0.1), ('2', '1', '0', 0.4)]
    """
    if not isinstance(rows, Predictions) or rows.hard is None or rows.soft is not None:
        return ()
    hard, guess = rows.hard, rows.guess
    loss = -rows.log_p_true.double()
    wrong = (guess != hard) & (rows.weight() > 0)
    places = torch.nonzero(wrong).squeeze(-1)
    order = places[loss[places].argsort(descending=True, stable=True)][:at_most].tolist()
    p_true, top = rows.p_true.double(), rows.top_label().stated
    found: list[WorstRow] = []
    for k in order:
        number, values = (str(k), ()) if told is None else told(k)
        found.append(
            WorstRow(
                row=number,
                true=rows.class_names[int(hard[k])],
                predicted=rows.class_names[int(guess[k])],
                stated_true=float(p_true[k]),
                stated_predicted=float(top[k]),
                loss=float(loss[k]),
                values=values,
            )
        )
    return tuple(found)
