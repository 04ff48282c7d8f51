"""Sums of rows, at the edge of their tolerance, and rows divided by their sums."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("row", [[0.1] * 9 + [0.099], [0.333] * 3, [0.1] * 9 + [0.101]])
def test_sum_may_be_off_by_one_thousandth_whatever_its_rounding(row, dtype):
    assert len(cal.predictions(probs=np.array([row], dtype=dtype))) == 1


def test_message_shows_the_digits_that_break_the_rule():
    with pytest.raises(InputError, match=r"every row; got 0\.9989999999\d* at row 1\. norm"):
        cal.predictions(probs=[[0.5, 0.5], [0.5, 0.4989999999]])
    with pytest.raises(InputError, match=r"lie in \[0, 1\]; got 1\.00000000000001 at row 0\. For"):
        cal.predictions(probs=[1.00000000000001])


@pytest.mark.parametrize(
    ("given", "nan"),
    [
        ({"probs": [[0.5, np.nan]]}, "probs"),
        ({"probs": [[0.5, 0.5]], "labels": [[0.5, np.nan]]}, "labels"),
        ({"probs": [[0.5, np.nan]], "normalize": True}, "probs"),
    ],
)
def test_remedy_for_nan_speaks_of_it(given, nan):
    with pytest.raises(InputError, match=rf"{nan} must .* at row 0. Drop or fill rows with"):
        cal.predictions(**given)


@pytest.mark.parametrize("counts", [[[2, 3], [0, 4]], [[2.0, 3.0], [0.0, 4.0]]])
@pytest.mark.parametrize("kind", [list, np.array, torch.tensor])
def test_counts_are_divided_by_their_sums(counts, kind):
    rows = cal.predictions(probs=kind(counts), labels=[0, 1], normalize=True)
    expected = torch.tensor([[0.4, 0.6], [0.0, 1.0]])
    torch.testing.assert_close(rows.full_probs.float(), expected)
    assert "up to 4 off 1" in rows.notes[0]  # 2 + 3 is 4 above 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([2.0, -3.0], r"be finite and at least 0; got \(2, -3\) at row 1"),
        ([np.inf, 1.0], r"be finite and at least 0; got \(inf, 1\) at row 1"),
        ([1e308, 1e308], "have a finite sum above 0 in every row; got .* at row 1"),
    ],
)
def test_what_cannot_be_divided_by_its_sum_is_refused(row, message):
    with pytest.raises(InputError, match=f"probs must {message}"):
        cal.predictions(probs=[[1.0, 1.0], row], normalize=True)
    held = cal.predictions(probs=[[1.0, 1.0], row], weights=[1, 0], normalize=True)
    assert held.probs[0] == [0.5, 0.5]


@pytest.mark.parametrize("given", [{"probs": [0.5]}, {"logits": [0.5]}, {"logits": [[0.5, 0.5]]}])
def test_only_probabilities_by_class_are_normalised(given):
    with pytest.raises(InputError, match="normalize must be left out but for probs by class; got"):
        cal.predictions(**given, normalize=True)
