"""Yes/no events of rows, seen from one side: of the likeliest class, or of the positive one."""

from typing import Literal

from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.forms import Probs
from calibrant.prediction.rows import Rows

__all__ = ["View", "events_of", "n_decided"]

View = Literal["top_label", "positive"]


def events_of(rows: Rows, view: View) -> Events:
    """Event of every row in a view; events that came in as such serve for both."""
    if isinstance(rows, Events):
        return rows
    assert isinstance(rows, Predictions)  # kinds are checked before rows are read
    return rows.top_label() if view == "top_label" else rows.positive()


def n_decided(rows: Rows) -> int:
    """Numbers of a row that are read for its likeliest class and the class that came out.

    One, where the likeliest class was found on the way in and the other is no soft label.
    """
    if not isinstance(rows, Predictions) or not isinstance(rows.declared, Probs):
        return rows.n_entries
    hard = rows.truth is not None and not rows.truth.is_floating_point()
    return 1 if hard and rows.declared.likeliest is not None else rows.n_entries
