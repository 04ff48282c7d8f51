"""Grammar of specs: terms, and the places of their pieces."""

import pytest

from calibrant.losses.spec import Call, Place, parse, suggestion, write_number, write_term


def test_terms_know_their_factor_name_and_place():
    first, second = parse("0.5*ce(balanced) + focal(gamma=2)").terms
    assert (first.factor, first.name, first.at) == (0.5, "ce", Place(4, 6))
    assert (second.factor, second.name, second.at) == (1.0, "focal", Place(19, 24))


def test_arguments_know_their_name_value_and_places():
    (term,) = parse("loss(a, b = -2, c=[1, .5], d=[[1], [2]], e=true, f=none, g='x y')").terms
    assert [(a.name, a.value) for a in term.arguments] == [
        ("", "a"),
        ("b", -2),
        ("c", [1, 0.5]),
        ("d", [[1], [2]]),
        ("e", True),
        ("f", None),
        ("g", "x y"),
    ]
    assert term.arguments[1].name_at == Place(8, 9)
    assert term.arguments[1].value_at == Place(12, 14)
    assert term.arguments[2].value_at == Place(18, 25)


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), ("2.", 2.0), (".5", 0.5), ("1e3", 1000.0), ("1E-3", 0.001)]
)
def test_number_is_whole_only_where_it_is_written_so(text, number):
    (term,) = parse(f"loss({text})").terms
    (argument,) = term.arguments
    assert argument.value == number
    assert type(argument.value) is type(number)


@pytest.mark.parametrize(
    ("number", "text"), [(2.0, "2"), (0.1, "0.1"), (1e-7, "1e-07"), (1e22, "1e+22"), (3, "3")]
)
def test_number_is_written_short(number, text):
    assert write_number(number) == text
    (term,) = parse(f"loss({text})").terms
    assert term.arguments[0].value == number


def test_term_is_written_with_its_rule_first():
    settings = {"gamma": 2.0, "class_weight": "balanced", "ignore_index": None, "multilabel": True}
    written = write_term("focal", settings)
    assert written == "focal(balanced, gamma=2, ignore_index=none, multilabel=true)"
    assert write_term("ce", {"class_weight": [1.0, 2.5]}) == "ce(class_weight=[1, 2.5])"
    assert write_term("ce", {}) == "ce"


def test_suggestion_is_made_only_where_a_word_is_near():
    assert suggestion("Focl", ["ce", "focal"]) == "Did you mean focal? There are: ce, focal."
    assert suggestion("hinge", ["ce", "focal"]) == "There are: ce, focal."


def test_values_and_factors_may_be_calls():
    (term,) = parse("2*ramp(0, 1.5, 3, cosine)*loss(a=switch(none, [1, 2], 5))").terms
    assert (term.factor, term.name) == (2.0, "loss")
    assert term.schedule.value == Call("ramp", (0, 1.5, 3, "cosine"))
    assert term.schedule.value_at == Place(2, 6)
    assert term.arguments[0].value == Call("switch", (None, [1, 2], 5))
    assert str(term.arguments[0].value) == "switch(none, [1, 2], 5)"
    assert term.arguments[0].value_at == Place(33, 56)
    many = [f"loss_{k}" for k in range(30)]
    assert suggestion("nothing", many) == "There are: loss_0, loss_1, loss_2 and 27 more."
