"""Laws of work on kept threads: order, errors after all is done, and processes that fork."""

import os
import threading
import time
from functools import partial

import pytest

from calibrant.kernel.crew import all_at_once


def test_results_come_in_the_order_of_the_pieces() -> None:
    ended = [threading.Event() for _ in range(6)]
    ended[5].set()

    def late(k: int) -> int:
        assert ended[k + 1].wait(timeout=60)  # the first ends last
        ended[k].set()
        return k

    assert all_at_once([partial(late, k) for k in range(5)]) == list(range(5))


def test_pieces_run_side_by_side_and_the_first_here() -> None:
    meet = threading.Barrier(3, timeout=60)  # passed only by three at a time

    def piece() -> int:
        meet.wait()
        return threading.get_ident()

    first, *others = all_at_once([piece] * 3)
    assert first == threading.get_ident()
    assert len({first, *others}) == 3


def test_threads_are_kept() -> None:
    seen: set[threading.Thread] = set()
    for _ in range(40):
        seen |= set(all_at_once([threading.current_thread] * 4)[1:])
    assert len(seen) < 40  # of 120 pieces; a new thread for each call would make them 40 at least


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_waits_for_the_others(failing: int) -> None:
    done: list[int] = []

    def piece(k: int) -> None:
        if k == failing:
            raise ValueError("no sum")
        time.sleep(0.05)  # what does not wait would have returned
        done.append(k)

    with pytest.raises(ValueError, match="no sum"):
        all_at_once([partial(piece, k) for k in range(3)])
    assert sorted(done) == [k for k in range(3) if k != failing]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_forked_has_threads_of_its_own() -> None:
    all_at_once([int] * 3)  # threads that the child will not have
    child = os.fork()
    if child == 0:
        os._exit(7 if all_at_once([lambda: 1, lambda: 2, lambda: 4]) == [1, 2, 4] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
