"""What the tests of the doors share."""

import jaxtyping
import pytest


@pytest.fixture
def no_type_checker(monkeypatch):
    """Values of any type get in, as they do outside of tests; else the checker speaks first."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
