"""Drift is noted where it is, and hardly ever where it is not."""

import numpy as np
import pyarrow as pa
import pytest

from calibrant.data.drift import WORTH_NOTING, Drift, chance, stability_index
from calibrant.data.encode import Encoder
from calibrant.data.schema import ColumnRole, Roles

GENERATOR = np.random.default_rng(11)
ROLES = Roles((ColumnRole("n", "number", ""), ColumnRole("c", "category", "")))
WORDS = np.array(["red", "green", "blue", None], dtype=object)


def rows(n, *, shift=0.0, shares=(0.5, 0.3, 0.1, 0.1), generator=GENERATOR):
    numbers = generator.normal(shift, 1, n)
    numbers[generator.random(n) < 0.05] = np.nan
    return pa.table(
        {
            "n": pa.array(numbers, from_pandas=True),
            "c": pa.array(generator.choice(WORDS, n, p=shares)),
        }
    )


@pytest.fixture(scope="module")
def encoder():
    return Encoder.fit(rows(3000), ROLES, np.arange(3000))


def reported(encoder, *tables):
    drift = Drift.of(encoder)
    for table in tables:
        drift.add(table)
    return {column.column: column for column in drift.report()}


def test_any_batches_in_any_order_report_as_the_whole(encoder):
    table = rows(500, shift=0.4)
    parts = [table.slice(start, 37) for start in range(0, 500, 37)]
    assert reported(encoder, *parts[::-1]) == reported(encoder, table)


def test_the_training_rows_do_not_drift_from_themselves():
    table = rows(1000)
    found = reported(Encoder.fit(table, ROLES, np.arange(1000)), table)
    for column in found.values():
        assert (column.psi, column.outside_range, column.unseen, column.note) == (0, 0, 0, "")
        assert column.missing_now == column.missing_before


def test_index_over_deciles_is_what_pandas_counts():
    before = rows(3000, generator=np.random.default_rng(5))
    now = rows(400, shift=1, generator=np.random.default_rng(6))
    found = reported(Encoder.fit(before, ROLES, np.arange(3000)), now)["n"]
    old, new = (table.column("n").to_pandas() for table in (before, now))
    edges = np.quantile(old.dropna(), np.arange(1, 10) / 10, method="inverted_cdf")
    shares = [
        np.append(
            np.histogram(each.dropna(), [-np.inf, *np.nextafter(edges, 9), np.inf])[0],
            each.isna().sum(),
        )
        / len(each)
        for each in (old, new)
    ]
    p, q = (
        np.where(share == 0, 0.5 / n, share) for share, n in zip(shares, (3000, 400), strict=True)
    )
    assert found.psi == pytest.approx(((q - p) * np.log(q / p)).sum(), rel=1e-12)
    assert found.outside_range == ((new < old.min()) | (new > old.max())).sum()
    assert found.missing_now == new.isna().mean()


def test_drift_is_noted_by_column(encoder):
    found = reported(encoder, rows(400, shift=1.5))
    assert found["n"].note.startswith("'n' differs from the training rows: population stability")
    assert found["c"].note == ""
    found = reported(encoder, rows(400, shares=(0.1, 0.1, 0.1, 0.7)))
    assert found["n"].note == ""
    assert "in training in" in found["c"].note


def test_levels_that_training_had_not_are_noted(encoder):
    table = pa.table({"n": [0.0] * 4, "c": ["red", "black", "white", None]})
    assert reported(encoder, table)["c"].unseen == 2
    many = pa.table({"n": GENERATOR.normal(size=400), "c": ["black"] * 400})
    assert "of a level that training had not in 100.0%" in reported(encoder, many)["c"].note


@pytest.mark.parametrize("n", [30, 100, 1000, 20000])
def test_no_drift_is_hardly_ever_noted(n):
    generator = np.random.default_rng(n)
    for bins in (np.full(10, 0.1), np.array([0.6, 0.3, 0.05, 0.03, 0.02])):
        pairs = zip(
            generator.multinomial(2000, bins, 4000),
            generator.multinomial(n, bins, 4000),
            strict=True,
        )
        beyond = [
            stability_index(before, now) > max(WORTH_NOTING, chance(len(bins), 2000, n))
            for before, now in pairs
        ]
        assert np.mean(beyond) <= 0.004  # 1 in 1,000 where every bin expects rows


def test_index_by_hand():
    # shares .5 .5 and .75 .25: .25 ln 1.5 - .25 ln .5 = .25 ln 3
    rows = np.array([50, 50]), np.array([30, 10])
    assert stability_index(*rows) == pytest.approx(0.25 * np.log(3), rel=1e-14)
    # an empty bin counts as half a row of 10: (.5 - 0.05) ln 10 and (.5 - 1) ln .5
    rows = np.array([5, 5, 0]), np.array([0, 10, 0])
    expected = (0.05 - 0.5) * np.log(0.1) + 0.5 * np.log(2)
    assert stability_index(*rows) == pytest.approx(expected, rel=1e-14)


def test_no_rows_have_no_drift(encoder):
    assert reported(encoder) == {}
    assert reported(encoder, rows(5).slice(0, 0)) == {}
