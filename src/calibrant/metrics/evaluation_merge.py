"""Whether two evaluations are of the same rows, as far as they can tell."""

from collections.abc import Mapping

from calibrant.errors import InputError
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.evaluation_file import plain_estimate

__all__ = ["check_no_clash", "check_same"]


def check_same(what: str, own: object, theirs: object, *, known: bool = True) -> None:
    """Raise `InputError` where something differs that is `known` of both."""
    if known and own != theirs:
        rule = f"be of the same {what}, {own}"
        remedy = "Merge evaluations of the same rows alone."
        raise InputError("other", rule, f"{theirs}", remedy)


def check_no_clash(own: Mapping[str, Estimate], theirs: Mapping[str, Estimate]) -> None:
    """Raise `InputError` where a name stands for two estimates."""
    for name in own.keys() & theirs.keys():
        if plain_estimate(own[name]) != plain_estimate(theirs[name]):
            rule = f"hold the same estimate of '{name}', {own[name].value}"
            remedy = "Leave it out of one of them: evaluation.filter(...)."
            raise InputError("other", rule, f"{theirs[name].value}", remedy)
