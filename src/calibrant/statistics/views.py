"""Yes/no events of rows, seen from one side: of the likeliest class, or of the positive one."""

from calibrant.prediction.base import Events, Predictions
from calibrant.prediction.rows import Rows
from calibrant.statistics.score_grid import View

__all__ = ["events_of"]


def events_of(rows: Rows, view: View) -> Events:
    """Event of every row in a view; events that came in as such serve for both."""
    if isinstance(rows, Events):
        return rows
    assert isinstance(rows, Predictions)  # kinds are checked before rows are read
    return rows.top_label() if view == "top_label" else rows.positive()
