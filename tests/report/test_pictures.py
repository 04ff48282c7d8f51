"""Pictures take colours and font from the page and keep their ids to themselves."""

import re

import pytest
from matplotlib.figure import Figure

from calibrant.figures import confusion_matrix, training_curves
from calibrant.figures.style import FIRST, INK, MUTED, RULE, SECOND
from calibrant.report.pictures import svg_of

HISTORY = {"epoch": [1, 2], "train_loss": [0.7, 0.5], "validation_log_loss": [0.6, 0.6]}


def test_colours_of_the_style_become_those_of_the_page():
    svg = svg_of(training_curves(HISTORY, best_epoch=2), name="training")
    for color in (FIRST.color, SECOND.color, INK, MUTED, RULE):
        assert color not in svg
    assert {"var(--first)", "var(--second)", "var(--ink)"} <= set(re.findall(r"var\(--\w+\)", svg))


def test_no_other_colour_is_left_that_a_dark_page_would_hide():
    svg = svg_of(training_curves(HISTORY, best_epoch=2), name="training")
    assert set(re.findall(r"(?:fill|stroke): (#\w+)", svg)) == set()


def test_ids_and_references_carry_the_name():
    svg = svg_of(training_curves(HISTORY), name="here")
    ids = re.findall(r'\bid="([^"]*)"', svg)
    assert ids
    assert all(one.startswith("here-") for one in ids)
    assert set(re.findall(r'(?:href="#|url\(#)([^")]*)', svg)) <= set(ids)


def test_text_stays_text_and_escaped():
    svg = svg_of(confusion_matrix([[1, 0], [0, 1]], ["<b>&", 'id="x" #20242a']), name="c")
    assert "&lt;b&gt;&amp;</text>" in svg
    assert 'id="x" #20242a</text>' in svg
    assert "<b>" not in svg


def test_letters_that_matplotlib_lacks_are_no_warning():
    names = ["\N{CONVENIENCE STORE}", "中文"]
    assert "中文</text>" in svg_of(confusion_matrix([[1, 0], [0, 1]], names), name="c")


def test_document_around_the_picture_is_gone():
    svg = svg_of(training_curves(HISTORY), name="here")
    assert svg.startswith('<svg aria-hidden="true"')
    assert not re.search(r"xmlns|<metadata|<\?xml|<!DOCTYPE", svg)
    assert "<style>*{" not in svg  # of the whole page: there may be rules of classes of its own
    rules = re.search(r"<style>(.*?)</style>", svg)
    assert rules is not None
    classes = re.findall(r"\.([\w-]+)\{", rules[1])
    assert classes
    assert all(one.startswith("here-") and svg.count(f'class="{one}"') > 1 for one in classes)


def test_axes_without_a_figure_are_refused():
    ax = Figure().add_subplot()
    ax.remove()
    with pytest.raises(TypeError, match="must belong to a figure"):
        svg_of(ax, name="gone")
