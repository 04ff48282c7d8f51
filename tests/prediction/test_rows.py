"""Rows in runs, without the absent ones, and what is carried along with them."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError

KINDS = {
    "predictions": lambda n, **w: cal.predictions(probs=np.full((n, 4), 0.25), labels=[0] * n, **w),
    "events": lambda n, **w: cal.events(probs=np.full(n, 0.5), outcomes=[0] * n, **w),
    "decisions": lambda n, **w: cal.decisions(predicted=[0] * n, labels=[0] * n, **w),
    "numbers": lambda n, **w: cal.numbers(predicted=[0.0] * n, targets=[1.0] * n, **w),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
@pytest.mark.parametrize("n_entries", [1, 7, 100, 10**6])
def test_chunks_hold_every_present_row_once_in_order(kind, n_entries):
    weights = np.arange(50) % 4
    rows = KINDS[kind](50, weights=weights)
    chunks = list(rows.chunks(n_entries))
    held = torch.cat([chunk.weights for chunk in chunks])
    assert held.tolist() == weights[weights > 0].tolist()
    assert all(len(chunk) * chunk.n_entries <= max(n_entries, chunk.n_entries) for chunk in chunks)
    assert {chunk.kind for chunk in chunks} == {kind}


@every_kind
def test_rows_without_weights_all_weigh_one_and_are_not_copied(kind):
    rows = KINDS[kind](5)
    assert rows.present() is rows
    assert list(rows.chunks(10**6)) == [rows]
    assert rows.weight().tolist() == [1.0] * 5


@every_kind
def test_rows_of_weight_zero_are_absent(kind):
    rows = KINDS[kind](3, weights=[0.0, 2.0, 0.0])
    assert len(rows) == 3
    assert rows.present().weight().tolist() == [2.0]


def test_taken_rows_keep_everything_in_step():
    rows = cal.predictions(
        probs=[0.1, 0.2, 0.3],
        labels=[0, 1, 0],
        weights=[1.0, 2.0, 3.0],
        groups=["b", "a", "b"],
        clusters=[7, 7, 9],
    )
    taken = rows.take(torch.tensor([False, True, True]))
    assert taken.probs.tolist() == [0.2, 0.3]
    assert taken.labels.tolist() == [1, 0]
    assert taken.weights.tolist() == [2.0, 3.0]
    assert [taken.groups.names[code] for code in taken.groups.codes] == ["a", "b"]
    assert [taken.clusters.names[code] for code in taken.clusters.codes] == ["7", "9"]


def test_group_of_an_image_holds_for_all_its_places():
    images = np.full((2, 2, 3, 4), 0.5)
    rows = cal.predictions(probs=images, groups=["left", "right"])
    assert rows.groups.codes.tolist() == [0] * 12 + [1] * 12
    places = np.arange(24).reshape(2, 3, 4)
    assert len(cal.predictions(probs=images, clusters=places).clusters.names) == 24


def test_groups_must_fit_rows_or_items():
    with pytest.raises(InputError, match=r"groups must have shape \(2, 3, 4\).*got \(3,\)"):
        cal.predictions(probs=np.full((2, 2, 3, 4), 0.5), groups=["a", "b", "c"])


def test_hit_is_credited_to_the_likeliest_class():
    probs = [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]
    assert cal.predictions(probs=probs, labels=[0, 1]).credit.tolist() == [1, 0]
    soft = cal.predictions(probs=probs, labels=[[0.5, 0.5, 0.0], [0.125, 0.125, 0.75]])
    assert soft.credit.tolist() == [0.5, 0.75]


@pytest.mark.parametrize("form", ["probs", "logits"])
@pytest.mark.parametrize("shape", [(6,), (6, 2), (6, 5)])
def test_log_probability_of_what_came_out_is_that_of_the_form(form, shape):
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(shape, generator=generator, dtype=torch.float64)
    squash = torch.sigmoid if len(shape) == 1 else lambda z: z.softmax(-1)
    values = logits if form == "logits" else squash(logits)
    labels = torch.arange(6) % (shape[1] if len(shape) > 1 else 2)
    rows = cal.predictions(**{form: values}, labels=labels)
    expected = rows.declared.log_probs.gather(-1, labels[:, None]).squeeze(-1)
    np.testing.assert_allclose(rows.log_p_true, expected, rtol=1e-12)
    np.testing.assert_allclose(rows.p_true, expected.exp(), rtol=1e-12)
