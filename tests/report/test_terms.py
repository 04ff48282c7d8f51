"""Terms are explained where they first stand, on hover and in a list, and text stays text."""

import pytest
from markupsafe import Markup

from calibrant.report.blocks import Facts, Page, Picture, Pictures, Section
from calibrant.report.html import html_of
from calibrant.report.terms import TERMS, with_terms


def page(*leads: str, sentences: tuple[str, ...] = (), captions: tuple[str, ...] = ()) -> Page:
    pictures = [
        Picture(title="t", svg=Markup("<svg></svg>"), label="ECE", sentence=one) for one in captions
    ]
    blocks = [Pictures(title="ECE", pictures=pictures[1:]), pictures[0]] if pictures else []
    sections = [
        Section(name=f"s{k}", title="Log loss", lead=[lead], blocks=blocks if k == 0 else [])
        for k, lead in enumerate(leads)
    ]
    return Page(
        title="ECE",
        subject="",
        warnings=[],
        headline="",
        sentences=sentences,
        numbers=[],
        picture=None,
        sections=sections,
    )


def links(read_page, given: Page) -> list[str]:
    found = read_page(html_of(with_terms(given)))
    assert found.wrong == []
    ids = set(found.ids)
    terms = [a for tag, a in found.tags if tag == "a" and a.get("class") == "term"]
    assert all(a["title"] and a["href"][1:] in ids for a in terms)
    return [a["href"] for a in terms]


def test_each_section_explains_a_term_once(read_page):
    given = page("ECE and ECE.", "The ECE.", sentences=("ECE is 0.", "Log loss; ECE."))
    assert links(read_page, given) == ["#term-ece", "#term-log-loss", "#term-ece", "#term-ece"]


def test_captions_are_marked_and_titles_are_not(read_page):
    given = page("", captions=("Net benefits fall.", "False alarms and intervals."))
    found = links(read_page, given)
    assert sorted(found) == ["#term-false-alarm", "#term-interval", "#term-net-benefit"]


def test_list_holds_the_terms_that_were_met_and_no_other():
    *_, words = with_terms(page("Recall, and noise floors.")).sections
    assert words.name == "words"
    assert isinstance(words.blocks[0], Facts)
    assert [Markup(term).striptags() for term, _ in words.blocks[0].facts] == [
        "noise floor",
        "recall",
    ]


@pytest.mark.parametrize("text", ["recalled", "intervallic", "dismissed", "ECE-like", "R2D2"])
def test_parts_of_words_are_no_terms(text: str, read_page):
    assert links(read_page, page(text)) == []
    assert [one.name for one in with_terms(page(text)).sections] == ["s0"]


def test_list_stands_before_the_sources():
    given = page("ECE", "x")
    renamed = [given.sections[0], Section(name="sources", title="", lead=[], blocks=[])]
    names = [
        one.name
        for one in with_terms(
            Page(
                title="",
                subject="",
                warnings=[],
                headline="",
                sentences=[],
                numbers=[],
                picture=None,
                sections=renamed,
            )
        ).sections
    ]
    assert names == ["s0", "words", "sources"]


def test_text_is_escaped_once():
    given = page('Of "a" & <b>recall</b>, 5 < 6.')
    text = html_of(with_terms(given))
    assert "&lt;b&gt;<a" in text
    assert "&amp;lt;" not in text
    assert "<b>" not in text


def test_every_explanation_is_a_sentence():
    assert all(told.endswith(".") and told[0].isupper() for told in TERMS.values())


def test_the_noise_floor_is_no_bar_that_calibrated_models_stay_below():
    told = TERMS["noise floor"]
    assert "about half of all perfectly calibrated models lie above it" in told
    assert "one in twenty above its 95th percentile" in told
