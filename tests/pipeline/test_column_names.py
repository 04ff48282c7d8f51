"""Columns whose names begin alike are told by what that is."""

import pytest

from calibrant.errors import InputError

COLUMNS = {
    "truth": ["cat", "dog", "owl", "cat"],
    "p_cat": [0.5, 0.25, 0.0, 1.0],
    "p_dog": [0.25, 0.5, 0.0, 0.0],
    "p_owl": [0.25, 0.25, 1.0, 0.0],
}


@pytest.mark.parametrize("settings", [{}, {"prob": "p_cat"}, {"prob": "p_cat", "positive": "cat"}])
def test_names_of_columns_tell_what_they_begin_with(settings, ask_file):
    with pytest.raises(InputError, match=r"--prob-prefix p_\."):
        ask_file(COLUMNS, **settings)
    assert ask_file(COLUMNS, prob_prefix="p_").first["accuracy"].value == 1.0


def test_columns_that_begin_unlike_have_no_prefix(ask_file):
    named = {name.replace("p_owl", "q_owl"): column for name, column in COLUMNS.items()}
    with pytest.raises(InputError, match=r"--prob-prefix PREFIX, or --decided"):
        ask_file(named)


@pytest.mark.parametrize("settings", [{"prob": "cat"}, {"prob": "cat", "positive": "cat"}])
def test_columns_that_are_called_as_the_classes_need_no_option(settings, ask_file):
    plain = {name.removeprefix("p_"): column for name, column in COLUMNS.items()}
    with pytest.raises(InputError, match=r"called as the classes are: leave --prob out\."):
        ask_file(plain, **settings)
    assert ask_file(plain).first["accuracy"].value == 1.0
