"""Sentences about several models claim what the interval and the p value allow, and no more."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from calibrant.comparison.difference import Difference
from calibrant.report.several.versus import Versus
from calibrant.report.several.words import below_headline, headline, sentence


def versus(low: float | None, high: float | None, **changes: Any) -> Versus:
    """Log loss of 'new' less that of 'old'."""
    value = changes.pop("value", 0.0 if low is None or high is None else (low + high) / 2)
    method = "not available: it needs rows" if low is None else "paired moments (t)"
    difference = Difference(
        value=value,
        low=low,
        high=high,
        level=None if low is None else 0.95,
        n=50,
        n_effective=50.0,
        p_value=None,
        method=changes.pop("method", method),
        n_infinite=changes.pop("n_infinite", (0, 0)),
    )
    given: dict[str, Any] = {
        "metric": "log_loss",
        "name": "new",
        "reference": "old",
        "values": (0.5, 0.4),
        "difference": difference,
        "p_value": None,
        "alpha": 0.05,
        "higher_is_better": False,
    }
    return Versus(**(given | changes))


EVERY = {
    "better": versus(-0.3, -0.1),
    "worse": versus(0.1, 0.3),
    "none": versus(-0.1, 0.3),
    "touching": versus(0.0, 0.3),
    "p alone": versus(-0.3, -0.1, p_value=0.06),
    "p agrees": versus(-0.3, -0.1, p_value=0.04),
    "p against": versus(-0.1, 0.3, p_value=0.04),
    "higher is better": versus(0.1, 0.3, higher_is_better=True, metric="accuracy"),
    "neither is good": versus(0.1, 0.3, higher_is_better=None, metric="my_score"),
    "unknown": versus(None, None, value=0.1),
    "same": versus(None, None, method="not available: both decide every row the same"),
    "infinite": versus(None, None, value=np.inf, n_infinite=(2, 0)),
    "other infinite": versus(None, None, value=-np.inf, n_infinite=(0, 3)),
    "both infinite": versus(None, None, value=np.nan, n_infinite=(2, 3)),
}


@pytest.mark.parametrize(
    ("words", "which"),
    [
        ("new does better than old", {"better", "p agrees", "higher is better", "other infinite"}),
        ("new does worse than old", {"worse", "infinite"}),
        ("No evidence of a difference", {"none", "touching", "p alone", "p against"}),
        ("No verdict", {"unknown", "both infinite"}),
        ("have the same log loss", {"same"}),
        ("new has a higher my score than old", {"neither is good"}),
        ("is lower by 0.20 (95 %: 0.10 to 0.30)", {"better", "p agrees"}),
        ("the log loss of new is infinite, by 2 of 50 rows", {"infinite"}),
        ("the log loss of old is infinite, by 3 of 50 rows", {"other infinite"}),
    ],
)
def test_a_sentence_appears_where_the_interval_allows_it_and_nowhere_else(
    words: str, which: set[str]
):
    assert {name for name, one in EVERY.items() if words in sentence(one)} == which


@pytest.mark.parametrize(
    ("words", "which"),
    [
        ("new does better than old in", {"better", "p agrees", "higher is better"}),
        ("new does worse than old in", {"worse", "infinite"}),
        ("No evidence of a difference in", {"none", "touching", "p alone", "p against"}),
        ("No verdict on", {"unknown", "both infinite"}),
    ],
)
def test_a_headline_claims_no_more_than_its_sentence(words: str, which: set[str]):
    found = {name for name, one in EVERY.items() if words in headline([one])}
    assert found - {"other infinite"} == which


@pytest.mark.parametrize("name", EVERY)
def test_below_a_headline_nothing_is_said_twice(name: str):
    told, said = below_headline(EVERY[name]), headline([EVERY[name]])
    assert not told.startswith(said.removesuffix("."))
    assert told.endswith(".")


def test_below_a_headline_without_evidence_stands_the_size():
    assert below_headline(EVERY["none"]) == "The difference is 0.10 (95 %: -0.10 to 0.30)."
    assert below_headline(EVERY["unknown"]) == "It needs rows."
    assert below_headline(EVERY["better"]) == sentence(EVERY["better"])


def test_a_headline_of_several_sorts_them_by_what_was_found():
    names = ("better", "worse", "none", "unknown")
    told = headline([replace(EVERY[name], name=name) for name in names])
    assert told == (
        "In log loss, better than old: better; worse than old: worse; no evidence of a "
        "difference: none; no verdict: unknown."
    )


def test_of_many_models_a_headline_names_a_few():
    many = headline([replace(EVERY["none"], name=f"m{k}") for k in range(9)])
    assert many == ("In log loss, no evidence of a difference: m0, m1, m2, m3, m4, m5 and 3 more.")
