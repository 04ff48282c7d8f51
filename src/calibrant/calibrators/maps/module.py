"""A fitted calibrator of maps as a torch module."""

from typing import Protocol, runtime_checkable

from torch import Tensor

from calibrant.calibrators.module import FittedModule
from calibrant.errors import InputError

__all__ = ["MapModule"]


@runtime_checkable
class _OfMaps(Protocol):
    """What the module needs of a fitted calibrator."""

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        ...

    def logits_of(self, logits: Tensor) -> Tensor:
        """Calibrated logits of maps."""
        ...


class MapModule(FittedModule):
    """Maps of calibrated logits of what a network states; see `LocalTemperature.to_module`."""

    def forward(self, scores: Tensor) -> Tensor:
        """Calibrated logits.

        Parameters
        ----------
        scores : Tensor of shape (image, class, *axes)
            In the form that was declared.

        Returns
        -------
        Tensor
            Logits of the same shape.
        """
        fitted = self.fitted
        assert isinstance(fitted, _OfMaps)
        if scores.ndim < 3 or scores.shape[1] != fitted.n_classes:
            rule = f"have shape (image, {fitted.n_classes}, *axes)"
            raise InputError("scores", rule, f"{tuple(scores.shape)}", "Pass maps of every class.")
        return fitted.logits_of(scores if self.form == "logits" else scores.log())
