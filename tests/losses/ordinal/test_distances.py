"""EMD and soft ordinal labels, worked out in NumPy and as a proper score."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from torch.testing import assert_close

from calibrant.losses import CrossEntropyLoss, EMD2Loss, SORDLoss, emd2_loss


def softmax(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


def test_emd_is_the_squared_distance_of_cumulative_probabilities(rows):
    logits, labels = rows(20, 5)
    stated = softmax(logits.numpy()).cumsum(1)
    true = np.arange(5) >= labels.numpy()[:, None]
    expected = ((stated - true) ** 2).sum(1).mean()
    assert float(EMD2Loss()(logits, labels)) == pytest.approx(expected, rel=1e-12)


def test_emd_of_a_sure_row_is_its_distance_from_the_truth():
    sure = 1e4 * torch.eye(5)
    assert_close(emd2_loss(sure, torch.tensor([0, 0, 4, 4, 4])), torch.tensor([0.0, 1, 2, 1, 0]))


def test_expected_emd_is_least_at_the_truth():
    truth = torch.tensor([[0.1, 0.2, 0.4, 0.3]], dtype=torch.float64)

    def expected(logits: np.ndarray) -> float:
        by_class = emd2_loss(torch.tensor(logits).expand(4, 4), torch.arange(4))
        return float((truth[0] * by_class).sum())

    best = torch.tensor(minimize(expected, np.zeros(4), tol=1e-12).x).softmax(0)
    assert_close(best, truth[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("power", [1, 2])
def test_sord_is_cross_entropy_to_labels_that_fall_with_distance(rows, power):
    logits, labels = rows(20, 4)
    distance = np.abs(np.arange(4) - labels.numpy()[:, None]) ** power
    soft = softmax(-0.7 * distance.astype(float))
    expected = -(soft * np.log(softmax(logits.numpy()))).sum(1).mean()
    loss = SORDLoss(scale=0.7, power=power)
    assert float(loss(logits, labels)) == pytest.approx(expected, rel=1e-12)


def test_sord_of_a_soft_label_spreads_every_class_it_may_be():
    logits = torch.tensor([[0.3, -0.2, 1.0]], dtype=torch.float64)
    soft = torch.tensor([[0.25, 0.0, 0.75]], dtype=torch.float64)
    by_class = SORDLoss(reduction="none")(logits.expand(3, 3), torch.arange(3))
    assert_close(SORDLoss()(logits, soft), (soft[0] * by_class).sum())


def test_sord_of_a_large_scale_is_cross_entropy(batch):
    assert_close(SORDLoss(scale=1000)(*batch), CrossEntropyLoss()(*batch))
