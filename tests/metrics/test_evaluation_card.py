"""What notebooks show: a verdict that the interval chose, four numbers, a small diagram."""

import re

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.evaluation_card import verdict_of

RNG = np.random.default_rng(0)
TRUE = 1.5 * RNG.normal(size=900)
LABELS = RNG.binomial(1, 1 / (1 + np.exp(-TRUE)))
METRICS = ["accuracy", "log_loss", "ece", "positive_ece", "auroc", "brier"]
BAD = "<script>alert(1)</script>"


def card(factor=1.0, metrics=METRICS, **given):
    rows = cal.predictions(logits=factor * TRUE, labels=LABELS, **given)
    return cal.evaluate(rows, metrics)._repr_html_()


def test_the_card_opens_with_the_verdict_and_four_numbers_and_folds_the_rest(read_page):
    found = read_page(card(3.0).replace("<table>", '<table id="t">'))
    assert found.wrong == []
    folded = found.words.index("All 6 numbers")
    head = found.words[:folded]
    assert head.index("Evidence of miscalibration: ece") < head.index("log_loss")
    shown = [head.rindex(f"{name} ") for name in ("log_loss", "ece", "accuracy", "auroc")]
    assert shown == sorted(shown)
    assert "brier" not in head
    assert "brier" in found.words[folded:]
    assert [tag for tag, _ in found.tags].count("details") == 1


def test_the_verdict_turns_with_the_interval():
    assert "Evidence of miscalibration: ece" in card(3.0)
    assert "No evidence of miscalibration: ece" in card(1.0)


def one(low, high, value=0.1):
    level = None if low is None else 0.95
    return Estimate(value, low, high, level, 9, "test inversion")


CALIBRATION = {
    "above": {"ece": one(0.01, 0.2)},
    "holds 0": {"ece": one(0.0, 0.2)},
    "none": {"ece": one(None, None)},
}
EXPLAINED = {
    "above": {"r2": one(0.01, 0.2)},
    "holds 0": {"r2": one(-0.1, 0.2)},
    "below": {"r2": one(-0.2, -0.1)},
    "none": {"r2": one(None, None)},
}


@pytest.mark.parametrize(
    ("head", "cases", "which"),
    [
        ("Evidence of miscalibration", CALIBRATION, {"above"}),
        ("No evidence of miscalibration", CALIBRATION, {"holds 0"}),
        ("No verdict on calibration", CALIBRATION, {"none"}),
        ("Better than predicting the mean", EXPLAINED, {"above"}),
        ("No evidence of being better or worse", EXPLAINED, {"holds 0"}),
        ("Worse than predicting the mean", EXPLAINED, {"below"}),
        ("No verdict beside predicting the mean", EXPLAINED, {"none"}),
    ],
)
def test_a_verdict_appears_where_the_interval_allows_it_and_nowhere_else(head, cases, which):
    assert {name for name, held in cases.items() if verdict_of(held).startswith(head)} == which


def test_of_decisions_nothing_is_claimed():
    rows = cal.decisions(predicted=[0, 1, 1], labels=[0, 1, 0])
    html = cal.evaluate(rows, ["accuracy"])._repr_html_()
    assert "vidence" not in html
    assert "The number" in html


def test_the_diagram_is_the_reliability_table():
    rows = cal.predictions(logits=2 * TRUE, labels=LABELS)
    found = cal.evaluate(rows, METRICS)
    table = cal.reliability_table(rows, view="positive", n_bins=10)
    assert found.reliability == table
    assert cal.evaluate(cal.tally(rows, METRICS)).reliability == table
    html = found._repr_html_()
    points = re.findall(r'<circle cx="([0-9.]+)" cy="([0-9.]+)"', html)
    drawn = [(100 * x, 100 - 100 * y) for x, y in zip(table.stated, table.observed, strict=True)]
    np.testing.assert_allclose(np.array(points, dtype=float), drawn, atol=0.051)
    outside = sum(
        not low <= stated <= high
        for low, stated, high in zip(table.low, table.stated, table.high, strict=True)
    )
    assert f"in {outside} of 10 bins what was stated lies outside the 95 % interval" in html


def test_without_bins_there_is_no_diagram():
    assert "<svg" not in card(metrics=["accuracy", "log_loss"])
    found = cal.evaluate(cal.predictions(logits=TRUE, labels=LABELS), METRICS)
    assert "<svg" in found.filter("accuracy", "ece")._repr_html_()
    assert "<svg" not in Evaluation.from_json(found.to_json())._repr_html_()


def test_of_many_classes_the_diagram_is_of_the_likeliest():
    probs = RNG.dirichlet([1, 1, 1], size=200)
    rows = cal.predictions(probs=probs, labels=RNG.integers(0, 3, 200))
    found = cal.evaluate(rows, ["ece", "accuracy"])
    table = cal.reliability_table(rows, n_bins=10)
    assert (found.reliability.view, found.reliability.n) == ("top_label", table.n)
    assert "Reliability of the likeliest class" in found._repr_html_()


def test_a_card_is_small_and_has_no_script_and_no_colour_but_a_grey_rule():
    html = card()
    assert len(html) < 8000
    assert not re.search(r"<script|<style|<link|url\(|https?:|on[a-z]+=", html)
    assert re.findall(r"#[0-9a-f]{3,6}\b|rgba?\([^)]*\)", html) == ["rgba(128,128,128,.4)"]


def test_names_and_notes_are_text(read_page):
    named = Estimate((0.5, 0.5), None, None, None, 10, BAD, names=(BAD, '"'), note=BAD)
    plain = Evaluation({BAD: one(0.1, 0.2), "v": named}, {}, (), 4, notes=(BAD,))
    html = plain._repr_html_()
    assert "<script" not in html
    assert read_page(html.replace("<table>", '<table id="t">')).words.count(BAD) >= 3


def test_a_comparison_opens_with_its_verdict_and_folds_its_tables(read_page):
    a, b = (cal.predictions(logits=k * TRUE, labels=LABELS) for k in (1.0, 3.0))
    found = cal.compare({BAD: a, "sharp": b}, metrics=["log_loss", "accuracy"])
    html = found._repr_html_()
    assert "<script" not in html
    page = read_page(html.replace("<table>", '<table id="t">'))
    assert page.wrong == []
    head = page.words[: page.words.index("All 2 differences")]
    assert f"log_loss of {BAD} and sharp: {BAD} is better" in head
    assert "both decide every row the same" not in head  # a footnote of the table


def test_a_comparison_of_several_names_every_pair():
    named = enumerate("abc", start=1)
    models = {name: cal.predictions(logits=k * TRUE, labels=LABELS) for k, name in named}
    html = cal.compare(models, metrics=["log_loss"])._repr_html_()
    assert "a and b: a is better; a and c: a is better; b and c: b is better" in html
    assert "3 pairs: p values are Holm" in html
