"""Metrics that are followed over the epochs."""

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score, log_loss

from calibrant.errors import InputError
from calibrant.pipeline.watch import Watcher


def test_values_are_those_of_scikit_learn():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(200, 2, generator=generator)
    labels = torch.randint(2, (200,), generator=generator)
    watched = Watcher(("f1", "log_loss"), ("no", "yes"))(logits, labels)
    probs = logits.double().softmax(dim=-1).numpy()
    assert list(watched) == ["f1", "log_loss"]
    assert watched["f1"] == pytest.approx(f1_score(labels, np.argmax(probs, axis=1)))
    assert watched["log_loss"] == pytest.approx(log_loss(labels, probs), rel=1e-5)


@pytest.mark.parametrize("name", ["f1_per_class", "confusion_matrix"])
def test_a_metric_of_several_numbers_is_refused_before_training(name):
    with pytest.raises(InputError, match="one number"):
        Watcher(("f1", name), ("a", "b", "c"))


def test_an_unknown_metric_is_refused_before_training():
    with pytest.raises(InputError, match="'f2x'"):
        Watcher(("f2x",), ("a", "b"))
