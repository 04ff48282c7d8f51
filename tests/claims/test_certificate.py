"""Certificates: exact intervals of what came out above a level, and no verdict beyond them."""

import json

import jaxtyping
import numpy as np
import pytest
from scipy.stats import binom, binomtest

import calibrant as cal
from calibrant.metrics.exact_proportion import bounded_mean, clopper_pearson

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def drawn(n=4000, seed=0, power=1.0):
    rng = np.random.default_rng(seed)
    probs = rng.beta(3, 1, size=n)
    return probs, (rng.uniform(size=n) < probs**power).astype(int)


def test_one_claim_is_the_interval_of_clopper_and_pearson_of_the_rows_above():
    probs, labels = drawn()
    claim = cal.certificate(cal.predictions(probs=probs, labels=labels), [0.9], view="positive")[
        0.9
    ]
    inside = probs >= 0.9
    came, n = int(labels[inside].sum()), int(inside.sum())
    expected = binomtest(came, n).proportion_ci(0.95, method="exact")
    assert (claim.n, claim.observed) == (n, came / n)
    assert claim.stated == pytest.approx(probs[inside].mean(), abs=1e-12)
    assert (claim.low, claim.high) == pytest.approx(tuple(expected), abs=1e-12)


def test_ends_at_once_share_the_error():
    rows = cal.predictions(probs=drawn()[0], labels=drawn()[1])
    at_once = cal.certificate(rows, LEVELS, view="positive")
    alone = cal.certificate(rows, LEVELS, view="positive", level=1 - 0.05 / 7, simultaneous=False)
    for own, other in zip(at_once, alone, strict=True):
        assert (own.low, own.high) == pytest.approx((other.low, other.high), abs=1e-12)


@pytest.mark.parametrize("view", ["top_label", "positive", "no", "yes"])
def test_cells_give_what_the_rows_give(view):
    probs, labels = drawn()  # no row states a level itself
    rows = cal.predictions(probs=probs, labels=labels, class_names=["no", "yes"])
    tallies = cal.tally(rows, ["ece", "positive_ece", "classwise_ece"])
    exact, read = (cal.certificate(each, LEVELS, view=view) for each in (rows, tallies))
    for own, cell in zip(exact, read, strict=True):
        assert (own.n, own.low, own.high) == (cell.n, cell.low, cell.high)
        assert cell.beyond is True
        assert own.beyond is False


