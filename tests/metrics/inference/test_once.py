"""What is made once for several metrics."""

import threading

from calibrant.metrics.inference.once import once, shared


class Maker:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def make(self, of: list[int], times: int = 1) -> list[int]:
        """Note it."""
        self.asked += 1
        return [times * each for each in of]


def test_the_same_is_made_once_and_let_go_at_the_end() -> None:
    maker, rows = Maker(), [1, 2]
    make = maker.make
    with once():
        first = shared(make, rows, times=2)
        assert first == [2, 4]
        assert shared(make, rows, times=2) is first
    assert maker.asked == 1
    assert shared(make, rows, times=2) == first
    assert shared(make, rows, times=2) is not shared(make, rows, times=2)
    assert maker.asked == 4


def test_equal_objects_are_not_the_same_but_equal_settings_are() -> None:
    maker = Maker()
    make, rows = maker.make, [1, 2]
    with once():
        assert shared(make, rows) is not shared(make, [1, 2])
        assert shared(make, rows, times=1) is not shared(make, rows, times=2)
        assert shared(make, rows, times=1) is not shared(make, rows, times=True)
        assert shared(make, rows, times=int("2")) is shared(make, rows, times=2)
    assert maker.asked == 5


def test_an_object_that_is_gone_does_not_lend_its_place_to_another() -> None:
    maker = Maker()
    make = maker.make
    with once():
        found = [shared(make, [k]) for k in range(100)]
    assert found == [[k] for k in range(100)]


def test_one_within_another_shares_and_keeps_until_the_outer_ends() -> None:
    maker, rows = Maker(), [1]
    make = maker.make
    with once():
        with once():
            first = shared(make, rows)
        assert shared(make, rows) is first


def test_a_failure_is_not_kept_and_ends_it() -> None:
    def fail(of: list[int]) -> None:
        raise ZeroDivisionError(len(of))

    maker, rows = Maker(), [1]
    for _ in range(2):
        try:
            with once():
                shared(maker.make, rows)
                shared(fail, rows)
        except ZeroDivisionError:
            continue
    assert maker.asked == 2


def test_threads_do_not_share() -> None:
    maker, rows = Maker(), [1]
    make = maker.make
    with once():
        shared(make, rows)
        thread = threading.Thread(target=lambda: shared(make, rows))
        thread.start()
        thread.join()
    assert maker.asked == 2
