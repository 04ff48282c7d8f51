"""Sentences about the order in which rows are ranked, chosen by the interval of AUROC."""

import math

from calibrant.report.numbers import in_percent, percents
from calibrant.report.shapes import Scalar

__all__ = ["ranked"]


def ranked(auroc: Scalar | None, *, class_name: str) -> str:
    """Sentence about how often a row of a class is ranked above another; 50 % is chance."""
    what = f"a row of {class_name} is ranked above one of another class"
    if auroc is None:
        return "A curve above the dotted line ranks better than chance does."
    if math.isnan(auroc.value):
        return "There is nothing to rank: it takes rows of the class and rows of another."
    share = in_percent(auroc.value)
    if auroc.low is None or auroc.high is None:
        return (
            f"In {share} of all pairs {what}; a random order has 50 %. Without an interval nothing "
            "more can be said."
        )
    told = f"In {share} ({percents(auroc.low, auroc.high)}) of all pairs {what}"
    if auroc.low > 0.5:
        return f"{told}: better than a random order, which has 50 %."
    if auroc.high < 0.5:
        return f"{told}: worse than a random order, which has 50 %."
    return f"{told}: no evidence that this is better than a random order, which has 50 %."
