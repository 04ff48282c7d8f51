"""Tests that share costly rows or pages run on one worker, as their marks ask."""

import pytest


@pytest.mark.xdist_group("together")
def test_marked_tests_are_told_by_their_group(request: pytest.FixtureRequest):
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("this run does not share tests among workers by group")
    assert request.node.nodeid.endswith("@together")
