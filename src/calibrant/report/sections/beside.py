"""Sections that set the network beside simpler models, and beside its own seeds."""

import math
import statistics

from calibrant.comparison.difference import Difference
from calibrant.figures.differences import difference_plot
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.report.blocks import Cell, Picture, Section, Table
from calibrant.report.charts.intervals import Estimated, interval_chart
from calibrant.report.contest import Contest, Spread
from calibrant.report.footnotes import method_told, note_of
from calibrant.report.numbers import interval, number
from calibrant.report.pictures import svg_of
from calibrant.report.shapes import scalar
from calibrant.report.tables import measured

__all__ = ["contest_sections", "with_contest"]


def with_contest(sentences: list[str], contest: Contest | None) -> list[str]:
    """`sentences` of an opening with what the contest says: first where the network loses."""
    toughest = None if contest is None else contest.toughest
    if toughest is None:
        return sentences
    return [toughest.sentence, *sentences] if toughest.wins else [*sentences, toughest.sentence]


def contest_sections(contest: Contest | None, before: Evaluation) -> list[Section]:
    """Sections on rivals and on seeds, where there are any; `before` is before calibration."""
    if contest is None:
        return []
    score = contest.score
    sections: list[Section] = []
    if contest.rivals:
        network = before[score] if score in before else None  # noqa: SIM401 -- it has no get
        sections.append(_rivals_section(contest, network))
    if contest.spread is not None:
        sections.append(_seeds_section(contest.spread, contest.score_in_words))
    return sections


def _rivals_section(contest: Contest, network_before: Estimate | None) -> Section:
    """Section with the score of every model, and how far the network's is from each.

    `network_before` is its score before calibration, where that was measured.
    """
    score = contest.score_in_words
    calibrated = "" if _is_same(contest, network_before) else "calibrated as it was, "
    lead = [
        f"Simpler models were fitted on the rows that trained the network, {calibrated}"
        f"and measured on the same test rows. A lower {score} is better.",
        *(rival.sentence for rival in contest.rivals),
    ]
    levels = {rival.difference.level for rival in contest.rivals} - {None}
    level = " and ".join(f"{100 * level:g} %" for level in levels if level is not None)
    sentence = (
        "A point is how much the network's score exceeds that of the other model, "
        f"{f'its bar the {level} interval' if level else 'which has no interval'}: left of the "
        "dotted line the network is better. The difference is taken row by row, so it can be "
        "clear where the intervals of the two scores overlap."
    )
    ax = difference_plot({rival.name: rival.difference for rival in contest.rivals}, what=score)
    picture = Picture(
        title=f"Network minus simpler model, {score}",
        svg=svg_of(ax, name="contest"),
        label=f"Differences in {score}, network minus each simpler model. "
        + " ".join(rival.sentence for rival in contest.rivals),
        sentence=sentence,
        table=_contest_table(contest, network_before),
        chart=interval_chart(
            [_estimated(rival.name, rival.difference) for rival in contest.rivals],
            title=f"difference in {score}",
            level=max((one for one in levels if one is not None), default=None),
        ),
    )
    return Section(name="contest", title="Beside simpler models", lead=lead, blocks=[picture])


def _seeds_section(spread: Spread, score: str) -> Section:
    """Section with the score of the network of every seed, and of all together."""
    values, n = spread.values, len(spread.values)
    mean = math.fsum(values) / n
    told = f"from {number(min(values))} to {number(max(values))}, on average {number(mean)}"
    if n > 1 and all(map(math.isfinite, values)):
        told = f"{told}, with a standard deviation of {number(statistics.stdev(values))}"
    beaten = sum(spread.together < value for value in values)
    beaten = "all" if beaten == n else f"{beaten} of the {n}" if beaten else "none of them"
    lead = [
        f"{n} networks differ in nothing but the seed of their first weights and of the order "
        "of their batches. Their predictions are averaged before calibration.",
        f"Each alone, before calibration, has a {score} {told}; together they have "
        f"{number(spread.together)}, lower than {beaten}. The spread tells how much chance in "
        "training moves the score; the intervals elsewhere tell what chance in the test rows "
        "does.",
    ]
    alone = [
        [Cell(f"Network {k + 1}"), Cell(number(v), v), _above(v - spread.together)]
        for k, v in enumerate(values)
    ]
    together = [Cell("Together"), Cell(number(spread.together), spread.together), Cell("")]
    table = Table(
        name="seeds-table",
        caption=f"{_capital(score)} before calibration, each network alone and all together",
        header=["Network", _capital(score), "Above together"],
        rows=[*alone, together],
    )
    return Section(name="seeds", title="Several seeds", lead=lead, blocks=[table])


def _contest_table(contest: Contest, network_before: Estimate | None) -> Table:
    """Table of the models: score before and after calibration, and the difference."""
    same = _is_same(contest, network_before)
    footnotes: list[str] = []
    models = [(Cell("The network"), network_before, contest.network, Cell(""))]
    models += [
        (
            Cell(_capital(rival.name), below=rival.how),
            rival.before,
            rival.after,
            _difference(rival.difference, footnotes),
        )
        for rival in contest.rivals
    ]
    rows = [
        [name, *([] if same else [_score(before)]), _score(after), difference]
        for name, before, after, difference in models
    ]
    score = _capital(contest.score_in_words)
    when = "" if same else ", before and after calibration"
    return Table(
        name="contest-table",
        caption=f"{score} of the test rows{when}, and the paired difference",
        header=["Model", *([score] if same else ["Before", "After"]), "Network minus model"],
        rows=rows,
        footnotes=footnotes,
        stacked=True,
    )


def _estimated(name: str, difference: Difference) -> Estimated:
    """A difference as the chart takes it."""
    return Estimated(name=name, value=difference.value, low=difference.low, high=difference.high)


def _is_same(contest: Contest, network_before: Estimate | None) -> bool:
    """Whether calibration changed no score, as where there is none."""
    unchanged = all(rival.before == rival.after for rival in contest.rivals)
    return unchanged and network_before in {None, contest.network}


def _difference(difference: Difference, footnotes: list[str]) -> Cell:
    """Cell of a paired difference; what is new about its interval goes to `footnotes`."""
    told = method_told(difference.method, difference.level)
    return Cell(
        number(difference.value),
        difference.value,
        below=interval(difference.low, difference.high),
        hint=told,
        note=note_of(told, footnotes),
    )


def _score(estimate: Estimate | None) -> Cell:
    """Cell of a score, blank where there is none."""
    shown = None if estimate is None else scalar(estimate)
    return Cell("") if shown is None else measured(shown)


def _above(value: float) -> Cell:
    """Cell with how far a score lies above that of all together."""
    return Cell(number(value), value)


def _capital(text: str) -> str:
    """`text` with a capital."""
    return text[:1].upper() + text[1:]
