"""Classes come out in a known order, the cut from training rows, and bad targets with a remedy."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrant.data.read import read_table
from calibrant.data.target import label_target, labelled_rows, strata_of
from calibrant.errors import InputError

UNHURRIED = settings(deadline=None)


def labelled(values, **options):
    rows = options.pop("train_rows", np.arange(len(values)))
    return label_target(pa.table({"y": values}), "y", train_rows=rows, **options)


@UNHURRIED
@given(
    values=st.lists(st.sampled_from(["a", "b", "c"]), min_size=20, max_size=60),
    seed=st.integers(0, 9),
)
def test_order_of_rows_changes_no_class(values, seed):
    values = ["a", "b", "c"] * 3 + values
    order = np.random.default_rng(seed).permutation(len(values))
    target, labels = labelled(values)
    turned, turned_labels = labelled([values[k] for k in order])
    assert turned == target
    np.testing.assert_array_equal(turned_labels, labels[order])


@pytest.mark.parametrize("positive_above", [None, "median"])
def test_rows_outside_training_change_no_target(positive_above):
    rng = np.random.default_rng(0)
    train = np.sort(rng.permutation(200)[:120])
    values = rng.integers(0, 2, 200) if positive_above is None else rng.normal(size=200)
    others = values.copy()
    rest = np.setdiff1d(np.arange(200), train)
    others[rest] = 1 - values[rest] if positive_above is None else 99 + values[rest]
    options = {"positive_above": positive_above, "train_rows": train}
    (target, labels), (same, others_labels) = (
        labelled(values, **options),
        labelled(others, **options),
    )
    assert same == target
    np.testing.assert_array_equal(labels[train], others_labels[train])
    assert (labels[rest] != others_labels[rest]).any()


def test_bigmart_is_cut_at_the_median_of_training_rows(shared_data):
    table = read_table(shared_data / "bigmart_train.csv")
    train = np.random.default_rng(0).permutation(8523)[:5455]
    target, labels = label_target(table, "OutletSales", positive_above="median", train_rows=train)
    sales = table.column("OutletSales").to_numpy()
    assert target.threshold == np.median(sales[train])
    np.testing.assert_array_equal(labels, sales > np.median(sales[train]))
    assert target.class_names == ("OutletSales <= 1788.34", "OutletSales > 1788.34")
    assert target.positive == target.class_names[1]


@pytest.mark.parametrize(
    ("name", "column", "classes", "positive"),
    [
        ("mammography", "class", ("0", "1"), "1"),
        ("landslide_wv", "class", ("not", "slopeD"), "slopeD"),  # as many of both: the last
        ("winequality_red", "quality", ("3", "4", "5", "6", "7", "8"), None),
    ],
)
def test_classes_of_real_tables(shared_data, name, column, classes, positive):
    table = read_table(shared_data / f"{name}.csv")
    target, labels = label_target(table, column, train_rows=np.arange(len(table)))
    assert (target.class_names, target.positive) == (classes, positive)
    texts = [str(value) for value in table.column(column).to_pylist()]
    assert [classes[k] for k in labels] == texts


def test_the_positive_class_is_class_1_and_the_rarer_one():
    target, labels = labelled(["yes"] * 6 + ["no"] * 3)
    assert (target.class_names, target.positive, target.threshold) == (("yes", "no"), "no", None)
    assert labels.tolist() == [0] * 6 + [1] * 3
    assert target.how == "The positive class of 'y' is 'no': the rarer, 3 of 9 training rows."


def test_the_positive_class_can_be_named():
    target, labels = labelled(["yes"] * 6 + ["no"] * 3, positive="yes")
    assert (target.class_names, target.positive) == (("no", "yes"), "yes")
    assert labels.tolist() == [1] * 6 + [0] * 3
    assert target.how == "The positive class of 'y' is 'yes': as asked."


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([10, 9, 100] * 3, ("9", "10", "100")),  # numbers by value
        (["10", "9", "100"] * 3, ("10", "100", "9")),
        ([2.0, 1.0, 3.0] * 3, ("1", "2", "3")),
        ([0.5, -1.0, 3.0] * 3, ("-1", "0.5", "3")),
        ([True, False, True] * 3, ("True", "False")),  # False is the rarer
        (pa.array(["b", "a", "c"] * 3).dictionary_encode(), ("a", "b", "c")),
    ],
)
def test_classes_of_any_type_are_named_in_order(values, classes):
    target, labels = labelled(values)
    assert target.class_names == classes
    assert len(set(labels[:3])) == len(classes)


def test_a_cut_is_above_not_at_the_threshold():
    target, labels = labelled([1, 2, 3, 4, 2, 3] * 3, positive_above=2.0)
    assert labels.tolist() == [0, 0, 1, 1, 0, 1] * 3
    assert target.class_names == ("y <= 2", "y > 2")
    assert target.how == "'y' is cut at 2.0, as asked; above is the positive class."
    assert labelled([1, 2, 3, 4, 2, 3] * 3, positive_above="2")[0] == target


def test_new_rows_get_the_same_classes_and_minus_one_where_missing():
    target, _ = labelled(["a", "b", "c"] * 3)
    assert target.labels(pa.table({"y": ["c", None, "a"]})).tolist() == [2, -1, 0]
    with pytest.raises(InputError, match=r"y must hold the classes 'a', 'b', 'c'; got 'd'\."):
        target.labels(pa.table({"y": ["d"]}))
    cut, _ = labelled([1, 2, 3, 4] * 3, positive_above=2.0)
    assert cut.labels(pa.table({"y": [3, None, 2]})).tolist() == [1, -1, 0]


def test_rows_without_a_target_are_told():
    for values in (["a", None, "", "b"], [1.0, None, float("nan"), 2.0]):
        assert labelled_rows(pa.table({"y": values}), "y").tolist() == [0, 3]
    with pytest.raises(
        InputError, match=r"target must be there in some rows; got 'y', all missing"
    ):
        labelled_rows(pa.table({"y": [None, None]}), "y")
    with pytest.raises(InputError, match=r"target must name a column of the table; got 'z'"):
        labelled_rows(pa.table({"y": [1]}), "z")


def test_strata_are_classes_or_deciles():
    table = pa.table({"y": ["b", "a", "b", "a"] * 3, "n": np.arange(12.0)})
    assert strata_of(table, "y").tolist() == [1, 0, 1, 0] * 3
    deciles = strata_of(table, "n", positive_above="median")
    # edges at 1.1, 2.2, ..., 9.9: two rows in the first and the last, one in the others
    assert deciles.tolist() == [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (["a"] * 9, {}, r"at least two classes; got 'a' in all 9 rows of 'y'\."),
        (["a", "b"] * 4 + ["c"] * 2, {}, r"at least 3 rows of every class.*; got 'c' with 2\."),
        (
            list(map(str, range(9))),
            {},
            r"got '0' with 1, .*'4' with 1 and 4 more classes\. .*cut a",
        ),
        (np.linspace(0, 1, 99), {}, r"hold class labels; got 99 different numbers in 'y'\. Cut it"),
        (
            ["a", "b"] * 5,
            {"positive": "c"},
            r"positive must be a class of 'y'; got 'c'\. Its .*'a', 'b'",
        ),
        (["a", "b", "c"] * 3, {"positive": "c"}, r"positive must be left out beyond two classes"),
        (
            ["a", "b"] * 5,
            {"positive_above": 1.0},
            r"hold numbers where it is cut; got 'y', which holds",
        ),
        (
            [True, False] * 5,
            {"positive_above": 0.0},
            r"hold numbers where it is cut; got 'y', which",
        ),
        (
            [1, 2] * 5,
            {"positive_above": 1.0, "positive": "2"},
            r"be left out where a number is cut",
        ),
        ([1, 2] * 5, {"positive_above": "mean"}, r"finite number or 'median'; got 'mean'\."),
        ([1, 2] * 5, {"positive_above": float("nan")}, r"finite number or 'median'; got nan\."),
        ([1, 2] * 5, {"positive_above": 2.0}, r"at least two classes; got 'y <= 2' in all 10 rows"),
        ([1] * 8 + [2, 2], {"positive_above": 1.0}, r"at least 3 rows .*; got 'y > 1' with 2\."),
        (
            [1, None] * 5,
            {"positive_above": 1.0},
            r"finite in every row; got nan in rows 1, 3, 5, 7, 9,",
        ),
        ([1, np.inf] * 5, {"positive_above": 1.0}, r"finite in every row; got inf in rows 1, 3"),
        (["a", None] * 5, {}, r"target must be there in every row; got none in rows 1, 3"),
    ],
)
def test_bad_targets_are_refused_with_a_remedy(values, options, message):
    with pytest.raises(InputError, match=message):
        labelled(values, **options)


def test_bad_targets_are_refused_before_they_are_split():
    with pytest.raises(InputError, match=r"at least 3 rows of every class"):
        strata_of(pa.table({"y": ["a", "b"]}), "y")
    with pytest.raises(InputError, match=r"hold numbers where it is cut"):
        strata_of(pa.table({"y": ["a", "b"]}), "y", positive_above="median")
