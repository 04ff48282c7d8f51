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
        tallies = cal.tally(evidence.rows(), evidence.summed)
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
