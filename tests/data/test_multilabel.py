"""Cells with several labels are told from class names that merely hold a comma."""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrant.data.multilabel import joined_labels
from calibrant.data.target import label_target, strata_of
from calibrant.errors import InputError

LABELS = ("action", "comedy", "drama", "war")
COMBINATIONS = [c for n in (1, 2, 3) for c in itertools.combinations(LABELS, n)]


@given(
    separator=st.sampled_from([";", "|", ",", "; ", " | ", ", "]),
    order=st.permutations(COMBINATIONS),
)
def test_labels_joined_in_any_way_are_seen_in_any_order(separator, order):
    example, found, n_joined, n_labels = joined_labels([separator.join(c) for c in order])
    assert (found, n_joined, n_labels) == (separator.strip(), 10, 4)
    assert example == separator.join(("action", "comedy"))


@pytest.mark.parametrize(
    "cells",
    [
        ["yes", "no"],
        ["Austin, TX", "Boston, MA", "Dallas, TX", "El Paso, TX", "Houston, TX", "Waco, TX"],
        ["Yes, always", "Yes, sometimes", "Yes, seldom", "No"],
        ["a", "b", "a;b"],  # three classes, one of which is both
        ["0,5", "1", "1,5", "2", "2,5", "3", "3,5", "4", "4,5", "5"],  # a decimal comma
        ["-1,5", "-1", "1,-5", "5", "1", "-5"],
        ["trees; shrubs", "bare soil; rock", "water; ice", "built; paved"],
        ["A|1", "A|2", "A|3", "B|1", "B|2", "B|3"],  # a code of two parts, none of them alone
        [";", "|", ",", "a;"],
        [],
    ],
)
def test_classes_whose_names_hold_separators_are_left_in_peace(cells):
    assert joined_labels(cells) is None


@pytest.mark.parametrize(
    "use",
    [strata_of, lambda table, name: label_target(table, name, train_rows=np.arange(len(table)))],
)
def test_a_target_of_joined_labels_is_refused_before_its_rare_combinations(use):
    cells = ["; ".join(c) for c in COMBINATIONS] + ["war"] * 20
    message = (
        r"target must hold one label in every row; got 10 different cells such as "
        r"'action; comedy' in 'genres', of 4 labels joined by ';'\. Train one model for each label"
    )
    with pytest.raises(InputError, match=message):
        use(pa.table({"genres": cells}), "genres")


@pytest.mark.parametrize("size", [None, 1])
def test_a_target_of_lists_is_refused(size):
    kind = pa.list_(pa.string()) if size is None else pa.list_(pa.string(), size)
    table = pa.table({"tags": pa.array([["a"], ["b"], ["a"]], kind)})
    with pytest.raises(InputError, match=r"target must hold one label in every row; got lists \("):
        strata_of(table, "tags")


def test_a_dictionary_of_joined_labels_is_refused_too():
    table = pa.table({"tags": pa.array(["|".join(c) for c in COMBINATIONS]).dictionary_encode()})
    with pytest.raises(InputError, match=r"of 4 labels joined by '\|'"):
        strata_of(table, "tags")
