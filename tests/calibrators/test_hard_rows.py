"""Hard rows: every registered calibrator ends in a bound, a shrunken fit, or a reason."""

import math
import warnings

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.calibrators.named import get
from calibrant.calibrators.registry import CALIBRATORS
from calibrant.errors import CalibrantWarning, FitError
from calibrant.metrics.proper.scores import LogLoss

LINE = np.concatenate((np.linspace(-3, -0.1, 60), np.linspace(0.1, 3, 60))).tolist()
FOUR = [[4.0, 0, 0], [0, 5, 0], [0, 0, 3], [6, 1, 0]]
HARD = {  # log-odds of two classes, or logits of three, and labels
    "separated": (LINE, [0] * 60 + [1] * 60),
    "separated, few": ([-2.0, -1.0, 1.0, 2.0], [0, 0, 1, 1]),
    "separated, three": (FOUR * 30, [0, 1, 2, 0] * 30),
    "all wrong": (LINE, [1] * 60 + [0] * 60),
    "all wrong, three": (FOUR * 30, [1, 2, 0, 2] * 30),
    "mostly wrong": ([-2.0, -1.0, 1.0, 2.0] * 5, [1, 1, 0, 0] * 4 + [0, 0, 1, 1]),
    "one class": ([-2.0, -1.0, 1.0, 2.0] * 6, [1] * 24),
    "one class, three": (FOUR * 30, [1] * 120),
    "a class is absent": (FOUR * 30, [0, 1, 1, 1] * 30),
    "constant": ([0.7] * 12, [1, 0, 0] * 4),
    "constant, one class": ([0.7] * 9, [0] * 9),
    "constant, three": ([[1.0, 2, 3]] * 120, [0, 1, 2, 2, 2] * 24),
    "even": ([[0.0, 0, 0]] * 8, [0, 1, 2, 2] * 2),
    "tied": ([-1.0, 1.0] * 60, [0, 1, 0, 1, 1, 1, 0, 0, 0, 1] * 12),
    "huge": ([-1e4, -800.0, 800.0, 1e4], [0, 1, 0, 1]),
    "huge, three": ([[1e4, 0, -1e4], [-1e4, 1e4, 0], [0.0, 1, 2], [1.0, 0, 0]], [0, 0, 1, 2]),
    "one row": ([0.5], [1]),
    "one row, three": ([[1.0, 2, 3]], [2]),
    "two rows": ([0.5, 0.25], [1, 0]),
}
WORSE_THAN_CHANCE = ("all wrong", "all wrong, three", "mostly wrong")
FREE = ("vector", "matrix", "dirichlet")  # whose numbers may be negative, which turns classes round
TRUER = 1e-9


def numbers_of(record):
    """All numbers of a record of a fit, by the name that they stand under."""
    for name, value in record.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from ((f"{name}.{inner}", x) for inner, x in numbers_of(one))
            elif isinstance(one, int | float):
                yield name, one
            elif isinstance(one, list):
                yield from ((name, x) for x in np.ravel(one).tolist())


def fit_of(name, rows):
    """Fit, the warnings of it, or None and the reason why there is none."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            fitted = get(name).fit(rows)
        except FitError as error:
            return None, str(error)
    assert all(one.category is CalibrantWarning for one in told)
    return fitted, " ".join(str(one.message) for one in told)


@pytest.mark.parametrize("name", [name for name in CALIBRATORS if name != "auto"])
def test_hard_rows_end_in_a_bound_or_a_shrunken_fit_or_a_reason(name):
    for case, (logits, labels) in HARD.items():
        rows = cal.predictions(logits=logits, labels=labels)
        fitted, told = fit_of(name, rows)
        if fitted is None:
            assert told.endswith("."), case
            continue
        after = fitted.transform(rows)
        probs = after.full_probs
        assert bool(((probs >= 0) & (probs <= 1)).all()), case
        np.testing.assert_allclose(probs.sum(-1), 1, atol=1e-9)
        assert math.isfinite(LogLoss()(after).value), case
        for field, number in numbers_of(fitted.to_dict()):
            assert not math.isnan(number), (case, field)
            if "temperature" in field or (field == "value" and "temperature" in name):
                assert number > 0, (case, field)
        if case in WORSE_THAN_CHANCE and name not in ("identity", "histogram", "bbq"):
            turned = bool((probs.argmax(-1) == rows.hard).double().mean() > 0.5)
            assert ("turns the classes round" in told) == (name in FREE), case
            assert not turned or name in FREE, case


@pytest.mark.parametrize("case", HARD)
def test_the_chosen_is_never_clearly_worse_than_none_on_held_out_rows(case):
    logits, labels = HARD[case]
    rows = cal.predictions(logits=logits, labels=labels)
    chosen = cal.AutoCalibration(n_folds=5).fit(rows)
    mine = chosen.names.index(chosen.name)
    if chosen.n_folds and not chosen.is_identity:
        assert chosen.log_loss[mine] <= chosen.log_loss[0] + chosen.error[mine]
    after = chosen.transform(rows)
    assert bool(torch.isfinite(after.full_probs).all())
    if chosen.n_folds:  # on the rows of the fit no clearly worse either
        assert LogLoss()(after).value <= LogLoss()(rows).value + chosen.error[mine] + TRUER


@pytest.mark.parametrize("name", FREE)
def test_a_map_that_turns_the_classes_round_says_so_and_a_true_one_does_not(name):
    generator = torch.Generator().manual_seed(0)
    true = 2 * torch.randn(300, 3, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    get(name).fit(cal.predictions(logits=true, labels=labels))  # warnings are errors
    with pytest.warns(CalibrantWarning, match=r"turns the classes round.*worse than chance"):
        get(name).fit(cal.predictions(logits=-true, labels=labels))
