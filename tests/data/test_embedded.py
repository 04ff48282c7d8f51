"""Tables from scikit-learn keep its numbers and name its classes."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits

from calibrant.data.embedded import load_embedded
from calibrant.data.target import label_target
from calibrant.errors import InputError


@pytest.mark.parametrize(
    ("name", "bunch", "first_feature"),
    [
        ("breast_cancer", load_breast_cancer(), "mean_radius"),
        ("digits", load_digits(), "pixel_0_0"),
    ],
)
def test_numbers_and_classes_are_those_of_scikit_learn(name, bunch, first_feature):
    table, target = load_embedded(name)
    assert table.column_names[0] == first_feature
    assert table.column_names[-1] == target
    for k, column in enumerate(table.columns[:-1]):
        np.testing.assert_array_equal(column.to_numpy(), bunch.data[:, k])
    names = [str(bunch.target_names[k]) for k in bunch.target]
    assert table.column(target).to_pylist() == names


def test_malignant_is_the_rarer_class():
    table, target = load_embedded("breast_cancer")
    found, labels = label_target(table, target, train_rows=np.arange(len(table)))
    assert found.class_names == ("benign", "malignant")
    assert labels.sum() == 212


def test_an_unknown_name_is_refused():
    message = r"dataset must be one of 'breast_cancer', 'digits'; got 'iris'\."
    with pytest.raises(InputError, match=message):
        load_embedded("iris")
