"""Sentences about acting on a model, chosen by the intervals of its net benefit."""

import math
from collections.abc import Sequence
from typing import Literal

from calibrant.metrics.ranking.decision_curve import DecisionCurve

__all__ = ["Choice", "choice_at", "choice_told", "useful_thresholds"]

Choice = Literal["model", "all", "none", "unclear", "unknown"]

_SAYS: dict[Choice, str] = {
    "model": "Act on the model",
    "all": "Act on every row",
    "none": "Act on no row",
    "unclear": "No clear winner",
    "unknown": "No verdict without an interval",
}


def choice_at(curve: DecisionCurve, k: int) -> Choice:
    """What the intervals at one threshold say is worth most.

    "model" where it is worth more than acting on no row and than acting on every row; "all" or
    "none" where the model is worth less than that. An interval that is missing decides nothing.
    """
    low, high = float(curve.low[k]), float(curve.high[k])
    gain_low, gain_high = float(curve.gain_low[k]), float(curve.gain_high[k])
    if gain_high < 0:
        return "all"
    if high < 0:
        return "none"
    if low > 0 and gain_low > 0:
        return "model"
    return "unknown" if math.isnan(low) or math.isnan(gain_low) else "unclear"


def choice_told(choice: Choice) -> str:
    """`choice` in words."""
    return _SAYS[choice]


def useful_thresholds(curve: DecisionCurve) -> str:
    """Sentence about the thresholds at which acting on the model is worth most."""
    if curve.why:
        return f"The curve has no intervals: {curve.why}. So there is no verdict."
    choices: list[Choice] = [choice_at(curve, k) for k in range(len(curve.threshold))]
    useful = _spans(curve, choices, ("model",))
    worse = _spans(curve, choices, ("all", "none"))
    alone = "each interval holds at its threshold by itself"
    if useful and worse:
        return (
            f"Acting on the model is worth more than acting on every row and than acting on none "
            f"at thresholds {useful}, and worth less than one of them at {worse}; {alone}."
        )
    if useful:
        return (
            "Acting on the model is worth more than acting on every row and than acting on none "
            f"at thresholds {useful}; {alone}. Elsewhere there is no clear winner."
        )
    if worse:
        return (
            "At no threshold is there evidence that acting on the model is worth most; at "
            f"thresholds {worse} it is worth less than acting on every row, or on none; {alone}."
        )
    return (
        "At no threshold is there evidence that acting on the model is worth more than acting on "
        f"every row and than acting on none; {alone}."
    )


def _threshold(at: float) -> str:
    """A threshold in percent, without decimals that are 0."""
    return f"{100 * at:.4g}\N{NO-BREAK SPACE}%"


def _spans(curve: DecisionCurve, choices: Sequence[Choice], wanted: tuple[Choice, ...]) -> str:
    """Runs of thresholds at which one of the choices wanted was made, in words."""
    spans: list[list[int]] = []
    for k, choice in enumerate(choices):
        if choice in wanted:
            if spans and spans[-1][1] == k - 1:
                spans[-1][1] = k
            else:
                spans.append([k, k])
    ends = [tuple(_threshold(float(curve.threshold[k])) for k in span) for span in spans]
    told = [low if low == high else f"{low} to {high}" for low, high in ends]
    if len(told) > 3:
        return f"{told[0]}, {told[1]} and {len(told) - 2} more ranges up to {told[-1]}"
    return " and ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)
