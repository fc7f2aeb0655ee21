"""The ends of a figure's range."""

from __future__ import annotations

import pytest

from samarkand.core.evidence import Evidence


def test_an_end_that_is_not_given_is_the_value() -> None:
    given = {"unit": "1", "source": "made up", "flag": "assumed"}
    assert Evidence(value=2.0, low=1.0, high=4.0, **given).ends == (1.0, 2.0, 4.0)
    assert Evidence(value=2.0, high=4.0, **given).ends == (2.0, 2.0, 4.0)
    with pytest.raises(ValueError, match="not known"):
        _ = Evidence(**given).ends
