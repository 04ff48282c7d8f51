"""Comparison as a card for notebooks: what was found, metric by metric, and the tables folded."""

from collections.abc import Sequence

from calibrant.comparison.contrast import Contrast
from calibrant.metrics.evaluation_table import written
from calibrant.metrics.notebook_card import Tile, card_html

__all__ = ["comparison_card"]

TILES = ("log_loss", "ece", "accuracy", "auroc", "mse", "mae")
MOST = 4


def comparison_card(
    title: str, contrasts: Sequence[Contrast], tables: Sequence[str], remarks: Sequence[str]
) -> str:
    """Card of a comparison; `tables` are HTML, and open on a click."""
    metrics = list(dict.fromkeys(one.metric for one in contrasts))
    chosen = [name for name in TILES if name in metrics] or metrics
    main = [one for one in contrasts if one.metric in chosen[:1]]
    alone = len(main) == 1
    tiles = [one for name in chosen[:MOST] for one in contrasts if one.metric == name]
    return card_html(
        title=title,
        headline="; ".join(_said(one, alone=alone) for one in main[:MOST]),
        tiles=[_tile(one) for one in (tiles if alone else main[:MOST])],
        picture="",
        summary=f"All {len(contrasts)} differences" if len(contrasts) != 1 else "The difference",
        folded=tables,
        notes=[remark for remark in remarks if remark],
    )


def _said(one: Contrast, *, alone: bool) -> str:
    """Verdict on one metric of one pair, with the names where the verdict has them not."""
    who = f"{one.first} and {one.second}"
    return f"{one.metric} of {who}: {one.verdict}" if alone else f"{who}: {one.verdict}"


def _tile(one: Contrast) -> Tile:
    """Difference of one metric, with its interval."""
    found = one.difference
    below = "no interval"
    if found.low is not None and found.high is not None:
        below = f"{written(found.low)} to {written(found.high)}"
    label = f"{one.metric}: {one.first} less {one.second}"
    return Tile(label, written(found.value), (below, one.verdict))
