"""Confusion matrices show counts and shares, however many classes and whatever their names."""

import io

import numpy as np
import pytest
from matplotlib.axes import Axes

from calibrant.figures import confusion_matrix


def opacity(ax: Axes) -> np.ndarray:
    return np.asarray(ax.images[0].get_array())[..., 3]


def written(ax: Axes) -> dict[tuple[float, float], list[str]]:
    """Texts in every cell, by (true, predicted)."""
    cells: dict[tuple[float, float], list[str]] = {}
    for text in ax.texts:
        predicted, true = text.xy
        cells.setdefault((true, predicted), []).append(text.get_text())
    return cells


def test_every_cell_says_its_count_and_its_share_of_the_true_class():
    ax = confusion_matrix([[1500, 500], [30, 70]], ["no", "yes"])
    assert written(ax) == {
        (0, 0): ["1,500", "75%"],
        (0, 1): ["500", "25%"],
        (1, 0): ["30", "30%"],
        (1, 1): ["70", "70%"],
    }


def test_colour_grows_with_the_share_of_the_true_class():
    shares = opacity(confusion_matrix([[3, 1], [0, 9]], ["a", "b"]))
    np.testing.assert_allclose(shares / shares[1, 1], [[0.75, 0.25], [0, 1]], rtol=1e-12)


def test_class_without_rows_is_blank():
    ax = confusion_matrix([[5, 0], [0, 0]], ["a", "b"])
    assert written(ax) == {(0, 0): ["5", "100%"]}
    np.testing.assert_array_equal(opacity(ax)[1], [0, 0])


def test_rows_are_true_and_columns_predicted():
    ax = confusion_matrix([[1, 2], [3, 4]], ["a", "b"])
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("true class", "predicted class")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


@pytest.mark.parametrize(("n", "n_texts", "n_names"), [(12, 24, 12), (13, 0, 13), (31, 0, None)])
def test_many_classes_are_not_crowded(n: int, n_texts: int, n_names: int | None):
    names = [f"class {k}" for k in range(n)]
    ax = confusion_matrix(np.eye(n).tolist(), names)
    assert len(ax.texts) == n_texts
    shown = [label.get_text() for label in ax.get_yticklabels()]
    assert (shown == names) is (n_names is not None)


def test_matrix_without_numbers_says_what_its_fullest_cell_is():
    counts = 3 * np.eye(20) + 1
    ax = confusion_matrix(counts.tolist(), [str(k) for k in range(20)])
    assert ax.get_title(loc="left") == "fullest colour: 17% of a true class"  # 4 of 23
    assert opacity(ax).max() == 1


def test_names_are_text_and_long_ones_are_shortened():
    names = [r"$\undefined{", "x" * 200, "two\nlines", "<b>&"]
    ax = confusion_matrix(np.eye(4).tolist(), names)
    ax.get_figure(root=True).savefig(io.BytesIO(), format="svg")
    shown = [label.get_text() for label in ax.get_xticklabels()]
    assert shown == [r"$\undefined{", "x" * 13 + "…", "two lines", "<b>&"]
