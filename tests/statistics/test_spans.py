"""Threads share the rows out: the sums stay, and so does the number of threads."""

import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.statistics import spans

METRICS = ["ece", "classwise_ece", "brier", "log_loss", "accuracy", "confusion_matrix"]


@pytest.fixture
def rows():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(1001, 3, generator=generator)
    labels = torch.randint(3, (1001,), generator=generator)
    weights = torch.randint(3, (1001,), generator=generator).double()
    return cal.predictions(logits=logits, labels=labels, weights=weights)


@pytest.fixture
def threads(monkeypatch):
    """Set the number of threads, and let every row be worth one; undone afterwards."""
    before = torch.get_num_threads()
    monkeypatch.setattr(spans, "LEAST", 1)
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("number", [2, 3, 7])
def test_any_number_of_threads_gives_the_sums_of_one(rows, threads, number):
    threads(1)
    alone = cal.tally(rows, METRICS)
    threads(number)
    shared = cal.tally(rows, METRICS)
    for statistic, tally in alone.parts.items():
        torch.testing.assert_close(
            shared.parts[statistic].table, tally.table, rtol=1e-12, atol=1e-12
        )
        assert torch.equal(shared.parts[statistic]["count"], tally["count"])


def test_the_same_number_of_threads_gives_the_same_bits(rows, threads):
    threads(3)
    first, second = (cal.tally(rows, METRICS).parts for _ in range(2))
    assert all(torch.equal(first[s].table, second[s].table) for s in first)


def test_each_thread_takes_a_span_and_works_alone(rows, threads, monkeypatch):
    seen = []

    def note(span, statistics):
        seen.append((len(span), torch.get_num_threads()))
        return {statistic: statistic.zero(3).table for statistic in statistics}

    monkeypatch.setattr(spans, "_sum", note)
    threads(4)
    cal.tally(rows, ["accuracy"])
    assert sum(n for n, _ in seen) == 1001
    assert [inside for _, inside in seen] == [1] * 4
    assert torch.get_num_threads() == 4


def test_an_error_in_a_thread_is_raised_and_the_threads_come_back(rows, threads):
    threads(2)
    with pytest.raises(InputError, match="two classes for brier_binary"):
        cal.tally(rows, ["brier_binary"])
    assert torch.get_num_threads() == 2


def test_a_handful_of_rows_starts_no_thread(rows, monkeypatch):
    monkeypatch.setattr(spans, "all_at_once", None)
    cal.tally(rows, METRICS)
