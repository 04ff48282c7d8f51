"""Yes/no events of rows, seen from one side: of the likeliest class, or of the positive one."""

from typing import Literal

from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows

__all__ = ["View", "events_of"]

View = Literal["top_label", "positive"]


def events_of(rows: Rows, view: View) -> Events:
    """Event of every row in a view; events that came in as such serve for both."""
    if isinstance(rows, Events):
        return rows
    assert isinstance(rows, Predictions)  # kinds are checked before rows are read
    return rows.top_label() if view == "top_label" else rows.positive()
