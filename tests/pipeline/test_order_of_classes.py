"""Order of classes in a file: told, that of the columns, or none."""

import pytest

from calibrant.errors import InputError


def test_classes_tell_the_order_of_decisions_alone(ask_file):
    columns = {"truth": ["low", "mid", "mid", "mid"], "given": ["low", "high", "mid", "low"]}
    order = ("low", "mid", "high")
    first = ask_file(columns, decided="given", classes=order, metrics=("ordinal_mae",)).first
    assert (first.class_names, first["ordinal_mae"].value) == (order, 0.5)  # (0 + 1 + 0 + 1) / 4
    with pytest.raises(InputError, match=r"class_names must say the order .*--classes"):
        ask_file(columns, decided="given", metrics=("ordinal_mae",))
    alone = ask_file(columns, decided="given")
    assert alone.first.class_names == ("high", "low", "mid")
    assert any("no order of the classes" in note for note in alone.notes)


def test_whole_numbers_are_classes_in_order(ask_file):
    columns = {"truth": [9, 10, 2, 9], "given": [10, 10, 2, 2]}
    first = ask_file(columns, decided="given", metrics=("ordinal_mae",)).first
    assert first.class_names == ("2", "9", "10")
    assert first["ordinal_mae"].value == 0.5


def test_classes_tell_the_order_of_columns(ask_file):
    columns = {"truth": ["cat", "owl"], "cat": [0.5, 0.25], "dog": [0.25, 0.5], "owl": [0.25, 0.25]}
    order = ("owl", "cat", "dog")
    assert ask_file(columns, classes=order).first.class_names == order


def test_refusal_of_classes_without_columns_does_not_list_nothing(ask_file):
    with pytest.raises(InputError, match="There is no other column"):
        ask_file({"truth": ["a", "b", "c"]}, classes=("a", "b", "c"))
