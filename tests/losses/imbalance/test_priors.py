"""Shifts of the prior against Bayes' rule, there and back, and with absent classes."""

import mpmath
import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import adjusted_logits, prior_shifted_logits, prior_shifted_probs

TRAIN, TARGET = [900, 90, 10], [0.2, 0.3, 0.5]


def by_bayes(probs: torch.Tensor) -> torch.Tensor:
    """Posterior under `TARGET` of one under `TRAIN`, as in the textbook."""
    joint = probs * torch.tensor(TARGET) / (torch.tensor(TRAIN) / 1000)
    return joint / joint.sum(1, keepdim=True)


def test_probabilities_follow_the_rule_of_bayes(rows):
    probs = rows(16, 3)[0].softmax(1)
    shifted = prior_shifted_probs(probs, train=TRAIN, target=TARGET)
    assert_close(shifted, by_bayes(probs), rtol=1e-6, atol=0)
    logits = prior_shifted_logits(probs.log(), train=TRAIN, target=TARGET)
    assert_close(logits.softmax(1), shifted)


def test_shift_and_back_is_nothing(rows):
    probs = rows(16, 3, 4)[0].softmax(1)
    there = prior_shifted_probs(probs, train=TRAIN, target=TARGET)
    assert_close(prior_shifted_probs(there, train=TARGET, target=TRAIN), probs)


def test_samples_of_two_mixtures_have_the_shifted_posterior():
    # x is 1 in 80 % of class 1 and in 10 % of class 0. Shares 3 : 1 give a posterior of class 1
    # at x = 1 of .2 / (.2 + .075) = 8 / 11, and 1 : 1 one of 8 / 9
    shifted = prior_shifted_probs(torch.tensor([8 / 11]), train=[3, 1], target=[1, 1])
    assert shifted.item() == pytest.approx(8 / 9)


def test_logit_of_the_positive_class_alone_moves_by_the_difference(rows):
    logits = rows(16, 2)[0]
    alone = logits[:, 1] - logits[:, 0]
    both = prior_shifted_logits(logits, train=[9, 1], target=[1, 1]).softmax(1)[:, 1]
    for score in (alone, alone[:, None]):
        shifted = prior_shifted_logits(score, train=[9, 1], target=[1, 1])
        assert shifted.shape == score.shape
        assert_close(shifted.sigmoid().flatten(), both)
        probs = prior_shifted_probs(score.sigmoid(), train=[9, 1], target=[1, 1])
        assert probs.shape == score.shape
        assert_close(probs.flatten(), both)


def test_extreme_priors_and_probabilities_keep_their_digits():
    probs = torch.tensor([[1 - 1e-12, 1e-12]], dtype=torch.float64)
    shifted = prior_shifted_probs(probs, train=[1e12, 1], target=[1, 1])
    with mpmath.workdps(40):
        first, second = mpmath.mpf(float(probs[0, 0])), mpmath.mpf(float(probs[0, 1])) * 10**12
        expected = float(second / (first + second))
    assert shifted[0, 1].item() == pytest.approx(expected, rel=1e-12)


def test_class_that_neither_mixture_has_is_impossible(rows):
    logits = rows(8, 3)[0]
    shifted = prior_shifted_logits(logits, train=[3, 0, 1], target=[1, 0, 1]).softmax(1)
    assert (shifted[:, 1] == 0).all()
    expected = prior_shifted_logits(logits[:, [0, 2]], train=[3, 1], target=[1, 1]).softmax(1)
    assert_close(shifted[:, [0, 2]], expected)


def test_class_that_the_target_does_not_have_loses_its_probability():
    shifted = prior_shifted_probs(
        torch.tensor([[0.5, 0.2, 0.3]]), train=[1, 1, 1], target=[1, 0, 1]
    )
    assert shifted.tolist() == [pytest.approx([5 / 8, 0, 3 / 8])]


def test_class_that_only_the_target_has_is_refused():
    with pytest.raises(InputError, match="target must be 0 where train is; got class 1"):
        prior_shifted_logits(torch.zeros(1, 3), train=[5, 0, 5], target=[1, 1, 1])


def test_adjusted_logits_add_the_logarithm_of_the_prior(rows):
    logits = rows(4, 3)[0]
    prior = torch.tensor([0.9, 0.09, 0.01], dtype=torch.float64)
    assert_close(adjusted_logits(logits, TRAIN, tau=1.5), logits + 1.5 * prior.log())
    assert torch.equal(adjusted_logits(logits, TRAIN, tau=0), logits)
    assert torch.equal(adjusted_logits(logits, [1, 0, 0], tau=0), logits)


def test_adjustment_by_minus_one_is_a_shift_to_equal_shares(rows):
    logits = rows(4, 3)[0]
    expected = prior_shifted_logits(logits, train=TRAIN, target=[1, 1, 1]).softmax(1)
    assert_close(adjusted_logits(logits, TRAIN, tau=-1).softmax(1), expected)


def test_adjusted_class_without_rows_is_impossible_and_cannot_be_undone(rows):
    logits = rows(4, 3)[0]
    assert (adjusted_logits(logits, [5, 0, 5])[:, 1] == -torch.inf).all()
    with pytest.raises(InputError, match="class_counts must be above 0 for tau below 0"):
        adjusted_logits(logits, [5, 0, 5], tau=-1)


@pytest.mark.parametrize("counts", [[1, 2], [1, 2, 3, 4]])
def test_numbers_of_other_classes_are_refused(counts):
    logits = torch.zeros(4, 3)
    with pytest.raises(InputError, match="class_counts must hold 3 numbers; got"):
        adjusted_logits(logits, counts)
    with pytest.raises(InputError, match="target must have the classes of train; got"):
        prior_shifted_logits(logits, train=[1, 1, 1], target=counts)
    with pytest.raises(InputError, match="train must hold 3 numbers; got"):
        prior_shifted_probs(logits, train=counts, target=counts)


def test_impossible_prior_is_refused_under_its_name():
    with pytest.raises(InputError, match="target must be one number of rows per class"):
        prior_shifted_logits(torch.zeros(1, 2), train=[1, 1], target=[-1, 2])
