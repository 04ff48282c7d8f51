"""The network beside simpler models and beside its own seeds: no claim beyond its interval."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calibrant.comparison.difference import Difference
from calibrant.comparison.paired import paired_difference_of
from calibrant.metrics.estimate import Estimate
from calibrant.report.contest import Contest, Rival, Spread
from calibrant.report.run_report import render
from calibrant.report.summary import RunSummary

Make = Callable[..., RunSummary]
Find = Callable[[RunSummary], Any]

OURS = np.random.default_rng(0).gamma(2.0, 0.2, 300)
NOISE = np.random.default_rng(1).normal(0, 0.1, 300)


def rival(name: str, score: float, difference: Difference) -> Rival:
    one = Estimate(score, None, None, None, 300, "not available: a test")
    return Rival(name, f"How {name} was fitted.", one, one, difference, f"Sentence on {name}.")


def apart(by: float) -> Difference:
    """Difference whose rows vary, with about `by` in the middle."""
    return paired_difference_of(OURS + by, OURS + NOISE)


def contest_of(*rivals: Rival, spread: Spread | None = None) -> Contest:
    network = Estimate(0.4, 0.38, 0.42, 0.95, 300, "moments (t)")
    return Contest("log_loss", "log loss", network, rivals, spread)


@pytest.fixture(scope="module")
def found_in(read_page: Callable[[str], Any]) -> Find:
    """What a reader finds in the report of a summary."""
    return lambda summary: read_page(render(summary))


@pytest.mark.parametrize(
    ("by", "wins"), [(0.1, True), (-0.1, False), (0.0, False), (math.inf, True), (-math.inf, False)]
)
def test_rival_wins_only_with_the_whole_interval_or_where_ours_alone_is_infinite(
    *, by: float, wins: bool
):
    difference = apart(by if math.isfinite(by) else 0.0)
    if by == math.inf:
        difference = paired_difference_of([math.inf, 1.0], [1.0, 1.0])
    elif by == -math.inf:
        difference = paired_difference_of([1.0, 1.0], [math.inf, 1.0])
    assert rival("other", 0.4, difference).wins is wins


def test_toughest_rival_is_the_best_that_wins():
    better = rival("unclear", 0.30, apart(0.0))
    winner, worse = rival("winner", 0.35, apart(0.1)), rival("also", 0.37, apart(0.1))
    assert contest_of(better, worse, winner).toughest is winner


def test_toughest_rival_is_the_best_of_all_where_none_wins():
    first, second = rival("a", math.nan, apart(0.0)), rival("b", 0.35, apart(-0.1))
    assert contest_of(first, second).toughest is second
    assert contest_of().toughest is None


def test_loss_is_the_first_sentence_and_a_draw_the_last(make_summary: Make, found_in: Find):
    for by, first in ((0.1, True), (0.0, False)):
        words = found_in(make_summary(contest=contest_of(rival("x", 0.3, apart(by))))).words
        assert words.count("Sentence on x.") == 2  # on the first screen, and in the section
        opening = words.split("Do the probabilities come true?", 1)[0]
        assert (opening.index("Sentence on x.") < opening.index("Before calibration")) is first


def test_scores_and_differences_are_in_the_table_beside_the_figure(
    rich: RunSummary, found_in: Find
):
    contest = rich.background.contest
    assert contest is not None
    header, network, *rows = found_in(rich).tables["contest-table"]
    assert [text for text, _ in header] == ["Model", "Before", "After", "Network minus model"]
    before = rich.before["log_loss"].value
    assert [value for _, value in network] == [None, before, contest.network.value, None]
    assert [[value for _, value in row[1:]] for row in rows] == [
        [one.before.value, one.after.value, one.difference.value] for one in contest.rivals
    ]
    words = found_in(rich).words
    for one in contest.rivals:
        assert one.sentence in words
        assert f"{one.difference.low:.4f} to {one.difference.high:.4f}" in words
    assert "95 % interval: paired moments (t)." in words


def test_calibration_that_changed_nothing_has_no_column_of_its_own(
    make_summary: Make, found_in: Find
):
    summary = make_summary()
    network = summary.before["log_loss"]
    contest = replace(contest_of(rival("x", 0.3, apart(0.0))), network=network)
    found = found_in(make_summary(contest=contest))
    assert [text for text, _ in found.tables["contest-table"][0]] == [
        "Model",
        "Log loss",
        "Network minus model",
    ]
    assert "calibrated as it was" not in found.words


def test_infinite_difference_is_written_with_its_reason(make_summary: Make, found_in: Find):
    infinite = paired_difference_of([math.inf, 1.0], [1.0, 1.0])
    found = found_in(make_summary(contest=contest_of(rival("x", 0.3, infinite))))
    assert found.wrong == []
    assert found.tables["contest-table"][2][3] == ("infinite", math.inf)
    assert "No interval: some scores are infinite." in found.words


def test_names_of_rivals_are_text(make_summary: Make, found_in: Find):
    evil = ("<script>alert('x')</script>", r"$\undefined{", "x" * 300)
    rivals = [rival(name, 0.3, apart(0.1)) for name in evil]
    found = found_in(make_summary(contest=contest_of(*rivals)))
    assert found.wrong == []
    assert "script" not in {tag for tag, _ in found.tags}
    assert [row[0][0] for row in found.tables["contest-table"][2:]] == [
        evil[0],
        evil[1],
        "X" + evil[2][1:],
    ]


def test_sections_are_left_out_without_rivals_and_seeds(make_summary: Make, found_in: Find):
    for contest in (None, contest_of()):
        words = found_in(make_summary(contest=contest)).words
        assert "Beside simpler models" not in words
        assert "Several seeds" not in words


@pytest.mark.parametrize(
    ("together", "beaten"),
    [(0.40, "lower than all."), (0.42, "lower than 2 of the 3."), (0.5, "lower than none of them")],
)
def test_seeds_are_counted_against_all_together(
    make_summary: Make, found_in: Find, together: float, beaten: str
):
    contest = contest_of(spread=Spread((0.41, 0.43, 0.45), together))
    found = found_in(make_summary(contest=contest))
    _, *rows = found.tables["seeds-table"]
    assert [row[1][1] for row in rows] == [0.41, 0.43, 0.45, together]
    assert rows[0][2][1] == pytest.approx(0.41 - together, abs=1e-15)
    assert "from 0.4100 to 0.4500, on average 0.4300" in found.words
    assert "standard deviation of 0.0200" in found.words  # sqrt((.02**2 + 0 + .02**2) / 2)
    assert beaten in found.words


def test_infinite_score_of_a_seed_has_no_standard_deviation(make_summary: Make, found_in: Find):
    contest = contest_of(spread=Spread((0.4, math.inf), 0.4))
    words = found_in(make_summary(contest=contest)).words
    assert "from 0.4000 to infinite" in words
    assert "standard deviation" not in words
