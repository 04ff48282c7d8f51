"""Progress of a training: epochs, losses, and the time left at most."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column

from calibrant.pipeline.events import EpochEnded

__all__ = ["EpochProgress"]


class EpochProgress:
    """Bar on a terminal; a line every tenth epoch where the output is a file.

    Parameters
    ----------
    console : Console
        Where to print.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def start(self, max_epochs: int) -> None:
        """Begin a training of at most `max_epochs`."""
        if not self._console.is_terminal:
            return
        self._bar = Progress(
            TextColumn(
                "epoch {task.completed:.0f}/{task.total:.0f}",
                table_column=Column(
                    no_wrap=True, min_width=len(f"epoch {max_epochs}/{max_epochs}")
                ),
            ),
            BarColumn(bar_width=10),
            TextColumn(
                "{task.description}",
                markup=False,
                table_column=Column(no_wrap=True, overflow="ellipsis"),  # the end can go
            ),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("", total=max_epochs)
        self._bar.start()

    def advance(self, event: EpochEnded) -> None:
        """Show the losses of an epoch."""
        if self._bar is not None:
            minutes, seconds = divmod(round(event.seconds_left), 60)
            text = f"at most {minutes}:{seconds:02} left, {_losses(event)}"
            self._bar.update(self._task, completed=event.epoch, description=text)
        elif event.epoch % 10 == 0:
            self._console.print(f"epoch {event.epoch}: {_losses(event)}", soft_wrap=True)

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _losses(event: EpochEnded) -> str:
    """Losses and watched metrics of an epoch in one line."""
    watched = "".join(f", {name} {value:.4f}" for name, value in event.watched.items())
    return (
        f"train loss {event.train_loss:.4f}, validation {event.validation_loss:.4f}, "
        f"validation {event.score_name} {event.score:.4g} (best: epoch {event.best_epoch})"
        f"{watched}"
    )
