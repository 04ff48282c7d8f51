"""Training curves: losses over epochs, and the epoch that was kept."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from calibrant.figures.style import FIRST, MUTED, SECOND, THIRD, new_axes, quiet, styled

__all__ = ["training_curves"]

_DRAWN = {
    "train_loss": ("training loss", FIRST),
    "validation_loss": ("validation loss", THIRD),
    "validation_log_loss": ("validation log loss", SECOND),
}


def training_curves(
    columns: Mapping[str, Sequence[int] | Sequence[float]],
    *,
    best_epoch: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Axes with training loss, validation loss and validation log loss over epochs.

    Where the validation loss is the log loss but for rounding, it is drawn once.

    Parameters
    ----------
    columns : Mapping[str, Sequence[float]]
        ``"epoch"`` and any of ``"train_loss"``, ``"validation_loss"`` and
        ``"validation_log_loss"``; other names are not drawn. NaN leaves a gap.
    best_epoch : int, optional
        Epoch whose state was kept, marked by a vertical line.
    ax : Axes, optional
        Where to draw; without it, the axes of a new figure.
    """
    epochs = columns["epoch"]
    with styled():
        ax = new_axes(width=4.5, height=3.2) if ax is None else ax
        quiet(ax)
        drawn = {name: look for name, look in _DRAWN.items() if name in columns}
        if _alike(columns.get("validation_loss", ()), columns.get("validation_log_loss", ())):
            drawn.pop("validation_loss", None)
        for name, (label, line) in drawn.items():
            ax.plot(
                epochs,
                columns[name],
                color=line.color,
                linestyle=line.dashes,
                marker=line.marker,
                markevery=max(1, len(epochs) // 12),
                label=label,
            )
        if best_epoch is not None:
            label = f"kept: epoch {best_epoch}"
            ax.axvline(best_epoch, color=MUTED, linestyle=":", linewidth=1.4, label=label)
        ax.set(xlabel="epoch", ylabel="loss")
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax


def _alike(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether two columns are one but for rounding in float32."""
    return len(first) == len(second) and np.allclose(first, second, rtol=1e-5, equal_nan=True)
