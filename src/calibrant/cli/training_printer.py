"""A training as it is printed: a bar while a network learns, a line when it has."""

from rich.console import Console

from calibrant.cli.progress import EpochProgress
from calibrant.pipeline.events import (
    BaselineFitted,
    Calibrated,
    EpochEnded,
    Event,
    Resumed,
    TrainingEnded,
    TrainingStarted,
)
from calibrant.report.numbers import count

__all__ = ["TrainingPrinter"]


class TrainingPrinter:
    """Listener that prints how the networks of a run learn.

    Parameters
    ----------
    console : Console
        Where to print.
    progress : Console
        Where to show how far the training is.
    """

    def __init__(self, console: Console, progress: Console) -> None:
        self._console = console
        self._progress = EpochProgress(progress)

    def __call__(self, event: Event) -> None:
        """Print `event` if it is about the training."""
        match event:
            case Resumed():
                self._line(event.how)
            case TrainingStarted():
                which = f" {event.which}" if event.which else ""
                self._line(
                    f"Training{which} on {event.device}: {event.n_features} features, "
                    f"{count(event.n_weights)} weights, loss {event.loss}."
                )
                self._progress.start(event.max_epochs)
            case EpochEnded():
                self._progress.advance(event)
            case TrainingEnded():
                self._progress.stop()
                self._line(f"Best epoch {event.best_epoch} of {event.n_epochs}. {event.why}")
            case Calibrated():
                self._line(event.how)
            case BaselineFitted():
                self._line(f"Beside it, {event.name}: {event.how}")
            case _:
                pass

    def close(self) -> None:
        """Take the progress bar off the screen."""
        self._progress.stop()

    def _line(self, text: str) -> None:
        self._console.print(text, soft_wrap=True)