def test_merged_tallies_certify_as_the_rows_together():
    probs, labels = drawn()
    parts = [cal.tally(cal.predictions(probs=probs[k::3], labels=labels[k::3])) for k in range(3)]
    whole = cal.tally(cal.predictions(probs=probs, labels=labels))
    merged = cal.certificate(sum(parts[1:], parts[0]))
    assert [(c.n, c.low, c.high) for c in merged] == [
        (c.n, c.low, c.high) for c in cal.certificate(whole)
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_that_state_the_level_itself_count_whatever_their_precision(dtype):
    probs = np.array([0.9, 0.9, 0.1, 0.8], dtype=dtype)
    rows = cal.predictions(probs=probs, labels=[1, 1, 0, 1])
    assert cal.certificate(rows, [0.9], view="positive")[0.9].n == 2
    assert cal.certificate(rows, [0.9])[0.9].n == 3  # and .1 states .9 of the other class
    assert cal.certificate(rows, [0.9], view="0")[0.9].n == 1
    cells = cal.certificate(cal.tally(rows), [0.9], view="positive")
    assert cells[0.9].n == 0
    assert "left out" in cells.notes[0]


def test_level_between_edges_moves_up_and_says_so():
    probs, labels = drawn()
    found = cal.certificate(cal.tally(cal.predictions(probs=probs, labels=labels)), [0.999])
    assert found[0.999].threshold == 14_386 / 14_400
    assert found[0.999].n == int((np.maximum(probs, 1 - probs) > 14_386 / 14_400).sum())
    assert "no cell has its edge at 0.999" in found.notes[1]
    assert "more than 99.9028 %" in found[0.999].words


def test_verdicts_go_no_further_than_their_interval():
    rows = cal.events(
        probs=[0.95] * 400 + [0.75] * 400, outcomes=[1] * 396 + [0] * 4 + [1] * 100 + [0] * 300
    )
    found = cal.certificate(rows, [0.5, 0.7, 0.9], view="positive")
    assert [c.verdict for c in found] == ["holds", "fails", "holds"]
    assert [c.leaning for c in found] == ["overconfident", "overconfident", "underconfident"]
    assert found[0.9].words == (
        "Of 400 rows where it says at least 90 %, 99.0 % came out (95 %: 97.1 to 99.8): holds. "
        "On average it stated 95.0 %: underconfident."
    )
    few = cal.certificate(cal.events(probs=[0.9] * 5, outcomes=[1] * 5), [0.9])
    assert few[0.9].verdict == "not shown"


def test_level_that_no_row_reaches_has_no_interval_and_costs_the_others_nothing():
    rows = cal.events(probs=[0.6] * 10, outcomes=[0, 1] * 5)
    both, one = cal.certificate(rows, [0.5, 0.9]), cal.certificate(rows, [0.5])
    assert (both[0.5].low, both[0.5].high) == (one[0.5].low, one[0.5].high)
    assert (both[0.9].n, both[0.9].low, both[0.9].method) == (0, None, "not available: no rows")
    assert both[0.9].words == "No row where it says at least 90 %: not shown."
    json.dumps(both.to_dict(), allow_nan=False)


def test_equal_weights_change_nothing_and_unlike_ones_widen():
    probs, labels = drawn()
    plain, equal, unlike = (
        cal.certificate(
            cal.predictions(probs=probs, labels=labels, weights=w), [0.9], view="positive"
        )[0.9]
        for w in (None, np.full(4000, 2.0), np.arange(4000) % 4 + 0.5)
    )
    assert (equal.low, equal.high) == pytest.approx((plain.low, plain.high), abs=1e-9)
    assert unlike.n_effective < unlike.n
    assert unlike.high - unlike.low > plain.high - plain.low
    assert "weights" in unlike.method


def test_clusters_of_copies_tell_as_much_as_one_row_of_each():
    probs, labels = drawn(400)
    one = cal.certificate(cal.predictions(probs=probs, labels=labels), [0.8], view="positive")[0.8]
    copies = cal.predictions(
        probs=np.repeat(probs, 5),
        labels=np.repeat(labels, 5),
        clusters=np.repeat(np.arange(400), 5),
    )
    found = cal.certificate(copies, [0.8], view="positive")
    claim = found[0.8]
    assert claim.n == 5 * one.n
    assert claim.n_effective == pytest.approx(one.n, rel=0.02)
    assert (claim.low, claim.high) == pytest.approx((one.low, one.high), abs=0.002)
    assert "clusters" in found.notes[0]


def test_tallies_of_clustered_rows_are_refused_and_events_in_clusters_are_not():
    probs, labels = drawn(400)
    units = np.repeat(np.arange(40), 10)
    rows = cal.predictions(probs=probs, labels=labels, clusters=units)
    with pytest.raises(cal.InputError, match="Certify the rows themselves"):
        cal.certificate(cal.tally(rows))
    events = cal.events(probs=probs, outcomes=labels, clusters=units)
    own, same = (cal.certificate(each, [0.8], view="positive")[0.8] for each in (rows, events))
    assert (own.low, own.high) == (same.low, same.high)


def test_clusters_of_single_rows_lose_next_to_nothing():
    probs, labels = drawn(1000)
    alone = cal.predictions(probs=probs, labels=labels, clusters=np.arange(1000))
    claim = cal.certificate(alone, [0.7], view="positive")[0.7]
    assert claim.n_effective == pytest.approx(claim.n, rel=0.005)


def test_soft_labels_have_the_bound_of_hoeffding():
    rows = cal.predictions(probs=[0.9, 0.95, 0.99], labels=np.array([0.5, 1.0, 0.75]))
    claim = cal.certificate(rows, [0.9], view="positive")[0.9]
    assert (claim.low, claim.high) == pytest.approx(bounded_mean(0.75, 3.0, 0.025), abs=1e-12)
    assert claim.method.startswith("Hoeffding")
    cells = cal.certificate(cal.tally(rows), [0.85], view="positive")[0.85]
    assert (cells.low, cells.high) == pytest.approx((claim.low, claim.high), abs=1e-12)


def test_bound_of_hoeffding_holds_for_coins_too():
    for n, mean in ((5, 0.3), (40, 0.05), (60, 0.9)):
        counts = np.arange(n + 1)
        ends = np.array([bounded_mean(float(k / n), float(n), 0.025) for k in counts])
        exact = np.stack(clopper_pearson(counts.astype(float), np.full(n + 1, float(n)), 0.025), 1)
        assert (ends[:, 0] <= exact[:, 0] + 1e-9).all()
        assert (ends[:, 1] >= exact[:, 1] - 1e-9).all()
        missed = (mean < ends[:, 0]) | (mean > ends[:, 1])
        assert binom.pmf(counts[missed], n, mean).sum() <= 0.05


@pytest.mark.parametrize("power", [1.0, 1.5])
def test_all_intervals_hold_at_once_as_often_as_they_say(power):
    rng = np.random.default_rng(1)
    probs = rng.beta(3, 1, size=600)
    truth = probs**power
    target = [truth[probs >= t].mean() for t in LEVELS]
    held, runs = 0, 200
    for _ in range(runs):
        labels = (rng.uniform(size=600) < truth).astype(int)
        found = cal.certificate(cal.events(probs=probs, outcomes=labels), LEVELS)
        held += all(c.low <= t <= c.high for c, t in zip(found, target, strict=True))
    assert held / runs >= 0.95  # the coverage is near .975: Bonferroni, and coins are unlike


def test_less_than_all_never_reads_as_all_and_takes_few_digits():
    stated = np.full(60, 1 - 1e-9)
    labels, weights = np.ones(60, int), np.ones(60)
    rows = cal.predictions(probs=stated, labels=labels)
    words = cal.certificate(rows, [0.9], view="positive")[0.9].words
    assert "100.0 % came out" in words
    assert words.endswith("On average it stated more than 99.9 %.")
    labels[0], weights[0] = 0, 1e-6
    rows = cal.predictions(probs=stated, labels=labels, weights=weights)
    words = cal.certificate(rows, [0.9], view="positive")[0.9].words
    assert ", more than 99.9 % came out (95 %:" in words
    labels = np.arange(2000) > 0
    rows = cal.predictions(probs=np.full(2000, 0.9999), labels=labels.astype(int))
    words = cal.certificate(rows, [0.9], view="positive")[0.9].words
    # Clopper and Pearson of 1,999 of 2,000; two decimals would end at 100.00
    assert "99.95 % came out (95 %: 99.72 to 99.999)" in words


def test_frame_and_object_hold_every_level():
    rows = cal.predictions(probs=drawn()[0], labels=drawn()[1])
    found = cal.certificate(rows)
    assert list(found.to_frame()["level"]) == list(LEVELS) == [c.level for c in found]
    assert len(found.to_dict()["claims"]) == len(found) == 7
    assert str(found).count("\n") == 7
    with pytest.raises(KeyError):
        found[0.123]


ROWS = cal.events(probs=[0.5], outcomes=[1])
BAD = {
    "level of 1": ({"levels": [1.0]}, "levels must be numbers above 0 and below 1; got 1.0"),
    "words": ({"levels": "0.9"}, "levels must be numbers"),
    "one number": ({"levels": 0.9}, r"levels must be a sequence; got 0.9. Pass \[0.9\]"),
    "no levels": ({"levels": []}, "levels must hold one at least"),
    "no class": ({"view": "maybe"}, "view must be top_label, positive or a class, no, yes"),
    "no coverage": ({"level": 1.5}, "level must lie between 0 and 1"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_certified_is_refused_by_name(case, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    options, words = BAD[case]
    with pytest.raises(cal.InputError, match=words):
        cal.certificate(ROWS, **options)


def test_tallies_without_a_grid_are_refused_with_a_remedy():
    tallies = cal.tally(cal.predictions(probs=[0.5], labels=[1]), ["accuracy"])
    with pytest.raises(cal.InputError, match=r"Tally them with metrics=\['top_label_ece'\]"):
        cal.certificate(tallies)
    with pytest.raises(cal.InputError, match=r"metrics=\['classwise_ece'\]"):
        cal.certificate(tallies, view="1")


def test_rows_without_labels_are_refused():
    with pytest.raises(cal.InputError, match="labels must be given"):
        cal.certificate(cal.predictions(probs=[0.5]))
