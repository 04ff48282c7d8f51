"""Section with the errors of predicted numbers, row by row."""

import numpy as np

from calibrant.figures.residuals import residual_plot
from calibrant.report.blocks import Cell, Picture, Section, Table
from calibrant.report.charts.scatter import residual_chart
from calibrant.report.evidence.drawn import DrawnRows
from calibrant.report.numbers import count, number
from calibrant.report.pictures import svg_of

__all__ = ["residual_picture", "residuals_section"]

_LISTED = 12


def residuals_section(drawn: DrawnRows) -> Section:
    """Section with the errors over what was predicted."""
    return Section(
        name="residuals",
        title="Where are the errors?",
        lead=[],
        blocks=[residual_picture(drawn)],
    )


def residual_picture(drawn: DrawnRows) -> Picture:
    """Picture of the errors of the rows drawn, with those of the largest."""
    n = len(drawn.predicted)
    which = f"the {count(n)} test rows"
    if n < drawn.n:
        which = f"{count(n)} of the {count(drawn.n)} test rows, evenly spread by true value"
    sentence = (
        f"A point for each of {which}. Above the dotted line the prediction was too high. A slope "
        "or a bend would say that the mean is off, a funnel that errors grow with the prediction."
    )
    predicted, targets = np.asarray(drawn.predicted), np.asarray(drawn.targets)
    errors = predicted - targets
    largest = np.argsort(-np.abs(errors), kind="stable")[:_LISTED].tolist()
    rows = [
        [
            Cell(number(float(targets[k])), float(targets[k])),
            Cell(number(float(predicted[k])), float(predicted[k])),
            Cell(number(float(errors[k])), float(errors[k])),
        ]
        for k in largest
    ]
    return Picture(
        title="Errors over what was predicted",
        svg=svg_of(residual_plot(predicted, targets), name="residuals"),
        label=f"Predicted less true, over predicted, a point for each of {which}.",
        sentence=sentence,
        table=Table(
            name="residuals-table",
            caption=f"The {len(rows)} largest errors of the rows drawn",
            header=["True", "Predicted", "Predicted less true"],
            rows=rows,
            folded=True,
        ),
        chart=residual_chart(drawn.predicted, drawn.targets),
    )
