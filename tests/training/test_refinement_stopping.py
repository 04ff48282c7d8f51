"""The epoch that is kept is the one whose log loss is lowest once calibrated."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from calibrant.errors import InputError
from calibrant.training.refinement_stopping import RefinementStopping


def drawn(factor, noise, n=400, seed=0):
    """Logits that know less by `noise` and are too sure by `factor`."""
    rng = np.random.default_rng(seed)
    true = rng.normal(scale=2, size=(n, 3))
    labels = (true + rng.gumbel(size=true.shape)).argmax(axis=1)
    logits = factor * (true + noise * rng.normal(size=true.shape))
    return torch.from_numpy(logits), torch.from_numpy(labels)


def state(value):
    network = torch.nn.Linear(1, 1)
    torch.nn.init.constant_(network.weight, value)
    return network


def test_score_is_log_loss_at_the_best_penalised_temperature():
    logits, labels = drawn(3.0, 0.5)

    def penalised(beta):
        scaled = beta * logits.numpy()
        losses = logsumexp(scaled, axis=1) - scaled[np.arange(400), labels.numpy()]
        return losses.sum() + 2 * (beta - 1 - np.log(beta)), losses.mean()

    best = minimize_scalar(lambda b: penalised(b)[0], bounds=(0.01, 5), method="bounded")
    found = RefinementStopping().see(1, logits, labels, state(0.0))
    assert found == pytest.approx(penalised(best.x)[1], abs=1e-6)


def test_an_epoch_that_knows_more_and_is_too_sure_wins_only_after_calibration():
    epochs = [drawn(1.0, 1.0), drawn(4.0, 0.2)]
    kept = {}
    for by in ("calibrated", "score"):
        stopping = RefinementStopping(patience=5, by=by)
        for number, (logits, labels) in enumerate(epochs, start=1):
            stopping.see(number, logits, labels, state(float(number)))
        kept[by] = stopping.best.epoch
        network = state(9.0)
        stopping.restore(network)
        assert network.weight.item() == stopping.best.epoch
    assert kept == {"calibrated": 2, "score": 1}


def test_it_is_over_after_patience_epochs_without_a_gain():
    labels = drawn(1.0, 0.2)[1]
    stopping = RefinementStopping(patience=2)
    over = []
    for number, noise in enumerate((0.5, 0.2, 1.0, 2.0), start=1):
        stopping.see(number, drawn(1.0, noise)[0], labels, state(0.0))
        over.append(stopping.is_over)
    assert over == [False, False, False, True]
    assert [epoch for epoch, _ in stopping.seen] == [1, 2, 3, 4]
    assert stopping.best.epoch == 2


def test_log_odds_weights_and_dtypes():
    logits, labels = drawn(2.0, 0.5)
    two, odds = logits[:, :2], (logits[:, 1] - logits[:, 0])
    labels = labels.clamp(max=1)
    see = RefinementStopping(patience=9).see
    network = state(0.0)
    assert see(1, two, labels, network) == pytest.approx(see(2, odds, labels, network), abs=1e-12)
    half = see(3, two.half(), labels, network)
    assert half == pytest.approx(see(4, two, labels, network), abs=1e-3)
    times = torch.arange(400) % 3
    weighted = see(5, two, labels, network, weights=times.double())
    index = torch.arange(400).repeat_interleave(times)
    assert weighted == pytest.approx(see(6, two[index], labels[index], network), abs=1e-9)


def test_bad_input_is_refused_by_name():
    stopping = RefinementStopping()
    network = state(0.0)
    with pytest.raises(InputError, match="logits must be finite"):
        stopping.see(1, torch.tensor([[torch.nan, 0.0]]), torch.tensor([0]), network)
    with pytest.raises(InputError, match=r"labels must lie in \[0, 2\); got 2"):
        stopping.see(1, torch.zeros(1, 2), torch.tensor([2]), network)
    with pytest.raises(InputError, match="labels must be class indices"):
        stopping.see(1, torch.zeros(1, 2), torch.tensor([0.5]), network)
    with pytest.raises(InputError, match="epochs must have been seen"):
        stopping.restore(network)
    with pytest.raises(InputError, match="patience must be at least 1"):
        RefinementStopping(patience=0)
