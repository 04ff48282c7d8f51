"""Settings: fields that make the constructor."""

import inspect
import math
from typing import Annotated, Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.losses.settings import Bounds, Configured, settings_of


class Shape(Configured):
    """Something with settings of every kind."""

    sides: int
    scale: Annotated[float, Bounds(at_least=0.0, hint="It is a length.")] = 1.0
    costs: Tensor | list[list[float]] | None = None
    kind: Literal["open", "closed"] = "open"


def test_fields_are_the_arguments_of_the_constructor():
    assert list(inspect.signature(Shape).parameters) == ["sides", "scale", "costs", "kind"]
    shape = Shape(3, kind="closed")
    assert (shape.sides, shape.scale, shape.costs, shape.kind) == (3, 1.0, None, "closed")


def test_instance_is_a_module_with_tensors_as_buffers():
    shape = Shape(3, costs=[[0, 1], [5, 0]])
    assert isinstance(shape, nn.Module)
    assert shape.state_dict()["costs"].tolist() == [[0.0, 1.0], [5.0, 0.0]]
    assert shape.float().costs.dtype == torch.float32


def test_missing_setting_is_a_type_error():
    with pytest.raises(TypeError, match="sides"):
        Shape()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sides": 2.5}, r"sides must be a whole number; got 2.5. It has no default."),
        ({"sides": True}, r"sides must be a whole number; got True."),
        ({"sides": 3, "scale": -1}, r"scale must be a number at least 0; got -1. It is a length."),
        ({"sides": 3, "scale": "big"}, r"scale must be a number at least 0; got 'big'."),
        (
            {"sides": 3, "kind": "round"},
            r"kind must be 'open' or 'closed'; got 'round'. Its default",
        ),
        ({"sides": 3, "costs": "x"}, r"costs must be a list of numbers or none; got 'x'."),
        ({"sides": np.float64(3)}, r"sides must be a whole number; got"),
        ({"sides": 3, "scale": np.True_}, r"scale must be a number at least 0; got np.True_."),
        ({"sides": 3, "costs": np.array([True])}, r"costs must be a list of numbers or none;"),
        ({"sides": 3, "costs": torch.tensor([1j])}, r"costs must be a list of numbers or none;"),
        ({"sides": 3, "costs": [["x"]]}, r"costs must be a list of numbers or none;"),
        ({"sides": 3, "costs": [[1], [1, 2]]}, r"costs must be a list of numbers or none;"),
    ],
)
def test_impossible_setting_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        Shape(**settings)


def test_whole_number_becomes_a_float_where_one_is_asked_for():
    assert isinstance(Shape(3, scale=2).scale, float)
    assert isinstance(Shape(3, scale=2).sides, int)


def test_numbers_and_arrays_of_numpy_become_those_of_python_and_torch():
    shape = Shape(np.int64(3), np.float32(0.5), np.array([[0, 1], [5, 0]]))
    assert repr(shape) == "Shape(sides=3, scale=0.5, costs=[[0.0, 1.0], [5.0, 0.0]])"
    assert shape.costs.dtype == torch.float64


def test_bounds_of_a_list_hold_for_all_of_it():
    class Priced(Configured):
        """Something with numbers in a range."""

        prices: Annotated[Tensor | list[float], Bounds(at_least=0.0, below=9.0, hint="In cents.")]

    assert Priced([0, 8.5]).prices.tolist() == [0.0, 8.5]
    for wrong in ([0, 9], torch.tensor([-1.0]), np.array([math.nan])):
        rule = "prices must be a list of numbers at least 0 and below 9; got .* In cents"
        with pytest.raises(InputError, match=rule):
            Priced(wrong)


def test_written_form_has_own_numbers_and_what_is_not_default():
    assert repr(Shape(3)) == "Shape(sides=3, scale=1.0)"
    assert repr(Shape(3, 2.0, [[0, 1]], "closed")) == (
        "Shape(sides=3, scale=2.0, costs=[[0.0, 1.0]], kind='closed')"
    )


def test_subclass_has_the_settings_of_its_base():
    class Solid(Shape):
        """A shape with depth."""

        depth: float = 0.5

    assert list(settings_of(Solid)) == ["sides", "scale", "costs", "kind", "depth"]
    assert Solid(4, depth=2).sides == 4


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(at_least=0.0), "at least 0"),
        (Bounds(above=0.0), "above 0"),
        (Bounds(above=0.0, below=1.0), "above 0 and below 1"),
        (Bounds(below=1.0), "below 1"),
        (Bounds(at_least=0.0, below=1.0), "at least 0 and below 1"),
        (Bounds(), "that is finite"),
    ],
)
def test_bounds_are_said_in_words(bounds, words):
    assert str(bounds) == words


@pytest.mark.parametrize("number", [1.0, -0.1, math.nan, math.inf])
def test_bounds_hold_numbers_from_their_lower_to_below_their_upper_end(number):
    assert number not in Bounds(at_least=0.0, below=1.0)
    assert 0.0 in Bounds(at_least=0.0, below=1.0)


def test_end_that_a_number_lies_above_does_not_belong_to_the_range():
    assert 0.0 not in Bounds(above=0.0)
    assert 5e-324 in Bounds(above=0.0)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_no_bounds_hold_what_is_not_finite(number):
    assert number not in Bounds(at_least=-1e308)
    assert number not in Bounds()
