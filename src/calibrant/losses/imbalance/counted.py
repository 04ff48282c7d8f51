"""Loss of the row that depends on how many training rows every class has."""

from abc import ABC
from dataclasses import KW_ONLY
from typing import Annotated, final

from jaxtyping import Float
from torch import Tensor

from calibrant.errors import InputError
from calibrant.losses.row_loss import RowLoss
from calibrant.losses.settings import Bounds, Numbers
from calibrant.losses.weights import counts_of

__all__ = ["CountedLoss"]

_COUNTS = Bounds(at_least=0.0, hint="Training rows of every class, in the order of the indices.")


class CountedLoss(RowLoss, ABC):
    """Weighted mean of a loss of the row that knows the counts of the classes.

    Parameters
    ----------
    class_counts : Tensor or numbers, shape (class,), keyword
        Rows of every class, or their total weight, **in the training rows**; None until `bind`
        gives them.
    """

    _: KW_ONLY
    class_counts: Annotated[Numbers, _COUNTS] | None = None

    def __post_init__(self) -> None:
        """Check the counts, and what goes together."""
        super().__post_init__()
        if self.multilabel:
            rule, remedy = "be false", "The counts are of classes of which a row has one."
            raise InputError("multilabel", rule, "True", remedy)
        if isinstance(self.class_counts, Tensor):
            counts_of(self.class_counts)

    @final
    def counts_for(self, logits: Tensor) -> Float[Tensor, " class"]:
        """Counts of the classes of some logits; raises `InputError` where they do not match."""
        counts, n_classes = self.class_counts, logits.shape[1]
        if not isinstance(counts, Tensor):
            rule = "be known when the loss is called"
            remedy = "Call loss.bind(class_counts) first, with the counts of the training rows."
            raise InputError("class_counts", rule, repr(counts), remedy)
        if counts.shape != (n_classes,):
            got, remedy = f"shape {tuple(counts.shape)}", "Give one count per class."
            raise InputError("class_counts", f"have shape ({n_classes},)", got, remedy)
        return counts
