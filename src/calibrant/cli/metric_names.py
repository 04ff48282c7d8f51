"""Names of metrics as they are typed: refused before a file is read, with what to type instead."""

from collections.abc import Iterable
from typing import Literal

from calibrant.errors import InputError
from calibrant.metrics.registry import METRICS, entry_of, hint_at

__all__ = ["check_metric_names"]

ARGUMENT = "--metrics"


def check_metric_names(
    names: Iterable[str], task: Literal["classification", "regression"] | None
) -> None:
    """Raise for the first name that is none, or that the task cannot tell; any if None.

    Raises
    ------
    InputError
        With what to type instead.
    """
    for name in names:
        if len(name.split()) > 1:
            remedy = f"Put commas between them: {','.join(name.split())}."
            raise InputError(ARGUMENT, "be names with commas between them", f"'{name}'", remedy)
        try:
            entries = [entry_of(name, n_classes)[0] for n_classes in (2, 3)]
        except InputError:
            remedy = f"{hint_at(name)}'calibrant metrics' lists all {len(METRICS)}."
            raise InputError(ARGUMENT, "be known names", f"'{name}'", remedy) from None
        kinds = {kind for entry in entries for kind in entry.kinds}
        if task == "classification" and kinds == {"numbers"}:
            remedy = "Add --task regression and --predictions COLUMN, or name metrics of classes."
            raise InputError(ARGUMENT, "be of classes", f"'{name}', which is of numbers", remedy)
        if task == "regression" and "numbers" not in kinds:
            remedy = "Leave --task regression out, or name metrics of numbers."
            raise InputError(ARGUMENT, "be of numbers", f"'{name}', which is of classes", remedy)
        if task == "regression" and entries[0].needs:
            got = f"'{name}', which needs a stated {entries[0].needs[0]}"
            remedy = (
                "The command line reads points alone; in Python see calibrant.numbers(std=...)."
            )
            raise InputError(ARGUMENT, "be told from predicted points", got, remedy)
