"""Where a function crosses 0: by a search, and by secants from guesses."""

import math

import pytest

from calibrant.metrics.inference.crossing import crossing, crossing_near

ROOT = 0.37


def falls(x):
    return math.exp(-3 * x) - math.exp(-3 * ROOT)


def jumps(x):  # secants from either side do not settle
    return (x - ROOT) / 10 + (1.0 if x > ROOT else -1.0)


def bends(x):
    return (x - ROOT) * (50 if x > ROOT else 0.1)


GUESSES = [(0.3, 0.31), (0.36, 0.38), (0.01, 0.99), (0.5, 0.5), (-2.0, 7.0)]


@pytest.mark.parametrize("guesses", GUESSES)
@pytest.mark.parametrize("of", [falls, lambda x: -falls(x), jumps, bends])
def test_guesses_lead_where_a_search_leads(of, guesses):
    found = crossing_near(of, guesses, 0.0, 1.0, accuracy=1e-13)
    assert found == pytest.approx(crossing(of, 0.0, 1.0, accuracy=1e-13), abs=1e-5)
    assert found == pytest.approx(ROOT, abs=1e-5)


def test_a_good_guess_takes_a_few_steps():
    asked = []

    def of(x):
        asked.append(x)
        return falls(x)

    assert crossing_near(of, (0.36, 0.365), 0.0, 1.0) == pytest.approx(ROOT, rel=1e-12)
    assert len(asked) <= 6


@pytest.mark.parametrize(("root", "end"), [(-1.0, 0.0), (2.0, 1.0)])
def test_without_a_crossing_it_is_the_nearer_end(root, end):
    assert crossing_near(lambda x: x - root, (0.4, 0.5), 0.0, 1.0) == end
