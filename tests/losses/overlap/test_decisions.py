"""Soft scores of certain predictions are the scores of decisions, as scikit-learn counts them."""

import numpy as np
import pytest
import torch
from sklearn.metrics import (
    balanced_accuracy_score,
    f1_score,
    fbeta_score,
    jaccard_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
)

from calibrant.losses import get

N_CLASSES = 4


def g_mean(true, predicted):
    """Geometric mean of the recalls."""
    recalls = recall_score(true, predicted, average=None)
    return np.prod(recalls) ** (1 / len(recalls))


def double_f1(true, predicted):
    """Mean F1 of each class and of all others."""
    scores = [
        f1_score(true == k, predicted == k, pos_label=answer)
        for k in range(N_CLASSES)
        for answer in (True, False)
    ]
    return np.mean(scores)


SCORES = {
    "soft_f1": lambda t, p: f1_score(t, p, average="macro"),
    "soft_f1(average=micro)": lambda t, p: f1_score(t, p, average="micro"),
    "soft_fbeta(beta=2)": lambda t, p: fbeta_score(t, p, beta=2, average="macro"),
    "soft_fbeta(beta=0.5, average=micro)": lambda t, p: fbeta_score(
        t, p, beta=0.5, average="micro"
    ),
    "soft_precision": lambda t, p: precision_score(t, p, average="macro"),
    "soft_recall": lambda t, p: recall_score(t, p, average="macro"),
    "sigmoid_f1(slope=3)": lambda t, p: f1_score(t, p, average="macro"),
    "double_soft_f1": double_f1,
    "soft_balanced_accuracy": balanced_accuracy_score,
    "soft_g_mean": g_mean,
    "soft_mcc": matthews_corrcoef,
    "dice(smooth=0)": lambda t, p: f1_score(t, p, average="macro"),
    "squared_dice(smooth=0)": lambda t, p: f1_score(t, p, average="macro"),
    "jaccard(smooth=0)": lambda t, p: jaccard_score(t, p, average="macro"),
    "lovasz": lambda t, p: jaccard_score(t, p, average="macro"),
    "tversky(fn_weight=0, fp_weight=1, smooth=0)": lambda t, p: precision_score(
        t, p, average="macro"
    ),
}
BINARY = {
    "soft_f1": f1_score,
    "soft_fbeta(beta=2)": lambda t, p: fbeta_score(t, p, beta=2),
    "soft_precision": precision_score,
    "soft_recall": recall_score,
    "double_soft_f1": lambda t, p: f1_score(t, p, average="macro"),
    "soft_balanced_accuracy": balanced_accuracy_score,
    "soft_g_mean": g_mean,
    "soft_mcc": matthews_corrcoef,
    "soft_profit": lambda t, p: (t == p).mean(),
    "generalized_dice": f1_score,
    "dice(smooth=0)": f1_score,
    "jaccard(smooth=0)": jaccard_score,
    "lovasz": jaccard_score,
}


@pytest.mark.parametrize("spec", SCORES)
def test_certain_predictions_of_classes_have_the_score_of_decisions(rows, spec):
    logits, labels = rows(60, N_CLASSES)
    logits[torch.arange(40), labels[:40]] += 3  # so that every class is right at times
    expected = 1 - SCORES[spec](labels.numpy(), logits.argmax(1).numpy())
    certain = 1e4 * torch.nn.functional.one_hot(logits.argmax(1), N_CLASSES).double()
    assert float(get(spec)(certain, labels)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("spec", BINARY)
def test_certain_answers_to_a_question_have_the_score_of_decisions(rows, spec):
    logits, labels = rows(60, 2)
    score = logits[:, 0] + labels
    expected = 1 - BINARY[spec](labels.numpy(), (score > 0).long().numpy())
    assert float(get(spec)(1e4 * score, labels)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("spec", BINARY)
def test_losses_of_many_questions_are_averaged(rows, spec):
    scores, answers = rows(40, 3)[0], (rows(40, 3, seed=1)[0] > 0).long()
    loss, many = get(spec), get(spec)
    many.multilabel = True
    alone = [loss(scores[:, k], answers[:, k]) for k in range(3)]
    expected = torch.stack(alone).mean()
    if spec == "generalized_dice":  # one quotient of all questions
        sizes = answers.sum(0)
        counts = torch.stack([loss.sums(scores[:, k], answers[:, k])[:, 0] for k in range(3)], 1)
        weighted = (counts / sizes**2).sum(1)
        expected = weighted[0] / (weighted[1] + weighted[2])
    assert float(many(scores, answers)) == pytest.approx(float(expected), abs=1e-12)
