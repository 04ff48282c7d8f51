"""Sentences about predicted numbers, each chosen by its interval and none stronger than it."""

from collections.abc import Mapping

from calibrant.comparison.difference import Difference
from calibrant.metrics.estimate import Estimate
from calibrant.report.contest import Contest
from calibrant.report.numbers import in_percent, number, on_scale, percents
from calibrant.report.shapes import Scalar, scalar

__all__ = ["bias_told", "distances_told", "explained", "number_headline", "rmse_told"]


def number_headline(r2: Scalar | None, contest: Contest | None) -> str:
    """Verdict in a few words: beside predicting the mean, and beside simpler models."""
    if r2 is None or r2.low is None or r2.high is None:
        told = "No verdict beside predicting the mean, without an interval"
    elif r2.low > 0:
        told = "Better than predicting the mean"
    elif r2.high < 0:
        told = "Worse than predicting the mean"
    else:
        told = "No evidence that it beats predicting the mean"
    toughest = None if contest is None else contest.toughest
    return f"{told}; loses to {toughest.name}." if toughest and toughest.wins else f"{told}."


def explained(r2: Scalar) -> str:
    """Sentence about R2: 0 is predicting the mean of the test rows, 1 is perfect."""
    scale = "0 is predicting the mean of these rows, 1 is perfect"
    if r2.low is None or r2.high is None:
        return f"R2 is {number(r2.value)}, without an interval; {scale}."
    told = f"R2 is {number(r2.value)} ({number(r2.low)} to {number(r2.high)}); {scale}"
    if r2.low > 0:
        share = f"{in_percent(r2.value)} ({percents(r2.low, r2.high)})"
        return f"{told}. The model explains {share} of the variance."
    if r2.high < 0:
        return f"{told}. The model does worse than the mean would."
    return f"{told}, and the interval holds 0."


def rmse_told(rmse: Scalar, *, mean: float, baselines: Mapping[str, Scalar]) -> str:
    """Sentence about the root mean squared error beside that of the mean and of baselines."""
    others = [f"predicting the mean has {number(mean)}"]
    others += [f"{name} {_with_interval(one)}" for name, one in baselines.items()]
    beside = others[0] if len(others) == 1 else f"{', '.join(others[:-1])} and {others[-1]}"
    return f"RMSE is {_with_interval(rmse)}, in units of the target; {beside}."


def bias_told(bias: Difference, *, scale: float) -> str:
    """Sentence on whether predictions are too high or too low on average.

    `scale` is the spread of the targets, which says how many decimals matter.
    """
    low, high = bias.low, bias.high
    if low is None or high is None:
        side = "above" if bias.value > 0 else "below"
        reason = bias.method.removeprefix("not available:").strip().rstrip(".")
        beside = f"{on_scale(abs(bias.value), scale)} {side} the mean truth"
        beside = "the mean truth" if bias.value == 0 else beside
        return f"The mean prediction is {beside}; no interval: {reason}."
    least = min((abs(end) for end in (low, high) if end), default=scale)
    scale = min(scale, 1000 * least)  # an end beside 0 must not be shown as 0
    if low <= 0 <= high:
        value, ends = on_scale(bias.value, scale), (low, high)
        told = "There is no sign that predictions are too high or too low on average"
        told = f"{told}: predicted less true is {value}"
    else:
        side, ends = ("high", (low, high)) if low > 0 else ("low", (-high, -low))
        size = on_scale(abs(bias.value), scale)
        told = f"Predictions are too {side} on average, by {size}"
    return f"{told} ({on_scale(ends[0], scale)} to {on_scale(ends[1], scale)})."


def distances_told(distances: Mapping[float, Estimate], *, scale: float) -> str:
    """Sentence on how near to the truth a share of the rows was predicted.

    `scale` is the spread of the targets, which says how many decimals matter.
    """
    parts: list[str] = []
    for share, estimate in distances.items():
        one = scalar(estimate)
        if one is not None:
            told = on_scale(one.value, scale)
            if one.low is not None and one.high is not None:
                told = f"{told} ({on_scale(one.low, scale)} to {on_scale(one.high, scale)})"
            parts.append(f"for {100 * share:g}\N{NO-BREAK SPACE}% of the rows within {told}")
    return f"Predictions lie {', and '.join(parts)} of the truth." if parts else ""


def _with_interval(measured: Scalar) -> str:
    """Value, and the interval in brackets where there is one."""
    value = number(measured.value)
    if measured.low is None or measured.high is None:
        return value
    return f"{value} ({number(measured.low)} to {number(measured.high)})"
