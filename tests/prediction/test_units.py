"""Rows without a cluster are one, and a note tells how many they are, whatever is done to them."""

import numpy as np
import pytest

import calibrant as cal

N = 40
PROBS = np.linspace(0.05, 0.95, N)
LABELS = (np.arange(N) % 3 == 0).astype(int)


def patients(*without):
    """Two rows each, but for some rows without."""
    return [None if row in without else f"p{row // 2}" for row in range(N)]


def rows_of(kind, clusters):
    """Rows of a kind in clusters."""
    doors = {
        "predictions": lambda: cal.predictions(probs=PROBS, labels=LABELS, clusters=clusters),
        "events": lambda: cal.events(probs=PROBS, outcomes=LABELS, clusters=clusters),
        "decisions": lambda: cal.decisions(predicted=LABELS, labels=LABELS, clusters=clusters),
        "numbers": lambda: cal.numbers(predicted=PROBS, targets=LABELS, clusters=clusters),
    }
    return doors[kind]()


KINDS = ["predictions", "events", "decisions", "numbers"]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_without_a_cluster_are_told(kind):
    rows = rows_of(kind, patients(3, 8, 21))
    assert rows.notes[-1] == "3 of 40 rows have no cluster and count as one together"
    assert len(set(rows.clusters.codes[[3, 8, 21]].tolist())) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_one_row_is_in_the_singular(kind):
    rows = rows_of(kind, patients(7))
    assert rows.notes[-1] == "1 of 40 rows has no cluster and counts as one of its own"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_told_where_all_have_one(kind):
    assert rows_of(kind, patients()).notes == rows_of(kind, None).notes


def test_groups_that_are_missing_show_by_their_name():
    rows = cal.predictions(probs=PROBS, labels=LABELS, groups=patients(0, 1, 2))
    assert rows.notes == ()
    assert "(missing)" in rows.groups.names


def test_what_rests_on_clusters_passes_the_note_on():
    told = "2 of 40 rows have no cluster and count as one together"
    clusters = patients(10, 30)
    rows = rows_of("predictions", clusters)
    assert told in cal.evaluate(rows, ["accuracy"]).notes
    assert told in cal.certificate(rows, [0.5], view="positive").notes
    plain = rows_of("predictions", None)
    other = cal.predictions(probs=PROBS**2, labels=LABELS)
    for models, beside in (((rows, other), None), ((plain, other), clusters)):
        named = dict(zip("AB", models, strict=True))
        found = cal.compare(named, metrics=["accuracy"], clusters=beside)
        assert found.notes == (told,)
        assert str(found).endswith(f"\nnote: {told}")
