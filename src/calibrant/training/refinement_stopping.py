"""RefinementStopping: early stopping by the log loss that is left after calibration."""

from typing import Literal

import torch
from torch import Tensor, nn

from calibrant.errors import InputError
from calibrant.metrics.settings import check_choice
from calibrant.training.rows import LabelledRows
from calibrant.training.scores import LogLoss
from calibrant.training.stopping import Best, EarlyStopping

__all__ = ["RefinementStopping"]

By = Literal["calibrated", "score"]


class RefinementStopping:
    """Early stopping of a training loop of your own: refine, then calibrate.

    A network is often best at telling rows apart in a later epoch than that in which its
    probabilities are best, because it has become too sure by then. A calibrator mends that
    afterwards, so that the epoch with the least log loss *after* calibration is the one to keep.
    Here the calibration is a temperature, drawn a little towards 1 by a penalty of 2, fitted on
    the very rows: one number, of which a hundred rows tell enough.

    Parameters
    ----------
    patience : int, default 10
        Epochs without a gain after which it is over; at least 1.
    min_gain : float, default 0.0
        Gains up to this, in nats, do not count towards patience.
    by : "calibrated" or "score", default "calibrated"
        Log loss after calibration, or as it is.

    Attributes
    ----------
    best : Best
        Epoch with the lowest score so far, the score, and a copy of the network's state then.
    seen : list of tuple of int and float
        Epochs and their scores, in nats.

    References
    ----------
    .. [1] Berta, Holzmueller, Jordan, Bach. "Rethinking Early Stopping: Refine, Then
       Calibrate." arXiv 2501.19195, 2025.

    Examples
    --------
    >>> network = torch.nn.Linear(1, 2)
    >>> stopping = RefinementStopping(patience=1)
    >>> labels = torch.tensor([1, 1, 1, 0])
    >>> truer, surer = torch.tensor([[0.0, 1.1]] * 4), torch.tensor([[0.0, 9.0]] * 4)
    >>> round(stopping.see(1, truer, labels, network), 4)  # 3 of 4: -.75 ln .75 - .25 ln .25
    0.5623
    >>> stopping.see(2, surer, labels, network) < 1.0  # of 9 / 4 nats as it is
    True
    >>> stopping.is_over, stopping.best.epoch
    (True, 1)
    """

    def __init__(self, *, patience: int = 10, min_gain: float = 0.0, by: By = "calibrated") -> None:
        if patience < 1:
            raise InputError("patience", "be at least 1", f"{patience}", "10 is usual.")
        if not 0 <= min_gain < float("inf"):
            raise InputError("min_gain", "be finite and at least 0", f"{min_gain}", "0 is none.")
        check_choice("by", by, ("calibrated", "score"))
        self.by = by
        self.seen: list[tuple[int, float]] = []
        self._stopping = EarlyStopping(patience=patience, min_gain=min_gain)

    def see(
        self,
        epoch: int,
        logits: Tensor,
        labels: Tensor,
        network: nn.Module,
        *,
        weights: Tensor | None = None,
    ) -> float:
        """Take what the network says of the validation rows after an epoch; gives the score.

        Parameters
        ----------
        epoch : int
            Its number.
        logits : Tensor, shape (row, class) or (row,)
            Of the validation rows, the network in evaluation mode; log-odds of two classes may
            come as one number a row. Finite.
        labels : Int64[Tensor, "row"]
            Class indices.
        network : nn.Module
            Its state is copied if the score is the lowest so far.
        weights : Tensor, shape (row,), optional
            Importance of every row, at least 0.

        Raises
        ------
        InputError
            If logits are not finite, or rows do not fit each other.
        """
        values = logits.detach()
        if values.ndim == 1:
            values = torch.stack((torch.zeros_like(values), values), dim=-1)
        if values.ndim != 2:
            rule = "have shape (row, class), or (row,) of two classes"
            got = f"{tuple(logits.shape)}"
            raise InputError("logits", rule, got, "Flatten positions into rows.")
        with torch.no_grad():
            values = values if values.dtype == torch.float64 else values.float()
            rows = _rows(values, labels, weights)
            judge = LogLoss()
            by = judge.calibrated if self.by == "calibrated" else judge
            score = by(values, rows)
        self._stopping.see(epoch, score, network)
        self.seen.append((epoch, score))
        return score

    @property
    def best(self) -> Best:
        """The best epoch so far; epoch 0 before any was seen."""
        return self._stopping.best

    @property
    def is_over(self) -> bool:
        """Whether `patience` epochs have gone by without a gain."""
        return self._stopping.is_over

    def restore(self, network: nn.Module) -> None:
        """Give `network` the state of the best epoch.

        Raises
        ------
        InputError
            If no epoch was seen, or none had a finite score.
        """
        if not self.best.state:
            raise InputError("epochs", "have been seen", "none", "Call see after every epoch.")
        network.load_state_dict(self.best.state)


def _rows(values: Tensor, labels: Tensor, weights: Tensor | None) -> LabelledRows:
    """Checked rows, whose features are the logits."""
    if labels.is_floating_point():
        raise InputError("labels", "be class indices", f"{labels.dtype}", "Pass hard labels.")
    wide = None if weights is None else weights.detach().to(values.device, values.dtype)
    try:
        rows = LabelledRows(values, labels.detach().long().to(values.device), wide)
    except InputError as error:
        raise error.about("logits" if error.argument == "features" else error.argument) from None
    if int(rows.labels.max()) >= values.shape[1]:
        rule, got = f"lie in [0, {values.shape[1]})", f"{int(rows.labels.max())}"
        raise InputError("labels", rule, got, "Encode labels as class indices.")
    return rows
