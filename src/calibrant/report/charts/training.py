"""Chart of training curves, epoch by epoch."""

from collections.abc import Mapping, Sequence

from calibrant.report.charts.chart import Chart
from calibrant.report.charts.curves import Axis, Curve, curve_chart

__all__ = ["training_chart"]

_DRAWN = ("train_loss", "validation_loss", "validation_log_loss")


def training_chart(columns: Mapping[str, Sequence[int] | Sequence[float]]) -> Chart | None:
    """Chart of the losses in `columns`, a list each as long as that of ``epoch``; None of none."""
    epochs = list(map(float, columns["epoch"]))
    curves = {
        name.replace("_", " "): Curve(x=epochs, y=list(map(float, columns[name])))
        for name in _DRAWN
        if name in columns
    }
    if not curves:
        return None
    return curve_chart(
        curves,
        x=Axis(title="epoch", form="count", ends=None),
        y=Axis(title="loss", form="number", ends=None),
        height=0.6,
    )
