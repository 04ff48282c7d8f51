"""Sections that show how well numbers were predicted on the test rows."""

from collections.abc import Mapping

from calibrant.figures.predicted import predicted_against_true
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Block, Cell, Picture, Section, Table
from calibrant.report.charts.scatter import scatter_chart
from calibrant.report.evidence.drawn import DrawnRows
from calibrant.report.footnotes import method_told, note_of
from calibrant.report.numbers import count, number, on_scale
from calibrant.report.pictures import svg_of
from calibrant.report.shapes import Scalar, scalar
from calibrant.report.summary import NumberRunSummary
from calibrant.report.tables import measured, metric_table
from calibrant.report.wording.numbers import bias_told, distances_told

__all__ = ["number_errors_section", "number_metrics_section", "scatter"]

_BESIDE = ("r2", "rmse")


def scatter(drawn: DrawnRows) -> Picture:
    """Picture of predicted against true, for the first screen."""
    n = len(drawn.predicted)
    which = f"the {count(n)} test rows"
    if n < drawn.n:
        which = f"{count(n)} of the {count(drawn.n)} test rows, evenly spread by true value"
    return Picture(
        title="",
        svg=svg_of(predicted_against_true(drawn.predicted, drawn.targets), name="scatter"),
        label=f"True over predicted values, a point for each of {which}.",
        sentence=f"A point for each of {which}. On the dotted line the prediction was right, "
        "above it too low, below it too high.",
        chart=scatter_chart(drawn.predicted, drawn.targets),
    )


def number_metrics_section(summary: NumberRunSummary) -> Section:
    """Section with the table of metrics, and R2 and RMSE beside those of other models."""
    evaluation = summary.evaluation
    lead = [
        f"Measured on {count(evaluation.n)} rows. A metric is an estimate: other rows would "
        "give another value, and its interval says how far off it may be."
    ]
    blocks: list[Block] = [metric_table([("Value", evaluation)]), _beside_table(summary)]
    return Section(name="metrics", title="Metrics", lead=lead, blocks=blocks)


def number_errors_section(summary: NumberRunSummary) -> Section:
    """Section with the quantiles of the errors, and whether they lean to one side."""
    lead = [
        bias_told(summary.bias, scale=summary.mean_rmse),
        distances_told(summary.distances, scale=summary.mean_rmse),
    ]
    lead = [paragraph for paragraph in lead if paragraph]
    blocks = [
        _quantile_table(
            summary.errors,
            name="errors-table",
            caption="Errors, predicted less true: the share of the rows with at most this",
        ),
        _quantile_table(
            summary.distances,
            name="distances-table",
            caption="Distances from the truth: the share of the rows with at most this",
        ),
    ]
    return Section(name="errors", title="How large are the errors?", lead=lead, blocks=blocks)


def _beside_table(summary: NumberRunSummary) -> Table:
    """Table of R2 and RMSE: predicting the mean, the network, every baseline."""
    rows = [
        [
            Cell("Predicting the mean", below="Of these rows, for each of them."),
            Cell("0.0000", 0.0, below="by definition"),
            Cell(number(summary.mean_rmse), summary.mean_rmse, below="of these rows"),
        ]
    ]
    models = {"The network": summary.evaluation, **summary.baselines}
    rows += [
        [Cell(name[:1].upper() + name[1:]), *(_metric(evaluation, one) for one in _BESIDE)]
        for name, evaluation in models.items()
    ]
    return Table(
        name="beside-table",
        caption="Beside predicting the mean"
        + (", and beside simpler models" if summary.baselines else ""),
        header=["Model", "R2", "RMSE"],
        rows=rows,
        stacked=True,
    )


def _metric(evaluation: Evaluation, name: str) -> Cell:
    """Cell of a metric with its interval, blank where it was not measured."""
    shown = scalar(evaluation[name]) if name in evaluation else None
    return Cell("") if shown is None else measured(shown)


def _quantile_table(quantiles: Mapping[float, Estimate], *, name: str, caption: str) -> Table:
    """Table of quantiles with their intervals."""
    footnotes: list[str] = []
    shown = {share: (one, scalar(one)) for share, one in quantiles.items()}
    scale = max((abs(one.value) for _, one in shown.values() if one), default=0.0)
    rows: list[list[Cell]] = []
    for share, (estimate, one) in shown.items():
        if one is not None:
            told = method_told(estimate.method, estimate.level)
            cell = Cell(
                on_scale(one.value, scale),
                one.value,
                below=_ends(one, scale),
                hint=told,
                note=note_of(told, footnotes),
            )
            rows.append([Cell(f"{100 * share:g}\N{NO-BREAK SPACE}%"), cell])
    return Table(
        name=name,
        caption=caption,
        header=["Share of the rows", "At most"],
        rows=rows,
        footnotes=footnotes,
    )


def _ends(one: Scalar, scale: float) -> str:
    """Interval of a quantile, blank where there is none."""
    if one.low is None or one.high is None:
        return ""
    return f"{on_scale(one.low, scale)} to {on_scale(one.high, scale)}"
