"""Expected cost: what decisions drawn from the stated probabilities would cost."""

from typing import Annotated, final

import torch
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.row_loss import RowLoss
from calibrant.losses.rows import Arranged, Labels, PerRow, Scores, arranged
from calibrant.losses.settings import Bounds, Table

__all__ = ["ExpectedCostLoss", "expected_cost_loss"]

_HINT = "Row: true class. Column: decision."


def expected_cost_loss(
    logits: Scores, labels: Labels, *, cost_matrix: Table | None = None
) -> PerRow:
    r"""Expected cost of every row, :math:`\sum_j C_{yj} p_j`, in the unit of the costs.

    Parameters
    ----------
    logits : Float[Tensor, "row class *axes"]
        Unnormalised log-probabilities; minus infinity masks a class.
    labels : Int[Tensor, "row *axes"] or Float[Tensor, "row class *axes"]
        Class indices, or probabilities q: the loss is then its mean under q. Without
        `cost_matrix`, floats: what every decision costs in that row.
    cost_matrix : table of float, shape (class, class), optional
        Cost of every decision (column) in every true class (row); finite. Negative costs are
        gains.

    Returns
    -------
    Float[Tensor, "row *axes"]
        Losses, between the least and the largest cost in the row of C. With 0 for right and 1
        for wrong: the expected error, :math:`1 - p_y`.

    References
    ----------
    .. [1] Elkan. "The Foundations of Cost-Sensitive Learning." IJCAI 2001 (the cost of a decision
       that is certain).
    .. [2] Höppner et al. "Instance-dependent cost-sensitive learning for detecting transfer
       fraud." European Journal of Operational Research 297, 2022, equation 8 (costs by row).

    Examples
    --------
    >>> even = torch.zeros(2, 2)
    >>> expected_cost_loss(even, torch.tensor([0, 1]), cost_matrix=[[0, 1], [5, 0]])
    tensor([0.5000, 2.5000])
    >>> expected_cost_loss(even, torch.tensor([[0.0, 3.0], [80.0, 3.0]]))  # costs of each row
    tensor([ 1.5000, 41.5000])
    """
    probs = logits.softmax(1)
    if cost_matrix is None:
        _check_costs(labels, probs.shape)
        return (labels * probs).sum(1)
    matrix = torch.as_tensor(cost_matrix, device=probs.device)
    n_classes = probs.shape[1]
    if matrix.shape != (n_classes, n_classes):
        rule, got = f"have shape {(n_classes, n_classes)}", f"{tuple(matrix.shape)}"
        raise InputError("cost_matrix", rule, got, _HINT)
    return (_costs(matrix, labels, probs) * probs).sum(1)


def _costs(matrix: Tensor, labels: Labels, probs: Scores) -> Scores:
    """Cost of every decision in every row."""
    if labels.ndim < probs.ndim:
        return matrix.to(probs.dtype)[labels].movedim(-1, 1)
    # in float64, which autocast leaves alone: it would round the product to half precision
    costs = labels.movedim(1, -1).double() @ matrix.double()
    return costs.movedim(-1, 1).to(probs.dtype)


def _check_costs(costs: Tensor, wanted: torch.Size) -> None:
    """Raise `InputError` where these are no costs of decisions."""
    if not costs.is_floating_point() or costs.shape != wanted:
        rule = f"hold the cost of every decision, floats {tuple(wanted)}, without cost_matrix"
        got = f"{str(costs.dtype).removeprefix('torch.')} {tuple(costs.shape)}"
        raise InputError("labels", rule, got, "With class indices, give cost_matrix.")


@final
class ExpectedCostLoss(RowLoss):
    """Weighted mean of `expected_cost_loss` over a batch.

    Without `cost_matrix`, the loss is called with costs in place of labels, floats of shape
    ``(row, class, *axes)``, also where the logit of the positive class stands alone. Costs have
    no label that means absent: leave rows out by `mask` or weight 0.

    Parameters
    ----------
    cost_matrix : table of float, shape (class, class), optional
        See `expected_cost_loss`.

    Examples
    --------
    >>> miss = ExpectedCostLoss([[0, 1], [5, 0]])  # five times a false alarm
    >>> miss(torch.zeros(2), torch.tensor([0, 1]))  # (1/2 + 5/2) / 2
    tensor(1.5000)
    """

    cost_matrix: Annotated[Table, Bounds(hint=_HINT)] | None = None

    def __post_init__(self) -> None:
        """Check what goes together."""
        super().__post_init__()
        matrix = self.cost_matrix
        if isinstance(matrix, Tensor):
            if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
                got = f"shape {tuple(matrix.shape)}"
                raise InputError("cost_matrix", "be a square table", got, _HINT)
            return
        of_labels = {
            "class_weight": self.class_weight is not None,
            "pos_weight": self.pos_weight is not None,
            "label_smoothing": self.label_smoothing != 0,
            "multilabel": self.multilabel,
            "ignore_index": self.ignore_index not in {-100, None},
        }
        for name in (name for name, is_set in of_labels.items() if is_set):
            remedy = "Costs by row say all: weigh rows by weights, leave them out by mask."
            got = repr(getattr(self, name))
            raise InputError(name, "be left out without cost_matrix", got, remedy)

    def arrange(self, scores: Tensor, labels: Tensor) -> Arranged:
        """See `FrontEnd.arrange`; costs need only be of one dtype with the scores."""
        if self.cost_matrix is not None:
            return super().arrange(scores, labels)
        rows = scores.shape[:1] + scores.shape[2:]
        unlabelled = torch.zeros(rows, dtype=torch.int64, device=scores.device)
        both, _, _, form = arranged(
            scores, unlabelled, multilabel=False, inputs=self.inputs, ignore_index=None
        )
        _check_costs(labels, both.shape)
        return Arranged(both, labels.to(both.dtype), None, form)

    def per_row(self, logits: Scores, labels: Labels) -> PerRow:
        """See `expected_cost_loss`."""
        return expected_cost_loss(logits, labels, cost_matrix=self.cost_matrix)
