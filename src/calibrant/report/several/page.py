"""Page about several models: verdict, metrics, differences, reliability, recipes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from calibrant.errors import InputError
from calibrant.metrics.evaluation import Evaluation
from calibrant.metrics.settings import checked_level
from calibrant.report.blocks import Cell, Page, Section, Table
from calibrant.report.numbers import count, rows_in_words
from calibrant.report.several.model import Model, Wanted
from calibrant.report.several.recipes import recipes_section
from calibrant.report.several.sections import (
    DRAWN,
    differences_section,
    forest,
    has_direction,
    metrics_section,
    reliability_section,
    verdicts_section,
)
from calibrant.report.several.versus import Versus, apart, unpaired_because
from calibrant.report.several.words import below_headline, headline, named, sentence

__all__ = ["Several", "page_of", "several_of"]

ORDER = (
    *("log_loss", "brier", "brier_binary", "ece", "ece_debiased", "smooth_ece", "positive_ece"),
    *("classwise_ece", "accuracy", "f1", "mcc", "auroc", "average_precision"),
    *("r2", "rmse", "mae", "mse"),
)
"""Metrics that are shown where none are named, in this order."""

MOST_SAID = 6  # sentences of the opening


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """Several models, measured and compared: all that a page about them shows.

    Attributes
    ----------
    models : tuple of Model
        At least two.
    evaluations : mapping
        Evaluation of every model, by its name.
    reference : Model
        The one that all others are compared with.
    metrics : tuple of str
        Names of the metrics that are shown.
    differences : tuple of Versus
        All others less the reference.
    unpaired : mapping of str to str
        Of every model that is not paired with the reference, why.
    level : float
        Coverage of the intervals.
    independent : bool
        Whether rows that are not paired are said to be independent.
    """

    models: tuple[Model, ...]
    evaluations: Mapping[str, Evaluation]
    reference: Model
    metrics: tuple[str, ...]
    differences: tuple[Versus, ...]
    unpaired: Mapping[str, str]
    level: float
    independent: bool

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {
            "reference": self.reference.name,
            "level": self.level,
            "independent": self.independent,
            "models": [
                {
                    "name": model.name,
                    "source": model.source,
                    "n": self.evaluations[model.name].n,
                    "metrics": self.evaluations[model.name].to_dict(),
                    "notes": list(self.evaluations[model.name].notes),
                }
                for model in self.models
            ],
            "unpaired": dict(self.unpaired),
            "differences": [one.to_dict() for one in self.differences],
            "headline": headline(_main(self.differences)),
        }


def several_of(
    models: Sequence[Model],
    *,
    reference: str | None = None,
    metrics: Wanted | None = None,
    level: float = 0.95,
    independent: bool = False,
) -> Several:
    """Measure and compare models; see `calibrant.write_comparison`.

    Raises
    ------
    InputError
        If there are fewer than two, two have one name, they predict other things, the reference
        is none of them, or a metric cannot be told.
    """
    level = checked_level(level)
    _check(models, reference)
    first = next((one for one in models if one.name == reference), models[0])
    evaluations = {model.name: model.evaluation(metrics, level) for model in models}
    shown = _shown(evaluations, metrics)
    asked = shown if metrics is None else metrics
    found = apart(
        models,
        evaluations,
        reference=first,
        metrics=asked,
        level=level,
        independent=independent,
    )
    reasons = {one.name: unpaired_because(one, first) for one in models if one is not first}
    return Several(
        models=tuple(models),
        evaluations=evaluations,
        reference=first,
        metrics=shown,
        differences=tuple(found),
        unpaired={name: why for name, why in reasons.items() if why},
        level=level,
        independent=independent,
    )


def page_of(several: Several) -> Page:
    """Page that shows `several`."""
    models, found = several.models, several.differences
    main = _main(found)
    n_classes = len(models[0].class_names)
    classes = f", {n_classes:,} classes" if n_classes else ""
    sections = [
        _models_section(several),
        metrics_section(models, several.evaluations, several.metrics),
        verdicts_section(found),
        differences_section(found, _how(several)),
        reliability_section(models, several.level),
        recipes_section(models),
    ]
    notes = [note for one in several.evaluations.values() for note in one.notes]
    return Page(
        title=f"Comparison of {len(models)} models",
        subject=f"Beside {named(several.reference.name)}{classes}",
        warnings=tuple(dict.fromkeys(notes)),
        headline=headline(main),
        sentences=[*_said(main), *_doubts(several)],
        numbers=[],
        picture=forest(main, name="first") if has_direction(main) else None,
        sections=[section for section in sections if section is not None],
    )


def _said(main: Sequence[Versus]) -> list[str]:
    """Sentences of the opening: one a model, of many the first few."""
    if len(main) == 1:
        return [below_headline(main[0])]
    rest = len(main) - MOST_SAID
    more = [f"{rest:,} more differences stand below."] if rest > 1 else []
    return [*(sentence(one) for one in (main[:MOST_SAID] if more else main)), *more]


def _check(models: Sequence[Model], reference: str | None) -> None:
    """Raise `InputError` where models cannot stand side by side."""
    names = [model.name for model in models]
    if len(names) < 2:
        remedy = "Pass two models or more."
        raise InputError("models", "be two or more", f"{len(names)}", remedy)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError("names", "each stand for one model", f"{twice!r} twice", "Rename one.")
    if reference is not None and reference not in names:
        remedy = "Name one of them, or leave it out for the first."
        raise InputError("reference", f"be one of {', '.join(names)}", f"{reference!r}", remedy)
    for one, other in pairwise(models):
        if one.class_names != other.class_names:
            here, there = (", ".join(m.class_names) or "numbers" for m in (one, other))
            got = f"{here} of {one.name} and {there} of {other.name}"
            remedy = "Compare models that predict the same."
            raise InputError("models", "have the same classes", got, remedy)


def _shown(evaluations: Mapping[str, Evaluation], metrics: Wanted | None) -> tuple[str, ...]:
    """Names of the metrics that are asked for, or that are one number in all, or else in some."""
    if metrics is not None:
        return tuple(one if isinstance(one, str) else repr(one) for one in metrics)
    held = dict.fromkeys((*ORDER, *(name for one in evaluations.values() for name in one)))
    by_name = {
        name: [name in one and one[name].is_scalar for one in evaluations.values()] for name in held
    }
    usual = {name: has for name, has in by_name.items() if name in ORDER}
    for has_enough in (all, any):
        for names in (usual, by_name):
            found = tuple(name for name, has in names.items() if has_enough(has))
            if found:
                return found
    return ()


def _main(found: Sequence[Versus]) -> list[Versus]:
    """Differences in the metric that the headline tells of."""
    held = dict.fromkeys(one.metric for one in found)
    main = next((name for name in DRAWN if name in held), next(iter(held), ""))
    return [one for one in found if one.metric == main]


def _models_section(several: Several) -> Section:
    """Section that says what each model is, and whether its rows are those of the reference."""
    rows = [
        [
            Cell(model.name),
            Cell(model.source),
            Cell(
                count(several.evaluations[model.name].n), float(several.evaluations[model.name].n)
            ),
            Cell(_kinship(several, model)),
        ]
        for model in several.models
    ]
    table = Table(
        name="models-table",
        caption="Models",
        header=["Model", "What it is", "Test rows", "Compared"],
        rows=rows,
        stacked=True,
    )
    return Section(name="models", title="What is compared?", lead=[], blocks=[table])


def _kinship(several: Several, model: Model) -> str:
    """How a model is compared with the reference."""
    if model is several.reference:
        return "the reference, with which all others are compared"
    why = several.unpaired.get(model.name)
    return f"by intervals alone: {why}" if why else "row by row, on the same test rows"


def _doubts(several: Several) -> list[str]:
    """Sentence for the opening where models are not paired."""
    if not several.unpaired:
        n = several.evaluations[several.reference.name].n
        return [f"All are compared row by row, on the same {rows_in_words(n)}."]
    n = len(several.unpaired)
    who = next(iter(several.unpaired.items()))
    told = f"{named(who[0])}: {who[1]}" if n == 1 else f"{n} of {len(several.models) - 1} models"
    return [f"Not compared row by row, and so less sharply: {told}."]


def _how(several: Several) -> list[str]:
    """Sentences on how differences and their intervals were found."""
    n, level = len(several.models) - 1, f"{100 * several.level:g} %"
    told = [f"A difference is a model less {named(several.reference.name)}."]
    paired = n - len(several.unpaired)
    if paired:
        told.append(
            "On the same rows the difference is taken row by row. Its p value is the chance of a "
            "difference at least as great, were there none."
        )
    if n > 1:
        told.append(
            f"Several models are compared with one, so each interval is wider and all of a metric "
            f"hold together at {level} (Bonferroni); p values allow for their number (Holm). "
            "Metrics do not count: choose the one that matters before you look."
        )
    if several.unpaired and several.independent:
        told.append(
            "Where rows are not paired they were said to be independent, other rows of other "
            "units: intervals of differences come from those of the two models. There is no p "
            "value."
        )
    elif several.unpaired:
        told.append(
            "Where rows are not paired, nothing is assumed of what they share: a difference lies "
            "between the farthest ends of both intervals. Such intervals are wide, and there is no "
            "p value."
        )
        if any(isinstance(model.given, Evaluation) for model in several.models):
            told.append(
                "An evaluation has intervals of one level. Two of them hold together at less than "
                "that, and the level of the difference says so."
            )
    return told
