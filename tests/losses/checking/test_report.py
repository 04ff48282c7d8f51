"""Report of a check: what it counts, how it prints, what it raises."""

import pytest

from calibrant.errors import InputError
from calibrant.losses.checking.report import Report, Result

KEPT = Result("order", "the order changes nothing", "kept", 1e-16, 1e-7)
BROKEN = Result("weights", "2 is two rows", "broken", 0.25, 1e-7, remedy="Leave weighing alone.")
RAISED = Result("mapped", "vmap agrees", "broken", None, 1e-7, "RuntimeError: no", "No .item().")
IDLE = Result("shift", "a constant changes nothing", "does not apply", None, 1e-7, "not claimed")
REPORT = Report("Mine()", (KEPT, BROKEN, RAISED, IDLE))


def test_results_are_found_by_name():
    assert list(REPORT) == ["order", "weights", "mapped", "shift"]
    assert REPORT["weights"] is BROKEN
    assert REPORT.broken == (BROKEN, RAISED)
    assert not REPORT.ok
    assert Report("Mine()", (KEPT, IDLE)).ok


def test_table_shows_numbers_reasons_and_remedies():
    lines = str(REPORT).splitlines()
    assert lines[0] == "Mine(): 1 law kept, 2 broken, 1 does not apply"
    assert " ".join(lines[3].split()) == "order kept 1e-16 1e-07 the order changes nothing"
    assert "BROKEN          0.25" in lines[4]
    assert lines[5].endswith("RuntimeError: no")
    assert lines[6].endswith("not claimed")
    assert lines[7:] == ["weights: Leave weighing alone.", "mapped: No .item()."]


def test_broken_laws_are_raised_with_their_remedies():
    with pytest.raises(InputError) as raised:
        REPORT.raise_if_broken()
    text = str(raised.value)
    assert text.startswith("loss must keep the laws of losses; got Mine(), which breaks weights")
    assert "weights: 2 is two rows (measured 0.25, at most 1e-07). Leave weighing alone." in text
    assert "mapped: vmap agrees (RuntimeError: no). No .item()." in text
    Report("Mine()", (KEPT, IDLE)).raise_if_broken()
