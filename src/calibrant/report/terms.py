"""Technical terms of a page: each explained where it first stands in a section, and in a list."""

import re
from collections.abc import Callable
from dataclasses import replace

from markupsafe import Markup, escape

from calibrant.report.blocks import Block, Facts, Page, Picture, Pictures, Section

__all__ = ["TERMS", "with_terms"]

TERMS = {
    "AUROC": "Area under the ROC curve: the chance that a row of a class is ranked above a row of "
    "another. 50 % is a random order, 100 % a perfect one.",
    "calibration": "A step after training that changes the stated probabilities, so that they come "
    "true as often as they say; it is fitted on rows that nothing else has seen.",
    "calibration error": "How far stated probabilities lie from what comes true, 0 where all are "
    "true.",
    "consistency band": "Where a curve would lie if every stated probability were true; chance "
    "alone puts it elsewhere as often as the band says.",
    "ECE": "Expected calibration error: the mean gap between stated probability and what came "
    "true, over bins, weighted by their rows.",
    "false alarm": "A row that was acted on without need.",
    "interval": "Range that holds the true value in 95 of 100 repetitions with other rows, where "
    "it is a 95 % interval. Two values whose ranges overlap may still differ.",
    "IoU": "Intersection over union: what two masks share, over what either covers.",
    "log loss": "Mean of minus the logarithm of the probability stated for what came out. It "
    "punishes being sure and wrong most; lower is better.",
    "miss": "A row that should have been acted on and was not.",
    "nats": "Unit of the log loss, with the natural logarithm; one nat is 1.44 bits.",
    "net benefit": "Hits less false alarms at the price that the threshold sets, a row.",
    "noise floor": "What a perfectly calibrated model would show on this many rows on average, by "
    "chance alone. A calibration error at or below it shows nothing; one above it need not show "
    "anything either: about half of all perfectly calibrated models lie above it, and one in "
    "twenty above its 95th percentile, which stands in brackets.",
    "overconfident": "States higher probabilities than come true.",
    "PIT": "Probability integral transform: the level of the stated distribution at which the "
    "true value lies. If the distributions are true, all levels are alike frequent.",
    "precision": "Share of the rows acted on, or given a class, that are of it.",
    "quantile": "Value below which a stated share of the outcomes lies: the median is the 50 % "
    "quantile.",
    "recall": "Share of the rows of a class that are found.",
    "RMSE": "Root mean squared error, in units of the target; large errors count most.",
    "ROC": "Receiver operating characteristic: recall over the share of false alarms, over all "
    "thresholds.",
    "R2": "Share of the variance of the true values that is explained: 0 is predicting their mean, "
    "1 is perfect.",
    "threshold": "Probability from which on a row is acted on.",
    "underconfident": "States lower probabilities than come true.",
}
_BY_WORD = {term.lower(): term for term in TERMS}
_WORDS = "|".join(re.escape(term) for term in sorted(TERMS, key=len, reverse=True))
_TERM = re.compile(rf"(?<![\w-])({_WORDS})(s|es)?(?![\w-])", re.IGNORECASE)
_BEFORE = "sources"  # section before which the list stands

Mark = Callable[[str], str]


def with_terms(page: Page) -> Page:
    """`page` whose terms are explained: on hover, and by a link to a list at its end.

    Only words of sentences are looked at; in each section the first of every term is marked.
    """
    used: set[str] = set()
    sentences = _marker(used)
    sections = [_section(section, _marker(used)) for section in page.sections]
    page = replace(page, sentences=[sentences(one) for one in page.sentences], sections=sections)
    if not used:
        return page
    place = next((k for k, one in enumerate(sections) if one.name == _BEFORE), len(sections))
    return replace(page, sections=[*sections[:place], _listed(used), *sections[place:]])


def _marker(used: set[str]) -> Mark:
    """Function that marks terms in text, each once, and notes those that it has met."""
    met: set[str] = set()

    def marked(found: re.Match[str]) -> str:
        term = _BY_WORD[found[1].lower()]
        if term in met:
            return found[0]
        met.add(term)
        used.add(term)
        told = f'<a class="term" href="#{_id(term)}" title="{escape(TERMS[term])}">{found[0]}</a>'
        return str(told)

    def mark(text: str) -> str:
        return Markup(_TERM.sub(marked, str(escape(text))))

    return mark


def _section(section: Section, mark: Mark) -> Section:
    """Section whose paragraphs and captions are marked."""
    lead = [mark(paragraph) for paragraph in section.lead]
    return replace(section, lead=lead, blocks=[_block(block, mark) for block in section.blocks])


def _block(block: Block, mark: Mark) -> Block:
    """Block whose captions are marked."""
    if isinstance(block, Picture):
        return replace(block, sentence=mark(block.sentence))
    if isinstance(block, Pictures):
        pictures = [replace(one, sentence=mark(one.sentence)) for one in block.pictures]
        return replace(block, pictures=pictures)
    return block


def _listed(used: set[str]) -> Section:
    """Section with the terms that were marked."""
    facts = [
        (Markup('<span id="{}">{}</span>').format(_id(term), term), TERMS[term])
        for term in sorted(used, key=str.lower)
    ]
    return Section(name="words", title="Words used here", lead=[], blocks=[Facts(facts=facts)])


def _id(term: str) -> str:
    """Id of a term in the list."""
    return f"term-{term.lower().replace(' ', '-')}"
