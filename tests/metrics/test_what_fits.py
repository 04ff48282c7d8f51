"""All that rows can tell: no name more, no name less."""

import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.registry import METRICS

pytestmark = pytest.mark.filterwarnings("ignore:.*from the grid may be:calibrant.CalibrantWarning")


def test_rows_can_tell_what_fits_and_refuse_the_rest(all_evidence):
    for kind, evidence in all_evidence.items():
        rows = evidence.rows()
        names = cal.metrics.fitting(rows)
        assert set(names) == set(evidence.metrics) & set(METRICS), kind
        assert list(names) == [name for name in METRICS if name in names]


def test_tallies_can_tell_what_they_hold(all_evidence):
    for kind, evidence in all_evidence.items():
        tallies = cal.tally(evidence.rows(slice(0, 1)), evidence.summed)
        names = cal.metrics.fitting(tallies)
        assert set(names) == set(evidence.summed) & set(METRICS), kind
        assert set(cal.evaluate(tallies, names)) == set(names), kind


def test_tallies_of_other_metrics_than_the_usual_give_these():
    rows = cal.predictions(probs=[0.5, 0.75], labels=[1, 1])
    tallies = cal.tally(rows, ["spherical"])
    assert "spherical" in cal.evaluate(tallies)
    assert cal.evaluate(tallies)["spherical"] == cal.evaluate(rows, ["spherical"])["spherical"]


def test_images_are_told_from_rows():
    image = cal.decisions(predicted=[[[0, 1]]], labels=[[[0, 1]]])
    flat = cal.decisions(predicted=[0, 1], labels=[0, 1])
    assert set(cal.metrics.fitting(flat)) <= set(cal.metrics.fitting(image))


def test_unlabelled_rows_fit_but_are_refused_when_evaluated():
    rows = cal.predictions(probs=[0.5])
    with pytest.raises(InputError, match="labels must be given"):
        cal.evaluate(rows, cal.metrics.fitting(rows))


ODD = {  # rows of every kind that lack something
    "a target of 0": lambda: cal.numbers(predicted=[1.0, 2.0], targets=[0.0, 3.0]),
    "negative numbers": lambda: cal.numbers(predicted=[-1.0, 2.0], targets=[-2.0, -3.0]),
    "one number": lambda: cal.numbers(predicted=[1.0], targets=[3.0]),
    "one member": lambda: cal.numbers(members=[[1.0], [2.0]], targets=[0.0, 3.0]),
    "two quantiles": lambda: cal.numbers(
        predicted=[1.0], quantiles={0.1: [0.0], 0.95: [2.0]}, targets=[1.0]
    ),
    "a median": lambda: cal.numbers(quantiles={0.5: [0.0]}, targets=[1.0]),
    "names": lambda: cal.decisions(predicted=["a", "b", "c"], labels=["a", "b", "b"]),
    "one name": lambda: cal.decisions(predicted=["a", "a"], labels=["a", "a"]),
    "an image": lambda: cal.decisions(predicted=[[[0, 1]]], labels=[[[0, 2]]]),
    "one class": lambda: cal.predictions(probs=[[1.0], [1.0]], labels=[0, 0]),
    "one row": lambda: cal.predictions(probs=[0.25], labels=[1]),
    "shares": lambda: cal.predictions(probs=[0.25, 0.5], labels=[0.75, 0.5]),
    "an event": lambda: cal.events(probs=[0.5], outcomes=[1]),
}


@pytest.mark.parametrize("rows", ODD.values(), ids=list(ODD))
def test_what_fits_is_told(rows):
    rows = rows()
    names = cal.metrics.fitting(rows)
    assert set(cal.evaluate(rows, names)) == set(names)


def test_what_does_not_fit_is_left_out():
    left_out = {
        "a target of 0": {"mape"},
        "one member": {"fair_crps"},
        "two quantiles": {"pinball", "weighted_interval_score", "interval_coverage"},
        "names": {"ordinal_mae", "adjacent_accuracy", "kappa_linear", "kappa_quadratic"},
    }
    for kind, names in left_out.items():
        assert not names & set(cal.metrics.fitting(ODD[kind]())), kind
