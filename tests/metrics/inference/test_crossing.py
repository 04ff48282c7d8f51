"""Where a function crosses 0: by a search, and by secants from guesses."""

import math

import pytest

from calibrant.metrics.inference.crossing import crossing, settled

ROOT = 0.37


def falls(x):
    return math.exp(-3 * x) - math.exp(-3 * ROOT)


def jumps(x):  # secants from either side do not settle
    return (x - ROOT) / 10 + (1.0 if x > ROOT else -1.0)


def bends(x):
    return (x - ROOT) * (50 if x > ROOT else 0.1)


GUESSES = [(0.3, 0.31), (0.36, 0.38), (0.01, 0.99), (0.5, 0.5), (-2.0, 7.0)]


@pytest.mark.parametrize("of", [falls, lambda x: -falls(x), jumps, bends])
def test_a_search_finds_where_it_crosses(of):
    assert crossing(of, 0.0, 1.0, accuracy=1e-13) == pytest.approx(ROOT, abs=1e-12)


@pytest.mark.parametrize(("root", "end"), [(-1.0, 0.0), (2.0, 1.0)])
def test_without_a_crossing_it_is_the_nearer_end(root, end):
    assert crossing(lambda x: x - root, 0.0, 1.0) == end


@pytest.mark.parametrize("guesses", GUESSES)
@pytest.mark.parametrize("of", [falls, lambda x: -falls(x), jumps, bends])
def test_secants_settle_at_the_root_or_not_at_all(of, guesses):
    found = settled(of, guesses, 0.0, 1.0, accuracy=1e-13)
    assert found is None or found == pytest.approx(ROOT, abs=1e-12)


@pytest.mark.parametrize("guesses", [(0.3, 0.31), (0.36, 0.38), (0.2, 0.6)])
@pytest.mark.parametrize("sign", [1, -1])
def test_secants_settle_from_guesses_that_are_near(guesses, sign):
    found = settled(lambda x: sign * falls(x), guesses, 0.0, 1.0)
    assert found == pytest.approx(ROOT, rel=1e-12)


@pytest.mark.parametrize("root", [-1.0, 2.0, 0.0, 1.0])
def test_secants_do_not_settle_where_nothing_crosses(root):
    assert settled(lambda x: x - root, (0.4, 0.5), 0.0, 1.0) is None


def test_a_good_guess_takes_a_few_steps():
    asked = []

    def of(x):
        asked.append(x)
        return falls(x)

    assert settled(of, (0.36, 0.365), 0.0, 1.0) == pytest.approx(ROOT, rel=1e-12)
    assert len(asked) <= 6
