"""Rules for class weights against other libraries, exact arithmetic and their limits."""

from typing import get_args

import mpmath
import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import (
    CostWeights,
    CrossEntropyLoss,
    EffectiveWeights,
    PrevalenceWeights,
    balanced_weights,
    cost_weights,
    effective_weights,
    get,
    inverse_sqrt_weights,
    prevalence_weights,
)
from calibrant.losses.weight_rules import RULES, NamedRule, class_weights

COUNTS = [1000.0, 10.0, 1.0]


def test_balanced_equals_scikit_learn(batch):
    labels = batch[1].numpy()
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert_close(balanced_weights(batch[1].bincount()), torch.from_numpy(expected))


def test_balanced_weights_add_up_to_the_rows():
    counts = torch.tensor([5.0, 1.0, 14.0], dtype=torch.float64)
    assert float((balanced_weights(counts) * counts).sum()) == pytest.approx(20)


def test_inverse_square_root_lies_halfway_to_balance_in_logarithms():
    weights, balanced = inverse_sqrt_weights(COUNTS), balanced_weights(COUNTS)
    assert weights.sum() == pytest.approx(3)
    assert_close((weights / weights[0]).square(), balanced / balanced[0])


@pytest.mark.parametrize("beta", [0.9, 0.999, 1 - 1e-9, 1 - 2**-53])
@pytest.mark.parametrize("counts", [[3, 1], [1000, 10], [1e9, 7]])
def test_effective_weights_equal_exact_arithmetic(beta, counts):
    with mpmath.workdps(60):
        raw = [1 / (1 - mpmath.mpf(beta) ** mpmath.mpf(n)) for n in counts]
        expected = [float(2 * r / sum(raw)) for r in raw]
    assert effective_weights(counts, beta=beta).tolist() == pytest.approx(expected, rel=1e-13)


def test_effective_weights_run_from_equal_ones_to_one_over_the_counts():
    assert effective_weights(COUNTS, beta=0).tolist() == [1.0, 1.0, 1.0]
    balanced = balanced_weights(COUNTS)
    assert_close(effective_weights(COUNTS, beta=1 - 1e-12), 3 * balanced / balanced.sum())


def test_weighted_mean_for_the_effective_number_without_an_absent_class():
    # (1 - .999) / (1 - .999^n): .00158152 for 1000 rows, .10045083 for 10; of mean 1
    # over the two that are present: .03100029 and 1.96899971; row losses .24131 and 1.10194
    logits = torch.tensor([[2.0, 0.5, -1.0], [0.1, 0.2, 0.3]])
    loss = get("ce(effective(0.999), reduction=none)").bind([1000, 10, 0])
    assert loss.class_weight[2] == 0
    assert loss.class_weight.sum() == pytest.approx(2)
    assert loss(logits, torch.tensor([0, 1])).mean() == pytest.approx(1.088602932525966, rel=1e-6)


def test_cost_weights_decide_as_the_costs_do_for_two_classes():
    matrix = torch.tensor([[-1.0, 2.0], [9.0, 1.0]], dtype=torch.float64)
    odd, even = cost_weights(matrix)  # 3 and 8: an alarm pays at probability 3 / (3 + 8)
    for p, best in [(3 / 11 - 1e-9, 0), (3 / 11 + 1e-9, 1)]:
        probs = torch.tensor([1 - p, p], dtype=torch.float64)
        assert (probs @ matrix).argmin() == best
        assert int(even * p > odd * (1 - p)) == best


def test_cost_weights_average_the_errors_of_a_class():
    assert cost_weights([[0, 1, 10], [2, 0, 1], [5, 3, 0]]).tolist() == [5.5, 1.5, 4.0]


def test_prevalence_weights_turn_the_mixture_of_the_rows_into_the_target():
    weighted = prevalence_weights(COUNTS, [0.2, 0.3, 0.5]) * torch.tensor(COUNTS)
    assert (weighted / weighted.sum()).tolist() == pytest.approx([0.2, 0.3, 0.5])
    assert weighted.sum() == pytest.approx(1011)


@pytest.mark.parametrize(
    "rule",
    [
        *get_args(NamedRule),
        CostWeights([[0, 1, 1], [2, 0, 2], [3, 3, 0]]),
        PrevalenceWeights([0.1, 0.1, 0.8]),
    ],
)
def test_absent_class_weighs_nothing_and_the_others_something(rule):
    weights = class_weights(rule, [6, 0, 2])
    assert weights[1] == 0
    assert weights.isfinite().all()
    assert (weights[[0, 2]] > 0).all()


def test_names_alone_are_the_rules_that_need_no_numbers():
    by_name = [name for name, rule in RULES.items() if name in get_args(NamedRule) and rule()]
    assert by_name == list(get_args(NamedRule))
    for name in set(RULES) - set(by_name):
        with pytest.raises(TypeError):
            RULES[name]()


