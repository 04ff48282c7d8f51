"""What is said of groups, by the interval of each."""

from calibrant.report.wording.groups import groups_told, lean_in_words

LEANS = ("over", "under", "none", "few", "unknown")


def test_groups_that_lean_are_named_and_chance_is_told():
    told = groups_told({"a": "over", "b": "none", "c": "under", "d": "over"}, level=0.95)
    assert "too high on average in a and d and too low on average in c" in told
    assert "Of the 4 groups chance alone would put about 0.2 there" in told
    assert "In none" not in told


def test_groups_that_do_not_lean_claim_nothing():
    told = groups_told({"a": "none", "b": "none", "c": "unknown"}, level=0.95)
    assert "In none of the 2 groups are" in told
    assert "chance" not in told


def test_without_intervals_there_is_no_verdict():
    for leans in ({}, {"a": "unknown"}):
        told = groups_told(leans, level=0.95)
        assert "no verdict" in told
        assert "In none" not in told


def test_reason_why_no_group_has_an_interval_is_told():
    told = groups_told({"a": "unknown"}, level=0.95, why="rows are too few")
    assert (
        "No group has an interval to judge its mean probability by (rows are too few), so" in told
    )
    assert "rows are too few" not in groups_told({"a": "none"}, level=0.95, why="rows are too few")


def test_of_many_groups_the_first_are_named():
    told = groups_told({f"g{k}": "over" for k in range(20)}, level=0.9)
    assert "g7 and 12 more" in told
    assert "g8" not in told
    assert "about 2 there" in told


def test_long_names_are_cut_and_other_scripts_kept_apart():
    told = groups_told({"x" * 200: "over", "قیمت": "over"}, level=0.95)
    assert "x" * 39 + "\N{HORIZONTAL ELLIPSIS}" in told
    assert "x" * 40 not in told
    assert "\N{FIRST STRONG ISOLATE}قیمت\N{POP DIRECTIONAL ISOLATE}" in told


def test_every_lean_has_words_of_its_own():
    assert len({lean_in_words(lean) for lean in LEANS}) == len(LEANS)


def test_groups_of_too_few_rows_are_not_counted_as_right():
    told = groups_told({"a": "none", "b": "few", "c": "unknown"}, level=0.95)
    assert "In none of those with enough rows for a verdict (1 of 2) are" in told
    told = groups_told({"a": "few", "b": "unknown"}, level=0.95)
    assert told == "Every group has too few rows for a verdict."


def test_of_the_largest_groups_the_sentence_says_so():
    leans = {"a": "over", "b": "none", "c": "few"}
    told = groups_told(leans, level=0.95, n_groups=300)
    assert "Of 2 of the 3 largest of 300 groups chance alone would put about 0.1 there" in told
    assert "largest" not in groups_told(leans, level=0.95, n_groups=3)
