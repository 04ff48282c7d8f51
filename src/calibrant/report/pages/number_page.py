"""Page of a run that predicts numbers."""

from calibrant.report.blocks import Page
from calibrant.report.evidence.curves import Curves
from calibrant.report.numbers import number
from calibrant.report.pages.opening import run_subject, scalars, tile
from calibrant.report.sections.background import background_sections, doubts
from calibrant.report.sections.beside import contest_sections, with_contest
from calibrant.report.sections.moments import moments_of
from calibrant.report.sections.number_evidence import (
    number_errors_section,
    number_metrics_section,
    scatter,
)
from calibrant.report.sections.residuals import residuals_section
from calibrant.report.sections.sources import sources_section
from calibrant.report.shapes import Scalar
from calibrant.report.summary import NumberRunSummary
from calibrant.report.wording.numbers import (
    bias_told,
    distances_told,
    explained,
    number_headline,
    rmse_told,
)

__all__ = ["number_page"]


def number_page(summary: NumberRunSummary) -> Page:
    """Page with metrics and errors of a run, beside simpler models, and what they rest on."""
    background, found = summary.background, scalars(summary.evaluation)
    told = {
        "r2": "predicting the mean: 0",
        "rmse": f"predicting the mean: {number(summary.mean_rmse)}",
    }
    moments = moments_of((summary.evaluation, Curves()), None)
    *behind, reproduce = background_sections(background, has_fit=False)
    return Page(
        title=background.title,
        subject=run_subject(summary.evaluation, background.split),
        warnings=doubts(background),
        headline=number_headline(found.get("r2"), background.contest),
        sentences=with_contest(_sentences(summary, found), background.contest),
        numbers=[tile(name, one, told.get(name, "")) for name, one in found.items()],
        picture=scatter(summary.drawn),
        sections=[
            number_metrics_section(summary),
            *contest_sections(background.contest, summary.evaluation),
            number_errors_section(summary),
            residuals_section(summary.drawn),
            *behind,
            sources_section(moments),
            reproduce,
        ],
    )


def _sentences(summary: NumberRunSummary, found: dict[str, Scalar]) -> list[str]:
    """Sentences about R2, RMSE, the lean and the size of the errors, as far as measured."""
    sentences: list[str] = []
    if "r2" in found:
        sentences.append(explained(found["r2"]))
    if "rmse" in found:
        others = {name: scalars(one) for name, one in summary.baselines.items()}
        others = {name: one["rmse"] for name, one in others.items() if "rmse" in one}
        sentences.append(rmse_told(found["rmse"], mean=summary.mean_rmse, baselines=others))
    sentences += [
        bias_told(summary.bias, scale=summary.mean_rmse),
        distances_told(summary.distances, scale=summary.mean_rmse),
    ]
    return [sentence for sentence in sentences if sentence]