@pytest.mark.parametrize(
    ("text", "rule", "canonical"),
    [
        ("ce(effective)", "effective", "ce(effective)"),
        ("ce(effective(0.99))", EffectiveWeights(0.99), "ce(effective(beta=0.99))"),
        ("ce(class_weight=effective(beta=.9))", EffectiveWeights(0.9), "ce(effective(beta=0.9))"),
        ("ce(effective())", EffectiveWeights(), "ce(effective(beta=0.999))"),
        (
            "ce(costs([[0, 1], [5, 0]]))",
            CostWeights([[0, 1], [5, 0]]),
            "ce(costs(cost_matrix=[[0, 1], [5, 0]]))",
        ),
        (
            "ce(prevalence(target=[.9, .1]))",
            PrevalenceWeights([0.9, 0.1]),
            "ce(prevalence(target=[0.9, 0.1]))",
        ),
    ],
)
def test_rule_is_written_in_a_spec_and_read_back(text, rule, canonical):
    loss = get(text)
    assert loss.class_weight == rule
    assert loss.spec == canonical
    assert repr(get(canonical)) == repr(loss) == repr(CrossEntropyLoss(class_weight=rule))
    expected = CrossEntropyLoss(class_weight=class_weights(rule, [90, 10]))
    assert repr(loss.bind([90, 10])) == repr(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ce(effectiv(0.9))", r"must set what ce has; got effectiv\(0.9\). Did you mean effective"),
        ("ce(class_weight=effectiv(0.9))", r"class_weight must be .*; got effectiv\(0.9\)"),
        ("ce(effective(beta=2))", "beta must be a number at least 0 and below 1; got 2"),
        ("ce(effective(word))", "beta must be a number at least 0 and below 1; got 'word'"),
        ("ce(effective(0.9, 0.8))", "effective must have its own settings, each once; got 0.8"),
        ("ce(effective(gamma=1))", "effective must have .*; got gamma. It has beta"),
        ("ce(effective(0.9, beta=1))", "effective must have .* once; got beta twice"),
        ("ce(balanced(2))", "balanced must have its own settings, each once; got 2. It has none"),
        ("ce(class_weight=switch(none, effective(beta=2), 3))", "beta must be a number .*; got 2"),
        ("ce(costs)", "class_weight must be a list of numbers .* got 'costs'"),
        ("ce(costs())", "costs must have all settings; got none for cost_matrix"),
        ("ce(costs([[0, 1]]))", "cost_matrix must be a square table of finite costs"),
        ("ce(costs([[5, 1], [0, 5]]))", "make errors cost more than right decisions"),
        ("ce(costs([[0, 1], [1]]))", "cost_matrix must hold numbers"),
        ("ce(prevalence([0.5, 0.6]))", "target must be one share per class, .* with sum 1"),
        ("ce(prevalence([1.5, -0.5]))", "target must be one share per class, at least 0"),
        ("focal(gamma=effective(0.9))", "gamma must be a number at least 0; got Effective"),
        ("ce(effective, multilabel=true)", "be numbers with multilabel=True; got 'effective'"),
        ("ce(effective(0.9), multilabel=true)", "be numbers with multilabel=True; got Effective"),
    ],
)
def test_wrong_rule_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        get(text)


@pytest.mark.parametrize("rule", [CostWeights([[0, 1], [5, 0]]), PrevalenceWeights([0.5, 0.5])])
def test_rule_for_other_classes_is_refused(rule):
    with pytest.raises(InputError, match="must be for 3 classes, as class_counts is; got 2"):
        CrossEntropyLoss(class_weight=rule).bind([5, 3, 1])


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("beta", [1.0, -0.1, float("nan"), True, "0.9", None])
def test_impossible_beta_is_refused(beta):
    with pytest.raises(InputError, match="beta must be a number at least 0 and below 1"):
        EffectiveWeights(beta)


def test_loss_with_an_unbound_rule_says_how_to_bind_it(batch):
    with pytest.raises(InputError, match=r"class_weight must be numbers .* Call loss.bind"):
        CrossEntropyLoss(class_weight=EffectiveWeights(0.9))(*batch)


def test_rule_may_begin_with_a_later_epoch():
    loss = get("ce(class_weight=switch(none, effective(beta=0.9), 80))")
    assert loss.spec == "ce(class_weight=switch(none, effective(beta=0.9), 80))"
    bound = loss.bind([90, 10])
    assert bound.at(79).class_weight is None
    assert_close(bound.at(80).class_weight, effective_weights([90, 10], beta=0.9))


def test_equal_rules_are_equal():
    assert CostWeights([[0, 1], [5, 0]]) == CostWeights(np.array([[0, 1], [5, 0]]))
    assert len({PrevalenceWeights([0.5, 0.5]), PrevalenceWeights(torch.tensor([0.5, 0.5]))}) == 1
