"""Groups of rows: each is evaluated as if it were alone, in the pass over all."""

import math
from functools import cache

import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.base import RowMetric
from calibrant.statistics.pair_moments import PairMoments
from calibrant.statistics.target_moments import TargetMoments

pytestmark = pytest.mark.filterwarnings("ignore:.*from the grid may be:calibrant.CalibrantWarning")

NAMES = ("north", "south", "west")


def grouped(evidence, index=None):
    """Rows with a group each, and the rows of every group alone."""
    codes = torch.arange(len(evidence)) * 7 % 3
    if index is not None:
        codes = codes[index]
    names = [NAMES[code] for code in codes.tolist()]
    weights = (torch.arange(len(evidence)) % 4).double()
    weights = weights if index is None else weights[index]
    rows = evidence.rows(index, groups=names, weights=weights)
    places = torch.arange(len(evidence)) if index is None else index
    alone = {
        name: evidence.rows(places[codes == k], weights=weights[codes == k])
        for k, name in enumerate(NAMES)
        if bool((codes == k).any())
    }
    return rows, alone


@cache
def found(evidence):
    """What all metrics say of the rows with their groups."""
    return cal.evaluate(grouped(evidence)[0], evidence.metrics)


@pytest.mark.of_sums
def test_every_group_is_evaluated_as_if_it_were_alone(evidence, assert_same):
    _, alone = grouped(evidence)
    evaluation = found(evidence)
    assert tuple(evaluation.groups) == NAMES
    for group, own in alone.items():
        expected = cal.evaluate(own, evidence.metrics)
        for name, estimate in expected.items():
            actual = evaluation.groups[group][name]
            assert_same(actual, estimate, hint=f"{group} {name}")
            assert (actual.n, actual.method) == (estimate.n, estimate.method)


@pytest.mark.of_sums
def test_groups_leave_the_estimates_over_all_rows_as_they_are(evidence, assert_same):
    rows, _ = grouped(evidence)
    plain = evidence.rows(weights=rows.weights)
    evaluation = found(evidence)
    for name, estimate in cal.evaluate(plain, evidence.metrics).items():
        assert_same(evaluation[name], estimate, hint=name)


@pytest.mark.of_sums
def test_sliced_tallies_of_any_partition_give_the_groups(evidence, assert_same):
    metrics = evidence.summed
    order = torch.randperm(len(evidence), generator=torch.Generator().manual_seed(1))
    parts = [order[:10], order[10:11], order[11:200], order[200:]]
    merged = sum(cal.tally(grouped(evidence, part)[0], metrics) for part in parts)
    whole = cal.tally(grouped(evidence)[0], metrics)
    assert tuple(merged.slices) == tuple(whole.slices) == NAMES
    for group, expected in whole.slices.items():
        for statistic, tally in expected.parts.items():
            assert_same_sums(merged.slices[group].parts[statistic], tally)
    expected = cal.evaluate(whole.slices["south"], metrics)
    for name, actual in cal.evaluate(merged.slices["south"], metrics).items():
        assert_same(actual, expected[name], hint=name)
    told = cal.evaluate(merged, metrics[:2])
    assert tuple(told.groups) == NAMES
    for name, actual in told.groups["south"].items():
        assert_same(actual, expected[name], hint=name)


def assert_same_sums(actual, expected):
    if isinstance(expected.statistic, (TargetMoments, PairMoments)):
        return  # digits may carry: the estimates compare the numbers that they stand for
    torch.testing.assert_close(actual.table, expected.table, rtol=1e-12, atol=1e-10)


def test_a_group_whose_rows_weigh_nothing_is_not_there():
    rows = cal.predictions(
        probs=[0.25, 0.75, 0.5], labels=[0, 1, 1], groups=["a", "b", "a"], weights=[1, 0, 1]
    )
    assert list(cal.evaluate(rows, ["brier_binary"]).groups) == ["a"]


def test_tallies_with_and_without_groups_do_not_add():
    plain = cal.tally(cal.predictions(probs=[0.5], labels=[1]), ["brier"])
    sliced = cal.tally(cal.predictions(probs=[0.5], labels=[1], groups=["a"]), ["brier"])
    with pytest.raises(InputError, match="same groups, none; got some"):
        plain + sliced


def test_groups_of_images_hold_for_all_of_their_positions():
    positive = torch.tensor([[0.75, 0.25], [0.5, 1.0]])  # two images of two positions
    probs = torch.stack((1 - positive, positive), dim=1)
    rows = cal.predictions(probs=probs, labels=torch.ones(2, 2).long(), groups=["x", "y"])
    values = {g: e["brier_binary"].value for g, e in cal.evaluate(rows).groups.items()}
    assert values == {"x": (0.0625 + 0.5625) / 2, "y": 0.125}


@pytest.mark.parametrize(
    "rows",
    [
        lambda **o: cal.events(probs=[0.5, 0.25], outcomes=[1, 0], **o),
        lambda **o: cal.decisions(predicted=[1, 0], labels=[1, 1], **o),
        lambda **o: cal.numbers(predicted=[1.0, 2.0], targets=[1.0, 4.0], **o),
    ],
)
def test_every_door_takes_groups(rows):
    evaluation = cal.evaluate(rows(groups=[7, 8]))
    assert list(evaluation.groups) == ["7", "8"]
    assert all(group.n == 1 for group in evaluation.groups.values())
    with pytest.raises(InputError, match="groups must have shape"):
        rows(groups=["a"])


def test_a_metric_that_rows_give_exactly_is_exact_in_groups():
    probs, labels = [0.50001, 0.50002, 0.9, 0.1], [0, 1, 1, 0]
    rows = cal.predictions(probs=probs, labels=labels, groups=["a", "a", "b", "b"])
    evaluation = cal.evaluate(rows, ["auroc"])
    assert isinstance(evaluation.metrics["auroc"], RowMetric)
    assert evaluation.groups["a"]["auroc"].value == 1.0
    with pytest.warns(cal.CalibrantWarning, match="from the grid"):
        read = cal.evaluate(cal.tally(rows, ["auroc"]), ["auroc"])
    assert read.groups["a"]["auroc"].value == 0.5  # both scores lie in one cell
    assert math.isclose(read.groups["a"]["auroc"].bound, 0.5)
