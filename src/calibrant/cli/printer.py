"""A run as it is printed: what was found in the table, the training, the results."""

from calibrant.cli.console import console_of
from calibrant.cli.results_printer import ResultsPrinter
from calibrant.cli.table_printer import TablePrinter
from calibrant.cli.training_printer import TrainingPrinter
from calibrant.pipeline.events import Event

__all__ = ["Printer"]


class Printer:
    """Listener that prints the events of a run.

    Parameters
    ----------
    to_errors : bool
        Print on the standard error; the standard output is kept for JSON.
    quiet : bool
        Print nothing at all.
    """

    def __init__(self, *, to_errors: bool, quiet: bool) -> None:
        self._console = console_of(stderr=to_errors, quiet=quiet)
        self._training = TrainingPrinter(self._console, console_of(stderr=True, quiet=quiet))
        self._parts = (
            TablePrinter(self._console),
            self._training,
            ResultsPrinter(self._console),
        )

    def __call__(self, event: Event) -> None:
        """Print `event`."""
        for part in self._parts:
            part(event)

    def say(self, text: str) -> None:
        """Print a line that belongs to no event."""
        self.close()
        self._console.print(text, soft_wrap=True)

    def close(self) -> None:
        """Take the progress bar off the screen, whatever ended the run."""
        self._training.close()
