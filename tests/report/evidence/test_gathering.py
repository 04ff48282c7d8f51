"""Curves of a report are those that the public functions give, of rows and of tallies."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.report.evidence.gathering import COSTS, curves_of
from calibrant.report.evidence.worst_classes import worst_classes


def binary(n=600, **given):
    rng = np.random.default_rng(3)
    probs = rng.beta(1, 2, size=n)
    labels = (rng.uniform(size=n) < probs**1.3).astype(int)
    return cal.predictions(probs=probs, labels=labels, **given)


def many(k, n=900, **given):
    rng = np.random.default_rng(k)
    probs = rng.dirichlet(np.ones(k), size=n)
    labels = (probs.cumsum(axis=1) > rng.uniform(size=(n, 1))).argmax(axis=1)
    return cal.predictions(probs=probs, labels=labels, **given)


def test_two_classes_have_every_curve():
    rows = binary()
    found = curves_of(rows)
    assert list(found.tables) == ["top_label", "positive"]
    for view, table in found.tables.items():
        assert repr(table) == repr(cal.reliability_table(rows, view=view))  # NaN in empty bins
    curve = cal.reliability_curve(rows, view="positive", kind="isotonic", band="consistency")
    assert found.isotonic["positive"] == curve
    smooth = cal.reliability_curve(rows, view="positive", kind="smooth", band="consistency")
    assert found.smooth == smooth
    (ranking,) = found.rankings
    assert ranking.prevalence == pytest.approx(float(rows.hard.double().mean()))
    assert ranking.roc.value.tolist() == cal.metrics.roc_band(rows).value.tolist()
    assert found.coverage.risk.tolist() == cal.metrics.risk_coverage_curve(rows).risk.tolist()
    assert (
        found.accepted[0.8]
        == cal.evaluate(rows, ["accuracy_at_coverage_0.8"])["accuracy_at_coverage_0.8"]
    )
    assert found.decisions.at_costs.threshold.tolist() == sorted(1 / (1 + cost) for cost in COSTS)
    assert len(found.binnings) == 7


def test_tallies_have_what_rows_have():
    rows = binary()
    exact, read = curves_of(rows), curves_of(cal.tally(rows))
    assert read.tables["positive"].n == exact.tables["positive"].n
    for name in ("net_benefit", "gain", "tp", "fp"):
        ours, theirs = (getattr(one.decisions.curve, name) for one in (read, exact))
        assert ours == pytest.approx(theirs, abs=1e-12)
    assert read.rankings[0].prevalence == pytest.approx(exact.rankings[0].prevalence)
    assert read.coverage is not None


def test_costs_that_fall_between_cells_take_the_nearest_edge_of_tallies():
    found = curves_of(cal.tally(binary()), costs=[7.3])
    assert found.decisions.at_costs.threshold[0] == pytest.approx(1 / 8.3, abs=0.5 / 14_400)


@pytest.mark.parametrize("cost", [0, -1, float("inf"), float("nan")])
def test_costs_that_are_none_are_refused(cost):
    with pytest.raises(InputError, match="costs must be above 0 and finite"):
        curves_of(binary(), costs=[cost])


def test_few_classes_are_drawn_one_by_one_and_many_are_not():
    rows = many(4)
    found = curves_of(rows)
    hard = rows.hard.numpy()
    events = cal.events(probs=np.asarray(rows.probs)[:, 2], outcomes=hard == 2)
    alone, drawn = cal.reliability_table(events, n_bins=10), found.by_class["2"]
    assert list(found.by_class) == list("0123")
    assert (drawn.view, drawn.n) == ("class", alone.n)
    for field in ("stated", "observed", "low", "high"):
        assert getattr(drawn, field) == pytest.approx(getattr(alone, field), nan_ok=True)
    assert found.decisions is None
    assert curves_of(many(30)).by_class == {}


def test_tallies_with_class_grids_draw_the_classes_as_rows_do():
    rows = many(4)
    with_grids = cal.tally(rows, ["ece", "classwise_ece"])
    assert repr(curves_of(with_grids).by_class) == repr(curves_of(rows).by_class)
    assert curves_of(cal.tally(rows, ["ece"])).by_class == {}


def test_classes_drawn_are_those_recognised_worst():
    rows = many(6)
    recall = cal.evaluate(rows, ["recall_per_class"])["recall_per_class"].value
    assert worst_classes(rows) == np.argsort(recall, kind="stable")[:3].tolist()
    names = [one.class_name for one in curves_of(rows).rankings]
    assert names == [rows.class_names[k] for k in worst_classes(rows)]
    assert worst_classes(cal.tally(rows)) == worst_classes(rows)


def test_classes_of_few_rows_are_not_looked_at():
    rows = cal.predictions(
        probs=np.eye(3)[[0] * 20 + [1] * 20 + [0] * 3], labels=[0] * 20 + [1] * 20 + [2] * 3
    )
    assert worst_classes(rows) == [0, 1]


def test_groups_have_bins_and_one_bin_of_all():
    names = ["a" if k % 3 else "b" for k in range(600)]
    rows = binary(groups=names)
    for given in (rows, cal.tally(rows)):
        found = curves_of(given).by_group
        assert list(found.tables) == list(found.whole) == ["a", "b"]
        assert found.whole["b"].n == (200,)
        share = float(rows.hard[[k for k in range(600) if k % 3 == 0]].double().mean())
        assert found.whole["b"].observed[0] == pytest.approx(share)


def test_rows_in_clusters_have_no_band():
    names, clusters = ["a", "b"] * 300, [f"c{k // 4}" for k in range(600)]
    found = curves_of(binary(groups=names, clusters=clusters))
    assert found.isotonic == {}
    assert found.smooth is None
    assert found.decisions.curve.why


def test_groups_of_rows_in_clusters_have_the_interval_of_clusters():
    names, clusters = ["a", "b"] * 300, [f"c{k // 4}" for k in range(600)]
    rows = binary(groups=names, clusters=clusters)
    for given in (rows, cal.tally(rows)):
        found = curves_of(given).by_group
        assert found.why == ""
        for name, part in rows.by_group():
            alone = cal.reliability_table(part, view="positive", n_bins=1)
            assert found.whole[name].low == pytest.approx(alone.low, abs=1e-3)
            assert found.whole[name].low[0] < alone.observed[0] < found.whole[name].high[0]


def test_groups_of_few_clusters_and_of_soft_labels_say_why_they_have_no_interval():
    names, clusters = ["a", "b"] * 300, [f"c{k // 100}" for k in range(600)]
    found = curves_of(binary(groups=names, clusters=clusters)).by_group
    assert found.why == "the rows of each come in fewer than 10 effective clusters"
    assert np.isnan([one.low[0] for one in found.whole.values()]).all()
    soft = cal.events(probs=[0.2, 0.8] * 20, outcomes=[0.3, 0.6] * 20, groups=["a", "b"] * 20)
    found = curves_of(soft).by_group
    assert found.whole == {}
    assert found.why == "soft labels: outcomes are shares already"


@pytest.mark.parametrize(
    "rows",
    [cal.decisions(predicted=[0, 1], labels=[0, 0]), cal.numbers(predicted=[1.0], targets=[2.0])],
)
def test_rows_that_state_no_probability_have_no_curves(rows):
    found = curves_of(rows)
    assert not found.tables
    assert not found.rankings
    assert found.coverage is None


def test_tables_of_clustered_rows_are_those_of_clusters():
    rows = binary(clusters=[f"c{k // 4}" for k in range(600)])
    found = curves_of(rows)
    table = cal.reliability_table(rows, view="positive")
    assert str(found.tables["positive"]) == str(table)
    assert table.note.startswith("rows come in clusters")
    mass = cal.reliability_table(rows, view="positive", bins="mass")
    held = {(one.of, one.bins): one.table for one in found.choices}
    assert str(held["the class 1", "15 of equal mass"]) == str(mass)
    assert all(one.table.n_clusters for one in found.choices)
