"""Cells of estimates, as they stand in tables and on cards."""

import pytest

from calibrant.report.pages.opening import tile
from calibrant.report.shapes import Scalar
from calibrant.report.tables import measured


@pytest.mark.parametrize(("p_value", "told"), [(1e-5, "p\xa0<.001"), (0.25, "p\xa00.250")])
def test_p_and_its_value_do_not_part_at_the_end_of_a_line(p_value, told):
    one = Scalar(0.05, 0.02, 0.08, 0.95, 0.01, p_value, 0.02)
    assert measured(one).below == f"0.0200 to 0.0800, noise floor 0.0100 (0.0200), {told}"
    assert tile("ece", one, "")[1].below.endswith(f", {told}")


def test_without_a_p_value_there_is_none():
    assert "p\xa0" not in measured(Scalar(0.05, 0.02, 0.08, 0.95)).below
