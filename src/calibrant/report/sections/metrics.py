"""Section with the metrics."""

from collections.abc import Sequence

from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Block, Section
from calibrant.report.numbers import count
from calibrant.report.summary import TrueCalibrationError
from calibrant.report.tables import NOISE_TOLD, metric_table, truth_table

__all__ = ["metrics_section"]


def metrics_section(
    columns: Sequence[tuple[str, Evaluation]], truth: TrueCalibrationError | None = None
) -> Section:
    """Section with the table of metrics, a column for each named evaluation.

    Where the truth is known, a table with it stands beside the estimate.
    """
    evaluation = columns[-1][1]
    lead = [
        f"Measured on {count(evaluation.n)} rows. A metric is an estimate: other rows would "
        f"give another value, and its interval says how far off it may be.",
    ]
    if any(one.noise_floor is not None for one in evaluation.estimates.values()):
        lead.append(NOISE_TOLD)
    blocks: list[Block] = [metric_table(columns)]
    if truth is not None:
        blocks.append(truth_table(truth, columns))
    return Section(name="metrics", title="Metrics", lead=lead, blocks=blocks)
