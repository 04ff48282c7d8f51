"""How large tables may be, so that a slip of the pen does not eat the memory."""

from numbers import Integral

from calibrant.errors import InputError

__all__ = ["MOST_CELLS", "check_cells"]

MOST_CELLS = 1_000_000  # of one grid: some 100 MB of sums


def check_cells(argument: str, n_cells: object) -> None:
    """Raise unless there is a whole number of cells, or bins, at least one and not too many."""
    if n_cells is True or not isinstance(n_cells, Integral) or int(n_cells) < 1:
        rule = "be a whole number, at least 1"
        raise InputError(argument, rule, f"{n_cells!r}", "15 is customary.")
    if int(n_cells) > MOST_CELLS:
        remedy = "Each takes memory; 15 is customary."
        raise InputError(argument, f"be at most {MOST_CELLS:,}", f"{int(n_cells):,}", remedy)
