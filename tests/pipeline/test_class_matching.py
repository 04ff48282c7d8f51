"""Names of classes: the same, else the only one that differs by padding and case alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrant.errors import InputError
from calibrant.pipeline.class_matching import labels_among, match_names, two_in_order


@given(st.lists(st.text(min_size=1), unique=True, min_size=1))
def test_known_names_are_themselves(names):
    match = match_names(names, names)
    assert match.known == {name: name for name in names}
    assert match.unknown == ()
    assert match.folded == {}


def test_folded_names_are_matched_where_one_is_meant():
    match = match_names([" Low Fat", "LOW FAT", "fat"], ["Low Fat", "Fat", "FAT"])
    assert match.known == {" Low Fat": "Low Fat", "LOW FAT": "Low Fat"}
    assert match.unknown == ("fat",)  # either of two
    assert match.folded == match.known


def test_missing_labels_are_minus_one():
    labels = labels_among(np.array(["b", "", "a"], dtype=object), ["a", "b"], "truth")
    assert labels.codes.tolist() == [1, -1, 0]


@pytest.mark.parametrize(
    ("classes", "positive", "expected"),
    [
        (("a", "b"), "a", ("b", "a")),
        (("a", "b"), " B ", ("a", "b")),
        (("1", "0"), None, ("0", "1")),
        (("1",), None, ("0", "1")),
        (("TRUE",), None, ("FALSE", "TRUE")),
        (("0", "1"), "0", ("1", "0")),
        (("a", "b", "c"), None, ("a", "b", "c")),
    ],
)
def test_positive_class_stands_last(classes, positive, expected):
    assert two_in_order(classes, positive) == expected


@pytest.mark.parametrize(
    ("classes", "positive", "message"),
    [
        (("a", "b"), None, "Name it: --positive b or --positive a"),
        (("a b", "c"), None, "--positive c or --positive 'a b'"),
        (("-1", "1"), None, "got the classes '-1', '1' without it"),
        (("a", "b"), "c", "positive must name a class; got 'c'"),
        (("a",), "a", "name a class of two; got 'a' beside 'a'. Name both with --classes"),
        (("a", "b", "c"), "a", "Leave --positive out"),
    ],
)
def test_two_classes_that_do_not_say_which_is_positive_are_refused(classes, positive, message):
    with pytest.raises(InputError, match=message):
        two_in_order(classes, positive)
